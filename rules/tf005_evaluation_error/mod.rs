//! TF005 evaluation-error: found where the configuration is read and evaluated, before the rules; here stands what is fixed about it.

use crate::diagnostic::Level;
use crate::rule::Rule;

/// The rule.
pub const RULE: Rule = Rule::without_check("TF005", "evaluation-error", Level::Error, include_str!("rule.md"));
