//! Kubernetes service accounts that are bound to Google's by Workload Identity.

use super::grant::Grant;
use super::text::Text;

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
