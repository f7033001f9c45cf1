//! One pod of a template: what it requests, and which nodes it may run on.

use super::POD_TEXT;
use crate::graph::fit::{Match, Pod, Room, Term, Toleration};
use crate::graph::nodes::is_known_label;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Resources that are packed.
const PACKED: [&str; 3] = ["cpu", "memory", "nvidia.com/gpu"];

/// A pod, and what may keep it off nodes or make it larger that is not looked at.
#[derive(Debug)]
pub struct ReadPod {
    /// The pod.
    pub pod: Pod,
    /// Each a sentence without an end.
    pub doubts: Vec<String>,
}

/// Reads the pod that an object makes of a template.
///
/// # Errors
/// What is no pod of Kubernetes.
pub fn read(object: &Json, spec: &Json) -> Result<ReadPod, String> {
    let name = object["metadata"]["name"].as_str().or(object["metadata"]["generateName"].as_str()).unwrap_or("?");
    let mut doubts = Vec::new();
    let room = requested(spec, &mut doubts)?;
    let mut tolerations: Vec<Toleration> = members(&spec["tolerations"]).iter().map(toleration).collect();
    if room.gpus > 0 {
        // GKE tolerates its own taint for pods that ask for GPUs (ExtendedResourceToleration).
        tolerations.push(Toleration { key: "nvidia.com/gpu".into(), ..Toleration::default() });
    }
    let selector = selector(&spec["nodeSelector"], &mut doubts);
    let affinity = affinity(&spec["affinity"], &mut doubts);
    not_looked_at(spec, &mut doubts);
    let labels = selector.iter().map(|(key, value)| key.len() + value.len() + 64);
    let tolerated =
        tolerations.iter().map(|t| t.key.len() + t.effect.len() + t.value.as_ref().map_or(0, String::len) + 64);
    let matched =
        affinity.iter().flatten().flatten().map(|m| m.key.len() + m.values.iter().map(String::len).sum::<usize>() + 64);
    if name.len() + labels.chain(tolerated).chain(matched).sum::<usize>() > POD_TEXT {
        return Err("its name, node selector, affinity and tolerations are longer than Kubernetes allows".into());
    }
    doubts.sort();
    doubts.dedup();
    Ok(ReadPod { pod: Pod { name: name.to_string().into(), room, selector, affinity, tolerations }, doubts })
}

fn members(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}

/// What the containers request together, at least what the pod itself requests, and its overhead.
fn requested(spec: &Json, doubts: &mut Vec<String>) -> Result<Room, String> {
    let mut room = Room::default();
    for container in members(&spec["containers"]) {
        room = plus(room, requests(container, doubts)?);
    }
    // Init containers run one after another, before the others; those that restart always stay beside them.
    for container in members(&spec["initContainers"]) {
        let own = requests(container, doubts)?;
        room = if container["restartPolicy"] == "Always" { plus(room, own) } else { larger(room, own) };
    }
    room = larger(room, requests(spec, doubts)?);
    Ok(plus(room, amounts(&[&spec["overhead"]], doubts)?))
}

/// The labels that a node selector asks for, without those that nobody here knows.
fn selector(json: &Json, doubts: &mut Vec<String>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for (key, value) in json.as_object().into_iter().flatten() {
        match value.as_str() {
            Some(value) if is_known_label(key) => drop(out.insert(key.clone(), value.to_string())),
            _ => doubts.push(format!("it selects nodes by `{key}`, which is not known")),
        }
    }
    out
}

