//! KFP201 required-roles: the node service account lacks a required role's core permissions.

mod lack;
mod text;

use self::lack::Lack;
use super::support::{list, worse};
use crate::diagnostic::{Finding, Level};
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

fn answer(cx: &Context, cluster: &Cluster) -> Answer {
    let pools: Vec<&Pool> = match &cluster.autopilot {
        Fact::Known(true) => cluster.auto_provisioned.iter().collect(),
        _ => cluster.landing_pools(),
    };
    let (mut known, mut answers) = (BTreeSet::new(), Vec::new());
    for pool in pools {
        let account = cx.graph.node_account(pool);
        let key = text::key(&account, pool);
        if !matches!(account, NodeAccount::Default) && known.insert(key) {
            answers.push(judge(cx, cluster, pool, &account));
        }
    }
    let why = match cluster.autopilot.is_true() {
        true => "enable_autopilot = true, and no service account is named for its nodes",
        false => "no pool has a custom service account",
    };
    answers.into_iter().reduce(worse).unwrap_or_else(|| Answer::not_applicable(why))
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
        return Answer::undecided(reason, reasons.decides(), vec![finding]);
    }
    let access = cx.graph.access(account, cluster);
    let lack = lack::lack(&access, &cluster.profile.roles);
    let name = text::name(account, pool);
    match (account, lack.roles.is_empty() && lack.open.is_empty()) {
        (_, true) => met(cluster, pool, account, &access, &name),
        (NodeAccount::Here(_), false) if !lack.roles.is_empty() && pool.uncertain.is_none() => {
            unmet(cx, cluster, pool, account, (&access, &lack))
        }
        _ => undecided(cluster, pool, account, lack),
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
    if gaps.is_empty() {
        return answer;
    }
    let parts: Vec<String> = gaps.iter().map(|(role, gaps)| format!("{role} ({})", text::few(gaps))).collect();
    let (address, place) = place_of(account, pool);
    let mut finding = RULE
        .finding(format!("{name} has what nodes need, but not all of {}", list(&parts)))
        .level(Level::Warning)
        .cluster(cluster)
        .help("grant the roles themselves if something beside GKE's own agents uses them")
        .at(&address, &place, "not every permission of the required roles");
    finding.roles = gaps.iter().map(|(role, _)| role.to_string()).collect();
    answer.with(finding)
}

fn unmet(cx: &Context, cluster: &Cluster, pool: &Pool, account: &NodeAccount, has: (&Access, &Lack)) -> Answer {
    let (access, lack) = has;
    let name = text::name(account, pool);
    let parts: Vec<String> =
        lack.roles.iter().map(|(role, missing)| format!("{role} ({})", text::few(missing))).collect();
    let names: Vec<String> = lack.roles.iter().map(|(role, _)| role.to_string()).collect();
    let reason = format!("{name} lacks {}", list(&names));
    let (address, place) = place_of(account, pool);
    let mut draft = RULE.finding(format!("{name} lacks {}", list(&parts))).cluster(cluster);
    draft = draft.related(&account_place(pool), format!("the nodes of {} run as this account", pool.title()));
    for other in &access.other_projects {
        draft = draft.related(other, "this grant is on another project than the cluster's");
    }
    let mut finding = draft.at(&address, &place, "the nodes' account lacks required roles");
    text::mend(&mut finding, cx.graph, account, &names);
    finding.roles = names;
    Answer::unmet(reason, vec![finding])
}

fn undecided(cluster: &Cluster, pool: &Pool, account: &NodeAccount, lack: Lack) -> Answer {
    let name = text::name(account, pool);
    let mut roles: Vec<String> = lack.roles.iter().map(|(role, _)| role.to_string()).collect();
    roles.extend(lack.open.iter().map(|r| r.to_string()));
    roles.sort();
    let mut whys = lack.whys;
    let mut decides = lack.decides;
    if let (NodeAccount::Elsewhere(_), false) = (account, lack.roles.is_empty()) {
        whys.push(format!("{name} is not made by this configuration: look where it is made for its grants"));
    }
    if let Some(reasons) = pool.uncertain.as_ref().filter(|_| whys.is_empty()) {
        whys.push(reasons.because());
        decides.extend(reasons.decides());
    }
    let reason = format!("whether {name} has {} is not known: {}", list(&roles), whys.join("; "));
    let (address, place) = place_of(account, pool);
    let finding: Finding = whys
        .into_iter()
        .fold(RULE.finding(format!("whether {name} has {} is not known", list(&roles))), |draft, why| draft.help(why))
        .level(Level::Warning)
        .cluster(cluster)
        .at(&address, &place, "its grants are not all here");
    Answer::undecided(reason, decides, vec![finding])
}
