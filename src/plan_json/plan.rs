//! `terraform show -json` of a plan: format 1 of Terraform and OpenTofu.

use super::providers::Providers;
use super::references::{KnownInstance, MOST, PlanConfiguration, ResourceKey, Site, repeated};
use super::values::{Expressions, Owner, Trees, constants, has_true};
use crate::address::{ModuleStep, module_steps};
use crate::base::budget::Limit;
use crate::catalog::schema;
use crate::cty::value::{Marks, ReasonKind, Reasons, Type, Value, json};
use crate::module::report::exceeded;
use crate::plan::{ConfigBlock, InstanceKey, Mode, Resource, StaticPlan};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Map, Value as Json};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One resource instance as a document records it.
#[derive(Clone, Debug)]
pub struct ResourceEntry<'j> {
    /// Its address.
    pub address: &'j str,
    /// Its module instance's address; "" for the root.
    pub module: &'j str,
    /// Managed or data.
    pub mode: Mode,
    /// Its type.
    pub type_name: &'j str,
    /// Its name in the configuration.
    pub name: &'j str,
    /// Its key.
    pub key: InstanceKey,
    /// What is known of it.
    pub known: &'j Json,
    /// What is not.
    pub unknown: &'j Json,
    /// What is sensitive, and what was before a change.
    pub sensitive: [&'j Json; 2],
    /// Why it is not certain that it will be there.
    pub uncertain: Option<Reasons>,
    /// Where its values stand in the document.
    pub pointer: String,
}

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentPlace {
    /// The document's file.
    pub file: String,
    /// The JSON pointer to a resource's values.
    pub pointer: String,
}

/// What documents give.
#[derive(Debug, Default)]
pub struct Recorded {
    /// The plan.
    pub plan: StaticPlan,
    /// Where each resource stands in the documents, by address.
    pub places: FxHashMap<Arc<str>, DocumentPlace>,
    /// What was not checked, and why.
    pub gaps: Vec<(String, String)>,
    /// Names of node pools that the plan deletes.
    pub deleted_pools: FxHashSet<String>,
}

/// A plan's resources, variables and outputs.
pub fn read(file: &str, document: &Json) -> Recorded {
    let entries = entries(document);
    let mut recorded = assemble(file, &entries, &document["configuration"]);
    recorded.plan.variables = variables(document);
    recorded.plan.outputs = outputs(&document["planned_values"]["outputs"]);
    let declared = &document["configuration"]["root_module"]["outputs"];
    for (name, value) in &mut recorded.plan.outputs {
        let change = &document["output_changes"][&**name];
        let sensitive = [&declared[&**name]["sensitive"], &change["after_sensitive"], &change["before_sensitive"]];
        if sensitive.into_iter().any(has_true) {
            value.marks = value.marks.union(Marks::SENSITIVE);
        }
    }
    recorded.deleted_pools = deleted_pools(document);
    let changes = document["resource_changes"].as_array().into_iter().flatten();
    let imported = changes.filter(|change| change["change"]["importing"].is_object());
    let addresses = imported.filter_map(|change| change["address"].as_str());
    addresses.for_each(|address| recorded.plan.imported.add_address(address));
    if document["errored"] == Json::Bool(true) {
        let why = "`terraform plan` failed while it made this plan: it holds only a part";
        recorded.gaps.push((file.into(), why.into()));
    } else if document["complete"] == Json::Bool(false) {
        let why = "the plan is not complete (-target, or changes put off to a later plan)";
        recorded.gaps.push((file.into(), why.into()));
    }
    recorded
}

/// Builds the resources of a document.
pub fn assemble(file: &str, entries: &[ResourceEntry], configuration: &Json) -> Recorded {
    let configuration =
        PlanConfiguration { document: configuration, instances: index(entries), is_cut: Cell::new(false) };
    let providers = Providers::of(&configuration, entries);
    let mut recorded = Recorded::default();
    for entry in entries {
        let resource = resource(entry, &configuration, &providers);
        let place = DocumentPlace { file: file.to_string(), pointer: entry.pointer.clone() };
        recorded.places.insert(resource.address.clone(), place);
        recorded.plan.resources.push(resource);
    }
    let order = |r: &Resource| (r.module.clone(), r.mode, r.type_name.clone(), r.name.clone(), r.key.clone());
    recorded.plan.resources.sort_by_cached_key(order);
    recorded.plan.files = 1;
    if configuration.is_cut.get() {
        let message =
            format!("an expression of this plan leads to more than {MOST} references, which are not followed");
        recorded.plan.findings.push(exceeded(None, message, "", Limit::Fixed));
    }
    recorded
}

