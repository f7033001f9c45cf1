//! KFP405 private-egress: private nodes without a NAT, or without tcp 8443 from the control plane.

use crate::cty::value::Deciders;
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::network;
use crate::graph::view::AttributePlace;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP405",
    name: "private-egress",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: None,
};

/// The port of Kubeflow Pipelines' cache webhook.
const WEBHOOK: u64 = 8443;

fn answer(cx: &Context, cluster: &Cluster) -> Answer {
    let (private, place) = private_nodes(cluster);
    match private {
        Fact::Known(true) => judge(cx, cluster, &place),
        Fact::Known(false) => Answer::not_applicable("enable_private_nodes is not true"),
        Fact::OneOf(_, reasons) | Fact::Unknown(reasons) => {
            let reason = format!("whether the nodes are private is not known: {}", reasons.because());
            Answer::undecided(reason, &reasons, Vec::new())
        }
    }
}

/// Whether Kubeflow Pipelines' pods may land on private nodes, and where that stands. A pool says so for itself, else the
/// cluster does.
fn private_nodes(cluster: &Cluster) -> (Fact<bool>, AttributePlace) {
    let block = cluster.view.block("private_cluster_config");
    let of_cluster = block.map_or_else(|| cluster.view.own_place(), |b| b.place("enable_private_nodes"));
    let own = || (cluster.private_nodes.clone(), of_cluster.clone());
    let pools: Vec<_> =
        cluster.landing_pools().into_iter().map(|pool| pool.private_nodes().unwrap_or_else(own)).collect();
    let any = pools.iter().find(|(private, _)| private.is_true());
    let open = || pools.iter().find(|(private, _)| !private.is_false());
    any.or_else(open).or(pools.first()).cloned().unwrap_or_else(own)
}

fn judge(cx: &Context, cluster: &Cluster, place: &AttributePlace) -> Answer {
    let graph = cx.graph;
    let nat = graph.nats.iter().any(|nat| nat.may_serve(cluster)) || network::has_way_out(&graph.types);
    let policies = FIREWALL_POLICIES.iter().any(|name| graph.types.managed(name).next().is_some());
    let webhook = policies || graph.firewalls.iter().any(|rule| rule.may_let_in(cluster, WEBHOOK));
    if nat && webhook {
        return Answer::met("there is a NAT, and tcp 8443 is let in");
    }
    // What belongs to a network is made where the network is: elsewhere, nothing can be said.
    let undecided = |reason: &str, decides: Deciders| Answer::undecided(reason, decides, Vec::new());
    let network_input = || format!("{}.network", cluster.address()).into();
    match network::is_made_here(&graph.networks, cluster) {
        Some(true) => {}
        Some(false) => {
            let reason = "this configuration does not create the network, so its NAT and firewall rules cannot be seen";
            return undecided(reason, network_input());
        }
        None => {
            let network = cluster.view.text("network");
            let reasons = network.as_ref().and_then(|n| n.reasons()).cloned().unwrap_or_default();
            let decides = if reasons.is_empty() { network_input() } else { (&reasons).into() };
            return undecided("which network the cluster is in is not known", decides);
        }
    }
    let missing: Vec<String> = graph.absent_modules().map(|module| module.address.to_string()).collect();
    if !missing.is_empty() {
        return undecided("a module that is not on disk may make the NAT and firewall rules", missing.into());
    }
    let mut findings = Vec::new();
    if !nat {
        let message = match graph.nats.is_empty() {
            true => "has private nodes, but no NAT: they cannot pull Kubeflow Pipelines' images",
            false => "has private nodes that no NAT here serves: they cannot pull Kubeflow Pipelines' images",
        };
        findings.push(finding(
            cluster,
            place,
            message,
            "add a google_compute_router and a google_compute_router_nat in the nodes' region and network",
        ));
    }
    if !webhook {
        findings.push(finding(
            cluster,
            place,
            "has private nodes, but no firewall rule lets tcp 8443 in from the control plane, for the cache webhook",
            "add a google_compute_firewall with `allow { protocol = \"tcp\", ports = [\"8443\"] }` and the control plane's \
             master_ipv4_cidr_block as source_ranges",
        ));
    }
    let reasons: Vec<String> = findings.iter().map(|f| f.message.clone()).collect();
    Answer::unmet(reasons.join("; "), findings)
}

/// Types of rules in firewall policies: what they let in is not looked at.
const FIREWALL_POLICIES: [&str; 4] = [
    "google_compute_firewall_policy_rule",
    "google_compute_firewall_policy_with_rules",
    "google_compute_network_firewall_policy_rule",
    "google_compute_network_firewall_policy_with_rules",
];

fn finding(cluster: &Cluster, place: &AttributePlace, message: &str, help: &str) -> Finding {
    RULE.finding(format!("{} {message}", cluster.address())).cluster(cluster).help(help).at(
        cluster.address(),
        place,
        "private nodes",
    )
}
