//! What an expression of a plan's `configuration` refers to. A plan keeps no expressions, only constants and the names
//! that each refers to: they are followed through variables, module outputs and `each`, to resources.

use crate::address::{AddressPart, ModuleStep, module_address, module_steps, parts};
use crate::plan::{InstanceKey, Mode, ResolvedReference};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value as Json;
use std::cell::Cell;
use std::cmp::Ordering;

/// The most references that are followed for one expression; more are an error (TF006).
pub const MOST: usize = 2000;

/// Module, mode, type and name.
pub type ResourceKey = (String, Mode, String, String);

/// A resource instance that references may lead to.
#[derive(Clone, Debug)]
pub struct KnownInstance<'j> {
    /// Its key.
    pub key: InstanceKey,
    /// Its address.
    pub address: &'j str,
    /// Its `after_unknown`.
    pub unknown: &'j Json,
    /// A data source that is read only during apply.
    pub deferred: bool,
}

/// A plan's `configuration`, and the instances that it has.
#[derive(Debug)]
pub struct PlanConfiguration<'j> {
    /// `configuration`; null where the document has none.
    pub document: &'j Json,
    /// The instances of each resource.
    pub instances: FxHashMap<ResourceKey, Vec<KnownInstance<'j>>>,
    /// Some expression leads to more references than are followed.
    pub is_cut: Cell<bool>,
}

/// Where an expression stands.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// The module instance.
    pub module: &'a [ModuleStep],
    /// What `each` and `count` go over.
    pub repeated: &'a Json,
    /// The instance's own key.
    pub key: &'a InstanceKey,
}

/// A resource that an expression refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReferenceTarget {
    /// The resource.
    pub reference: ResolvedReference,
    /// The attribute, where one is named.
    pub attribute: Option<String>,
}

/// What an expression refers to in the end.
#[derive(Clone, Debug, Default)]
pub struct FoundReferences {
    /// Resources.
    pub targets: Vec<ReferenceTarget>,
    /// Names that a plan says nothing of, such as `local.zones`.
    pub open: Vec<String>,
}

impl<'j> PlanConfiguration<'j> {
    /// The configuration of a module; null where there is none.
    pub fn module(&self, steps: &[ModuleStep]) -> &'j Json {
        let root = &self.document["root_module"];
        steps.iter().fold(root, |module, step| &module["module_calls"][step.call.as_str()]["module"])
    }

    /// The configuration of a resource.
    pub fn resource(&self, steps: &[ModuleStep], mode: Mode, type_name: &str, name: &str) -> Option<&'j Json> {
        let wanted = if mode == Mode::Data { "data" } else { "managed" };
        let is_it = |r: &&Json| r["mode"] == wanted && r["type"] == type_name && r["name"] == name;
        self.module(steps)["resources"].as_array()?.iter().find(is_it)
    }

    /// The resources that an expression refers to.
    pub fn resolve(&self, site: Site, expression: &Json) -> FoundReferences {
        let mut walk =
            ReferenceWalk { configuration: self, found: FoundReferences::default(), seen: FxHashSet::default() };
        walk.expression(site, expression);
        walk.found.targets.sort();
        walk.found.targets.dedup();
        walk.found
    }

    /// The instances that a reference may mean.
    pub fn known(&self, reference: &ResolvedReference) -> Vec<&KnownInstance<'j>> {
        let key = (reference.module.clone(), reference.mode, reference.type_name.clone(), reference.name.clone());
        let all = self.instances.get(&key).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|known| reference.key.as_ref().is_none_or(|key| *key == known.key)).collect()
    }
}

struct ReferenceWalk<'c, 'j> {
    configuration: &'c PlanConfiguration<'j>,
    found: FoundReferences,
    seen: FxHashSet<(String, String)>,
}

impl ReferenceWalk<'_, '_> {
    fn expression(&mut self, site: Site, expression: &Json) {
        let listed = expression["references"].as_array().into_iter().flatten();
        let mut named: Vec<&str> = listed.filter_map(Json::as_str).collect();
        // Terraform lists `a.b.c`, `a.b` for a reference to `a.b.c`: the longest says all.
        named.sort_by(|a, b| by_parts(b, a));
        named.dedup_by(|short, long| long.strip_prefix(*short).is_some_and(is_further));
        // `x[each.key].y` is listed as `x` and `each.key`.
        let by_key = named.len() == 2 && named.iter().any(|name| matches!(*name, "each.key" | "count.index"));
        for reference in named {
            self.reference(site, reference, by_key);
        }
    }

