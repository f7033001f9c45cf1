//! `--format markdown`: a comment for a pull request.

use super::place::Place;
use super::{Diagnostic, Report, line, plural, url};
use crate::finding::{ClusterReport, Level, Status, Verdict};
use crate::source::Sources;
use std::fmt::Write;

/// More findings than this are only counted: a comment has its limits.
const MOST: usize = 100;

/// The report as GitHub's and GitLab's Markdown.
pub fn markdown(report: &Report, sources: &Sources) -> String {
    let mut text = format!("## kfplint: {}\n", verdict(report.verdict));
    for cluster in &report.clusters {
        requirements(cluster, &mut text);
    }
    let open: Vec<&Diagnostic> = report.open().collect();
    if !open.is_empty() {
        text.push_str("\n### Findings\n\n");
    }
    for diagnostic in open.iter().take(MOST) {
        finding(diagnostic, sources, &mut text);
    }
    if open.len() > MOST {
        let _ = writeln!(text, "- and {} more", open.len() - MOST);
    }
    for missing in &report.coverage.modules_missing {
        let _ =
            writeln!(text, "\n> Not checked: {} is not on disk ({})", code(&missing.address), code(&missing.source));
    }
    for (path, why) in &report.coverage.skipped {
        let _ = writeln!(text, "\n> Not checked: {}: {}", code(path), escape(why));
    }
    let counts = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")];
    let counts = counts.map(|(level, noun)| plural(report.count(level), noun));
    let _ = writeln!(text, "\n{} in {}", counts.join(", "), plural(report.roots, "root module"));
    text
}

fn requirements(cluster: &ClusterReport, text: &mut String) {
    let _ = writeln!(text, "\n### {} {}", code(&cluster.address), verdict(cluster.verdict));
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
        let decides = if decides.is_empty() { String::new() } else { format!(" (decided by {})", decides.join(", ")) };
        let _ = writeln!(text, "| {mark} | {} {} | {}{decides} |", link(r.code), r.name, escape(&r.reason));
    }
    text.push_str("\n</details>\n");
}

fn finding(diagnostic: &Diagnostic, sources: &Sources, text: &mut String) {
    let f = &diagnostic.finding;
    let mark = match f.level {
        Level::Error => "❌",
        Level::Warning => "⚠️",
        Level::Note => "ℹ️",
    };
    let place = match f.primary.map(|span| Place::of(span, sources)) {
        Some(p) => format!("{}:{}", p.file, p.start.line),
        None => diagnostic.root.clone(),
    };
    let _ = writeln!(text, "- {mark} **{} {}** {}: {}", link(f.code), f.name, code(&place), escape(&f.message));
    for help in &f.help {
        match help.split_once('\n') {
            Some((first, terraform)) => {
                let fence = fence(terraform);
                let _ = writeln!(text, "  {}\n  {fence}hcl", escape(first));
                for l in terraform.lines() {
                    let _ = writeln!(text, "  {}", line(l));
                }
                let _ = writeln!(text, "  {fence}");
            }
            None => {
                let _ = writeln!(text, "  {}", escape(help));
            }
        }
    }
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
