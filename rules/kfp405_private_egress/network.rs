//! What of a network serves a cluster. Each says no only where it is surely so.

use crate::address::Mode;
use crate::catalog::location::region_of;
use crate::graph::cluster::Cluster;
use crate::graph::refs::{self, Reference};
use crate::graph::view::View;
use crate::rule::Context;
use ipnet::IpNet;

/// The port of Kubeflow Pipelines' cache webhook.
const WEBHOOK: u64 = 8443;

/// The resources of a type that the configuration makes.
pub fn managed<'p>(cx: &Context<'p>, type_name: &str) -> impl Iterator<Item = View<'p>> {
    cx.graph.types.managed(type_name).map(View::of)
}

/// Whether a NAT may serve a cluster: it is in its region and its network, as far as these are known.
pub fn serves(cx: &Context, nat: &View, cluster: &Cluster) -> bool {
    let location = cluster.location.known().map(|l| region_of(l).unwrap_or(l).to_string());
    let region = nat.text("region");
    let region = region.as_ref().and_then(|r| r.known()).map(|r| r.rsplit('/').next().unwrap_or(r).to_string());
    let elsewhere = location.zip(region).is_some_and(|(cluster, nat)| cluster != nat);
    let of = nat.written("router").map(refs::of_attribute).unwrap_or_default();
    let router = managed(cx, "google_compute_router").find(|r| of.iter().any(|of| of.is_to(r.resource)));
    !elsewhere && router.is_none_or(|router| !other_network(&router, cluster))
}

/// Whether something is in another network of this configuration than the cluster's.
fn other_network(view: &View, cluster: &Cluster) -> bool {
    let networks = |view: &View| -> Vec<Reference> {
        let all = view.written("network").map(refs::of_attribute).unwrap_or_default();
        all.into_iter().filter(|r| r.type_name == "google_compute_network" && r.mode == Mode::Managed).collect()
    };
    let same = |a: &Reference, b: &Reference| {
        let key = a.key.is_none() || b.key.is_none() || a.key == b.key;
        key && (&a.module, &a.name) == (&b.module, &b.name)
    };
    let (theirs, own) = (networks(view), networks(&cluster.view));
    !theirs.is_empty() && !own.is_empty() && !theirs.iter().any(|n| own.iter().any(|o| same(n, o)))
}

/// Whether a firewall rule may let tcp 8443 in from the control plane; what is not known may.
pub fn lets_in(rule: &View, cluster: &Cluster) -> bool {
    let off = rule.flag("disabled", false).is_true() || other_network(rule, cluster);
    let egress = rule.text("direction").is_some_and(|d| d.known().is_some_and(|d| &**d == "EGRESS"));
    let allows = |allow: &View| {
        let protocol = allow.text("protocol");
        let protocol = protocol.as_ref().and_then(|p| p.known()).map(|p| p.to_ascii_lowercase());
        let tcp = protocol.is_none_or(|p| matches!(p.as_str(), "tcp" | "all" | "6"));
        let ports = allow.texts("ports");
        let listed = ports.as_ref().and_then(|p| p.known());
        tcp && listed.is_none_or(|all| all.is_empty() || all.iter().any(|p| p.known().is_none_or(|p| holds(p))))
    };
    !off && !egress && from_control_plane(rule, cluster) && rule.blocks("allow").iter().any(allows)
}

/// Whether a firewall rule's sources may hold the control plane; what is not known may.
fn from_control_plane(rule: &View, cluster: &Cluster) -> bool {
    let network = |text: &str| text.trim().parse::<IpNet>().ok();
    let block = cluster.view.block("private_cluster_config").and_then(|b| b.text("master_ipv4_cidr_block"));
    let control_plane = block.as_ref().and_then(|b| b.known()).and_then(|b| network(b));
    let sources = rule.texts("source_ranges");
    let (Some(control_plane), Some(sources)) = (control_plane, sources.as_ref().and_then(|s| s.known())) else {
        return true;
    };
    sources.iter().any(|source| match source.known().and_then(|s| network(s)) {
        Some(source) => source.contains(&control_plane) || control_plane.contains(&source),
        None => true,
    })
}

/// Whether `8443` or a range such as `8000-9000` holds the webhook's port.
fn holds(ports: &str) -> bool {
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) => (first..=last).contains(&WEBHOOK),
        _ => false,
    }
}
