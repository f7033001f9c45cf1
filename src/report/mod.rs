//! Output formats, one file each, over what they share: the verdict of a run, its order, its counts.

mod azure;
mod compact;
mod compared;
mod configuration;
mod excerpt;
mod format;
mod github;
mod gitlab;
pub mod graph;
mod html;
mod human;
mod inert;
mod json;
mod markdown;
pub mod model;
mod own;
mod page;
mod place;
mod rdjson;
mod rendered;
mod safe_json;
mod sarif;
#[cfg(test)]
pub(crate) mod schema;
mod text;
mod view;
mod wrap;
mod xml;

pub use azure::azure;
pub use compact::compact;
pub use compared::{Held, KnownFinding, Since, VerdictChange};
pub use configuration::Configuration;
pub use format::{BUFFER, Format};
pub use github::github;
pub use gitlab::gitlab;
pub use html::html;
pub use human::{Detail, ReportStyle, findings, human};
pub use inert::InertWriter;
pub use json::{json, location};
pub use markdown::markdown;
pub use page::{page, rules, rules_json};
pub use rdjson::rdjson;
pub use rendered::{PageStyle, rendered};
pub use safe_json::{pretty, write_json};
pub use sarif::sarif;
pub(crate) use text::{coloured, inert, line, lines, unmarked};
pub use view::ReportView;
pub use xml::{checkstyle, junit};

use crate::base::source::{Sources, Span};
use crate::diagnostic::{ClusterReport, Coverage, Finding, Level, RootReport, Safety, Verdict};
use crate::report::graph::drawing::Drawing;
use crate::report::place::ShownPlace;
use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::Path;

/// What a whole run says.
#[derive(Clone, Debug)]
pub struct Report {
    /// The answer for all of it.
    pub verdict: Verdict,
    /// All clusters, by root and address.
    pub clusters: Vec<ClusterReport>,
    /// All findings, by file, place and code.
    pub diagnostics: Vec<Diagnostic>,
    /// What was looked at and what was not, over all roots.
    pub coverage: Coverage,
    /// How many root modules were checked.
    pub roots: usize,
    /// Those of them that are examples: what is found in them does not count.
    pub examples: BTreeSet<String>,
    /// The root modules in which there is no cluster.
    pub without_cluster: Vec<String>,
    /// The resource graphs, where a report is to show them.
    pub drawings: Vec<Drawing>,
    /// What a baseline took out.
    pub baseline: Option<Held>,
    /// What a comparison with an earlier state took out.
    pub since: Option<Since>,
    /// The part of the root modules that it is about, as `1/4`, where it is not about all.
    pub shard: Option<String>,
    /// The configuration file that was used.
    pub configuration: Option<Configuration>,
    /// The working directory's path below the top of its repository; "" at the top, or outside of any.
    pub below_top: String,
}

/// A finding with what identifies it.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// The root module in which it holds.
    pub root: String,
    /// The environments in which it holds; none where none is configured, or where it does not depend on any.
    pub environments: Vec<Holding>,
    /// The finding.
    pub finding: Finding,
    /// Stays the same while rule, root, address and attribute do, wherever the lines go.
    pub fingerprint: String,
}

/// An environment in which a finding holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Its name.
    pub environment: String,
    /// The finding's fingerprint there.
    pub fingerprint: String,
}

impl Diagnostic {
    /// The message, with the environments in which it holds where some are configured.
    pub(crate) fn message(&self) -> String {
        let names: Vec<&str> = self.environments.iter().map(|e| e.environment.as_str()).collect();
        match names.as_slice() {
            [] => self.finding.text().into_owned(),
            [only] => format!("{} (in the environment {only})", self.finding.text()),
            several => format!("{} (in the environments {})", self.finding.text(), several.join(", ")),
        }
    }

    /// Whether it is about this cluster.
    pub(crate) fn is_of(&self, cluster: &ClusterReport) -> bool {
        let within = |name: &String| self.environments.iter().any(|e| e.environment == *name);
        self.root == cluster.root
            && self.finding.cluster.as_deref() == Some(&cluster.address)
            && cluster.environment.as_ref().is_none_or(within)
    }
}

