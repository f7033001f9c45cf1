//! Networks, and what of them serves a cluster. Each answer is no only where it is surely so.

use super::cluster::Cluster;
use super::types::ByType;
use super::view::View;
use crate::catalog::location::region_of;
use crate::plan::{Mode, ResolvedReference, Resource};
use ipnet::IpNet;
use std::cell::OnceCell;

/// A `google_compute_network`.
#[derive(Clone, Debug)]
pub struct Network<'p> {
    /// Its block.
    pub view: View<'p>,
}

/// A Cloud NAT: a `google_compute_router_nat`.
#[derive(Clone, Debug)]
pub struct Nat<'p> {
    /// Its block.
    pub view: View<'p>,
    /// Its region, where that is known.
    pub region: Option<String>,
    /// The networks of the configuration that its router is in.
    networks: Vec<ResolvedReference>,
}

/// A rule of a VPC firewall: a `google_compute_firewall`.
#[derive(Clone, Debug)]
pub struct Firewall<'p> {
    /// Its block.
    pub view: View<'p>,
    /// The networks of the configuration that it is in.
    networks: OnceCell<Vec<ResolvedReference>>,
}

impl<'p> Network<'p> {
    /// Reads a `google_compute_network`.
    pub fn new(resource: &'p Resource) -> Network<'p> {
        Network { view: View::of(resource) }
    }
}

impl<'p> Nat<'p> {
    /// Reads a `google_compute_router_nat`.
    pub fn new(resource: &'p Resource, types: &ByType<'p>) -> Nat<'p> {
        let view = View::of(resource);
        let region = view.text("region");
        let region = region.as_ref().and_then(|r| r.known()).map(|r| r.rsplit('/').next().unwrap_or(r).to_string());
        let of = view.references("router");
        let router = types.managed("google_compute_router").find(|r| of.iter().any(|of| of.is_to(r)));
        let networks = router.map(|router| networks_of(&View::of(router))).unwrap_or_default();
        Nat { view, region, networks }
    }

    /// Whether it may serve a cluster: it is in its region and its network, as far as these are known.
    pub fn may_serve(&self, cluster: &Cluster) -> bool {
        let location = cluster.location.known().map(|l| region_of(l).unwrap_or(l).to_string());
        let elsewhere = location.zip(self.region.as_ref()).is_some_and(|(cluster, nat)| cluster != *nat);
        !elsewhere && !are_others(&self.networks, cluster)
    }
}

impl<'p> Firewall<'p> {
    /// Reads a `google_compute_firewall`.
    pub fn new(resource: &'p Resource) -> Firewall<'p> {
        Firewall { view: View::of(resource), networks: OnceCell::new() }
    }

    /// Whether it may let a TCP port in from a cluster's control plane; what is not known may.
    pub fn may_let_in(&self, cluster: &Cluster, port: u64) -> bool {
        let rule = &self.view;
        let networks = || self.networks.get_or_init(|| networks_of(rule));
        let off = rule.flag("disabled", false).is_true() || are_others(networks(), cluster);
        let egress = rule.text("direction").is_some_and(|d| d.known().is_some_and(|d| &**d == "EGRESS"));
        let allows = |allow: &View| {
            let protocol = allow.text("protocol");
            let protocol = protocol.as_ref().and_then(|p| p.known()).map(|p| p.to_ascii_lowercase());
            let tcp = protocol.is_none_or(|p| matches!(p.as_str(), "tcp" | "all" | "6"));
            let ports = allow.texts("ports");
            let listed = ports.as_ref().and_then(|p| p.known());
            let has = |ports: &str| holds(ports, port);
            tcp && listed.is_none_or(|all| all.is_empty() || all.iter().any(|p| p.known().is_none_or(|p| has(p))))
        };
        !off && !egress && self.admits_control_plane(cluster) && rule.blocks("allow").iter().any(allows)
    }

    /// Whether its sources may hold the control plane; what is not known may.
    fn admits_control_plane(&self, cluster: &Cluster) -> bool {
        let network = |text: &str| text.trim().parse::<IpNet>().ok();
        let block = cluster.view.block("private_cluster_config").and_then(|b| b.text("master_ipv4_cidr_block"));
        let control_plane = block.as_ref().and_then(|b| b.known()).and_then(|b| network(b));
        let sources = self.view.texts("source_ranges");
        let (Some(control_plane), Some(sources)) = (control_plane, sources.as_ref().and_then(|s| s.known())) else {
            return true;
        };
        sources.iter().any(|source| match source.known().and_then(|s| network(s)) {
            Some(source) => source.contains(&control_plane) || control_plane.contains(&source),
            None => true,
        })
    }
}

/// The networks of the configuration that an argument `network` refers to.
fn networks_of(view: &View) -> Vec<ResolvedReference> {
    let all = view.references("network");
    all.into_iter().filter(|r| r.type_name == "google_compute_network" && r.mode == Mode::Managed).collect()
}

/// Whether these are surely other networks than the cluster's.
fn are_others(networks: &[ResolvedReference], cluster: &Cluster) -> bool {
    let same = |a: &ResolvedReference, b: &ResolvedReference| {
        let key = a.key.is_none() || b.key.is_none() || a.key == b.key;
        key && (&a.module, &a.name) == (&b.module, &b.name)
    };
    let own = networks_of(&cluster.view);
    !networks.is_empty() && !own.is_empty() && !networks.iter().any(|n| own.iter().any(|o| same(n, o)))
}

/// Whether `8443` or a range such as `8000-9000` holds a port.
fn holds(ports: &str, port: u64) -> bool {
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) => (first..=last).contains(&port),
        _ => false,
    }
}
