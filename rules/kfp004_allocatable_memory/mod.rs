//! KFP004 allocatable-memory: three nodes on paper, but too little of them is left for pods.

use super::support::{Shortfall, count, of_all_nodes, shortfall, undecided};
use crate::catalog::allocatable::Allocatable;
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::pool::Pool;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP004",
    name: "allocatable-memory",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(|cx, cluster| of_all_nodes(cluster, || judge(cx, cluster))),
    root: None,
};

/// Memory that a node should have for pods, in MiB.
const MEMORY_MIB: u64 = 4096;
/// CPU that a node should have for pods, in thousandths.
const CPU_M: u64 = 1000;

/// Whether a node of a pool that counts has room.
pub fn roomy(pool: &Pool) -> Fact<bool> {
    let enough = |a: &Allocatable| Fact::Known(a.memory_mib >= MEMORY_MIB && a.cpu_m >= CPU_M);
    pool.counts().and(&pool.allocatable().judge(enough))
}

fn judge(cx: &Context, cluster: &Cluster) -> Answer {
    let least = cluster.profile.nodes;
    if count(cluster).most.is_some_and(|most| most < least) {
        return Answer::not_applicable(format!("fewer than {least} nodes of its pools qualify, which KFP001 judges"));
    }
    match shortfall(cluster, roomy) {
        Shortfall::NoFault => Answer::not_applicable("no pool has nodes that qualify"),
        Shortfall::Enough => Answer::met(format!("{least} nodes have 4 GiB and 1 CPU for pods")),
        Shortfall::Open(reasons, _) => {
            let reason = format!("what is left of the nodes for pods is not known: {}", reasons.because());
            undecided(reason, &reasons, Vec::new())
        }
        Shortfall::Faulty(pools) => {
            let tight: Vec<&Pool> = pools.into_iter().filter(|p| p.counts().is_true()).collect();
            if tight.is_empty() || count(cluster).ceiling < least {
                return Answer::not_applicable(format!("fewer than {least} nodes qualify, which KFP001 says"));
            }
            let reason = format!("fewer than {least} nodes have 4 GiB and 1 CPU for pods");
            Answer::unmet(reason, tight.iter().map(|p| finding(cx, cluster, p)).collect())
        }
    }
}

fn finding(cx: &Context, cluster: &Cluster, pool: &Pool) -> Finding {
    let machine = pool.machine.type_name.known().map_or("the machine", |t| t.shown());
    let left = match pool.allocatable().known().filter(|_| !pool.machine.hidden) {
        Some(a) => format!("{} MiB and {}m CPU", a.memory_mib, a.cpu_m),
        None => "too little".to_string(),
    };
    let draft = RULE
        .finding(format!("GKE leaves {left} of {machine} for pods, on the nodes of {}", pool.title()))
        .cluster(cluster);
    // Huge pages and the like, where there would be room without them.
    if let (Some(place), Some(left), Some(kept)) = (&pool.kept.place, pool.allocatable().known(), pool.kept.mib.known())
        && left.memory_mib + kept >= MEMORY_MIB
        && left.cpu_m >= CPU_M
    {
        let help = "take this block away, or keep less memory from pods";
        return draft.help(help).at(&pool.address, place, format!("this keeps {kept} MiB from pods"));
    }
    let advice = cx.graph.advise_nodes(pool, "machine_type", "\"e2-standard-2\"");
    draft
        .help(format!("{}: of its 8 GiB about 5.9 GiB are left for pods", advice.help(" or a bigger one")))
        .write(advice.edit)
        .at(&pool.address, &pool.place("machine_type"), "below 4 GiB or 1 CPU for pods")
}
