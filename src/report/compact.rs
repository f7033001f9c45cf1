//! `--format compact`: one finding a line, as compilers write them.

use super::{ReportView, line, word};
use crate::base::source::Sources;
use std::io::{Result, Write};

/// The report as text: `file:line:column: level code name: message`.
///
/// # Errors
/// What `out` gives.
pub fn compact(report: ReportView, sources: &Sources, out: &mut impl Write) -> Result<()> {
    for diagnostic in report.reported() {
        let f = &diagnostic.finding;
        let place = match report.shown_place(diagnostic, sources) {
            Some(place) => place.to_string(),
            None => diagnostic.root.clone(),
        };
        writeln!(
            out,
            "{}: {} {} {}: {}",
            line(&place),
            word(f.level),
            f.code,
            f.name,
            line(&report.message(diagnostic))
        )?;
    }
    if let Some((file, hidden)) = report.hidden() {
        writeln!(out, "{}:1:1: note configuration: {}", line(file), line(&hidden))?;
    }
    Ok(())
}
