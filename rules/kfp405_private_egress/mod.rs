//! KFP405 private-egress: private nodes without a NAT, or without tcp 8443 from the control plane.

use crate::eval::plan::{Mode, Resource};
use crate::finding::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::view::View;
use crate::rule::{Answer, Context, Meta, Rule, because, decides};
use ipnet::IpNet;

/// The rule.
pub struct PrivateEgress;

static META: Meta =
    Meta { code: "KFP405", name: "private-egress", level: Level::Warning, page: include_str!("rule.md") };

/// The port of Kubeflow Pipelines' cache webhook.
const WEBHOOK: u64 = 8443;

impl Rule for PrivateEgress {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn cluster(&self, cx: &Context, cluster: &Cluster) -> Option<Answer> {
        Some(match cluster.private_nodes.known() {
            Some(true) => judge(cx, cluster),
            Some(false) => Answer::not_applicable("enable_private_nodes is not true"),
            None => {
                let reasons = cluster.private_nodes.reasons().cloned().unwrap_or_default();
                let reason = format!("whether the nodes are private is not known: {}", because(&reasons));
                Answer::undecided(reason, decides(&reasons), Vec::new())
            }
        })
    }
}

fn managed<'p>(cx: &Context<'p>, type_name: &'static str) -> impl Iterator<Item = &'p Resource> {
    cx.plan.resources.iter().filter(move |r| r.mode == Mode::Managed && &*r.type_name == type_name)
}

fn judge(cx: &Context, cluster: &Cluster) -> Answer {
    // What belongs to a network is made where the network is: elsewhere, nothing can be said.
    let network_here = managed(cx, "google_compute_network").next().is_some();
    let missing = cx.plan.modules.iter().any(|m| !m.present);
    let nat = managed(cx, "google_compute_router_nat").next().is_some();
    let webhook =
        managed(cx, "google_compute_firewall").map(View::of).any(|f| lets_in(&f) && from_control_plane(&f, cluster));
    if nat && webhook {
        return Answer::met("there is a NAT, and tcp 8443 is let in");
    }
    if !network_here || missing {
        let reason = "the network is not made here, so that its NAT and firewall rules cannot be seen";
        return Answer::undecided(reason, vec![format!("{}.network", cluster.address())], Vec::new());
    }
    let mut findings = Vec::new();
    if !nat {
        findings.push(finding(
            cluster,
            "has private nodes, but no NAT: they cannot pull Kubeflow Pipelines' images",
            "add a google_compute_router and a google_compute_router_nat in the nodes' region and network",
        ));
    }
    if !webhook {
        findings.push(finding(
            cluster,
            "has private nodes, but no firewall rule lets tcp 8443 in from the control plane, for the cache webhook",
            "add a google_compute_firewall with `allow { protocol = \"tcp\", ports = [\"8443\"] }` and the control plane's \
             master_ipv4_cidr_block as source_ranges",
        ));
    }
    let reasons: Vec<String> = findings.iter().map(|f| f.message.clone()).collect();
    Answer::unmet(reasons.join("; "), findings)
}

fn finding(cluster: &Cluster, message: &str, help: &str) -> Finding {
    let block = cluster.view.block("private_cluster_config");
    let place = block.map_or_else(|| cluster.view.own_place(), |b| b.place("enable_private_nodes"));
    META.finding(format!("{} {message}", cluster.address())).cluster(cluster).help(help).at(
        cluster.address(),
        &place,
        "private nodes",
    )
}

/// Whether a firewall rule may let tcp 8443 in; what is not known may.
fn lets_in(rule: &View) -> bool {
    let egress = rule.text("direction").is_some_and(|d| d.known().is_some_and(|d| &**d == "EGRESS"));
    let allows = |allow: &View| {
        let protocol = allow.text("protocol");
        let protocol = protocol.as_ref().and_then(|p| p.known()).map(|p| p.to_ascii_lowercase());
        let tcp = protocol.is_none_or(|p| matches!(p.as_str(), "tcp" | "all" | "6"));
        let ports = allow.texts("ports");
        let listed = ports.as_ref().and_then(|p| p.known());
        tcp && listed.is_none_or(|all| all.is_empty() || all.iter().any(|p| p.known().is_none_or(|p| holds(p))))
    };
    !egress && rule.blocks("allow").iter().any(allows)
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
