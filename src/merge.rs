//! Joins reports of several runs, such as those of shards: kfplint's JSON, or SARIF.
//!
//! The reports stay in memory as the texts that they are. Of each cluster, finding and result only the place in its text and in the
//! order is kept; it is read again when the joined report is written.

mod json;
mod sarif;

use indexmap::IndexMap;
use json::JsonReports;
use rustc_hash::FxHashSet;
use sarif::SarifLogs;
use serde::de::DeserializeOwned;
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::marker::PhantomData;

/// A report that was read: its name, and its text.
pub type NamedReport = (String, String);

/// Several reports as one.
pub struct Merged<'t> {
    /// How many findings are in it.
    pub counts: Counts,
    reports: MergedKind<'t>,
}

enum MergedKind<'t> {
    Json(JsonReports<'t>),
    Sarif(SarifLogs<'t>),
}

/// How many findings there are that are not suppressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings of level error.
    pub errors: usize,
    /// Findings of level warning.
    pub warnings: usize,
    /// Findings of level note.
    pub notes: usize,
}

/// The members of a JSON object, each as its text.
type ReportMembers<'t> = IndexMap<String, &'t RawValue>;

/// Joins reports of one kind.
///
/// # Errors
/// Which of them is not like the first, not a report of kfplint, or has fields that this version does not know and cannot keep.
pub fn merge(reports: &[NamedReport]) -> Result<Merged<'_>, String> {
    let mut first: Option<(&str, &str)> = None;
    let mut all = Vec::new();
    for (name, text) in reports {
        let members: ReportMembers = serde_json::from_str(text).unwrap_or_default();
        let Some(own) = kind(&members) else {
            return Err(format!("`{name}` is neither a kfplint JSON report nor SARIF"));
        };
        let (kind, before) = *first.get_or_insert((own, name));
        if kind != own {
            return Err(format!("`{before}` is {kind}, and `{name}` is {own}: reports of one kind can be joined"));
        }
        all.push((name.as_str(), members));
    }
    let is_sarif = first.is_some_and(|(kind, _)| kind == "SARIF");
    let shard = |members: &ReportMembers| match is_sarif {
        true => sarif::shard(members),
        false => value(members, "shard").as_str().map(str::to_string),
    };
    complete(&all.iter().map(|(name, members)| (*name, shard(members))).collect::<Vec<_>>())?;
    if is_sarif {
        let (logs, counts) = SarifLogs::of(all.into_iter().map(|(_, members)| members).collect());
        return Ok(Merged { counts, reports: MergedKind::Sarif(logs) });
    }
    drop(all);
    let (reports, counts) = JsonReports::of(reports)?;
    Ok(Merged { counts, reports: MergedKind::Json(reports) })
}

impl Merged<'_> {
    /// Writes the joined report.
    ///
    /// # Errors
    /// What `out` gives.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        match &self.reports {
            MergedKind::Json(reports) => reports.write(out),
            MergedKind::Sarif(logs) => logs.write(out),
        }
    }
}

fn kind(members: &ReportMembers) -> Option<&'static str> {
    let version = value(members, "version");
    match () {
        () if version == json!(1) && members.contains_key("diagnostics") => Some("JSON"),
        () if version == json!("2.1.0") && members.contains_key("runs") => Some("SARIF"),
        () => None,
    }
}

/// A member that is not large; `null` where there is none.
fn value(members: &ReportMembers, name: &str) -> Value {
    members.get(name).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

/// Holds that of reports of shards there is each part once: what is missing would pass unseen.
fn complete(reports: &[(&str, Option<String>)]) -> Result<(), String> {
    let mut parts: BTreeMap<usize, &str> = BTreeMap::new();
    let mut count = None;
    for (name, shard) in reports {
        let numbers = shard.as_ref().and_then(|shard| shard.split_once('/'));
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

/// Says which of some things were there before, by digests of their JSON: no thing is kept for that.
#[derive(Default)]
struct Seen(FxHashSet<[u8; 32]>);

impl Seen {
    /// Whether a thing is the first of its kind.
    fn is_new(&mut self, item: &impl Serialize) -> bool {
        let mut digest = Sha256::new();
        // What kfplint has read can be written, and a digest takes everything.
        let _ = serde_json::to_writer(io::BufWriter::new(&mut digest), item);
        self.0.insert(digest.finalize().into())
    }
}

/// Each item once, in their order.
fn once<T: Serialize>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Seen::default();
    items.filter(|item| seen.is_new(item)).collect()
}

/// Each item once, in the order of their text.
fn sorted<T: Serialize>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items = once(items);
    items.sort_by_cached_key(|item| serde_json::to_string(item).unwrap_or_default());
    items
}

/// A part of a report that is read as a `T` when it is written.
struct Reread<'t, T>(&'t RawValue, PhantomData<T>);

impl<'t, T> Reread<'t, T> {
    fn of(raw: &'t RawValue) -> Reread<'t, T> {
        Reread(raw, PhantomData)
    }
}

impl<T: DeserializeOwned + Serialize> Serialize for Reread<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<T>(self.0.get()).map_err(S::Error::custom)?.serialize(to)
    }
}
