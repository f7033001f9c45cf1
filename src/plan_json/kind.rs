//! What a document is, by its content.

use super::error::{DocumentError, MAKE, MAKE_PLAN};
use serde_json::Value as Json;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// `terraform show -json` of a plan.
    Plan,
    /// `terraform show -json` of a state.
    State,
    /// `terraform.tfstate`.
    RawState,
    /// What gcloud or kubectl say of something that exists.
    Live,
}

/// Recognises a document.
///
/// # Errors
/// What it seems to be instead, and how to make what was expected.
pub fn of(file: &str, document: &Json) -> Result<DocumentKind, DocumentError> {
    let has = |name: &str| document.get(name).is_some();
    if let Some(version) = document["format_version"].as_str() {
        return terraform(file, document, version);
    }
    if has("encrypted_data") {
        let what = "this is an encrypted state";
        return Err(DocumentError::new(file, what, "tofu show -json > state.json"));
    }
    if has("lineage") || (has("serial") && has("version")) {
        return match document["version"].as_u64() {
            Some(4) => shaped(file, document, &["outputs"], &["resources"]).map(|()| DocumentKind::RawState),
            version => {
                let version = version.map_or("without a version".into(), |v| format!("of version {v}"));
                let what = format!("this is a state {version}; version 4 was expected");
                Err(DocumentError::new(file, what, "terraform show -json > state.json"))
            }
        };
    }
    match super::live::of(file, document) {
        Some(_) => Ok(DocumentKind::Live),
        None => Err(unknown(file, document)),
    }
}

fn terraform(file: &str, document: &Json, version: &str) -> Result<DocumentKind, DocumentError> {
    let has = |name: &str| document.get(name).is_some();
    if !matches!(version.split('.').next(), Some("0" | "1")) {
        let what = format!("this is of format_version {version}; 1.x was expected");
        let help = "kfplint is too old for it: update kfplint, or check the folder of the configuration";
        return Err(DocumentError::new(file, what, help));
    }
    let other = [
        ("provider_schemas", "terraform providers schema"),
        ("diagnostics", "terraform validate"),
        ("function_signatures", "terraform metadata functions"),
        ("provider_selections", "terraform version"),
    ];
    if let Some((_, command)) = other.iter().find(|(name, _)| has(name)) {
        let what = format!("this is what `{command} -json` says; a plan was expected");
        return Err(DocumentError::new(file, what, MAKE_PLAN));
    }
    let plan = ["planned_values", "resource_changes", "configuration", "prior_state"].into_iter().any(has);
    shaped(
        file,
        document,
        &["planned_values", "configuration", "prior_state", "variables", "values"],
        &["resource_changes"],
    )?;
    Ok(if plan { DocumentKind::Plan } else { DocumentKind::State })
}

/// Holds the members of a document against what they have to be: objects and lists, where they are there.
fn shaped(file: &str, document: &Json, objects: &[&str], lists: &[&str]) -> Result<(), DocumentError> {
    let wrong_object = |name: &&&str| !document[**name].is_object() && !document[**name].is_null();
    let wrong_list = |name: &&&str| !document[**name].is_array() && !document[**name].is_null();
    let wrong = objects.iter().find(wrong_object).map(|name| (name, "an object"));
    match wrong.or_else(|| lists.iter().find(wrong_list).map(|name| (name, "a list"))) {
        None => Ok(()),
        Some((name, what)) => {
            let what = format!("`/{name}` is not {what}");
            Err(DocumentError::new(file, what, format!("create it again, and do not edit it by hand\n{MAKE}")))
        }
    }
}

fn unknown(file: &str, document: &Json) -> DocumentError {
    let configuration = ["resource", "module", "provider", "terraform"];
    if configuration.iter().any(|name| document[*name].is_object()) {
        let what = "this looks like Terraform's configuration in JSON, but not by its name";
        return DocumentError::new(file, what, "end its name in .tf.json, as CDK for Terraform does with cdk.tf.json");
    }
    let seen = match document {
        Json::Object(members) if members.is_empty() => "an empty object".to_string(),
        Json::Object(members) => {
            let names: Vec<String> = members.keys().take(4).map(|name| format!("`{name}`")).collect();
            format!("an object with {}", names.join(", "))
        }
        Json::Array(items) if items.is_empty() => "an empty list".to_string(),
        Json::Array(items) => format!("a list of {}", items.len()),
        _ => "a single value".to_string(),
    };
    DocumentError::new(file, format!("this is JSON ({seen}), but of a kind that kfplint does not read"), MAKE)
}