impl Report {
    /// Joins the reports of all roots. `skipped` is what was passed over outside of any of them, `files` how many files
    /// were read in all.
    pub fn new(roots: Vec<RootReport>, skipped: Vec<(String, String)>, files: usize, sources: &Sources) -> Report {
        let count = roots.iter().map(|r| &r.root).collect::<BTreeSet<_>>().len();
        let examples = roots.iter().filter(|r| r.is_example).map(|r| r.root.clone()).collect();
        let with: BTreeSet<&str> = roots.iter().filter(|r| !r.clusters.is_empty()).map(|r| r.root.as_str()).collect();
        let names = roots.iter().map(|r| r.root.as_str()).collect::<BTreeSet<_>>();
        let without_cluster = names.difference(&with).map(ToString::to_string).collect();
        let mut clusters = Vec::new();
        let mut diagnostics = Vec::new();
        let mut coverage = Coverage { files, skipped, ..Coverage::default() };
        for root in roots {
            clusters.extend(root.clusters);
            let environment = root.environment.map(|e| Holding { environment: e, fingerprint: String::new() });
            let diagnostic = |mut finding: Finding| {
                finding.tidy();
                let environments = environment.iter().cloned().collect();
                Diagnostic { root: root.root.clone(), environments, finding, fingerprint: String::new() }
            };
            diagnostics.extend(root.findings.into_iter().map(diagnostic));
            coverage.skipped.extend(root.coverage.skipped);
            coverage.excluded.extend(root.coverage.excluded);
            coverage.modules_missing.extend(root.coverage.modules_missing);
            coverage.undecided_blocks.extend(root.coverage.undecided_blocks);
        }
        clusters.sort_by(|a: &ClusterReport, b| (&a.root, &a.address).cmp(&(&b.root, &b.address)));
        let mut diagnostics = sorted(diagnostics, sources);
        identify(&mut diagnostics, sources);
        let diagnostics = once(diagnostics);
        tidy(&mut coverage);
        let verdict = verdict(&clusters, &diagnostics, &coverage, &examples);
        Report {
            verdict,
            clusters,
            diagnostics,
            coverage,
            roots: count,
            without_cluster,
            examples,
            drawings: Vec::new(),
            baseline: None,
            since: None,
            shard: None,
            configuration: None,
            below_top: String::new(),
        }
    }

