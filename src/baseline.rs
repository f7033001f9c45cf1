//! Findings that are known and accepted for now: a file of fingerprints, against which a run reports only what is new.

use crate::diagnostic::{ALWAYS, Level};
use crate::report::{Diagnostic, Held, Holding, KnownFinding, Report};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Where `kfplint baseline` writes unless told otherwise.
pub const FILE: &str = "kfplint-baseline.json";

/// The known findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: FormatVersion,
    /// In the order of code, root, address and fingerprint.
    pub findings: Vec<KnownFinding>,
}

/// The format's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
struct FormatVersion;

impl TryFrom<u64> for FormatVersion {
    type Error = String;
    fn try_from(number: u64) -> Result<FormatVersion, String> {
        match number {
            1 => Ok(FormatVersion),
            other => Err(format!("this kfplint reads version 1 of baselines, not {other}")),
        }
    }
}

impl From<FormatVersion> for u64 {
    fn from(_: FormatVersion) -> u64 {
        1
    }
}

impl Baseline {
    /// All findings of a report that are not suppressed, but for those of what was not looked at.
    pub fn of(report: &Report) -> Baseline {
        let kept = |d: &&Diagnostic| !ALWAYS.contains(&d.finding.code);
        let mut findings: Vec<KnownFinding> = report.open().filter(kept).flat_map(entries).collect();
        findings.sort();
        Baseline { version: FormatVersion, findings }
    }

    /// Takes the known findings out of a report. An entry is gone if it is not found where `looked_at` says that it would
    /// have been.
    pub fn apply(&self, report: &mut Report, looked_at: impl Fn(&KnownFinding) -> bool) -> Held {
        let levels: BTreeMap<&str, Option<Level>> =
            self.findings.iter().map(|e| (e.fingerprint.as_str(), e.level)).collect();
        let known = |fingerprint: &str, level: Level| {
            levels.get(fingerprint).is_some_and(|most| most.is_none_or(|most| level <= most))
        };
        let found: BTreeSet<String> =
            report.diagnostics.iter().flat_map(entries).map(|entry| entry.fingerprint).collect();
        let before = report.diagnostics.len();
        report.diagnostics.retain_mut(|d| {
            if d.finding.suppressed.is_some() || ALWAYS.contains(&d.finding.code) {
                return true;
            }
            let level = d.finding.level;
            d.environments.retain(|e| !known(&e.fingerprint, level));
            if let Some(first) = d.environments.first() {
                // Known in some environments only.
                d.fingerprint.clone_from(&first.fingerprint);
            }
            !known(&d.fingerprint, level)
        });
        let gone = self.findings.iter().filter(|e| !found.contains(&e.fingerprint) && looked_at(e));
        Held { known: before - report.diagnostics.len(), gone: gone.cloned().collect() }
    }
}

/// A finding as entries: one for each environment in which it holds.
fn entries(diagnostic: &Diagnostic) -> Vec<KnownFinding> {
    let entry = |environment: Option<&Holding>| KnownFinding {
        code: diagnostic.finding.code.to_string(),
        root: diagnostic.root.clone(),
        environment: environment.map(|e| e.environment.clone()),
        address: diagnostic.finding.address.clone(),
        level: Some(diagnostic.finding.level),
        fingerprint: environment.map_or(&diagnostic.fingerprint, |e| &e.fingerprint).clone(),
    };
    match diagnostic.environments.as_slice() {
        [] => vec![entry(None)],
        all => all.iter().map(|e| entry(Some(e))).collect(),
    }
}
