//! Clusters, findings and pictures that are alike but for their root modules and environments: the page has them once.

use crate::base::source::Span;
use crate::diagnostic::{ClusterReport, Level, Status, Verdict};
use crate::report::graph::drawing::{BoxState, Drawing, DrawnEdge, DrawnKind};
use crate::report::{Diagnostic, ReportView};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;
use std::hash::{BuildHasher, Hash, RandomState};

/// A root module, with an environment where some are configured.
pub type Where<'r> = (&'r str, Option<&'r str>);

/// Clusters that have the same address, place, verdict, answers and findings, each in another root module or environment.
pub struct AlikeClusters<'r> {
    pub all: Vec<&'r ClusterReport>,
    /// The numbers of their findings on the page.
    pub findings: Vec<usize>,
}

/// Findings of one rule that stand at the same place and say the same but for the names of what they are about.
pub struct AlikeFindings<'r> {
    pub all: Vec<&'r Diagnostic>,
    /// The verdicts of the clusters that they concern.
    pub verdicts: Vec<Verdict>,
}

/// Pictures with the same boxes and lines.
pub struct AlikeDrawings<'r> {
    pub all: Vec<&'r Drawing>,
}

/// All that the page shows, each once.
pub struct PageContent<'r> {
    /// The worst first.
    pub clusters: Vec<AlikeClusters<'r>>,
    /// The worst first.
    pub findings: Vec<AlikeFindings<'r>>,
    pub drawings: Vec<AlikeDrawings<'r>>,
    /// The numbers of the findings of a root module and address.
    by_address: FxHashMap<(&'r str, &'r str), Vec<(usize, &'r Diagnostic)>>,
}

/// Items with the same key, in the order of the first of each. Keys are made again for comparison: all of them together
/// would be a copy of the report.
fn grouped<T, K: Hash + Eq>(items: impl Iterator<Item = T>, key: impl Fn(&T) -> K) -> Vec<Vec<T>> {
    let hasher = RandomState::new();
    let mut groups: Vec<Vec<T>> = Vec::new();
    let mut by_hash: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for item in items {
        let own = key(&item);
        let same_hash = by_hash.entry(hasher.hash_one(&own)).or_default();
        let is_alike = |at: &usize| groups.get(*at).and_then(|group| group.first()).is_some_and(|i| key(i) == own);
        match same_hash.iter().copied().find(is_alike).and_then(|at| groups.get_mut(at)) {
            Some(group) => group.push(item),
            None => {
                same_hash.push(groups.len());
                groups.push(vec![item]);
            }
        }
    }
    groups
}

/// A text without the names that tell one root module from the next.
fn unnamed(text: &str, names: &[&str]) -> String {
    let mut text = text.to_string();
    for name in names.iter().filter(|name| !name.is_empty()) {
        if text.contains(name) {
            text = text.replace(name, "\0");
        }
    }
    text
}

/// The path of a root module where it is no word: "one" could stand in any sentence.
fn path_of(root: &str) -> &str {
    if root.contains('/') { root } else { "" }
}

type AlikeFindingKey<'r> = (&'static str, Level, Option<Span>, String, Option<usize>);

fn finding_key<'r>((at, d): &(usize, &'r Diagnostic)) -> AlikeFindingKey<'r> {
    let f = &d.finding;
    let resource = f.address.as_deref().filter(|address| f.cluster.as_deref() != Some(address));
    let about = [f.cluster.as_deref().unwrap_or(""), resource.unwrap_or(""), path_of(&d.root)];
    // Without a place, two findings are two.
    (f.code, f.level, f.span(), unnamed(&f.text(), &about), f.span().is_none().then_some(*at))
}

type AlikeAnswer<'r> = (&'static str, Status, bool, String, &'r [String], &'r [&'static str]);
type AlikeClusterKey<'r> = (&'r str, Option<Span>, u8, Vec<AlikeAnswer<'r>>, Vec<usize>);

fn cluster_key<'r>(cluster: &'r ClusterReport, findings: Vec<usize>) -> AlikeClusterKey<'r> {
    let answer = |r: &'r crate::diagnostic::Requirement| {
        let reason = unnamed(&r.reason, &[path_of(&cluster.root)]);
        (r.code, r.status, r.suppressed, reason, &r.decides[..], &r.because_of[..])
    };
    let answers = cluster.requirements.iter().map(answer).collect();
    (&cluster.address, cluster.location, rank(cluster.verdict), answers, findings)
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::NotReady => 0,
        Verdict::Undecided => 1,
        Verdict::Ready => 2,
    }
}

type DrawnBox<'r> = (DrawnKind, &'r str, BoxState, Option<Span>);

