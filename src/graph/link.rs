//! Which pool belongs to which cluster.

use super::account::ServiceAccount;
use super::across::{Beside, LinkedPool};
use super::cluster::{Cluster, default_of};
use super::elsewhere;
use super::fact::{Fact, Interval};
use super::handed::Handed;
use super::identity::{same, same_by_cause};
use super::machine::Account;
use super::pool::{Pool, PoolKind, PoolParts};
use super::types::ByType;
use super::view::View;
use crate::base::budget::Budget;
use crate::catalog::gke::{self, last_part};
use crate::cty::value::{ReasonKind, Reasons, Value};
use crate::plan::{ElsewhereCluster, Mode, ResolvedReference, Resource, StaticPlan};
use crate::profile::Profile;
use std::collections::HashMap;

/// The type of clusters.
pub const CLUSTER: &str = "google_container_cluster";
/// The type of node pools.
pub const POOL: &str = "google_container_node_pool";

/// All clusters with their pools, and the pools whose cluster the configuration does not make. `beside` is what other root
/// modules tell of them.
pub fn clusters<'p>(
    plan: &'p StaticPlan,
    types: &ByType<'p>,
    beside: &'p Beside,
    linker: PoolLinker<'p, '_>,
) -> (Vec<Cluster<'p>>, Vec<Pool<'p>>) {
    let new = |r| Cluster::new(r, drawn_zones(types, r), linker.profile);
    let mut clusters: Vec<Cluster<'p>> = types.managed(CLUSTER).map(new).collect();
    let by_address = clusters.iter().enumerate().map(|(at, c)| (&*c.resource.address, at)).collect();
    let mut owned: Vec<Vec<(&Resource, Option<Reasons>)>> = vec![Vec::new(); clusters.len()];
    let mut loose = Vec::new();
    for pool in types.managed(POOL).take_while(|_| !linker.budget.is_late()) {
        let owners = linker.owners(pool, &clusters, &by_address);
        if owners.is_empty() && names_cluster_elsewhere(pool) {
            loose.push(linker.pool(PoolParts {
                kind: PoolKind::Separate,
                view: View::of(pool),
                zones: Interval::exact(1),
                max_pods: Interval::exact(gke::MAX_PODS_PER_NODE),
                uncertain: pool.uncertain.clone(),
                observed: None,
                root: None,
            }));
        }
        for (owner, doubt) in owners {
            owned[owner].push((pool, doubt));
        }
    }
    for (cluster, pools) in clusters.iter_mut().zip(owned).take_while(|_| !linker.budget.is_late()) {
        linker.own_pools(cluster);
        cluster.pools_elsewhere = union(linker.elsewhere(cluster).as_ref(), cluster.pools_elsewhere.as_ref());
        cluster.observed_nodes = plan.observed.get(&cluster.resource.address).map(|seen| seen.nodes);
        for (pool, doubt) in pools.into_iter().take_while(|_| !linker.budget.is_late()) {
            let observed = plan.observed.get(&pool.address).copied();
            cluster.pools.push(linker.pool(PoolParts { observed, ..separate(cluster, pool, doubt.as_ref()) }));
        }
    }
    add_linked(&mut clusters, &beside.linked, linker.profile);
    let unplaced = loose.iter().filter(|pool: &&Pool| !beside.placed.contains(&pool.view.resource.address));
    let unplaced: Vec<&'p Resource> = unplaced.map(|pool| pool.view.resource).collect();
    let first = unplaced.first().map(|pool| pool.address.to_string()).or_else(|| beside.unplaced.clone());
    if let Some(pool) = first {
        let asks = format!("{pool}.cluster");
        for cluster in clusters.iter_mut().filter(|c| c.pools.is_empty() && !c.autopilot.is_true()) {
            let what = format!("whether {pool} and its like are pools of {}", cluster.address());
            let doubt = Reasons::elsewhere(asks.as_str(), what, cluster.resource.header);
            cluster.pools_elsewhere = union(cluster.pools_elsewhere.as_ref(), Some(&doubt));
        }
    }
    // The callers of a reusable module say where its pools belong.
    if plan.is_reusable {
        return (clusters, loose);
    }
    let elsewhere = plan.elsewhere.get_or_init(|| {
        let pools: Vec<&Resource> = loose.iter().map(|pool: &Pool| pool.view.resource).collect();
        elsewhere::of_pools(&pools, types)
    });
    let unplaced: HashMap<&str, &'p Resource> = unplaced.into_iter().map(|pool| (&*pool.address, pool)).collect();
    clusters.extend(elsewhere.iter().filter_map(|of| linker.elsewhere_cluster(of, &unplaced)));
    (clusters, loose)
}

