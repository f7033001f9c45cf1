//! The configuration beside a plan: places in its files for findings, and what expressions refer to. Values are the
//! document's.

use super::plan::Recorded;
use super::values::with_source;
use crate::base::source::FileId;
use crate::cty::value::{Data, Value};
use crate::eval::VariableOption;
use crate::plan::{ConfigAttribute, ConfigBlock, ConfigBody, InstanceKey, ProviderInfo, Resource, StaticPlan};
use crate::syntax;
use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The values of input variables that a plan records, as a variable file of which nothing is ever shown.
pub fn variables(document: &Json) -> Option<VariableOption> {
    let recorded = document["variables"].as_object()?;
    let values: Map<String, Json> = recorded.iter().map(|(n, body)| (n.clone(), body["value"].clone())).collect();
    let file = syntax::parse_tfvars_json(FileId::FACTS, &Json::Object(values).to_string());
    Some(VariableOption::File(Arc::new(file)))
}

/// Takes places, origins and provisioners from the evaluated configuration.
pub fn lay(recorded: &mut Recorded, source: StaticPlan) {
    let by_address: FxHashMap<&str, &Resource> = source.resources.iter().map(|r| (&*r.address, r)).collect();
    // Where the number of instances is known only to the plan, one stands for all in the source.
    let stand_ins = source.resources.iter().filter(|r| r.uncertain.is_some() || r.key == InstanceKey::Unknown);
    let by_block: FxHashMap<_, &Resource> = stand_ins.map(|r| (block_of(r), r)).collect();
    for resource in &mut recorded.plan.resources {
        resource.values = with_source(&resource.values, &resource.address, "");
        let exact = by_address.get(&*resource.address).copied();
        let Some(found) = exact.or_else(|| by_block.get(&block_of(resource)).copied()) else { continue };
        resource.header = found.header;
        resource.span = found.span;
        resource.provisioners = found.provisioners.clone();
        resource.provider = Arc::new(provider(&resource.provider, &found.provider));
        if exact.is_some() {
            resource.values = narrowed(&resource.values, &found.values);
        }
        resource.config = Arc::new(body(&resource.values, &resource.config, &found.config));
    }
    recorded.plan.root = source.root;
    recorded.plan.files += source.files;
    recorded.plan.scopes = source.scopes;
    recorded.plan.sources = source.sources;
}

/// A resource's block in the configuration: without instance keys.
fn block_of(resource: &Resource) -> (Vec<String>, crate::plan::Mode, Arc<str>, Arc<str>) {
    let calls = crate::address::module_steps(&resource.module).into_iter().map(|step| step.call).collect();
    (calls, resource.mode, resource.type_name.clone(), resource.name.clone())
}

/// What the plan knows of a provider, and what the configuration knows beside it.
fn provider(recorded: &ProviderInfo, source: &ProviderInfo) -> ProviderInfo {
    let mut values: BTreeMap<Arc<str>, Value> = source.values.entries().cloned().unwrap_or_default();
    for (name, value) in recorded.values.entries().into_iter().flatten() {
        values.insert(name.clone(), value.clone());
    }
    ProviderInfo { values: Value::object(values), ..source.clone() }
}

/// The document's value; where it is not known, what the configuration says of it all the same.
fn narrowed(recorded: &Value, source: &Value) -> Value {
    let value: Value = match (&recorded.data, &source.data) {
        (Data::Unknown(_), Data::Unknown(_)) => source.clone(),
        (Data::Object(here), _) => {
            let inner = |(name, value): (&Arc<str>, &Value)| {
                let there = source.get(name);
                (name.clone(), there.map_or_else(|| value.clone(), |there| narrowed(value, there)))
            };
            Value::object(here.iter().map(inner).collect())
        }
        (Data::Tuple(here), _) => {
            let there = source.elements().filter(|there| there.len() == here.len()).unwrap_or_default();
            let inner = |(at, value): (usize, &Value)| {
                there.get(at).map_or_else(|| value.clone(), |there| narrowed(value, there))
            };
            Value::tuple(here.iter().enumerate().map(inner).collect())
        }
        _ => recorded.clone(),
    };
    value.mark(recorded.marks)
}

/// What the source writes, with the document's values.
fn body(values: &Value, recorded: &ConfigBody, source: &ConfigBody) -> ConfigBody {
    let attribute = |a: &ConfigAttribute| {
        let value = values.get(&a.name).cloned().unwrap_or_else(|| a.value.clone());
        ConfigAttribute { value, ..a.clone() }
    };
    let mut out = ConfigBody { attributes: source.attributes.iter().map(attribute).collect(), blocks: Vec::new() };
    let mut kinds: Vec<&Arc<str>> = source.blocks.iter().chain(&recorded.blocks).map(|b| &b.kind).collect();
    kinds.sort();
    kinds.dedup();
    for kind in kinds {
        let there: Vec<&ConfigBlock> = source.blocks(kind).collect();
        let elements: Vec<&Value> = match values.get(kind).map(|v| (&v.data, v)) {
            Some((Data::Object(_), value)) => vec![value],
            Some((_, value)) => value.elements().unwrap_or_default().iter().collect(),
            None => Vec::new(),
        };
        if elements.len() == there.len() {
            let nothing = ConfigBody::default();
            let here: Vec<&ConfigBlock> = recorded.blocks(kind).collect();
            for (at, (block, values)) in there.iter().zip(&elements).enumerate() {
                let body = body(values, here.get(at).map_or(&nothing, |b| &b.body), &block.body);
                out.blocks.push(ConfigBlock { body, uncertain: None, ..(*block).clone() });
            }
            continue;
        }
        // A `dynamic` block that the plan repeats as often as it knows.
        let header = there.first().and_then(|b| b.header);
        out.blocks.extend(recorded.blocks(kind).map(|b| ConfigBlock { header, ..b.clone() }));
    }
    out
}
