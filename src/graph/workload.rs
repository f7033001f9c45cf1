//! Kubernetes service accounts that are bound to Google's by Workload Identity.

use super::Graph;
use super::access::{Elsewhere, NodeAccount};
use super::fact::Fact;
use super::grant::{Grant, GrantLevel};
use super::text::Text;
use crate::catalog::gke::last_part;
use crate::catalog::kfp::identities;
use crate::cty::value::{OpenText, Value};

/// A Kubernetes service account that a grant lets act as a Google one.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkloadBinding<'g> {
    /// The project whose workload pool it is in.
    pub project: &'g str,
    /// Its namespace.
    pub namespace: &'g str,
    /// Its name.
    pub name: Text,
}

impl Grant<'_> {
    /// The Kubernetes accounts that it binds, by members such as `serviceAccount:PROJECT.svc.id.goog[NAMESPACE/NAME]`.
    pub fn workload_bindings(&self) -> impl Iterator<Item = WorkloadBinding<'_>> {
        let binds = self.role.known().is_some_and(|r| &**r == "roles/iam.workloadIdentityUser");
        let members = self.members.iter().filter(move |_| binds);
        members.filter_map(|member| {
            let text = member.as_str()?.strip_prefix("serviceAccount:")?.strip_suffix(']')?;
            let (project, account) = text.split_once(".svc.id.goog[")?;
            let (namespace, name) = account.split_once('/')?;
            Some(WorkloadBinding { project, namespace, name: Text::new(name, member.marks.is_hidden()) })
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
        self.level == GrantLevel::ServiceAccount
            && self.role.known().is_some_and(|role| &**role == "roles/iam.workloadIdentityUser")
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
