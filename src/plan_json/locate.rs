//! Where in a document a finding's resource and attribute stand.

use super::Document;
use super::plan::Recorded;
use crate::diagnostic::{Finding, RootReport};
use serde_json::Value as Json;

/// What the GKE API calls arguments by another name than the provider's in other letters.
const API_NAMES: [(&str, &str); 4] = [
    ("node_config", "config"),
    ("node_count", "initialNodeCount"),
    ("guest_accelerator", "accelerators"),
    ("taint", "taints"),
];

/// Tells in the message of each finding without place in a file where in the documents it stands.
pub fn locate(report: &mut RootReport, recorded: &Recorded, documents: &[Document]) {
    for finding in report.findings.iter_mut().filter(|f| f.primary.is_none()) {
        if let Some(place) = place(finding, recorded, documents) {
            let what = match &finding.address {
                Some(address) if !names(finding, address) => format!("{address}: "),
                _ => String::new(),
            };
            finding.message = format!("{what}{} ({place})", finding.message);
        }
    }
}

/// Whether the message names the resource, or at least the cluster.
fn names(finding: &Finding, address: &str) -> bool {
    let said = |name: &str| finding.message.contains(name);
    said(address) || finding.cluster.as_deref().is_some_and(said)
}

/// The file and the JSON pointer of the attribute, or of the nearest thing around it.
fn place(finding: &Finding, recorded: &Recorded, documents: &[Document]) -> Option<String> {
    let base = recorded.places.get(finding.address.as_deref()?)?;
    let document = documents.iter().find(|d| d.file == base.file)?;
    let mut pointer = base.pointer.clone();
    let mut at = document.json.pointer(&pointer)?;
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
    Some(format!("{}#{pointer}", base.file))
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
