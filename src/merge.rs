//! Joins reports of several runs, such as those of shards: kfplint's JSON, or SARIF.

use crate::diagnostic::{Level, Verdict};
use crate::report::model::{
    JsonBaseline, JsonConfiguration, JsonCoverage, JsonDiagnostic, JsonReport, JsonSummary, VERSION,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Joins reports of one kind, each with its name.
///
/// # Errors
/// Which of them is not like the first, not a report of kfplint, or has fields that this version does not know and cannot keep.
pub fn merge(reports: Vec<(String, Value)>) -> Result<Value, String> {
    let kind = |v: &Value| match v {
        Value::Object(o) if o.get("version") == Some(&json!(1)) && o.contains_key("diagnostics") => Some("JSON"),
        Value::Object(o) if o.get("version") == Some(&json!("2.1.0")) && o.contains_key("runs") => Some("SARIF"),
        _ => None,
    };
    let mut first: Option<(&str, String)> = None;
    for (name, report) in &reports {
        let Some(own) = kind(report) else {
            return Err(format!("`{name}` is neither a kfplint JSON report nor SARIF"));
        };
        let (kind, before) = first.get_or_insert_with(|| (own, name.clone()));
        if *kind != own {
            return Err(format!("`{before}` is {kind}, and `{name}` is {own}: reports of one kind can be joined"));
        }
    }
    complete(&reports)?;
    if first.is_some_and(|(kind, _)| kind == "SARIF") {
        return Ok(sarif(reports.into_iter().map(|(_, value)| value).collect()));
    }
    let typed = |(name, report)| {
        let wrong = |e| {
            format!("`{name}` is a report that this kfplint does not understand ({e}): use the kfplint that wrote it")
        };
        serde_json::from_value(report).map_err(wrong)
    };
    let joined = json_reports(reports.into_iter().map(typed).collect::<Result<_, String>>()?);
    serde_json::to_value(joined).map_err(|e| format!("cannot join these reports: {e}"))
}

/// Holds that of reports of shards there is each part once: what is missing would pass unseen.
fn complete(reports: &[(String, Value)]) -> Result<(), String> {
    let mut parts: BTreeMap<usize, &str> = BTreeMap::new();
    let mut count = None;
    for (name, report) in reports {
        let shard = report.get("shard").or_else(|| report.pointer("/runs/0/properties/shard")).and_then(Value::as_str);
        let numbers = shard.and_then(|shard| shard.split_once('/'));
        let numbers = numbers.and_then(|(i, n)| Some((i.parse::<usize>().ok()?, n.parse::<usize>().ok()?)));
        if reports.first().is_some_and(|(first, _)| first != name) && numbers.map(|(_, n)| n) != count {
            return Err(format!("`{name}` is not of the same division into shards as the reports before it"));
        }
        let Some((index, of)) = numbers else { continue };
        count = Some(of);
        if let Some(before) = parts.insert(index, name) {
            return Err(format!("`{before}` and `{name}` are both of the shard {index}/{of}"));
        }
    }
    let missing = (1..=count.unwrap_or(0)).filter(|i| !parts.contains_key(i)).map(|i| i.to_string());
    let missing: Vec<String> = missing.collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(format!("of {} shards, reports are missing: {}", count.unwrap_or(0), missing.join(", "))),
    }
}

/// What is said for the whole run that the joined reports stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings of level error that are not suppressed.
    pub errors: usize,
    /// The same of level warning.
    pub warnings: usize,
    /// The same of level note.
    pub notes: usize,
}

/// Counts the findings of a joined report.
pub fn counts(report: &Value) -> Counts {
    let findings = report.get("diagnostics").or_else(|| report.pointer("/runs/0/results"));
    let mut counts = Counts::default();
    for finding in findings.and_then(Value::as_array).into_iter().flatten() {
        let suppressed =
            ["suppressed", "suppressions"].iter().any(|key| finding.get(key).is_some_and(|v| !v.is_null()));
        match finding.get("level").and_then(Value::as_str).filter(|_| !suppressed) {
            Some("error") => counts.errors += 1,
            Some("warning") => counts.warnings += 1,
            Some("note") => counts.notes += 1,
            _ => {}
        }
    }
    counts
}

/// All items of a list that the reports have under a path, each once, in their order.
fn all(reports: &[Value], path: &str) -> Vec<Value> {
    once(reports.iter().filter_map(|r| r.pointer(path)?.as_array()).flatten().cloned())
}

/// Each item once, in their order.
fn once<T: Serialize>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    items.filter(|item| seen.insert(text_of(item))).collect()
}

/// Each item once, in the order of their text.
fn sorted<T: Serialize>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items = once(items);
    items.sort_by_cached_key(text_of);
    items
}

fn text_of<T: Serialize>(item: &T) -> String {
    serde_json::to_string(item).unwrap_or_default()
}

