//! Links between the root modules of one run: node pools whose cluster another root module makes.

use super::Graph;
use super::access::{Access, NodeAccount};
use super::cluster::{Cluster, default_of};
use super::fact::Fact;
use super::identity::same;
use super::link::{location_of, union};
use super::machine::Account;
use super::pool::Pool;
use super::view::View;
use crate::base::budget::{Budget, LINKS};
use crate::base::source::Span;
use crate::catalog::gke::last_part;
use crate::cty::value::{ReasonKind, Reasons, Value};
use crate::plan::{Resource, StaticPlan};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What tells a cluster from all others.
#[derive(Clone, Debug)]
pub struct ClusterIdentity {
    project: Value,
    location: Value,
    name: Value,
}

/// A node pool whose cluster its own root module does not make.
#[derive(Debug)]
pub struct LoosePool {
    /// The root module that makes it, as the user would write its path.
    pub root: String,
    /// The resource.
    pub resource: Resource,
    /// The account of its nodes, as its own root module knows it.
    pub account: Fact<Account>,
    /// The e-mail of a custom account, as far as it is known.
    pub email: Option<Value>,
    /// What its own root module grants to that account.
    pub access: Access,
    /// The module instances of its root module: address and header of the call.
    pub calls: Vec<(Arc<str>, Span)>,
    cluster: ClusterIdentity,
}

/// What a root module has for links with others.
#[derive(Clone, Debug, Default)]
pub struct RootLinks {
    /// The clusters that it makes, by address.
    pub clusters: Vec<(Arc<str>, ClusterIdentity)>,
    /// The pools whose cluster it does not make.
    pub pools: Vec<Arc<LoosePool>>,
    /// Why it is not certain that it is applied, and its pools with it.
    pub doubt: Option<Reasons>,
    /// Whether one of the clusters has no pool.
    pub lacks_pools: bool,
}

/// A pool of another root module that belongs to a cluster, or may.
#[derive(Clone, Debug)]
pub struct LinkedPool {
    /// The cluster's address.
    pub cluster: Arc<str>,
    /// The pool.
    pub pool: Arc<LoosePool>,
    /// Why it is not certain that it belongs to the cluster.
    pub doubt: Option<Reasons>,
}

/// What other root modules of a run tell of the clusters and pools of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Beside {
    /// Their pools that belong to its clusters, or may.
    pub linked: Vec<LinkedPool>,
    /// Its own pools whose cluster one of them makes, or may.
    pub placed: BTreeSet<Arc<str>>,
    /// One of their pools whose cluster no root module of the run makes.
    pub unplaced: Option<String>,
}

/// Nothing, for a root module by itself.
pub static ALONE: Beside = Beside { linked: Vec::new(), placed: BTreeSet::new(), unplaced: None };

impl Beside {
    /// Whether it is nothing.
    pub fn is_nothing(&self) -> bool {
        *self == ALONE
    }
}

/// Two are equal if they have the same pool of the same evaluation.
impl PartialEq for LinkedPool {
    fn eq(&self, other: &LinkedPool) -> bool {
        self.cluster == other.cluster && Arc::ptr_eq(&self.pool, &other.pool) && self.doubt == other.doubt
    }
}

impl Eq for LinkedPool {}

impl Hash for LinkedPool {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.cluster, Arc::as_ptr(&self.pool)).hash(state);
    }
}

impl LoosePool {
    /// How reports of other root modules name it: `ROOT:ADDRESS`.
    pub fn address(&self) -> String {
        self.within(&self.resource.address)
    }

    /// An address of its root module, as reports of other root modules name it.
    pub fn within(&self, address: &str) -> String {
        format!("{}:{address}", self.root)
    }
}

impl ClusterIdentity {
    fn of(cluster: &Cluster) -> ClusterIdentity {
        let name = cluster.view.get("name").cloned().unwrap_or_else(Value::null);
        ClusterIdentity { project: cluster.project(), location: location_of(&cluster.view), name }
    }

    /// The cluster that a pool names: by its name, or by `projects/P/locations/L/clusters/N`, alone or in a URL.
    fn named_by(pool: &View) -> Option<ClusterIdentity> {
        let name = pool.get("cluster")?.clone();
        if let Some([project, location, name]) = name.as_str().and_then(parts_of_id) {
            return Some(ClusterIdentity { project, location, name });
        }
        Some(ClusterIdentity { project: default_of(pool, "project"), location: location_of(pool), name })
    }

    fn is(&self, other: &ClusterIdentity) -> Fact<bool> {
        let pairs = [(&self.name, &other.name), (&self.project, &other.project), (&self.location, &other.location)];
        pairs.into_iter().fold(Fact::Known(true), |all, (a, b)| all.and(&is_equal(a, b)))
    }
}

fn parts_of_id(text: &str) -> Option<[Value; 3]> {
    let parts: Vec<&str> = text.trim_end_matches('/').split('/').collect();
    let [.., "projects", project, "locations" | "regions" | "zones", location, "clusters", name] = parts.as_slice()
    else {
        return None;
    };
    Some([*project, *location, *name].map(Value::string))
}

/// Whether two texts of two root modules are the same one. Where neither is known, that is never certain: an input of the
/// same name has another value there.
fn is_equal(a: &Value, b: &Value) -> Fact<bool> {
    let reasons = || [a, b].into_iter().filter_map(Value::reasons).fold(Reasons::default(), |all, r| all.union(r));
    match same(a, b, last_part) {
        Fact::Known(true) if !(a.is_known() && b.is_known()) => Fact::Unknown(reasons()),
        answer => answer,
    }
}

