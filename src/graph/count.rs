//! How many nodes a pool has, over all its zones.

use super::fact::{Fact, Interval};
use super::text::Text;
use super::view::View;
use crate::catalog::location;
use crate::cty::value::{ReasonKind, Reasons};

/// Nodes that the configuration asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeCount {
    /// The nodes that are always there.
    pub floor: Interval,
    /// The nodes that the autoscaler may grow the pool to; as `floor` without autoscaling.
    pub ceiling: Interval,
    /// Whether the autoscaler is on.
    pub autoscaled: Fact<bool>,
    /// The attributes that decide, in the order of their weight: block path and name, such as
    /// (`autoscaling`, `max_node_count`).
    pub decided_by: (&'static str, &'static str),
}

/// The number of zones of a cluster's nodes, where a pool does not name its own.
///
/// A zonal cluster's `node_locations` are zones beside its own; a regional cluster's are all that it uses, three by
/// default. `drawn` is how many zones are drawn at random where `node_locations` is not known.
pub fn cluster_zones(location: &Fact<Text>, cluster: &View, drawn: Option<u64>) -> Interval {
    zones_at(location, cluster, drawn).hide(location.is_hidden())
}

fn zones_at(location: &Fact<Text>, cluster: &View, drawn: Option<u64>) -> Interval {
    let location = &location.map(|text| text.derive(location::meant(text)));
    let named = cluster.length("node_locations").filter(|n| n.max != Some(0));
    let named = match (named, drawn) {
        (Some(zones), Some(drawn)) if zones.known().is_none() => Some(Interval::exact(drawn)),
        (named, _) => named,
    };
    let named_hidden = named.as_ref().is_some_and(|zones| zones.hidden);
    let zonal = location.judge(|text| match location::is_zone(text) || location::is_region(text) || text.is_empty() {
        true => Fact::Known(location::is_zone(text)),
        false => Fact::Unknown(Reasons::one(ReasonKind::Unsupported(format!("the zones of {text}").into()), None)),
    });
    match (zonal.known(), named) {
        (Some(true), None) => Interval::exact(1),
        (Some(true), Some(zones)) => match (location.known(), listed(cluster)) {
            (Some(own), Some(listed)) => Interval::exact(1 + listed.iter().filter(|z| **z != *own).count() as u64),
            _ => zones.plus(&Interval::exact(1)),
        }
        .hide(named_hidden),
        (Some(false), Some(zones)) => at_least_one(zones),
        (Some(false), None) => match location.known() {
            Some(region) => Interval::exact(u64::from(location::default_zones(region))),
            None => Interval::exact(u64::from(location::DEFAULT_ZONES)),
        },
        (None, named) => {
            let reasons = zonal.reasons().cloned().unwrap_or_default();
            match named {
                None => Interval { min: 1, max: Some(u64::from(location::DEFAULT_ZONES)), reasons, hidden: false },
                Some(zones) => zones.hull(&zones.plus(&Interval::exact(1)), &reasons),
            }
        }
    }
}

fn at_least_one(zones: Interval) -> Interval {
    Interval { min: zones.min.max(1), ..zones }
}

fn listed(view: &View) -> Option<Vec<Text>> {
    view.texts("node_locations")?.known()?.iter().map(|z| z.known().cloned()).collect()
}

/// The zones of a pool: its own, else its cluster's.
pub fn pool_zones(pool: &View, cluster: &Interval) -> Interval {
    match pool.length("node_locations") {
        Some(zones) if zones.max != Some(0) && zones.known().is_some() => zones,
        Some(zones) if zones.max != Some(0) => at_least_one(zones),
        _ => cluster.clone(),
    }
}

/// A default pool: `initial_node_count` of the cluster in each zone.
pub fn default_pool(cluster: &View, zones: &Interval) -> NodeCount {
    fixed(cluster.number("initial_node_count", 0).times(zones), "initial_node_count")
}

fn fixed(nodes: Interval, attribute: &'static str) -> NodeCount {
    NodeCount { ceiling: nodes.clone(), floor: nodes, autoscaled: Fact::Known(false), decided_by: ("", attribute) }
}

/// A pool with its own block: `node_count`, else `initial_node_count`, in each zone; or what `autoscaling` says.
pub fn pool(pool: &View, zones: &Interval) -> NodeCount {
    let unscaled = without_autoscaling(pool, zones);
    let Some(scaling) = pool.block("autoscaling") else { return unscaled };
    let names = ["min_node_count", "max_node_count", "total_min_node_count", "total_max_node_count"];
    if scaling.uncertain.is_none() && names.iter().all(|n| scaling.get(n).is_none()) {
        return unscaled;
    }
    let scaled = with_autoscaling(&scaling, zones);
    match &scaling.uncertain {
        None => scaled,
        Some(reasons) => either(&unscaled, &scaled, reasons),
    }
}

fn either(unscaled: &NodeCount, scaled: &NodeCount, reasons: &Reasons) -> NodeCount {
    NodeCount {
        floor: unscaled.floor.hull(&scaled.floor, reasons),
        ceiling: unscaled.ceiling.hull(&scaled.ceiling, reasons),
        autoscaled: Fact::Unknown(reasons.clone()),
        decided_by: scaled.decided_by,
    }
}

fn without_autoscaling(pool: &View, zones: &Interval) -> NodeCount {
    let name = if pool.get("node_count").is_some() || pool.get("initial_node_count").is_none() {
        "node_count"
    } else {
        "initial_node_count"
    };
    fixed(pool.number(name, 0).times(zones), name)
}

fn with_autoscaling(scaling: &View, zones: &Interval) -> NodeCount {
    // A cluster that exists, and so a state, has 0 for limits that are not set.
    let set = |name: &str| scaling.get(name).is_some_and(|v| super::fact::whole(v) != Some(0));
    let total = set("total_max_node_count") || set("total_min_node_count");
    let (least, most) = match total {
        true => ("total_min_node_count", "total_max_node_count"),
        false => ("min_node_count", "max_node_count"),
    };
    let each = if total { &Interval::exact(1) } else { zones };
    let floor = scaling.number(least, 0).times(each);
    let ceiling = scaling.number(most, 0).times(each);
    let hidden = ceiling.hidden || floor.hidden;
    let ceiling = Interval { min: ceiling.min.max(floor.min), hidden, ..ceiling };
    NodeCount { floor, ceiling, autoscaled: Fact::Known(true), decided_by: ("autoscaling", most) }
}
