//! Where in a document a finding's resource and attribute stand.

use crate::diagnostic::{Finding, Location, Pointer, RootReport};
use crate::plan_json::{DocumentSubject, Recorded};
use serde_json::Value as Json;

/// What the GKE API calls arguments by another name than the provider's in other letters.
const API_NAMES: [(&str, &str); 4] = [
    ("node_config", "config"),
    ("node_count", "initialNodeCount"),
    ("guest_accelerator", "accelerators"),
    ("taint", "taints"),
];

/// Gives each finding without a place in a file its place in the documents.
pub fn locate(report: &mut RootReport, recorded: &Recorded, subject: &DocumentSubject) {
    let folded = report.folded.iter_mut().flat_map(|folded| &mut folded.findings);
    for finding in report.findings.iter_mut().chain(folded).filter(|f| f.primary == Location::Whole) {
        let Some(pointer) = pointer(finding, recorded, subject) else { continue };
        finding.primary = Location::Pointer(pointer);
        if let Some(address) = finding.address.as_ref().filter(|address| !names(finding, address)) {
            finding.message = format!("{address}: {}", finding.message);
        }
    }
}

/// Whether the message names the resource, or at least the cluster.
fn names(finding: &Finding, address: &str) -> bool {
    let said = |name: &str| finding.message.contains(name);
    said(address) || finding.cluster.as_deref().is_some_and(said)
}

/// The attribute, or the nearest thing around it.
fn pointer(finding: &Finding, recorded: &Recorded, subject: &DocumentSubject) -> Option<Pointer> {
    let base = recorded.places.get(finding.address.as_deref()?)?;
    let mut pointer = base.pointer.clone();
    let mut at = subject.document(&base.file)?.pointer(&pointer)?;
    for name in finding.attribute.iter().flat_map(|path| path.split('.')) {
        while let Some([only]) = at.as_array().map(Vec::as_slice) {
            at = only;
            pointer.push_str("/0");
        }
        let Some((name, inner)) = member(at, name) else { break };
        at = inner;
        pointer.push('/');
        pointer.push_str(&name);
    }
    Some(Pointer { document: base.file.as_str().into(), pointer })
}

/// A member by its name in the provider's terms, or in the API's.
fn member<'j>(json: &'j Json, name: &str) -> Option<(String, &'j Json)> {
    let other = API_NAMES.iter().find(|(own, _)| *own == name).map(|(_, api)| api.to_string());
    let names = [Some(name.to_string()), other, Some(camel_case(name))];
    names.into_iter().flatten().find_map(|name| json.get(&name).map(|inner| (name, inner)))
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_string();
    words.fold(first, |all, word| {
        let mut letters = word.chars();
        let capital = letters.next().map(|c| c.to_ascii_uppercase());
        all + &capital.into_iter().chain(letters).collect::<String>()
    })
}
