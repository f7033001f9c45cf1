//! KFP201 required-roles: the node service account lacks a required role's core permissions.

mod causes;
mod faults;
mod lack;
mod streaming;
mod text;

use super::support::{IGNORED_ACCOUNT, list, worse};
use crate::diagnostic::Level;
use crate::graph::access::{Access, NodeAccount};
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::pool::Pool;
use crate::graph::view::AttributePlace;
use crate::rule::{Answer, Context, Rule};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP201",
    name: "required-roles",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: None,
};

fn answer<'p>(cx: &Context<'p>, cluster: &Cluster<'p>) -> Answer {
    let pools: Vec<&Pool> = match &cluster.autopilot {
        Fact::Known(true) => cluster.auto_provisioned.iter().collect(),
        _ => cluster.landing_pools(),
    };
    let (mut known, mut answers) = (BTreeSet::new(), Vec::new());
    for pool in pools {
        let account = cx.graph.node_account(pool);
        let key = text::key(&account, pool);
        // The default account may do nearly everything, unless its roles are taken away.
        let is_judged = !matches!(account, NodeAccount::Default) || cx.graph.takes_roles_of_default(cluster);
        if is_judged && known.insert(key) {
            let judged = judge(cx, cluster, pool, &account);
            let mut judged = causes::fold(cx, cluster, (pool, &account), judged);
            judged.findings.extend(streaming::finding(cx, cluster, pool, &account));
            answers.push(judged);
        }
    }
    answers.into_iter().reduce(worse).unwrap_or_else(|| match cluster.ignored_account() {
        Some(place) => ignored(cluster, &place),
        None if cluster.autopilot.is_true() => {
            Answer::not_applicable("enable_autopilot = true, and no service account is named for its nodes")
        }
        None => Answer::not_applicable("no pool has a custom service account"),
    })
}

/// Autopilot takes no notice of the account in `node_config`.
fn ignored(cluster: &Cluster, place: &AttributePlace) -> Answer {
    let finding = RULE
        .finding(format!("the service account in the node_config of {} is ignored", cluster.address()))
        .level(Level::Note)
        .cluster(cluster)
        .help("name it in `service_account` of `auto_provisioning_defaults`, in the cluster's `cluster_autoscaling`")
        .at(cluster.address(), place, "Autopilot's nodes run as the Compute Engine default service account");
    Answer::not_applicable(IGNORED_ACCOUNT).with(finding)
}

fn judge(cx: &Context, cluster: &Cluster, pool: &Pool, account: &NodeAccount) -> Answer {
    if let NodeAccount::Unknown(reasons) = account {
        let reason = format!("which service account {} has is not known: {}", pool.title(), reasons.because());
        let finding = RULE
            .finding(format!(
                "which service account the nodes of {} have, and so what it may do, is not known",
                pool.title()
            ))
            .level(Level::Warning)
            .cluster(cluster)
            .reasons(reasons)
            .at(&pool.address, &account_place(pool), "this decides");
        return Answer::undecided(reason, reasons, vec![finding]);
    }
    let access = cx.graph.access(account, cluster);
    let lack = lack::lack(&access, &cluster.profile.roles);
    let name = text::name(account, pool);
    match (account, lack.roles.is_empty() && lack.open.is_empty()) {
        (_, true) => met(cluster, pool, account, &access, &name),
        (NodeAccount::Here(_) | NodeAccount::Default, false) if !lack.roles.is_empty() && pool.uncertain.is_none() => {
            faults::unmet(cx, cluster, pool, account, (&access, &lack))
        }
        _ => faults::undecided(cluster, pool, account, lack),
    }
}

/// The resource and place that a finding about an account stands at.
fn place_of(account: &NodeAccount, pool: &Pool) -> (String, AttributePlace) {
    match account {
        NodeAccount::Here(here) => (here.resource.address.to_string(), here.view.own_place()),
        _ => (pool.address.clone(), account_place(pool)),
    }
}

fn account_place(pool: &Pool) -> AttributePlace {
    pool.config.as_ref().unwrap_or(&pool.view).place("service_account")
}

fn met(cluster: &Cluster, pool: &Pool, account: &NodeAccount, access: &Access, name: &str) -> Answer {
    let answer = Answer::met(format!("{name} has the core permissions of all {} roles", cluster.profile.roles.len()));
    let gaps: Vec<_> =
        cluster.profile.roles.iter().map(|r| (r, access.gaps(r))).filter(|(_, g)| !g.is_empty()).collect();
    if gaps.is_empty() || access.has_basic_role {
        return answer;
    }
    let parts: Vec<String> = gaps.iter().map(|(role, gaps)| format!("{role} ({})", text::few(gaps))).collect();
    let (address, place) = place_of(account, pool);
    let mut finding = RULE
        .finding(format!("{name} has what nodes need, but not all of {}", list(&parts)))
        .level(if access.has_node_role { Level::Note } else { Level::Warning })
        .cluster(cluster)
        .help("grant the roles themselves if something other than GKE's own agents uses them")
        .at(&address, &place, "not every permission of the required roles");
    finding.roles = gaps.iter().map(|(role, _)| role.to_string()).collect();
    answer.with(finding)
}
