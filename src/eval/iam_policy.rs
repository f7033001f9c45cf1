//! `data "google_iam_policy"`: its `policy_data` is the JSON of its blocks as the provider joins and sorts them.
//!
//! Source: hashicorp/terraform-provider-google `data_source_google_iam_policy.go`, and the plugin SDK's `serialize.go` for the
//! order of sets.

use crate::cty::value::{MapEntries, Type, Value, json};
use std::collections::BTreeMap;

/// A condition: expression, title and description.
type Condition = [String; 3];

/// Adds the policy to the data source's values.
pub fn complete(values: &mut MapEntries) {
    let part = |name: &str| values.get(name).cloned().unwrap_or_else(|| Value::tuple(Vec::new()));
    let (bindings, audits) = (part("binding"), part("audit_config"));
    let marks = bindings.deep_marks().union(audits.deep_marks());
    if !bindings.is_wholly_known() || !audits.is_wholly_known() {
        let reasons = bindings.collect_reasons().union(&audits.collect_reasons());
        values.insert("policy_data".into(), Value::unknown(Type::String, reasons).mark(marks));
        return;
    }
    let policy = Value::object(policy(&bindings, &audits));
    let Some(text) = json::encode(&policy) else { return };
    values.insert("id".into(), Value::string(hash(&text)).mark(marks));
    values.insert("policy_data".into(), Value::string(text).mark(marks));
}

fn policy(bindings: &Value, audits: &Value) -> MapEntries {
    // Without a condition first, as the order of `Option` has it.
    let mut joined: BTreeMap<(String, Option<Condition>), Vec<String>> = BTreeMap::new();
    for binding in bindings.elements().unwrap_or_default() {
        let condition = binding.get("condition").and_then(Value::elements).and_then(<[Value]>::first);
        let condition = condition.map(|c| ["expression", "title", "description"].map(|name| text(c, name)));
        joined.entry((text(binding, "role"), condition)).or_default().extend(texts(binding.get("members")));
    }
    let bindings: Vec<Value> = joined
        .into_iter()
        .map(|((role, condition), mut members)| {
            members.sort();
            let condition = condition.map(|[expression, title, description]| {
                let all = [("description", description), ("expression", expression), ("title", title)];
                object(all.map(|(name, text)| (name, written(&text))))
            });
            object([("condition", condition), ("members", list(&members)), ("role", written(&role))])
        })
        .collect();
    let audits = in_order(audits.elements().unwrap_or_default(), &|audit| {
        let logs = in_order(audit.get("audit_log_configs").and_then(Value::elements).unwrap_or_default(), &log);
        let key: String = logs.iter().map(|(key, _)| format!("<{key}>;")).collect();
        let service = text(audit, "service");
        let key = format!("audit_log_configs:{{{key}}};service:{service};");
        let logs = logs.into_iter().map(|(_, log)| log).collect();
        (key, object([("auditLogConfigs", filled(logs)), ("service", written(&service))]))
    });
    let audits = audits.into_iter().map(|(_, audit)| audit).collect();
    let all = [("auditConfigs", filled(audits)), ("bindings", filled(bindings))];
    all.into_iter().filter_map(|(name, value)| Some((name.into(), value?))).collect()
}

fn log(log: &Value) -> (String, Value) {
    let mut members = texts(log.get("exempted_members"));
    members.sort_by_cached_key(|member| hash(member));
    let key: String = members.iter().map(|member| format!("{member};")).collect();
    let kind = text(log, "log_type");
    let key = format!("exempted_members:{{{key}}};log_type:{kind};");
    (key, object([("exemptedMembers", list(&members)), ("logType", written(&kind))]))
}

/// The blocks of a set in the SDK's order, which is that of their hashes as text; each with the text that is hashed.
fn in_order(blocks: &[Value], one: &dyn Fn(&Value) -> (String, Value)) -> Vec<(String, Value)> {
    let mut all: Vec<(String, Value)> = blocks.iter().map(one).collect();
    all.sort_by_cached_key(|(key, _)| hash(key));
    all
}

fn hash(text: &str) -> String {
    let mut crc = flate2::Crc::new();
    crc.update(text.as_bytes());
    crc.sum().to_string()
}

fn text(block: &Value, name: &str) -> String {
    block.get(name).and_then(Value::as_str).unwrap_or_default().to_string()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::elements).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().map(str::to_string)).collect()
}

/// Go leaves out what is empty.
fn written(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| Value::string(text))
}

fn list(texts: &[String]) -> Option<Value> {
    filled(texts.iter().map(Value::string).collect())
}

fn filled(values: Vec<Value>) -> Option<Value> {
    (!values.is_empty()).then(|| Value::tuple(values))
}

fn object<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    Value::object(entries.into_iter().filter_map(|(name, value)| Some((name.into(), value?))).collect())
}
