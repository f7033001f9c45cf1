//! Clusters and node pools as the GKE API describes them (REST resources `projects.locations.clusters` and
//! `projects.locations.clusters.nodePools`, v1), in the provider's terms. The API leaves out what is false, 0 or empty.

use crate::catalog::scope;
use crate::plan::Observed;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// What identifies a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId {
    /// The project; "" where the description does not say.
    pub project: String,
    /// Region or zone.
    pub location: String,
    /// Its name.
    pub name: String,
    /// How many clusters before it have the same project, location and name.
    pub copy: usize,
}

impl ClusterId {
    /// Reads `https://container.googleapis.com/v1/projects/P/locations/L/clusters/C`; zonal clusters have `zones/Z`.
    pub fn of_link(link: &str) -> Option<ClusterId> {
        let parts: Vec<&str> = link.split('/').collect();
        let after = |name: &str| parts.iter().position(|p| *p == name).and_then(|at| parts.get(at + 1));
        Some(ClusterId {
            project: after("projects")?.to_string(),
            location: after("locations").or_else(|| after("zones"))?.to_string(),
            name: after("clusters")?.to_string(),
            copy: 0,
        })
    }

    /// Of a cluster's description.
    pub fn of(cluster: &Json) -> ClusterId {
        let text = |name: &str| cluster[name].as_str().unwrap_or_default().to_string();
        let location = if text("location").is_empty() { text("zone") } else { text("location") };
        ClusterId::of_link(&text("selfLink")).unwrap_or(ClusterId {
            project: String::new(),
            location,
            name: text("name"),
            copy: 0,
        })
    }

    /// The resource's full name, which findings show as its address.
    pub fn address(&self) -> String {
        let project = if self.project.is_empty() { "-" } else { &self.project };
        format!("projects/{project}/locations/{}/clusters/{}", self.location, self.own_name())
    }

    /// Its name, apart from those of its copies.
    fn own_name(&self) -> String {
        if self.copy == 0 { self.name.clone() } else { format!("{}#{}", self.name, self.copy + 1) }
    }

    /// The full name of one of its pools.
    pub fn pool_address(&self, pool: &str) -> String {
        format!("{}/nodePools/{pool}", self.address())
    }
}

/// `google_container_cluster`, without pools: these are resources of their own.
pub fn cluster(json: &Json, id: &ClusterId) -> Json {
    let mut out = Map::new();
    let mut put = |name: &str, value: Json| drop(out.insert(name.to_string(), value));
    put("name", id.own_name().into());
    put("location", id.location.clone().into());
    if !id.project.is_empty() {
        put("project", id.project.clone().into());
    }
    put("node_locations", zones(json, &id.location));
    put("enable_autopilot", flag(&json["autopilot"]["enabled"]));
    put("remove_default_node_pool", true.into());
    put("node_pool", json!([]));
    put("min_master_version", json["currentMasterVersion"].clone());
    put("node_version", json["currentNodeVersion"].clone());
    put("default_max_pods_per_node", json["defaultMaxPodsConstraint"].get("maxPodsPerNode").map_or(Json::Null, whole));
    put("network", json["network"].clone());
    put("subnetwork", json["subnetwork"].clone());
    let pool = &json["workloadIdentityConfig"]["workloadPool"];
    put("workload_identity_config", if pool.is_string() { json!([{ "workload_pool": pool }]) } else { json!([]) });
    let private =
        [&json["privateClusterConfig"]["enablePrivateNodes"], &json["networkConfig"]["defaultEnablePrivateNodes"]];
    let private = private.iter().any(|flag| **flag == Json::Bool(true));
    put("private_cluster_config", json!([{ "enable_private_nodes": private }]));
    put(
        "cluster_autoscaling",
        json!([auto_provisioning(&json["autoscaling"], flag(&json["autopilot"]["enabled"]) == true)]),
    );
    Json::Object(out)
}

/// The zones of a zonal cluster beside its own, or all of a regional one's.
fn zones(json: &Json, location: &str) -> Json {
    json["locations"].as_array().into_iter().flatten().filter(|zone| **zone != location).cloned().collect()
}

