//! KFP002 node-capacity: machines below 2 vCPU or 4096 MiB, where three that are not are lacking.

use super::support::{LEAST_NODES, Shortfall, shortfall, unless_autopilot};
use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::rule::{Answer, Context, Meta, Rule, because, decides};

/// The rule.
pub struct NodeCapacity;

static META: Meta = Meta { code: "KFP002", name: "node-capacity", level: Level::Error, page: include_str!("rule.md") };

/// A machine type that is big enough and offered in nearly all regions.
const FITTING: &str = "e2-standard-2";

impl Rule for NodeCapacity {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn cluster(&self, _cx: &Context, cluster: &Cluster) -> Option<Answer> {
        Some(unless_autopilot(cluster, || judge(cluster)))
    }
}

fn judge(cluster: &Cluster) -> Answer {
    match shortfall(cluster, |pool| pool.machine.big_enough.clone()) {
        Shortfall::NoFault => Answer::met("no pool's machines are below 2 vCPU or 4096 MiB"),
        Shortfall::Enough => Answer::met(format!("{LEAST_NODES} nodes have at least 2 vCPU and 4096 MiB")),
        Shortfall::Faulty(pools) => {
            let all: Vec<String> = pools.iter().map(|p| size(p)).collect();
            let reason = format!("the machines are too small: {}", all.join("; "));
            Answer::unmet(reason, pools.iter().map(|p| finding(cluster, p)).collect())
        }
        Shortfall::Open(reasons, pool) => {
            let reason = format!("whether {LEAST_NODES} nodes are big enough is not known: {}", because(&reasons));
            let message =
                format!("whether the machines of {} have 2 vCPU and 4096 MiB is not known", cluster.address());
            let draft = META.finding(message).level(Level::Warning).cluster(cluster).reasons(&reasons);
            let (address, place) = match pool {
                Some(pool) => (pool.address.as_str(), pool.machine.place.clone()),
                None => (cluster.address(), cluster.view.own_place()),
            };
            Answer::undecided(reason, decides(&reasons), vec![draft.at(address, &place, "this decides")])
        }
    }
}

/// `e2-small has 2 vCPU and 2048 MiB`.
fn size(pool: &Pool) -> String {
    match pool.machine.machine.known() {
        Some(m) => format!("{} has {} vCPU and {} MiB", m.name, m.vcpus, m.memory_mib),
        None => "every possible machine type is below 2 vCPU or 4096 MiB".to_string(),
    }
}

fn finding(cluster: &Cluster, pool: &Pool) -> Finding {
    let message = format!("the nodes of {} are too small for Kubeflow Pipelines: {}", pool.title(), size(pool));
    let place = &pool.machine.place;
    let draft = META.finding(message).cluster(cluster).help(format!(
        "write `machine_type = \"{FITTING}\"` or a bigger one: each node needs 2 vCPU and 4 GB (4096 MiB)"
    ));
    let mut finding = draft.at(&pool.address, place, "below 2 vCPU or 4096 MiB");
    let literal = pool.config.as_ref().and_then(|c| c.written("machine_type")).and_then(|w| w.origin.as_ref());
    if let Some(origin) = literal
        && origin.expr.as_str().is_some()
        && let Some(span) = place.span
    {
        finding.fixes.push(Fix {
            title: format!("use {FITTING}"),
            safety: Safety::Unsafe,
            edits: vec![Edit { span, text: format!("\"{FITTING}\"") }],
        });
    }
    finding
}
