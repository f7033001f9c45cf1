//! The Compute Engine default service account of a project, and what the configuration does to it.

use super::Graph;
use super::cluster::Cluster;
use super::identity::same_by_cause;
use super::view::View;
use crate::catalog::gke::last_part;

/// The type that disables, deletes or deprivileges the default accounts of a project.
const MANAGED: &str = "google_project_default_service_accounts";

impl<'p> Graph<'p> {
    /// What surely does something to the default accounts of a cluster's project: its argument `action` says what.
    pub fn default_accounts(&self, cluster: &Cluster) -> Option<View<'p>> {
        let project = cluster.project();
        let is_own = |view: &View| {
            let own = view.value("project").map(|own| same_by_cause(&own, &project, last_part));
            view.uncertain.is_none() && own.is_some_and(|own| own.is_true())
        };
        self.types.managed(MANAGED).map(View::of).find(is_own)
    }

    /// Whether the default account of a cluster's project surely has no role but those that are granted here.
    pub fn takes_roles_of_default(&self, cluster: &Cluster) -> bool {
        let action = self.default_accounts(cluster).and_then(|view| view.text("action"));
        action.and_then(|action| action.known().cloned()).is_some_and(|action| &*action == "DEPRIVILEGE")
    }
}
