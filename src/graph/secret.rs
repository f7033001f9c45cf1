//! Kubernetes secrets, as resources of their own or as manifests.

use super::Graph;
use super::account::ServiceAccount;
use super::fact::Fact;
use super::manifest::{documents, string};
use super::text::Text;
use super::types::ByType;
use super::view::{AttributePlace, View, text_of};
use crate::cty::value::{Marks, OpenText, Reasons, Value};
use crate::plan::Resource;

/// The resource types that make secrets.
const TYPES: [&str; 4] = ["kubernetes_secret", "kubernetes_secret_v1", "kubernetes_manifest", "kubectl_manifest"];

/// A Kubernetes secret.
#[derive(Clone, Debug)]
pub struct Secret<'p> {
    /// The resource that makes it.
    pub view: View<'p>,
    /// Its name, where it has one.
    pub name: Option<Fact<Text>>,
    /// The names in its data, as far as they are known.
    pub keys: Vec<Text>,
    /// Why there may be further ones.
    pub open_keys: Option<Reasons>,
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
        _ => vec![of_resource(View::of(resource), types)],
    };
    TYPES.iter().flat_map(|name| types.managed(name)).flat_map(read)
}

impl Secret<'_> {
    /// Whether it surely has this name.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.as_ref().and_then(Fact::known).is_some_and(|own| **own == *name)
    }

    /// Where the data stands: the whole manifest, where that is text or made elsewhere.
    pub fn data_place(&self) -> AttributePlace {
        let place = self.view.place(self.data);
        let names: [&str; 2] = ["data", "stringData"];
        let inner =
            names.iter().find_map(|name| self.view.written_entry(self.data, name)).filter(|_| !self.is_resource);
        AttributePlace { span: inner.or(place.span), ..place }
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
    // What is only written is null in a plan.
    let value = |name: &str| {
        let written = || view.written(name).map(|w| w.value.clone()).filter(|value| !value.is_null());
        view.value(name).or_else(|| written().filter(|_| name.ends_with("_wo")))
    };
    let given = DATA.map(|name| value(name).map(|v| (marks(name).unwrap_or(v.marks), v)));
    let (keys, open_keys) = names(given.iter().flatten().map(|(marks, v)| (*marks, v)));
    let data = DATA.into_iter().find(|name| value(name).is_some()).unwrap_or("data");
    let metadata = view.block("metadata");
    let namespace = match metadata.as_ref().and_then(|m| m.text("namespace")) {
        None => Fact::Known(Text::from("default")),
        Some(Fact::Known(name)) => Fact::Known(name),
        Some(open) => metadata.as_ref().and_then(|m| referred(m, types)).map_or(open, Fact::Known),
    };
    Secret { name: metadata.and_then(|m| m.text("name")), keys, open_keys, data, namespace, is_resource: true, view }
}

fn of_manifest<'p>(view: View<'p>, argument: &'static str) -> Vec<Secret<'p>> {
    let written = view.written(argument).map(|written| written.value.clone().mark(view.resource.values.marks));
    let value = written.filter(|value| value.is_known() || value.draft().is_some()).or_else(|| view.value(argument));
    let Some(value) = value else { return Vec::new() };
    match documents(&value) {
        Some(all) => all.iter().filter_map(|manifest| of_document(&view, argument, manifest)).collect(),
        None => by_words(view, argument, &value).into_iter().collect(),
    }
}

fn of_document<'p>(view: &View<'p>, argument: &'static str, manifest: &Value) -> Option<Secret<'p>> {
    let metadata = manifest.get("metadata")?;
    if string(manifest, "kind")? != "Secret" {
        return None;
    }
    let given = |value: &&Value| !value.is_null();
    let data = ["data", "stringData"].into_iter().filter_map(|name| manifest.get(name)).filter(given);
    let (keys, open_keys) = names(data.map(|data| (manifest.marks.union(data.marks), data)));
    let text = |name: &str| {
        let value = metadata.get(name).filter(given)?;
        Some(text_of(&value.clone().mark(manifest.marks.union(metadata.marks))))
    };
    let namespace = text("namespace").unwrap_or_else(|| Fact::Known(Text::from("default")));
    let (name, view) = (text("name"), view.clone());
    Some(Secret { name, keys, open_keys, data: argument, namespace, is_resource: false, view })
}

/// A secret in text that cannot be read as YAML, since parts of it are not known: of it, only the name is known.
fn by_words<'p>(view: View<'p>, argument: &'static str, value: &Value) -> Option<Secret<'p>> {
    let open = OpenText::of(value)?;
    let reasons = value.reasons()?.clone();
    let word = |name: &str| {
        let after = open.text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'))?;
        Some(after.trim().trim_matches(['"', '\'']).to_string())
    };
    let name = word("name").filter(|_| word("kind").as_deref() == Some("Secret"))?;
    let name = Some(text_of(&open.value_of(&name).mark(value.marks)));
    let (open_keys, namespace) = (Some(reasons.clone()), Fact::Unknown(reasons));
    Some(Secret { name, keys: Vec::new(), open_keys, data: argument, namespace, is_resource: false, view })
}

/// The name of the namespace that the secret's refers to by what only apply knows, such as its `id`.
fn referred(metadata: &View, types: &ByType) -> Option<Text> {
    let refs = metadata.written("namespace")?.references();
    let [only] = refs.as_slice() else { return None };
    let namespace = types.referred(only).find(|r| r.type_name.starts_with("kubernetes_namespace"))?;
    View::of(namespace).block("metadata")?.text("name")?.known().cloned()
}

/// The names in some data, hidden where the marks of the data say so, and why there may be more.
fn names<'v>(data: impl Iterator<Item = (Marks, &'v Value)>) -> (Vec<Text>, Option<Reasons>) {
    let (mut names, mut open) = (Vec::new(), None);
    for (marks, data) in data {
        match data.entries() {
            Some(entries) => names.extend(entries.keys().map(|name| Text::new(name.clone(), marks.is_hidden()))),
            None => open = Some(data.reasons().cloned().unwrap_or_default()),
        }
    }
    (names, open)
}
