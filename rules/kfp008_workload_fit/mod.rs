//! KFP008 workload-fit: Kubeflow Pipelines' own pods do not pack onto what system pods leave of the nodes.

use super::support::{last, list, together, undecided, unless_autopilot};
use crate::catalog::gke::{self, Features};
use crate::catalog::kfp::{self, Env};
use crate::diagnostic::Level;
use crate::graph::cluster::Cluster;
use crate::graph::fit::{FitNode, Pod, Room, left_over};
use crate::graph::nodes::{free, own_pods};
use crate::graph::pool::Pool;
use crate::graph::text::Text;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP008",
    name: "workload-fit",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(|cx, cluster| unless_autopilot(cluster, || judge(cx, cluster))),
    root: None,
};

/// More nodes of one pool than this change nothing: the pods are few.
const MOST_NODES: u64 = 64;

/// The version that is pinned, as the catalog has it, else the newest.
fn version(cx: &Context) -> Text {
    let pinned = cx.graph.installations.iter().find_map(|i| i.version.as_ref()?.known());
    match pinned {
        Some(version) => version.derive(kfp::nearest(version)),
        None => Text::from(kfp::versions().last().copied().unwrap_or_default()),
    }
}

/// What is left of each node, system pods that run on every node taken off.
fn nodes(pools: &[&Pool], features: Features) -> Vec<FitNode> {
    let system = gke::overhead(features);
    let mut nodes = Vec::new();
    for pool in pools {
        let Some(left) = pool.allocatable().known().copied() else { continue };
        let room = free(&left, &system, 0);
        nodes.extend((0..pool.nodes.ceiling.min.min(MOST_NODES)).map(|_| FitNode { room, ..FitNode::default() }));
    }
    nodes
}

fn judge(cx: &Context, cluster: &Cluster) -> Answer {
    if !cluster.auto_provisioning.enabled.is_false() {
        return Answer::not_applicable("node auto-provisioning adds nodes for pods that wait");
    }
    let usable = cluster.pools.iter().filter(|p| !p.is_empty() && !p.usable.is_false());
    let pools: Vec<&Pool> = usable.collect();
    if pools.is_empty() {
        return Answer::not_applicable("no pool has nodes that the pods can run on");
    }
    let features = Features { workload_identity: cluster.workload_identity.is_true(), ..Features::default() };
    let certain: Vec<&Pool> = pools.iter().copied().filter(|p| p.usable.is_true()).collect();
    let version = version(cx);
    let pods = kfp::pods(&version, Env::Dev);
    let mut all = own_pods(&gke::overhead(features)).to_vec();
    all.extend(pods.iter().map(|p| pod(p.name, p.cpu_m, p.memory_mib)));
    let rest = left_over(&all, &nodes(&certain, features));
    if rest.is_empty() {
        if version.is_hidden() {
            return Answer::met("the pods of Kubeflow Pipelines fit");
        }
        return Answer::met(format!("the {} pods of Kubeflow Pipelines {version} fit", pods.len()));
    }
    let open = pools.iter().filter_map(|p| {
        let counts = (!p.nodes.ceiling.reasons.is_empty()).then_some(&p.nodes.ceiling.reasons);
        p.machine.machine.reasons().or(p.usable.reasons()).or(counts)
    });
    let open: Vec<_> = open.collect();
    if !open.is_empty() || cluster.pools_elsewhere.is_some() {
        let reasons = together(open.into_iter().chain(&cluster.pools_elsewhere));
        let reason = format!("whether the pods fit is not known: {}", reasons.because());
        return undecided(reason, &reasons, Vec::new());
    }
    unmet(cluster, &certain, &version, &rest)
}

fn pod(name: &'static str, cpu_m: u64, memory_mib: u64) -> Pod {
    Pod { name: name.into(), room: Room { cpu_m, memory_mib, gpus: 0 }, ..Pod::default() }
}

fn unmet(cluster: &Cluster, pools: &[&Pool], version: &Text, rest: &[&Pod]) -> Answer {
    const SHOWN: usize = 3;
    let each = |p: &&Pod| format!("{} ({}m CPU, {} MiB)", p.name, p.room.cpu_m, p.room.memory_mib);
    let mut names: Vec<String> = rest.iter().take(SHOWN).map(each).collect();
    if rest.len() > SHOWN {
        names.push(format!("{} more", rest.len() - SHOWN));
    }
    // How many pods are left tells what the nodes hold.
    let hidden = version.is_hidden() || pools.iter().any(|p| p.machine.hidden || p.nodes.ceiling.hidden);
    let which = if hidden { String::new() } else { format!(": {}", list(&names)) };
    let message = format!("pods of Kubeflow Pipelines {version} do not fit on {}{which}", cluster.address());
    let Some(pool) = last(pools.iter().copied()) else { return Answer::unmet(message, Vec::new()) };
    let finding = RULE
        .finding(message.clone())
        .cluster(cluster)
        .help("three nodes of `machine_type = \"e2-standard-2\"` hold them, with room for runs")
        .at(&pool.address, &pool.place("machine_type"), "too little room beside GKE's own pods");
    Answer::unmet(message, vec![finding])
}
