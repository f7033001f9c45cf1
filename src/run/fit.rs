//! `kfplint fit`: whether the pods of Kubernetes manifests fit onto the nodes that clusters will have.

use super::{FINDINGS, Failure, READY, State, output, reach};
use crate::catalog::gke::{self, Features};
use crate::cli::FitArgs;
use crate::eval::Evaluator;
use crate::eval::value::HIDDEN;
use crate::finding::RootReport;
use crate::graph::Graph;
use crate::graph::cluster::Cluster;
use crate::graph::fit::{Node, Pod, Room, left_over};
use crate::graph::nodes::{Marks, free, own_pods};
use crate::graph::pool::Pool;
use crate::manifests::{self, Pods};
use crate::report::Report;
use std::fmt::Write;

/// More nodes of one pool than this are not counted one by one.
const MOST_NODES: u64 = 1000;
/// How many pods that do not fit are listed.
const SHOWN: usize = 20;

/// Packs the pods onto each cluster, and says what does not fit.
pub fn fit(args: &FitArgs) -> Result<u8, Failure> {
    let pods = manifests::read(&args.manifests).map_err(|e| Failure::Manifests { what: e.to_string() })?;
    let budget = args.inputs.budget.budget();
    let State { config, sources, loader, options, .. } = State::of(&args.paths, &args.config, &args.inputs, budget)?;
    let found = super::find(&args.paths, &loader)?;
    let evaluator = Evaluator::new(sources, loader, options);
    let mut text =
        format!("{} workloads, {} pods and {} on every node\n", pods.workloads, pods.pods.len(), pods.daemons.len());
    let (mut clusters, mut short) = (0, false);
    let mut reports = Vec::new();
    for root in &found.roots {
        let plan = super::units::plan(&evaluator, root);
        let graph = Graph::build(&plan, &config.profile, &budget);
        let late = reach::late(root, evaluator.loader()).filter(|_| plan.unreached.is_none());
        let (root, findings) = (root.shown.clone(), plan.findings.iter().cloned().chain(late.clone()).collect());
        reports.push(RootReport { root, findings, ..RootReport::default() });
        for cluster in graph.clusters.iter().filter(|_| late.is_none()) {
            clusters += 1;
            short |= judge(cluster, &pods, &mut text) == Some(false);
        }
    }
    let (loader, sources) = (evaluator.loader(), &evaluator.sources);
    let report = Report::new(reports, loader.skipped(), loader.files_read(), sources);
    let over = reach::say(&report, loader, sources);
    if clusters == 0 {
        return Err(Failure::NoCluster { roots: format!("{} root module(s)", found.roots.len()) });
    }
    output::stdout(text.as_bytes())?;
    Ok(if short || over { FINDINGS } else { READY })
}

/// The nodes of a cluster as far as they are known, and the pools of which something is not.
fn nodes<'a, 'p>(cluster: &'a Cluster<'p>, pods: &Pods) -> (Vec<Node>, Vec<&'a Pool<'p>>) {
    let features = Features { workload_identity: cluster.workload_identity.is_true(), ..Features::default() };
    let system = gke::overhead(features);
    let (mut nodes, mut open) = (Vec::new(), Vec::new());
    for pool in cluster.pools.iter().filter(|p| !p.is_empty()) {
        let allocatable = pool.allocatable();
        let (Some(left), Some(marks)) = (allocatable.known(), Marks::of(pool)) else {
            open.push(pool);
            continue;
        };
        let room = free(left, &system, marks.gpus);
        let mut node = Node { room, taints: marks.taints, labels: marks.labels };
        let daemons: Vec<Room> = pods.daemons.iter().filter(|d| node.admits(d)).map(|d| d.room).collect();
        daemons.iter().for_each(|daemon| node.room = node.room.minus(daemon));
        let certain = pool.nodes.ceiling.min;
        if pool.nodes.ceiling.max != Some(certain) || pool.uncertain.is_some() {
            open.push(pool);
        }
        nodes.extend(std::iter::repeat_n(node, certain.min(MOST_NODES) as usize));
    }
    (nodes, open)
}

