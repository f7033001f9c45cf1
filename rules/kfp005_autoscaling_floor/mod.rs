//! KFP005 autoscaling-floor: three nodes only where the autoscaler grows a pool, or only spot nodes.

use super::support::{count, last, nodes, unless_autopilot, zones};
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::graph::view::AttributePlace;
use crate::rule::{Answer, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP005",
    name: "autoscaling-floor",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(|_, cluster| unless_autopilot(cluster, || judge(cluster))),
    root: None,
};

fn judge(cluster: &Cluster) -> Answer {
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
    let scaled = counting.into_iter().filter(|p| p.nodes.autoscaled.is_true());
    match last(scaled) {
        Some(pool) if sum.ceiling >= least => {
            let reason = format!("only {} always there; the autoscaler may add more", nodes(sum.floor, sum.hidden));
            Answer::unmet(reason, vec![floor(cluster, pool, &nodes(sum.floor, sum.hidden))])
        }
        _ => Answer::not_applicable("KFP001 decides: the autoscaler does not make up the number of nodes"),
    }
}

/// Where the floor stands, or the block that lacks it.
fn floor_place(pool: &Pool) -> AttributePlace {
    let name = if pool.nodes.decided_by.1.starts_with("total_") { "total_min_node_count" } else { "min_node_count" };
    pool.view.block("autoscaling").map_or_else(|| pool.count_place(), |scaling| scaling.place(name))
}

fn floor(cluster: &Cluster, pool: &Pool, always: &str) -> Finding {
    let least = cluster.profile.nodes;
    let message = format!(
        "{} has {least} nodes only when the autoscaler grows its pools; {always} always there",
        cluster.address(),
    );
    let zones = zones(&pool.zones);
    let help = match pool.nodes.decided_by.1.starts_with("total_") {
        true => format!("write `total_min_node_count = {least}`"),
        false => format!("write `min_node_count = {}`", least.div_ceil(zones)),
    };
    RULE.finding(message).cluster(cluster).help(help).at(&pool.address, &floor_place(pool), "the floor of this pool")
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