impl<'p> Graph<'p> {
    /// What this root module has for links with others.
    pub fn links(&self, plan: &StaticPlan) -> RootLinks {
        let own = || self.clusters.iter().filter(|c| c.elsewhere.is_none());
        let clusters = own().map(|c| (c.resource.address.clone(), ClusterIdentity::of(c)));
        let calls = plan.modules.iter().filter(|_| !self.loose.is_empty());
        let calls: FxHashMap<&str, Span> =
            calls.filter_map(|module| Some((&*module.address, module.header?))).collect();
        let pools = self.in_time(&self.loose).filter_map(|pool| self.loose_pool(pool, &plan.root, &calls));
        let lacks_pools = own().any(|c| c.pools.is_empty() && !c.autopilot.is_true());
        RootLinks { clusters: clusters.collect(), pools: pools.collect(), lacks_pools, doubt: None }
    }

    fn loose_pool(&self, pool: &Pool<'p>, root: &str, calls: &FxHashMap<&str, Span>) -> Option<Arc<LoosePool>> {
        let cluster = ClusterIdentity::named_by(&pool.view)?;
        let who = self.node_account(pool);
        let email = match &who {
            NodeAccount::Here(account) => Some(account.email.clone()),
            NodeAccount::Elsewhere(other) => Some(other.email.clone()),
            NodeAccount::Default | NodeAccount::Unknown(_) => None,
        };
        let address = &pool.view.resource.address;
        let around = address.match_indices('.').filter_map(|(end, _)| address.get(..end));
        let calls = around.filter_map(|module| Some((module.into(), *calls.get(module)?)));
        Some(Arc::new(LoosePool {
            root: root.to_string(),
            resource: pool.view.resource.clone(),
            account: pool.account.clone(),
            email,
            access: self.access_in(&who, &cluster.project),
            calls: calls.collect(),
            cluster,
        }))
    }
}

/// For each root module what the others tell of its clusters and pools; and the pools that the limits leave out. A pool
/// belongs to the one cluster that has its cluster's project, location and name; where there are several, or
/// some of it is not known, to each of them with a doubt.
pub fn linked<'l>(all: &[&'l RootLinks], budget: &Budget) -> (Vec<Beside>, Vec<&'l LoosePool>) {
    let (mut count, mut left) = (0, Vec::new());
    let mut out: Vec<Beside> = vec![Beside::default(); all.len()];
    let mut unplaced: Vec<(usize, String)> = Vec::new();
    let mut by_name: FxHashMap<Option<&str>, Vec<(usize, usize)>> = FxHashMap::default();
    let clusters = all.iter().enumerate().flat_map(|(r, links)| (0..links.clusters.len()).map(move |c| (r, c)));
    clusters.for_each(|at| by_name.entry(name_of(&all[at.0].clusters[at.1].1)).or_default().push(at));
    let clock = budget.clock();
    let pools = all.iter().enumerate().flat_map(|(r, links)| links.pools.iter().map(move |pool| (r, pool)));
    for (own, pool) in pools {
        if count >= LINKS || clock.is_late() {
            left.push(&**pool);
            continue;
        }
        let named = name_of(&pool.cluster);
        let applied = all[own].doubt.as_ref();
        let candidates = by_name.iter().filter(|(name, _)| named.is_none() || name.is_none() || **name == named);
        let mut candidates: Vec<_> = candidates.flat_map(|(_, at)| at).filter(|(root, _)| *root != own).collect();
        candidates.sort_unstable();
        let cluster = |(r, c): (usize, usize)| &all[r].clusters[c];
        let answers: Vec<_> = candidates.iter().map(|at| (**at, pool.cluster.is(&cluster(**at).1))).collect();
        let sure: Vec<_> = answers.iter().filter(|(_, answer)| answer.is_true()).map(|(at, _)| *at).collect();
        let mut add = |at: (usize, usize), doubt| {
            count += 1;
            out[at.0].linked.push(LinkedPool { cluster: cluster(at).0.clone(), pool: pool.clone(), doubt });
            out[own].placed.insert(pool.resource.address.clone());
        };
        match sure.as_slice() {
            [only] => add(*only, applied.cloned()),
            [] => answers.iter().for_each(|(at, answer)| {
                if let Some(reasons) = answer.reasons() {
                    add(*at, union(Some(reasons), applied));
                }
            }),
            several => {
                let what = format!("which of several root modules makes the cluster of {}", pool.address());
                let doubt = Reasons::one(ReasonKind::Unsupported(what.into()), pool.resource.header);
                several.iter().for_each(|at| add(*at, union(Some(&doubt), applied)));
            }
        }
        if !out[own].placed.contains(&pool.resource.address) {
            unplaced.push((own, pool.address()));
        }
    }
    unplaced.sort_by(|a, b| a.1.cmp(&b.1));
    for (at, beside) in out.iter_mut().enumerate().filter(|(at, _)| all[*at].lacks_pools) {
        beside.unplaced = unplaced.iter().find(|(own, _)| *own != at).map(|(_, address)| address.clone());
    }
    for Beside { linked: pools, .. } in &mut out {
        pools.sort_by(|a, b| (&a.pool.root, &a.pool.resource.address).cmp(&(&b.pool.root, &b.pool.resource.address)));
    }
    (out, left)
}

fn name_of(cluster: &ClusterIdentity) -> Option<&str> {
    cluster.name.as_str().map(|name| name.trim_end_matches('/').rsplit('/').next().unwrap_or(name))
}