/// Writes one cluster's answer: it fits, it does not, or it is not known.
fn judge(cluster: &Cluster, pods: &Pods, text: &mut String) -> Option<bool> {
    let address = cluster.address();
    if cluster.autopilot.is_true() {
        let _ = writeln!(text, "\nFITS       {address}: Autopilot makes the nodes that pods need");
        return Some(true);
    }
    let (nodes, open) = nodes(cluster, pods);
    // What fits onto the nodes tells how many they are, and how big.
    let hidden = cluster.pools.iter().any(|p| p.machine.hidden || p.nodes.ceiling.hidden);
    let told = |count: usize| if hidden { HIDDEN.into() } else { count.to_string() };
    let mut all = pods.pods.clone();
    all.extend(own_pods(&gke::overhead(Features::default())));
    let rest = left_over(&all, &nodes);
    if rest.is_empty() {
        let _ = writeln!(text, "\nFITS       {address}: on {} nodes, when its pools are grown", told(nodes.len()));
        return Some(true);
    }
    let unknown = !open.is_empty() || cluster.pools_elsewhere.is_some() || cluster.resource.uncertain.is_some();
    let provisioned = !cluster.auto_provisioning.enabled.is_false();
    let word = if unknown || provisioned { "UNDECIDED " } else { "TOO SMALL " };
    let _ = writeln!(
        text,
        "\n{word} {address}: {} of {} pods have no place on {} nodes",
        told(rest.len()),
        all.len(),
        told(nodes.len())
    );
    let listed = if hidden { Vec::new() } else { counted(&rest) };
    for (pod, count) in listed.into_iter().take(SHOWN) {
        let times = if count > 1 { format!("{count} × ") } else { String::new() };
        let _ = writeln!(text, "  {times}{} ({}): {}", pod.name, size(&pod.room), why(pod, &nodes));
    }
    for pool in open {
        let _ = writeln!(text, "  not known: the nodes of {}", pool.title());
    }
    if provisioned {
        let _ = writeln!(text, "  node auto-provisioning may add nodes for them");
    }
    (!unknown && !provisioned).then_some(false)
}

/// Equal pods once, with how many there are.
fn counted<'a>(pods: &[&'a Pod]) -> Vec<(&'a Pod, usize)> {
    let mut all: Vec<(&Pod, usize)> = Vec::new();
    for pod in pods {
        match all.iter_mut().find(|(known, _)| known == pod) {
            Some((_, count)) => *count += 1,
            None => all.push((pod, 1)),
        }
    }
    all
}

fn size(room: &Room) -> String {
    let gpus = if room.gpus > 0 { format!(", {} GPU", room.gpus) } else { String::new() };
    format!("{}m CPU, {} MiB{gpus}", room.cpu_m, room.memory_mib)
}

/// Why a pod has no place, and what would give it one.
fn why(pod: &Pod, nodes: &[Node]) -> String {
    let admitting: Vec<&Node> = nodes.iter().filter(|n| n.admits(pod)).collect();
    if nodes.is_empty() {
        return "how many nodes there are is not known".into();
    }
    if admitting.is_empty() {
        return "no node has its labels without a taint that it does not tolerate; add a pool that it may run on"
            .into();
    }
    if admitting.iter().any(|n| n.room.holds(&pod.room)) {
        return "the nodes that could hold it are full; add nodes".into();
    }
    let biggest = admitting.iter().map(|n| n.room).max_by_key(|r| (r.gpus, r.cpu_m, r.memory_mib)).unwrap_or_default();
    if pod.room.gpus > biggest.gpus {
        return "no node that it may run on has so many GPUs; add a pool with guest_accelerator".into();
    }
    format!("bigger than what is free on any empty node ({}); use a bigger machine type", size(&biggest))
}
