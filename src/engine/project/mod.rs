//! The kinds of projects: what is planned and judged as a whole. A kind is a file here, and a line where its projects are
//! made: [`of`] for what has a folder.

mod document;
mod terraform;
mod terragrunt;

pub use document::{DocumentProject, configurations, evaluate, limited, read, split};
pub use terraform::TerraformRoot;
pub use terragrunt::TerragruntUnit;

use super::reach::unreached;
use super::stages::{CheckedRoot, Look, judged};
use crate::eval::Evaluator;
use crate::load::{Root, RootKind};
use crate::plan::StaticPlan;
use crate::terragrunt::Units;
use std::sync::Arc;

/// What is planned and judged as a whole.
pub trait Project: std::fmt::Debug + Sync {
    /// How reports name it.
    fn shown(&self) -> String;

    /// Its static plan.
    fn plan(&self, evaluator: &Arc<Evaluator>) -> StaticPlan;

    /// What is said of it.
    fn judge(&self, evaluator: &Arc<Evaluator>, look: Look) -> CheckedRoot {
        judged(self.plan(evaluator), look)
    }
}

/// The static plan of a root; one that says so where the time is used up.
pub fn plan(root: &Root, units: &Units, evaluator: &Arc<Evaluator>) -> StaticPlan {
    unreached(root, evaluator.loader()).unwrap_or_else(|| of(root, units).plan(evaluator))
}

/// The project of a root; `units` has what units need of one another.
pub fn of<'r>(root: &'r Root, units: &'r Units) -> Box<dyn Project + 'r> {
    match &root.kind {
        RootKind::Module | RootKind::ReusableModule => Box::new(TerraformRoot { root }),
        RootKind::TerragruntUnit(_) => Box::new(TerragruntUnit { root, units }),
    }
}
