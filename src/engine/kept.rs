//! How much the environments of a run cost, and which of them are left out where that is too much.

use super::stages::CheckedRoot;
use crate::base::budget::{Budget, EVALUATIONS, Limit, REPORTS, size};
use crate::diagnostic::{ClusterReport, Finding, Requirement, RootReport};
use crate::load::Root;
use crate::module::report::exceeded;
use crate::report::graph::drawing::{Drawing, DrawnNode};
use std::mem::size_of;

/// What is kept of the environments so far.
#[derive(Debug, Default)]
pub struct KeptReports {
    /// Reports that were counted.
    reports: usize,
    /// About how many bytes they take.
    bytes: usize,
}

impl KeptReports {
    /// Counts the reports that are new.
    pub fn add(&mut self, checked: &[CheckedRoot]) {
        let new = checked.get(self.reports..).unwrap_or_default();
        self.bytes += new.iter().map(|c| report(&c.report)).sum::<usize>();
        self.reports = checked.len();
    }

    /// What says that this environment and those after it are left out, if they are. The first never is.
    pub fn leave(&self, at: usize, all: &[Option<&str>], roots: &[Root], budget: &Budget) -> Option<RootReport> {
        let first = all.get(at).copied().flatten().filter(|_| at > 0)?;
        let (why, limit) = if budget.is_late() {
            (budget.late(), Limit::Timeout)
        } else if roots.len().max(1).saturating_mul(at + 1) > EVALUATIONS {
            (format!("all root modules in all environments are more than {EVALUATIONS} evaluations"), Limit::Fixed)
        } else if self.bytes > REPORTS {
            (format!("the reports of those before take more than {}", size(REPORTS as u64)), Limit::Fixed)
        } else {
            return None;
        };
        let message = format!(
            "the environment `{first}` and those after it ({} of {}) are not checked: {why}",
            all.len() - at,
            all.len()
        );
        let mut finding = exceeded(None, message.clone(), "", limit);
        finding.help.push("check some of them at a time: --environment NAME".into());
        let root = roots.first().map(|root| root.shown.clone()).unwrap_or_default();
        let mut report = RootReport { root, findings: vec![finding], ..RootReport::default() };
        report.coverage.skipped.push((format!("environment {first}"), message));
        Some(report)
    }
}

/// About how many bytes a report takes, without its drawing.
pub fn report(report: &RootReport) -> usize {
    let coverage = &report.coverage;
    let places = coverage.skipped.iter().chain(&coverage.undecided_blocks).map(pair).sum::<usize>();
    let clusters = report.clusters.iter().map(cluster).sum::<usize>();
    let folded = report.folded.iter().flat_map(|folded| &folded.findings);
    clusters + report.findings.iter().chain(folded).map(finding).sum::<usize>() + places + size_of::<CheckedRoot>()
}

/// About how many bytes a cluster takes.
pub fn cluster(cluster: &ClusterReport) -> usize {
    let texts = |r: &Requirement| r.reason.len() + r.decides.iter().map(|d| d.len() + 32).sum::<usize>() + 128;
    cluster.requirements.iter().map(texts).sum::<usize>() + cluster.node_pools.len() * 256 + 256
}

/// About how many bytes a finding takes.
pub fn finding(f: &Finding) -> usize {
    let help: usize = f.help.iter().map(|h| h.len() + 32).sum();
    let related: usize = f.related.iter().map(|l| l.message.len() + 48).sum::<usize>() + f.trace.len() * 64;
    size_of_val(f) + f.message.len() + f.primary_message.len() + help + related + 256
}

/// About how many bytes a path with a reason takes.
pub fn pair((path, why): &(String, String)) -> usize {
    path.len() + why.len() + 64
}

/// About how many bytes a drawing takes.
pub fn drawing(drawing: &Drawing) -> usize {
    let node = |node: &DrawnNode| node.address.len() * 4 + node.detail.len() + 512;
    drawing.nodes.iter().map(node).sum::<usize>() + drawing.edges.len() * 128
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_left_out_where_they_are_too_many_or_too_large() {
        let all: Vec<String> = (0..EVALUATIONS + 2).map(|name| format!("e{name}")).collect();
        let all: Vec<Option<&str>> = all.iter().map(|name| Some(name.as_str())).collect();
        let leave = |kept: &KeptReports, at| kept.leave(at, &all, &[], &Budget::default());
        let said =
            |report: Option<RootReport>| report.map(|r| (r.findings[0].message.clone(), r.coverage.skipped.len()));
        assert_eq!(said(leave(&KeptReports::default(), EVALUATIONS - 1)), None);
        let (message, skipped) = said(leave(&KeptReports::default(), EVALUATIONS)).unwrap();
        assert!(message.contains("`e20000` and those after it (2 of 20002)") && skipped == 1, "{message}");
        let large = KeptReports { reports: 0, bytes: REPORTS + 1 };
        assert_eq!(said(leave(&large, 0)), None, "one is always checked");
        assert!(said(leave(&large, 1)).unwrap().0.contains("more than 256 MiB"));
    }
}
