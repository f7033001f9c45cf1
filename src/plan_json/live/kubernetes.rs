//! Kubernetes objects as `kubectl get -o json` has them.

use super::gke::ClusterId;
use super::pieces::{DocumentPiece, What};
use crate::plan::Observed;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// The label that names a node's pool.
const POOL: &str = "cloud.google.com/gke-nodepool";

/// The nodes of one pool.
#[derive(Clone, Debug, Default)]
pub struct LiveNodes<'d> {
    /// The pool's name.
    pub pool: String,
    /// Project and zone of the first one.
    pub place: Option<(String, String)>,
    /// The name of the machine of the first one: `gke-CLUSTER-POOL-HASH-SUFFIX`.
    pub machine: String,
    /// The first one itself.
    pub first: Option<&'d DocumentPiece<'d>>,
    /// All zones.
    pub zones: Vec<String>,
    /// How many there are, and what the smallest has for pods.
    pub seen: Observed,
}

/// Nodes by pool and machine group; those of no pool are left out.
pub fn pools<'d>(nodes: &[&'d DocumentPiece<'d>]) -> Vec<LiveNodes<'d>> {
    let mut all: BTreeMap<(String, String), LiveNodes> = BTreeMap::new();
    for node in nodes {
        let labels = &node.json["metadata"]["labels"];
        let Some(pool) = labels[POOL].as_str() else { continue };
        let place = machine(node.json);
        let machine = node.json["metadata"]["name"].as_str().unwrap_or_default();
        let group = machine.rsplitn(3, '-').nth(2).unwrap_or(machine).to_string();
        let entry = all.entry((pool.to_string(), group.clone())).or_insert_with(|| LiveNodes {
            pool: pool.to_string(),
            machine: group,
            place: place.clone(),
            first: Some(node),
            ..LiveNodes::default()
        });
        let zone = labels["topology.kubernetes.io/zone"].as_str().map(str::to_string).or(place.map(|(_, zone)| zone));
        entry.zones.extend(zone);
        let allocatable = &node.json["status"]["allocatable"];
        let cpu_m = cpu(allocatable["cpu"].as_str().unwrap_or_default());
        let memory_mib = memory(allocatable["memory"].as_str().unwrap_or_default());
        let seen = &mut entry.seen;
        seen.nodes += 1;
        seen.more = Some(0);
        seen.allocatable = match (seen.allocatable, cpu_m.zip(memory_mib)) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.min(d))),
            (a, b) => a.or(b),
        };
    }
    all.into_values()
        .map(|mut nodes| {
            nodes.zones.sort();
            nodes.zones.dedup();
            nodes
        })
        .collect()
}

/// Project and zone of `gce://PROJECT/ZONE/NAME`.
fn machine(node: &Json) -> Option<(String, String)> {
    let mut parts = node["spec"]["providerID"].as_str()?.strip_prefix("gce://")?.split('/');
    Some((parts.next()?.to_string(), parts.next()?.to_string()))
}

/// A quantity of CPU in thousandths of a core: `1930m`, `2`, `0.5`.
fn cpu(text: &str) -> Option<u64> {
    match text.strip_suffix('m') {
        Some(thousandths) => thousandths.parse().ok(),
        None => text.parse::<f64>().ok().map(|cores| (cores * 1000.0) as u64),
    }
}

/// A quantity of memory in MiB, rounded down: `6023040Ki`, `5Gi`, `6000M`, bytes.
fn memory(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 8] = [
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("Ti", 1 << 40),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("m", 0),
    ];
    let unit = UNITS.iter().find(|(suffix, _)| text.ends_with(suffix));
    let number = unit.map_or(text, |(suffix, _)| text.trim_end_matches(suffix));
    let number: u64 = number.parse().ok()?;
    let bytes = match unit {
        // Thousandths of a byte, as some controllers write.
        Some((_, 0)) => number / 1000,
        Some((_, bytes)) => number.checked_mul(*bytes)?,
        None => number,
    };
    Some(bytes >> 20)
}

/// A pool of which only its nodes are known, as the GKE API would describe it as far as they show.
pub fn pool_of(nodes: &LiveNodes, cluster: &ClusterId) -> Json {
    let first = nodes.first.map(|piece| piece.json).unwrap_or(&Json::Null);
    let labels = &first["metadata"]["labels"];
    let effect = |taint: &Json| {
        let effect = match taint["effect"].as_str()? {
            "NoSchedule" => "NO_SCHEDULE",
            "PreferNoSchedule" => "PREFER_NO_SCHEDULE",
            "NoExecute" => "NO_EXECUTE",
            _ => return None,
        };
        // What Kubernetes itself sets passes: a node that is not ready, or cordoned.
        let lasting = !taint["key"].as_str()?.starts_with("node.kubernetes.io/");
        lasting.then(|| json!({ "key": taint["key"], "value": taint["value"], "effect": effect }))
    };
    let taints: Vec<Json> = first["spec"]["taints"].as_array().into_iter().flatten().filter_map(effect).collect();
    let machine = labels["node.kubernetes.io/instance-type"].as_str();
    let spot = |name: &str| labels[name] == "true";
    json!({
        "name": nodes.pool,
        "cluster": cluster.name,
        "node_locations": nodes.zones,
        "autoscaling": [],
        "node_config": [{
            "machine_type": machine.or(labels["beta.kubernetes.io/instance-type"].as_str()),
            "image_type": if labels["kubernetes.io/os"] == "windows" { "WINDOWS" } else { "" },
            "taint": taints,
            "spot": spot("cloud.google.com/gke-spot"),
            "preemptible": spot("cloud.google.com/gke-preemptible"),
        }],
    })
}

/// `kubernetes_secret` with the names of its keys, `kubernetes_deployment` with its images, `kubernetes_namespace`.
pub fn object(what: What, json: &Json) -> Json {
    let metadata = json!([{ "name": json["metadata"]["name"], "namespace": json["metadata"]["namespace"] }]);
    let keys = ["data", "stringData"].into_iter().filter_map(|name| json[name].as_object()).flatten();
    let data: serde_json::Map<String, Json> = keys.map(|(name, _)| (name.clone(), Json::Null)).collect();
    let containers = json["spec"]["template"]["spec"]["containers"].as_array().into_iter().flatten();
    let image = |container: &Json| json!({ "name": container["name"], "image": container["image"] });
    let containers: Vec<Json> = containers.map(image).collect();
    match what {
        What::Deployment => json!({
            "metadata": metadata,
            "spec": [{ "template": [{ "spec": [{ "container": containers }] }] }],
        }),
        _ => json!({ "metadata": metadata, "data": data }),
    }
}

#[cfg(test)]
mod tests {
    use super::{cpu, memory};

    #[test]
    fn quantities_are_those_of_kubernetes() {
        assert_eq!([cpu("1930m"), cpu("2"), cpu("0.5"), cpu("x")], [Some(1930), Some(2000), Some(500), None]);
        let all = ["6023040Ki", "5Gi", "6000M", "6167592960", "6167592960000m", "", "5Qi"].map(memory);
        assert_eq!(all, [Some(5881), Some(5120), Some(5722), Some(5881), Some(5881), None, None]);
    }
}
