//! The accounts that a cluster's nodes and Kubeflow Pipelines use: faults about others do not decide about the cluster.

use super::Graph;
use super::access::NodeAccount;
use super::cluster::Cluster;
use super::fact::Fact;
use super::grant::Grant;
use crate::cty::value::{ReasonKind, Reasons};

impl<'p> Graph<'p> {
    /// The accounts of a cluster's nodes, those that Kubernetes accounts of Kubeflow Pipelines' namespace act as, and those
    /// whose key its secret holds.
    pub fn used_by<'g>(&'g self, cluster: &Cluster<'p>) -> Vec<NodeAccount<'g, 'p>> {
        let nodes = cluster.landing_pools().into_iter().map(|pool| self.node_account(pool));
        let bound = self.bound_accounts(&self.profile.namespace).map(|(account, _)| account);
        let secrets = self.secrets.iter().filter(|secret| secret.is_named(&self.profile.secret_name));
        let keys = secrets.filter_map(|secret| self.key_account(secret));
        nodes.chain(bound.chain(keys).map(NodeAccount::Here)).collect()
    }

    /// Whether a grant is, or for what the configuration says may be, to one of these accounts. Nobody knows who is in groups.
    pub fn is_to(&self, grant: &Grant<'p>, accounts: &[NodeAccount<'_, 'p>]) -> bool {
        let is_elsewhere = |reasons: &Reasons| reasons.iter().all(|r| matches!(r.kind, ReasonKind::Elsewhere(..)));
        accounts.iter().any(|account| match self.is_member(grant, account) {
            Fact::Known(is_member) => is_member,
            Fact::OneOf(_, reasons) | Fact::Unknown(reasons) => reasons.is_empty() || !is_elsewhere(&reasons),
        })
    }
}
