//! Clusters that exist. What the provider reads of one lists all its node pools, also those that are resources of their
//! own, and shows the first one's nodes as the cluster's: here each pool is brought to stand once.

use super::plan::Recorded;
use crate::catalog::gke::last_part;
use crate::cty::value::{Type, Value};
use crate::plan::Resource;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const CLUSTER: &str = "google_container_cluster";
/// GKE's name for the pool that a cluster is made with.
const DEFAULT_POOL: &str = "default-pool";

/// Leaves each pool of an existing cluster in one place, and takes the version that it has for the one asked for.
pub fn settle(recorded: &mut Recorded) {
    for cluster in recorded.plan.resources.iter_mut().filter(|r| &*r.type_name == CLUSTER) {
        let asked = text(&cluster.values, "min_master_version").is_some();
        let runs = cluster.values.get("master_version").filter(|v| v.is_known() && !v.is_null() && !asked).cloned();
        if let (Some(runs), Some(entries)) = (runs, cluster.values.entries()) {
            let mut entries = entries.clone();
            entries.insert("min_master_version".into(), runs);
            cluster.values = Value::object(entries).mark(cluster.values.marks);
        }
    }
    let separate = separate_pools(recorded);
    for cluster in recorded.plan.resources.iter_mut().filter(|r| &*r.type_name == CLUSTER) {
        let written = cluster.config.blocks("node_pool").any(|block| !block.body.attributes.is_empty());
        let pools = cluster.values.get("node_pool").and_then(Value::elements).unwrap_or_default();
        if written || pools.is_empty() {
            continue;
        }
        let own = |pool: &&Value| {
            let name = text(pool, "name").unwrap_or_default();
            let here = text(&cluster.values, "name").map(|cluster| (cluster.to_string(), name.to_string()));
            !here.is_some_and(|key| separate.contains(&key)) && !recorded.deleted_pools.contains(name)
        };
        let rest: Vec<Value> = pools.iter().filter(own).cloned().collect();
        replace(cluster, rest);
    }
}

/// Cluster and name of each pool that is a resource of its own.
fn separate_pools(recorded: &Recorded) -> BTreeSet<(String, String)> {
    let pools = recorded.plan.resources.iter().filter(|r| &*r.type_name == "google_container_node_pool");
    let key = |r: &Resource| {
        Some((last_part(text(&r.values, "cluster")?).into_owned(), text(&r.values, "name")?.to_string()))
    };
    pools.filter_map(key).collect()
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str()
}

/// Gives a cluster these pools and no others.
fn replace(cluster: &mut Resource, pools: Vec<Value>) {
    let Some(entries) = cluster.values.entries() else { return };
    let mut entries: BTreeMap<Arc<str>, Value> = entries.clone();
    let scaled = |pool: &Value| pool.get("autoscaling").and_then(Value::elements).is_some_and(|a| !a.is_empty());
    match pools.as_slice() {
        // The default pool, as a configuration writes it: in the cluster's own block.
        [only] if text(only, "name") == Some(DEFAULT_POOL) && !scaled(only) => {
            let count = only.get("node_count").or(only.get("initial_node_count")).cloned();
            entries.extend(count.map(|count| (Arc::from("initial_node_count"), count)));
            entries.extend(only.get("node_config").map(|config| (Arc::from("node_config"), config.clone())));
            entries.insert("remove_default_node_pool".into(), Value::bool(false));
            entries.insert("node_pool".into(), Value::list(Type::Any, Vec::new()));
        }
        rest => {
            entries.insert("remove_default_node_pool".into(), Value::bool(rest.is_empty()));
            entries.insert("node_pool".into(), Value::tuple(pools));
        }
    }
    let mut config = (*cluster.config).clone();
    config.blocks.retain(|block| &*block.kind != "node_pool");
    cluster.config = Arc::new(config);
    cluster.values = Value::object(entries).mark(cluster.values.marks);
}
