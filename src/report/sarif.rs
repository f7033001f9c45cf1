//! `--format sarif`: SARIF 2.1.0, which code scanning services read.
//!
//! Source: OASIS "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

mod model;

use super::model::Streamed;
use super::place::{ShownFiles, uri_path};
use super::{Diagnostic, Report, ReportView, line, url, word, write_json};
use crate::base::source::{Sources, Span};
use crate::diagnostic::{Edit, Finding, Fix, Suppressed, words};
use crate::resolve::provenance::Step;
use crate::rule::Rule;
use model::*;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Result, Write};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes the report as a SARIF log. No more of it is in memory than one result.
///
/// # Errors
/// What `out` gives.
pub fn sarif(report: ReportView, sources: &Sources, out: &mut impl Write) -> Result<()> {
    let rules = crate::rules::all();
    let writer = SarifWriter { report, sources, rules, files: ShownFiles::named(sources, |path| uri(&report, &path)) };
    let properties = SarifProperties {
        shard: report.shard.as_deref(),
        configuration: report.report().configuration.as_ref().map(|c| c.json()),
    };
    let run = SarifRun {
        tool: json!({
            "driver": {
                "name": "kfplint",
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(described).collect::<Vec<_>>(),
            },
        }),
        column_kind: "unicodeCodePoints",
        invocations: json!([{ "executionSuccessful": true, "toolExecutionNotifications": notifications(&report) }]),
        results: Streamed(|| report.findings().map(|d| writer.result(d))),
        properties: Some(properties).filter(|p| p.shard.is_some() || p.configuration.is_some()),
    };
    write_json(&SarifLog { schema: SCHEMA, version: "2.1.0", runs: [run] }, out)
}

fn described(rule: &Rule) -> Value {
    let mut out = Map::new();
    out.insert("id".into(), rule.code.into());
    out.insert("name".into(), rule.name.into());
    out.insert("shortDescription".into(), json!({ "text": rule.summary() }));
    out.insert("fullDescription".into(), json!({ "text": section(rule.page, "## What it checks") }));
    let help = section(rule.page, "## How to fix it");
    out.insert("help".into(), json!({ "text": help, "markdown": help }));
    if let Some(url) = url(rule.code) {
        out.insert("helpUri".into(), url.into());
    }
    out.insert("defaultConfiguration".into(), json!({ "level": word(rule.level) }));
    out.insert("properties".into(), json!({ "tags": ["terraform", "gke", "kubeflow-pipelines"] }));
    Value::Object(out)
}

/// What stands under a heading of a rule's page.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let body = page.split_once(heading).map_or("", |(_, rest)| rest);
    body.split("\n## ").next().unwrap_or_default().trim()
}

/// A file's URI, from the top of the repository: code scanning knows no other base.
fn uri(report: &Report, path: &str) -> String {
    let file = report.repository_path(path);
    let uri = uri_path(&file);
    if file.starts_with('/') { format!("file://{uri}") } else { uri }
}

fn lines(text: &str) -> Cow<'_, str> {
    if !text.contains('\n') {
        return line(text);
    }
    text.split('\n').map(line).collect::<Vec<_>>().join("\n").into()
}

/// What all results have in common.
struct SarifWriter<'r> {
    report: ReportView<'r>,
    sources: &'r Sources,
    rules: &'r [Rule],
    /// The files by their URIs.
    files: ShownFiles<'r>,
}

