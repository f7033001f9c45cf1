//! KFP009 unknown-location: no such region or zone, or a zone outside of the cluster's region.

use super::support::{list, replace, worse};
use crate::base::source::Span;
use crate::catalog::location::{self, LocationStanding};
use crate::diagnostic::Level;
use crate::graph::cluster::Cluster;
use crate::graph::pool::PoolKind;
use crate::graph::text::Text;
use crate::graph::view::{AttributePlace, View};
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP009",
    name: "unknown-location",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: None,
};

/// A location that is named somewhere.
struct NamedLocation<'a> {
    name: Text,
    place: AttributePlace,
    /// The place of the literal, where it is one.
    literal: Option<Span>,
    address: &'a str,
}

impl NamedLocation<'_> {
    /// Reads an argument that is a string.
    fn one<'a>(view: &View, argument: &str, name: &Text, address: &'a str) -> NamedLocation<'a> {
        NamedLocation { name: name.clone(), place: view.place(argument), literal: view.literal(argument), address }
    }

    /// Reads `node_locations`, as far as they are known.
    fn zones<'a>(view: &View, address: &'a str) -> Vec<NamedLocation<'a>> {
        let known = view.texts("node_locations").and_then(|all| all.known().cloned()).unwrap_or_default();
        let place = view.place("node_locations");
        let items = view.written_list("node_locations").map(|list| list.items).unwrap_or_default();
        let literal = |name: &Text| items.iter().find(|(text, _)| *text == Some(name.as_str())).map(|(_, span)| *span);
        let names = known.iter().filter_map(|name| name.known());
        names
            .map(|name| NamedLocation { name: name.clone(), place: place.clone(), literal: literal(name), address })
            .collect()
    }
}

fn answer(_cx: &Context, cluster: &Cluster) -> Answer {
    let mut named: Vec<(NamedLocation, bool)> = Vec::new();
    let written = ["location", "region", "zone"].into_iter().find(|name| cluster.view.get(name).is_some());
    if let Some(own) = cluster.location.known() {
        named.push((NamedLocation::one(&cluster.view, written.unwrap_or("location"), own, cluster.address()), false));
    }
    named.extend(NamedLocation::zones(&cluster.view, cluster.address()).into_iter().map(|zone| (zone, true)));
    for pool in cluster
        .pools
        .iter()
        .filter(|pool| pool.uncertain.is_none() && matches!(pool.kind, PoolKind::Inline | PoolKind::Separate))
    {
        named.extend(NamedLocation::zones(&pool.view, &pool.address).into_iter().map(|zone| (zone, true)));
    }
    for pool in cluster.pools.iter().filter(|pool| pool.uncertain.is_none() && has_own_location(&pool.view)) {
        if let Some(own) = pool.view.text("location").as_ref().and_then(|own| own.known()) {
            named.push((NamedLocation::one(&pool.view, "location", own, &pool.address), false));
        }
    }
    if named.is_empty() {
        return Answer::not_applicable("where the cluster is is not known");
    }
    let of = cluster.location.known().filter(|own| location::standing(own) == LocationStanding::Known);
    let region = of.map(|own| own.derive(location::region_of(own).unwrap_or(own)));
    let faults =
        named.iter().filter_map(|(named, is_node)| fault(cluster, named, region.as_ref().filter(|_| *is_node)));
    faults.reduce(worse).unwrap_or_else(|| Answer::met("every region and zone exists"))
}

/// The provider takes a pool's own location where it names its cluster by name alone; else that of the cluster's path.
fn has_own_location(pool: &View) -> bool {
    let cluster = pool.text("cluster");
    cluster.as_ref().and_then(|name| name.known()).is_some_and(|name| !name.contains('/'))
}

/// What is wrong with a location; `region` is that in which it has to be, for the zones of nodes.
fn fault(cluster: &Cluster, named: &NamedLocation, region: Option<&Text>) -> Option<Answer> {
    let name = &named.name;
    match location::standing(name) {
        LocationStanding::Near(near) => Some(unknown(cluster, named, Some(near))),
        LocationStanding::Malformed => Some(unknown(cluster, named, None)),
        LocationStanding::Newer => {
            let reason = format!("location {name} is newer than the facts of {}, or there is none", location::DATE);
            let finding = RULE
                .finding(reason.clone())
                .level(Level::Warning)
                .cluster(cluster)
                .help("see `gcloud compute zones list`")
                .at(named.address, &named.place, "not among the regions and zones that kfplint knows");
            let decides = format!("{}.{}", named.address, named.place.attribute);
            Some(Answer::undecided(reason, vec![decides], vec![finding]))
        }
        LocationStanding::Known => outside(cluster, named, region?),
    }
}

fn unknown(cluster: &Cluster, named: &NamedLocation, near: Option<&str>) -> Answer {
    let name = &named.name;
    let lacks = location::region_of(name).filter(|region| location::is_known_region(region) && !name.is_hidden());
    let reason = match lacks {
        Some(region) => format!("there is no zone {name}: region {region} does not have it"),
        None if near.is_none() => format!("\"{name}\" is no region or zone"),
        None => format!("there is no region or zone {name}"),
    };
    let mut draft = RULE.finding(reason.clone()).cluster(cluster);
    if let Some(region) = lacks {
        let zones: Vec<String> = location::zones_of(region).map(|zone| format!("\"{zone}\"")).collect();
        draft = draft.help(format!("write one of the zones of {region}: {}", list(&zones)));
    } else if !name.is_hidden() {
        draft = draft.help(match near {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "a region is like us-central1, a zone like us-central1-a".into(),
        });
    }
    let mut finding = draft.at(named.address, &named.place, "no such location");
    if let (Some(span), Some(near)) = (named.literal.filter(|_| !name.is_hidden()), near) {
        finding.fixes.push(replace(span, format!("\"{near}\""), format!("use {near}")));
    }
    Answer::unmet(reason, vec![finding])
}

/// Zones of nodes are in the region of their cluster.
fn outside(cluster: &Cluster, named: &NamedLocation, region: &Text) -> Option<Answer> {
    let name = &named.name;
    let (reason, label) = match location::region_of(name) {
        Some(of) if of == region.as_str() => return None,
        Some(_) => (format!("nodes cannot be in {name}: their cluster is in region {region}"), "outside of its region"),
        None => (format!("`node_locations` are zones, and {name} is a region"), "not a zone"),
    };
    let mut draft = RULE
        .finding(reason.clone())
        .cluster(cluster)
        .related(&cluster.view.place("location"), "the cluster's location");
    if !region.is_hidden() {
        let zones: Vec<String> = location::zones_of(region).map(|zone| format!("\"{zone}\"")).collect();
        draft = draft.help(format!("write zones of {region}: {}", list(&zones)));
    }
    Some(Answer::unmet(reason, vec![draft.at(named.address, &named.place, label)]))
}
