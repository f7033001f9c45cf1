//! Kubernetes service accounts that Workload Identity gives rights: as a Google account, or directly.

use super::Graph;
use super::access::{Elsewhere, NodeAccount};
use super::account::ServiceAccount;
use super::cluster::Cluster;
use super::fact::Fact;
use super::grant::{Grant, GrantLevel};
use super::text::Text;
use super::types::ByType;
use super::view::View;
use crate::catalog::gke::last_part;
use crate::catalog::kfp::identities;
use crate::cty::functions::yaml_documents;
use crate::cty::value::{OpenText, Value};
use crate::plan::ResolvedReference;

/// The annotation of a Kubernetes account that names the Google account that it acts as (GKE: Workload Identity).
pub const ANNOTATION: &str = "iam.gke.io/gcp-service-account";
/// The role that lets a Kubernetes account act as a Google one.
const USER: &str = "roles/iam.workloadIdentityUser";
/// What the identity pool of a project's clusters ends with, after the project.
const POOL: &str = ".svc.id.goog";

/// A Kubernetes service account that a grant has as a member.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkloadBinding<'g> {
    /// The project whose workload pool it is in.
    pub project: &'g str,
    /// Its namespace.
    pub namespace: &'g str,
    /// Its name.
    pub name: Text,
}

impl<'g> WorkloadBinding<'g> {
    /// Reads `serviceAccount:PROJECT.svc.id.goog[NAMESPACE/NAME]` and
    /// `principal://iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/PROJECT.svc.id.goog/subject/ns/NAMESPACE/sa/NAME`.
    fn of(member: &'g Value) -> Option<WorkloadBinding<'g>> {
        let text = member.as_str()?;
        let (pool, namespace, name) = match text.strip_prefix("principal://iam.googleapis.com/") {
            Some(path) => {
                let (_, of) = path.split_once("/workloadIdentityPools/")?;
                let (pool, account) = of.split_once("/subject/ns/")?;
                let (namespace, name) = account.split_once("/sa/")?;
                (pool, namespace, name)
            }
            None => {
                let (pool, account) = text.strip_prefix("serviceAccount:")?.strip_suffix(']')?.split_once('[')?;
                let (namespace, name) = account.split_once('/')?;
                (pool, namespace, name)
            }
        };
        let name = Text::new(name, member.marks.is_hidden());
        Some(WorkloadBinding { project: pool.strip_suffix(POOL)?, namespace, name })
    }
}

impl Grant<'_> {
    /// The Kubernetes accounts among its members.
    pub fn workload_bindings(&self) -> impl Iterator<Item = WorkloadBinding<'_>> {
        self.members.iter().filter_map(WorkloadBinding::of)
    }
}

/// A Kubernetes service account that the configuration makes.
#[derive(Clone, Debug)]
pub struct KubernetesAccount<'p> {
    /// The resource that makes it.
    pub view: View<'p>,
    /// Its namespace.
    pub namespace: Fact<Text>,
    /// Its name.
    pub name: Fact<Text>,
    /// The Google account that its annotation names; `None` where it has no such annotation.
    pub acts_as: Option<Value>,
    /// Whether all its annotations are known.
    pub has_all: bool,
    /// The resources that its annotations refer to.
    pub refs: Vec<ResolvedReference>,
}

/// The Kubernetes service accounts that the configuration makes.
pub fn accounts<'p>(types: &ByType<'p>) -> Vec<KubernetesAccount<'p>> {
    let own = ["kubernetes_service_account", "kubernetes_service_account_v1"];
    let own = own.iter().flat_map(|name| types.managed(name)).filter_map(|r| of_resource(View::of(r)));
    let manifests = [("kubernetes_manifest", "manifest"), ("kubectl_manifest", "yaml_body")];
    let manifests = manifests
        .into_iter()
        .flat_map(|(name, argument)| types.managed(name).filter_map(move |r| of_manifest(View::of(r), argument)));
    own.chain(manifests).collect()
}

fn of_resource(view: View) -> Option<KubernetesAccount> {
    let metadata = view.block("metadata")?;
    let annotations = metadata.value("annotations");
    let namespace = metadata.text("namespace").unwrap_or_else(|| Fact::Known(Text::from("default")));
    let (name, refs) = (metadata.text("name")?, metadata.references("annotations"));
    Some(KubernetesAccount {
        acts_as: annotations.as_ref().and_then(|all| all.get(ANNOTATION).cloned()),
        has_all: annotations.as_ref().is_none_or(|all| all.entries().is_some()),
        view,
        namespace,
        name,
        refs,
    })
}

