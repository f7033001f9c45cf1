//! Clusters that the configuration has node pools for and does not make: each stands under an address of its own, and nothing
//! is known of it but what its pools say.

use super::cluster::default_of;
use super::link::{CLUSTER, location_of};
use super::types::ByType;
use super::view::View;
use crate::catalog::gke::last_part;
use crate::catalog::schema;
use crate::cty::value::{ReasonKind, Reasons, Type, Value};
use crate::plan::{ConfigBody, ElsewhereCluster, InstanceKey, Mode, Resource};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The clusters of these node pools, in the pools' order.
pub fn of_pools(pools: &[&Resource], types: &ByType) -> Vec<ElsewhereCluster> {
    let mut clusters: Vec<ElsewhereCluster> = Vec::new();
    let mut by_key: FxHashMap<(String, Option<String>, Option<String>), usize> = FxHashMap::default();
    let mut same: FxHashMap<String, usize> = FxHashMap::default();
    for pool in pools {
        let view = View::of(pool);
        let found = source(&view, types);
        let text = |value: Value| value.as_str().map(str::to_string);
        let key = (found.address.clone(), text(default_of(&view, "project")), text(location_of(&view)));
        let at = *by_key.entry(key).or_insert_with(|| {
            let same = *same.entry(found.address.clone()).and_modify(|count| *count += 1).or_insert(1);
            let address = if same == 1 { found.address.clone() } else { format!("{}#{same}", found.address) };
            let reasons = found.reasons.clone();
            clusters.push(ElsewhereCluster { resource: resource(&view, found, address), pools: Vec::new(), reasons });
            clusters.len() - 1
        });
        clusters[at].pools.push(pool.address.clone());
    }
    clusters
}

/// Where a pool's cluster comes from.
struct ClusterSource<'p> {
    address: String,
    reasons: Reasons,
    data: Option<&'p Resource>,
}

/// The data source that the expression refers to, else the name, else what decides the name.
fn source<'p>(pool: &View<'p>, types: &ByType<'p>) -> ClusterSource<'p> {
    let refs = pool.references("cluster");
    let mut to_data = refs.iter().filter(|r| r.type_name == CLUSTER && r.mode == Mode::Data);
    if let (Some(reference), None) = (to_data.next(), to_data.next()) {
        let mut read = types.read(CLUSTER).filter(|r| reference.is_to(r));
        if let (Some(data), None) = (read.next(), read.next()) {
            let reasons = Reasons::one(ReasonKind::DataSource(data.address.clone()), data.header);
            return ClusterSource { address: data.address.to_string(), reasons, data: Some(data) };
        }
    }
    let name = pool.text("cluster");
    let asks = format!("{}.cluster", pool.resource.address);
    let open = name.as_ref().and_then(|name| name.reasons()).filter(|reasons| !reasons.is_empty());
    if let Some(reasons) = open {
        let address = reasons.decides().into_iter().next().unwrap_or(asks);
        return ClusterSource { address, reasons: reasons.clone(), data: None };
    }
    let known = name.as_ref().and_then(|name| name.known()).filter(|name| !name.is_hidden());
    let address = known.map_or_else(|| asks.clone(), |name| last_part(name).into_owned());
    let what = format!("how cluster {address} is set up");
    let reasons = Reasons::elsewhere(asks, what, pool.place("cluster").span);
    ClusterSource { address, reasons, data: None }
}

/// Everything that a cluster may have is unknown, but what the pool says and that it takes pools.
fn resource(pool: &View, source: ClusterSource, address: String) -> Resource {
    let names = schema::resource(CLUSTER).into_iter().flat_map(|block| block.names());
    let unknown = || Value::unknown(Type::Any, source.reasons.clone());
    let mut values: BTreeMap<Arc<str>, Value> = names.map(|name| (name.into(), unknown())).collect();
    values.insert("enable_autopilot".into(), Value::bool(false));
    values.insert("location".into(), location_of(pool));
    values.insert("project".into(), default_of(pool, "project"));
    values.extend(pool.get("cluster").map(|name| ("name".into(), name.clone())));
    Resource {
        name: last_part(&address).as_ref().into(),
        address: address.into(),
        module: pool.resource.module.clone(),
        mode: Mode::Data,
        type_name: CLUSTER.into(),
        key: InstanceKey::None,
        values: Value::object(values),
        config: Arc::new(ConfigBody::default()),
        provisioners: Vec::new(),
        provider: pool.resource.provider.clone(),
        header: source.data.and_then(|data| data.header).or(pool.resource.header),
        span: None,
        uncertain: None,
        deferred: false,
    }
}
