//! `kfplint merge`: any JSON is joined or refused, and what is joined stays as it is when it is joined again.

use super::parts;
use kfplint::merge::{Counts, NamedReport, merge};
use serde_json::Value;

/// Joins the reports that the bytes are.
pub fn check(bytes: &[u8]) {
    let read = |(i, part): (usize, &[u8])| {
        let text = String::from_utf8(part.to_vec()).ok()?;
        serde_json::from_str::<Value>(&text).ok()?;
        Some((format!("{i}.json"), text))
    };
    let reports: Vec<NamedReport> = parts(bytes).into_iter().enumerate().filter_map(read).collect();
    if reports.is_empty() {
        return;
    }
    let (joined, counts) = match join(&reports) {
        Ok(joined) => joined,
        Err(why) => return assert!(reports.iter().any(|(name, _)| why.contains(name.as_str())), "{why}"),
    };
    let copies =
        |names: &[&str]| -> Vec<NamedReport> { names.iter().map(|name| (name.to_string(), joined.clone())).collect() };
    let (once, _) = join(&copies(&["joined.json"])).expect("a joined report is a report");
    assert_eq!(once, joined, "joining a joined report changes nothing");
    let (_, twice) = join(&copies(&["a", "b"])).expect("reports of one kind");
    assert_eq!(twice, counts, "a finding in both counts once");
    let backwards: Vec<NamedReport> = reports.into_iter().rev().collect();
    let (_, backwards) = join(&backwards).expect("the order does not matter");
    assert_eq!(backwards, counts, "the order does not matter");
    // SARIF has no summary; what else a log holds is left as it is.
    let joined: Value = serde_json::from_str(&joined).expect("JSON");
    if let Some(summary) = joined.get("summary").filter(|_| joined.get("runs").is_none()) {
        assert_eq!(summary["errors"], counts.errors);
    }
}

/// The joined report as text.
fn join(reports: &[NamedReport]) -> Result<(String, Counts), String> {
    let merged = merge(reports)?;
    let mut text = Vec::new();
    merged.write(&mut text).expect("what was read can be written");
    Ok((String::from_utf8(text).expect("JSON is UTF-8"), merged.counts))
}
