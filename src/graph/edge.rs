//! What leads from one node of the graph to another.

use super::Graph;
use super::access::NodeAccount;
use super::account::ServiceAccount;
use super::cluster::Cluster;
use super::grant::Grant;
use super::install::Installation;
use super::pool::Pool;

/// An edge of the graph.
#[derive(Clone, Debug)]
pub enum Edge<'g, 'p> {
    /// A cluster has a node pool.
    ClusterPool(&'g Cluster<'p>, &'g Pool<'p>),
    /// The nodes of a pool run as an account.
    PoolAccount(&'g Pool<'p>, NodeAccount<'g, 'p>),
    /// A cluster gets an installation of Kubeflow Pipelines.
    ClusterInstallation(&'g Cluster<'p>, &'g Installation),
    /// An account that the configuration makes is surely among the members of a grant.
    AccountGrant(&'g ServiceAccount<'p>, &'g Grant<'p>),
}

impl<'p> Graph<'p> {
    /// The edges from a cluster and its pools, as long as there is time to look at them.
    pub fn cluster_edges<'g>(&'g self, cluster: &'g Cluster<'p>) -> impl Iterator<Item = Edge<'g, 'p>> {
        let pools = self
            .in_time(&cluster.pools)
            .flat_map(|pool| [Edge::ClusterPool(cluster, pool), Edge::PoolAccount(pool, self.node_account(pool))]);
        let installations = self.in_time(&self.installations);
        pools.chain(installations.map(|installation| Edge::ClusterInstallation(cluster, installation)))
    }

    /// The edges to a grant, as long as there is time to look at them.
    pub fn grant_edges<'g>(&'g self, grant: &'g Grant<'p>) -> impl Iterator<Item = Edge<'g, 'p>> {
        self.in_time(&grant.members).flat_map(move |member| {
            let accounts = self.may_be(member).filter(|account| account.is(member, || grant.member_refs()).is_true());
            accounts.map(|account| Edge::AccountGrant(account, grant)).collect::<Vec<_>>()
        })
    }
}
