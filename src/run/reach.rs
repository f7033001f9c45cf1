//! How far a run came: what was left out for want of a budget.

use crate::base::budget::Limit;
use crate::base::source::{Sources, Span};
use crate::diagnostic::{ALWAYS, Finding, RootReport};
use crate::load::Root;
use crate::load::loader::Loader;
use crate::module::report::exceeded;
use crate::plan::StaticPlan;
use crate::report::{self, Detail, Diagnostic, Report};

/// The plan of a root module that is not evaluated, since the time is used up; `None` while it is not.
pub fn unreached(root: &Root, loader: &Loader) -> Option<StaticPlan> {
    let finding = late(root, loader)?;
    let (why, root) = (loader.budget().late(), root.shown.clone());
    Some(StaticPlan { unreached: Some(why), findings: vec![finding], root, ..StaticPlan::default() })
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

/// Prints on stderr what kfplint could not read or left out (TF001, TF006), where the output on stdout has no place for
/// it. Whether there is anything.
pub fn say(report: &Report, loader: &Loader, sources: &Sources) -> bool {
    let root = |d: &Diagnostic| RootReport {
        root: d.root.clone(),
        findings: vec![d.finding.clone()],
        ..RootReport::default()
    };
    let roots: Vec<RootReport> = report.open().filter(|d| ALWAYS.contains(&d.finding.code)).map(root).collect();
    let over = !roots.is_empty();
    if over {
        let report = Report::new(roots, loader.skipped(), loader.files_read(), sources);
        let text = report::findings(&report, sources, Detail::Normal, super::output::width());
        super::output::stderr(&text);
    }
    over
}
