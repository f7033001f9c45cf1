//! A baseline: read or refused; it takes out what it names and nothing else, and what it takes out is counted.

use super::judged::{Judged, folder, judge};
use super::reports;
use kfplint::baseline::Baseline;
use kfplint::report::Diagnostic;
use std::collections::BTreeSet;

/// A configuration with findings, one of which a comment suppresses.
const MAIN: &str = include_str!("../../fixtures/too-small/main.tf");
const REST: &str =
    "\noutput \"a\" {\n  value = var.nope # kfplint: ignore[TF002]\n}\n\noutput \"b\" {\n  value = var.nope\n}\n";

thread_local! {
    static JUDGED: Judged = {
        let main = format!("{MAIN}{REST}");
        judge(&folder("baseline", &["main.tf"]), &[("main.tf", main.as_bytes())])
    };
}

/// Applies the bytes as a baseline.
pub fn check(bytes: &[u8]) {
    let baseline: Baseline = match serde_json::from_slice(bytes) {
        Ok(baseline) => baseline,
        Err(error) => return assert!(error.to_string().contains("line"), "{error} says no line"),
    };
    let again = serde_json::to_vec(&baseline).expect("JSON is written");
    assert_eq!(serde_json::from_slice::<Baseline>(&again).expect("what was written is read"), baseline);
    JUDGED.with(|judged| apply(&baseline, judged));
}

fn apply(baseline: &Baseline, judged: &Judged) {
    let before = &judged.report;
    let mut report = before.clone();
    let held = baseline.apply(&mut report, |_| true);
    let named: BTreeSet<&str> = baseline.findings.iter().map(|e| e.fingerprint.as_str()).collect();
    let left: BTreeSet<&str> = report.diagnostics.iter().map(|d| d.fingerprint.as_str()).collect();
    let out: Vec<&Diagnostic> = before.diagnostics.iter().filter(|d| !left.contains(d.fingerprint.as_str())).collect();
    assert_eq!(held.known, out.len(), "what is taken out is counted");
    for diagnostic in &out {
        assert!(named.contains(diagnostic.fingerprint.as_str()), "{} is in no entry", diagnostic.finding.code);
        assert!(diagnostic.finding.suppressed.is_none(), "a suppressed finding is taken out");
    }
    let found: BTreeSet<&str> = before.diagnostics.iter().map(|d| d.fingerprint.as_str()).collect();
    let gone = baseline.findings.iter().filter(|e| !found.contains(e.fingerprint.as_str())).count();
    assert_eq!(held.gone.len(), gone, "what is gone is told");
    report.baseline = Some(held);
    reports::check(&report, &judged.sources);
    let mut twice = report.clone();
    assert_eq!(baseline.apply(&mut twice, |_| true).known, 0, "nothing is taken out twice");
    let mut all = before.clone();
    Baseline::of(before).apply(&mut all, |_| true);
    assert_eq!(all.open().count(), 0, "a baseline of a report holds all of it");
}
