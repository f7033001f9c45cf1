//! `--format gitlab`: GitLab's Code Quality report.
//!
//! Source: GitLab's documentation, "Code Quality report format".

use super::model::Streamed;
use super::{ReportView, line, write_json};
use crate::base::source::Sources;
use crate::diagnostic::Level;
use md5::{Digest, Md5};
use serde_json::{Value, json};
use std::io::{Result, Write};

/// Writes the report as JSON, one finding at a time.
///
/// # Errors
/// What `out` gives.
pub fn gitlab(report: ReportView, sources: &Sources, out: &mut impl Write) -> Result<()> {
    let one = |d: &super::Diagnostic| {
        let f = &d.finding;
        let place = report.shown_place(d, sources);
        json!({
            "description": format!("{} {}: {}", f.code, f.name, line(&report.message(d))),
            "check_name": f.code,
            "fingerprint": d.fingerprint,
            "severity": match f.level {
                Level::Error => "critical",
                Level::Warning => "minor",
                Level::Note => "info",
            },
            "location": {
                "path": report.repository_path(place.as_ref().map_or(d.root.as_str(), |p| p.file.as_str())),
                "lines": {
                    "begin": place.as_ref().map_or(1, |p| p.start.line),
                    "end": place.as_ref().map_or(1, |p| p.end.line),
                },
            },
        })
    };
    let hidden: Option<Value> = report.hidden().map(|(file, text)| {
        json!({
            "description": format!("Configuration: {}", line(&text)),
            "check_name": "configuration",
            "fingerprint": format!("{:x}", Md5::digest(&text)),
            "severity": "info",
            "location": { "path": report.repository_path(file), "lines": { "begin": 1, "end": 1 } },
        })
    });
    write_json(&Streamed(|| report.open().map(one).chain(hidden.clone())), out)
}