/// A pool of a cluster with a resource of its own, which may be another cluster's for this reason.
fn separate<'p>(cluster: &Cluster<'p>, pool: &'p Resource, doubt: Option<&Reasons>) -> PoolParts<'p> {
    PoolParts {
        kind: PoolKind::Separate,
        view: View::of(pool),
        zones: cluster.zones.clone(),
        max_pods: cluster.max_pods.clone(),
        uncertain: union(pool.uncertain.as_ref(), doubt),
        observed: None,
        root: None,
    }
}

/// Adds pools of other root modules to the clusters that they belong to, or may.
fn add_linked<'p>(clusters: &mut [Cluster<'p>], linked: &'p [LinkedPool], profile: &Profile) {
    let by_address: HashMap<&str, usize> = clusters.iter().enumerate().map(|(at, c)| (c.address(), at)).collect();
    for LinkedPool { cluster, pool, doubt } in linked {
        let Some(cluster) = by_address.get(&**cluster).and_then(|at| clusters.get_mut(*at)) else { continue };
        let parts = PoolParts { root: Some(&pool.root), ..separate(cluster, &pool.resource, doubt.as_ref()) };
        cluster.pools.push(Pool::new(parts, profile, |_| pool.account.known().cloned()));
    }
}

/// Whether a pool that has no cluster here may have one elsewhere: not where its cluster is one that the configuration or
/// a missing module of it makes, and whose name is not known; nor where it is in error.
fn names_cluster_elsewhere(pool: &Resource) -> bool {
    let view = View::of(pool);
    let Some(name) = view.get("cluster") else { return false };
    let Some(reasons) = name.reasons() else { return true };
    let own = |r: &ResolvedReference| r.type_name == CLUSTER && r.mode == Mode::Managed;
    let is_here = |kind: &ReasonKind| matches!(kind, ReasonKind::MissingModule(..) | ReasonKind::Error(_));
    !reasons.has(is_here) && !view.written("cluster").is_some_and(|written| written.references().iter().any(own))
}

/// How many zones `random_shuffle` draws for a cluster's `node_locations`: the usual way to take some of a region's.
fn drawn_zones(types: &ByType, cluster: &Resource) -> Option<u64> {
    let view = View::of(cluster);
    let refs = view.written("node_locations")?.references();
    let drawn = |r: &&Resource| refs.iter().any(|reference| reference.is_to(r));
    let mut shuffles = types.all("random_shuffle").filter(drawn);
    let (shuffle, None) = (shuffles.next()?, shuffles.next()) else { return None };
    let count = shuffle.values.get("result_count")?;
    count.as_number()?.to_i64()?.try_into().ok()
}

/// The reasons of both.
pub fn union(a: Option<&Reasons>, b: Option<&Reasons>) -> Option<Reasons> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.union(b)),
        (a, b) => a.or(b).cloned(),
    }
}

/// What linking takes beside the clusters and pools.
pub struct PoolLinker<'p, 'a> {
    /// Service accounts that the configuration makes.
    pub accounts: &'a [ServiceAccount<'p>],
    /// What leaves its sight.
    pub handed: &'a Handed<'p>,
    /// What is required.
    pub profile: &'p Profile,
    /// How long it may take.
    pub budget: &'a Budget,
}

