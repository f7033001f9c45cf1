//! What KFP008 tells.

use super::RULE;
use crate::catalog::kfp::{self, Env};
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::fit::Pod;
use crate::graph::pool::Pool;
use crate::graph::text::Text;
use crate::rule::Answer;
use crate::rules::support::{last, list};

/// How many pods a node of a pool may have.
const POOL_PODS: &str = "max_pods_per_node";

/// What says which of the pods Autopilot does not admit: those in the network of their host (GKE: "Autopilot security
/// constraints").
pub fn refused_by_autopilot(cluster: &Cluster, version: &str) -> Option<Finding> {
    let mut refused = kfp::workloads(version, Env::Dev).filter(|workload| workload.host_network);
    let name = refused.next()?.name;
    let message = format!("Autopilot does not admit {name}, which Kubeflow Pipelines runs in the host's network");
    let draft = RULE.finding(message).level(Level::Note).cluster(cluster);
    let help = format!(
        "install an environment without {name}, and reach the pipelines by an ingress or `kubectl port-forward`"
    );
    let place = cluster.view.place("enable_autopilot");
    Some(draft.help(help).at(cluster.address(), &place, "pods with hostNetwork are refused here"))
}

/// `rest` has no place; with so many pods on a node, where they may have so many, all have.
pub fn unmet(cluster: &Cluster, pools: &[&Pool], version: &Text, (rest, max_pods): (&[&Pod], Option<u64>)) -> Answer {
    const SHOWN: usize = 3;
    let each = |p: &&Pod| format!("{} ({}m CPU, {} MiB)", p.name, p.room.cpu_m, p.room.memory_mib);
    let mut names: Vec<String> = rest.iter().take(SHOWN).map(each).collect();
    if rest.len() > SHOWN {
        names.push(format!("{} more", rest.len() - SHOWN));
    }
    // How many pods are left tells what the nodes hold.
    let hidden = version.is_hidden() || pools.iter().any(|p| p.machine.hidden || p.nodes.ceiling.hidden);
    let which = if hidden { String::new() } else { format!(": {}", list(&names)) };
    let message = format!(
        "pods of Kubeflow Pipelines {} do not fit on {}{which}",
        kfp::title(version.shown()),
        cluster.address()
    );
    let Some(pool) = last(pools.iter().copied()) else { return Answer::unmet(message, Vec::new()) };
    let draft = RULE.finding(message.clone()).cluster(cluster);
    if let Some(max_pods) = max_pods {
        let place = match pool.view.get(POOL_PODS) {
            Some(_) => pool.view.place(POOL_PODS),
            None => cluster.view.place("default_max_pods_per_node"),
        };
        let name = place.attribute.rsplit('.').next().unwrap_or(POOL_PODS);
        let holder = if pool.view.get(POOL_PODS).is_some() { &pool.view } else { &cluster.view };
        let edit = holder.replace(name, &max_pods.to_string());
        let verb = if edit.is_some() { "write" } else { "use" };
        let help = format!("{verb} `{name} = {max_pods}` or more: about ten pods of each node are GKE's own");
        let finding = draft.help(help).write(edit).at(&pool.address, &place, "too few pods on a node");
        return Answer::unmet(message, vec![finding]);
    }
    let finding = draft.help("three nodes of `machine_type = \"e2-standard-2\"` hold them, with room for runs").at(
        &pool.address,
        &pool.place("machine_type"),
        "not enough room next to GKE's system pods",
    );
    Answer::unmet(message, vec![finding])
}
