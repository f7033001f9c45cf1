//! Missing modules (TF004): one finding for each source, as bad as what depends on it.

use crate::diagnostic::{ClusterReport, Finding, Label, Level, MissingModule, Status};
use crate::module::report::MISSING_MODULE;
use std::collections::{BTreeMap, BTreeSet};

/// Joins the findings about one source, and makes a note of those on which no requirement depends.
pub fn join(findings: &mut Vec<Finding>, missing: &[MissingModule], clusters: &[ClusterReport]) {
    let sources: BTreeMap<&str, &str> = missing.iter().map(|m| (m.address.as_str(), m.source.as_str())).collect();
    let mut first: BTreeMap<(String, String, Vec<String>), usize> = BTreeMap::new();
    let mut joined: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut addresses: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for finding in findings.drain(..) {
        if finding.code != MISSING_MODULE.0 || finding.level == Level::Error {
            joined.push(finding);
            continue;
        }
        let address = finding.address.clone().unwrap_or_default();
        let source = sources.get(address.as_str()).map_or(address.clone(), |source| source.to_string());
        let same = (source, finding.primary_message.clone(), finding.help.clone());
        let at = *first.entry(same).or_insert(joined.len());
        addresses.entry(at).or_default().push(address.clone());
        match joined.get_mut(at) {
            Some(before) => {
                let label = |span| Label { span, message: format!("{address} has the same source") };
                before.related.extend(finding.span().map(label));
            }
            None => joined.push(finding),
        }
    }
    let requirements = clusters.iter().flat_map(|cluster| &cluster.requirements);
    let undecided = requirements.filter(|r| r.status == Status::Undecided);
    let decides: BTreeSet<&str> = undecided.flat_map(|r| &r.decides).map(String::as_str).collect();
    for (at, addresses) in addresses {
        let Some(finding) = joined.get_mut(at).filter(|_| !clusters.is_empty()) else { continue };
        if !addresses.iter().any(|address| is_named(address, &decides)) {
            finding.level = Level::Note;
        }
    }
    *findings = joined;
}

/// Whether the module, or something in it, is among what decides requirements.
fn is_named(address: &str, decides: &BTreeSet<&str>) -> bool {
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
    let mut from = decides.range(address..).take_while(|input| input.starts_with(address));
    from.any(|input| input.strip_prefix(address).is_some_and(ends))
}
