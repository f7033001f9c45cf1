//! What the parts of a document are: one object, a list of them, or Kubernetes' own kind of list.

use serde_json::Value as Json;

/// What an object describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A cluster (`gcloud container clusters describe|list`).
    Cluster,
    /// A node pool (`gcloud container node-pools describe|list`).
    Pool,
    /// The grants on a project or a service account (`get-iam-policy`).
    Policy,
    /// The grants on a project and on what is above it (`gcloud projects get-ancestors-iam-policy`).
    Ancestor,
    /// A service of a project (`gcloud services list`).
    Service,
    /// A Kubernetes node.
    Node,
    /// A Kubernetes secret, without its values.
    Secret,
    /// A Kubernetes deployment.
    Deployment,
    /// A Kubernetes namespace.
    Namespace,
    /// A Kubernetes object of another kind.
    Other,
}

/// One object of a document.
#[derive(Clone, Debug)]
pub struct DocumentPiece<'d> {
    /// What it describes.
    pub what: What,
    /// The object.
    pub json: &'d Json,
    /// The document's file.
    pub file: &'d str,
    /// Where it stands in the document.
    pub pointer: String,
}

/// The objects of a document; `None` where something in it is of no kind that is known.
pub fn of<'d>(file: &'d str, document: &'d Json) -> Option<Vec<DocumentPiece<'d>>> {
    let piece = |json: &'d Json, pointer: String, kind: Option<&str>| {
        let what = recognise(json, kind)?;
        Some(DocumentPiece { what, json, file, pointer })
    };
    if let (Some(items), Some(kind)) = (document["items"].as_array(), kubernetes_list(document)) {
        let item = |(at, json)| piece(json, format!("/items/{at}"), kind);
        return items.iter().enumerate().map(item).collect();
    }
    if let Some(list) = REST.iter().find(|list| document.get("name").is_none() && document[**list].is_array()) {
        let items = document[*list].as_array().into_iter().flatten().enumerate();
        return items.map(|(at, json)| piece(json, format!("/{list}/{at}"), None)).collect();
    }
    match document {
        Json::Array(items) => {
            let item = |(at, json)| piece(json, format!("/{at}"), None);
            (!items.is_empty()).then(|| items.iter().enumerate().map(item).collect())?
        }
        _ => Some(vec![piece(document, String::new(), None)?]),
    }
}

/// The members of the lists that the GKE API answers with (`projects.locations.clusters.list`, `….nodePools.list`).
const REST: [&str; 2] = ["clusters", "nodePools"];

/// The kind of the items of a Kubernetes list, where the list says it: `Secret` of a `SecretList`.
fn kubernetes_list(document: &Json) -> Option<Option<&str>> {
    document.get("apiVersion")?;
    let kind = document["kind"].as_str()?.strip_suffix("List")?;
    Some(Some(kind).filter(|kind| !kind.is_empty()))
}

fn recognise(json: &Json, kind: Option<&str>) -> Option<What> {
    let has = |name: &str| json.get(name).is_some();
    let text = |name: &str| json[name].as_str().unwrap_or_default();
    if kind.is_some() || (has("apiVersion") && has("kind")) {
        return Some(match kind.unwrap_or_else(|| text("kind")) {
            "Node" => What::Node,
            "Secret" => What::Secret,
            "Deployment" => What::Deployment,
            "Namespace" => What::Namespace,
            _ => What::Other,
        });
    }
    let link = text("selfLink");
    if link.contains("/nodePools/")
        || (has("config") && has("name") && (has("instanceGroupUrls") || has("podIpv4CidrSize")))
    {
        return Some(What::Pool);
    }
    if link.contains("/clusters/") || (has("name") && (has("currentMasterVersion") || has("nodePools"))) {
        return Some(What::Cluster);
    }
    if has("policy") && has("type") && has("id") {
        return Some(What::Ancestor);
    }
    if has("state") && text("name").contains("/services/") {
        return Some(What::Service);
    }
    let policy = ["bindings", "etag", "version", "auditConfigs"];
    let only_policy = json.as_object().is_some_and(|o| o.keys().all(|key| policy.contains(&key.as_str())));
    (only_policy && (has("bindings") || has("etag"))).then_some(What::Policy)
}

/// Leaves only the names of keys of what Kubernetes secrets hold, and no annotation: `kubectl apply` leaves a copy there.
pub fn drop_secrets(document: &mut Json) {
    let is_list = kubernetes_list(document).map(|kind| kind.map(str::to_string));
    match (is_list, document) {
        (Some(kind), document) => {
            for item in document["items"].as_array_mut().into_iter().flatten() {
                if item["kind"] == "Secret" || kind.as_deref() == Some("Secret") {
                    empty(item);
                }
            }
        }
        (None, Json::Array(items)) => items.iter_mut().filter(|i| i["kind"] == "Secret").for_each(empty),
        (None, document) if document["kind"] == "Secret" => empty(document),
        _ => {}
    }
}

fn empty(secret: &mut Json) {
    for name in ["data", "stringData"] {
        for (_, value) in secret[name].as_object_mut().into_iter().flatten() {
            *value = Json::Null;
        }
    }
    if let Some(metadata) = secret["metadata"].as_object_mut() {
        metadata.retain(|name, _| matches!(name.as_str(), "name" | "namespace"));
    }
}
