//! TF001 syntax-error: found where the configuration is read and evaluated, before the rules; here stands what is fixed about it.

use crate::diagnostic::Level;
use crate::rule::{Meta, Rule};

/// The rule.
pub struct SyntaxError;

static META: Meta = Meta { code: "TF001", name: "syntax-error", level: Level::Error, page: include_str!("rule.md") };

impl Rule for SyntaxError {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
