//! KFP006 leftover-default-pool: separate pools beside a default pool that was not removed.

use super::support::of_all_nodes;
use crate::base::source::Span;
use crate::diagnostic::{Edit, Fix, Level};
use crate::graph::cluster::Cluster;
use crate::graph::pool::{Pool, PoolKind};
use crate::rule::{Answer, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP006",
    name: "leftover-default-pool",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(|_, cluster| of_all_nodes(cluster, || judge(cluster))),
    root: None,
};

fn judge(cluster: &Cluster) -> Answer {
    let of = |kind: PoolKind| cluster.pools.iter().filter(move |p| p.kind == kind);
    if cluster.removes_default_pool.is_true() {
        return Answer::met("remove_default_node_pool = true");
    }
    let Some(default) = of(PoolKind::Default).next() else {
        return Answer::not_applicable("node_pool blocks take the default pool's place");
    };
    let separate: Vec<&Pool> = of(PoolKind::Separate).collect();
    let certain = separate.iter().find(|p| p.uncertain.is_none());
    if separate.is_empty() {
        return Answer::met("the default pool is the only one");
    }
    let open = default.uncertain.clone().or_else(|| separate.iter().find_map(|p| p.uncertain.clone()));
    match (certain, default.uncertain.is_none(), open) {
        (Some(pool), true, _) => unmet(cluster, pool),
        (_, _, open) => {
            let reasons = open.unwrap_or_default();
            let reason =
                format!("whether a default pool stays in addition to other pools is not known: {}", reasons.because());
            Answer::undecided(reason, &reasons, Vec::new())
        }
    }
}

fn unmet(cluster: &Cluster, pool: &Pool) -> Answer {
    let place = cluster.view.place("remove_default_node_pool");
    let message = format!("{} still has its default pool in addition to {}", cluster.address(), pool.address);
    let mut finding = RULE
        .finding(message)
        .cluster(cluster)
        .related(&pool.view.own_place(), "the separate pool")
        .help(match is_needed(cluster) {
            true => format!(
                "give the other pools {} nodes that qualify, and then remove the default pool with `remove_default_node_pool = true`",
                cluster.profile.nodes
            ),
            false => "write `remove_default_node_pool = true` in the cluster: GKE then deletes the default pool".into(),
        })
        .at(cluster.address(), &place, "the default pool is not removed");
    finding.fixes.extend(fix(cluster).filter(|_| !is_needed(cluster)));
    Answer::unmet("the cluster has separate pools, and its default pool is not removed", vec![finding])
}

/// Whether too few nodes qualify without the default pool, so that to remove it brings another fault.
fn is_needed(cluster: &Cluster) -> bool {
    let others = cluster.pools.iter().filter(|p| p.kind != PoolKind::Default && p.counts().is_true());
    let without: u64 = others.map(|p| p.nodes.ceiling.min).sum();
    let provisioned = cluster.auto_provisioning.enabled.is_true() && cluster.provisioned().min >= cluster.profile.nodes;
    let enough = |nodes: u64| nodes >= cluster.profile.nodes;
    let default = cluster.pools.iter().find(|p| p.kind == PoolKind::Default);
    default.is_some_and(|p| p.counts().is_true()) && !enough(without) && !provisioned
}

/// Sets a literal `false`, or adds the argument before the end of the block.
fn fix(cluster: &Cluster) -> Option<Fix> {
    let edit = match cluster.view.written("remove_default_node_pool") {
        Some(written) => Edit { span: written.span?, text: "true".into() },
        None => {
            let block = cluster.resource.span?;
            let before_brace = block.end.checked_sub(1)?;
            let span = Span::new(block.file, before_brace, before_brace);
            Edit { span, text: "  remove_default_node_pool = true\n".into() }
        }
    };
    Some(Fix::unsafe_edit("remove the default pool".into(), edit))
}
