//! Which objects make pods, how many, and what they say of them.

use serde_json::Value as Json;

/// What an object makes.
pub enum Makes<'o> {
    /// No pods.
    Nothing,
    /// So many pods of this template.
    Pods(&'o Json, u64),
    /// One on every node.
    Daemon(&'o Json),
    /// Pods, as far as is known, and why that is not certain.
    About(&'o Json, u64, String),
    /// Pods that are not known.
    Unknown(String),
}

/// Groups whose objects make pods in ways of their own.
const GROUPS: [&str; 10] = [
    "argoproj.io",
    "kubeflow.org",
    "serving.kserve.io",
    "ray.io",
    "sparkoperator.k8s.io",
    "tekton.dev",
    "batch.volcano.sh",
    "serving.knative.dev",
    "kustomize.config.k8s.io",
    "jobset.x-k8s.io",
];

/// Kinds of these groups that make none.
const HARMLESS: [&str; 8] =
    ["Application", "ApplicationSet", "AppProject", "Profile", "PodDefault", "Pipeline", "Task", "StepAction"];

/// How deep containers are looked for in objects of other kinds.
const DEPTH: usize = 64;

/// What an object makes.
pub fn makes(object: &Json) -> Makes<'_> {
    let spec = &object["spec"];
    let kind = object["kind"].as_str().unwrap_or_default();
    let own = is_own(object["apiVersion"].as_str().unwrap_or_default());
    match kind {
        "Pod" if own => Makes::Pods(spec, 1),
        "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController" if own => {
            some(&spec["template"]["spec"], spec, "replicas")
        }
        "Job" if own => some(&spec["template"]["spec"], spec, "parallelism"),
        "CronJob" if own => {
            let job = &spec["jobTemplate"]["spec"];
            some(&job["template"]["spec"], job, "parallelism")
        }
        "DaemonSet" if own => Makes::Daemon(&spec["template"]["spec"]),
        "CustomResourceDefinition" => Makes::Nothing,
        _ => other(object, kind),
    }
}

/// Whether a group is one of Kubernetes' own for workloads. Nothing is said for the first of them.
fn is_own(version: &str) -> bool {
    let group = version.split_once('/').map_or("", |(group, _)| group);
    matches!(group, "" | "apps" | "batch" | "extensions")
}

/// Pods of a template, as many as a member says, or one.
fn some<'o>(template: &'o Json, spec: &'o Json, member: &str) -> Makes<'o> {
    match &spec[member] {
        Json::Null => Makes::Pods(template, 1),
        count => match count.as_u64() {
            Some(count) => Makes::Pods(template, count),
            None => Makes::About(template, 1, format!("`{member}` is no number: counted as one pod")),
        },
    }
}

/// What an object of another kind makes, as far as its parts show.
fn other<'o>(object: &'o Json, kind: &str) -> Makes<'o> {
    let spec = &object["spec"];
    let named = if kind.is_empty() { "an object without a kind".into() } else { format!("the kind `{kind}`") };
    let template = [&spec["template"]["spec"], spec].into_iter().find(|t| t["containers"].is_array());
    if let Some(template) = template {
        let count = spec["replicas"].as_u64().unwrap_or(1);
        return Makes::About(template, count, format!("{named} is not known: counted as {count} of its pods"));
    }
    let group = object["apiVersion"].as_str().and_then(|v| v.split_once('/')).map_or("", |(group, _)| group);
    let makes = GROUPS.iter().any(|g| group == *g || group.strip_suffix(g).is_some_and(|rest| rest.ends_with('.')));
    if (makes && !HARMLESS.contains(&kind)) || kind == "Kustomization" || has_containers(spec, DEPTH) {
        return Makes::Unknown(format!("how many pods {named} makes is not known"));
    }
    Makes::Nothing
}

fn has_containers(json: &Json, depth: usize) -> bool {
    match json {
        _ if depth == 0 => true,
        Json::Object(members) => members.iter().any(|(name, value)| {
            (name == "containers" && value.is_array()) || (name == "container" && value.is_object()) || {
                has_containers(value, depth - 1)
            }
        }),
        Json::Array(items) => items.iter().any(|item| has_containers(item, depth - 1)),
        _ => false,
    }
}