    /// The findings that were not set aside.
    pub fn open(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|d| d.finding.suppressed.is_none())
    }

    /// The open findings that count for the exit code: those in examples do not.
    pub fn counted(&self) -> impl Iterator<Item = &Diagnostic> {
        self.open().filter(|d| !self.examples.contains(&d.root))
    }

    /// The configuration's path and what it turns off, in words, where it turns something off.
    pub(crate) fn hidden(&self) -> Option<(&str, String)> {
        let configuration = self.configuration.as_ref()?;
        Some((&configuration.file, configuration.sentence()?))
    }

    /// The place of a finding for formats with one place: its origin, the line to edit; the primary place where there is no
    /// origin or it is outside of the repository.
    pub(crate) fn place(&self, diagnostic: &Diagnostic, sources: &Sources) -> Option<Span> {
        let inside = |origin: &Span| {
            let file = self.repository_path(&path(*origin, sources));
            !file.starts_with("../") && !file.starts_with('/')
        };
        let finding = &diagnostic.finding;
        finding.origin().map(|step| step.span).filter(inside).or(finding.span())
    }

    /// That place with its file, lines and columns.
    pub(crate) fn shown_place(&self, diagnostic: &Diagnostic, sources: &Sources) -> Option<ShownPlace> {
        self.place(diagnostic, sources).map(|span| ShownPlace::of(span, sources))
    }

    /// A file's path from the top of the repository, which hosts of repositories need; as it is where it is absolute.
    pub(crate) fn repository_path(&self, file: &str) -> String {
        if self.below_top.is_empty() || file.starts_with('/') {
            return file.to_string();
        }
        let mut parts: Vec<&str> = self.below_top.split('/').collect();
        for part in file.split('/').filter(|part| *part != ".") {
            match part {
                ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        parts.join("/")
    }

    /// The message of a finding with its root module, where there are several, and its environments.
    pub(crate) fn message(&self, diagnostic: &Diagnostic) -> String {
        if self.roots > 1 {
            return format!("{}: {}", diagnostic.root, diagnostic.message());
        }
        diagnostic.message()
    }

    /// How many open findings have a fix that is safe, and how many have others alone.
    pub fn fixable(&self) -> (usize, usize) {
        let has = |d: &&Diagnostic, safe: bool| d.finding.fixes.iter().any(|fix| (fix.safety == Safety::Safe) == safe);
        let safe = self.open().filter(|d| has(d, true)).count();
        (safe, self.open().filter(|d| !has(d, true) && has(d, false)).count())
    }

    /// How many findings are of this level, without those that were set aside.
    pub fn count(&self, level: Level) -> usize {
        self.open().filter(|d| d.finding.level == level).count()
    }

    /// How many findings were set aside.
    pub fn suppressed(&self) -> usize {
        self.diagnostics.len() - self.open().count()
    }

    /// Whether something that a cluster's readiness hangs on is not known: a cluster is undecided, a file could not be
    /// read, or a module is missing that may make one.
    pub fn is_open(&self) -> bool {
        let hollow = self.clusters.is_empty() && !self.coverage.modules_missing.is_empty();
        let mut counted = self.clusters.iter().filter(|c| !self.examples.contains(&c.root));
        hollow || self.coverage.is_open() || counted.any(|c| c.verdict == Verdict::Undecided)
    }
}

/// The verdict of a run: not ready if a cluster is not or an error was found, ready only if there are clusters, all of
/// them are, every file was read, and no module is missing that may make one.
fn verdict(
    clusters: &[ClusterReport],
    diagnostics: &[Diagnostic],
    coverage: &Coverage,
    examples: &BTreeSet<String>,
) -> Verdict {
    let counted = || clusters.iter().filter(|c| !examples.contains(&c.root));
    let any = |verdict| counted().any(|c| c.verdict == verdict);
    let is_open = |d: &Diagnostic| d.finding.suppressed.is_none() && !examples.contains(&d.root);
    if any(Verdict::NotReady) || diagnostics.iter().any(|d| d.finding.level == Level::Error && is_open(d)) {
        Verdict::NotReady
    } else if counted().next().is_none() || coverage.is_open() || any(Verdict::Undecided) {
        Verdict::Undecided
    } else {
        Verdict::Ready
    }
}

/// By file, place and code; those without a place last.
fn sorted(diagnostics: Vec<Diagnostic>, sources: &Sources) -> Vec<Diagnostic> {
    let spans = diagnostics.iter().filter_map(|d| d.finding.span());
    let files: FxHashMap<u32, Span> = spans.map(|span| (span.file.0, span)).collect();
    let mut paths: Vec<(String, u32)> = files.into_iter().map(|(file, span)| (path(span, sources), file)).collect();
    paths.sort();
    let ranks: FxHashMap<u32, usize> = paths.iter().enumerate().map(|(rank, (_, file))| (*file, rank)).collect();
    let place = |d: &Diagnostic| {
        let at = d.finding.span().map(|s| (ranks.get(&s.file.0).copied(), s.start, s.end));
        (at.is_none(), at)
    };
    fn what(d: &Diagnostic) -> impl Ord + '_ {
        (d.finding.code, &d.root, &d.finding.cluster, &d.finding.address, d.finding.text())
    }
    let mut placed: Vec<_> = diagnostics.into_iter().map(|d| (place(&d), Box::new(d))).collect();
    placed.sort_by(|(a, left), (b, right)| a.cmp(b).then_with(|| what(left).cmp(&what(right))));
    placed.into_iter().map(|(_, diagnostic)| *diagnostic).collect()
}

