//! What KFP001 says where the number of nodes is not known.

use super::{CAUSES, RULE};
use crate::cty::value::Reasons;
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::pool::Pool;
use crate::graph::view::AttributePlace;
use crate::rule::Answer;
use crate::rules::support::{is_by_facts, last, of_all_nodes, together};

/// A cluster of which only pools are here.
pub fn elsewhere(cluster: &Cluster, reasons: &Reasons) -> Answer {
    let answer = of_all_nodes(cluster, || Answer::met(""));
    let Some(pool) = last(&cluster.pools) else { return answer };
    let message = format!(
        "whether cluster {} has {} nodes that qualify is not known: this configuration has only pools of it",
        cluster.address(),
        cluster.profile.nodes
    );
    let draft = RULE.finding(message).level(Level::Warning).cluster(cluster).reasons(reasons);
    let help = "check it together with the root module that creates the cluster, or check the live cluster: `gcloud container clusters describe`";
    answer.with(draft.help(help).at(
        &pool.address,
        &pool.view.place("cluster"),
        "this configuration does not create this cluster",
    ))
}

/// Whether enough nodes qualify is not known; with `by_auto`, auto-provisioning may make them.
pub fn undecided(cluster: &Cluster, by_auto: bool) -> Answer {
    let least = cluster.profile.nodes;
    let open: Vec<&Pool> = cluster.pools.iter().filter(|p| !open_reasons(p).is_empty()).collect();
    let mut reasons = together(open.iter().map(|p| open_reasons(p)).collect::<Vec<_>>().iter());
    if by_auto {
        let auto = &cluster.auto_provisioning;
        reasons =
            reasons.union(&cluster.provisioned().reasons).union(&auto.enabled.reasons().cloned().unwrap_or_default());
    }
    if let Some(elsewhere) = &cluster.pools_elsewhere {
        reasons = reasons.union(elsewhere);
    }
    let reason = format!("whether {least} nodes qualify is not known: {}", reasons.because());
    let finding = finding_undecided(cluster, last(open), &reasons);
    let answer = Answer::undecided(reason, &reasons, vec![finding]);
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
