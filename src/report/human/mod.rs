//! `--format human`: the verdict of each cluster first, then what is wrong with its source, then what was not checked.

mod clusters;
mod coverage;
mod diagnostics;

pub use diagnostics::{diagnostic_text, source_text};

use super::{Report, plural};
use crate::finding::{Level, Verdict};
use crate::source::Sources;
use codespan_reporting::term::termcolor::{Buffer, Color, ColorSpec, WriteColor};
use std::io::Write;

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Verdicts and errors.
    Quiet,
    /// What a reader needs to act.
    Normal,
    /// All that is known.
    Verbose,
}

/// The report as text of at most `width` columns outside of source excerpts, with colours where `color` says so.
pub fn human(report: &Report, sources: &Sources, detail: Detail, color: bool, width: usize) -> Vec<u8> {
    let buffer = if color { Buffer::ansi() } else { Buffer::no_color() };
    let mut page = Page { buffer, detail, width: width.clamp(60, 120) };
    clusters::write(report, sources, &mut page);
    diagnostics::write(report, sources, &mut page);
    if detail != Detail::Quiet {
        coverage::write(&report.coverage, &mut page);
    }
    summary(report, &mut page);
    page.buffer.into_inner()
}

/// Only the findings, without colours.
pub fn findings(report: &Report, sources: &Sources, detail: Detail, width: usize) -> Vec<u8> {
    let mut page = Page { buffer: Buffer::no_color(), detail, width };
    diagnostics::write(report, sources, &mut page);
    page.buffer.into_inner()
}

/// The text so far. Writing into memory does not fail.
struct Page {
    buffer: Buffer,
    detail: Detail,
    width: usize,
}

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Plain,
    Bold,
    Dim,
    Good,
    Bad,
    Open,
    Note,
}

impl Page {
    fn put(&mut self, style: Style, text: &str) {
        if style == Style::Plain {
            let _ = self.buffer.write_all(super::text::line(text).as_bytes());
            return;
        }
        let _ = self.buffer.set_color(&style.spec());
        let _ = self.buffer.write_all(super::text::line(text).as_bytes());
        let _ = self.buffer.reset();
    }

    fn space(&mut self, columns: usize) {
        let _ = self.buffer.write_all(" ".repeat(columns).as_bytes());
    }

    fn end(&mut self) {
        let _ = self.buffer.write_all(b"\n");
    }
}

impl Style {
    fn spec(self) -> ColorSpec {
        let mut spec = ColorSpec::new();
        match self {
            Style::Plain => &mut spec,
            Style::Bold => spec.set_bold(true),
            Style::Dim => spec.set_dimmed(true),
            Style::Good => spec.set_bold(true).set_fg(Some(Color::Green)),
            Style::Bad => spec.set_bold(true).set_fg(Some(Color::Red)),
            Style::Open => spec.set_bold(true).set_fg(Some(Color::Yellow)),
            Style::Note => spec.set_bold(true).set_fg(Some(Color::Cyan)),
        };
        spec
    }

    fn of(verdict: Verdict) -> Style {
        match verdict {
            Verdict::Ready => Style::Good,
            Verdict::NotReady => Style::Bad,
            Verdict::Undecided => Style::Open,
        }
    }
}

/// One line with the counts.
fn summary(report: &Report, page: &mut Page) {
    let count = |verdict| report.clusters.iter().filter(|c| c.verdict == verdict).count();
    let verdicts = [(Verdict::NotReady, "not ready"), (Verdict::Undecided, "undecided"), (Verdict::Ready, "ready")];
    let mut parts: Vec<(Style, String)> = Vec::new();
    for (verdict, words) in verdicts {
        let n = count(verdict);
        if n > 0 {
            parts.push((Style::of(verdict), format!("{} {words}", plural(n, "cluster"))));
        }
    }
    if parts.is_empty() {
        let unchanged = report.since.as_ref().is_some_and(|since| since.clusters > 0);
        parts.push((Style::Plain, if unchanged { "no verdict changed" } else { "no cluster" }.into()));
    }
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
    parts.push((
        Style::Dim,
        format!("{}, {}", plural(report.roots, "root module"), plural(report.coverage.files, "file")),
    ));
    for (i, (style, text)) in parts.iter().enumerate() {
        if i > 0 {
            page.put(Style::Dim, " · ");
        }
        page.put(*style, text);
    }
    page.end();
}
