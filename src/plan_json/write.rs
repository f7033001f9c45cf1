//! Writes a static plan in the shape of `terraform show -json` (plan format 1.2): `planned_values`, `resource_changes`
//! with `after_unknown`, `output_changes`, `variables`. Instances whose number is not known are listed apart, in `undecided`.
//! As there, a sensitive argument is written with its mark; a private or ephemeral one is left out, and marked.

use crate::cty::value::{Marks, Type, Value, json};
use crate::plan::{ConfigBody, InstanceKey, Mode, Resource, StaticPlan};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The document as it may be shown.
pub fn write(plan: &StaticPlan) -> Json {
    document(plan, json::shown)
}

/// The document with what is private or ephemeral, for comparing; never to be shown.
pub fn write_in_full(plan: &StaticPlan) -> Json {
    document(plan, json::known)
}

/// How values are written.
type Write = fn(&Value) -> Json;

fn document(plan: &StaticPlan, write: Write) -> Json {
    let certain: Vec<&Resource> =
        plan.resources.iter().filter(|r| r.uncertain.is_none() && r.mode != Mode::Ephemeral).collect();
    let undecided: Vec<Json> = plan.resources.iter().filter_map(undecided).collect();
    let mut out = Map::new();
    out.insert("format_version".into(), "1.2".into());
    out.insert("terraform_version".into(), "1.11.4".into());
    out.insert("variables".into(), variables(plan));
    let mut values = Map::new();
    if !plan.outputs.is_empty() {
        values.insert("outputs".into(), outputs(plan));
    }
    values.insert("root_module".into(), modules(&certain, write));
    out.insert("planned_values".into(), Json::Object(values));
    let changes: Vec<Json> = certain.iter().filter(|r| r.mode == Mode::Managed).map(|r| change(r, write)).collect();
    out.insert("resource_changes".into(), changes.into());
    if !plan.outputs.is_empty() {
        let changes = plan.outputs.iter().map(|(name, value)| (name.to_string(), output_change(value)));
        out.insert("output_changes".into(), Json::Object(changes.collect()));
    }
    if !undecided.is_empty() {
        out.insert("undecided".into(), undecided.into());
    }
    Json::Object(out)
}

fn undecided(resource: &Resource) -> Option<Json> {
    let reasons = resource.uncertain.as_ref()?;
    Some(json!({
        "address": &*resource.address,
        "reasons": reasons.iter().map(|r| r.kind.to_string()).collect::<Vec<_>>(),
    }))
}

fn variables(plan: &StaticPlan) -> Json {
    let one = |(name, value): (&std::sync::Arc<str>, &Value)| {
        let shown = if is_secret(value) { Json::Null } else { json::plain(value) };
        (name.to_string(), json!({ "value": shown }))
    };
    Json::Object(plan.variables.iter().map(one).collect())
}

fn outputs(plan: &StaticPlan) -> Json {
    let one = |(name, value): (&std::sync::Arc<str>, &Value)| {
        let mut out = Map::new();
        let marks = value.deep_marks();
        out.insert("sensitive".into(), marks.is_hidden().into());
        if value.is_wholly_known() {
            // The type of a private object has its keys in it.
            let private = !marks.without(Marks::ANY_SENSITIVE).is_empty();
            let ty = if private && !value.ty().is_primitive() { Type::Any } else { value.ty() };
            out.insert("type".into(), json::of_type(&ty));
        }
        if !marks.is_hidden() && value.is_wholly_known() {
            out.insert("value".into(), json::plain(value));
        }
        (name.to_string(), Json::Object(out))
    };
    Json::Object(plan.outputs.iter().map(one).collect())
}

fn output_change(value: &Value) -> Json {
    let secret = is_secret(value);
    let shown = if secret { Json::Null } else { json::known(value) };
    let unknown = json::unknown_tree(value).unwrap_or_else(|| false.into());
    json!({
        "actions": ["create"],
        "before": Json::Null,
        "after": shown,
        "after_unknown": if secret { (!value.is_wholly_known()).into() } else { unknown },
        "before_sensitive": secret,
        "after_sensitive": secret,
    })
}

