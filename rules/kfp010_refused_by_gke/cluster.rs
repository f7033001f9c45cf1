//! What is refused of a cluster itself: no nodes to begin with, a Kubernetes that is gone, a zone for Autopilot.

use super::{Refusal, text};
use crate::catalog::limits::{self, Offered};
use crate::catalog::location;
use crate::diagnostic::Level;
use crate::graph::cluster::Cluster;
use crate::rule::{Answer, Context};

/// All of it.
pub fn refusals(cx: &Context, cluster: &Cluster) -> Vec<Refusal> {
    [no_nodes(cx, cluster), version_is_gone(cluster), zonal_autopilot(cluster)].into_iter().flatten().collect()
}

/// A cluster is made with a default pool, also where that is removed at once, or with pools in its block.
fn no_nodes(cx: &Context, cluster: &Cluster) -> Option<Refusal> {
    if !cluster.autopilot.is_false() || !cluster.starts_without_nodes() {
        return None;
    }
    let place = match cluster.view.get("initial_node_count") {
        Some(_) => cluster.view.place("initial_node_count"),
        None if cluster.removes_default_pool.is_true() => cluster.view.place("remove_default_node_pool"),
        None => cluster.view.own_place(),
    };
    let why = match cluster.removes_default_pool.is_true() {
        true => {
            "`remove_default_node_pool` needs `initial_node_count` of at least 1: the pool is made, and then removed"
        }
        false => "a cluster needs `initial_node_count` of at least 1, or `node_pool` blocks",
    };
    let message = format!("GKE refuses {}: {why}", cluster.address());
    let advice = cx.graph.advise(&cluster.view, "initial_node_count", "1");
    let help = advice.help(" in the cluster");
    Some(Refusal { edit: advice.edit, ..Refusal::new(message, place, help) })
}

fn version_is_gone(cluster: &Cluster) -> Option<Refusal> {
    let version = text(&cluster.view, "min_master_version")?;
    if limits::offered(&version) != Some(Offered::NoMore) {
        return None;
    }
    let message = format!("GKE makes no clusters with Kubernetes {version} any more");
    let oldest = limits::oldest_offered().unwrap_or_default();
    let help = format!("ask for {oldest} or newer, or leave `min_master_version` out");
    Some(Refusal::new(message, cluster.view.place("min_master_version"), help))
}

/// A version of Kubernetes that the facts do not have yet.
pub fn newer_version(cluster: &Cluster) -> Option<Answer> {
    let version = text(&cluster.view, "min_master_version")?;
    if limits::offered(&version) != Some(Offered::Newer) {
        return None;
    }
    let reason = format!("Kubernetes {version} is newer than the facts of {}, or there is none", limits::VERSIONS_DATE);
    let place = cluster.view.place("min_master_version");
    let finding = super::RULE.finding(&reason).level(Level::Warning).cluster(cluster);
    let finding = finding.at(cluster.address(), &place, "not among the versions that kfplint knows");
    Some(Answer::undecided(reason, vec![format!("{}.min_master_version", cluster.address())], vec![finding]))
}

fn zonal_autopilot(cluster: &Cluster) -> Option<Refusal> {
    let own = cluster.location.known().filter(|own| cluster.autopilot.is_true() && location::is_zone(own))?;
    let region = location::region_of(own).filter(|_| !own.is_hidden());
    let message = format!("Autopilot clusters are in a region, and {own} is a zone");
    let name = if cluster.view.get("zone").is_some() { "zone" } else { "location" };
    let place = cluster.view.place(name);
    Some(match region {
        Some(region) if name == "location" => {
            Refusal::set(message, place, &cluster.view, ("location", &format!("\"{region}\"")), "")
        }
        _ => Refusal::new(message, place, "set `location` to a region"),
    })
}
