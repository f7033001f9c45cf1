//! One verdict for each cluster, with the requirements that are not met or not decided.

use super::{Detail, Page, Style, links, pools};
use crate::base::source::Sources;
use crate::diagnostic::{ClusterReport, Level, Requirement, Status, Verdict};
use crate::report::wrap::wrap;
use crate::report::{Diagnostic, Report, path, plural, url};
use rustc_hash::FxHashMap;
use unicode_width::UnicodeWidthStr;

/// Most clusters that are shown with their requirements, unless everything is asked for.
const MOST: usize = 20;
/// Most clusters with the same answers that are named.
const MOST_ALIKE: usize = 20;
/// Most root modules without a cluster that are named.
const MOST_WITHOUT: usize = 10;
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
    let clusters = alike(ordered(report), page.detail);
    let most = if page.detail == Detail::Verbose { usize::MAX } else { MOST };
    let (shown, rest) = clusters.split_at(clusters.len().min(most));
    for group in shown {
        let Some(first) = group.first() else { continue };
        let most = if page.detail == Detail::Verbose { usize::MAX } else { MOST_ALIKE };
        for cluster in group.iter().take(most) {
            heading(cluster, report, sources, page);
            page.end();
            refused(cluster, report, page);
        }
        more(group.len().saturating_sub(most), page);
        if page.detail == Detail::Quiet {
            continue;
        }
        requirements(first, page);
        if page.detail == Detail::Verbose {
            pools::write(&first.node_pools, page);
        }
        page.end();
    }
    let rest: Vec<&ClusterReport> = rest.iter().flatten().copied().collect();
    for cluster in rest.iter().take(MOST_LINES) {
        let used = heading(cluster, report, sources, page);
        page.listed(used, 2, &faults(cluster));
    }
    more(rest.len().saturating_sub(MOST_LINES), page);
    if page.detail == Detail::Quiet || !rest.is_empty() {
        page.end();
    }
    if page.detail != Detail::Quiet && report.since.is_none() {
        without_cluster(report, page);
    }
}

/// Says how many clusters are not listed.
fn more(count: usize, page: &mut Page) {
    if count > 0 {
        page.put(Style::Dim, &format!("and {} (--verbose lists them)", plural(count, "more cluster")));
        page.end();
    }
}

/// The clusters in groups with the same answers but for their names, in the order of the first of each; each cluster apart
/// where everything is shown.
fn alike(clusters: Vec<&ClusterReport>, detail: Detail) -> Vec<Vec<&ClusterReport>> {
    let mut at: FxHashMap<_, usize> = FxHashMap::default();
    let mut groups: Vec<Vec<&ClusterReport>> = Vec::new();
    for cluster in clusters {
        // Names of the cluster's own module begin as its own.
        let module = cluster.address.rfind("google_container_cluster.").and_then(|end| cluster.address.get(..end));
        let name = module.filter(|module| !module.is_empty()).unwrap_or(&cluster.address);
        let unnamed = |text: &str| text.replace(name, "\0");
        let answer = |r: &Requirement| {
            (
                r.code,
                r.status,
                r.level as u8,
                r.suppressed,
                unnamed(&r.why()),
                r.decides.iter().map(|d| unnamed(d)).collect::<Vec<_>>(),
            )
        };
        let answers: Vec<_> = match detail {
            Detail::Normal => cluster.requirements.iter().map(answer).collect(),
            _ => Vec::new(),
        };
        let apart = if detail == Detail::Normal { None } else { Some(groups.len()) };
        let index = *at.entry((cluster.verdict as u8, answers, apart)).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.push(cluster),
            None => groups.push(vec![cluster]),
        }
    }
    groups
}

