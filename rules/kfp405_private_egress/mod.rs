//! KFP405 private-egress: private nodes without a NAT, or without tcp 8443 from the control plane.

use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
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
    match cluster.private_nodes.known() {
        Some(true) => judge(cx, cluster),
        Some(false) => Answer::not_applicable("enable_private_nodes is not true"),
        None => {
            let reasons = cluster.private_nodes.reasons().cloned().unwrap_or_default();
            let reason = format!("whether the nodes are private is not known: {}", reasons.because());
            Answer::undecided(reason, reasons.decides(), Vec::new())
        }
    }
}

fn judge(cx: &Context, cluster: &Cluster) -> Answer {
    // What belongs to a network is made where the network is: elsewhere, nothing can be said.
    let network_here = !cx.graph.networks.is_empty();
    let missing = cx.graph.absent_modules().next().is_some();
    let nat = cx.graph.nats.iter().any(|nat| nat.may_serve(cluster));
    let webhook = cx.graph.firewalls.iter().any(|rule| rule.may_let_in(cluster, WEBHOOK));
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
    RULE.finding(format!("{} {message}", cluster.address())).cluster(cluster).help(help).at(
        cluster.address(),
        &place,
        "private nodes",
    )
}
