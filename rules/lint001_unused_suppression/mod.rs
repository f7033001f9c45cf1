//! LINT001 unused-suppression: found by `crate::suppress` when all root modules have been looked at; here stands what is
//! fixed about it.

use crate::diagnostic::Level;
use crate::rule::{Meta, Rule};

/// The rule.
pub struct UnusedSuppression;

/// What is fixed about it.
pub static META: Meta =
    Meta { code: "LINT001", name: "unused-suppression", level: Level::Warning, page: include_str!("rule.md") };

impl Rule for UnusedSuppression {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
