//! Clusters and node pools as the GKE API describes them (REST resources `projects.locations.clusters` and
//! `projects.locations.clusters.nodePools`, v1), in the provider's terms. The API leaves out what is false, 0 or empty.

use serde_json::{Map, Value as Json, json};

/// What identifies a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId {
    /// The project; "" where the description does not say.
    pub project: String,
    /// Region or zone.
    pub location: String,
    /// Its name.
    pub name: String,
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
        })
    }

    /// The resource's full name, which findings show as its address.
    pub fn address(&self) -> String {
        let project = if self.project.is_empty() { "-" } else { &self.project };
        format!("projects/{project}/locations/{}/clusters/{}", self.location, self.name)
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
    put("name", id.name.clone().into());
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
    put("network", json["network"].clone());
    put("subnetwork", json["subnetwork"].clone());
    let pool = &json["workloadIdentityConfig"]["workloadPool"];
    put("workload_identity_config", if pool.is_string() { json!([{ "workload_pool": pool }]) } else { json!([]) });
    let private =
        [&json["privateClusterConfig"]["enablePrivateNodes"], &json["networkConfig"]["defaultEnablePrivateNodes"]];
    let private = private.iter().any(|flag| **flag == Json::Bool(true));
    put("private_cluster_config", json!([{ "enable_private_nodes": private }]));
    put("cluster_autoscaling", json!([auto_provisioning(&json["autoscaling"])]));
    Json::Object(out)
}

/// The zones of a zonal cluster beside its own, or all of a regional one's.
fn zones(json: &Json, location: &str) -> Json {
    json["locations"].as_array().into_iter().flatten().filter(|zone| **zone != location).cloned().collect()
}

fn auto_provisioning(json: &Json) -> Json {
    let limit = |limit: &Json| {
        let (least, most) = (number(&limit["minimum"]), number(&limit["maximum"]));
        json!({ "resource_type": limit["resourceType"], "minimum": least, "maximum": most })
    };
    let limits: Vec<Json> = json["resourceLimits"].as_array().into_iter().flatten().map(limit).collect();
    let defaults = &json["autoprovisioningNodePoolDefaults"];
    json!({
        "enabled": flag(&json["enableNodeAutoprovisioning"]),
        "resource_limits": limits,
        "auto_provisioning_defaults": if defaults.is_object() { json!([node_config(defaults)]) } else { json!([]) },
    })
}

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
        "cluster": cluster.name,
        "location": cluster.location,
        "node_locations": json["locations"].as_array().cloned().unwrap_or_default(),
        "node_count": number(&json["initialNodeCount"]),
        "autoscaling": if scaling["enabled"] == Json::Bool(true) { json!([limits]) } else { json!([]) },
        "node_config": [node_config(&json["config"])],
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
        "taint": list("taints"),
        "workload_metadata_config": if mode.is_string() { json!([{ "mode": mode }]) } else { json!([]) },
    })
}

fn flag(json: &Json) -> Json {
    Json::Bool(*json == Json::Bool(true))
}

/// A number; 64-bit ones come as text, and 0 is left out.
fn number(json: &Json) -> u64 {
    json.as_u64().or_else(|| json.as_str()?.parse().ok()).unwrap_or(0)
}
