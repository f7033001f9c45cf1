//! The typed GKE graph: clusters with their pools, service accounts, grants; each fact derived once, here, and never in
//! a rule. What is not known stays so, with its reasons.

pub mod access;
pub mod account;
pub mod cluster;
pub mod count;
pub mod drawing;
pub mod fact;
pub mod fit;
pub mod grant;
pub mod identity;
pub mod install;
mod link;
pub mod machine;
pub mod nodes;
pub mod pool;
pub mod refs;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod view;

use crate::eval::plan::{Mode, Resource, StaticPlan};
use crate::profile::Profile;
use account::ServiceAccount;
use cluster::Cluster;
use grant::Grant;
use view::View;

/// What the configuration makes, as GKE and IAM see it.
#[derive(Clone, Debug)]
pub struct Graph<'p> {
    /// Clusters that the configuration makes, by address. Those that only a data source reads are not among them.
    pub clusters: Vec<Cluster<'p>>,
    /// Service accounts that it makes.
    pub accounts: Vec<ServiceAccount<'p>>,
    /// Grants that it makes.
    pub grants: Vec<Grant<'p>>,
    /// Custom roles that it makes (project and organisation level).
    pub custom_roles: Vec<View<'p>>,
    /// Installations of Kubeflow Pipelines that it makes.
    pub installations: Vec<install::Installation>,
    /// What is required.
    pub profile: &'p Profile,
    /// Buckets that it makes.
    pub buckets: Vec<View<'p>>,
}

impl<'p> Graph<'p> {
    /// Derives the graph of a plan. `profile` says what nodes must have to qualify.
    pub fn build(plan: &'p StaticPlan, profile: &'p Profile) -> Graph<'p> {
        let managed = |type_name: &'static str| {
            plan.resources.iter().filter(move |r| r.mode == Mode::Managed && &*r.type_name == type_name)
        };
        let accounts: Vec<_> = managed("google_service_account").map(ServiceAccount::new).collect();
        let clusters = link::clusters(plan, &accounts, profile);
        let grants = plan.resources.iter().filter(|r| r.mode == Mode::Managed);
        let custom = ["google_project_iam_custom_role", "google_organization_iam_custom_role"];
        Graph {
            profile,
            clusters,
            accounts,
            grants: grants.flat_map(|r: &Resource| grant::of_resource(plan, r)).collect(),
            custom_roles: custom.into_iter().flat_map(managed).map(View::of).collect(),
            installations: install::of_plan(plan),
            buckets: managed("google_storage_bucket").map(View::of).collect(),
        }
    }
}
