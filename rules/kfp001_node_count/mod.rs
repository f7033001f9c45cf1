//! KFP001 node-count: fewer than three nodes that qualify.

use super::support::{LEAST_NODES, last, nodes, together, unless_autopilot};
use crate::eval::value::Reasons;
use crate::finding::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::pool::Pool;
use crate::graph::view::Place;
use crate::rule::{Answer, Context, Meta, Rule, because, decides};

/// The rule.
pub struct NodeCount;

static META: Meta = Meta { code: "KFP001", name: "node-count", level: Level::Error, page: include_str!("rule.md") };

impl Rule for NodeCount {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn cluster(&self, _cx: &Context, cluster: &Cluster) -> Option<Answer> {
        Some(unless_autopilot(cluster, || judge(cluster)))
    }
}

/// How many qualifying nodes there are: certainly always, certainly with the autoscaler, and at most.
struct Count {
    floor: u64,
    ceiling: u64,
    most: Option<u64>,
}

fn count(cluster: &Cluster) -> Count {
    let mut sum = Count { floor: 0, ceiling: 0, most: Some(0) };
    for pool in &cluster.pools {
        let counts = pool.counts();
        if counts.is_true() {
            sum.floor += pool.nodes.floor.min;
            sum.ceiling += pool.nodes.ceiling.min;
        }
        if !counts.is_false() {
            sum.most = sum.most.zip(pool.nodes.ceiling.max).map(|(a, b)| a.saturating_add(b));
        }
    }
    if cluster.pools_elsewhere.is_some() {
        sum.most = None;
    }
    sum
}

fn judge(cluster: &Cluster) -> Answer {
    let auto = &cluster.auto_provisioning;
    let sum = count(cluster);
    if sum.floor >= LEAST_NODES {
        return Answer::met(format!("{} qualify", nodes(sum.floor)));
    }
    if sum.ceiling >= LEAST_NODES {
        let reason =
            format!("the autoscaler may grow the pools to {} that qualify ({} always)", nodes(sum.ceiling), sum.floor);
        return Answer::met(reason);
    }
    if auto.enabled.is_true() && auto.nodes.min >= LEAST_NODES {
        return Answer::met(format!(
            "node auto-provisioning may add up to {} of 2 vCPU and 4 GB",
            nodes(auto.nodes.min)
        ));
    }
    let by_auto = !auto.enabled.is_false() && auto.nodes.max.is_none_or(|n| n >= LEAST_NODES);
    if by_auto || sum.most.is_none_or(|n| n >= LEAST_NODES) {
        return undecided(cluster, by_auto);
    }
    unmet(cluster, sum.most.unwrap_or(0))
}

/// The pool whose count decides: the last of those that qualify or may, else of all.
fn deciding<'a, 'p>(cluster: &'a Cluster<'p>) -> Option<&'a Pool<'p>> {
    let qualifying = cluster.pools.iter().filter(|p| !p.counts().is_false());
    last(qualifying).or_else(|| last(&cluster.pools))
}

fn unmet(cluster: &Cluster, found: u64) -> Answer {
    let all: u64 = cluster.pools.iter().filter_map(|p| p.nodes.ceiling.max).sum();
    let reason = match all > found {
        true => format!("{found} of {} qualify; Kubeflow Pipelines needs {LEAST_NODES}", nodes(all)),
        false => format!("{} in all; Kubeflow Pipelines needs {LEAST_NODES}", nodes(found)),
    };
    let Some(pool) = deciding(cluster) else {
        let finding = META
            .finding(format!(
                "{} has no node pool, but Kubeflow Pipelines needs {LEAST_NODES} nodes",
                cluster.address()
            ))
            .cluster(cluster)
            .help(new_pool(cluster))
            .at(cluster.address(), &cluster.view.own_place(), "this cluster has no node pool");
        return Answer::unmet(reason, vec![finding]);
    };
    let place = pool.count_place();
    let message = format!("{} has {reason}", cluster.address());
    let label = match pool.nodes.ceiling.known() {
        Some(n) => format!("{} at most, over all zones", nodes(n)),
        None => "too few nodes".to_string(),
    };
    let mut draft = META.finding(message).cluster(cluster).help(raise(pool));
    for other in cluster.pools.iter().filter(|p| p.counts().is_false() && !p.is_empty()) {
        draft = draft.related(&other.machine.place, format!("the nodes of {} do not count", other.title()));
    }
    Answer::unmet(reason, vec![draft.at(&pool.address, &place, label)])
}

