//! `--format rdjson`: reviewdog's diagnostic format. Columns are counted in bytes, as it asks for.
//!
//! Source: reviewdog/reviewdog `proto/rdf/reviewdog.proto`.

use super::model::Streamed;
use super::place::ShownPlace;
use super::{ReportView, line, url, write_json};
use crate::base::source::{Sources, Span};
use crate::diagnostic::{Fix, Level, Verdict};
use serde::Serialize;
use serde_json::{Value, json};
use std::io::{Result, Write};

#[derive(Serialize)]
struct Diagnostics<D> {
    source: Value,
    severity: &'static str,
    diagnostics: D,
}

/// Writes the report as JSON, one finding at a time.
///
/// # Errors
/// What `out` gives.
pub fn rdjson(report: ReportView, sources: &Sources, out: &mut impl Write) -> Result<()> {
    let one = |d: &super::Diagnostic| {
        let f = &d.finding;
        let place = report.place(d, sources);
        let location = match place {
            Some(span) => json!({ "path": ShownPlace::of(span, sources).file, "range": range(span, sources) }),
            None => json!({ "path": d.root }),
        };
        // A suggestion is for the finding's own file, and half a fix is none.
        let own = |fix: &&Fix| fix.edits.iter().all(|e| place.is_some_and(|p| p.file == e.span.file));
        let edits = f.fixes.iter().find(own).into_iter().flat_map(|fix| fix.edits.iter());
        let said = std::iter::once(&report.message(d)).chain(&f.help).map(|t| text(t)).collect::<Vec<_>>().join("\n");
        json!({
            "message": said,
            "location": location,
            "severity": match f.level {
                Level::Error => "ERROR",
                Level::Warning => "WARNING",
                Level::Note => "INFO",
            },
            "code": { "value": f.code, "url": url(f.code).unwrap_or_default() },
            "suggestions": edits.map(|e| json!({ "range": range(e.span, sources), "text": e.text })).collect::<Vec<_>>(),
        })
    };
    let hidden: Option<Value> = report.hidden().map(|(file, said)| {
        json!({
            "message": format!("Configuration: {}", line(&said)),
            "location": { "path": file },
            "severity": "INFO",
            "code": { "value": "configuration", "url": "" },
            "suggestions": [],
        })
    });
    let all = Diagnostics {
        source: json!({ "name": "kfplint", "url": env!("CARGO_PKG_REPOSITORY") }),
        severity: if report.verdict == Verdict::NotReady { "ERROR" } else { "WARNING" },
        diagnostics: Streamed(|| report.reported().map(one).chain(hidden.clone())),
    };
    write_json(&all, out)
}

fn text(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn range(span: Span, sources: &Sources) -> Value {
    let place = ShownPlace::of(span, sources);
    json!({
        "start": { "line": place.start.line, "column": place.bytes.0 + 1 },
        "end": { "line": place.end.line, "column": place.bytes.1 + 1 },
    })
}
