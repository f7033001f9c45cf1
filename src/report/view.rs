//! A report as a format shows it: all of it, or with no findings but errors.

use super::{Diagnostic, Report};
use crate::diagnostic::Level;
use std::collections::HashSet;
use std::ops::Deref;

/// A report, of which a format shows all findings or, with `--quiet`, the errors that are not suppressed.
#[derive(Clone, Copy, Debug)]
pub struct ReportView<'r> {
    report: &'r Report,
    errors_only: bool,
}

impl<'r> ReportView<'r> {
    /// All of a report.
    pub fn all(report: &'r Report) -> ReportView<'r> {
        ReportView { report, errors_only: false }
    }

    /// A report with no findings but errors.
    pub fn errors(report: &'r Report) -> ReportView<'r> {
        ReportView { report, errors_only: true }
    }

    /// The whole report.
    pub(crate) fn report(self) -> &'r Report {
        self.report
    }

    /// The findings, suppressed ones too.
    pub(crate) fn findings(self) -> impl Iterator<Item = &'r Diagnostic> + Clone {
        let shown = move |d: &&Diagnostic| {
            !self.errors_only || d.finding.level == Level::Error && d.finding.suppressed.is_none()
        };
        self.report.diagnostics.iter().filter(shown)
    }

    /// The findings that are not suppressed.
    pub(crate) fn open(self) -> impl Iterator<Item = &'r Diagnostic> + Clone {
        self.findings().filter(|d| d.finding.suppressed.is_none())
    }

    /// The open findings, each once: what several root modules have in a module that they share is said for the first.
    pub(crate) fn reported(self) -> impl Iterator<Item = &'r Diagnostic> {
        let mut seen = HashSet::new();
        self.open()
            .filter(move |d| d.finding.span().is_none_or(|span| seen.insert((d.finding.code, span, d.message()))))
    }

    /// How many open findings are of this level.
    pub(crate) fn count(self, level: Level) -> usize {
        self.open().filter(|d| d.finding.level == level).count()
    }

    /// How many findings are suppressed.
    pub(crate) fn suppressed(self) -> usize {
        self.findings().filter(|d| d.finding.suppressed.is_some()).count()
    }
}

/// Everything else is the same in both.
impl Deref for ReportView<'_> {
    type Target = Report;

    fn deref(&self) -> &Report {
        self.report
    }
}
