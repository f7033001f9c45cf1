//! What can be said of something that exists, and what cannot: documents show some things only.

use crate::diagnostic::{RootReport, Status, Verdict};
use crate::plan_json::What;
use std::collections::BTreeSet;

/// Rules about names that do not exist: what exists has none such, and the catalog may be older than the thing.
const NAMES: [(&str, &str); 5] = [
    ("KFP007", "the nodes exist, and so does their machine type"),
    ("KFP009", "the cluster exists, and so does its location"),
    ("KFP010", "the cluster exists: GKE did not refuse it"),
    ("KFP104", "the nodes exist, and so do their scopes"),
    ("KFP202", "the grants exist, and so do their roles"),
];

/// Rules that take a configuration, or documents of which none tells enough.
const UNSEEN: [(&str, &str); 6] = [
    ("KFP006", "the pools of a cluster that exists are all alike"),
    ("KFP204", "accounts of other configurations may exist"),
    ("KFP205", "there is one policy, and nothing that it could remove"),
    ("KFP302", "there is no repository"),
    ("KFP402", "buckets are not described"),
    ("KFP405", "networks are not described"),
];

/// Leaves out what cannot be wrong of something that exists.
pub fn existing(report: &mut RootReport) {
    leave_out(report, &NAMES);
}

/// Leaves out what the documents given say nothing of.
pub fn live(report: &mut RootReport, given: &BTreeSet<What>, account_policy: bool) {
    existing(report);
    leave_out(report, &UNSEEN);
    if !given.contains(&What::Deployment) {
        let why = "what runs in the cluster is not described: add `kubectl get deployments --all-namespaces -o json`";
        leave_out(report, &[("KFP401", why)]);
    }
    if !account_policy {
        let why = "who may act as the account is not described: add `gcloud iam service-accounts get-iam-policy EMAIL --format=json`";
        leave_out(report, &[("KFP203", why)]);
    }
}

/// Makes requirements not applicable, save those that are met.
fn leave_out(report: &mut RootReport, rules: &[(&str, &str)]) {
    let why = |code: &str| rules.iter().find(|(left_out, _)| *left_out == code).map(|(_, why)| why.to_string());
    report.unfold(|code| why(code).is_some());
    report.findings.retain(|f| why(f.code).is_none());
    for cluster in &mut report.clusters {
        for requirement in &mut cluster.requirements {
            if let Some(reason) = why(requirement.code) {
                requirement.status = Status::NotApplicable;
                requirement.reason = reason;
                requirement.decides.clear();
                requirement.because_of.clear();
            }
        }
        cluster.verdict = Verdict::of(&cluster.requirements);
    }
}