impl<'p> PoolLinker<'p, '_> {
    fn pool(&self, parts: PoolParts<'p>) -> Pool<'p> {
        Pool::new(parts, self.profile, |config| self.account(config))
    }

    /// What the reference to an account resource says where the e-mail is not known.
    fn account(&self, config: &View<'p>) -> Option<Account> {
        let value = config.get("service_account").filter(|v| !v.is_known())?;
        let refs = config.written("service_account")?.references();
        if let [only] = refs.as_slice()
            && only.mode == Mode::Data
            && only.type_name == "google_compute_default_service_account"
        {
            return Some(Account::Default);
        }
        self.accounts.iter().any(|a| a.is(value, || &refs).is_true()).then_some(Account::Custom)
    }

    /// The pools that the cluster's own block describes.
    fn own_pools(&self, cluster: &mut Cluster<'p>) {
        let zones = cluster.zones.clone();
        let max_pods = cluster.max_pods.clone();
        let removed = &cluster.removes_default_pool;
        let inline = cluster.view.blocks("node_pool").into_iter().map(|block| (is_removed(&block, removed), block));
        let (open, inline): (Vec<_>, Vec<_>) =
            inline.filter(|(removed, _)| !removed.is_true()).partition(|(_, block)| block.is_opaque());
        let open: Vec<&Reasons> = open.iter().filter_map(|(_, block)| block.uncertain.as_ref()).collect();
        let opaque = open.into_iter().cloned().reduce(|a, b| a.union(&b));
        let part = |kind, view: View<'p>, uncertain| PoolParts {
            kind,
            view,
            zones: zones.clone(),
            max_pods: max_pods.clone(),
            uncertain,
            observed: None,
            root: None,
        };
        let certain_inline = inline.iter().any(|(_, b)| b.uncertain.is_none());
        let autopilot = cluster.autopilot.is_true();
        if !certain_inline && !autopilot && !cluster.removes_default_pool.is_true() {
            let open = inline.iter().find_map(|(_, b)| b.uncertain.as_ref()).or(opaque.as_ref());
            let uncertain = union(cluster.removes_default_pool.reasons(), open);
            cluster.pools.push(self.pool(part(PoolKind::Default, cluster.view.clone(), uncertain)));
        }
        for (removed, block) in inline {
            let uncertain = union(block.uncertain.as_ref(), removed.reasons());
            cluster.pools.push(self.pool(part(PoolKind::Inline, block, uncertain)));
        }
        cluster.pools_elsewhere = opaque;
        let auto = &cluster.auto_provisioning;
        if let Some(scaling) = cluster.view.block("cluster_autoscaling") {
            let defaults = scaling.block("auto_provisioning_defaults");
            // For compute classes GKE makes nodes by the defaults too.
            let makes = match (&auto.enabled, &defaults) {
                _ if autopilot => Fact::Known(true),
                (Fact::Known(false), Some(_)) => auto.compute_class.clone(),
                (enabled, _) => enabled.clone(),
            };
            if !makes.is_false() {
                let view = defaults.unwrap_or(scaling);
                let uncertain = makes.reasons().cloned();
                cluster.auto_provisioned = Some(self.pool(part(PoolKind::AutoProvisioned, view, uncertain)));
            }
        }
    }

    /// A cluster that another configuration makes, with those of its pools here that no other root module has a cluster for.
    fn elsewhere_cluster(
        &self,
        of: &'p ElsewhereCluster,
        unplaced: &HashMap<&str, &'p Resource>,
    ) -> Option<Cluster<'p>> {
        let mut cluster = Cluster::new(&of.resource, None, self.profile);
        let reasons = of.reasons.clone();
        for pool in of.pools.iter().filter_map(|address| unplaced.get(&**address)) {
            cluster.pools.push(self.pool(separate(&cluster, pool, None)));
        }
        cluster.pools_elsewhere = Some(reasons.clone());
        cluster.elsewhere = Some(reasons);
        (!cluster.pools.is_empty()).then_some(cluster)
    }

    /// Module calls that are not on disk and are handed the cluster: they may make pools for it.
    fn elsewhere(&self, cluster: &Cluster<'p>) -> Option<Reasons> {
        let handed = self.handed.modules(cluster.resource).filter(|(_, handed)| *handed);
        let reasons = handed.map(|(module, _)| module.why());
        let callers = self.for_callers(cluster);
        reasons.chain(callers).chain(self.handed.unread().cloned()).reduce(|a, b| a.union(&b))
    }

    /// A module for others that hands its cluster out: its callers may add pools.
    fn for_callers(&self, cluster: &Cluster<'p>) -> Option<Reasons> {
        let handed = self.handed.to_callers(cluster.resource);
        let what = "what callers of this module add to its cluster";
        handed.then(|| Reasons::one(ReasonKind::Unsupported(what.into()), cluster.resource.header))
    }

    /// The clusters that a pool belongs to, or may: with the reasons for the doubt.
    fn owners(
        &self,
        pool: &Resource,
        clusters: &[Cluster<'p>],
        by_address: &HashMap<&str, usize>,
    ) -> Vec<(usize, Option<Reasons>)> {
        let view = View::of(pool);
        let Some(name) = view.get("cluster") else { return Vec::new() };
        if let Some(owner) = computed_by(name).and_then(|address| by_address.get(&*address)) {
            return vec![(*owner, None)];
        }
        let refs = view.references("cluster");
        let by_reference = by_reference(&refs, pool, clusters);
        if name.is_known() {
            // A name is that cluster's, whatever the expression mentions; of clusters of one name it is the one mentioned.
            let has_name =
                |at: &usize| clusters[*at].view.get("name").is_some_and(|own| same(name, own, last_part).is_true());
            let mentioned =
                by_reference.filter(|owners| !owners.is_empty() && owners.iter().all(|(at, _)| has_name(at)));
            return mentioned.unwrap_or_else(|| by_text(name, &view, clusters));
        }
        if let Some(owners) = by_reference {
            return owners;
        }
        let from_data = |kind: &ReasonKind| matches!(kind, ReasonKind::DataSource(_));
        if name.reasons().is_some_and(|reasons| reasons.all(from_data)) {
            return Vec::new();
        }
        by_text(name, &view, clusters)
    }
}

