//! One verdict for each cluster, with the requirements that are not met or not decided.

use super::{Detail, Page, Style};
use crate::finding::{ClusterReport, Level, PoolReport, Requirement, Status, Verdict};
use crate::report::wrap::wrap;
use crate::report::{Diagnostic, Report, path, plural};
use crate::source::Sources;
use unicode_width::UnicodeWidthStr;

pub fn write(report: &Report, sources: &Sources, page: &mut Page) {
    if report.clusters.is_empty() {
        return none(report, page);
    }
    let mut clusters: Vec<&ClusterReport> = report.clusters.iter().collect();
    clusters.sort_by_key(|c| match c.verdict {
        Verdict::NotReady => 0,
        Verdict::Undecided => 1,
        Verdict::Ready => 2,
    });
    for cluster in clusters {
        heading(cluster, report, sources, page);
        refused(cluster, report, page);
        if page.detail == Detail::Quiet {
            continue;
        }
        requirements(cluster, page);
        if page.detail == Detail::Verbose {
            pools(&cluster.node_pools, page);
        }
        page.end();
    }
    if page.detail == Detail::Quiet {
        page.end();
    }
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
    let unread = report.coverage.skipped.iter().filter(|(path, _)| here(path)).count();
    let mut say = |style, mark, text: String| {
        page.space(2);
        page.put(style, mark);
        page.put(Style::Plain, &text);
        page.end();
    };
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

fn heading(cluster: &ClusterReport, report: &Report, sources: &Sources, page: &mut Page) {
    page.put(Style::of(cluster.verdict), words(cluster.verdict));
    page.space(2);
    page.put(Style::Bold, &cluster.address);
    let place = cluster.location.map(|span| path(span, sources)).unwrap_or_default();
    // A place below the root module's folder says by itself which one it is.
    let below = |rest: &str| rest.starts_with('/');
    let says = !place.is_empty() && (cluster.root == "." || place.strip_prefix(&cluster.root).is_some_and(below));
    if report.roots > 1 && !says {
        page.put(Style::Plain, &format!(" in {}", cluster.root));
    }
    if let Some(environment) = &cluster.environment {
        page.put(Style::Plain, &format!(" ({environment})"));
    }
    if let Some(before) = report.since.as_ref().and_then(|since| since.before(cluster)) {
        page.put(Style::Plain, &format!(" (was {})", words(before).to_lowercase()));
    }
    if let Some(span) = cluster.location {
        let line = sources.get(span.file).map_or(1, |f| f.position(span.start).line);
        page.put(Style::Dim, &format!("  {place}:{line}"));
    }
    page.end();
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
    page.put(Style::Plain, &format!(" {} {:names$}  ", requirement.code, requirement.name));
    let indent = 4 + requirement.code.len() + 1 + names + 2;
    let open = requirement.decides.iter().filter(|d| !requirement.reason.contains(d.as_str()));
    let open: Vec<&str> = open.map(String::as_str).collect();
    let mut lines = wrap(&requirement.reason, page.width.saturating_sub(indent).max(24));
    if !open.is_empty() {
        lines.extend(wrap(&format!("decided by {}", open.join(", ")), page.width.saturating_sub(indent).max(24)));
    }
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            page.space(indent);
        }
        page.put(Style::Plain, line);
        page.end();
    }
}

/// The table of node pools.
fn pools(pools: &[PoolReport], page: &mut Page) {
    if pools.is_empty() {
        return;
    }
    let unknown = || "not known".to_string();
    let cells = |p: &PoolReport| {
        let nodes = p.nodes.map_or_else(unknown, |(min, max)| match min == max {
            true => plural(min as usize, "node"),
            false => format!("{min} to {max} nodes"),
        });
        let machine = p.machine_type.clone().unwrap_or_else(|| "machine not known".into());
        let size = match (p.vcpus, p.memory_mib) {
            (Some(vcpus), Some(memory)) => format!("{vcpus} vCPU, {memory} MiB"),
            _ => unknown(),
        };
        let counts = match p.counts {
            Some(true) => "qualifies".to_string(),
            Some(false) => format!("does not qualify: {}", p.why_not.as_deref().unwrap_or("")),
            None => format!("open: {}", p.why_not.as_deref().unwrap_or("")),
        };
        [p.address.clone(), nodes, machine, size, counts]
    };
    let rows: Vec<[String; 5]> = pools.iter().map(cells).collect();
    let widths: Vec<usize> =
        (0..5).map(|i| rows.iter().filter_map(|r| r.get(i)).map(|c| c.width()).max().unwrap_or(0)).collect();
    page.space(2);
    page.put(Style::Bold, "Node pools");
    page.end();
    for row in rows {
        page.space(4);
        for (cell, width) in row.iter().zip(&widths) {
            page.put(Style::Plain, cell);
            page.space(if Some(cell) == row.last() { 0 } else { width - cell.width() + 2 });
        }
        page.end();
    }
}
