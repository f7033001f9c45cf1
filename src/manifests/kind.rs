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

/// Groups of which no object makes pods: those of Kubernetes and GKE that are not about workloads, and the end of their names
/// where a dot is first.
const HARMLESS_GROUPS: [&str; 9] = [
    "",
    "policy",
    "cert-manager.io",
    "istio.io",
    ".istio.io",
    ".k8s.io",
    ".cnrm.cloud.google.com",
    "cloud.google.com",
    "networking.gke.io",
];

/// Groups that end as those do, and whose objects make pods.
const MAKING: [&str; 3] = ["kustomize.config.k8s.io", "jobset.x-k8s.io", "sparkoperator.k8s.io"];

/// Kinds of other groups that make none.
const HARMLESS: [&str; 15] = [
    "AppProject",
    "Application",
    "ApplicationSet",
    "ClusterPodMonitoring",
    "ExternalSecret",
    "Pipeline",
    "PodDefault",
    "PodMonitor",
    "PodMonitoring",
    "Profile",
    "PrometheusRule",
    "SecretStore",
    "ServiceMonitor",
    "StepAction",
    "Task",
];

/// Kinds that change the pods of other objects.
const CHANGING: [(&str, &str); 3] = [
    ("HorizontalPodAutoscaler", "it may make more pods of its target"),
    ("VerticalPodAutoscaler", "it may change what the pods of its target request"),
    ("LimitRange", "its defaults may add to what pods request"),
];

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
        "CustomResourceDefinition" | "PodTemplate" | "ControllerRevision" => Makes::Nothing,
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
            None => Makes::About(template, 1, format!("`{member}` is not a number: counted as one pod")),
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
    if let Some((_, why)) = CHANGING.iter().find(|(changing, _)| kind == *changing) {
        return Makes::Unknown(format!("{named}: {why}"));
    }
    if kind.is_empty() && object["apiVersion"].is_null() && !has_containers(object, DEPTH) {
        // Values of a chart, or another file that is not for Kubernetes.
        return Makes::Nothing;
    }
    let is_harmless = has_harmless_group(object["apiVersion"].as_str().unwrap_or_default()) || HARMLESS.contains(&kind);
    if !is_harmless || kind.ends_with("List") || kind == "Kustomization" || has_containers(object, DEPTH) {
        return Makes::Unknown(format!("how many pods {named} makes is not known"));
    }
    Makes::Nothing
}

fn has_harmless_group(version: &str) -> bool {
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let among = |known: &&str| group == *known || known.starts_with('.') && group.ends_with(*known);
    is_own(version) || HARMLESS_GROUPS.iter().any(among) && !MAKING.contains(&group)
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
