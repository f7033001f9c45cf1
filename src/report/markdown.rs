//! `--format markdown`: a comment for a pull request.

use super::place::ShownPlace;
use super::{Diagnostic, Report, ReportView, line, plural, url};
use crate::base::source::Sources;
use crate::diagnostic::{ClusterReport, Level, Status, Verdict};
use std::fmt::Write;

/// Characters at most: GitHub takes comments of 65,536.
const MOST: usize = 65_000;
/// Characters that clusters may fill, so that there is room for the findings.
const MOST_OF_CLUSTERS: usize = 30_000;
/// Characters of what the configuration turns off.
const MOST_HIDDEN: usize = 2_000;
/// Characters that are kept for the counts of what does not fit.
const COUNTS: usize = 100;

/// The report as GitHub's and GitLab's Markdown. What does not fit into a comment is counted.
pub fn markdown(report: ReportView, sources: &Sources) -> String {
    let mut text = format!("## kfplint: {}\n", verdict(report.verdict));
    if let Some(since) = report.since.as_ref().filter(|since| since.verdicts.is_empty()) {
        let _ = writeln!(text, "\nNo change: the verdicts are those of {}", code(&since.reference));
    }
    if let Some((_, hidden)) = report.hidden() {
        let hidden: String = hidden.chars().take(MOST_HIDDEN).collect();
        let _ = writeln!(text, "\n> ⚠️ Configuration: {}", prose(&hidden));
    }
    let mut clusters: Vec<&ClusterReport> = report.clusters.iter().collect();
    clusters.sort_by_key(|c| c.verdict == Verdict::Ready);
    let left = fill(&mut text, clusters.iter().map(|c| requirements(c, &report, sources)), MOST_OF_CLUSTERS);
    if left > 0 {
        let _ = writeln!(text, "\nand {}", plural(left, "more cluster"));
    }
    let end = summary(report);
    let room = MOST.saturating_sub(end.chars().count() + COUNTS);
    let mut open: Vec<&Diagnostic> = report.reported().collect();
    open.sort_by_key(|d| std::cmp::Reverse(d.finding.level));
    if !open.is_empty() {
        text.push_str("\n### Findings\n\n");
    }
    let left = fill(&mut text, open.iter().map(|d| finding(d, sources)), room.saturating_sub(COUNTS));
    if left > 0 {
        let _ = writeln!(text, "- and {left} more");
    }
    let missing = report.coverage.modules_missing.iter();
    let missing = missing.map(|m| format!("{} is not on disk ({})", code(&m.address), code(&m.source)));
    let skipped = report.coverage.skipped.iter().map(|(path, why)| format!("{}: {}", code(path), prose(why)));
    let unchecked = missing.chain(skipped).map(|what| format!("\n> Not checked: {what}\n"));
    let left = fill(&mut text, unchecked, room);
    if left > 0 {
        let _ = writeln!(text, "\n> Not checked: {left} more");
    }
    text + &end
}

/// Adds items while the text stays within so many characters, and gives the number of those that do not fit.
fn fill(text: &mut String, items: impl Iterator<Item = String>, most: usize) -> usize {
    let mut length = text.chars().count();
    let mut left = 0;
    for item in items {
        length += item.chars().count();
        match length <= most {
            true => text.push_str(&item),
            false => left += 1,
        }
    }
    left
}

fn summary(report: ReportView) -> String {
    let counts = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")];
    let mut counts = counts.map(|(level, noun)| plural(report.count(level), noun)).to_vec();
    if report.suppressed() > 0 {
        counts.push(format!("{} suppressed", report.suppressed()));
    }
    if let Some(held) = &report.baseline {
        counts.push(format!("{} known from the baseline", held.known));
    }
    format!("\n{} in {}\n", counts.join(", "), plural(report.roots, "root module"))
}