/// Whether `remove_default_node_pool` removes an inline pool: the one that is named `default-pool` (google provider,
/// `resource_container_cluster.go`).
fn is_removed(block: &View, removed: &Fact<bool>) -> Fact<bool> {
    let name = block.text("name").unwrap_or(Fact::Known("".into()));
    removed.and(&name.judge(|name| Fact::Known(&**name == "default-pool")))
}

/// The resource that alone computes a value.
fn computed_by(value: &Value) -> Option<std::sync::Arc<str>> {
    let mut reasons = value.reasons()?.iter();
    match (reasons.next().map(|r| &r.kind), reasons.next()) {
        (Some(ReasonKind::Computed(address, _)), None) => Some(address.clone()),
        _ => None,
    }
}

/// By the one resource that the expression refers to. With an instance key that is not literal, the instance with the
/// pool's own key, else any.
fn by_reference(
    refs: &[ResolvedReference],
    pool: &Resource,
    clusters: &[Cluster],
) -> Option<Vec<(usize, Option<Reasons>)>> {
    let mut to_clusters = refs.iter().filter(|r| r.type_name == CLUSTER);
    let (Some(reference), None) = (to_clusters.next(), to_clusters.next()) else { return None };
    if reference.mode == Mode::Data {
        return Some(Vec::new());
    }
    let found: Vec<usize> = (0..clusters.len()).filter(|i| reference.is_to(clusters[*i].resource)).collect();
    if let [only] = found.as_slice() {
        return Some(vec![(*only, None)]);
    }
    let same_key: Vec<_> = found.iter().filter(|i| clusters[**i].resource.key == pool.key).collect();
    let name = View::of(pool).get("cluster").cloned();
    if let [only] = same_key.as_slice()
        && name.as_ref().is_some_and(|n| !n.is_known())
    {
        return Some(vec![(**only, None)]);
    }
    None
}

fn by_text(name: &Value, pool: &View, clusters: &[Cluster]) -> Vec<(usize, Option<Reasons>)> {
    let (project, location) = (default_of(pool, "project"), location_of(pool));
    let judge = |cluster: &Cluster| {
        let own = cluster.view.get("name").cloned().unwrap_or_else(Value::null);
        let named = same(name, &own, last_part);
        if !named.is_true() {
            return named;
        }
        // A pool's location is its cluster's: only known and different ones tell two clusters of one name apart.
        let other = |a: &Value, b: &Value| a.is_known() && b.is_known() && same(a, b, last_part).is_false();
        let (theirs, here) = (cluster.project(), location_of(&cluster.view));
        Fact::Known(!other(&project, &theirs) && !other(&location, &here))
    };
    let answers: Vec<Fact<bool>> = clusters.iter().map(judge).collect();
    let sure: Vec<usize> = (0..answers.len()).filter(|i| answers[*i].is_true()).collect();
    let own = |c: &Cluster| c.view.get("name").is_some_and(|n| same_by_cause(name, n, last_part).is_true());
    let likely: Vec<usize> = (0..answers.len()).filter(|i| !answers[*i].is_false() && own(&clusters[*i])).collect();
    match sure.as_slice() {
        [only] => vec![(*only, None)],
        [] if likely.len() == 1 => likely.into_iter().map(|i| (i, None)).collect(),
        [] => (0..answers.len()).filter_map(|i| Some((i, Some(answers[i].reasons()?.clone())))).collect(),
        several => {
            let doubt = |i: &usize| (*i, Some(name.reasons().cloned().unwrap_or_default()));
            several.iter().map(doubt).collect()
        }
    }
}

/// The location of a cluster or pool.
pub fn location_of(view: &View) -> Value {
    let own = ["location", "region", "zone"].iter().find_map(|name| view.get(name));
    own.cloned().unwrap_or_else(|| default_of(view, "zone"))
}
