//! Workload Identity: who the pods of Kubeflow Pipelines act as.

use crate::graph::access::NodeAccount;
use crate::graph::bucket::WRITE_OBJECTS;
use crate::rule::Context;

/// Who Kubernetes accounts of Kubeflow Pipelines act as.
#[derive(Default)]
pub struct BoundAccounts<'g, 'p> {
    /// The accounts of those that it runs as by itself.
    pub accounts: Vec<NodeAccount<'g, 'p>>,
    /// The accounts of others, which a run may choose.
    pub others: Vec<NodeAccount<'g, 'p>>,
    /// A grant that gives a Kubernetes account itself the right to write.
    pub direct: Option<String>,
}

impl<'g, 'p> BoundAccounts<'g, 'p> {
    /// Those of all grants.
    pub fn of(cx: &Context<'p>) -> BoundAccounts<'g, 'p>
    where
        'p: 'g,
    {
        let mut bound = BoundAccounts::default();
        for grant in cx.graph.grants_in_time() {
            let writes = || cx.graph.permissions(grant).as_ref().is_ok_and(|set| set.contains_name(WRITE_OBJECTS));
            if grant.uncertain.is_none() && grant.has_workload_principal() && writes() {
                bound.direct = Some(grant.resource.address.to_string());
            }
            match (grant.may_bind_pipelines(), grant.binds_workloads()) {
                (true, _) => bound.accounts.push(cx.graph.granted_account(grant)),
                (false, true) => bound.others.push(cx.graph.granted_account(grant)),
                (false, false) => {}
            }
        }
        bound
    }
}