impl SarifWriter<'_> {
    fn result<'r>(&'r self, diagnostic: &'r Diagnostic) -> SarifResult<'r> {
        let f = &diagnostic.finding;
        let mut text = lines(&self.report.message(diagnostic)).into_owned();
        for help in &f.help {
            text.push('\n');
            text.push_str(&lines(help));
        }
        let place = self.report.place(diagnostic, self.sources).map(|span| self.physical(span));
        let address = f.address.as_deref();
        let address = address.map(|address| [SarifLogical { name: line(address), kind: "resource" }]);
        let location = SarifLocation { id: None, physical: place, logical: address, message: None };
        let is_somewhere = location.physical.is_some() || location.logical.is_some();
        let related = f.related.iter().enumerate();
        let flow = f.span().filter(|_| !f.trace.is_empty()).map(|primary| self.flow(primary, f));
        SarifResult {
            rule_id: f.code,
            rule_index: self.rules.iter().position(|rule| rule.code == f.code),
            level: word(f.level),
            message: SarifText { text: text.into() },
            locations: is_somewhere.then_some(location).into_iter().collect(),
            related: related.map(|(i, label)| self.label(label.span, &label.message, Some(i))).collect(),
            code_flows: flow.into_iter().collect(),
            fingerprints: SarifFingerprints { own: &diagnostic.fingerprint },
            fixes: f.fixes.iter().map(|fix| self.fix(fix)).collect(),
            suppressions: f.suppressed.iter().map(|suppressed| self.suppression(suppressed)).collect(),
        }
    }

    fn label<'r>(&'r self, span: Span, message: &'r str, id: Option<usize>) -> SarifLocation<'r> {
        let message = Some(SarifText { text: line(message) });
        SarifLocation { id, physical: Some(self.physical(span)), logical: None, message }
    }

    /// The way that a value took: from where it is decided to where it counts.
    fn flow<'r>(&'r self, primary: Span, finding: &'r Finding) -> SarifFlow<'r> {
        let message = if finding.primary_message.is_empty() { "here" } else { &finding.primary_message };
        let step = |step: &'r Step| {
            let text = line(&words::step(&step.kind)).into_owned().into();
            let message = Some(SarifText { text });
            SarifLocation { id: None, physical: Some(self.physical(step.span)), logical: None, message }
        };
        let steps = finding.trace.iter().rev().map(step).chain([self.label(primary, message, None)]);
        SarifFlow { thread_flows: [SarifSteps { locations: steps.map(|location| SarifStep { location }).collect() }] }
    }

    fn physical(&self, span: Span) -> SarifPhysical<'_> {
        SarifPhysical { artifact: SarifArtifact::of(self.files.name(span).into()), region: self.region(span) }
    }

    fn region(&self, span: Span) -> SarifRegion {
        let (start, end) = self.files.positions(span);
        SarifRegion { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
    }

    fn fix<'r>(&'r self, fix: &'r Fix) -> SarifFix<'r> {
        let mut files: BTreeMap<String, Vec<&Edit>> = BTreeMap::new();
        for edit in &fix.edits {
            files.entry(super::path(edit.span, self.sources)).or_default().push(edit);
        }
        let replacement = |edit: &'r Edit| SarifReplacement {
            deleted: self.region(edit.span),
            inserted: SarifText { text: (&edit.text).into() },
        };
        let changes = files.into_iter().map(|(file, edits)| SarifChange {
            artifact: SarifArtifact::of(uri(&self.report, &file).into()),
            replacements: edits.into_iter().map(replacement).collect(),
        });
        SarifFix { description: SarifText { text: (&fix.title).into() }, changes: changes.collect() }
    }

    fn suppression<'r>(&'r self, suppressed: &'r Suppressed) -> SarifSuppression<'r> {
        SarifSuppression {
            kind: if suppressed.configured { "external" } else { "inSource" },
            justification: suppressed.reason.as_deref().unwrap_or(""),
            location: SarifLocation {
                id: None,
                physical: Some(self.physical(suppressed.location)),
                logical: None,
                message: None,
            },
        }
    }
}

/// What was not checked.
fn notifications(report: &Report) -> Vec<Value> {
    let one = |text: String| json!({ "level": "warning", "message": { "text": text } });
    let skipped = report.coverage.skipped.iter().map(|(path, why)| format!("{}: {}", line(path), line(why)));
    let missing = report.coverage.modules_missing.iter();
    let missing = missing.map(|m| format!("{} is not on disk: {}", line(&m.address), line(&m.source)));
    let undecided = report.coverage.undecided_blocks.iter();
    let undecided = undecided.map(|(address, why)| format!("{} is undecided: {}", line(address), line(why)));
    let texts: BTreeSet<String> = skipped.chain(missing).chain(undecided).collect();
    let hidden = report
        .hidden()
        .map(|(_, text)| json!({ "level": "note", "message": { "text": format!("Configuration: {}", line(&text)) } }));
    texts.into_iter().map(one).chain(hidden).collect()
}