fn index<'j>(entries: &[ResourceEntry<'j>]) -> FxHashMap<ResourceKey, Vec<KnownInstance<'j>>> {
    let mut all: FxHashMap<ResourceKey, Vec<KnownInstance<'j>>> = FxHashMap::default();
    for entry in entries {
        let key = (entry.module.to_string(), entry.mode, entry.type_name.to_string(), entry.name.to_string());
        let ResourceEntry { address, unknown, .. } = *entry;
        all.entry(key).or_default().push(KnownInstance {
            key: entry.key.clone(),
            address,
            unknown,
            deferred: deferred(entry),
        });
    }
    all
}

/// A data source with something that is not known is read only during apply.
fn deferred(entry: &ResourceEntry) -> bool {
    let open = entry.unknown.as_object().is_some_and(|u| !u.is_empty()) || *entry.unknown == Json::Bool(true);
    entry.mode == Mode::Data && open
}

fn resource(entry: &ResourceEntry, configuration: &PlanConfiguration, providers: &Providers) -> Resource {
    let module: Vec<ModuleStep> = module_steps(entry.module);
    let block = configuration.resource(&module, entry.mode, entry.type_name, entry.name);
    let site = Site { module: &module, repeated: block.map_or(&Json::Null, repeated), key: &entry.key };
    let schema = match entry.mode {
        Mode::Data => schema::data_source(entry.type_name),
        _ => schema::resource(entry.type_name),
    };
    let owner =
        Owner { configuration, site, address: entry.address, type_name: entry.type_name, mode: entry.mode, schema };
    let trees = Trees { known: entry.known, unknown: entry.unknown, sensitive: entry.sensitive };
    let nothing = Map::new();
    let expressions = match block {
        Some(block) => Expressions::Own(block["expressions"].as_object().unwrap_or(&nothing)),
        // A plan whose configuration is left out does not tell a value that is not written from one that is not known.
        None if !entry.unknown.is_null() => Expressions::Lost,
        None => Expressions::None,
    };
    let (values, config) = owner.read(trees, expressions);
    let provisioner = |p: &Json| ConfigBlock {
        kind: p["type"].as_str().unwrap_or_default().into(),
        header: None,
        span: None,
        body: constants(configuration, site, &p["expressions"]),
        uncertain: None,
    };
    let provisioners = block.and_then(|b| b["provisioners"].as_array()).into_iter().flatten().map(provisioner);
    Resource {
        address: entry.address.into(),
        module: entry.module.into(),
        mode: entry.mode,
        type_name: entry.type_name.into(),
        name: entry.name.into(),
        key: entry.key.clone(),
        values,
        config: Arc::new(config),
        provisioners: provisioners.collect(),
        provider: providers.get(block, entry.type_name),
        deferred: deferred(entry),
        header: None,
        span: None,
        uncertain: entry.uncertain.clone(),
    }
}

/// All resource instances that the plan leaves in place or makes, and the data sources that it read.
pub fn entries(document: &Json) -> Vec<ResourceEntry<'_>> {
    let mut all = Vec::new();
    let mut gone: FxHashSet<&str> = FxHashSet::default();
    let changes = document["resource_changes"].as_array().into_iter().flatten().enumerate();
    for (at, change) in changes {
        let Some(entry) = changed(change, format!("/resource_changes/{at}/change/after")) else { continue };
        match remains(change) {
            true => all.push(entry),
            false if change.get("deposed").is_none() => drop(gone.insert(entry.address)),
            false => {}
        }
    }
    let deferred = document["deferred_changes"].as_array().into_iter().flatten().enumerate();
    for (at, change) in deferred {
        let pointer = format!("/deferred_changes/{at}/resource_change/change/after");
        let Some(mut entry) = changed(&change["resource_change"], pointer) else { continue };
        let kind = ReasonKind::Impure(format!("how many instances {} has", entry.address).into());
        entry.uncertain = Some(Reasons::one(kind, None));
        all.push(entry);
    }
    // Resources without change are listed among the changes too; a plan that only refreshes lists none.
    let mut seen: FxHashSet<&str> = all.iter().map(|e| e.address).collect();
    for (tree, pointer) in [
        (&document["planned_values"]["root_module"], "/planned_values/root_module"),
        (&document["prior_state"]["values"]["root_module"], "/prior_state/values/root_module"),
    ] {
        let mut recorded = Vec::new();
        module(tree, pointer, &mut recorded);
        let prior = pointer.starts_with("/prior_state");
        recorded.retain(|e| !gone.contains(e.address) && (!prior || e.mode == Mode::Data) && seen.insert(e.address));
        all.extend(recorded);
    }
    all
}

