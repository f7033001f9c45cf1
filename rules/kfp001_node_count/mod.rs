//! KFP001 node-count: fewer than three nodes that qualify.

mod text;

use super::support::{count, is_by_facts, last, nodes, together, unless_autopilot};
use crate::cty::value::{HIDDEN, Reasons};
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::pool::Pool;
use crate::graph::view::AttributePlace;
use crate::rule::{Answer, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP001",
    name: "node-count",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(|_, cluster| unless_autopilot(cluster, || judge(cluster))),
    root: None,
};

/// The rules that find why enough nodes do not qualify.
const CAUSES: [&str; 5] = ["KFP002", "KFP003", "KFP007", "KFP009", "KFP010"];

fn judge(cluster: &Cluster) -> Answer {
    let least = cluster.profile.nodes;
    let auto = &cluster.auto_provisioning;
    let sum = count(cluster);
    if sum.floor >= least {
        return Answer::met(format!("{} qualify", nodes(sum.floor, sum.hidden)));
    }
    if sum.ceiling >= least {
        let most = nodes(sum.ceiling, sum.hidden);
        let always = if sum.hidden { HIDDEN.into() } else { sum.floor.to_string() };
        return Answer::met(format!("the autoscaler may grow the pools to {most} that qualify ({always} always)"));
    }
    if auto.enabled.is_true() && auto.nodes.min >= least {
        return Answer::met(format!(
            "node auto-provisioning may add up to {} of {}",
            nodes(auto.nodes.min, auto.nodes.hidden),
            cluster.profile.machine("and")
        ));
    }
    let by_auto = !auto.enabled.is_false() && auto.nodes.max.is_none_or(|n| n >= least);
    if by_auto || sum.most.is_none_or(|n| n >= least) {
        return undecided(cluster, by_auto);
    }
    unmet(cluster, sum.most.unwrap_or(0), sum.hidden)
}

/// The pool whose count decides: the last of those that qualify or may, else of all.
fn deciding<'a, 'p>(cluster: &'a Cluster<'p>) -> Option<&'a Pool<'p>> {
    let qualifying = cluster.pools.iter().filter(|p| !p.counts().is_false());
    last(qualifying).or_else(|| last(&cluster.pools))
}

fn unmet(cluster: &Cluster, found: u64, hidden: bool) -> Answer {
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
        let finding = RULE
            .finding(format!("{} has no node pool, but Kubeflow Pipelines needs {least} nodes", cluster.address()))
            .cluster(cluster)
            .help(text::new_pool(cluster))
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
    let mut draft = RULE.finding(message).cluster(cluster).help(text::raise(pool, least));
    for other in cluster.pools.iter().filter(|p| p.counts().is_false() && !p.is_empty()) {
        draft = draft.related(&other.place("machine_type"), format!("the nodes of {} do not count", other.title()));
    }
    let mut finding = draft.at(&pool.address, &place, label);
    finding.fixes.extend(text::fix(pool, least));
    finding.nodes_missing = (!hidden_all).then_some(least.saturating_sub(found));
    let answer = Answer::unmet(reason, vec![finding]);
    // Too few whatever their machines are is a fault of its own.
    if all.is_none_or(|all| all >= least) { answer.because_of(&CAUSES) } else { answer }
}

fn undecided(cluster: &Cluster, by_auto: bool) -> Answer {
    let least = cluster.profile.nodes;
    let open: Vec<&Pool> = cluster.pools.iter().filter(|p| !open_reasons(p).is_empty()).collect();
    let mut reasons = together(open.iter().map(|p| open_reasons(p)).collect::<Vec<_>>().iter());
    if by_auto {
        let auto = &cluster.auto_provisioning;
        reasons = reasons.union(&auto.nodes.reasons).union(&auto.enabled.reasons().cloned().unwrap_or_default());
    }
    if let Some(elsewhere) = &cluster.pools_elsewhere {
        reasons = reasons.union(elsewhere);
    }
    let reason = format!("whether {least} nodes qualify is not known: {}", reasons.because());
    let finding = finding_undecided(cluster, last(open), &reasons);
    let answer = Answer::undecided(reason, reasons.decides(), vec![finding]);
    // Facts that kfplint lacks are another rule's to find; an input is not.
    let by_input = by_auto || cluster.pools_elsewhere.is_some() || !is_by_facts(&reasons);
    if by_input { answer } else { answer.because_of(&CAUSES) }
}

/// Why the number of a pool's qualifying nodes is not known.
fn open_reasons(pool: &Pool) -> Reasons {
    let counts = pool.counts();
    match counts {
        Fact::Known(false) => Reasons::default(),
        _ if pool.is_empty() => Reasons::default(),
        _ => pool.nodes.ceiling.reasons.union(&counts.reasons().cloned().unwrap_or_default()),
    }
}

fn finding_undecided(cluster: &Cluster, pool: Option<&Pool>, reasons: &Reasons) -> Finding {
    let least = cluster.profile.nodes;
    let message = format!("whether {} has {least} nodes that qualify is not known", cluster.address());
    let draft = RULE.finding(message).level(Level::Warning).cluster(cluster).reasons(reasons);
    let (address, place) = match pool {
        Some(pool) if pool.counts().known().is_none() => (pool.address.as_str(), pool.place("machine_type")),
        Some(pool) => (pool.address.as_str(), pool.count_place()),
        None => (cluster.address(), AttributePlace { attribute: String::new(), ..cluster.view.own_place() }),
    };
    draft.at(address, &place, "this decides")
}
