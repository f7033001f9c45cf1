//! Networks, and what of them serves a cluster. Each answer is no only where it is surely so.

use super::cluster::Cluster;
use super::fact::Fact;
use super::identity::{self, same};
use super::text::Text;
use super::types::ByType;
use super::view::View;
use crate::catalog::gke::last_part;
use crate::catalog::location::region_of;
use crate::cty::value::Value;
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
    /// The subnetworks that it is for; `None` for all, or where they are not known.
    subnetworks: Option<Vec<Subnetwork>>,
}

/// A subnetwork, as an argument names it.
#[derive(Clone, Debug)]
struct Subnetwork {
    /// The subnetworks of the configuration that the argument refers to.
    references: Vec<ResolvedReference>,
    /// The last part of its name, where that is known.
    name: Option<String>,
}

impl Subnetwork {
    fn of(view: &View, argument: &str) -> Option<Subnetwork> {
        let name = view.text(argument)?.known().map(|name| last_part(name).to_string());
        let all = view.references(argument).into_iter();
        let references = all.filter(|r| r.type_name == "google_compute_subnetwork" && r.mode == Mode::Managed);
        Some(Subnetwork { references: references.collect(), name })
    }

    /// Whether it is surely another one.
    fn is_other(&self, other: &Subnetwork) -> bool {
        match (&self.name, &other.name) {
            (Some(a), Some(b)) => a != b,
            _ => are_apart(&self.references, &other.references),
        }
    }
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
        let of = view.references("router");
        let router = types.managed("google_compute_router").find(|r| of.iter().any(|of| of.is_to(r)));
        let region = region(&view, router);
        let networks = router.map(|router| networks_of(&View::of(router))).unwrap_or_default();
        Nat { region, networks, subnetworks: subnetworks(&view), view }
    }

    /// Whether it may serve a cluster's nodes: it is for its region, network and subnetwork, as far as these are known.
    pub fn may_serve(&self, cluster: &Cluster) -> bool {
        let own = Subnetwork::of(&cluster.view, "subnetwork");
        let others =
            own.zip(self.subnetworks.as_ref()).is_some_and(|(own, all)| all.iter().all(|one| one.is_other(&own)));
        if others {
            return false;
        }
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
        let reaches = self.may_reach_nodes(cluster) && self.admits_control_plane(cluster);
        !off && !egress && reaches && rule.blocks("allow").iter().any(allows)
    }

    /// Whether it may be for nodes that Kubeflow Pipelines' pods land on: by its tags or accounts, where it has any.
    fn may_reach_nodes(&self, cluster: &Cluster) -> bool {
        let pools = cluster.landing_pools();
        if pools.is_empty() || cluster.pools_elsewhere.is_some() {
            return true;
        }
        if let Some(tags) = self.view.texts("target_tags") {
            let auto = cluster.view.block("node_pool_auto_config").and_then(|auto| auto.block("network_tags"));
            let configs = pools.iter().filter_map(|pool| pool.config.as_ref());
            let own = configs.filter_map(|config| config.texts("tags")).chain(auto.and_then(|auto| auto.texts("tags")));
            return may_share(&tags, &own.collect::<Vec<_>>());
        }
        let Some(accounts) = self.view.value("target_service_accounts") else { return true };
        let Some(accounts) = accounts.elements() else { return true };
        let has = |email: Value| accounts.iter().any(|account| !same(account, &email, identity::email).is_false());
        pools.iter().any(|pool| {
            let email = pool.config.as_ref().and_then(|config| config.value("service_account"));
            email.is_none_or(has)
        })
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

/// The region of a NAT, where that is known: its own, else that of its router, else the provider's.
fn region(nat: &View, router: Option<&Resource>) -> Option<String> {
    let own = nat.value("region").or_else(|| View::of(router?).value("region"));
    let value = own.unwrap_or_else(|| nat.resource.provider.default_of("region"));
    value.as_str().map(|region| last_part(region).to_string())
}

/// The networks of the configuration that an argument `network` refers to.
fn networks_of(view: &View) -> Vec<ResolvedReference> {
    let all = view.references("network");
    all.into_iter().filter(|r| r.type_name == "google_compute_network" && r.mode == Mode::Managed).collect()
}

/// Whether these are surely other networks than the cluster's.
fn are_others(networks: &[ResolvedReference], cluster: &Cluster) -> bool {
    are_apart(networks, &networks_of(&cluster.view))
}

/// Whether what these refer to is surely not the same.
fn are_apart(some: &[ResolvedReference], others: &[ResolvedReference]) -> bool {
    let same = |a: &ResolvedReference, b: &ResolvedReference| {
        let key = a.key.is_none() || b.key.is_none() || a.key == b.key;
        key && (&a.module, &a.name) == (&b.module, &b.name)
    };
    !some.is_empty() && !others.is_empty() && !some.iter().any(|a| others.iter().any(|b| same(a, b)))
}

/// The subnetworks that a NAT lists whose nodes it serves; `None` where it serves all, or that is not known.
fn subnetworks(nat: &View) -> Option<Vec<Subnetwork>> {
    let which = nat.text("source_subnetwork_ip_ranges_to_nat")?;
    which.known().filter(|which| &***which == "LIST_OF_SUBNETWORKS")?;
    let listed = nat.blocks("subnetwork");
    // Nodes have addresses of the primary range; the secondary ones are for pods and services.
    let has_nodes = |block: &View| {
        let ranges = block.texts("source_ip_ranges_to_nat");
        let ranges = ranges.as_ref().and_then(|ranges| ranges.known());
        let alone = |range: &Fact<Text>| range.known().is_some_and(|r| &**r == "LIST_OF_SECONDARY_IP_RANGES");
        !ranges.is_some_and(|ranges| !ranges.is_empty() && ranges.iter().all(alone))
    };
    if listed.iter().any(|block| block.uncertain.is_some()) {
        return None;
    }
    listed.iter().filter(|block| has_nodes(block)).map(|block| Subnetwork::of(block, "name")).collect()
}

/// Whether the network that a cluster is in is made here: `None` where that is not known.
pub fn is_made_here(networks: &[Network], cluster: &Cluster) -> Option<bool> {
    if !networks_of(&cluster.view).is_empty() {
        return Some(true);
    }
    let Some(own) = cluster.view.text("network") else { return Some(false) };
    let own = own.known()?;
    let named =
        |network: &Network| network.view.text("name").map(|name| name.known().map(|name| **name == *last_part(own)));
    let all: Vec<Option<bool>> = networks.iter().filter_map(named).collect();
    match all.contains(&Some(true)) {
        true => Some(true),
        false => (!all.contains(&None)).then_some(false),
    }
}

/// Whether nodes may reach the world in another way than by a NAT of Google's: by a route to a machine that does it.
pub fn has_way_out(types: &ByType) -> bool {
    let ways = ["next_hop_instance", "next_hop_ilb", "next_hop_ip", "next_hop_vpn_tunnel"];
    types.managed("google_compute_route").map(View::of).any(|route| {
        let all =
            route.text("dest_range").is_some_and(|range| range.known().is_none_or(|range| &**range == "0.0.0.0/0"));
        all && ways.iter().any(|way| route.get(way).is_some())
    })
}

/// Whether a rule's tags may be among those of nodes, each list those of some. GKE gives nodes tags that begin with `gke-`.
fn may_share(tags: &Fact<Vec<Fact<Text>>>, nodes: &[Fact<Vec<Fact<Text>>>]) -> bool {
    let Some(tags) = tags.known() else { return true };
    let has = |tag: &Text| {
        let is_one = |own: &Fact<Text>| own.known().is_none_or(|own| own == tag);
        tag.starts_with("gke-") || nodes.iter().any(|own| own.known().is_none_or(|own| own.iter().any(is_one)))
    };
    tags.is_empty() || tags.iter().any(|tag| tag.known().is_none_or(has))
}

/// Whether `8443` or a range such as `8000-9000` holds a port.
fn holds(ports: &str, port: u64) -> bool {
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) => (first..=last).contains(&port),
        _ => false,
    }
}