/// The terms of which a node must match one, where there are any.
fn affinity(json: &Json, doubts: &mut Vec<String>) -> Option<Vec<Term>> {
    let required = &json["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    let terms = required["nodeSelectorTerms"].as_array()?;
    let term = |term: &Json| {
        if !members(&term["matchFields"]).is_empty() {
            doubts.push("it selects nodes by their fields, which are not known".into());
        }
        members(&term["matchExpressions"]).iter().filter_map(|e| expression(e, doubts)).collect()
    };
    // A term without anything matches no node.
    let any = |term: &&Json| ["matchFields", "matchExpressions"].iter().any(|name| !members(&term[*name]).is_empty());
    Some(terms.iter().filter(any).map(term).collect())
}

fn expression(json: &Json, doubts: &mut Vec<String>) -> Option<Match> {
    let text = |name: &str| json[name].as_str().unwrap_or_default();
    let key = text("key");
    let values = members(&json["values"]).iter().filter_map(|v| v.as_str().map(str::to_string)).collect();
    let found = Match::of(key, text("operator"), values).filter(|_| is_known_label(key));
    if found.is_none() {
        doubts.push(format!("it selects nodes by `{key}`, which is not known"));
    }
    found
}

/// Notes what the scheduler obeys and the packing does not.
fn not_looked_at(spec: &Json, doubts: &mut Vec<String>) {
    let mut note = |what: &str| doubts.push(format!("{what} is not looked at"));
    for kind in ["podAffinity", "podAntiAffinity"] {
        if !members(&spec["affinity"][kind]["requiredDuringSchedulingIgnoredDuringExecution"]).is_empty() {
            note(&format!("its required {kind}"));
        }
    }
    if members(&spec["topologySpreadConstraints"]).iter().any(|c| c["whenUnsatisfiable"] != "ScheduleAnyway") {
        note("its topology spread");
    }
    let ports = members(&spec["containers"]).iter().flat_map(|c| members(&c["ports"]));
    if spec["hostNetwork"] == true || ports.into_iter().any(|port| port["hostPort"].is_u64()) {
        note("its ports of the host");
    }
    for (name, what) in
        [("runtimeClassName", "its runtime class, which may add overhead,"), ("nodeName", "its node's name")]
    {
        if spec[name].is_string() && (name == "nodeName" || spec["overhead"].is_null()) {
            note(what);
        }
    }
    if spec["schedulerName"].as_str().is_some_and(|name| name != "default-scheduler") {
        note("its own scheduler");
    }
    if !members(&spec["resourceClaims"]).is_empty() {
        note("its claims of devices");
    }
}

fn toleration(json: &Json) -> Toleration {
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_string();
    let value = (json["operator"] != "Exists").then(|| text("value"));
    Toleration { key: text("key"), value, effect: text("effect") }
}

fn plus(a: Room, b: Room) -> Room {
    Room {
        cpu_m: a.cpu_m.saturating_add(b.cpu_m),
        memory_mib: a.memory_mib.saturating_add(b.memory_mib),
        gpus: a.gpus.saturating_add(b.gpus),
        pods: a.pods.max(b.pods),
    }
}

fn larger(a: Room, b: Room) -> Room {
    Room {
        cpu_m: a.cpu_m.max(b.cpu_m),
        memory_mib: a.memory_mib.max(b.memory_mib),
        gpus: a.gpus.max(b.gpus),
        pods: a.pods.max(b.pods),
    }
}

/// What a container or a pod requests; a limit counts where there is no request.
fn requests(json: &Json, doubts: &mut Vec<String>) -> Result<Room, String> {
    amounts(&[&json["resources"]["requests"], &json["resources"]["limits"]], doubts)
}

/// Amounts of resources, each from the first place that has it.
fn amounts(places: &[&Json], doubts: &mut Vec<String>) -> Result<Room, String> {
    let names = places.iter().flat_map(|place| place.as_object()).flatten().map(|(name, _)| name.as_str());
    for name in names.filter(|name| !PACKED.contains(name)) {
        doubts.push(format!("its request of {name} is not looked at"));
    }
    let given = |name: &str| {
        places.iter().map(|place| &place[name]).find(|v| !v.is_null()).map(|v| match v {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        })
    };
    let amount = |name: &str| match given(name) {
        Some(text) => quantity(&text)
            .ok_or_else(|| format!("`{text}` is not a valid {name} quantity; write for example 500m or 1Gi")),
        None => Ok(0.0),
    };
    const MIB: f64 = 1024.0 * 1024.0;
    Ok(Room {
        cpu_m: (amount("cpu")? * 1000.0).ceil() as u64,
        memory_mib: (amount("memory")? / MIB).ceil() as u64,
        gpus: amount("nvidia.com/gpu")?.ceil() as u64,
        pods: 1,
    })
}

/// A Kubernetes quantity: `250m`, `1.5`, `512Mi`, `1e3`, `2G`.
fn quantity(text: &str) -> Option<f64> {
    const SUFFIXES: [(&str, f64); 13] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
    ];
    let text = text.trim();
    let scaled = SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor)));
    let (number, factor) = scaled.unwrap_or((text, 1.0));
    let number: f64 = number.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_as_kubernetes_reads_them() {
        for (text, value) in [("250m", 0.25), ("1.5", 1.5), ("1e3", 1000.0), ("2G", 2e9), ("1Ki", 1024.0)] {
            assert_eq!(quantity(text), Some(value), "{text}");
        }
        assert_eq!(quantity("many"), None);
        assert_eq!(quantity("-1"), None);
    }
}
