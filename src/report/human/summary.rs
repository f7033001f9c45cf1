//! The last line: the counts.

use super::{Detail, Page, Style};
use crate::diagnostic::{Level, Verdict};
use crate::report::{Report, plural};
use std::cmp::Reverse;
use unicode_width::UnicodeWidthStr;

pub fn write(report: &Report, page: &mut Page) {
    let mut parts = verdicts(report);
    let levels = [
        (Level::Error, "error", Style::Bad),
        (Level::Warning, "warning", Style::Open),
        (Level::Note, "note", Style::Note),
    ];
    for (level, noun, style) in levels {
        let n = report.count(level);
        if n > 0 {
            parts.push((style, plural(n, noun)));
        }
    }
    if report.suppressed() > 0 {
        parts.push((Style::Dim, format!("{} suppressed", report.suppressed())));
    }
    if let Some(held) = &report.baseline {
        parts.push((Style::Dim, format!("{} known", held.known)));
    }
    parts.extend(unchecked(report).map(|text| (Style::Open, text)));
    let looked = format!("{}, {}", plural(report.roots, "root module"), plural(report.coverage.files, "file"));
    parts.push((Style::Dim, looked));
    parts.extend(page.took.map(|took| (Style::Dim, format!("{:.2} s", took.as_secs_f64()))));
    joined(&parts, page);
    if page.detail != Detail::Quiet {
        next(report, page);
    }
}

/// What to do next: the fixes that there are, and the page of the worst finding's rule.
fn next(report: &Report, page: &mut Page) {
    let Some(worst) = report.open().map(|d| &d.finding).min_by_key(|f| (Reverse(f.level), f.code)) else { return };
    let (safe, more) = report.fixable();
    let mut parts = Vec::new();
    match (safe, more) {
        (0, 0) => {}
        (0, more) => parts.push(format!("{more} fixable with --fix --unsafe-fixes")),
        (safe, 0) => parts.push(format!("{safe} fixable with --fix")),
        (safe, more) => parts.push(format!("{safe} fixable with --fix, {more} more with --unsafe-fixes")),
    }
    parts.push(format!("kfplint explain {}", worst.code));
    let parts: Vec<(Style, String)> = parts.into_iter().map(|part| (Style::Dim, part)).collect();
    joined(&parts, page);
}

/// The parts with dots between them, as many on each line as fit.
fn joined(parts: &[(Style, String)], page: &mut Page) {
    let mut used = 0;
    for (style, text) in parts {
        if used > 0 && used + 3 + text.width() > page.width {
            page.end();
            used = 0;
        }
        if used > 0 {
            page.put(Style::Dim, " · ");
            used += 3;
        }
        page.put(*style, text);
        used += text.width();
    }
    page.end();
}

fn verdicts(report: &Report) -> Vec<(Style, String)> {
    let verdicts = [(Verdict::NotReady, "not ready"), (Verdict::Undecided, "undecided"), (Verdict::Ready, "ready")];
    let mut parts = Vec::new();
    for (verdict, words) in verdicts {
        let n = report.clusters.iter().filter(|c| c.verdict == verdict).count();
        if n > 0 {
            parts.push((Style::of(verdict), format!("{} {words}", plural(n, "cluster"))));
        }
    }
    if parts.is_empty() {
        let unchanged = report.since.as_ref().is_some_and(|since| since.clusters > 0);
        parts.push((Style::Plain, if unchanged { "no verdict changed" } else { "no cluster" }.into()));
    }
    parts
}

/// What was not checked, counted.
fn unchecked(report: &Report) -> Option<String> {
    let coverage = &report.coverage;
    let counts = [
        (coverage.skipped.len(), "path"),
        (coverage.modules_missing.len(), "module"),
        (coverage.undecided_blocks.len(), "block"),
    ];
    let words: Vec<String> = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, noun)| plural(n, noun)).collect();
    (!words.is_empty()).then(|| format!("{} not checked", words.join(", ")))
}