fn drawing_key<'r>(drawing: &&'r Drawing) -> (Vec<DrawnBox<'r>>, &'r [DrawnEdge]) {
    let nodes = drawing.nodes.iter().map(|n| (n.kind, n.address.as_str(), n.state, n.place));
    (nodes.collect(), &drawing.edges)
}

impl<'r> PageContent<'r> {
    pub fn of(report: ReportView<'r>) -> PageContent<'r> {
        let mut open: Vec<&Diagnostic> = report.open().collect();
        open.sort_by_key(|d| Reverse(d.finding.level));
        let findings = grouped(open.into_iter().enumerate(), finding_key);
        let mut of_cluster: FxHashMap<(&str, &str), Vec<(usize, &Diagnostic)>> = FxHashMap::default();
        let mut by_address: FxHashMap<(&str, &str), Vec<(usize, &Diagnostic)>> = FxHashMap::default();
        for (number, (_, d)) in findings.iter().enumerate().flat_map(|(n, all)| all.iter().map(move |d| (n, d))) {
            if let Some(cluster) = &d.finding.cluster {
                of_cluster.entry((&d.root, cluster)).or_default().push((number, d));
            }
            if let Some(address) = &d.finding.address {
                by_address.entry((&d.root, address)).or_default().push((number, d));
            }
        }
        let mut verdicts: Vec<FxHashSet<u8>> = findings.iter().map(|_| FxHashSet::default()).collect();
        let own = |cluster: &ClusterReport| {
            let all = of_cluster.get(&(cluster.root.as_str(), cluster.address.as_str())).into_iter().flatten();
            let mut own: Vec<usize> = all.filter(|(_, d)| d.is_of(cluster)).map(|(number, _)| *number).collect();
            own.sort_unstable();
            own.dedup();
            own
        };
        let clusters = report.report().clusters.iter().map(|cluster| (cluster, own(cluster)));
        let groups = grouped(clusters, |(cluster, findings)| cluster_key(cluster, findings.clone()));
        let mut clusters: Vec<AlikeClusters> = Vec::with_capacity(groups.len());
        for group in groups {
            let findings = group.first().map(|(_, findings)| findings.clone()).unwrap_or_default();
            let all: Vec<&ClusterReport> = group.into_iter().map(|(cluster, _)| cluster).collect();
            for number in &findings {
                let verdict = all.first().map(|cluster| rank(cluster.verdict));
                verdicts.get_mut(*number).into_iter().for_each(|all| all.extend(verdict));
            }
            clusters.push(AlikeClusters { all, findings });
        }
        clusters.sort_by_key(|group| group.all.first().map(|cluster| rank(cluster.verdict)));
        let findings = findings.into_iter().zip(verdicts).map(|(group, ranks)| {
            let verdicts = [Verdict::NotReady, Verdict::Undecided, Verdict::Ready];
            let verdicts = verdicts.into_iter().filter(|verdict| ranks.contains(&rank(*verdict))).collect();
            AlikeFindings { all: group.into_iter().map(|(_, d)| d).collect(), verdicts }
        });
        let findings = findings.collect();
        let drawn = report.report().drawings.iter().filter(|d| !d.nodes.is_empty());
        let drawings = grouped(drawn, drawing_key).into_iter().map(|all| AlikeDrawings { all }).collect();
        PageContent { clusters, findings, drawings, by_address }
    }

    /// The numbers of the findings of a root module and address that hold in an environment, where one is given.
    pub fn findings_of(&self, root: &str, environment: Option<&str>, address: &str) -> Vec<usize> {
        let holds = |d: &Diagnostic| {
            environment.is_none() || d.environments.iter().any(|e| Some(e.environment.as_str()) == environment)
        };
        let all = self.by_address.get(&(root, address)).into_iter().flatten();
        let mut numbers: Vec<usize> = all.filter(|(_, d)| holds(d)).map(|(number, _)| *number).collect();
        numbers.dedup();
        numbers
    }
}

impl<'r> AlikeClusters<'r> {
    pub fn places(&self) -> Vec<Where<'r>> {
        self.all.iter().map(|c| (c.root.as_str(), c.environment.as_deref())).collect()
    }
}

impl<'r> AlikeFindings<'r> {
    pub fn places(&self) -> Vec<Where<'r>> {
        let mut all = Vec::new();
        for d in &self.all {
            match d.environments.is_empty() {
                true => all.push((d.root.as_str(), None)),
                false => all.extend(d.environments.iter().map(|e| (d.root.as_str(), Some(e.environment.as_str())))),
            }
        }
        all
    }
}

impl<'r> AlikeDrawings<'r> {
    pub fn places(&self) -> Vec<Where<'r>> {
        self.all.iter().map(|d| (d.root.as_str(), d.environment.as_deref())).collect()
    }
}