    fn reference(&mut self, site: Site, text: &str, by_key: bool) {
        let fresh = self.seen.insert((module_address(site.module), text.to_string()));
        if self.seen.len() > MOST {
            self.configuration.is_cut.set(true);
        }
        if !fresh || self.configuration.is_cut.get() {
            return;
        }
        let parts = parts(text);
        let name = |at: usize| parts.get(at).and_then(AddressPart::name);
        match (name(0), name(1), name(2)) {
            (Some("var"), Some(name), _) => self.variable(site, name),
            (Some("each"), ..) => self.expression(site, site.repeated),
            (Some("module"), Some(call), _) => self.output(site, call, parts.get(2..).unwrap_or_default()),
            (Some("data"), Some(type_name), Some(name)) => {
                self.push(site, Mode::Data, type_name, name, parts.get(3..).unwrap_or_default(), by_key)
            }
            (Some("local"), Some(_), _) => self.found.open.push(text.to_string()),
            (Some("count" | "self" | "path" | "terraform"), ..) => {}
            (Some(type_name), Some(name), _) => {
                self.push(site, Mode::Managed, type_name, name, parts.get(2..).unwrap_or_default(), by_key)
            }
            _ => {}
        }
    }

    fn push(&mut self, site: Site, mode: Mode, type_name: &str, name: &str, rest: &[AddressPart], by_key: bool) {
        let reference = |key| ResolvedReference {
            module: module_address(site.module),
            mode,
            type_name: type_name.to_string(),
            name: name.to_string(),
            key,
        };
        let (key, attribute) = match rest {
            [AddressPart::Key(key), AddressPart::Name(attribute), ..] => (Some(key.clone()), Some(attribute.clone())),
            [AddressPart::Key(key), ..] => (Some(key.clone()), None),
            [AddressPart::Name(attribute), ..] => (Some(InstanceKey::None), Some(attribute.clone())),
            [] if by_key => (Some(site.key.clone()), None),
            [] => (None, None),
        };
        let key = key.or_else(|| match self.configuration.known(&reference(None)).as_slice() {
            [only] => Some(only.key.clone()),
            _ => None,
        });
        self.found.targets.push(ReferenceTarget { reference: reference(key), attribute });
    }

    /// Goes on with what the module call passes.
    fn variable(&mut self, site: Site, name: &str) {
        let Some((step, outer)) = site.module.split_last() else { return };
        let call = &self.configuration.module(outer)["module_calls"][step.call.as_str()];
        let repeated = repeated(call);
        let site = Site { module: outer, repeated, key: &step.key };
        self.expression(site, &call["expressions"][name]);
    }

    /// Goes on with a module's output; with all of them where none is named.
    fn output(&mut self, site: Site, call: &str, rest: &[AddressPart]) {
        let (key, name) = match rest {
            [AddressPart::Key(key), AddressPart::Name(name), ..] => (Some(key.clone()), Some(name)),
            [AddressPart::Key(key), ..] => (Some(key.clone()), None),
            [AddressPart::Name(name), ..] => (Some(InstanceKey::None), Some(name)),
            [] => (None, None),
        };
        let keys = key.map_or_else(|| self.keys(site, call), |key| vec![key]);
        let inside = &self.configuration.module(site.module)["module_calls"][call]["module"];
        for key in keys {
            let mut module = site.module.to_vec();
            module.push(ModuleStep { call: call.to_string(), key: key.clone() });
            let inner = Site { module: &module, repeated: &Json::Null, key: &key };
            let outputs = inside["outputs"].as_object().into_iter().flatten();
            for (_, body) in outputs.filter(|(output, _)| name.is_none_or(|name| name == *output)) {
                self.expression(inner, &body["expression"]);
            }
        }
    }

    /// The keys of a module call's instances, as far as resources in them show.
    fn keys(&self, site: Site, call: &str) -> Vec<InstanceKey> {
        let mut keys: Vec<InstanceKey> = Vec::new();
        for (module, ..) in self.configuration.instances.keys() {
            let steps = module_steps(module);
            let inner = steps.get(site.module.len()).filter(|s| s.call == call && steps.starts_with(site.module));
            keys.extend(inner.map(|step| step.key.clone()));
        }
        keys.sort();
        keys.dedup();
        keys
    }
}

/// What follows a reference within a longer one; nothing, where they are the same.
fn is_further(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['.', '['])
}

/// Orders references so that those that go on from another come right after it.
fn by_parts(a: &str, b: &str) -> Ordering {
    let rank = |byte: u8| (!matches!(byte, b'.' | b'['), byte);
    a.bytes().map(rank).cmp(b.bytes().map(rank))
}

/// What a resource or module call goes over.
pub fn repeated(block: &Json) -> &Json {
    match &block["for_each_expression"] {
        Json::Null => &block["count_expression"],
        each => each,
    }
}
