//! TF002 undeclared-reference: found where the configuration is read and evaluated, before the rules; here stands what is fixed about it.

use crate::diagnostic::Level;
use crate::rule::{Meta, Rule};

/// The rule.
pub struct UndeclaredReference;

static META: Meta =
    Meta { code: "TF002", name: "undeclared-reference", level: Level::Error, page: include_str!("rule.md") };

impl Rule for UndeclaredReference {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
