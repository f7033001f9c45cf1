//! TF004 missing-module: found where the configuration is read and evaluated, before the rules; here stands what is fixed about it.

use crate::diagnostic::Level;
use crate::rule::{Meta, Rule};

/// The rule.
pub struct MissingModule;

static META: Meta =
    Meta { code: "TF004", name: "missing-module", level: Level::Warning, page: include_str!("rule.md") };

impl Rule for MissingModule {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
