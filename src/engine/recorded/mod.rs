//! Judges what documents record: a plan, a state, or what gcloud and kubectl say of clusters that exist.

mod bounds;
mod gcloud;
mod locate;

use crate::base::budget::Budget;
use crate::diagnostic::RootReport;
use crate::graph::Graph;
use crate::judge::check_root;
use crate::plan::StaticPlan;
use crate::plan_json::{DocumentKind, DocumentSubject};
use crate::profile::Profile;

/// Judges a subject; findings stand in the files of `source`, the evaluated configuration, where that is given.
pub fn check(subject: &DocumentSubject, source: Option<StaticPlan>, profile: &Profile, budget: &Budget) -> RootReport {
    let mut recorded = subject.plan(source);
    let plan = &recorded.plan;
    let mut report = check_root(plan, &Graph::build(plan, profile, budget), budget);
    match subject.kind() {
        DocumentKind::Plan => {}
        DocumentKind::State | DocumentKind::RawState => bounds::existing(&mut report),
        DocumentKind::Live => {
            let account_policy = plan.resources.iter().any(|r| &*r.type_name == "google_service_account_iam_policy");
            bounds::live(&mut report, &subject.described(), account_policy);
            gcloud::speak(&mut report, plan);
        }
    }
    report.coverage.skipped.append(&mut recorded.gaps);
    locate::locate(&mut report, &recorded, subject);
    report
}
