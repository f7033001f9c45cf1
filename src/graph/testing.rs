//! Builds plans by hand, from JSON, for unit tests.
//!
//! A resource is `{"type", "name", "key"?, "data"?, "module"?, "values"}`; arrays of objects are nested blocks. A value
//! that is not known is `{"?": "var.size"}`, with `min`, `prefix`, `one_of` where something is known of it; `{"?":
//! "google_x.y.id"}` is computed by that resource.

use crate::cty::value::{Number, ReasonKind, Reasons, Refinement, Type, Value};
use crate::plan::{ConfigAttribute, ConfigBlock, ConfigBody, InstanceKey, Mode, ProviderInfo, Resource, StaticPlan};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A plan of these resources; the provider's project is `p`.
pub fn plan(resources: Json) -> StaticPlan {
    let empty = Vec::new();
    let all = resources.as_array().unwrap_or(&empty);
    StaticPlan { root: ".".into(), resources: all.iter().map(resource).collect(), ..StaticPlan::default() }
}

fn text(json: &Json, name: &str) -> String {
    json[name].as_str().unwrap_or_default().to_string()
}

fn resource(json: &Json) -> Resource {
    let (type_name, name, module) = (text(json, "type"), text(json, "name"), text(json, "module"));
    let data = json["data"] == true;
    let (key, shown) = match &json["key"] {
        Json::String(k) if k == "*" => (InstanceKey::Unknown, "[*]".to_string()),
        Json::String(k) => (InstanceKey::Name(k.as_str().into()), format!("[\"{k}\"]")),
        Json::Number(n) => (InstanceKey::Index(n.as_u64().unwrap_or(0)), format!("[{n}]")),
        _ => (InstanceKey::None, String::new()),
    };
    let prefix = if module.is_empty() { String::new() } else { format!("{module}.") };
    let kind = if data { "data." } else { "" };
    let values = value(&json["values"]);
    let provider = value(&serde_json::json!({ "project": "p" }));
    Resource {
        address: format!("{prefix}{kind}{type_name}.{name}{shown}").into(),
        module: module.into(),
        mode: if data { Mode::Data } else { Mode::Managed },
        type_name: type_name.into(),
        name: name.into(),
        uncertain: (key == InstanceKey::Unknown).then(|| reasons("var.each")),
        key,
        config: Arc::new(config(&json["values"])),
        values,
        provisioners: Vec::new(),
        provider: Arc::new(ProviderInfo { name: "google".into(), alias: None, values: provider }),
        header: None,
        span: None,
        deferred: Default::default(),
    }
}

fn reasons(cause: &str) -> Reasons {
    let kind = match (cause.strip_prefix("var."), cause.rsplit_once('.')) {
        (Some(name), _) => ReasonKind::Variable(name.into()),
        (None, Some((address, _))) if address.starts_with("data.") => ReasonKind::DataSource(address.into()),
        (None, Some((address, attribute))) => ReasonKind::Computed(address.into(), attribute.into()),
        (None, None) => ReasonKind::Unsupported(cause.into()),
    };
    Reasons::one(kind, None)
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::null(),
        Json::Bool(b) => Value::bool(*b),
        Json::Number(n) => Value::number(Number::Int(n.as_i64().unwrap_or(0))),
        Json::String(s) => Value::string(s),
        Json::Array(all) => Value::tuple(all.iter().map(value).collect()),
        Json::Object(map) => match map.get("?") {
            Some(cause) => {
                let refinement = Refinement {
                    min: map.get("min").and_then(Json::as_i64).map(|n| (Number::Int(n), true)),
                    prefix: map.get("prefix").and_then(Json::as_str).map(Arc::from),
                    one_of: map.get("one_of").and_then(Json::as_array).map(|a| Arc::new(a.iter().map(value).collect())),
                    ..Refinement::default()
                };
                Value::unknown_refined(Type::Any, reasons(cause.as_str().unwrap_or_default()), refinement)
            }
            None => {
                Value::object(map.iter().map(|(k, v)| (Arc::from(k.as_str()), value(v))).collect::<BTreeMap<_, _>>())
            }
        },
    }
}

fn config(json: &Json) -> ConfigBody {
    let mut body = ConfigBody::default();
    for (name, json) in json.as_object().into_iter().flatten() {
        let blocks = json.as_array().filter(|a| a.first().is_some_and(|b| b.is_object() && b.get("?").is_none()));
        match blocks {
            Some(blocks) => body.blocks.extend(blocks.iter().map(|b| ConfigBlock {
                kind: name.as_str().into(),
                header: None,
                span: None,
                body: config(b),
                uncertain: None,
            })),
            None => body.attributes.push(ConfigAttribute {
                name: name.as_str().into(),
                value: value(json),
                span: None,
                origin: None,
                refers: Vec::new(),
            }),
        }
    }
    body
}
