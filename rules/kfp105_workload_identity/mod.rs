//! KFP105 workload-identity: half-configured, or a binding for an account that Kubeflow Pipelines does not use.

use super::support::{unless_autopilot, worse};
use crate::base::suggest::suggest;
use crate::catalog::kfp::identities;
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::grant::Grant;
use crate::graph::pool::{Pool, PoolKind};
use crate::graph::workload::WorkloadBinding;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP105",
    name: "workload-identity",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: Some(find),
};

const POOL: &str = "write in the cluster:\nworkload_identity_config {\n  workload_pool = \"PROJECT.svc.id.goog\"\n}";

fn answer(cx: &Context, cluster: &Cluster) -> Answer {
    let bindings = cx.found.iter().map(|f| Answer::unmet(f.message.as_str(), Vec::new()));
    let halves = unless_autopilot(cluster, || judge(cx, cluster));
    bindings.fold(halves, worse)
}

fn find(cx: &Context) -> Vec<Finding> {
    cx.graph.grants_in_time().filter_map(|g| strange(g, &cx.graph.profile.namespace)).collect()
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
        return Answer::undecided(reason, reasons.decides(), Vec::new());
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
            let reason = "Workload Identity is configured in half";
            Answer::unmet(reason, pools.iter().map(|p| halved(cluster, p, on)).collect())
        }
    }
}

fn halved(cluster: &Cluster, pool: &Pool, on: bool) -> Finding {
    let block = pool.config.as_ref().and_then(|c| c.block("workload_metadata_config"));
    let place = block.map_or_else(|| pool.count_place(), |b| b.place("mode"));
    let (message, help, label) = match on {
        true => (
            format!("{} has Workload Identity, but the nodes of {} shut it off", cluster.address(), pool.title()),
            "write `mode = \"GKE_METADATA\"`".to_string(),
            "pods on these nodes see the node's account",
        ),
        false => (
            format!(
                "the nodes of {} ask for Workload Identity, which {} does not have",
                pool.title(),
                cluster.address()
            ),
            POOL.to_string(),
            "needs workload_identity_config in the cluster",
        ),
    };
    RULE.finding(message).cluster(cluster).help(help).at(&pool.address, &place, label)
}

/// Whether a grant binds an account of Kubeflow Pipelines in this cluster's own pool.
fn bound(cx: &Context, cluster: &Cluster, grant: &Grant) -> bool {
    let own = |pool: &str| cluster.project().as_str().map_or(cx.graph.clusters.len() == 1, |project| project == pool);
    let ours = |b: &WorkloadBinding| *b.namespace == *cx.graph.profile.namespace && own(b.project);
    grant.uncertain.is_none() && grant.workload_bindings().any(|b| ours(&b))
}

fn poolless(cx: &Context, cluster: &Cluster) -> Finding {
    let message = format!(
        "{} has no Workload Identity, but accounts in {} are bound to it",
        cluster.address(),
        cx.graph.profile.namespace
    );
    let bindings = cx.graph.grants_in_time().filter(|g| bound(cx, cluster, g));
    let draft = RULE.finding(message).cluster(cluster).help(POOL);
    let draft = bindings.fold(draft, |draft, g| draft.related(&g.members_place(), "bound here"));
    draft.at(cluster.address(), &cluster.view.own_place(), "no workload_identity_config")
}

/// A binding of a Kubernetes account in Kubeflow Pipelines' namespace that it does not use.
fn strange(grant: &Grant, namespace: &str) -> Option<Finding> {
    let own = grant.workload_bindings().filter(|b| b.namespace == namespace);
    let strange = own.map(|b| b.name).find(|name| !identities().any(|i| i.ksa == name.as_str()))?;
    let near = suggest(&strange, identities().map(|i| i.ksa)).filter(|_| !strange.is_hidden());
    let near = near.unwrap_or("pipeline-runner");
    let finding = RULE
        .finding(format!(
            "{} binds {namespace}/{strange}, which Kubeflow Pipelines does not run as",
            grant.resource.address
        ))
        .help(format!("its steps run as \"{namespace}/pipeline-runner\"; did you mean \"{namespace}/{near}\"?"))
        .at(&grant.resource.address, &grant.members_place(), "no Kubernetes account of Kubeflow Pipelines");
    Some(finding)
}
