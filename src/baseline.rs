//! Findings that are known and accepted for now: a file of fingerprints, against which a run reports only what is new.

use crate::report::{Diagnostic, Report};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where `kfplint baseline` writes unless told otherwise.
pub const FILE: &str = "kfplint-baseline.json";

/// The known findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: Version,
    /// In the order of code, root, address and fingerprint.
    pub findings: Vec<Entry>,
}

/// The format's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
struct Version;

impl TryFrom<u64> for Version {
    type Error = String;
    fn try_from(number: u64) -> Result<Version, String> {
        match number {
            1 => Ok(Version),
            other => Err(format!("this kfplint reads version 1 of baselines, not {other}")),
        }
    }
}

impl From<Version> for u64 {
    fn from(_: Version) -> u64 {
        1
    }
}

/// One known finding. Only the fingerprint counts; the rest is for readers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The rule's code.
    pub code: String,
    /// The root module.
    pub root: String,
    /// The resource's address.
    #[serde(default)]
    pub address: Option<String>,
    /// What identifies it.
    pub fingerprint: String,
}

/// What a baseline took out of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// How many findings are known.
    pub known: usize,
    /// Entries that are not found any more.
    pub gone: Vec<Entry>,
}

impl Baseline {
    /// All findings of a report that are not suppressed.
    pub fn of(report: &Report) -> Baseline {
        let entry = |d: &Diagnostic| Entry {
            code: d.finding.code.to_string(),
            root: d.root.clone(),
            address: d.finding.address.clone(),
            fingerprint: d.fingerprint.clone(),
        };
        let mut findings: Vec<Entry> = report.open().map(entry).collect();
        findings.sort();
        Baseline { version: Version, findings }
    }

    /// Takes the known findings out of a report. An entry is gone if it is not found in a root module that `looked_at`
    /// says was looked at.
    pub fn apply(&self, report: &mut Report, looked_at: impl Fn(&str) -> bool) -> Held {
        let known: BTreeSet<&str> = self.findings.iter().map(|e| e.fingerprint.as_str()).collect();
        let found: BTreeSet<String> = report.diagnostics.iter().map(|d| d.fingerprint.clone()).collect();
        let before = report.diagnostics.len();
        report.diagnostics.retain(|d| d.finding.suppressed.is_some() || !known.contains(d.fingerprint.as_str()));
        let gone = self.findings.iter().filter(|e| !found.contains(&e.fingerprint) && looked_at(&e.root));
        Held { known: before - report.diagnostics.len(), gone: gone.cloned().collect() }
    }
}