fn json_reports(reports: Vec<JsonReport>) -> JsonReport {
    let kfplint = reports.first().map(|r| r.kfplint.clone()).unwrap_or_default();
    let configuration = reports.iter().find_map(|r| r.configuration.as_ref()).map(|first| JsonConfiguration {
        file: first.file.clone(),
        turns_off: once(reports.iter().flat_map(|r| &r.configuration).flat_map(|c| &c.turns_off).cloned()),
    });
    let baselines = || reports.iter().filter_map(|r| r.baseline.as_ref());
    let baseline = baselines().next().map(|_| JsonBaseline {
        known: baselines().map(|b| b.known).sum(),
        gone: once(baselines().flat_map(|b| &b.gone).cloned()),
    });
    let (mut clusters, mut diagnostics, mut coverage) = (Vec::new(), Vec::new(), JsonCoverage::default());
    for report in reports {
        clusters.extend(report.clusters);
        diagnostics.extend(report.diagnostics);
        coverage.files += report.coverage.files;
        coverage.skipped.extend(report.coverage.skipped);
        coverage.modules_missing.extend(report.coverage.modules_missing);
        coverage.undecided_blocks.extend(report.coverage.undecided_blocks);
    }
    let mut clusters = once(clusters.into_iter());
    clusters.sort_by_cached_key(|c| (c.root.clone(), c.address.clone()));
    let mut diagnostics = once(diagnostics.into_iter());
    diagnostics.sort_by_cached_key(place);
    let coverage = JsonCoverage {
        files: coverage.files,
        skipped: sorted(coverage.skipped.into_iter()),
        modules_missing: sorted(coverage.modules_missing.into_iter()),
        undecided_blocks: sorted(coverage.undecided_blocks.into_iter()),
    };
    let count = |level| diagnostics.iter().filter(|d| d.level == level && d.suppressed.is_none()).count();
    let summary = JsonSummary {
        errors: count(Level::Error),
        warnings: count(Level::Warning),
        notes: count(Level::Note),
        suppressed: diagnostics.iter().filter(|d| d.suppressed.is_some()).count(),
    };
    let mut joined = JsonReport {
        version: VERSION,
        kfplint,
        verdict: Verdict::Undecided,
        clusters,
        diagnostics,
        coverage,
        configuration,
        summary,
        shard: None,
        baseline,
        since: None,
    };
    joined.verdict = verdict(&joined);
    joined
}

/// The configuration that SARIF reports name, with all that it turns off in any of them; `null` where none was used.
/// Reports of earlier versions name none.
fn configuration(reports: &[Value]) -> Value {
    let named = |report: &Value| report.pointer("/runs/0/properties/configuration/file").cloned();
    match reports.iter().find_map(named) {
        Some(file) => json!({ "file": file, "turns_off": all(reports, "/runs/0/properties/configuration/turns_off") }),
        None => Value::Null,
    }
}

/// The verdict of all reports together, by the rule for one.
fn verdict(report: &JsonReport) -> Verdict {
    let any = |verdict| report.clusters.iter().any(|c| c.verdict == verdict);
    let coverage = &report.coverage;
    let is_open = !coverage.skipped.is_empty() || coverage.modules_missing.iter().any(|module| !module.known);
    if any(Verdict::NotReady) || report.summary.errors > 0 {
        Verdict::NotReady
    } else if report.clusters.is_empty() || is_open || any(Verdict::Undecided) {
        Verdict::Undecided
    } else {
        Verdict::Ready
    }
}

fn text(value: &Value, path: &str) -> String {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_string()
}

/// Where a finding stands among others: by file, place and code; those without a place last.
fn place(finding: &JsonDiagnostic) -> (bool, String, [u32; 2], String) {
    let (file, range) = match &finding.primary {
        Some(at) => (at.file.clone(), [at.start.offset, at.end.offset]),
        None => (String::new(), [0, 0]),
    };
    (finding.primary.is_none(), file, range, finding.code.clone())
}

fn sarif(reports: Vec<Value>) -> Value {
    let mut results = all(&reports, "/runs/0/results");
    results.sort_by_cached_key(result_place);
    let mut notifications = all(&reports, "/runs/0/invocations/0/toolExecutionNotifications");
    notifications.sort_by_cached_key(Value::to_string);
    let configuration = configuration(&reports);
    let Some(mut out) = reports.into_iter().next() else { return Value::Null };
    if let Some(run) = out.pointer_mut("/runs/0") {
        run["results"] = results.into();
        run["invocations"] = json!([{ "executionSuccessful": true, "toolExecutionNotifications": notifications }]);
        if let Some(run) = run.as_object_mut() {
            run.remove("properties");
            if !configuration.is_null() {
                run.insert("properties".into(), json!({ "configuration": configuration }));
            }
        }
    }
    out
}

/// Where a result stands among others, as [`place`].
fn result_place(result: &Value) -> (bool, String, [u64; 4], String) {
    let place = result.pointer("/locations/0/physicalLocation");
    let number = |name: &str| place.and_then(|p| p["region"][name].as_u64()).unwrap_or(0);
    let region = ["startLine", "startColumn", "endLine", "endColumn"].map(number);
    let file = place.map(|p| text(p, "/artifactLocation/uri")).unwrap_or_default();
    (place.is_none(), file, region, text(result, "/ruleId"))
}
