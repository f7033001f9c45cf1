//! Joins reports of several runs, such as those of shards: kfplint's JSON, or SARIF.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Joins reports of one kind, each with its name.
///
/// # Errors
/// Which of them is not like the first, or is no report of kfplint's.
pub fn merge(reports: Vec<(String, Value)>) -> Result<Value, String> {
    let kind = |v: &Value| match v {
        Value::Object(o) if o.get("version") == Some(&json!(1)) && o.contains_key("diagnostics") => Some("JSON"),
        Value::Object(o) if o.get("version") == Some(&json!("2.1.0")) && o.contains_key("runs") => Some("SARIF"),
        _ => None,
    };
    let mut first: Option<(&str, String)> = None;
    for (name, report) in &reports {
        let Some(own) = kind(report) else {
            return Err(format!("`{name}` is neither a JSON report of kfplint's nor SARIF"));
        };
        let (kind, before) = first.get_or_insert_with(|| (own, name.clone()));
        if *kind != own {
            return Err(format!("`{before}` is {kind}, and `{name}` is {own}: reports of one kind can be joined"));
        }
    }
    complete(&reports)?;
    let is_sarif = first.is_some_and(|(kind, _)| kind == "SARIF");
    let values = reports.into_iter().map(|(_, value)| value).collect();
    Ok(if is_sarif { sarif(values) } else { json_reports(values) })
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
    let mut seen = BTreeSet::new();
    let items = reports.iter().filter_map(|r| r.pointer(path)?.as_array()).flatten();
    items.filter(|item| seen.insert(item.to_string())).cloned().collect()
}

fn json_reports(reports: Vec<Value>) -> Value {
    let mut clusters = all(&reports, "/clusters");
    clusters.sort_by_cached_key(|c| (text(c, "/root"), text(c, "/address")));
    let mut diagnostics = all(&reports, "/diagnostics");
    diagnostics.sort_by_cached_key(place);
    let files: u64 = reports.iter().filter_map(|r| r.pointer("/coverage/files")?.as_u64()).sum();
    let mut coverage = Map::from_iter([("files".to_string(), json!(files))]);
    for key in ["skipped", "modules_missing", "undecided_blocks"] {
        let mut items = all(&reports, &format!("/coverage/{key}"));
        items.sort_by_cached_key(Value::to_string);
        coverage.insert(key.into(), items.into());
    }
    let suppressed = diagnostics.iter().filter(|d| !d["suppressed"].is_null()).count();
    let mut out = json!({
        "version": 1,
        "kfplint": reports.first().map(|r| r["kfplint"].clone()),
        "verdict": "",
        "clusters": clusters,
        "diagnostics": diagnostics,
        "coverage": coverage,
        "configuration": configuration(&reports, ""),
    });
    let Counts { errors, warnings, notes } = counts(&out);
    out["verdict"] = verdict(&out, errors).into();
    out["summary"] = json!({ "errors": errors, "warnings": warnings, "notes": notes, "suppressed": suppressed });
    if reports.iter().any(|r| r.get("baseline").is_some()) {
        let known: u64 = reports.iter().filter_map(|r| r.pointer("/baseline/known")?.as_u64()).sum();
        out["baseline"] = json!({ "known": known, "gone": all(&reports, "/baseline/gone") });
    }
    out
}

/// The configuration that the reports name below a path, with all that it turns off in any of them; `null` where none was
/// used. Reports of earlier versions name none.
fn configuration(reports: &[Value], path: &str) -> Value {
    let named = |report: &Value| report.pointer(&format!("{path}/configuration/file")).cloned();
    match reports.iter().find_map(named) {
        Some(file) => json!({ "file": file, "turns_off": all(reports, &format!("{path}/configuration/turns_off")) }),
        None => Value::Null,
    }
}

/// The verdict of all reports together, by the rule for one.
fn verdict(report: &Value, errors: usize) -> &'static str {
    let clusters = report["clusters"].as_array().map_or(&[][..], Vec::as_slice);
    let any = |verdict: &str| clusters.iter().any(|c| c["verdict"] == verdict);
    let skipped = report.pointer("/coverage/skipped").and_then(Value::as_array).is_some_and(|s| !s.is_empty());
    let missing = report.pointer("/coverage/modules_missing").and_then(Value::as_array);
    let missing = missing.is_some_and(|all| all.iter().any(|module| module["known"] != true));
    if any("not-ready") || errors > 0 {
        "not-ready"
    } else if clusters.is_empty() || skipped || missing || any("undecided") {
        "undecided"
    } else {
        "ready"
    }
}

fn text(value: &Value, path: &str) -> String {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_string()
}

/// Where a finding stands among others: by file, place and code; those without a place last.
fn place(finding: &Value) -> (bool, String, [u64; 2], String) {
    let offset = |end: &str| finding.pointer(&format!("/primary/{end}/offset")).and_then(Value::as_u64).unwrap_or(0);
    let file = text(finding, "/primary/file");
    (finding["primary"].is_null(), file, [offset("start"), offset("end")], text(finding, "/code"))
}

fn sarif(reports: Vec<Value>) -> Value {
    let mut results = all(&reports, "/runs/0/results");
    results.sort_by_cached_key(result_place);
    let mut notifications = all(&reports, "/runs/0/invocations/0/toolExecutionNotifications");
    notifications.sort_by_cached_key(Value::to_string);
    let configuration = configuration(&reports, "/runs/0/properties");
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
