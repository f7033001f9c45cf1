//! KFP001 node-count: fewer than three nodes that qualify.

mod open;
mod text;

use super::support::{count, last, nodes, unless_autopilot};
use crate::cty::value::HIDDEN;
use crate::diagnostic::Level;
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP001",
    name: "node-count",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(|cx, cluster| unless_autopilot(cluster, || judge(cx, cluster))),
    root: None,
};

/// The rules that find why enough nodes do not qualify.
const CAUSES: [&str; 5] = ["KFP002", "KFP003", "KFP007", "KFP009", "KFP010"];

fn judge(cx: &Context, cluster: &Cluster) -> Answer {
    if let Some(reasons) = &cluster.elsewhere {
        return open::elsewhere(cluster, reasons);
    }
    let least = cluster.profile.nodes;
    let auto = &cluster.auto_provisioning;
    let sum = count(cluster);
    if sum.floor >= least {
        return Answer::met(format!("{} qualify", nodes(sum.floor, sum.hidden)));
    }
    if sum.ceiling >= least {
        let most = nodes(sum.ceiling, sum.hidden);
        let always = if sum.hidden { HIDDEN.into() } else { sum.floor.to_string() };
        let always = if sum.floor_most == Some(sum.floor) { format!(" ({always} always)") } else { String::new() };
        return Answer::met(format!("the autoscaler may grow the pools to {most} that qualify{always}"));
    }
    let provisioned = cluster.provisioned();
    if auto.enabled.is_true() && provisioned.min >= least {
        return Answer::met(format!(
            "node auto-provisioning may bring it to {} of {}",
            nodes(provisioned.min, provisioned.hidden),
            cluster.profile.machine("and")
        ));
    }
    let by_auto = !auto.enabled.is_false() && provisioned.max.is_none_or(|n| n >= least);
    if by_auto || sum.most.is_none_or(|n| n >= least) {
        return open::undecided(cluster, by_auto);
    }
    unmet(cx, cluster, sum.most.unwrap_or(0), sum.hidden)
}

/// The pool whose count decides: the last of those that qualify or may, else of all.
fn deciding<'a, 'p>(cluster: &'a Cluster<'p>) -> Option<&'a Pool<'p>> {
    let qualifying = cluster.pools.iter().filter(|p| !p.counts().is_false());
    last(qualifying).or_else(|| last(&cluster.pools))
}

fn unmet(cx: &Context, cluster: &Cluster, found: u64, hidden: bool) -> Answer {
    let least = cluster.profile.nodes;
    let hidden_all = hidden || cluster.pools.iter().any(|p| p.nodes.ceiling.hidden);
    let all: Option<u64> = cluster.pools.iter().map(|p| p.nodes.ceiling.max).sum();
    let reason = match all {
        None => format!("{} qualify; Kubeflow Pipelines needs {least}", nodes(found, hidden)),
        Some(_) if hidden_all => format!("{} qualify; Kubeflow Pipelines needs {least}", nodes(found, true)),
        Some(all) if all > found => {
            format!("{found} of {} qualify; Kubeflow Pipelines needs {least}", nodes(all, false))
        }
        Some(_) => format!("{} in all; Kubeflow Pipelines needs {least}", nodes(found, false)),
    };
    let Some(pool) = deciding(cluster) else {
        let pool = cx.graph.advise_after(cluster.resource, &text::new_pool(cluster));
        let finding = RULE
            .finding(format!("{} has no node pool, but Kubeflow Pipelines needs {least} nodes", cluster.address()))
            .cluster(cluster)
            .help(format!("add a node pool:\n{}", pool.code))
            .write(pool.edit)
            .at(cluster.address(), &cluster.view.own_place(), "this cluster has no node pool");
        let answer = Answer::unmet(reason, vec![finding]);
        return if cluster.starts_without_nodes() { answer.because_of(&["KFP010"]) } else { answer };
    };
    let place = pool.count_place();
    let message = format!("{}: {reason}", cluster.address());
    let label = match pool.nodes.ceiling.known() {
        Some(n) => format!("{} at most, over all zones", nodes(n, pool.nodes.ceiling.hidden)),
        None => "too few nodes".to_string(),
    };
    let raise = text::raise(cx.graph, pool, least);
    let mut draft = RULE.finding(message).cluster(cluster).help(raise.code).write(raise.edit);
    for other in cluster.pools.iter().filter(|p| p.counts().is_false() && !p.is_empty()) {
        draft = draft.related(&other.place("machine_type"), format!("the nodes of {} do not qualify", other.title()));
    }
    if let Some(scaling) = cluster.view.block("cluster_autoscaling")
        && cluster.auto_provisioning.enabled.is_true()
    {
        let may = nodes(cluster.provisioned().max.unwrap_or(0), cluster.provisioned().hidden);
        draft = draft.related(&scaling.own_place(), format!("its limits allow {may} that qualify"));
    }
    let mut finding = draft.at(&pool.address, &place, label);
    finding.fixes.extend(text::fix(pool, least));
    finding.nodes_missing = (!hidden_all).then_some(least.saturating_sub(found));
    let answer = Answer::unmet(reason, vec![finding]);
    // Too few whatever their machines are is a fault of its own.
    if all.is_none_or(|all| all >= least) { answer.because_of(&CAUSES) } else { answer }
}