fn is_secret(value: &Value) -> bool {
    value.deep_marks().is_hidden()
}

#[derive(Default)]
struct Module<'p> {
    resources: Vec<&'p Resource>,
    children: BTreeMap<String, Module<'p>>,
}

fn modules(resources: &[&Resource], write: Write) -> Json {
    let mut root = Module::default();
    for resource in resources {
        let mut at = &mut root;
        for address in prefixes(&resource.module) {
            at = at.children.entry(address.to_string()).or_default();
        }
        at.resources.push(resource);
    }
    module(&root, "", write)
}

/// `module.a`, `module.a.module.b["x"]`, … of a module address.
fn prefixes(address: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    for (i, c) in address.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '.' if !quoted && address[i..].starts_with(".module.") => out.push(&address[..i]),
            _ => {}
        }
    }
    if !address.is_empty() {
        out.push(address);
    }
    out
}

fn module(module_: &Module, address: &str, write: Write) -> Json {
    let mut out = Map::new();
    if !module_.resources.is_empty() {
        out.insert("resources".into(), module_.resources.iter().map(|r| planned(r, write)).collect());
    }
    if !address.is_empty() {
        out.insert("address".into(), address.into());
    }
    if !module_.children.is_empty() {
        out.insert("child_modules".into(), module_.children.iter().map(|(a, m)| module(m, a, write)).collect());
    }
    Json::Object(out)
}

fn head(resource: &Resource) -> Map<String, Json> {
    let mut out = Map::new();
    out.insert("address".into(), (&*resource.address).into());
    let mode = if resource.mode == Mode::Data { "data" } else { "managed" };
    out.insert("mode".into(), mode.into());
    out.insert("type".into(), (&*resource.type_name).into());
    out.insert("name".into(), (&*resource.name).into());
    match &resource.key {
        InstanceKey::Index(i) => {
            out.insert("index".into(), (*i).into());
        }
        InstanceKey::Hidden(_) => {
            out.insert("index".into(), "(sensitive value)".into());
        }
        InstanceKey::Name(name) => {
            out.insert("index".into(), (&**name).into());
        }
        _ => {}
    }
    out.insert("provider_name".into(), (&*resource.provider.name).into());
    out
}

fn planned(resource: &Resource, write: Write) -> Json {
    let mut out = head(resource);
    let values = resource.planned();
    out.insert("values".into(), write(&values));
    out.insert("sensitive_values".into(), json::sensitive_tree(&values).unwrap_or_else(|| json!({})));
    Json::Object(out)
}

fn change(resource: &Resource, write: Write) -> Json {
    let mut out = head(resource);
    let values = resource.planned();
    let unknown = json::unknown_tree(&values).unwrap_or_else(|| json!({}));
    out.insert(
        "change".into(),
        json!({
            "actions": ["create"],
            "before": Json::Null,
            "after": write(&values),
            "after_unknown": unknown,
            "after_sensitive": json::sensitive_tree(&values).unwrap_or_else(|| json!({})),
        }),
    );
    let reasons = reasons(&resource.config);
    if !reasons.is_empty() {
        out.insert("unknown_reasons".into(), Json::Object(reasons));
    }
    Json::Object(out)
}

/// Why arguments are not known, by argument: beside Terraform's own shape, for people who ask.
fn reasons(config: &ConfigBody) -> Map<String, Json> {
    let mut out = Map::new();
    for attribute in &config.attributes {
        let reasons = attribute.value.collect_reasons();
        if !reasons.is_empty() {
            let texts: Vec<String> = reasons.iter().map(|r| r.kind.to_string()).collect();
            out.insert(attribute.name.to_string(), texts.into());
        }
    }
    out
}
