//! How far a run came: what was left out for want of a budget.

use crate::base::budget::{Budget, Limit};
use crate::base::source::Span;
use crate::diagnostic::{Finding, RootReport};
use crate::load::Root;
use crate::load::loader::Loader;
use crate::module::report::exceeded;
use crate::plan::StaticPlan;
use crate::report::plural;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many root modules that are not reached are named; the others are counted.
const NAMED: usize = 100;

/// Root modules that the time does not suffice for.
#[derive(Debug, Default)]
pub struct Unreached(AtomicUsize);

impl Unreached {
    /// Whether the time is used up and a root module, which is then counted, is not even to be named.
    pub fn counts(&self, budget: &Budget) -> bool {
        budget.is_late() && self.0.fetch_add(1, Ordering::Relaxed) >= NAMED
    }

    /// What says how many root modules are not named, in the report of the first root module.
    pub fn rest(&self, first: Option<&Root>, budget: &Budget) -> Option<RootReport> {
        let rest = self.0.load(Ordering::Relaxed).saturating_sub(NAMED);
        let message = format!("{} are not checked: {}", plural(rest, "more root module"), budget.late());
        let finding = exceeded(None, message.clone(), "", Limit::Timeout);
        let root = first.map(|root| root.shown.clone()).unwrap_or_default();
        let mut report = RootReport { root: root.clone(), findings: vec![finding], ..RootReport::default() };
        report.coverage.skipped.push((root, message));
        (rest > 0).then_some(report)
    }
}

/// The plan of a root module that is not evaluated, since the time is used up; `None` while it is not.
pub fn unreached(root: &Root, loader: &Loader) -> Option<StaticPlan> {
    let finding = late(root, loader)?;
    let (why, root) = (loader.budget().late(), root.shown.clone());
    Some(StaticPlan { unreached: Some(why), findings: vec![finding], root, ..StaticPlan::default() })
}

/// The report on a document that the time does not suffice for.
pub fn too_long(document: String, budget: &Budget) -> RootReport {
    let message = format!("this document is not checked: {}", budget.too_long());
    let findings = vec![exceeded(None, message.clone(), "", Limit::Timeout)];
    let mut report = RootReport { root: document.clone(), findings, ..RootReport::default() };
    report.coverage.skipped.push((document, message));
    report
}

/// What says that a root module is not looked at, since the time is used up; `None` while it is not.
pub fn late(root: &Root, loader: &Loader) -> Option<Finding> {
    let budget = loader.budget();
    if !budget.is_late() {
        return None;
    }
    let file = loader.module(&root.dir).and_then(|module| module.files.first().cloned());
    let place = file.map(|file| Span::new(file.id, 0, 0));
    let message = format!("this root module is not checked: {}", budget.late());
    Some(exceeded(place, message, "", Limit::Timeout))
}
