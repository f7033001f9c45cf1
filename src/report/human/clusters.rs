//! One verdict for each cluster, with the requirements that are not met or not decided.

use super::{Detail, Page, Style, links, pools};
use crate::base::source::Sources;
use crate::diagnostic::{ClusterReport, Level, Requirement, Status, Verdict};
use crate::report::wrap::wrap;
use crate::report::{Diagnostic, Report, path, plural, url};

/// Most clusters that are shown with their requirements, unless everything is asked for.
const MOST: usize = 20;
/// Most clusters that have a line of their own.
const MOST_LINES: usize = 200;

/// The clusters as the report shows them: those that are not ready first.
pub fn ordered(report: &Report) -> Vec<&ClusterReport> {
    let mut clusters: Vec<&ClusterReport> = report.clusters.iter().collect();
    clusters.sort_by_key(|c| match c.verdict {
        Verdict::NotReady => 0,
        Verdict::Undecided => 1,
        Verdict::Ready => 2,
    });
    clusters
}

pub fn write(report: &Report, sources: &Sources, page: &mut Page) {
    if report.clusters.is_empty() {
        return none(report, page);
    }
    let clusters = ordered(report);
    let most = if page.detail == Detail::Verbose { usize::MAX } else { MOST };
    let (shown, rest) = clusters.split_at(clusters.len().min(most));
    for cluster in shown {
        heading(cluster, report, sources, page);
        page.end();
        refused(cluster, report, page);
        if page.detail == Detail::Quiet {
            continue;
        }
        requirements(cluster, page);
        if page.detail == Detail::Verbose {
            pools::write(&cluster.node_pools, page);
        }
        page.end();
    }
    for cluster in rest.iter().take(MOST_LINES) {
        heading(cluster, report, sources, page);
        page.put(Style::Plain, &faults(cluster));
        page.end();
    }
    let more = rest.len().saturating_sub(MOST_LINES);
    if more > 0 {
        page.put(Style::Dim, &format!("and {} (--verbose lists them)", plural(more, "more cluster")));
        page.end();
    }
    if page.detail == Detail::Quiet || !rest.is_empty() {
        page.end();
    }
    if page.detail != Detail::Quiet && report.since.is_none() {
        without_cluster(report, page);
    }
}

/// A line for each root module without a cluster.
fn without_cluster(report: &Report, page: &mut Page) {
    let most = if page.detail == Detail::Verbose { usize::MAX } else { MOST };
    for root in report.without_cluster.iter().take(most) {
        page.put(Style::Dim, "NO CLUSTER");
        page.put(Style::Plain, &format!("  {root}"));
        page.end();
    }
    let more = report.without_cluster.len().saturating_sub(most);
    if more > 0 {
        page.put(Style::Dim, &format!("and {} without a cluster", plural(more, "more root module")));
        page.end();
    }
    if !report.without_cluster.is_empty() {
        page.end();
    }
}

/// The rules that decide a cluster's verdict, for the end of its line.
fn faults(cluster: &ClusterReport) -> String {
    let decides = |r: &&Requirement| matches!(mark(r).0, 0 | 1);
    cluster.requirements.iter().filter(decides).map(|r| format!("  {}", r.code)).collect()
}

/// Says so where the cluster's own answers are good, but its root module has errors for which Terraform refuses it, or
/// files that could not be read.
fn refused(cluster: &ClusterReport, report: &Report, page: &mut Page) {
    if cluster.verdict == Verdict::NotReady {
        return;
    }
    let concerns =
        |d: &&Diagnostic| d.root == cluster.root && d.finding.cluster.is_none() && d.finding.level == Level::Error;
    let errors = report.open().filter(concerns).count();
    let here = |path: &str| path.rsplit_once('/').map_or(".", |(folder, _)| folder) == cluster.root;
    let configuration = report.configuration.as_ref().map(|c| c.file.as_str());
    let (held, unread): (Vec<&str>, Vec<&str>) =
        report.coverage.skipped.iter().map(|(path, _)| path.as_str()).partition(|path| Some(*path) == configuration);
    let unread = unread.into_iter().filter(|path| here(path)).count();
    let unjudged = !held.is_empty() && !cluster.requirements.iter().any(|r| r.level == Level::Error);
    let mut say = |style, mark, text: String| {
        page.space(2);
        page.put(style, mark);
        page.put(Style::Plain, &text);
        page.end();
    };
    if unjudged {
        say(Style::Open, "?", " the configuration leaves no rule on that decides it, see below".into());
    }
    if errors > 0 {
        say(Style::Bad, "✗", format!(" the root module itself has {}, see below", plural(errors, "error")));
    }
    if unread > 0 {
        say(Style::Open, "?", format!(" {} of the root module could not be read, see below", plural(unread, "file")));
    }
}

