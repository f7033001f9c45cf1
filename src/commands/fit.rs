//! `kfplint fit`: whether the pods of Kubernetes manifests fit onto the nodes that clusters will have.

use super::{FINDINGS, Failure, READY, left_out, output, settings};
use crate::base::budget::{Budget, NODES};
use crate::catalog::gke::{self, Features};
use crate::cli::FitArgs;
use crate::cty::value::HIDDEN;
use crate::diagnostic::RootReport;
use crate::engine::{self, Session, Unreached};
use crate::graph::Graph;
use crate::graph::cluster::Cluster;
use crate::graph::fit::{FitNode, Pod, Room, left_in_time};
use crate::graph::nodes::{NodeTraits, free, own_pods};
use crate::graph::pool::Pool;
use crate::manifests::{self, Left, Pods};
use crate::report::{self, Report};
use crate::settings::Undecided;
use rustc_hash::FxHashMap;
use std::fmt::Write;

/// How many pods that do not fit are listed.
const SHOWN: usize = 20;
/// How many manifests that are left out are listed.
const LEFT: usize = 50;

/// Packs the pods onto each cluster, and says what does not fit.
pub fn run(args: &FitArgs) -> Result<u8, Failure> {
    let budget = args.inputs.budget.budget();
    let pods = manifests::read(&args.manifests, &budget).map_err(|e| Failure::Manifests { what: e.to_string() })?;
    let mut text =
        format!("{} workloads, {} pods and {} on every node\n", pods.workloads, pods.pods.len(), pods.daemons.len());
    list(&pods.left, &mut text);
    if pods.workloads == 0 {
        output::stderr(text.as_bytes());
        return Err(Failure::NoWorkloads { path: args.manifests.display().to_string() });
    }
    let (settings, environment) = settings::state(&args.paths, &args.config, &args.inputs, budget)?;
    let session = Session::new(settings)?;
    let (loader, sources) = (session.loader(), session.sources());
    let (mut clusters, mut short, mut open) = (0, false, !pods.left.is_empty());
    let mut reports = Vec::new();
    let roots = session.roots_with_uncalled(environment.as_deref())?;
    let (pools, said) = session.link(&roots, environment.as_deref())?;
    let unreached = Unreached::default();
    for root in roots.iter().filter(|_| !unreached.counts(&budget)) {
        let plan = session.plan(root, environment.as_deref())?;
        let graph = Graph::with(pools.of(root), &plan, &session.settings().config.profile, &budget);
        let mut late = engine::late(root, loader).filter(|_| plan.unreached.is_none());
        for cluster in graph.clusters.iter().filter(|_| late.is_none()) {
            clusters += 1;
            if budget.is_late() {
                // The root module says so.
                open = true;
                continue;
            }
            match judge(cluster, &pods, &budget, &mut text) {
                Some(fits) => short |= !fits,
                None => open = true,
            }
        }
        late = late.or_else(|| engine::late(root, loader).filter(|_| plan.unreached.is_none()));
        let (root, findings) = (root.shown.clone(), plan.findings.iter().cloned().chain(late).collect());
        reports.push(RootReport { root, findings, ..RootReport::default() });
    }
    reports.extend(unreached.rest(roots.first(), &budget).into_iter().chain(said));
    let report = Report::new(reports, loader.skipped(), loader.files_read(), sources);
    let over = left_out::say(&report, loader, sources);
    if clusters == 0 {
        return Err(Failure::NoCluster { roots: format!("{} root module(s)", roots.len()) });
    }
    output::stdout(text.as_bytes())?;
    let open = open && args.undecided == Undecided::Fail;
    Ok(if short || over || open { FINDINGS } else { READY })
}

/// Lists the manifests that are left out.
fn list(left: &[Left], text: &mut String) {
    if left.is_empty() {
        return;
    }
    let _ = writeln!(text, "left out, or not known for certain: {}", report::plural(left.len(), "manifest"));
    for Left { path, why } in left.iter().take(LEFT) {
        let _ = writeln!(text, "  {}", report::line(&format!("{path}: {why}")));
    }
    if left.len() > LEFT {
        let _ = writeln!(text, "  and {} more", left.len() - LEFT);
    }
}

