//! `--format compact`: one finding a line, as compilers write them.

use super::{Report, line, word};
use crate::base::source::Sources;
use std::fmt::Write;

/// The report as text: `file:line:column: level code name: message`.
pub fn compact(report: &Report, sources: &Sources) -> String {
    let mut text = String::new();
    for diagnostic in report.reported() {
        let f = &diagnostic.finding;
        let place = match report.shown_place(diagnostic, sources) {
            Some(place) => place.to_string(),
            None => diagnostic.root.clone(),
        };
        let _ = writeln!(
            text,
            "{}: {} {} {}: {}",
            line(&place),
            word(f.level),
            f.code,
            f.name,
            line(&report.message(diagnostic))
        );
    }
    if let Some((file, hidden)) = report.hidden() {
        let _ = writeln!(text, "{}:1:1: note configuration: {}", line(file), line(&hidden));
    }
    text
}
