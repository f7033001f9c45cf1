//! `--format human`: the verdict of each cluster first, then what is wrong with its source, then what was not checked.

mod clusters;
mod coverage;
mod diagnostics;
mod groups;
mod links;
mod pools;
mod source;
mod statistics;
mod summary;
mod suppressed;

pub use diagnostics::{finding_text, source_text};
pub use links::{END as LINK_END, begin as link_begin};

use super::Report;
use super::wrap::wrap;
use crate::base::source::Sources;
use crate::diagnostic::Verdict;
use std::io::Write;
use std::time::Duration;
use termcolor::{Buffer, Color, ColorSpec, WriteColor};
use unicode_width::UnicodeWidthStr;

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

/// How the report looks.
#[derive(Clone, Copy, Debug)]
pub struct ReportStyle {
    /// How much is shown.
    pub detail: Detail,
    /// Whether there are colours.
    pub color: bool,
    /// Whether places and rules are hyperlinks (OSC 8), for terminals that have them.
    pub links: bool,
    /// Columns.
    pub width: usize,
    /// How long the run took, where it is to be told.
    pub took: Option<Duration>,
    /// Whether the findings of each rule are counted in place of being shown.
    pub counts: bool,
}

impl ReportStyle {
    /// What a file gets: a hundred columns without colours and links.
    pub const FILE: ReportStyle =
        ReportStyle { detail: Detail::Normal, color: false, links: false, width: 100, took: None, counts: false };

    /// Text without colours and links.
    pub fn plain(detail: Detail, width: usize) -> ReportStyle {
        ReportStyle { detail, color: false, links: false, width, took: None, counts: false }
    }
}

/// The report as text.
pub fn human(report: &Report, sources: &Sources, view: ReportStyle) -> Vec<u8> {
    let mut page = Page::new(ReportStyle { width: view.width.clamp(60, 120), ..view });
    clusters::write(report, sources, &mut page);
    match view.counts {
        true => statistics::write(report, &mut page),
        false => diagnostics::write(report, sources, &mut page),
    }
    if view.detail == Detail::Verbose {
        suppressed::write(report, sources, &mut page);
    }
    if view.detail != Detail::Quiet {
        coverage::write(&report.coverage, &mut page);
    }
    summary::write(report, &mut page);
    if let Some((_, hidden)) = report.hidden() {
        page.put(Style::Open, "Configuration: ");
        for (at, text) in wrap(&hidden, page.width.saturating_sub(15)).iter().enumerate() {
            page.space(if at == 0 { 0 } else { 15 });
            page.put(Style::Plain, text);
            page.end();
        }
    }
    page.buffer.into_inner()
}

/// Only the findings, without colours.
pub fn findings(report: &Report, sources: &Sources, detail: Detail, width: usize) -> Vec<u8> {
    let mut page = Page::new(ReportStyle::plain(detail, width));
    diagnostics::write(report, sources, &mut page);
    page.buffer.into_inner()
}

/// The text so far. Writing into memory does not fail.
struct Page {
    buffer: Buffer,
    detail: Detail,
    width: usize,
    links: bool,
    took: Option<Duration>,
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
    Aside,
}

impl Page {
    fn new(view: ReportStyle) -> Page {
        let ReportStyle { detail, color, links, width, took, counts: _ } = view;
        Page { buffer: buffer(color), detail, width, links, took }
    }

    fn put(&mut self, style: Style, text: &str) {
        if style == Style::Plain {
            let _ = self.buffer.write_all(super::text::line(text).as_bytes());
            return;
        }
        let _ = self.buffer.set_color(&style.spec());
        let _ = self.buffer.write_all(super::text::line(text).as_bytes());
        let _ = self.buffer.reset();
    }

    /// A piece of text that leads to a place, where the terminal has links.
    fn link(&mut self, style: Style, text: &str, target: Option<String>) {
        let target = target.filter(|_| self.links);
        let _ = target.iter().try_for_each(|url| self.buffer.write_all(links::begin(url).as_bytes()));
        self.put(style, text);
        let _ = target.iter().try_for_each(|_| self.buffer.write_all(links::END.as_bytes()));
    }

    /// Ends a line that has `used` columns with a dim text, or puts it beneath where it does not fit.
    fn beside_or_below(&mut self, used: usize, indent: usize, text: &str) {
        let text = super::text::line(text);
        if used + 2 + text.width() <= self.width {
            if used > 0 {
                self.space(2);
            }
            self.put(Style::Dim, &text);
            return self.end();
        }
        if used > 0 {
            self.end();
        }
        for (at, text) in wrap(&text, self.width.saturating_sub(indent)).iter().enumerate() {
            if at > 0 || used > 0 {
                self.space(indent);
            }
            self.put(Style::Dim, text);
            self.end();
        }
    }

    /// Ends a line that has `used` columns with words, as many on each line as fit.
    fn listed(&mut self, mut used: usize, indent: usize, words: &[&str]) {
        for word in words {
            if used + 2 + word.width() > self.width {
                self.end();
                self.space(indent);
                used = indent;
            }
            self.space(2);
            self.put(Style::Plain, word);
            used += 2 + word.width();
        }
        self.end();
    }

    fn space(&mut self, columns: usize) {
        let _ = self.buffer.write_all(" ".repeat(columns).as_bytes());
    }

    fn end(&mut self) {
        let _ = self.buffer.write_all(b"\n");
    }
}

fn buffer(color: bool) -> Buffer {
    if color { Buffer::ansi() } else { Buffer::no_color() }
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
            Style::Aside => spec.set_fg(Some(Color::Cyan)),
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
