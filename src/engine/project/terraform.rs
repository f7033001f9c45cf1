//! Root modules of Terraform and OpenTofu, and reusable modules that nothing here calls.

use super::Project;
use crate::eval::Evaluator;
use crate::load::{Root, RootKind};
use crate::plan::StaticPlan;
use std::sync::Arc;

/// A root module, or a reusable module.
#[derive(Debug)]
pub struct TerraformRoot<'r> {
    /// Its folder.
    pub root: &'r Root,
}

impl Project for TerraformRoot<'_> {
    fn shown(&self) -> String {
        self.root.shown.clone()
    }

    fn plan(&self, evaluator: &Arc<Evaluator>) -> StaticPlan {
        let Root { dir, shown, kind } = self.root;
        match kind {
            RootKind::ReusableModule => evaluator.evaluate_library(dir, shown),
            _ => evaluator.evaluate(dir, shown),
        }
    }
}
