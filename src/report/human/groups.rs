//! Which findings stand together: those of one cluster, and those that are the same in several places of the graph.

use super::clusters;
use crate::diagnostic::{ClusterReport, Finding};
use crate::report::{Diagnostic, Report};
use indexmap::IndexSet;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The findings that concern one cluster, or none.
pub struct FindingGroup<'r> {
    /// The cluster.
    pub cluster: Option<&'r ClusterReport>,
    /// Its findings; what is the same elsewhere too stands only where it comes first.
    pub findings: Vec<Folded<'r>>,
}

/// A finding, with where else it holds.
pub struct Folded<'r> {
    /// The finding.
    pub diagnostic: &'r Diagnostic,
    /// All the root modules in which it holds.
    pub roots: Vec<&'r str>,
    /// The other clusters for which it is said at the same place with the same words but for their names.
    pub also: IndexSet<&'r str>,
    /// The findings that say the same of other places.
    pub elsewhere: Vec<&'r Diagnostic>,
}

/// The open findings that `wanted` lets through, cluster by cluster as the verdicts stand, and last those of no cluster: of root
/// modules with clusters first. Errors come first in each. Those that are the same but for their place stand once if they are
/// folded `everywhere`.
pub fn groups(report: &Report, everywhere: bool, wanted: impl Fn(&Finding) -> bool) -> Vec<FindingGroup<'_>> {
    let clusters = clusters::ordered(report);
    let mut rank = FxHashMap::default();
    for (at, cluster) in clusters.iter().enumerate() {
        rank.entry((cluster.root.as_str(), cluster.address.as_str())).or_insert(at);
    }
    let of = |d: &Diagnostic| {
        let cluster = d.finding.cluster.as_deref()?;
        rank.get(&(d.root.as_str(), cluster)).copied()
    };
    let mut ordered: Vec<(Option<usize>, &Diagnostic)> =
        report.open().filter(|d| wanted(&d.finding)).map(|d| (of(d), d)).collect();
    let with_clusters: FxHashSet<&str> = clusters.iter().map(|cluster| cluster.root.as_str()).collect();
    let last = |rank: Option<usize>| rank.unwrap_or(usize::MAX);
    ordered.sort_by_key(|(rank, d)| {
        let is_apart = rank.is_none() && !with_clusters.contains(d.root.as_str());
        (last(*rank), is_apart, Reverse(d.finding.level))
    });
    let mut groups: BTreeMap<usize, Vec<Folded>> = BTreeMap::new();
    for (rank, folded) in fold(ordered, everywhere) {
        groups.entry(last(rank)).or_default().push(folded);
    }
    let group = |(rank, findings): (usize, _)| FindingGroup { cluster: clusters.get(rank).copied(), findings };
    groups.into_iter().map(group).collect()
}

/// Findings that are the same in several roots or for several clusters, such as those in a shared module, once.
fn fold<'r>(ordered: Vec<(Option<usize>, &'r Diagnostic)>, everywhere: bool) -> Vec<(Option<usize>, Folded<'r>)> {
    let mut at: FxHashMap<_, usize> = FxHashMap::default();
    let mut out: Vec<(Option<usize>, Folded)> = Vec::new();
    for (rank, diagnostic) in ordered {
        let f = &diagnostic.finding;
        let environments: Vec<&str> = diagnostic.environments.iter().map(|e| e.environment.as_str()).collect();
        let help: Vec<String> = f.help.iter().map(|help| unnamed(help, f)).collect();
        let words = (f.level, unnamed(&f.text(), f), unnamed(&f.primary_message, f), help);
        // Without a place, two findings are two.
        let own = f.span().is_none().then_some(out.len());
        let place = f.span().filter(|_| !everywhere);
        let index = *at.entry((f.code, place, words, environments, own)).or_insert(out.len());
        match out.get_mut(index) {
            Some((_, folded)) if f.span() == folded.diagnostic.finding.span() => {
                folded.roots.push(&diagnostic.root);
                let name = f.cluster.as_deref().or(f.address.as_deref()).unwrap_or_default();
                if f.message != folded.diagnostic.finding.message {
                    folded.also.insert(name);
                }
            }
            Some((_, folded)) => folded.elsewhere.push(diagnostic),
            None => {
                let roots = vec![diagnostic.root.as_str()];
                out.push((rank, Folded { diagnostic, roots, also: IndexSet::new(), elsewhere: Vec::new() }));
            }
        }
    }
    out
}

/// A text of a finding without the names of the cluster and the resource that it is about.
fn unnamed(text: &str, finding: &Finding) -> String {
    let mut text = text.to_string();
    let resource = finding.address.iter().filter(|address| finding.cluster.as_ref() != Some(*address));
    for name in resource.chain(&finding.cluster) {
        text = text.replace(name.as_str(), "\0");
    }
    text
}
