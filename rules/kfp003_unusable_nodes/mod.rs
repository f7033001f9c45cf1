//! KFP003 unusable-nodes: nodes that KFP's pods cannot run on, where three that they can are lacking.

use super::support::{Shortfall, of_all_nodes, shortfall};
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::rule::{Answer, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP003",
    name: "unusable-nodes",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(|_, cluster| of_all_nodes(cluster, || judge(cluster))),
    root: None,
};

fn judge(cluster: &Cluster) -> Answer {
    let least = cluster.profile.nodes;
    match shortfall(cluster, |pool| pool.usable.clone()) {
        Shortfall::NoFault => Answer::met("KFP's pods can run on the nodes of every pool"),
        Shortfall::Enough => Answer::met(format!("KFP's pods can run on {least} nodes or more")),
        Shortfall::Faulty(pools) => {
            let all: Vec<String> = pools.iter().map(|p| obstacle(p)).collect();
            let reason = format!("KFP's pods cannot run on {least} nodes: {}", all.join("; "));
            Answer::unmet(reason, pools.iter().map(|p| finding(cluster, p)).collect())
        }
        Shortfall::Open(reasons, pool) => {
            let reason = format!("whether KFP's pods can run on {least} nodes is not known: {}", reasons.because());
            let message = format!("whether KFP's pods can run on the nodes of {} is not known", cluster.address());
            let draft = RULE.finding(message).level(Level::Warning).cluster(cluster).reasons(&reasons);
            let place = pool.and_then(|p| p.obstacle.as_ref()).map(|o| o.place.clone());
            let address = pool.map_or(cluster.address(), |p| p.address.as_str());
            let place = place.unwrap_or_else(|| cluster.view.own_place());
            Answer::undecided(reason, &reasons, vec![draft.at(address, &place, "this decides")])
        }
    }
}

fn obstacle(pool: &Pool) -> String {
    let what = pool.obstacle.as_ref().map_or("the node configuration", |o| o.what.as_str());
    format!("{what} on {}", pool.title())
}

fn finding(cluster: &Cluster, pool: &Pool) -> Finding {
    let least = cluster.profile.nodes;
    let what = pool.obstacle.as_ref().map_or("the node configuration", |o| o.what.as_str());
    let place = pool.obstacle.as_ref().map_or_else(|| pool.place("machine_type"), |o| o.place.clone());
    RULE.finding(format!("KFP's pods cannot run on the nodes of {}, because of {what}", pool.title()))
        .cluster(cluster)
        .help(format!(
            "add a pool of at least {least} nodes with x86-64 machines, a Linux image, no GPU and no NO_SCHEDULE or \
             NO_EXECUTE taint, or take this away"
        ))
        .at(&pool.address, &place, "Kubeflow Pipelines' pods have no toleration or build for this")
}
