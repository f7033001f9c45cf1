//! `--since`: what two reports of the same tree have not in common.

use crate::diagnostic::{ClusterReport, Finding, Level, Requirement, Status, Verdict};
use crate::report::{Diagnostic, Report, Since, VerdictChange};
use std::collections::{BTreeMap, BTreeSet};

/// What a finding says, but for its places.
type Said<'r> = (Level, &'r str, bool);

/// Whether an error that says something else than before is known to be the lesser: fewer nodes or roles are missing.
fn is_less(now: &Finding, before: &Finding) -> bool {
    let nodes = now.nodes_missing.zip(before.nodes_missing).is_some_and(|(now, before)| now < before);
    let roles = |finding: &Finding| finding.roles.iter().cloned().collect::<BTreeSet<_>>();
    let (now, before) = (roles(now), roles(before));
    nodes || !now.is_empty() && now.len() < before.len() && now.is_subset(&before)
}

/// Leaves in `now` only what is new or another than in `before`. What was found in root modules that `looked_at` denies
/// is not missed.
pub fn compare(now: &mut Report, before: &Report, reference: &str, looked_at: impl Fn(&str) -> bool) {
    let old = said(before);
    let present: BTreeSet<String> = said(now).into_keys().map(str::to_string).collect();
    let open = before.open().filter(|d| looked_at(&d.root));
    let gone = open.flat_map(fingerprints).filter(|f| !present.contains(*f)).count();
    let (mut new, mut changed, mut worst) = (0, 0, None);
    let is_less_known = is_less_known(now, before);
    now.diagnostics.retain_mut(|diagnostic| {
        let own = say(&diagnostic.finding);
        let differs = |fingerprint: &&str| old.get(fingerprint).map(|old| say(old)) != Some(own);
        let kept: Vec<String> = fingerprints(diagnostic).filter(differs).map(str::to_string).collect();
        let fresh = kept.iter().any(|fingerprint| !old.contains_key(fingerprint.as_str()));
        let Some(first) = kept.first() else { return false };
        if diagnostic.finding.suppressed.is_none() {
            new += usize::from(fresh);
            changed += usize::from(!fresh);
            let worse = |f: &String| {
                let Some(old) = old.get(f.as_str()) else { return true };
                let another = own.0 == Level::Error && !is_less(&diagnostic.finding, old);
                old.suppressed.is_some() || own.0 > old.level || another
            };
            if kept.iter().any(worse) {
                worst = worst.max(Some(own.0));
            }
        }
        diagnostic.fingerprint.clone_from(first);
        diagnostic.environments.retain(|e| kept.contains(&e.fingerprint));
        true
    });
    if !unmet(now).is_subset(&unmet(before)) {
        worst = Some(Level::Error);
    }
    let verdicts = changes(&now.clusters, &before.clusters, looked_at);
    let clusters = now.clusters.len();
    let changed_clusters: BTreeSet<_> = verdicts.iter().map(|v| (&v.root, &v.environment, &v.address)).collect();
    now.clusters.retain(|c| changed_clusters.contains(&(&c.root, &c.environment, &c.address)));
    now.since =
        Some(Since { reference: reference.into(), new, changed, gone, verdicts, clusters, worst, is_less_known });
}

/// A requirement of a cluster: the root module, the environment, the cluster and the rule. Also what else is not known.
type Open<'r> = (&'r str, Option<&'r str>, &'r str, &'r str);

/// The requirements that decide and have this status.
fn deciding(report: &Report, status: Status) -> impl Iterator<Item = Open<'_>> {
    report.clusters.iter().flat_map(move |c| {
        let decides = move |r: &&Requirement| r.status == status && r.level == Level::Error && !r.suppressed;
        let key = move |code| (c.root.as_str(), c.environment.as_deref(), c.address.as_str(), code);
        c.requirements.iter().filter(decides).map(move |r| key(r.code))
    })
}

fn unmet(report: &Report) -> BTreeSet<Open<'_>> {
    deciding(report, Status::Unmet).collect()
}

/// Whether something is undecided, skipped or missing now that was not before.
fn is_less_known(now: &Report, before: &Report) -> bool {
    fn open(report: &Report) -> BTreeSet<Open<'_>> {
        let skipped = report.coverage.skipped.iter().map(|(path, _)| (path.as_str(), None, "", "skipped"));
        let missing = report.coverage.modules_missing.iter().filter(|m| m.open);
        let missing = missing.map(|m| (m.address.as_str(), m.version.as_deref(), m.source.as_str(), "missing"));
        deciding(report, Status::Undecided).chain(skipped).chain(missing).collect()
    }
    !open(now).is_subset(&open(before))
}

/// Everything that a report says, by fingerprint.
fn said(report: &Report) -> BTreeMap<&str, &Finding> {
    report.diagnostics.iter().flat_map(|d| fingerprints(d).map(move |f| (f, &d.finding))).collect()
}

fn say(finding: &Finding) -> Said<'_> {
    (finding.level, &finding.message, finding.suppressed.is_some())
}

/// A finding's fingerprints: one for each environment.
fn fingerprints(diagnostic: &Diagnostic) -> impl Iterator<Item = &str> {
    let own = diagnostic.environments.is_empty().then_some(diagnostic.fingerprint.as_str());
    own.into_iter().chain(diagnostic.environments.iter().map(|e| e.fingerprint.as_str()))
}

fn changes(now: &[ClusterReport], before: &[ClusterReport], looked_at: impl Fn(&str) -> bool) -> Vec<VerdictChange> {
    type ClusterKey<'c> = (&'c str, Option<&'c str>, &'c str);
    fn key(c: &ClusterReport) -> ClusterKey<'_> {
        (&c.root, c.environment.as_deref(), &c.address)
    }
    let old: BTreeMap<ClusterKey, Verdict> =
        before.iter().filter(|c| looked_at(&c.root)).map(|c| (key(c), c.verdict)).collect();
    let new: BTreeMap<ClusterKey, Verdict> = now.iter().map(|c| (key(c), c.verdict)).collect();
    let all: BTreeSet<&ClusterKey> = old.keys().chain(new.keys()).collect();
    let change = |key: &ClusterKey| {
        let (before, now) = (old.get(key).copied(), new.get(key).copied());
        let (root, environment, address) = *key;
        let change = VerdictChange {
            root: root.into(),
            environment: environment.map(str::to_string),
            address: address.into(),
            before,
            now,
        };
        (before != now).then_some(change)
    };
    all.into_iter().filter_map(change).collect()
}