fn of_manifest<'p>(view: View<'p>, argument: &'static str) -> Option<KubernetesAccount<'p>> {
    let value = view.value(argument)?;
    let documents = value.as_str().and_then(|text| yaml_documents(text).ok());
    let manifest = documents.map_or_else(|| Some(value.clone()), |all| all.into_iter().next().map(|(_, v)| v))?;
    if manifest.get("kind").and_then(Value::as_str)? != "ServiceAccount" {
        return None;
    }
    let metadata = manifest.get("metadata")?;
    let annotations = metadata.get("annotations").filter(|all| !all.is_null());
    let text = |name: &str| metadata.get(name).filter(|v| !v.is_null()).map(super::view::text_of);
    Some(KubernetesAccount {
        acts_as: annotations.and_then(|all| all.get(ANNOTATION).cloned()),
        has_all: annotations.is_none_or(|all| all.entries().is_some()),
        namespace: text("namespace").unwrap_or_else(|| Fact::Known(Text::from("default"))),
        name: text("name")?,
        refs: view.references(argument),
        view,
    })
}

impl KubernetesAccount<'_> {
    /// Whether it is, or may be, the one that a grant binds.
    pub fn is(&self, binding: &WorkloadBinding) -> Fact<bool> {
        let namespace = self.namespace.judge(|own| Fact::Known(**own == *binding.namespace));
        namespace.and(&self.name.judge(|own| Fact::Known(*own == binding.name)))
    }
}

impl<'p> Graph<'p> {
    /// The projects whose identity pools a cluster takes accounts from: its own first, that of its `workload_pool`, and that
    /// of its fleet. `None` where one is not known.
    pub fn identity_projects(cluster: &Cluster) -> Option<Vec<Text>> {
        let mut all = vec![Text::of(&cluster.project())?];
        let pool = cluster.view.block("workload_identity_config").and_then(|block| block.value("workload_pool"));
        let fleet = cluster.view.block("fleet").and_then(|block| block.value("project"));
        let named = [
            pool.map(|pool| Text::of(&pool).and_then(|pool| Some(pool.derive(pool.strip_suffix(POOL)?)))),
            fleet.map(|project| Text::of(&project)),
        ];
        for project in named.into_iter().flatten() {
            let project = project?;
            if !all.contains(&project) {
                all.push(project);
            }
        }
        Some(all)
    }

    /// Whether an account is the one that a grant on an account is made on.
    pub fn is_target(&self, account: &ServiceAccount, grant: &Grant) -> Fact<bool> {
        let email = grant.target.as_str().map(|target| Value::string(last_part(target)));
        account.is(email.as_ref().unwrap_or(&grant.target), || grant.target_refs())
    }

    /// The accounts made here that Kubernetes accounts of a namespace may act as, with the grants that let them.
    pub fn bound_accounts<'g>(
        &'g self,
        namespace: &'g str,
    ) -> impl Iterator<Item = (&'g ServiceAccount<'p>, &'g Grant<'p>)> {
        let binds = move |g: &&Grant| g.binds_workloads() && g.workload_bindings().any(|b| b.namespace == namespace);
        self.grants_in_time().filter(binds).filter_map(|grant| {
            let account = self.accounts.iter().find(|account| self.is_target(account, grant).is_true())?;
            Some((account, grant))
        })
    }
}

impl Grant<'_> {
    /// Whether a member is surely a Kubernetes account itself: `principal://…/subject/ns/NAMESPACE/sa/NAME`, or all of a
    /// namespace or cluster.
    pub fn has_workload_principal(&self) -> bool {
        self.members.iter().filter_map(OpenText::of).any(|member| {
            let one = member.text.starts_with("principal://") && member.text.contains("/subject/ns/");
            let some = member.text.starts_with("principalSet://") && member.text.contains(".svc.id.goog/");
            one || some
        })
    }

    /// Whether it lets Kubernetes accounts act as the account that it is on.
    pub fn binds_workloads(&self) -> bool {
        self.level == GrantLevel::ServiceAccount && self.role.known().is_some_and(|role| &**role == USER)
    }

    /// Whether those may be ones that Kubeflow Pipelines runs as: what is not known of a member may be so.
    pub fn may_bind_pipelines(&self) -> bool {
        let may = |member: &Value| {
            let Some(member) = OpenText::of(member) else { return true };
            let account = member.text.split_once(".svc.id.goog[").and_then(|(_, account)| account.split_once('/'));
            let Some((_, name)) = account else { return !member.is_known() };
            let name = name.trim_end_matches(']');
            !member.value_of(name).is_known() || identities().any(|identity| identity.ksa == name)
        };
        self.binds_workloads() && (self.open_members.is_some() || self.members.iter().any(may))
    }
}

impl<'p> Graph<'p> {
    /// The account that a grant is on.
    pub fn granted_account<'g>(&'g self, grant: &Grant<'p>) -> NodeAccount<'g, 'p> {
        let email = grant.target.as_str().map_or_else(|| grant.target.clone(), |text| Value::string(last_part(text)));
        for account in self.may_be(&email) {
            match account.is(&email, || grant.target_refs()) {
                Fact::Known(true) => return NodeAccount::Here(account),
                Fact::Known(false) => {}
                Fact::OneOf(_, reasons) | Fact::Unknown(reasons) => return NodeAccount::Unknown(reasons),
            }
        }
        let title = Text::of(&email).unwrap_or_else(|| Text::from("another account"));
        NodeAccount::Elsewhere(Elsewhere { email, refs: grant.target_refs(), title })
    }
}
