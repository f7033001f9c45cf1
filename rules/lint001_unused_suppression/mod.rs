//! LINT001 unused-suppression: found by `crate::suppress` when all root modules have been looked at; here stands what is
//! fixed about it.

use crate::diagnostic::Level;
use crate::rule::Rule;

/// The rule.
pub const RULE: Rule = Rule::without_check("LINT001", "unused-suppression", Level::Warning, include_str!("rule.md"));
