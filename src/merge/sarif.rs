//! SARIF logs.

use super::{Counts, ReportMembers, Reread, Seen, once, value};
use crate::report::model::Streamed;
use crate::report::write_json;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::io::{Result, Write};

/// Several logs as one: the first run of each is joined, and all else is as the first log has it.
pub struct SarifLogs<'t> {
    /// The members of the first log.
    log: ReportMembers<'t>,
    /// Its runs.
    runs: Vec<&'t RawValue>,
    /// What stands in place of the first of them.
    run: Option<JoinedRun<'t>>,
}

/// The first runs of several logs.
struct JoinedRun<'t> {
    /// The members of the first of these runs.
    members: ReportMembers<'t>,
    /// All results, in order.
    results: Vec<&'t RawValue>,
    invocations: Value,
    properties: Option<Value>,
}

/// The first run of a log, where it is an object.
fn first_run<'t>(log: &ReportMembers<'t>) -> Option<ReportMembers<'t>> {
    let runs: Vec<&RawValue> = serde_json::from_str(log.get("runs")?.get()).ok()?;
    serde_json::from_str(runs.first()?.get()).ok()
}

/// The shard that a log is of.
pub fn shard(log: &ReportMembers) -> Option<String> {
    value(&first_run(log)?, "properties").get("shard")?.as_str().map(str::to_string)
}

/// Where a result stands among others: by file, place and rule; those without a place last.
type ResultKey = (bool, String, [u64; 4], String);

impl<'t> SarifLogs<'t> {
    /// Reads and orders all that is in the logs.
    pub fn of(logs: Vec<ReportMembers<'t>>) -> (SarifLogs<'t>, Counts) {
        let mut counts = Counts::default();
        let runs: Vec<ReportMembers> = logs.iter().filter_map(first_run).collect();
        let log = logs.into_iter().next().unwrap_or_default();
        let run = first_run(&log).map(|members| JoinedRun {
            members,
            results: results(&runs, &mut counts),
            invocations: invocations(&runs),
            properties: configuration(&runs).map(|configuration| json!({ "configuration": configuration })),
        });
        let all = log.get("runs").and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        (SarifLogs { log, runs: all, run }, counts)
    }

    /// Writes the joined log.
    ///
    /// # Errors
    /// What `out` gives.
    pub fn write(&self, out: &mut impl Write) -> Result<()> {
        write_json(self, out)
    }
}

impl Serialize for SarifLogs<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        for (name, raw) in &self.log {
            match &self.run {
                Some(run) if name == "runs" => map.serialize_entry(name, &Runs { run, all: &self.runs })?,
                _ => map.serialize_entry(name, &Reread::<Value>::of(raw))?,
            }
        }
        map.end()
    }
}

struct Runs<'t> {
    run: &'t JoinedRun<'t>,
    all: &'t [&'t RawValue],
}

/// The joined run, or one that is left as it is.
enum OneRun<'t> {
    Joined(&'t JoinedRun<'t>),
    Own(&'t RawValue),
}

impl Serialize for Runs<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let others = self.all.iter().skip(1).map(|raw| OneRun::Own(raw));
        to.collect_seq([OneRun::Joined(self.run)].into_iter().chain(others))
    }
}

impl Serialize for OneRun<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            OneRun::Joined(run) => run.serialize(to),
            OneRun::Own(raw) => Reread::<Value>::of(raw).serialize(to),
        }
    }
}

impl Serialize for JoinedRun<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        let results = Streamed(|| self.results.iter().map(|raw| Reread::<Value>::of(raw)));
        for (name, raw) in self.members.iter().filter(|(name, _)| *name != "properties") {
            match name.as_str() {
                "results" => map.serialize_entry(name, &results)?,
                "invocations" => map.serialize_entry(name, &self.invocations)?,
                _ => map.serialize_entry(name, &Reread::<Value>::of(raw))?,
            }
        }
        if !self.members.contains_key("results") {
            map.serialize_entry("results", &results)?;
        }
        if !self.members.contains_key("invocations") {
            map.serialize_entry("invocations", &self.invocations)?;
        }
        if let Some(properties) = &self.properties {
            map.serialize_entry("properties", properties)?;
        }
        map.end()
    }
}

/// All results, each once and in order.
fn results<'t>(runs: &[ReportMembers<'t>], counts: &mut Counts) -> Vec<&'t RawValue> {
    let mut seen = Seen::default();
    let mut all: Vec<(ResultKey, &RawValue)> = Vec::new();
    for run in runs {
        let own = run.get("results").and_then(|raw| serde_json::from_str::<Vec<&RawValue>>(raw.get()).ok());
        for raw in own.unwrap_or_default() {
            let result: Value = serde_json::from_str(raw.get()).unwrap_or_default();
            if seen.is_new(&result) {
                count(&result, counts);
                all.push((result_place(&result), raw));
            }
        }
    }
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all.into_iter().map(|(_, raw)| raw).collect()
}

fn count(result: &Value, counts: &mut Counts) {
    if ["suppressed", "suppressions"].iter().any(|key| result.get(key).is_some_and(|v| !v.is_null())) {
        return;
    }
    match result.get("level").and_then(Value::as_str) {
        Some("error") => counts.errors += 1,
        Some("warning") => counts.warnings += 1,
        Some("note") => counts.notes += 1,
        _ => {}
    }
}

fn invocations(runs: &[ReportMembers]) -> Value {
    let own = runs.iter().filter_map(|run| {
        let first = value(run, "invocations").get_mut(0)?.take();
        Some(first.get("toolExecutionNotifications")?.as_array()?.clone())
    });
    let mut notifications = once(own.flatten());
    notifications.sort_by_cached_key(Value::to_string);
    json!([{ "executionSuccessful": true, "toolExecutionNotifications": notifications }])
}

/// The configuration that the logs name, with all that it turns off in any of them; `None` where none was used. Logs of earlier
/// versions name none.
fn configuration(runs: &[ReportMembers]) -> Option<Value> {
    let all: Vec<Value> = runs.iter().map(|run| value(run, "properties")).collect();
    let file = all.iter().find_map(|properties| properties.pointer("/configuration/file"))?;
    let turns_off = all.iter().filter_map(|properties| properties.pointer("/configuration/turns_off")?.as_array());
    let turns_off = once(turns_off.flatten().cloned());
    let configuration = [("file", file.clone()), ("turns_off", turns_off.into())];
    Some(configuration.map(|(name, value)| (name.to_string(), value)).into_iter().collect::<Map<_, _>>().into())
}

fn text(value: &Value, path: &str) -> String {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_string()
}

fn result_place(result: &Value) -> ResultKey {
    let place = result.pointer("/locations/0/physicalLocation");
    let number = |name: &str| place.and_then(|p| p["region"][name].as_u64()).unwrap_or(0);
    let region = ["startLine", "startColumn", "endLine", "endColumn"].map(number);
    let file = place.map(|p| text(p, "/artifactLocation/uri")).unwrap_or_default();
    (place.is_none(), file, region, text(result, "/ruleId"))
}
