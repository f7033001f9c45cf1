//! KFP008 workload-fit: Kubeflow Pipelines' own pods do not pack onto what system pods leave of the nodes.

mod text;

use super::support::{count, of_all_nodes, together, undecided};
use crate::catalog::allocatable::Allocatable;
use crate::catalog::gke::{self, Features};
use crate::catalog::kfp::{self, Env};
use crate::cty::value::Reasons;
use crate::diagnostic::Level;
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
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
    cluster: Some(answer),
    root: None,
};

fn answer(cx: &Context, cluster: &Cluster) -> Answer {
    let answer = of_all_nodes(cluster, || judge(cx, cluster));
    match cluster.autopilot.is_true().then(|| text::refused_by_autopilot(cluster, &version(cx))).flatten() {
        Some(note) => answer.with(note),
        None => answer,
    }
}

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

/// The least or the most that pods find on each node, system pods taken off, and on how many nodes.
#[derive(Clone, Copy, PartialEq)]
enum RoomBound {
    Least,
    Most,
}

/// What pods can use of one node of a pool: of several possible machines the least, or the most, of each. `None` where
/// nothing bounds it.
fn room(pool: &Pool, bound: RoomBound) -> Option<Allocatable> {
    let pick = |a: u64, b: u64| if bound == RoomBound::Least { a.min(b) } else { a.max(b) };
    let both = |a: Allocatable, b: &Allocatable| Allocatable {
        cpu_m: pick(a.cpu_m, b.cpu_m),
        memory_mib: pick(a.memory_mib, b.memory_mib),
    };
    match pool.allocatable() {
        Fact::Known(one) => Some(one),
        Fact::OneOf(several, _) => several.iter().copied().reduce(|a, b| both(a, &b)),
        Fact::Unknown(_) => None,
    }
}

/// The nodes of pools with so many pods at most on each; a pool whose machines nothing bounds is left out.
fn nodes(pools: &[&Pool], features: Features, bound: RoomBound, max_pods: Option<u64>) -> Vec<FitNode> {
    let system = gke::overhead(features);
    let mut nodes = Vec::new();
    for pool in pools {
        let Some(left) = room(pool, bound) else { continue };
        let (count, pods) = match bound {
            RoomBound::Least => (pool.nodes.ceiling.min, pool.max_pods.min),
            RoomBound::Most => {
                (pool.nodes.ceiling.max.unwrap_or(MOST_NODES), pool.max_pods.max.unwrap_or(gke::MAX_PODS_PER_NODE))
            }
        };
        let room = free(&left, &system, 0, max_pods.unwrap_or(pods));
        nodes.extend((0..count.min(MOST_NODES)).map(|_| FitNode { room, ..FitNode::default() }));
    }
    nodes
}

fn judge(cx: &Context, cluster: &Cluster) -> Answer {
    let least = cluster.profile.nodes;
    if !cluster.auto_provisioning.enabled.is_false() {
        return Answer::not_applicable("node auto-provisioning adds nodes for pods that wait");
    }
    if count(cluster).most.is_some_and(|most| most < least) {
        return Answer::not_applicable(format!("fewer than {least} nodes qualify, which KFP001 judges"));
    }
    let usable = cluster.pools.iter().filter(|p| !p.is_empty() && !p.usable.is_false());
    let pools: Vec<&Pool> = usable.collect();
    let features = Features { workload_identity: cluster.workload_identity.is_true(), ..Features::default() };
    let certain: Vec<&Pool> = pools.iter().copied().filter(|p| p.usable.is_true()).collect();
    let version = version(cx);
    let pods = kfp::pods(&version, Env::Dev);
    let mut all = own_pods(&gke::overhead(features)).to_vec();
    all.extend(pods.iter().map(|p| pod(p.name, p.cpu_m, p.memory_mib)));
    let rest = left_over(&all, &nodes(&certain, features, RoomBound::Least, None));
    if rest.is_empty() {
        if version.is_hidden() {
            return Answer::met("the pods of Kubeflow Pipelines fit");
        }
        return Answer::met(format!(
            "the {} pods of Kubeflow Pipelines {} fit",
            pods.len(),
            kfp::title(version.shown())
        ));
    }
    let is_bounded = pools.iter().all(|pool| room(pool, RoomBound::Most).is_some());
    let may_fit = !is_bounded || left_over(&all, &nodes(&pools, features, RoomBound::Most, None)).is_empty();
    if may_fit || cluster.pools_elsewhere.is_some() {
        let open = pools.iter().map(|pool| open_reasons(pool)).collect::<Vec<_>>();
        let reasons = together(open.iter().chain(&cluster.pools_elsewhere));
        let reason = format!("whether the pods fit is not known: {}", reasons.because());
        return undecided(reason, &reasons, Vec::new());
    }
    let fits = |max: &u64| left_over(&all, &nodes(&certain, features, RoomBound::Least, Some(*max))).is_empty();
    let max_pods = MAX_PODS.into_iter().find(fits);
    text::unmet(cluster, &certain, &version, (&rest, max_pods))
}

/// Numbers of pods on a node that an address range of a node holds twice, as GKE asks for.
const MAX_PODS: [u64; 4] = [16, 32, 64, gke::MAX_PODS_PER_NODE];

/// Why it is not known what the pods find on a pool's nodes.
fn open_reasons(pool: &Pool) -> Reasons {
    let (allocatable, usable) = (pool.allocatable(), &pool.usable);
    let facts = [allocatable.reasons(), usable.reasons()].into_iter().flatten();
    together(facts.chain([&pool.nodes.ceiling.reasons, &pool.max_pods.reasons]))
}

fn pod(name: &'static str, cpu_m: u64, memory_mib: u64) -> Pod {
    Pod { name: name.into(), room: Room { cpu_m, memory_mib, gpus: 0, pods: 1 }, ..Pod::default() }
}
