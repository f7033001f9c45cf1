//! Bindings of Kubernetes accounts in Kubeflow Pipelines' namespace that do not do what they seem to.

use super::RULE;
use crate::base::suggest::suggest;
use crate::catalog::kfp::identities;
use crate::diagnostic::Finding;
use crate::graph::Graph;
use crate::graph::fact::Fact;
use crate::graph::grant::Grant;
use crate::graph::text::Text;
use crate::graph::workload::{ANNOTATION, KubernetesAccount, WorkloadBinding};
use std::collections::BTreeSet;

/// All of them, one for a grant.
pub fn find(graph: &Graph) -> Vec<Finding> {
    let namespace = &*graph.profile.namespace;
    let pools = pools(graph);
    let judge = |grant: &Grant| {
        let mut own = grant.workload_bindings().filter(|binding| binding.namespace == namespace);
        own.find_map(|binding| {
            let of_other = pools.as_ref().and_then(|pools| foreign(grant, &binding, pools));
            of_other.or_else(|| strange(graph, grant, &binding)).or_else(|| annotated(graph, grant, &binding))
        })
    };
    graph.grants_in_time().filter_map(judge).collect()
}

/// The projects whose identity pools the clusters here have; `None` where that is not known of one, or none is here.
fn pools(graph: &Graph) -> Option<BTreeSet<Text>> {
    let of = |cluster| Graph::identity_projects(cluster);
    let all = graph.clusters.iter().map(of).collect::<Option<Vec<_>>>()?;
    Some(all.concat().into_iter().collect()).filter(|all: &BTreeSet<Text>| !all.is_empty())
}

/// A binding in the identity pool of a project that no cluster here is in.
fn foreign(grant: &Grant, binding: &WorkloadBinding, pools: &BTreeSet<Text>) -> Option<Finding> {
    if pools.iter().any(|pool| pool.as_str() == binding.project) {
        return None;
    }
    let address = &grant.resource.address;
    let draft = RULE.finding(format!("{address} binds an account in an identity pool that no cluster here has"));
    let (namespace, is_hidden) = (binding.namespace, binding.name.is_hidden());
    let draft = match pools.first().filter(|own| !is_hidden && !own.is_hidden()) {
        Some(own) => draft.help(format!("the pool of the cluster is {own}.svc.id.goog; its members are \"serviceAccount:{own}.svc.id.goog[{namespace}/{}]\"", binding.name)),
        None => draft,
    };
    Some(draft.at(address, &grant.members_place(), "the identity pool of another project"))
}

/// A binding of an account that Kubeflow Pipelines does not use and the configuration does not make for runs.
fn strange(graph: &Graph, grant: &Grant, binding: &WorkloadBinding) -> Option<Finding> {
    let name = &binding.name;
    let is_made = || graph.kubernetes_accounts.iter().any(|account| !account.is(binding).is_false());
    if identities().any(|i| i.ksa == name.as_str()) || is_made() {
        return None;
    }
    let namespace = binding.namespace;
    let near = suggest(name, identities().map(|i| i.ksa)).filter(|_| !name.is_hidden());
    let near = near.unwrap_or("pipeline-runner");
    let message =
        format!("{} binds {namespace}/{name}, which Kubeflow Pipelines does not run as", grant.resource.address);
    let finding = RULE
        .finding(message)
        .help(format!("its steps run as \"{namespace}/pipeline-runner\"; did you mean \"{namespace}/{near}\"?"))
        .at(&grant.resource.address, &grant.members_place(), "no Kubernetes account of Kubeflow Pipelines");
    Some(finding)
}

/// A binding to another Google account than the one that the Kubernetes account's annotation names.
fn annotated(graph: &Graph, grant: &Grant, binding: &WorkloadBinding) -> Option<Finding> {
    let made = graph
        .kubernetes_accounts
        .iter()
        .find(|account| account.is(binding).is_true())
        .filter(|_| grant.binds_workloads())?;
    let others =
        || graph.grants_in_time().filter(|g| g.binds_workloads() && g.workload_bindings().any(|b| b == *binding));
    if others().any(|other| !names(graph, made, other).is_false()) {
        return None;
    }
    let name = format!("{}/{}", binding.namespace, binding.name);
    let named = made.acts_as.as_ref().and_then(Text::of);
    let message = match &named {
        Some(email) => {
            format!("{} binds {name}, whose annotation names another account, {email}", grant.resource.address)
        }
        None => format!("{} binds {name}, which has no annotation {ANNOTATION}", grant.resource.address),
    };
    let finding = RULE
        .finding(message)
        .related(&made.view.own_place(), "the Kubernetes service account")
        .help(format!(
            "give it the annotation `{ANNOTATION}`, with the e-mail address of the account that it is bound to"
        ))
        .at(&grant.resource.address, &grant.members_place(), "pods of this account do not act as the bound one");
    Some(finding)
}

/// Whether a Kubernetes account's annotation names the account that a grant is made on.
fn names(graph: &Graph, made: &KubernetesAccount, grant: &Grant) -> Fact<bool> {
    let Some(named) = &made.acts_as else {
        let elsewhere = graph.types.managed("kubernetes_annotations").next().is_some();
        return if made.has_all && !elsewhere { Fact::Known(false) } else { Fact::Unknown(Default::default()) };
    };
    let mut bound = graph.accounts.iter().filter(|account| graph.is_target(account, grant).is_true());
    match (bound.next(), named.as_str(), grant.target.as_str()) {
        (Some(account), ..) => account.is(named, || &made.refs),
        (None, Some(named), Some(target)) => {
            Fact::Known(target.to_ascii_lowercase().ends_with(&named.to_ascii_lowercase()))
        }
        _ => Fact::Unknown(Default::default()),
    }
}
