//! `--format azure`: logging commands, which Azure Pipelines shows as issues of a run.
//!
//! Source: Microsoft's documentation, "Logging commands"; escaping as in microsoft/azure-pipelines-task-lib `taskcommand.ts`.

use super::{ReportView, line, unmarked};
use crate::base::source::Sources;
use crate::diagnostic::Level;
use std::io::{Result, Write};

/// The report as logging commands. There are no notes among issues: they are lines of the log.
///
/// # Errors
/// What `out` gives.
pub fn azure(report: ReportView, sources: &Sources, out: &mut impl Write) -> Result<()> {
    for diagnostic in report.reported() {
        let f = &diagnostic.finding;
        let place = report.shown_place(diagnostic, sources);
        let message = format!("{}: {}", f.name, report.message(diagnostic));
        let kind = match f.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => {
                let at = place.map_or_else(|| diagnostic.root.clone(), |place| place.to_string());
                writeln!(out, "{}", unmarked(&line(&format!("{at}: note {} {message}", f.code))))?;
                continue;
            }
        };
        let mut properties = vec![format!("type={kind}")];
        if let Some(place) = place {
            properties.push(format!("sourcepath={}", property(&report.repository_path(&place.file))));
            properties.push(format!("linenumber={}", place.start.line));
            properties.push(format!("columnnumber={}", place.start.column));
        }
        properties.push(format!("code={}", f.code));
        writeln!(out, "##vso[task.logissue {};]{}", properties.join(";"), data(&message))?;
    }
    if let Some((file, hidden)) = report.hidden() {
        writeln!(out, "{}", unmarked(&line(&format!("{file}:1:1: note configuration: {hidden}"))))?;
    }
    Ok(())
}

fn data(text: &str) -> String {
    unmarked(&line(text)).replace('%', "%AZP25")
}

fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}
