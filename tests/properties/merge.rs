//! `kfplint merge`: any JSON is joined or refused, and what is joined stays as it is when it is joined again.

use super::parts;
use kfplint::merge::{counts, merge};
use serde_json::Value;

/// Joins the reports that the bytes are.
pub fn check(bytes: &[u8]) {
    let read = |(i, part): (usize, &[u8])| Some((format!("{i}.json"), serde_json::from_slice::<Value>(part).ok()?));
    let reports: Vec<(String, Value)> = parts(bytes).into_iter().enumerate().filter_map(read).collect();
    if reports.is_empty() {
        return;
    }
    let joined = match merge(reports.clone()) {
        Ok(joined) => joined,
        Err(why) => return assert!(reports.iter().any(|(name, _)| why.contains(name.as_str())), "{why}"),
    };
    let once = merge(vec![("joined.json".into(), joined.clone())]).expect("a joined report is a report");
    assert_eq!(once, joined, "joining a joined report changes nothing");
    let twice = merge(vec![("a".into(), joined.clone()), ("b".into(), joined.clone())]).expect("reports of one kind");
    assert_eq!(counts(&twice), counts(&joined), "a finding in both counts once");
    let backwards = merge(reports.into_iter().rev().collect()).expect("the order does not matter");
    assert_eq!(counts(&backwards), counts(&joined), "the order does not matter");
    // SARIF has no summary; what else a log holds is left as it is.
    if let Some(summary) = joined.get("summary").filter(|_| joined.get("runs").is_none()) {
        assert_eq!(summary["errors"], counts(&joined).errors);
    }
}
