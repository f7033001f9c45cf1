//! Units of Terragrunt: each is its source module with the unit's inputs.

use super::Project;
use crate::eval::Evaluator;
use crate::load::Root;
use crate::plan::StaticPlan;
use crate::terragrunt::Units;
use std::sync::Arc;

/// A unit.
#[derive(Debug)]
pub struct TerragruntUnit<'r> {
    /// Its folder.
    pub root: &'r Root,
    /// What it and the others need of one another.
    pub units: &'r Units,
}

impl Project for TerragruntUnit<'_> {
    fn shown(&self) -> String {
        self.root.shown.clone()
    }

    fn plan(&self, _: &Arc<Evaluator>) -> StaticPlan {
        self.units.evaluate(self.root).plan
    }
}
