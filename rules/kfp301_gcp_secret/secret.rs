//! The secret that pipelines read, as a resource of its own or as a manifest.

use crate::cty::functions::yaml_documents;
use crate::cty::value::{Marks, Value};
use crate::graph::Graph;
use crate::graph::fact::Fact;
use crate::graph::refs;
use crate::graph::text::Text;
use crate::graph::view::{Place, View, text_of};
use crate::plan::Resource;
use crate::profile::Profile;
use std::sync::Arc;

/// The resource types that make secrets.
pub const TYPES: [&str; 4] = ["kubernetes_secret", "kubernetes_secret_v1", "kubernetes_manifest", "kubectl_manifest"];

/// A secret of the profile's name.
pub struct Secret<'p> {
    /// The resource that makes it.
    pub view: View<'p>,
    /// The names in its data; `None` where they are not known.
    pub keys: Option<Vec<Text>>,
    /// The argument that has the data, such as `data` or `manifest`.
    pub data: &'static str,
    /// Its namespace.
    pub namespace: Fact<Text>,
    /// Where the namespace stands.
    pub namespace_place: Place,
}

impl<'p> Secret<'p> {
    /// The secret that a resource makes, if it makes one of the profile's name.
    pub fn read(resource: &'p Resource, graph: &Graph<'p>) -> Option<Secret<'p>> {
        match &*resource.type_name {
            "kubernetes_manifest" => of_manifest(View::of(resource), "manifest", graph.profile),
            "kubectl_manifest" => of_manifest(View::of(resource), "yaml_body", graph.profile),
            _ => of_resource(View::of(resource), graph),
        }
    }
}

fn of_resource<'p>(view: View<'p>, graph: &Graph<'p>) -> Option<Secret<'p>> {
    let metadata = view.block("metadata")?;
    let name = metadata.text("name")?;
    if name.known().is_none_or(|n| **n != *graph.profile.secret_name) {
        return None;
    }
    const DATA: [&str; 4] = ["data", "data_wo", "binary_data", "binary_data_wo"];
    // The names are as written: the provider takes all of `data` for sensitive.
    let marks = |name: &str| view.written(name).map(|w| w.value.marks);
    let given = DATA.map(|name| view.value(name).map(|v| (marks(name).unwrap_or(v.marks), v)));
    let keys = names(given.iter().flatten().map(|(marks, v)| (*marks, v)));
    let data = DATA.into_iter().find(|name| view.get(name).is_some()).unwrap_or("data");
    let namespace = match metadata.text("namespace") {
        None => Fact::Known(Text::from("default")),
        Some(Fact::Known(name)) => Fact::Known(name),
        Some(open) => referred(&metadata, graph).map_or(open, Fact::Known),
    };
    Some(Secret { keys, data, namespace, namespace_place: metadata.place("namespace"), view })
}

fn of_manifest<'p>(view: View<'p>, argument: &'static str, profile: &Profile) -> Option<Secret<'p>> {
    let value = view.value(argument)?;
    let documents = value.as_str().and_then(|text| yaml_documents(text).ok());
    let manifest = documents.map_or_else(|| Some(value.clone()), |all| all.into_iter().next().map(|(_, v)| v))?;
    let metadata = manifest.get("metadata")?;
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_string);
    if text(&manifest, "kind")? != "Secret" || text(metadata, "name")? != profile.secret_name {
        return None;
    }
    let given = |value: &&Value| !value.is_null();
    let around = value.marks.union(manifest.marks);
    let data = ["data", "stringData"].into_iter().filter_map(|name| manifest.get(name)).filter(given);
    let keys = names(data.map(|data| (around.union(data.marks), data)));
    let namespace = metadata.get("namespace").filter(given).map(|n| n.clone().mark(around.union(metadata.marks)));
    let namespace = namespace.map_or(Fact::Known(Text::from("default")), |n| text_of(&n));
    Some(Secret { keys, data: argument, namespace, namespace_place: view.place(argument), view })
}

/// The name of the namespace that the secret's refers to by what only apply knows, such as its `id`.
fn referred(metadata: &View, graph: &Graph) -> Option<Text> {
    let refs = refs::of_attribute(metadata.written("namespace")?);
    let [only] = refs.as_slice() else { return None };
    let namespace = graph.types.referred(only).find(|r| r.type_name.starts_with("kubernetes_namespace"))?;
    View::of(namespace).block("metadata")?.text("name")?.known().cloned()
}

/// The names in some data, hidden where the marks of the data say so.
fn names<'v>(data: impl Iterator<Item = (Marks, &'v Value)>) -> Option<Vec<Text>> {
    let each = data.map(|(marks, d)| {
        let name = |name: &Arc<str>| Text::new(name.clone(), marks.is_hidden());
        d.entries().map(|e| e.keys().map(name).collect::<Vec<_>>())
    });
    each.collect::<Option<Vec<_>>>().map(|all| all.concat())
}
