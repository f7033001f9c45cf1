//! Kubernetes secrets, as resources of their own or as manifests.

use super::Graph;
use super::account::ServiceAccount;
use super::fact::Fact;
use super::text::Text;
use super::types::ByType;
use super::view::{AttributePlace, View, text_of};
use crate::cty::functions::yaml_documents;
use crate::cty::value::{Marks, Value};
use crate::plan::Resource;
use std::sync::Arc;

/// The resource types that make secrets.
const TYPES: [&str; 4] = ["kubernetes_secret", "kubernetes_secret_v1", "kubernetes_manifest", "kubectl_manifest"];

/// A Kubernetes secret.
#[derive(Clone, Debug)]
pub struct Secret<'p> {
    /// The resource that makes it.
    pub view: View<'p>,
    /// Its name, where it has one.
    pub name: Option<Fact<Text>>,
    /// The names in its data; `None` where they are not known.
    pub keys: Option<Vec<Text>>,
    /// The argument that has the data, such as `data` or `manifest`.
    pub data: &'static str,
    /// Its namespace.
    pub namespace: Fact<Text>,
    /// Whether it is a resource of its own: no manifest.
    pub is_resource: bool,
}

/// The secrets that the configuration makes, by the type of their resources.
pub fn of_types<'p>(types: &ByType<'p>) -> impl Iterator<Item = Secret<'p>> {
    let read = move |resource: &'p Resource| match &*resource.type_name {
        "kubernetes_manifest" => of_manifest(View::of(resource), "manifest"),
        "kubectl_manifest" => of_manifest(View::of(resource), "yaml_body"),
        _ => Some(of_resource(View::of(resource), types)),
    };
    TYPES.iter().flat_map(|name| types.managed(name)).filter_map(read)
}

impl Secret<'_> {
    /// Whether it surely has this name.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.as_ref().and_then(Fact::known).is_some_and(|own| **own == *name)
    }

    /// Where the namespace stands.
    pub fn namespace_place(&self) -> AttributePlace {
        match self.view.block("metadata").filter(|_| self.is_resource) {
            Some(metadata) => metadata.place("namespace"),
            None => self.view.place(self.data),
        }
    }
}

impl<'p> Graph<'p> {
    /// The account that the configuration makes whose key a secret holds.
    pub fn key_account(&self, secret: &Secret<'p>) -> Option<&ServiceAccount<'p>> {
        let keys = secret.view.written(secret.data)?.references();
        let key_of = |r: &&Resource| keys.iter().any(|k| k.is_to(r));
        let key = View::of(self.types.all("google_service_account_key").find(key_of)?);
        let (id, refs) = (key.get("service_account_id")?, key.written("service_account_id")?.references());
        self.accounts.iter().find(|account| account.is(id, || &refs).is_true())
    }
}

fn of_resource<'p>(view: View<'p>, types: &ByType<'p>) -> Secret<'p> {
    const DATA: [&str; 4] = ["data", "data_wo", "binary_data", "binary_data_wo"];
    // The names are as written: the provider takes all of `data` for sensitive.
    let marks = |name: &str| view.written(name).map(|w| w.value.marks);
    let given = DATA.map(|name| view.value(name).map(|v| (marks(name).unwrap_or(v.marks), v)));
    let keys = names(given.iter().flatten().map(|(marks, v)| (*marks, v)));
    let data = DATA.into_iter().find(|name| view.get(name).is_some()).unwrap_or("data");
    let metadata = view.block("metadata");
    let namespace = match metadata.as_ref().and_then(|m| m.text("namespace")) {
        None => Fact::Known(Text::from("default")),
        Some(Fact::Known(name)) => Fact::Known(name),
        Some(open) => metadata.as_ref().and_then(|m| referred(m, types)).map_or(open, Fact::Known),
    };
    Secret { name: metadata.and_then(|m| m.text("name")), keys, data, namespace, is_resource: true, view }
}

fn of_manifest<'p>(view: View<'p>, argument: &'static str) -> Option<Secret<'p>> {
    let value = view.value(argument)?;
    let documents = value.as_str().and_then(|text| yaml_documents(text).ok());
    let manifest = documents.map_or_else(|| Some(value.clone()), |all| all.into_iter().next().map(|(_, v)| v))?;
    let metadata = manifest.get("metadata")?;
    if manifest.get("kind").and_then(Value::as_str)? != "Secret" {
        return None;
    }
    let given = |value: &&Value| !value.is_null();
    let around = value.marks.union(manifest.marks);
    let data = ["data", "stringData"].into_iter().filter_map(|name| manifest.get(name)).filter(given);
    let keys = names(data.map(|data| (around.union(data.marks), data)));
    let text = |name: &str| {
        let value = metadata.get(name).filter(given)?;
        Some(text_of(&value.clone().mark(around.union(metadata.marks))))
    };
    let namespace = text("namespace").unwrap_or_else(|| Fact::Known(Text::from("default")));
    Some(Secret { name: text("name"), keys, data: argument, namespace, is_resource: false, view })
}

/// The name of the namespace that the secret's refers to by what only apply knows, such as its `id`.
fn referred(metadata: &View, types: &ByType) -> Option<Text> {
    let refs = metadata.written("namespace")?.references();
    let [only] = refs.as_slice() else { return None };
    let namespace = types.referred(only).find(|r| r.type_name.starts_with("kubernetes_namespace"))?;
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
