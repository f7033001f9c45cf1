//! Terragrunt units in a run, and the modules that are there only for them.

use super::called::Made;
use super::reach::{Unreached, unreached};
use super::{Checked, Look, guarded, judged};
use crate::base::parallel;
use crate::eval::Evaluator;
use crate::load::{Root, loader::Loader};
use crate::plan::StaticPlan;
use crate::terragrunt::Units;
use std::sync::Arc;

/// Judges the units among the roots, and takes them and the modules that they use from the rest: with a unit's inputs
/// these are judged already.
pub fn check(roots: &mut Vec<Root>, evaluator: &Arc<Evaluator>, unreached: &Unreached, look: Look) -> Vec<Checked> {
    let loader = evaluator.loader();
    let (units, rest): (Vec<Root>, Vec<Root>) = std::mem::take(roots).into_iter().partition(|r| r.unit.is_some());
    let all = Units::new(evaluator);
    let one = |unit: &Root| (!unreached.counts(look.budget)).then(|| one(&all, unit, loader, look));
    let checked: Vec<Checked> = parallel::map(&units, 1, one).into_iter().flatten().collect();
    let mut made = Made::default();
    checked.iter().for_each(|unit| made.add(unit, loader));
    *roots = rest.into_iter().filter(|root| !(root.library && made.has(&root.dir))).collect();
    checked
}

fn one(units: &Units, root: &Root, loader: &Loader, look: Look) -> Checked {
    guarded(&root.shown, || match unreached(root, loader) {
        Some(plan) => judged(&plan, look),
        None => judged(&units.evaluate(root).plan, look),
    })
}

/// The static plan of a root, of whichever kind.
pub fn plan(evaluator: &Arc<Evaluator>, root: &Root) -> StaticPlan {
    if let Some(plan) = unreached(root, evaluator.loader()) {
        return plan;
    }
    match (&root.unit, root.library) {
        (Some(_), _) => Units::new(evaluator).evaluate(root).plan,
        (None, true) => evaluator.evaluate_library(&root.dir, &root.shown),
        (None, false) => evaluator.evaluate(&root.dir, &root.shown),
    }
}
