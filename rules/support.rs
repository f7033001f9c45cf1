//! What several rules need.

use crate::eval::value::Reasons;
use crate::finding::Status;
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::pool::Pool;
use crate::rule::{Answer, decides};

/// Nodes that Kubeflow Pipelines needs (Google's guide).
pub const LEAST_NODES: u64 = 3;

/// A rule about nodes does not apply where Google manages them; where that is not known, it is never unmet.
pub fn unless_autopilot(cluster: &Cluster, judge: impl FnOnce() -> Answer) -> Answer {
    match &cluster.autopilot {
        Fact::Known(true) => Answer::not_applicable(
            "enable_autopilot = true: Google sizes and manages the nodes of an Autopilot cluster",
        ),
        Fact::Known(false) => judge(),
        open => {
            let answer = judge();
            match answer.status {
                Status::Unmet | Status::Undecided => {
                    let reasons = open.reasons().cloned().unwrap_or_default();
                    let decides = [decides(&reasons), answer.decides].concat();
                    let reason = format!("it is not known whether enable_autopilot is true; if not: {}", answer.reason);
                    let as_warning = |mut f: crate::finding::Finding| {
                        f.level = f.level.min(crate::finding::Level::Warning);
                        f
                    };
                    Answer::undecided(reason, decides, answer.findings.into_iter().map(as_warning).collect())
                }
                _ => answer,
            }
        }
    }
}

/// The pool that stands last in the configuration.
pub fn last<'a, 'p>(pools: impl IntoIterator<Item = &'a Pool<'p>>) -> Option<&'a Pool<'p>>
where
    'p: 'a,
{
    pools.into_iter().max_by_key(|p| (p.count_place().span, p.address.clone()))
}

/// All reasons of several facts together.
pub fn together<'a>(all: impl IntoIterator<Item = &'a Reasons>) -> Reasons {
    all.into_iter().fold(Reasons::default(), |sum, r| sum.union(r))
}

/// `3 nodes`, `1 node`.
pub fn nodes(count: u64) -> String {
    if count == 1 { "1 node".into() } else { format!("{count} nodes") }
}

/// Words in a list: `a`, `a and b`, `a, b and c`.
pub fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