/// The nodes of a cluster as far as they are known, and the pools of which something is not.
fn nodes<'a, 'p>(cluster: &'a Cluster<'p>, pods: &Pods) -> (Vec<FitNode>, Vec<&'a Pool<'p>>) {
    let features = Features { workload_identity: cluster.workload_identity.is_true(), ..Features::default() };
    let system = gke::overhead(features);
    let (mut nodes, mut open) = (Vec::new(), Vec::new());
    for pool in cluster.pools.iter().filter(|p| !p.is_empty()) {
        let allocatable = pool.allocatable();
        // Where it is not certain that there is the pool, nothing has a place on its nodes for certain.
        let certain = allocatable.known().filter(|_| pool.uncertain.is_none());
        let (Some(left), Some(marks), Some(max_pods)) = (certain, NodeTraits::of(pool), pool.max_pods.known()) else {
            open.push(pool);
            continue;
        };
        let room = free(left, &system, marks.gpus, max_pods);
        let mut node = FitNode { room, taints: marks.taints, labels: marks.labels };
        let daemons: Vec<Room> = pods.daemons.iter().filter(|d| node.admits(d)).map(|d| d.room).collect();
        daemons.iter().for_each(|daemon| node.room = node.room.minus(daemon));
        let certain = pool.nodes.ceiling.min;
        if pool.nodes.ceiling.max != Some(certain) {
            open.push(pool);
        }
        let count = certain.min(NODES.1) as usize;
        let room = NODES.0 - nodes.len().min(NODES.0);
        if (certain > NODES.1 || count > room) && open.last().is_none_or(|last| !std::ptr::eq(*last, pool)) {
            open.push(pool);
        }
        nodes.extend(std::iter::repeat_n(node, count.min(room)));
    }
    (nodes, open)
}

/// Writes one cluster's answer: it fits, it does not, or it is not known.
fn judge(cluster: &Cluster, pods: &Pods, budget: &Budget, text: &mut String) -> Option<bool> {
    let address = cluster.address();
    let (nodes, open) = nodes(cluster, pods);
    // What fits onto the nodes tells how many they are, and how big.
    let hidden = cluster.pools.iter().any(|p| p.machine.hidden || p.nodes.ceiling.hidden);
    let told = |count: usize| if hidden { HIDDEN.into() } else { count.to_string() };
    let mut all = pods.pods.clone();
    all.extend(own_pods(&gke::overhead(Features::default())));
    let autopilot = cluster.autopilot.is_true();
    let rest = if autopilot { Some(Vec::new()) } else { left_in_time(&all, &nodes, || budget.is_late()) };
    let Some(rest) = rest else {
        let _ = writeln!(text, "\nUNDECIDED  {address}: {}", budget.late());
        return None;
    };
    if rest.is_empty() {
        let how = match autopilot {
            true => "Autopilot makes the nodes that pods need".to_string(),
            false => format!("on {} nodes, when its pools are grown", told(nodes.len())),
        };
        if pods.left.is_empty() {
            let _ = writeln!(text, "\nFITS       {address}: {how}");
            return Some(true);
        }
        let known = format!("the {} known pods fit ({how})", pods.pods.len());
        let _ = writeln!(text, "\nUNDECIDED  {address}: {known}, but manifests are left out");
        return None;
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
    let mut places: FxHashMap<&Pod, usize> = FxHashMap::default();
    for pod in pods {
        let at = *places.entry(pod).or_insert(all.len());
        match all.get_mut(at) {
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
fn why(pod: &Pod, nodes: &[FitNode]) -> String {
    let admitting: Vec<&FitNode> = nodes.iter().filter(|n| n.admits(pod)).collect();
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
        return "no node that it may run on has enough GPUs; add a pool with guest_accelerator".into();
    }
    format!("bigger than what is free on any empty node ({}); use a bigger machine type", size(&biggest))
}
