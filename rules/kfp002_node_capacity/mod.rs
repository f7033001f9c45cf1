//! KFP002 node-capacity: machines below 2 vCPU or 4096 MiB, where three that are not are lacking.

use super::support::{Shortfall, of_all_nodes, replace, shortfall, undecided};
use crate::catalog::machine::machine_type;
use crate::cty::value::HIDDEN;
use crate::diagnostic::{Edit, Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP002",
    name: "node-capacity",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(|cx, cluster| of_all_nodes(cluster, || judge(cx, cluster))),
    root: None,
};

/// Machine types that are offered in nearly all regions, smallest first.
const COMMON: [&str; 6] =
    ["e2-standard-2", "e2-standard-4", "e2-standard-8", "e2-standard-16", "e2-standard-32", "n2-standard-80"];

/// The smallest of them that is big enough.
fn fitting(cluster: &Cluster, pool: &Pool) -> Option<&'static str> {
    let share = if pool.machine.single_thread.is_some() { 2 } else { 1 };
    let takes = |vcpus, memory_mib| cluster.profile.takes(vcpus / share, memory_mib);
    let big_enough = |name: &&&str| machine_type(name).is_some_and(|m| takes(m.vcpus, m.memory_mib));
    COMMON.iter().find(big_enough).copied()
}

fn judge(cx: &Context, cluster: &Cluster) -> Answer {
    let least = cluster.profile.nodes;
    let machine = |and| cluster.profile.machine(and);
    match shortfall(cluster, |pool| pool.machine.big_enough.clone()) {
        Shortfall::NoFault => Answer::met(format!("no pool's machines are below {}", machine("or"))),
        Shortfall::Enough => Answer::met(format!("{least} nodes have at least {}", machine("and"))),
        Shortfall::Faulty(pools) => {
            let all: Vec<String> = pools.iter().map(|p| size(cluster, p)).collect();
            let reason = format!("the machines are too small: {}", all.join("; "));
            Answer::unmet(reason, pools.iter().map(|p| finding(cx, cluster, p)).collect())
        }
        Shortfall::Open(reasons, pool) => {
            let reason = format!("whether {least} nodes are big enough is not known: {}", reasons.because());
            let message = format!("whether the machines of {} have {} is not known", cluster.address(), machine("and"));
            let draft = RULE.finding(message).level(Level::Warning).cluster(cluster).reasons(&reasons);
            let (address, place) = match pool {
                Some(pool) => (pool.address.as_str(), pool.place("machine_type")),
                None => (cluster.address(), cluster.view.own_place()),
            };
            let finding = draft.at(address, &place, "this decides");
            undecided(reason, &reasons, vec![finding])
        }
    }
}

/// `e2-small has 2 vCPU and 2048 MiB`.
fn size(cluster: &Cluster, pool: &Pool) -> String {
    match pool.machine.machine.known() {
        Some(_) if pool.machine.hidden => format!("the machine type is {HIDDEN}"),
        Some(m) => {
            let threads = if pool.machine.single_thread.is_some() { " with one thread per core" } else { "" };
            format!("{} has {} vCPU and {} MiB{threads}", m.name, m.vcpus, m.memory_mib)
        }
        None => format!("every possible machine type is below {}", cluster.profile.machine("or")),
    }
}

fn finding(cx: &Context, cluster: &Cluster, pool: &Pool) -> Finding {
    let message =
        format!("the nodes of {} are too small for Kubeflow Pipelines: {}", pool.title(), size(cluster, pool));
    let whole = pool.machine.type_name.known().and_then(|name| machine_type(name));
    let threads = pool.machine.single_thread.as_ref();
    let threads = threads.filter(|_| whole.is_some_and(|m| cluster.profile.takes(m.vcpus, m.memory_mib)));
    let place = &threads.cloned().unwrap_or_else(|| pool.place("machine_type"));
    let needs = format!("each node needs {}", cluster.profile.machine("and"));
    let fitting = fitting(cluster, pool);
    let draft = RULE.finding(message).cluster(cluster);
    let draft = match (threads, fitting) {
        (Some(threads), _) => {
            let edit = threads.span.filter(|_| threads.written && !pool.view.is_of_stand_in());
            let edit = edit.map(|span| Edit { span, text: "2".into() });
            draft.help(format!("write `threads_per_core = 2`, or a bigger `machine_type`: {needs}")).write(edit)
        }
        (None, Some(fitting)) => {
            let advice = cx.graph.advise_nodes(pool, "machine_type", &format!("\"{fitting}\""));
            draft.help(format!("{}: {needs}", advice.help(" or a bigger one"))).write(advice.edit)
        }
        (None, None) => draft.help(needs),
    };
    let mut finding = draft.at(&pool.address, place, format!("below {}", cluster.profile.machine("or")));
    let literal = pool.config.as_ref().and_then(|c| c.literal("machine_type")).filter(|_| threads.is_none());
    if let (Some(span), Some(fitting)) = (literal, fitting) {
        finding.fixes.push(replace(span, format!("\"{fitting}\""), format!("use {fitting}")));
    }
    finding
}