/// What to write so that the pool has enough nodes.
fn raise(pool: &Pool) -> String {
    let (block, name) = pool.nodes.decided_by;
    let zones = pool.zones.known().unwrap_or(1).max(1);
    let per_zone = if name.starts_with("total_") { LEAST_NODES } else { LEAST_NODES.div_ceil(zones) };
    let what =
        if block.is_empty() { format!("{name} = {per_zone}") } else { format!("{block} {{ {name} = {per_zone} }}") };
    match zones > 1 && !name.starts_with("total_") {
        true => format!("write `{what}` or more: it counts in each of {zones} zones"),
        false => format!("write `{what}` or more"),
    }
}

fn new_pool(cluster: &Cluster) -> String {
    let reference = format!("google_container_cluster.{}", cluster.resource.name);
    format!(
        "add a node pool:\nresource \"google_container_node_pool\" \"kubeflow_pipelines\" {{\n  name       = \"kubeflow-pipelines\"\n  \
         cluster    = {reference}.name\n  location   = {reference}.location\n  node_count = {}\n\n  node_config {{\n    \
         machine_type = \"e2-standard-2\"\n    oauth_scopes = [\"https://www.googleapis.com/auth/cloud-platform\"]\n  }}\n}}",
        LEAST_NODES.div_ceil(cluster.zones.known().unwrap_or(1).max(1))
    )
}

fn undecided(cluster: &Cluster, by_auto: bool) -> Answer {
    let open: Vec<&Pool> = cluster.pools.iter().filter(|p| !open_reasons(p).is_empty()).collect();
    let mut reasons = together(open.iter().map(|p| open_reasons(p)).collect::<Vec<_>>().iter());
    if by_auto {
        let auto = &cluster.auto_provisioning;
        reasons = reasons.union(&auto.nodes.reasons).union(&auto.enabled.reasons().cloned().unwrap_or_default());
    }
    if let Some(elsewhere) = &cluster.pools_elsewhere {
        reasons = reasons.union(elsewhere);
    }
    let reason = format!("whether {LEAST_NODES} nodes qualify is not known: {}", because(&reasons));
    let finding = finding_undecided(cluster, last(open), &reasons);
    Answer::undecided(reason, decides(&reasons), vec![finding])
}

/// Why the number of a pool's qualifying nodes is not known.
fn open_reasons(pool: &Pool) -> Reasons {
    let counts = pool.counts();
    match counts {
        Fact::Known(false) => Reasons::default(),
        _ if pool.is_empty() => Reasons::default(),
        _ => pool.nodes.ceiling.reasons.union(&counts.reasons().cloned().unwrap_or_default()),
    }
}

fn finding_undecided(cluster: &Cluster, pool: Option<&Pool>, reasons: &Reasons) -> Finding {
    let message = format!("whether {} has {LEAST_NODES} nodes that qualify is not known", cluster.address());
    let draft = META.finding(message).level(Level::Warning).cluster(cluster).reasons(reasons);
    let (address, place) = match pool {
        Some(pool) if pool.counts().known().is_none() => (pool.address.as_str(), pool.machine.place.clone()),
        Some(pool) => (pool.address.as_str(), pool.count_place()),
        None => (cluster.address(), Place { attribute: String::new(), ..cluster.view.own_place() }),
    };
    draft.at(address, &place, "this decides")
}
