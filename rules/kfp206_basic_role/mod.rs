//! KFP206 basic-role: owner or editor on the nodes' account.

use crate::diagnostic::{Finding, Level};
use crate::graph::access::{NodeAccount, is_broad};
use crate::graph::cluster::Cluster;
use crate::graph::grant::Grant;
use crate::rule::{Answer, Context, Rule};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP206",
    name: "basic-role",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: None,
};

fn answer(cx: &Context, cluster: &Cluster) -> Answer {
    let pools = cluster.landing_pools();
    let accounts: Vec<NodeAccount> = pools.iter().map(|p| cx.graph.node_account(p)).collect();
    let custom: Vec<&NodeAccount> =
        accounts.iter().filter(|a| matches!(a, NodeAccount::Here(_) | NodeAccount::Elsewhere(_))).collect();
    if custom.is_empty() {
        return Answer::not_applicable("no pool has a custom service account");
    }
    let to_nodes = |g: &&Grant| custom.iter().any(|a| cx.graph.is_member(g, a).is_true());
    let mut seen = BTreeSet::new();
    let found: Vec<Finding> = (cx.graph.grants_in_time().filter(|g| is_broad(g)).filter(to_nodes))
        .filter(|g| seen.insert(g.resource.address.clone()))
        .map(|g| finding(cluster, g))
        .collect();
    match found.is_empty() {
        true => Answer::met("the nodes' account has no basic role here"),
        false => Answer::unmet("the nodes' account has a basic role that may change nearly everything", found),
    }
}

fn finding(cluster: &Cluster, grant: &Grant) -> Finding {
    let role = grant.role.known().map_or("a basic role", |r| r.shown());
    RULE.finding(format!("{} grants {role} to the nodes' service account", grant.resource.address))
        .cluster(cluster)
        .help("grant roles/container.defaultNodeServiceAccount, roles/storage.objectUser on the artifacts' bucket, and what the pipelines use")
        .at(&grant.resource.address, &grant.role_place(), "every pod on the nodes has this power")
}