/// Of the defaults for nodes that are made, the API fills in what nobody gave: for Autopilot, the default account with GKE's
/// own scopes.
fn auto_provisioning(json: &Json, is_autopilot: bool) -> Json {
    let limit = |limit: &Json| {
        let (least, most) = (number(&limit["minimum"]), number(&limit["maximum"]));
        json!({ "resource_type": limit["resourceType"], "minimum": least, "maximum": most })
    };
    let limits: Vec<Json> = json["resourceLimits"].as_array().into_iter().flatten().map(limit).collect();
    let defaults = &json["autoprovisioningNodePoolDefaults"];
    let scopes: BTreeSet<&str> =
        defaults["oauthScopes"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let is_filled_in = is_autopilot
        && matches!(defaults["serviceAccount"].as_str(), None | Some("default"))
        && (scopes.is_empty() || scopes == scope::gke_defaults().collect());
    json!({
        "enabled": flag(&json["enableNodeAutoprovisioning"]),
        "resource_limits": limits,
        "auto_provisioning_defaults": if defaults.is_object() && !is_filled_in { json!([node_config(defaults)]) } else { json!([]) },
    })
}

/// Nodes in each zone that a pool was made with.
fn initial_nodes(pool: &Json) -> u64 {
    number(&pool["initialNodeCount"])
}

/// How many nodes each of a cluster's pools has now, at least and beside these at most. The cluster says how many there are
/// in all (`currentNodeCount`); a pool says with how many it was made, which holds as long as it adds up. `seen` are the nodes
/// of pools that were listed.
pub fn node_counts(cluster: &Json, pools: &[&Json], seen: &[Option<u64>]) -> Vec<Observed> {
    let zones = |pool: &Json| {
        let of = |json: &Json| json["locations"].as_array().map(|all| all.len() as u64).filter(|zones| *zones > 0);
        of(pool).or_else(|| of(cluster)).unwrap_or(1)
    };
    let all = cluster.get("currentNodeCount").map(number);
    let bounds = |(pool, seen): (&&Json, &Option<u64>)| match (seen, scaled(pool, zones(pool))) {
        (Some(nodes), _) => (*nodes, Some(*nodes)),
        (None, Some(bounds)) => bounds,
        (None, None) => (0, all),
    };
    let own: Vec<(u64, Option<u64>)> = pools.iter().zip(seen).map(bounds).collect();
    let initial =
        pools.iter().zip(&own).map(|(pool, own)| match scaled(pool, zones(pool)).is_some() || own.1 == Some(own.0) {
            true => *own,
            false => (initial_nodes(pool) * zones(pool), Some(initial_nodes(pool) * zones(pool))),
        });
    let initial: Vec<_> = initial.collect();
    let sums =
        |of: &[(u64, Option<u64>)]| (of.iter().map(|b| b.0).sum::<u64>(), of.iter().map(|b| b.1).sum::<Option<u64>>());
    let (least, most) = sums(&initial);
    let adds_up = all.is_some_and(|all| least <= all && most.is_none_or(|most| all <= most));
    let (bounds, all) = if adds_up { (initial, None) } else { (own, all) };
    let (least, most) = sums(&bounds);
    let one = |(low, high): &(u64, Option<u64>)| {
        let others = (least - low, most.zip(*high).map(|(all, own)| all - own));
        let low = all.zip(others.1).map_or(*low, |(all, others)| all.saturating_sub(others).max(*low));
        let high = match all.map(|all| all.saturating_sub(others.0)) {
            Some(left) => Some(high.map_or(left, |high| high.min(left))),
            None => *high,
        };
        Observed { nodes: low, more: high.map(|high| high.saturating_sub(low)), allocatable: None }
    };
    bounds.iter().map(one).collect()
}

/// The bounds of a pool that the autoscaler sizes.
fn scaled(pool: &Json, zones: u64) -> Option<(u64, Option<u64>)> {
    let scaling = &pool["autoscaling"];
    let of = |each: &str, total: &str| number(&scaling[each]).saturating_mul(zones).max(number(&scaling[total]));
    let bounds = || (of("minNodeCount", "totalMinNodeCount"), Some(of("maxNodeCount", "totalMaxNodeCount")));
    (scaling["enabled"] == Json::Bool(true)).then(bounds)
}

/// What the API always says of a node configuration, and the provider's name for it.
pub const ALWAYS: [(&str, &str); 4] = [
    ("machineType", "machine_type"),
    ("imageType", "image_type"),
    ("serviceAccount", "service_account"),
    ("oauthScopes", "oauth_scopes"),
];

/// `google_container_node_pool`.
pub fn pool(json: &Json, cluster: &ClusterId) -> Json {
    let scaling = &json["autoscaling"];
    let limits = json!({
        "min_node_count": number(&scaling["minNodeCount"]),
        "max_node_count": number(&scaling["maxNodeCount"]),
        "total_min_node_count": number(&scaling["totalMinNodeCount"]),
        "total_max_node_count": number(&scaling["totalMaxNodeCount"]),
    });
    let mut out = json!({
        "name": json["name"],
        "cluster": cluster.own_name(),
        "location": cluster.location,
        "node_locations": json["locations"].as_array().cloned().unwrap_or_default(),
        "node_count": initial_nodes(json),
        "autoscaling": if scaling["enabled"] == Json::Bool(true) { json!([limits]) } else { json!([]) },
        "node_config": [node_config(&json["config"])],
        "max_pods_per_node": json["maxPodsConstraint"].get("maxPodsPerNode").map_or(Json::Null, whole),
        "queued_provisioning": [{ "enabled": flag(&json["queuedProvisioning"]["enabled"]) }],
        "version": json["version"],
    });
    if !cluster.project.is_empty() {
        out["project"] = cluster.project.clone().into();
    }
    out
}

/// `node_config`, and `auto_provisioning_defaults`.
fn node_config(json: &Json) -> Json {
    let list = |name: &str| json[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let accelerator = |a: &Json| json!({ "type": a["acceleratorType"], "count": number(&a["acceleratorCount"]) });
    let mode = &json["workloadMetadataConfig"]["mode"];
    json!({
        "machine_type": json["machineType"],
        "image_type": json["imageType"],
        "service_account": json["serviceAccount"],
        "oauth_scopes": list("oauthScopes"),
        "preemptible": flag(&json["preemptible"]),
        "spot": flag(&json["spot"]),
        "disk_size_gb": json["diskSizeGb"],
        "disk_type": json["diskType"],
        "guest_accelerator": list("accelerators").iter().map(accelerator).collect::<Vec<_>>(),
        "flex_start": flag(&json["flexStart"]),
        "sandbox_config": block(&json["sandboxConfig"], |sandbox| json!({ "type": sandbox["type"] })),
        "advanced_machine_features": block(&json["advancedMachineFeatures"], |features| {
            json!({ "threads_per_core": features.get("threadsPerCore").map_or(Json::Null, whole) })
        }),
        "linux_node_config": block(&json["linuxNodeConfig"]["hugepages"], |pages| json!({ "hugepages_config": [{
            "hugepage_size_2m": number(&pages["hugepageSize2m"]), "hugepage_size_1g": number(&pages["hugepageSize1g"]),
        }] })),
        "kubelet_config": block(&json["kubeletConfig"]["evictionSoft"], |soft| {
            json!({ "eviction_soft": [{ "memory_available": soft["memoryAvailable"] }] })
        }),
        "taint": list("taints"),
        "workload_metadata_config": if mode.is_string() { json!([{ "mode": mode }]) } else { json!([]) },
    })
}

/// A block where the API has the object.
fn block(object: &Json, block: impl Fn(&Json) -> Json) -> Json {
    if object.is_object() { json!([block(object)]) } else { json!([]) }
}

fn whole(json: &Json) -> Json {
    number(json).into()
}

fn flag(json: &Json) -> Json {
    Json::Bool(*json == Json::Bool(true))
}

/// A number; 64-bit ones come as text, and 0 is left out.
pub fn number(json: &Json) -> u64 {
    json.as_u64().or_else(|| json.as_str()?.parse().ok()).unwrap_or(0)
}