fn heading(cluster: &ClusterReport, report: &Report, sources: &Sources) -> String {
    let mut text = format!("\n### {}", code(&cluster.address));
    if let Some(environment) = &cluster.environment {
        let _ = write!(text, " ({})", escape(environment));
    }
    let _ = write!(text, " {}", verdict(cluster.verdict));
    if let Some(before) = report.since.as_ref().and_then(|since| since.before(cluster)) {
        let _ = write!(text, " (was {})", verdict(before));
    }
    let place = cluster.location.map(|span| ShownPlace::of(span, sources));
    let place = place.map(|p| format!("{} in ", code(&format!("{}:{}", p.file, p.start.line)))).unwrap_or_default();
    let _ = writeln!(text, "\n\n{place}root module {}", code(&cluster.root));
    text
}

fn requirements(cluster: &ClusterReport, report: &Report, sources: &Sources) -> String {
    let mut text = heading(cluster, report, sources);
    let shown = |status| cluster.requirements.iter().filter(move |r| r.status == status);
    let open = shown(Status::Unmet).count() + shown(Status::Undecided).count();
    let _ = writeln!(
        text,
        "\n<details{}><summary>{} met, {} not met, {} undecided</summary>\n\n| | requirement | why |\n|---|---|---|",
        if open > 0 { " open" } else { "" },
        shown(Status::Met).count(),
        shown(Status::Unmet).count(),
        shown(Status::Undecided).count(),
    );
    for r in cluster.requirements.iter().filter(|r| r.status != Status::NotApplicable) {
        let mark = match (r.status, r.level) {
            (Status::Met, _) => "✅",
            (Status::Undecided, _) => "❔",
            (_, Level::Error) if !r.suppressed => "❌",
            _ => "⚠️",
        };
        let decides: Vec<String> = r.decides.iter().map(|d| code(d)).collect();
        let decides = if decides.is_empty() { String::new() } else { format!(" (decided by: {})", decides.join(", ")) };
        let _ = writeln!(text, "| {mark} | {} {} | {}{decides} |", link(r.code), r.name, prose(&r.why()));
    }
    text + "\n</details>\n"
}

fn finding(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let f = &diagnostic.finding;
    let mark = match f.level {
        Level::Error => "❌",
        Level::Warning => "⚠️",
        Level::Note => "ℹ️",
    };
    let place = match f.span().map(|span| ShownPlace::of(span, sources)) {
        Some(p) => format!("{}:{}", p.file, p.start.line),
        None => diagnostic.root.clone(),
    };
    let message = format!("{} in root module {}", prose(&diagnostic.message()), code(&diagnostic.root));
    let mut text = format!("- {mark} **{} {}** {}: {message}\n", link(f.code), f.name, code(&place));
    for help in &f.help {
        match help.split_once('\n') {
            Some((first, terraform)) => {
                let fence = fence(terraform);
                let _ = writeln!(text, "  {}\n  {fence}hcl", prose(first));
                for l in terraform.lines() {
                    let _ = writeln!(text, "  {}", line(l));
                }
                let _ = writeln!(text, "  {fence}");
            }
            None => {
                let _ = writeln!(text, "  {}", prose(help));
            }
        }
    }
    text
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "✅ ready",
        Verdict::NotReady => "❌ not ready",
        Verdict::Undecided => "❔ undecided",
    }
}

fn link(code: &str) -> String {
    url(code).map_or_else(|| code.to_string(), |url| format!("[{code}]({url})"))
}

/// Text in which nothing is markup, a mention, or HTML.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in line(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            other => out.push(other),
        }
    }
    out
}

/// A sentence, with what stands in backticks in code spans.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    match parts.len() % 2 {
        1 => parts.iter().enumerate().map(|(i, part)| if i % 2 == 1 { code(part) } else { escape(part) }).collect(),
        _ => escape(text),
    }
}

/// Text in a code span; as escaped text where it could end the span, a table's cell, or pass for HTML.
fn code(text: &str) -> String {
    match text.is_empty() || text.contains(['`', '<', '>', '|']) {
        true => escape(text),
        false => format!("`{}`", line(text)),
    }
}

/// A fence that no line of the text can close.
fn fence(text: &str) -> String {
    let longest = text.lines().map(|l| l.trim_start().chars().take_while(|c| *c == '`').count()).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}
