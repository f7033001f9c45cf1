//! What is refused of a cluster's settings that exclude or need one another.

use super::pool::pods;
use super::{Refusal, block, text};
use crate::catalog::location;
use crate::graph::cluster::Cluster;
use crate::graph::view::View;

/// All of it.
pub fn refusals(cluster: &Cluster) -> Vec<Refusal> {
    let mut all: Vec<Refusal> = [
        own_zone(cluster),
        two_network_policies(cluster),
        same_ranges(cluster),
        node_version(cluster),
        pods(&cluster.view, "default_max_pods_per_node", cluster.address()),
    ]
    .into_iter()
    .flatten()
    .collect();
    all.extend(private_endpoint(cluster));
    all.extend(auto_provisioning(cluster));
    all
}

/// The zones beside a zonal cluster's own.
fn own_zone(cluster: &Cluster) -> Option<Refusal> {
    let own = cluster.location.known().filter(|own| location::is_zone(own))?;
    let zones = cluster.view.texts("node_locations").filter(|_| cluster.view.written("node_locations").is_some())?;
    let repeated = zones.known()?.iter().any(|zone| zone.known().is_some_and(|zone| zone.as_str() == own.as_str()));
    let message = format!("{} has its own zone {own} among its `node_locations`", cluster.address());
    let help = "leave that zone out: `node_locations` are the other zones";
    repeated.then(|| Refusal::new(message, cluster.view.place("node_locations"), help))
}

/// Dataplane V2 brings network policies of its own.
fn two_network_policies(cluster: &Cluster) -> Option<Refusal> {
    let is_v2 = text(&cluster.view, "datapath_provider")?.as_str() == "ADVANCED_DATAPATH";
    let policy =
        block(&cluster.view, "network_policy").filter(|policy| is_v2 && policy.flag("enabled", false).is_true())?;
    let message =
        format!("{} has `network_policy` together with `datapath_provider = \"ADVANCED_DATAPATH\"`", cluster.address());
    let help = "remove the block `network_policy`: Dataplane V2 enforces network policies by itself";
    Some(Refusal::new(message, policy.place("enabled"), help))
}

fn same_ranges(cluster: &Cluster) -> Option<Refusal> {
    let ranges = block(&cluster.view, "ip_allocation_policy")?;
    let (pods, services) =
        (text(&ranges, "cluster_secondary_range_name")?, text(&ranges, "services_secondary_range_name")?);
    let is_same = !pods.is_empty() && pods.as_str() == services.as_str();
    let message = format!("pods and services of {} have the same secondary range {pods}", cluster.address());
    let help = "name another range of the subnetwork for services";
    is_same.then(|| Refusal::new(message, ranges.place("services_secondary_range_name"), help))
}

/// The nodes of a cluster that is made have the control plane's version.
fn node_version(cluster: &Cluster) -> Option<Refusal> {
    let version = text(&cluster.view, "node_version").filter(|_| cluster.view.written("node_version").is_some())?;
    let place = cluster.view.place("node_version");
    if cluster.removes_default_pool.is_true() {
        let message =
            format!("{} has `node_version`, and removes the default pool that would have it", cluster.address());
        return Some(Refusal::new(message, place, "remove `node_version`, and give the pools a `version`"));
    }
    let own = text(&cluster.view, "min_master_version")?;
    let message = format!("{} has `node_version` {version}, and `min_master_version` {own}", cluster.address());
    let help = "remove `node_version`, or write the same version in both";
    (own.as_str() != version.as_str()).then(|| Refusal::new(message, place, help))
}

/// Who may reach a control plane that has a private address alone.
fn private_endpoint(cluster: &Cluster) -> Vec<Refusal> {
    let Some(private) = block(&cluster.view, "private_cluster_config") else { return Vec::new() };
    let mut all = Vec::new();
    let has = |name: &str| text(&private, name).is_some_and(|text| !text.is_empty());
    if has("master_ipv4_cidr_block") && has("private_endpoint_subnetwork") {
        let message = format!(
            "{} has `private_endpoint_subnetwork` together with `master_ipv4_cidr_block`, which excludes it",
            cluster.address()
        );
        all.push(Refusal::new(message, private.place("private_endpoint_subnetwork"), "leave one of them out"));
    }
    // The control plane may have no address at all, but a name.
    let may_have_a_name = cluster.view.block("control_plane_endpoints_config").is_some();
    if may_have_a_name || !private.flag("enable_private_endpoint", false).is_true() {
        return all;
    }
    let place = private.place("enable_private_endpoint");
    let Some(networks) = cluster.view.block("master_authorized_networks_config") else {
        let message =
            format!("{} has a private endpoint, and no `master_authorized_networks_config`", cluster.address());
        let help = "write a block `master_authorized_networks_config`; it may be empty";
        // A document of the API has no block where none is written, and neither where all is left to GKE.
        all.extend(cluster.view.span.map(|_| Refusal::new(message, place, help)));
        return all;
    };
    let open = networks.blocks("cidr_blocks").into_iter().filter(|network| network.uncertain.is_none());
    let open = open.filter(|network| text(network, "cidr_block").is_some_and(|range| range.as_str() == "0.0.0.0/0"));
    all.extend(open.map(|network| {
        let message = format!("{} has a private endpoint, and lets in 0.0.0.0/0", cluster.address());
        Refusal::new(message, network.place("cidr_block"), "name private ranges alone")
    }));
    all
}

/// Node auto-provisioning needs limits for CPU and memory, and limits need node auto-provisioning.
fn auto_provisioning(cluster: &Cluster) -> Option<Refusal> {
    let scaling = block(&cluster.view, "cluster_autoscaling").filter(|_| cluster.autopilot.is_false())?;
    scaling.written("enabled")?;
    let limits: Vec<View> = scaling.blocks("resource_limits");
    let enabled = scaling.flag("enabled", false);
    if enabled.is_false() {
        let first = limits.iter().find(|limit| limit.uncertain.is_none())?;
        let message = format!("{} has limits for node auto-provisioning, which is off", cluster.address());
        return Some(Refusal::new(
            message,
            first.own_place(),
            "remove `resource_limits`, or turn node auto-provisioning on",
        ));
    }
    let is_open = limits.iter().any(|limit| limit.uncertain.is_some() || text(limit, "resource_type").is_none());
    if !enabled.is_true() || is_open {
        return None;
    }
    let has =
        |kind: &&str| limits.iter().any(|limit| text(limit, "resource_type").is_some_and(|own| own.as_str() == *kind));
    let missing = ["cpu", "memory"].into_iter().find(|kind| !has(kind))?;
    let message = format!("node auto-provisioning of {} has no limit for {missing}", cluster.address());
    let help = format!("write a block `resource_limits` with `resource_type = \"{missing}\"` and a `maximum`");
    Some(Refusal::new(message, scaling.place("enabled"), help))
}
