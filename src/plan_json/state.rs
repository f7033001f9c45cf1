//! States: `terraform show -json` of one, and the file `terraform.tfstate` itself (version 4).

use super::plan::{Recorded, ResourceEntry, assemble, key_of, module, outputs};
use crate::plan::Mode;
use serde_json::{Map, Value as Json, json};

/// `terraform show -json` of a state.
pub fn shown(file: &str, document: &Json) -> Recorded {
    let mut entries = Vec::new();
    module(&document["values"]["root_module"], "/values/root_module", &mut entries);
    let mut recorded = assemble(file, &entries, &Json::Null);
    recorded.plan.outputs = outputs(&document["values"]["outputs"]);
    recorded
}

/// `terraform.tfstate`, version 4.
pub fn raw(file: &str, document: &Json) -> Recorded {
    let resources = document["resources"].as_array().map(Vec::as_slice).unwrap_or_default();
    let instances: Vec<StateInstance> = resources.iter().enumerate().flat_map(|(at, r)| instances(at, r)).collect();
    let entries: Vec<ResourceEntry> = instances.iter().map(StateInstance::entry).collect();
    let mut recorded = assemble(file, &entries, &Json::Null);
    recorded.plan.outputs = outputs(&document["outputs"]);
    recorded
}

/// One resource instance of the file.
struct StateInstance<'j> {
    resource: &'j Json,
    body: &'j Json,
    address: String,
    sensitive: Json,
    pointer: String,
}

impl StateInstance<'_> {
    fn entry(&self) -> ResourceEntry<'_> {
        ResourceEntry {
            address: &self.address,
            module: self.resource["module"].as_str().unwrap_or_default(),
            mode: if self.resource["mode"] == "data" { Mode::Data } else { Mode::Managed },
            type_name: self.resource["type"].as_str().unwrap_or_default(),
            name: self.resource["name"].as_str().unwrap_or_default(),
            key: key_of(&self.body["index_key"]),
            known: &self.body["attributes"],
            unknown: &Json::Null,
            sensitive: [&self.sensitive, &Json::Null],
            uncertain: None,
            pointer: self.pointer.clone(),
        }
    }
}

/// The instances of the resource at this place; without what is left of those that were replaced.
fn instances(at: usize, resource: &Json) -> Vec<StateInstance<'_>> {
    let all = resource["instances"].as_array().into_iter().flatten().enumerate();
    let one = |(i, body)| StateInstance {
        resource,
        body,
        address: address(resource, body),
        sensitive: sensitive(&body["sensitive_attributes"]),
        pointer: format!("/resources/{at}/instances/{i}/attributes"),
    };
    all.filter(|(_, body)| body.get("deposed").is_none()).map(one).collect()
}

fn address(resource: &Json, instance: &Json) -> String {
    let text = |name: &str| resource[name].as_str().unwrap_or_default();
    let module = if text("module").is_empty() { String::new() } else { format!("{}.", text("module")) };
    let data = if text("mode") == "data" { "data." } else { "" };
    format!("{module}{data}{}.{}{}", text("type"), text("name"), key_of(&instance["index_key"]))
}

/// A tree of `true` from the list of paths to what is sensitive.
fn sensitive(paths: &Json) -> Json {
    let mut tree = Json::Null;
    for path in paths.as_array().into_iter().flatten().filter_map(Json::as_array) {
        mark(&mut tree, path);
    }
    tree
}

fn mark(tree: &mut Json, path: &[Json]) {
    let Some((first, rest)) = path.split_first() else {
        *tree = Json::Bool(true);
        return;
    };
    // A step is an attribute's name, or an index: its value may be wrapped with its type.
    let step = match &first["value"] {
        Json::Object(typed) => typed.get("value").cloned().unwrap_or_default(),
        plain => plain.clone(),
    };
    match (step.as_str(), step.as_u64()) {
        (Some(name), _) => {
            if !tree.is_object() {
                *tree = Json::Object(Map::new());
            }
            mark(&mut tree[name], rest);
        }
        // Elements are not told apart: all of the collection counts as sensitive.
        _ => *tree = json!(true),
    }
}
