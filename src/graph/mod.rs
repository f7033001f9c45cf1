//! The typed GKE graph: clusters with their pools, service accounts, grants; each fact derived once, here, and never in
//! a rule. What is not known stays so, with its reasons.

pub mod access;
pub mod account;
pub mod across;
pub mod api;
pub mod bucket;
mod by_email;
pub mod cluster;
mod concern;
pub mod count;
pub mod custom_role;
mod default_account;
mod deny;
pub mod edge;
pub mod elsewhere;
pub mod fact;
pub mod fit;
pub mod grant;
mod handed;
mod hierarchy;
pub mod identity;
pub mod install;
pub mod link;
pub mod machine;
mod manifest;
mod member;
pub mod network;
pub mod nodes;
pub mod obstacle;
pub mod pool;
pub mod principal;
pub mod refs;
pub mod reserved;
pub mod secret;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod text;
pub mod types;
pub mod view;
pub mod workload;
pub mod write;
pub mod written;

use crate::base::budget::Budget;
use crate::plan::{Mode, ModuleInstance, Resource, StaticPlan};
use crate::profile::Profile;
use account::ServiceAccount;
use across::{ALONE, Beside, LinkedPool};
use api::Api;
use bucket::Bucket;
use by_email::ByEmail;
use cluster::Cluster;
use custom_role::CustomRole;
use grant::Grant;
use handed::Handed;
use member::Groups;
use network::{Firewall, Nat, Network};
use pool::Pool;
use secret::Secret;
use std::cell::OnceCell;
use types::ByType;
use view::View;
use workload::KubernetesAccount;

/// What the configuration makes, as GKE and IAM see it.
#[derive(Clone, Debug)]
pub struct Graph<'p> {
    /// Clusters that the configuration makes, by address. Those that only a data source reads are not among them.
    pub clusters: Vec<Cluster<'p>>,
    /// Service accounts that it makes.
    pub accounts: Vec<ServiceAccount<'p>>,
    /// Grants that it makes.
    pub grants: Vec<Grant<'p>>,
    /// Custom roles that it makes.
    pub custom_roles: Vec<CustomRole<'p>>,
    /// Installations of Kubeflow Pipelines that it makes.
    pub installations: Vec<install::Installation>,
    /// What is required.
    pub profile: &'p Profile,
    /// Buckets that it makes.
    pub buckets: Vec<Bucket<'p>>,
    /// Kubernetes secrets that it makes.
    pub secrets: Vec<Secret<'p>>,
    /// Networks that it makes.
    pub networks: Vec<Network<'p>>,
    /// NATs that it makes.
    pub nats: Vec<Nat<'p>>,
    /// Firewall rules that it makes.
    pub firewalls: Vec<Firewall<'p>>,
    /// APIs that it enables.
    pub apis: Vec<Api<'p>>,
    /// All resources by their type.
    pub types: ByType<'p>,
    /// Node pools whose cluster it does not make.
    pub loose: Vec<Pool<'p>>,
    /// Node pools of other root modules that belong to its clusters.
    linked: &'p [LinkedPool],
    plan: &'p StaticPlan,
    /// Which grants are to whom.
    members: ByEmail,
    /// Which accounts have which e-mail.
    emails: ByEmail,
    /// Kubernetes service accounts that it makes.
    pub kubernetes_accounts: Vec<KubernetesAccount<'p>>,
    /// Who is in which group.
    groups: Groups<'p>,
    /// What is handed to modules that are not on disk, and to callers.
    handed: Handed<'p>,
    /// See [`Graph::object_grants`]: their indices.
    object_grants: OnceCell<Vec<usize>>,
    /// How long it may take to look at it.
    budget: Budget,
}

impl<'p> Graph<'p> {
    /// Derives the graph of a plan. `profile` says what nodes must have to qualify. Once the budget's time is used up, what
    /// is left of it is not looked at, here and in what is asked of the graph later: answers that are given then do not
    /// count.
    pub fn build(plan: &'p StaticPlan, profile: &'p Profile, budget: &Budget) -> Graph<'p> {
        Graph::with(&ALONE, plan, profile, budget)
    }

    /// [`Graph::build`], with what other root modules tell.
    pub fn with(beside: &'p Beside, plan: &'p StaticPlan, profile: &'p Profile, budget: &Budget) -> Graph<'p> {
        let types = ByType::of(plan);
        let accounts: Vec<_> = types.managed("google_service_account").map(ServiceAccount::new).collect();
        let handed = Handed::of(plan);
        let (mut clusters, loose) = link::clusters(
            plan,
            &types,
            beside,
            link::PoolLinker { accounts: &accounts, handed: &handed, profile, budget },
        );
        clusters.iter_mut().for_each(obstacle::taint_gpus);
        let managed_all = plan.resources.iter().filter(|r| r.mode == Mode::Managed);
        let clock = budget.clock();
        let managed_all = managed_all.take_while(|_| !clock.is_late());
        let grants: Vec<Grant> = managed_all.flat_map(|r: &Resource| grant::of_resource(&types, r)).collect();
        Graph {
            plan,
            profile,
            clusters,
            loose,
            linked: &beside.linked,
            members: ByEmail::members(&grants),
            emails: ByEmail::accounts(&accounts),
            groups: Groups::of(&types),
            kubernetes_accounts: workload::accounts(&types),
            accounts,
            grants,
            handed,
            custom_roles: custom_role::of_types(&types),
            installations: install::of_plan(plan, &types),
            buckets: types.managed("google_storage_bucket").map(Bucket::new).collect(),
            secrets: secret::of_types(&types).take_while(|_| !clock.is_late()).collect(),
            networks: types.managed("google_compute_network").map(Network::new).collect(),
            nats: types.managed("google_compute_router_nat").map(|nat| Nat::new(nat, &types)).collect(),
            firewalls: types.managed("google_compute_firewall").map(Firewall::new).collect(),
            apis: types.managed("google_project_service").map(Api::new).collect(),
            types,
            object_grants: OnceCell::new(),
            budget: *budget,
        }
    }

    /// All grants, as long as there is time to look at them.
    pub fn grants_in_time(&self) -> impl Iterator<Item = &Grant<'p>> {
        self.in_time(&self.grants)
    }

    /// These, as long as there is time to look at them.
    pub fn in_time<T>(&self, all: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        let clock = self.budget.clock();
        all.into_iter().take_while(move |_| !clock.is_late())
    }

    /// The resources that the configuration makes, of any type.
    pub fn managed(&self) -> impl Iterator<Item = &'p Resource> {
        self.plan.resources.iter().filter(|r| r.mode == Mode::Managed)
    }

    /// The blocks that name a role: what grants on anything, and the bindings of policies.
    pub fn role_blocks(&self) -> impl Iterator<Item = View<'p>> {
        self.plan.resources.iter().flat_map(grant::role_blocks)
    }

    /// Whether the root module is one for others to call.
    pub fn is_for_callers(&self) -> bool {
        !self.plan.for_callers.is_empty()
    }

    /// Module calls that are not on disk.
    pub fn absent_modules(&self) -> impl Iterator<Item = &'p ModuleInstance> {
        self.handed.all()
    }
}
