//! KFP103 broad-access: full scope on the Compute Engine default service account.

use super::support::unless_autopilot;
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::machine::Account;
use crate::graph::pool::Pool;
use crate::rule::{Answer, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP103",
    name: "broad-access",
    level: Level::Note,
    page: include_str!("rule.md"),
    cluster: Some(|_, cluster| unless_autopilot(cluster, || judge(cluster))),
    root: None,
};

fn judge(cluster: &Cluster) -> Answer {
    let broad = |p: &&Pool| p.account.known() == Some(&Account::Default) && p.scopes.full().is_true();
    let pools: Vec<&Pool> = cluster.landing_pools().into_iter().filter(broad).collect();
    if pools.is_empty() {
        return Answer::met("no pool gives the full scope to the Compute Engine default service account");
    }
    let reason = "the Compute Engine default service account has the full scope";
    Answer::unmet(reason, pools.iter().map(|p| finding(cluster, p)).collect())
}

fn finding(cluster: &Cluster, pool: &Pool) -> Finding {
    RULE.finding(format!(
        "the nodes of {} have the full scope on the Compute Engine default service account",
        pool.title()
    ))
    .cluster(cluster)
    .help("this works; for least privilege, use a dedicated service account and grant it only what pipelines need")
    .at(&pool.address, &pool.place("oauth_scopes"), "more than Kubeflow Pipelines needs")
}
