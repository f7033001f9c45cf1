//! What KFP001 tells to write.

use crate::diagnostic::Fix;
use crate::graph::Graph;
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::graph::write::Advice;
use crate::rules::kfp004_allocatable_memory::roomy;
use crate::rules::support::{replace, zones};

/// What to write so that the pool has enough nodes, in words and as data.
pub fn raise(graph: &Graph, pool: &Pool, least: u64) -> Advice {
    let zones = zones(&pool.zones);
    let advice = graph.advise_count(pool, &count(pool, least).to_string());
    let help = advice.help(" or more");
    let code = match zones > 1 && !pool.nodes.decided_by.1.starts_with("total_") {
        true => format!("{help}: it counts in each of {zones} zones"),
        false => help,
    };
    Advice { code, ..advice }
}

/// Raises a literal count, where the nodes of that pool are as they should be, but too few. Where an autoscaler is to be
/// told, there are two counts to choose.
pub fn fix(pool: &Pool, least: u64) -> Option<Fix> {
    let sound = roomy(pool).is_true() && pool.nodes.autoscaled.is_false();
    if !sound || pool.nodes.ceiling.known()? >= least {
        return None;
    }
    let (block, name) = pool.nodes.decided_by;
    let span = match block {
        "" => pool.view.literal(name)?,
        block => pool.view.block(block)?.literal(name)?,
    };
    let count = count(pool, least);
    Some(replace(span, count.to_string(), format!("set {name} to {count}")))
}

/// The count that is enough by itself, in each zone where it counts there.
fn count(pool: &Pool, least: u64) -> u64 {
    let zones = zones(&pool.zones);
    if pool.nodes.decided_by.1.starts_with("total_") { least } else { least.div_ceil(zones) }
}

/// A pool that is enough, as Terraform text.
pub fn new_pool(cluster: &Cluster) -> String {
    let reference = format!("google_container_cluster.{}", cluster.resource.name);
    format!(
        "resource \"google_container_node_pool\" \"kubeflow_pipelines\" {{\n  name       = \"kubeflow-pipelines\"\n  \
         cluster    = {reference}.name\n  location   = {reference}.location\n  node_count = {}\n\n  node_config {{\n    \
         machine_type = \"e2-standard-2\"\n    oauth_scopes = [\"https://www.googleapis.com/auth/cloud-platform\"]\n  }}\n}}",
        cluster.profile.nodes.div_ceil(zones(&cluster.zones))
    )
}