/// Whether a change leaves the resource in place, and managed.
fn remains(change: &Json) -> bool {
    let actions = change["change"]["actions"].as_array().into_iter().flatten();
    let gone = |action: &Json| action == "delete" || action == "forget";
    let mut any = false;
    let only_gone = actions.inspect(|_| any = true).all(gone);
    change.get("deposed").is_none() && !(any && only_gone)
}

fn changed(change: &Json, pointer: String) -> Option<ResourceEntry<'_>> {
    let body = &change["change"];
    let sensitive = [&body["after_sensitive"], &body["before_sensitive"]];
    entry(change, (&body["after"], &body["after_unknown"], sensitive), pointer)
}

/// An entry of a `resources` or `resource_changes` list; `None` where it lacks what identifies a resource.
pub fn entry<'j>(
    head: &'j Json,
    (known, unknown, sensitive): (&'j Json, &'j Json, [&'j Json; 2]),
    pointer: String,
) -> Option<ResourceEntry<'j>> {
    let text = |name: &str| head[name].as_str();
    let address = text("address")?;
    let (type_name, name) = (text("type")?, text("name")?);
    let mode = match text("mode")? {
        "data" => Mode::Data,
        "managed" => Mode::Managed,
        _ => Mode::Ephemeral,
    };
    let key = key_of(&head["index"]);
    let module = text("module_address").unwrap_or_else(|| module_of(address, type_name));
    Some(ResourceEntry {
        address,
        module,
        mode,
        type_name,
        name,
        key,
        known,
        unknown,
        sensitive,
        uncertain: None,
        pointer,
    })
}

/// An instance key as documents write it.
pub fn key_of(index: &Json) -> InstanceKey {
    match (index.as_u64(), index.as_str()) {
        (Some(number), _) => InstanceKey::Index(number),
        (_, Some(name)) => InstanceKey::Name(name.into()),
        _ => InstanceKey::None,
    }
}

/// The module's address in front of a resource's own; where a document does not give it apart.
fn module_of<'a>(address: &'a str, type_name: &str) -> &'a str {
    let own = [format!(".data.{type_name}."), format!(".{type_name}.")];
    let at = own.iter().find_map(|own| address.rfind(own.as_str()));
    at.and_then(|at| address.get(..at)).filter(|module| module.starts_with("module.")).unwrap_or_default()
}

/// The resources of a module and of those in it, as `planned_values` and `values` have them.
pub fn module<'j>(tree: &'j Json, pointer: &str, out: &mut Vec<ResourceEntry<'j>>) {
    for (at, resource) in tree["resources"].as_array().into_iter().flatten().enumerate() {
        let trees = (&resource["values"], &Json::Null, [&resource["sensitive_values"], &Json::Null]);
        out.extend(entry(resource, trees, format!("{pointer}/resources/{at}/values")));
    }
    for (at, child) in tree["child_modules"].as_array().into_iter().flatten().enumerate() {
        module(child, &format!("{pointer}/child_modules/{at}"), out);
    }
}

fn variables(document: &Json) -> BTreeMap<Arc<str>, Value> {
    let declared = &document["configuration"]["root_module"]["variables"];
    let one = |(name, body): (&String, &Json)| {
        let value = json::from_json(&body["value"]).unwrap_or_else(|_| Value::null());
        let flags = &declared[name.as_str()];
        let sensitive = [&flags["sensitive"], &flags["ephemeral"], &body["sensitive"]].contains(&&Json::Bool(true));
        (Arc::from(name.as_str()), value.mark(if sensitive { Marks::SENSITIVE } else { Marks::NONE }))
    };
    document["variables"].as_object().into_iter().flatten().map(one).collect()
}

/// Outputs of a plan or state.
pub fn outputs(outputs: &Json) -> BTreeMap<Arc<str>, Value> {
    let one = |(name, body): (&String, &Json)| {
        let value = match body.get("value") {
            Some(value) => json::from_json(value).unwrap_or_else(|_| Value::null()),
            None => {
                let kind = ReasonKind::Impure(format!("output.{name}").into());
                Value::unknown(Type::Any, Reasons::one(kind, None))
            }
        };
        let sensitive = body["sensitive"] == Json::Bool(true);
        (Arc::from(name.as_str()), value.mark(if sensitive { Marks::SENSITIVE } else { Marks::NONE }))
    };
    outputs.as_object().into_iter().flatten().map(one).collect()
}

fn deleted_pools(document: &Json) -> FxHashSet<String> {
    let changes = document["resource_changes"].as_array().into_iter().flatten();
    let pools = changes.filter(|c| c["type"] == "google_container_node_pool" && !remains(c));
    pools.filter_map(|c| c["change"]["before"]["name"].as_str().map(str::to_string)).collect()
}
