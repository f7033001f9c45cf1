//! TF003 invalid-argument: found where the configuration is read and evaluated, before the rules; here stands what is fixed about it.

use crate::diagnostic::Level;
use crate::rule::{Meta, Rule};

/// The rule.
pub struct InvalidArgument;

static META: Meta =
    Meta { code: "TF003", name: "invalid-argument", level: Level::Error, page: include_str!("rule.md") };

impl Rule for InvalidArgument {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
