//! KFP005 autoscaling-floor: three nodes only where the autoscaler grows a pool, or only spot nodes.

use super::support::{count, last, nodes, of_all_nodes, zones};
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::graph::view::AttributePlace;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP005",
    name: "autoscaling-floor",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(|cx, cluster| of_all_nodes(cluster, || judge(cx, cluster))),
    root: None,
};

fn judge(cx: &Context, cluster: &Cluster) -> Answer {
    let least = cluster.profile.nodes;
    let sum = count(cluster);
    let counting: Vec<&Pool> = cluster.pools.iter().filter(|p| p.counts().is_true() && !p.is_empty()).collect();
    if sum.floor >= least {
        let answer = Answer::met(format!("{} are always there", nodes(sum.floor, sum.hidden)));
        return match counting.iter().all(|p| p.spot.is_true()) {
            true => answer.with(spot(cluster, last(counting))),
            false => answer,
        };
    }
    let grown = counting.into_iter().filter(|p| p.nodes.autoscaled.is_true() || p.flex_start.is_true());
    let grown = last(grown).filter(|_| sum.ceiling >= least);
    let is_provisioned = cluster.auto_provisioning.enabled.is_true() && cluster.provisioned().min >= least;
    if grown.is_none() && !is_provisioned {
        return Answer::not_applicable("the node count does not depend on the autoscaler (see KFP001)");
    }
    if sum.floor_most.is_none_or(|most| most >= least) {
        let reasons = &sum.floor_reasons;
        let reason = format!("how many nodes are always there is not known: {}", reasons.because());
        return Answer::undecided(reason, reasons, Vec::new());
    }
    let always = match sum.floor_most == Some(sum.floor) {
        true => nodes(sum.floor, sum.hidden),
        false => format!("fewer than {least} nodes"),
    };
    let finding = match grown {
        Some(pool) => floor(cx, cluster, pool, &always),
        None => provisioned(cluster, &always),
    };
    Answer::unmet(format!("only {always} always there; the autoscaler may add more"), vec![finding])
}

/// Where the floor stands, or the block that lacks it.
fn floor_place(pool: &Pool) -> AttributePlace {
    let name = if pool.nodes.decided_by.1.starts_with("total_") { "total_min_node_count" } else { "min_node_count" };
    pool.view.block("autoscaling").map_or_else(|| pool.count_place(), |scaling| scaling.place(name))
}

fn floor(cx: &Context, cluster: &Cluster, pool: &Pool, always: &str) -> Finding {
    let least = cluster.profile.nodes;
    let has = format!("{} has {least} nodes only when", cluster.address());
    if pool.flex_start.is_true() {
        return RULE
            .finding(format!("{has} Google has room for its flex-start nodes; {always} always there"))
            .cluster(cluster)
            .help("write `flex_start = false`, or keep a pool without it for Kubeflow Pipelines")
            .write(pool.config.as_ref().and_then(|config| config.replace("flex_start", "false")))
            .at(&pool.address, &pool.place("flex_start"), "these nodes come when there is room, and leave after days");
    }
    let zones = zones(&pool.zones);
    let (name, floor) = match pool.nodes.decided_by.1.starts_with("total_") {
        true => ("total_min_node_count", least),
        false => ("min_node_count", least.div_ceil(zones)),
    };
    let view = pool.view.block("autoscaling").unwrap_or_else(|| pool.view.clone());
    let advice = cx.graph.advise(&view, name, &floor.to_string());
    RULE.finding(format!("{has} the autoscaler grows its pools; {always} always there"))
        .cluster(cluster)
        .help(advice.help(""))
        .write(advice.edit)
        .at(&pool.address, &floor_place(pool), "the floor of this pool")
}

fn provisioned(cluster: &Cluster, always: &str) -> Finding {
    let least = cluster.profile.nodes;
    let scaling = cluster.view.block("cluster_autoscaling");
    let place = scaling.map_or_else(|| cluster.view.own_place(), |scaling| scaling.own_place());
    RULE.finding(format!(
        "{} has {least} nodes that qualify only when node auto-provisioning makes them; {always} always there",
        cluster.address()
    ))
    .cluster(cluster)
    .help(format!("add a pool of {least} nodes with {} each that stay", cluster.profile.machine("and")))
    .at(cluster.address(), &place, "it makes nodes when pods wait, and takes them away again")
}

fn spot(cluster: &Cluster, pool: Option<&Pool>) -> Finding {
    let message = format!("all nodes of {} that qualify are spot or preemptible", cluster.address());
    let (address, place) = match pool {
        Some(pool) => {
            let config = pool.config.as_ref().unwrap_or(&pool.view);
            let name = if config.get("spot").is_some() { "spot" } else { "preemptible" };
            (pool.address.as_str(), config.place(name))
        }
        None => (cluster.address(), cluster.view.own_place()),
    };
    RULE.finding(message)
        .level(Level::Note)
        .cluster(cluster)
        .help("keep one pool without spot machines for Kubeflow Pipelines' database and object store")
        .at(address, &place, "Google may take these nodes away at any time")
}
