//! `--format github`: workflow commands, which GitHub shows as annotations of a pull request.
//!
//! Source: GitHub's documentation, "Workflow commands for GitHub Actions"; escaping as in actions/toolkit `command.ts`.

use super::{ReportView, line};
use crate::base::source::Sources;
use crate::diagnostic::Level;
use std::io::{Result, Write};

/// The report as workflow commands.
///
/// # Errors
/// What `out` gives.
pub fn github(report: ReportView, sources: &Sources, out: &mut impl Write) -> Result<()> {
    if let Some((file, hidden)) = report.hidden() {
        let title = property("kfplint: configuration");
        let file = property(&report.repository_path(file));
        writeln!(out, "::notice file={file},line=1,title={title}::{}", data(&hidden))?;
    }
    // GitHub shows ten of each kind for a step: those that count most come first.
    let mut all: Vec<_> = report.reported().collect();
    all.sort_by_key(|d| std::cmp::Reverse(d.finding.level));
    for diagnostic in all {
        let f = &diagnostic.finding;
        let command = match f.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(place) = report.shown_place(diagnostic, sources) {
            properties.push(format!("file={}", property(&report.repository_path(&place.file))));
            properties.push(format!("line={}", place.start.line));
            properties.push(format!("endLine={}", place.end.line));
            if place.start.line == place.end.line {
                properties.push(format!("col={}", place.start.column));
                properties.push(format!("endColumn={}", place.end.column));
            }
        }
        properties.push(format!("title={}", property(&format!("{} {}", f.code, f.name))));
        let own = report.message(diagnostic);
        let message: Vec<&str> = std::iter::once(own.as_str()).chain(f.help.iter().map(String::as_str)).collect();
        writeln!(out, "::{command} {}::{}", properties.join(","), data(&message.join("\n")))?;
    }
    Ok(())
}

fn data(text: &str) -> String {
    let safe: Vec<_> = text.split('\n').map(|l| line(l).replace('%', "%25")).collect();
    safe.join("%0A")
}

fn property(text: &str) -> String {
    line(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}
