//! TF006 budget-exceeded: found where the configuration is read and evaluated, before the rules; here stands what is fixed about it.

use crate::diagnostic::Level;
use crate::rule::{Meta, Rule};

/// The rule.
pub struct BudgetExceeded;

static META: Meta = Meta { code: "TF006", name: "budget-exceeded", level: Level::Error, page: include_str!("rule.md") };

impl Rule for BudgetExceeded {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