/// A line for each root module without a cluster.
fn without_cluster(report: &Report, page: &mut Page) {
    let most = if page.detail == Detail::Verbose { usize::MAX } else { MOST_WITHOUT };
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
fn faults(cluster: &ClusterReport) -> Vec<&'static str> {
    let decides = |r: &&Requirement| matches!(mark(r).0, 0 | 1);
    cluster.requirements.iter().filter(decides).map(|r| r.code).collect()
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
    let mut text = format!("no google_container_cluster in {roots}");
    if missing > 0 {
        text += &format!(", but {} not on disk may create one", plural(missing, "module"));
    }
    page.put(Style::Open, "NO CLUSTER");
    for (at, text) in wrap(&text, page.width.saturating_sub(12)).iter().enumerate() {
        page.space(if at == 0 { 2 } else { 12 });
        page.put(Style::Plain, text);
        page.end();
    }
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

/// The cluster's verdict, name and place: on one line, or the place beneath where it is too long. The columns that the last
/// line has used.
fn heading(cluster: &ClusterReport, report: &Report, sources: &Sources, page: &mut Page) -> usize {
    let verdict = words(cluster.verdict);
    let mut rest = root(cluster, report, sources);
    if let Some(environment) = &cluster.environment {
        rest += &format!(" ({environment})");
    }
    if let Some(before) = report.since.as_ref().and_then(|since| since.before(cluster)) {
        rest += &format!(" (was {})", words(before).to_lowercase());
    }
    page.put(Style::of(cluster.verdict), verdict);
    page.space(2);
    let indent = verdict.len() + 2;
    let mut used = indent + cluster.address.width() + rest.width();
    if used <= page.width {
        page.put(Style::Bold, &cluster.address);
        page.put(Style::Plain, &rest);
    } else {
        for (at, text) in wrap(&format!("{}{rest}", cluster.address), page.width - indent).iter().enumerate() {
            if at > 0 {
                page.end();
                page.space(indent);
            }
            page.put(Style::Bold, text);
            used = indent + text.width();
        }
    }
    let Some(span) = cluster.location else { return used };
    let file = path(span, sources);
    let line = sources.get(span.file).map_or(1, |f| f.position(span.start).line);
    let place = format!("{file}:{line}");
    if used + 2 + place.width() > page.width {
        page.end();
        used = 0;
    }
    page.space(2);
    page.link(Style::Dim, &place, links::file(&file));
    used + 2 + place.width()
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

/// What the answers about a cluster begin with that may not be there.
const IF_SO: &str = "; if so: ";
/// What stands between an undecided answer and its reasons.
const UNKNOWN: &str = " not known: ";

fn requirements(cluster: &ClusterReport, page: &mut Page) {
    let folded =
        |r: &&Requirement| page.detail != Detail::Verbose && matches!(r.status, Status::Met | Status::NotApplicable);
    let mut shown: Vec<&Requirement> = cluster.requirements.iter().filter(|r| !folded(r)).collect();
    shown.sort_by_key(|r| (mark(r).0, r.code));
    let names = shown.iter().map(|r| r.name.len()).max().unwrap_or(0);
    let (condition, deciding) = condition(&shown);
    if let Some(condition) = condition {
        let by = if deciding.is_empty() { String::new() } else { format!(" (decided by: {})", deciding.join(", ")) };
        for (at, text) in wrap(&format!("{condition}{by}; if so:"), page.width.saturating_sub(4)).iter().enumerate() {
            page.space(2);
            page.put(Style::Open, if at == 0 { "?" } else { " " });
            page.put(Style::Plain, &format!(" {text}"));
            page.end();
        }
    }
    let mut said: Vec<(&str, &str)> = Vec::new();
    for requirement in shown {
        let why = requirement.why();
        let why = condition.map_or(&*why, |condition| {
            why.strip_prefix(condition).and_then(|rest| rest.strip_prefix(IF_SO)).unwrap_or(&why)
        });
        let reasons = requirement.reason.rsplit_once(UNKNOWN).filter(|_| requirement.status == Status::Undecided);
        let Some((_, reasons)) = reasons else {
            row(requirement, why, &open(requirement, &deciding), names, page);
            continue;
        };
        // Its reasons name the inputs.
        match said.iter().find(|(before, _)| *before == reasons) {
            Some((_, code)) => row(requirement, &format!("undecided for the same reasons as {code}"), &[], names, page),
            None => {
                said.push((reasons, requirement.code));
                row(requirement, why, &[], names, page);
            }
        }
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

/// On what it hangs whether the cluster is there, where all undecided answers say so, and the inputs that all of them have.
fn condition<'r>(shown: &[&'r Requirement]) -> (Option<&'r str>, Vec<&'r str>) {
    let conditional = |r: &&'r Requirement| Some((r.reason.split_once(IF_SO)?.0, &r.decides));
    let all: Vec<_> = shown.iter().filter_map(conditional).collect();
    let Some((first, decides)) = all.first().filter(|_| all.len() > 1) else { return (None, Vec::new()) };
    if all.iter().any(|(other, _)| other != first) {
        return (None, Vec::new());
    }
    let by_all = |input: &&String| all.iter().all(|(_, decides)| decides.contains(input));
    (Some(first), decides.iter().filter(by_all).map(String::as_str).collect())
}

/// The inputs that decide a requirement, without those that are `known` to and those that its reason names.
fn open<'r>(requirement: &'r Requirement, known: &[&str]) -> Vec<&'r str> {
    let is_named = |input: &str| requirement.reason.contains(input) || known.contains(&input);
    requirement.decides.iter().map(String::as_str).filter(|input| !is_named(input)).collect()
}

/// One requirement: why its answer is so, and the inputs that decide it.
fn row(requirement: &Requirement, why: &str, open: &[&str], names: usize, page: &mut Page) {
    let (_, mark, style) = mark(requirement);
    page.space(2);
    page.put(style, mark);
    page.space(1);
    page.link(Style::Plain, &format!("{} {}", requirement.code, requirement.name), url(requirement.code));
    page.space(names.saturating_sub(requirement.name.len()) + 2);
    let indent = 4 + requirement.code.len() + 1 + names + 2;
    let mut lines = wrap(why, page.width.saturating_sub(indent).max(24));
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
