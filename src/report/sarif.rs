//! `--format sarif`: SARIF 2.1.0, which code scanning services read.
//!
//! Source: OASIS "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use super::place::{ShownPlace, uri_path};
use super::{Diagnostic, Report, line, url, word};
use crate::base::source::{Sources, Span};
use crate::diagnostic::{Edit, Fix, Label, Suppressed, words};
use crate::resolve::provenance::Step;
use crate::rule::Rule;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Places as SARIF has them.
#[derive(Clone, Copy)]
struct Places<'r> {
    report: &'r Report,
    sources: &'r Sources,
}

/// The report as a SARIF log.
pub fn sarif(report: &Report, sources: &Sources) -> Value {
    let places = Places { report, sources };
    let rules = crate::rules::all();
    let results: Vec<Value> = report.diagnostics.iter().map(|d| result(d, rules, places)).collect();
    let mut log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "kfplint",
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": rules.iter().map(described).collect::<Vec<_>>(),
                },
            },
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications(report) }],
            "results": results,
        }],
    });
    if let Some(shard) = &report.shard {
        log["runs"][0]["properties"]["shard"] = json!(shard);
    }
    if let Some(configuration) = &report.configuration {
        log["runs"][0]["properties"]["configuration"] = json!(configuration.json());
    }
    log
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

fn result(diagnostic: &Diagnostic, rules: &[Rule], places: Places) -> Value {
    let f = &diagnostic.finding;
    let text: Vec<_> = std::iter::once(&places.report.message(diagnostic)).chain(&f.help).map(|t| lines(t)).collect();
    let mut result = Map::new();
    result.insert("ruleId".into(), f.code.into());
    if let Some(index) = rules.iter().position(|m| m.code == f.code) {
        result.insert("ruleIndex".into(), index.into());
    }
    result.insert("level".into(), word(f.level).into());
    result.insert("message".into(), json!({ "text": text.join("\n") }));
    let mut location = Map::new();
    if let Some(span) = places.report.place(diagnostic, places.sources) {
        location.insert("physicalLocation".into(), places.physical(span));
    }
    if let Some(address) = &f.address {
        location
            .insert("logicalLocations".into(), json!([{ "fullyQualifiedName": line(address), "kind": "resource" }]));
    }
    result.insert("locations".into(), if location.is_empty() { json!([]) } else { json!([location]) });
    if !f.related.is_empty() {
        let related = f.related.iter().enumerate().map(|(i, label)| places.label(label, Some(i)));
        result.insert("relatedLocations".into(), related.collect());
    }
    if let (Some(primary), false) = (f.span(), f.trace.is_empty()) {
        result.insert("codeFlows".into(), json!([places.flow(primary, &f.primary_message, &f.trace)]));
    }
    result.insert("partialFingerprints".into(), json!({ "kfplint/v1": diagnostic.fingerprint }));
    if !f.fixes.is_empty() {
        result.insert("fixes".into(), f.fixes.iter().map(|fix| places.fix(fix)).collect());
    }
    if let Some(suppressed) = &f.suppressed {
        result.insert("suppressions".into(), json!([places.suppression(suppressed)]));
    }
    Value::Object(result)
}

fn lines(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

impl Places<'_> {
    fn label(self, label: &Label, id: Option<usize>) -> Value {
        let mut place = Map::new();
        if let Some(id) = id {
            place.insert("id".into(), id.into());
        }
        place.insert("physicalLocation".into(), self.physical(label.span));
        place.insert("message".into(), json!({ "text": line(&label.message) }));
        Value::Object(place)
    }

    /// The way that a value took: from where it is decided to where it counts.
    fn flow(self, primary: Span, message: &str, trace: &[Step]) -> Value {
        let here = Label { span: primary, message: if message.is_empty() { "here".into() } else { message.into() } };
        let steps = trace.iter().rev().map(|step| Label { span: step.span, message: words::step(&step.kind) });
        let steps: Vec<Value> =
            steps.chain([here]).map(|label| json!({ "location": self.label(&label, None) })).collect();
        json!({ "threadFlows": [{ "locations": steps }] })
    }

    /// A file, from the top of the repository: code scanning knows no other base.
    fn artifact(self, file: &str) -> Value {
        let file = self.report.repository_path(file);
        let uri = uri_path(&file);
        match file.starts_with('/') {
            true => json!({ "uri": format!("file://{uri}") }),
            false => json!({ "uri": uri, "uriBaseId": "%SRCROOT%" }),
        }
    }

    fn physical(self, span: Span) -> Value {
        let place = ShownPlace::of(span, self.sources);
        json!({ "artifactLocation": self.artifact(&place.file), "region": region(&place) })
    }

    fn fix(self, fix: &Fix) -> Value {
        let mut files: BTreeMap<String, Vec<&Edit>> = BTreeMap::new();
        for edit in &fix.edits {
            files.entry(super::path(edit.span, self.sources)).or_default().push(edit);
        }
        let replacement = |edit: &&Edit| {
            let deleted = region(&ShownPlace::of(edit.span, self.sources));
            json!({ "deletedRegion": deleted, "insertedContent": { "text": edit.text } })
        };
        let changes = files.iter().map(|(file, edits)| {
            let replacements: Vec<Value> = edits.iter().map(replacement).collect();
            json!({ "artifactLocation": self.artifact(file), "replacements": replacements })
        });
        json!({ "description": { "text": fix.title }, "artifactChanges": changes.collect::<Vec<_>>() })
    }

    fn suppression(self, suppressed: &Suppressed) -> Value {
        json!({
            "kind": if suppressed.configured { "external" } else { "inSource" },
            "justification": suppressed.reason.as_deref().unwrap_or(""),
            "location": { "physicalLocation": self.physical(suppressed.location) },
        })
    }
}

fn region(place: &ShownPlace) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
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
