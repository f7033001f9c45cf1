//! Identity strings that the google provider computes at plan time, and data sources that need no cloud.
//!
//! Sources: hashicorp/terraform-provider-google `resource_google_service_account.go` (CustomizeDiff),
//! `data_source_google_iam_policy.go`; checked against recorded plans.

use crate::cty::value::{Data, Marks, Type, Value};
use crate::eval::provider::{KnownResource, absent};
use crate::plan::Mode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Adds what is known of this resource at plan time beside its arguments.
pub fn complete(known: &KnownResource, values: &mut BTreeMap<Arc<str>, Value>) {
    match (known.id.mode, &*known.id.type_name) {
        (Mode::Managed, "google_service_account") => service_account(known, values),
        (Mode::Managed, "terraform_data") => terraform_data(known, values),
        (Mode::Data, "google_iam_policy") if !known.deferred => iam_policy(values),
        (Mode::Data, "google_client_config") if !known.deferred => {
            for name in ["project", "region", "zone"] {
                values.insert(name.into(), known.provider.default_of(name));
            }
        }
        (Mode::Data, "google_project") if !known.deferred && absent(values, "project_id") => {
            values.insert("project_id".into(), known.provider.default_of("project"));
        }
        _ => {}
    }
}

/// The built-in provider: `id` is never null, `output` is what `input` is, known only after apply unless null.
fn terraform_data(known: &KnownResource, values: &mut BTreeMap<Arc<str>, Value>) {
    values.insert("id".into(), known.unknown("id", Type::String).not_null());
    for name in ["input", "triggers_replace"] {
        values.entry(name.into()).or_insert_with(Value::null);
    }
    let output = if absent(values, "input") { Value::null() } else { known.unknown("output", Type::Any) };
    values.insert("output".into(), output);
}

fn service_account(known: &KnownResource, values: &mut BTreeMap<Arc<str>, Value>) {
    if absent(values, "project") {
        values.insert("project".into(), known.provider.default_of("project"));
    }
    let part = |name: &str| values.get(name).cloned().unwrap_or_else(Value::null);
    let (account, project) = (part("account_id"), part("project"));
    let (email, member) = match (account.as_str(), project.as_str()) {
        (Some(account), Some(project)) => {
            let email = crate::catalog::provider_defaults::planned_service_account_email(account, project);
            (Value::string(&email), Value::string(format!("serviceAccount:{email}")))
        }
        _ => {
            let reasons = account.collect_reasons().union(&project.collect_reasons());
            if reasons.is_empty() {
                return;
            }
            let head = crate::catalog::provider_defaults::service_account_email_head(&account);
            let unknown = |kind: &str| {
                let prefix = Some(format!("{kind}{head}").into()).filter(|text: &Arc<str>| !text.is_empty());
                let refinement = crate::cty::value::Refinement { not_null: true, prefix, ..Default::default() };
                Value::unknown_refined(Type::String, reasons.clone(), refinement)
            };
            (unknown(""), unknown("serviceAccount:"))
        }
    };
    let marks: Marks = account.marks.union(project.marks);
    values.insert("email".into(), email.mark(marks));
    values.insert("member".into(), member.mark(marks));
}

/// `data "google_iam_policy"`: `policy_data` is the JSON of its bindings, sorted as the provider sorts them.
fn iam_policy(values: &mut BTreeMap<Arc<str>, Value>) {
    let bindings = values.get("binding").cloned().unwrap_or_else(|| Value::tuple(Vec::new()));
    let audits = values.get("audit_config").cloned().unwrap_or_else(|| Value::tuple(Vec::new()));
    let marks = bindings.deep_marks().union(audits.deep_marks());
    if !bindings.is_wholly_known() || !audits.is_wholly_known() {
        let reasons = bindings.collect_reasons().union(&audits.collect_reasons());
        values.insert("policy_data".into(), Value::unknown(Type::String, reasons).mark(marks));
        return;
    }
    let mut policy = serde_json::Map::new();
    let mut list: Vec<serde_json::Value> = bindings.elements().unwrap_or_default().iter().filter_map(binding).collect();
    list.sort_by_key(sort_key);
    if !list.is_empty() {
        policy.insert("bindings".into(), list.into());
    }
    let audits: Vec<serde_json::Value> = audits.elements().unwrap_or_default().iter().filter_map(audit).collect();
    if !audits.is_empty() {
        policy.insert("auditConfigs".into(), audits.into());
    }
    let text = serde_json::Value::Object(policy).to_string();
    values.insert("policy_data".into(), Value::string(text).mark(marks));
}

fn sort_key(binding: &serde_json::Value) -> (String, String) {
    (binding["role"].as_str().unwrap_or("").to_string(), binding["condition"].to_string())
}

fn binding(value: &Value) -> Option<serde_json::Value> {
    let mut out = serde_json::Map::new();
    if let Some(condition) = value.get("condition").and_then(Value::elements).and_then(<[Value]>::first) {
        let mut fields = serde_json::Map::new();
        for name in ["description", "expression", "title"] {
            if let Some(text) = condition.get(name).and_then(Value::as_str).filter(|t| !t.is_empty()) {
                fields.insert(name.into(), text.into());
            }
        }
        out.insert("condition".into(), fields.into());
    }
    let members = texts(value.get("members")?);
    if !members.is_empty() {
        out.insert("members".into(), members.into_iter().collect());
    }
    out.insert("role".into(), value.get("role")?.as_str()?.into());
    Some(out.into())
}

fn audit(value: &Value) -> Option<serde_json::Value> {
    let logs = value.get("audit_log_configs")?.elements()?.iter().filter_map(|log| {
        let mut out = serde_json::Map::new();
        let exempted = log.get("exempted_members").map(texts).unwrap_or_default();
        if !exempted.is_empty() {
            out.insert("exemptedMembers".into(), exempted.into_iter().collect());
        }
        out.insert("logType".into(), log.get("log_type")?.as_str()?.into());
        Some(serde_json::Value::Object(out))
    });
    Some(serde_json::json!({ "auditLogConfigs": logs.collect::<Vec<_>>(), "service": value.get("service")?.as_str()? }))
}

fn texts(value: &Value) -> BTreeSet<String> {
    match &value.data {
        Data::Set(_, v) | Data::List(_, v) | Data::Tuple(v) => {
            v.iter().filter_map(|m| m.as_str().map(str::to_string)).collect()
        }
        _ => BTreeSet::new(),
    }
}
