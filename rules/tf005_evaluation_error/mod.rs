//! TF005 evaluation-error: found where the configuration is read and evaluated, before the rules; here stands what is fixed about it.

use crate::diagnostic::Level;
use crate::rule::{Meta, Rule};

/// The rule.
pub struct EvaluationError;

static META: Meta =
    Meta { code: "TF005", name: "evaluation-error", level: Level::Error, page: include_str!("rule.md") };

impl Rule for EvaluationError {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