/// Gives each finding its fingerprint. Findings that share all of rule, root, address and attribute are told apart by
/// file and message where they have no address, and by their order.
fn identify(diagnostics: &mut [Diagnostic], sources: &Sources) {
    let mut seen: FxHashMap<[u8; 32], u32> = FxHashMap::default();
    for diagnostic in diagnostics {
        let f = &diagnostic.finding;
        let environment = diagnostic.environments.first().map_or("", |e| &e.environment);
        let mut parts = vec![f.code, &diagnostic.root, environment, f.address.as_deref().unwrap_or("")];
        parts.push(f.attribute.as_deref().unwrap_or(""));
        let file = f.span().filter(|_| f.address.is_none()).map(|span| path(span, sources)).unwrap_or_default();
        if f.address.is_none() {
            parts.extend([file.as_str(), f.message.as_str()]);
        }
        let mut hash = Sha256::new();
        for part in &parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let plain: [u8; 32] = hash.clone().finalize().into();
        let times = seen.entry(plain).or_default();
        let own = match *times {
            0 => plain,
            again => hash.chain_update(again.to_le_bytes()).finalize().into(),
        };
        *times += 1;
        let digits = own.into_iter().take(16).flat_map(|byte| [byte >> 4, byte & 15]);
        diagnostic.fingerprint = digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
        for holding in &mut diagnostic.environments {
            holding.fingerprint.clone_from(&diagnostic.fingerprint);
        }
    }
}

/// Joins findings that are the same in several environments.
fn once(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if diagnostics.iter().all(|d| d.environments.is_empty()) {
        return diagnostics;
    }
    let mut at: FxHashMap<_, usize> = FxHashMap::default();
    // Two findings that hold in the same environment, or in none, are two.
    let mut held: FxHashSet<(usize, String)> = FxHashSet::default();
    let mut out: Vec<Diagnostic> = Vec::with_capacity(diagnostics.len());
    for diagnostic in diagnostics {
        let f = &diagnostic.finding;
        let what = (f.code, f.level, f.span(), f.text().into_owned());
        let whose = (diagnostic.root.clone(), f.address.clone(), f.attribute.clone(), f.cluster.clone());
        let key = (what, whose);
        let names: Vec<String> = diagnostic.environments.iter().map(|e| e.environment.clone()).collect();
        let apart = |i: &usize| {
            let any = out.get(*i).is_some_and(|before| !before.environments.is_empty()) && !names.is_empty();
            any && !names.iter().any(|name| held.contains(&(*i, name.clone())))
        };
        let index = match at.get(&key).copied().filter(apart) {
            Some(before) => {
                let joined = out.get_mut(before).map(|before| &mut before.environments);
                joined.into_iter().for_each(|all| all.extend(diagnostic.environments.iter().cloned()));
                before
            }
            None => {
                at.insert(key, out.len());
                out.push(diagnostic);
                out.len() - 1
            }
        };
        held.extend(names.into_iter().map(|name| (index, name)));
    }
    out
}

fn tidy(coverage: &mut Coverage) {
    for paths in [&mut coverage.skipped, &mut coverage.excluded] {
        let unique: BTreeSet<_> = paths.drain(..).collect();
        paths.extend(unique);
    }
    let unique: BTreeSet<_> = coverage.undecided_blocks.drain(..).collect();
    coverage.undecided_blocks.extend(unique);
    let key = |m: &crate::diagnostic::MissingModule| (m.address.clone(), m.source.clone(), m.version.clone());
    coverage.modules_missing.sort_by_cached_key(key);
    coverage.modules_missing.dedup();
}

/// The path of a span's file, with forward slashes.
pub(crate) fn path(span: Span, sources: &Sources) -> String {
    path_text(&sources.path(span.file))
}

/// A path with forward slashes.
fn path_text(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The web address of a rule's page; `None` for what no rule of the registry says.
pub fn url(code: &str) -> Option<String> {
    let rule = crate::rules::find(code)?;
    let folder = folder(rule.code, rule.name);
    Some(format!("{}/blob/main/rules/{folder}/rule.md", env!("CARGO_PKG_REPOSITORY")))
}

/// The folder of a rule below `rules/`.
pub(crate) fn folder(code: &str, name: &str) -> String {
    format!("{}_{}", code.to_lowercase(), name.replace('-', "_"))
}

/// A level in the word that most tools have for it.
pub(crate) fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// `1 error`, `2 errors`.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
