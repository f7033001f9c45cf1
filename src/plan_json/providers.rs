//! The provider configurations of a plan: constants from `provider_config`, and what the resources' own planned values
//! show of the rest.

use super::plan::ResourceEntry;
use super::references::PlanConfiguration;
use crate::address::module_steps;
use crate::cty::value::{Value, json};
use crate::plan::{Mode, ProviderInfo};
use rustc_hash::FxHashMap;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The arguments that a provider hands on to resources that leave them out.
const HANDED_ON: [&str; 3] = ["project", "region", "zone"];

/// The provider configurations, by `provider_config_key`.
#[derive(Debug, Default)]
pub struct Providers(FxHashMap<String, Arc<ProviderInfo>>);

impl Providers {
    /// All that the configuration has, and those that resources use.
    pub fn of(configuration: &PlanConfiguration, entries: &[ResourceEntry]) -> Providers {
        let mut seen: FxHashMap<String, BTreeMap<Arc<str>, Value>> = FxHashMap::default();
        for (key, body) in configuration.document["provider_config"].as_object().into_iter().flatten() {
            let values = seen.entry(key.clone()).or_default();
            for (name, expression) in body["expressions"].as_object().into_iter().flatten() {
                if let Some(Ok(value)) = expression.get("constant_value").map(json::from_json) {
                    values.insert(name.as_str().into(), value);
                }
            }
        }
        for entry in entries.iter().filter(|e| e.mode == Mode::Managed) {
            let block = configuration.resource(&module_steps(entry.module), entry.mode, entry.type_name, entry.name);
            let values = seen.entry(key(block, entry.type_name)).or_default();
            for name in HANDED_ON {
                let written = block.is_some_and(|b| b["expressions"].get(name).is_some());
                if let (Some(_), false, Some(planned)) = (block, written, entry.known[name].as_str()) {
                    values.entry(name.into()).or_insert_with(|| Value::string(planned));
                }
            }
        }
        let info = |(key, values): (String, BTreeMap<Arc<str>, Value>)| {
            let local = key.rsplit(':').next().unwrap_or(&key);
            let (name, alias) = local.split_once('.').map_or((local, None), |(name, alias)| (name, Some(alias)));
            let info = ProviderInfo { name: name.into(), alias: alias.map(Arc::from), values: Value::object(values) };
            (key, Arc::new(info))
        };
        Providers(seen.into_iter().map(info).collect())
    }

    /// The one that a resource's configuration names, else the one that its type names.
    pub fn get(&self, block: Option<&Json>, type_name: &str) -> Arc<ProviderInfo> {
        let key = key(block, type_name);
        self.0.get(&key).cloned().unwrap_or_else(|| {
            Arc::new(ProviderInfo { name: key.into(), alias: None, values: Value::object(BTreeMap::new()) })
        })
    }
}

fn key(block: Option<&Json>, type_name: &str) -> String {
    let written = block.and_then(|b| b["provider_config_key"].as_str());
    written.or(type_name.split('_').next()).unwrap_or_default().to_string()
}
