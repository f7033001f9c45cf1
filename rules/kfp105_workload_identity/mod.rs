//! KFP105 workload-identity: half-configured, or a binding for an account that Kubeflow Pipelines does not use.

mod bindings;

use super::support::worse;
use crate::diagnostic::{Finding, Level};
use crate::graph::Graph;
use crate::graph::cluster::Cluster;
use crate::graph::grant::Grant;
use crate::graph::pool::{Pool, PoolKind};
use crate::graph::workload::WorkloadBinding;
use crate::graph::write::Advice;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP105",
    name: "workload-identity",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: Some(|cx| bindings::find(cx.graph)),
};

/// The cluster's own identity pool, as an argument's value; with a word in place of a project that is not known.
fn identity_pool(cluster: &Cluster) -> String {
    format!("\"{}.svc.id.goog\"", cluster.shown_project().as_deref().unwrap_or("PROJECT_ID"))
}

/// Where to write it: nowhere without the project.
fn own_pool(cx: &Context, cluster: &Cluster) -> Advice {
    let pool = identity_pool(cluster);
    let advice = cx.graph.advise_block(&cluster.view, "workload_identity_config", "workload_pool", &pool);
    Advice { edit: advice.edit.filter(|_| cluster.shown_project().is_some()), ..advice }
}

fn answer(cx: &Context, cluster: &Cluster) -> Answer {
    let bindings = cx.found.iter().map(|f| Answer::unmet(f.message.as_str(), Vec::new()));
    let halves = match cluster.autopilot.is_true() {
        true => Answer::met("an Autopilot cluster always has Workload Identity"),
        false => judge(cx, cluster),
    };
    bindings.fold(pool_of_other(cluster).unwrap_or(halves), worse)
}

/// The cluster's own identity pool is that of its project, or of its fleet's.
fn pool_of_other(cluster: &Cluster) -> Option<Answer> {
    let own = Graph::identity_projects(cluster)?;
    let (_, others) = own.split_first()?;
    if others.is_empty() || cluster.view.block("fleet").is_some() {
        return None;
    }
    let block = cluster.view.block("workload_identity_config")?;
    let pool = identity_pool(cluster);
    let finding = RULE
        .finding(format!("the identity pool of {} is that of another project", cluster.address()))
        .cluster(cluster)
        .help(format!("write `workload_pool = {pool}`"))
        .write(block.replace("workload_pool", &pool).filter(|_| cluster.shown_project().is_some()))
        .at(cluster.address(), &block.place("workload_pool"), "GKE takes the pool of the cluster's own project");
    Some(Answer::unmet("the cluster's identity pool is that of another project", vec![finding]))
}

/// What a pool says of its metadata server.
fn mode(pool: &Pool) -> Option<String> {
    let block = pool.config.as_ref()?.block("workload_metadata_config")?;
    let text = block.text("mode").or_else(|| block.text("node_metadata"))?;
    text.known().map(|m| m.as_str().to_string())
}

fn judge(cx: &Context, cluster: &Cluster) -> Answer {
    let Some(on) = cluster.workload_identity.known().copied() else {
        let reasons = cluster.workload_identity.reasons().cloned().unwrap_or_default();
        let reason = format!("whether the cluster has Workload Identity is not known: {}", reasons.because());
        return Answer::undecided(reason, &reasons, Vec::new());
    };
    let half = |pool: &&Pool| match mode(pool).as_deref() {
        Some("GKE_METADATA" | "GKE_METADATA_SERVER") => !on,
        Some("GCE_METADATA" | "EXPOSE") => on,
        _ => false,
    };
    let pools: Vec<&Pool> = cluster.pools.iter().filter(|p| p.kind != PoolKind::AutoProvisioned).filter(half).collect();
    match (pools.is_empty(), on) {
        (true, true) => Answer::met("the cluster has Workload Identity and no pool shuts it off"),
        (true, false) if cx.graph.grants_in_time().any(|g| bound(cx, cluster, g)) => {
            let finding = poolless(cx, cluster);
            Answer::unmet(finding.message.clone(), vec![finding])
        }
        (true, false) => Answer::not_applicable("no workload_identity_config: pods use the nodes' account"),
        (false, _) => {
            let reason = "Workload Identity is only partly configured";
            Answer::unmet(reason, pools.iter().map(|p| halved(cx, cluster, p, on)).collect())
        }
    }
}

fn halved(cx: &Context, cluster: &Cluster, pool: &Pool, on: bool) -> Finding {
    let block = pool.config.as_ref().and_then(|c| c.block("workload_metadata_config"));
    let place = block.as_ref().map_or_else(|| pool.count_place(), |b| b.place("mode"));
    let (message, help, edit, label) = match on {
        true => (
            format!("{} has Workload Identity, but the nodes of {} shut it off", cluster.address(), pool.title()),
            "write `mode = \"GKE_METADATA\"`".to_string(),
            block.as_ref().and_then(|b| b.replace("mode", "\"GKE_METADATA\"")),
            "pods on these nodes see the node's account",
        ),
        false => {
            let (nodes, address) = (pool.title(), cluster.address());
            let own = own_pool(cx, cluster);
            (
                format!("the nodes of {nodes} ask for Workload Identity, which {address} does not have"),
                own.help(" in the cluster"),
                own.edit,
                "needs workload_identity_config in the cluster",
            )
        }
    };
    RULE.finding(message).cluster(cluster).help(help).write(edit).at(&pool.address, &place, label)
}

/// Whether a grant binds an account of Kubeflow Pipelines in this cluster's own pool.
fn bound(cx: &Context, cluster: &Cluster, grant: &Grant) -> bool {
    let is_own =
        |pool: &str| cluster.project().as_str().map_or(cx.graph.clusters.len() == 1, |project| project == pool);
    let ours = |b: &WorkloadBinding| *b.namespace == *cx.graph.profile.namespace && is_own(b.project);
    grant.uncertain.is_none() && grant.binds_workloads() && grant.workload_bindings().any(|b| ours(&b))
}

fn poolless(cx: &Context, cluster: &Cluster) -> Finding {
    let message = format!(
        "{} has no Workload Identity, but accounts in {} are bound to it",
        cluster.address(),
        cx.graph.profile.namespace
    );
    let bindings = cx.graph.grants_in_time().filter(|g| bound(cx, cluster, g));
    let pool = own_pool(cx, cluster);
    let draft = RULE.finding(message).cluster(cluster).help(pool.help(" in the cluster")).write(pool.edit);
    let draft = bindings.fold(draft, |draft, g| draft.related(&g.members_place(), "bound here"));
    draft.at(cluster.address(), &cluster.view.own_place(), "no workload_identity_config")
}
