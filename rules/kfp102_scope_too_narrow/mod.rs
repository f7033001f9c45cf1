//! KFP102 scope-too-narrow: a custom service account whose node scopes shut off what its required roles grant.

use super::support::{list, together, unless_autopilot_decides};
use crate::catalog::scope::{self, CLOUD_PLATFORM, OauthScope};
use crate::cty::value::Reasons;
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::machine::Account;
use crate::graph::pool::Pool;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP102",
    name: "scope-too-narrow",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(|cx, cluster| unless_autopilot_decides(cluster, || judge(cx, cluster))),
    root: None,
};

/// The scope for monitoring alone.
const MONITORING: &str = "monitoring";
/// What each required role is for, the scope that is enough for it, and whether a scope allows it.
type Need = (&'static str, &'static str, fn(&OauthScope) -> bool);
const NEEDS: [Need; 4] = [
    ("roles/logging.logWriter", "logging-write", |s| s.log_write),
    ("roles/monitoring.metricWriter", MONITORING, |s| s.metric_write),
    ("roles/monitoring.viewer", MONITORING, |s| s.metric_read),
    ("roles/storage.objectViewer", "storage-ro", |s| s.storage_read),
];

/// The needs that a pool's scopes shut off, and why others are open.
fn shut_off(pool: &Pool) -> (Vec<&'static Need>, Option<Reasons>) {
    let mut shut = Vec::new();
    let mut open: Option<Reasons> = None;
    for need in &NEEDS {
        let allows = pool.scopes.any(|url| scope::scope(url).is_some_and(|s| need.2(&s)));
        match &allows {
            Fact::Known(true) => {}
            Fact::Known(false) => shut.push(need),
            other => open = Some(open.unwrap_or_default().union(&other.reasons().cloned().unwrap_or_default())),
        }
    }
    (shut, open)
}

fn judge(cx: &Context, cluster: &Cluster) -> Answer {
    let pools = cluster.landing_pools();
    let custom: Vec<&Pool> = pools.into_iter().filter(|p| p.account.known() != Some(&Account::Default)).collect();
    if custom.is_empty() {
        return Answer::not_applicable("no pool has a custom service account");
    }
    let (mut findings, mut shut_names, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for pool in custom {
        let (shut, unknown) = shut_off(pool);
        let doubt = pool.uncertain.as_ref().or(pool.account.reasons());
        if let (false, Some(reasons)) = (shut.is_empty(), doubt) {
            open.push((pool, reasons.clone()));
        } else if !shut.is_empty() {
            shut_names.extend(shut.iter().map(|n| n.0.to_string()));
            findings.push(finding(cx, cluster, pool, &shut));
        } else if let Some(reasons) = unknown {
            open.push((pool, reasons));
        }
    }
    if !findings.is_empty() {
        shut_names.sort();
        shut_names.dedup();
        return Answer::unmet(format!("the node scopes shut off {}", list(&shut_names)), findings);
    }
    let Some((pool, _)) = open.first() else {
        return Answer::met("the node scopes let the service account use its required roles");
    };
    let reasons = together(open.iter().map(|(_, r)| r));
    let reason = format!("whether the node scopes are wide enough is not known: {}", reasons.because());
    let message = format!("whether the scopes of {} let its service account use its roles is not known", pool.title());
    let draft = RULE.finding(message).level(Level::Warning).cluster(cluster).reasons(&reasons);
    let finding = draft.at(&pool.address, &pool.place("oauth_scopes"), "this decides");
    Answer::undecided(reason, &reasons, vec![finding])
}

fn finding(cx: &Context, cluster: &Cluster, pool: &Pool, shut: &[&Need]) -> Finding {
    let roles: Vec<String> = shut.iter().map(|n| n.0.to_string()).collect();
    let mut scopes: Vec<String> = shut.iter().map(|n| format!("\"{}\"", n.1)).collect();
    scopes.dedup();
    let message = format!("the scopes of {} shut off what {} grant its service account", pool.title(), list(&roles));
    // Pipelines run without metrics of their nodes.
    let is_serious = shut.iter().any(|need| need.1 != MONITORING);
    let advice = cx.graph.advise_nodes(pool, "oauth_scopes", &format!("[\"{CLOUD_PLATFORM}\"]"));
    RULE.finding(message)
        .level(if is_serious { Level::Error } else { Level::Warning })
        .cluster(cluster)
        .help(format!("{}: with a service account of its own, IAM alone decides", advice.help("")))
        .write(advice.edit)
        .help(format!("or add the scopes {}", list(&scopes)))
        .at(&pool.address, &pool.place("oauth_scopes"), "too narrow for the account's roles")
}