fn none(report: &Report, page: &mut Page) {
    if let Some(since) = report.since.as_ref().filter(|since| since.clusters > 0) {
        page.put(Style::Bold, "NO CHANGE");
        page.put(Style::Plain, &format!("  the verdicts are those of {}", since.reference));
        page.end();
        return page.end();
    }
    let roots = plural(report.roots, "root module");
    let missing = report.coverage.modules_missing.len();
    page.put(Style::Open, "NO CLUSTER");
    page.put(Style::Plain, &format!("  no google_container_cluster in {roots}"));
    if missing > 0 {
        page.put(Style::Plain, &format!(", but {} not on disk may make one", plural(missing, "module")));
    }
    page.end();
    page.end();
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "READY",
        Verdict::NotReady => "NOT READY",
        Verdict::Undecided => "UNDECIDED",
    }
}

/// The cluster's root module, where neither the run nor the cluster's place says by itself which one it is.
pub fn root(cluster: &ClusterReport, report: &Report, sources: &Sources) -> String {
    let place = cluster.location.map(|span| path(span, sources)).unwrap_or_default();
    let below = |rest: &str| rest.starts_with('/');
    let says = !place.is_empty() && (cluster.root == "." || place.strip_prefix(&cluster.root).is_some_and(below));
    if report.roots > 1 && !says { format!(" in {}", cluster.root) } else { String::new() }
}

fn heading(cluster: &ClusterReport, report: &Report, sources: &Sources, page: &mut Page) {
    page.put(Style::of(cluster.verdict), words(cluster.verdict));
    page.space(2);
    page.put(Style::Bold, &cluster.address);
    page.put(Style::Plain, &root(cluster, report, sources));
    if let Some(environment) = &cluster.environment {
        page.put(Style::Plain, &format!(" ({environment})"));
    }
    if let Some(before) = report.since.as_ref().and_then(|since| since.before(cluster)) {
        page.put(Style::Plain, &format!(" (was {})", words(before).to_lowercase()));
    }
    if let Some(span) = cluster.location {
        let place = path(span, sources);
        let line = sources.get(span.file).map_or(1, |f| f.position(span.start).line);
        page.space(2);
        page.link(Style::Dim, &format!("{place}:{line}"), links::file(&place));
    }
}

/// How a requirement's answer is marked, and its place in the table.
fn mark(requirement: &Requirement) -> (u8, &'static str, Style) {
    match (requirement.status, requirement.level) {
        _ if requirement.suppressed => (5, "–", Style::Dim),
        (Status::Unmet, Level::Error) => (0, "✗", Style::Bad),
        (Status::Undecided, Level::Error) => (1, "?", Style::Open),
        (Status::Unmet, Level::Warning) => (2, "!", Style::Open),
        (Status::Undecided, _) => (3, "?", Style::Open),
        (Status::Unmet, Level::Note) => (4, "!", Style::Note),
        (Status::Met, _) => (6, "✓", Style::Good),
        (Status::NotApplicable, _) => (7, "–", Style::Dim),
    }
}

fn requirements(cluster: &ClusterReport, page: &mut Page) {
    let folded =
        |r: &&Requirement| page.detail != Detail::Verbose && matches!(r.status, Status::Met | Status::NotApplicable);
    let mut shown: Vec<&Requirement> = cluster.requirements.iter().filter(|r| !folded(r)).collect();
    shown.sort_by_key(|r| (mark(r).0, r.code));
    let names = shown.iter().map(|r| r.name.len()).max().unwrap_or(0);
    for requirement in shown {
        row(requirement, names, page);
    }
    if page.detail != Detail::Verbose {
        let count = |status| cluster.requirements.iter().filter(|r| r.status == status).count();
        let (met, other) = (count(Status::Met), count(Status::NotApplicable));
        let mut words = Vec::new();
        if met > 0 {
            words.push(format!("{} met", plural(met, "requirement")));
        }
        if other > 0 {
            words.push(format!("{other} not applicable"));
        }
        if !words.is_empty() {
            page.space(2);
            page.put(Style::Good, "✓");
            page.put(Style::Dim, &format!(" {}", words.join(", ")));
            page.end();
        }
    }
}

fn row(requirement: &Requirement, names: usize, page: &mut Page) {
    let (_, mark, style) = mark(requirement);
    page.space(2);
    page.put(style, mark);
    page.space(1);
    page.link(Style::Plain, &format!("{} {}", requirement.code, requirement.name), url(requirement.code));
    page.space(names.saturating_sub(requirement.name.len()) + 2);
    let indent = 4 + requirement.code.len() + 1 + names + 2;
    let open = requirement.decides.iter().filter(|d| !requirement.reason.contains(d.as_str()));
    let open: Vec<&str> = open.map(String::as_str).collect();
    let mut lines = wrap(&requirement.why(), page.width.saturating_sub(indent).max(24));
    if !open.is_empty() {
        lines.extend(wrap(&format!("decided by: {}", open.join(", ")), page.width.saturating_sub(indent).max(24)));
    }
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            page.space(indent);
        }
        page.put(Style::Plain, line);
        page.end();
    }
}
