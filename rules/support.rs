//! What several rules need.

use crate::base::source::Span;
use crate::cty::value::{HIDDEN, ReasonKind, Reasons};
use crate::diagnostic::{Edit, Finding, Fix, Level, Status};
use crate::graph::cluster::Cluster;
use crate::graph::fact::{Fact, Interval};
use crate::graph::pool::Pool;
use crate::rule::{Answer, Context, Rule};

/// Why rules about the nodes' account do not judge one that an Autopilot cluster has in its `node_config`.
pub const IGNORED_ACCOUNT: &str = "enable_autopilot = true: GKE ignores the service_account in node_config, and runs the \
                                   nodes as the Compute Engine default service account";

/// A rule about nodes does not apply where Google manages them; where that is not known, it is never unmet.
pub fn unless_autopilot(cluster: &Cluster, judge: impl FnOnce() -> Answer) -> Answer {
    match &cluster.autopilot {
        Fact::Known(true) => Answer::not_applicable(
            "enable_autopilot = true: Google sizes and manages the nodes of an Autopilot cluster",
        ),
        Fact::Known(false) => judge(),
        open => judge().if_so("enable_autopilot is false", &open.reasons().cloned().unwrap_or_default()),
    }
}

/// A rule about scopes and accounts applies to an Autopilot cluster's nodes as far as `auto_provisioning_defaults` says
/// something of them.
pub fn unless_autopilot_decides(cluster: &Cluster, judge: impl FnOnce() -> Answer) -> Answer {
    let says = |pool: &Pool| ["service_account", "oauth_scopes"].iter().any(|name| pool.place(name).written);
    match &cluster.auto_provisioned {
        Some(pool) if cluster.autopilot.is_true() && says(pool) => judge(),
        _ if cluster.ignored_account().is_some() => Answer::not_applicable(IGNORED_ACCOUNT),
        _ => unless_autopilot(cluster, judge),
    }
}

/// A rule about all nodes of a cluster: undecided where only pools of it are here. KFP001 has the finding about that.
pub fn of_all_nodes(cluster: &Cluster, judge: impl FnOnce() -> Answer) -> Answer {
    match &cluster.elsewhere {
        Some(reasons) => {
            let reason = format!("this configuration only adds pools to the cluster: {}", reasons.because());
            Answer::undecided(reason, reasons, Vec::new())
        }
        None => unless_autopilot(cluster, judge),
    }
}

/// The pool that stands last in the configuration.
pub fn last<'a, 'p>(pools: impl IntoIterator<Item = &'a Pool<'p>>) -> Option<&'a Pool<'p>>
where
    'p: 'a,
{
    pools.into_iter().max_by_key(|p| (p.root, p.count_place().span, p.address.clone()))
}

/// All reasons of several facts together.
pub fn together<'a>(all: impl IntoIterator<Item = &'a Reasons>) -> Reasons {
    all.into_iter().fold(Reasons::default(), |sum, r| sum.union(r))
}

/// `3 nodes`, `1 node`, or no number where it must not be shown.
pub fn nodes(count: u64, hidden: bool) -> String {
    if hidden {
        return format!("{HIDDEN} nodes");
    }
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

/// Whether a cluster has three nodes without a fault that some of its pools have.
pub enum Shortfall<'a, 'p> {
    /// No pool has the fault, or none has nodes.
    NoFault,
    /// Three nodes without it are possible.
    Enough,
    /// These pools have it, and there are not three nodes without.
    Faulty(Vec<&'a Pool<'p>>),
    /// Not known, why, and on which pool it hangs.
    Open(Reasons, Option<&'a Pool<'p>>),
}

/// Whether only facts that kfplint lacks are to blame, such as the size of a machine type.
pub fn is_by_facts(reasons: &Reasons) -> bool {
    reasons.iter().all(|reason| matches!(reason.kind, ReasonKind::Unsupported(_)))
}

/// An undecided answer: where only the size of a machine type is not known, KFP007 tells of it.
pub fn undecided(reason: String, reasons: &Reasons, findings: Vec<Finding>) -> Answer {
    let answer = Answer::undecided(reason, reasons, findings);
    if is_by_facts(reasons) { answer.because_of(&["KFP007"]) } else { answer }
}

/// Judges pools by `good`: a pool at fault hurts only where three nodes without the fault are lacking.
pub fn shortfall<'a, 'p>(cluster: &'a Cluster<'p>, good: impl Fn(&Pool) -> Fact<bool>) -> Shortfall<'a, 'p> {
    let (mut least, mut most) = (0u64, Some(0u64));
    let mut reasons = Reasons::default();
    let (mut faulty, mut open) = (Vec::new(), None);
    for pool in cluster.pools.iter().filter(|p| !p.is_empty()) {
        let fact = good(pool);
        if fact.is_true() {
            least = least.saturating_add(pool.nodes.ceiling.min);
        }
        if fact.is_false() {
            if pool.is_certain() {
                faulty.push(pool);
            } else {
                open = Some(pool);
            }
            reasons = reasons.union(&pool.nodes.ceiling.reasons);
            continue;
        }
        most = most.zip(pool.nodes.ceiling.max).map(|(a, b)| a.saturating_add(b));
        reasons = reasons.union(&pool.nodes.ceiling.reasons);
        if let Some(why) = fact.reasons() {
            reasons = reasons.union(why);
            open = Some(pool);
        }
    }
    let (auto, provisioned) = (&cluster.auto_provisioning, cluster.provisioned());
    if least >= cluster.profile.nodes || (auto.enabled.is_true() && provisioned.min >= cluster.profile.nodes) {
        return Shortfall::Enough;
    }
    if faulty.is_empty() && open.is_none() {
        return Shortfall::NoFault;
    }
    let auto_may = !auto.enabled.is_false() && provisioned.max.is_none_or(|n| n >= cluster.profile.nodes);
    if auto_may {
        reasons = reasons.union(&provisioned.reasons).union(&auto.enabled.reasons().cloned().unwrap_or_default());
    }
    if let Some(elsewhere) = &cluster.pools_elsewhere {
        reasons = reasons.union(elsewhere);
    }
    let could_be_enough =
        auto_may || cluster.pools_elsewhere.is_some() || most.is_none_or(|n| n >= cluster.profile.nodes);
    if faulty.is_empty() || could_be_enough {
        return Shortfall::Open(reasons, open.or(faulty.first().copied()));
    }
    Shortfall::Faulty(faulty)
}

/// From so many bytes on, a reason takes no further ones in: each cluster has its own.
const REASON: usize = 4096;
/// What says so.
const MORE: &str = "; and more";

/// The worse of two answers, with the findings of both.
pub fn worse(a: Answer, b: Answer) -> Answer {
    let rank = |status| match status {
        Status::Unmet => 0,
        Status::Undecided => 1,
        Status::Met => 2,
        Status::NotApplicable => 3,
    };
    let (mut first, mut second) = if rank(a.status) <= rank(b.status) { (a, b) } else { (b, a) };
    if first.status == second.status {
        if format!("; {}; ", first.reason).contains(&format!("; {}; ", second.reason)) {
            // Pools that share a cause have the same reason.
        } else if first.reason.len() < REASON {
            first.reason += &format!("; {}", second.reason);
        } else if !first.reason.ends_with(MORE) {
            first.reason += MORE;
        }
        first.decides.extend([std::mem::take(&mut second.decides)]);
    }
    first.findings.append(&mut second.findings);
    first
}

/// How many qualifying nodes there are.
pub struct Count {
    /// Certainly always.
    pub floor: u64,
    /// Perhaps always; `None` where nothing bounds it.
    pub floor_most: Option<u64>,
    /// What would decide how many are always there.
    pub floor_reasons: Reasons,
    /// Certainly, where the autoscaler grows the pools.
    pub ceiling: u64,
    /// At most; `None` where nothing bounds it.
    pub most: Option<u64>,
    /// Whether the numbers must not be shown.
    pub hidden: bool,
}

/// The zones that messages may count on: 1 where they are not known or must not be shown.
pub fn zones(zones: &Interval) -> u64 {
    zones.shown().unwrap_or(1).max(1)
}

/// Counts the qualifying nodes of all pools.
pub fn count(cluster: &Cluster) -> Count {
    let reasons = Reasons::default();
    let mut sum =
        Count { floor: 0, floor_most: Some(0), floor_reasons: reasons, ceiling: 0, most: Some(0), hidden: false };
    for pool in &cluster.pools {
        let counts = pool.counts();
        if counts.is_true() {
            sum.floor += pool.nodes.floor.min;
            sum.ceiling += pool.nodes.ceiling.min;
        }
        if !counts.is_false() {
            sum.hidden |= pool.nodes.floor.hidden || pool.nodes.ceiling.hidden;
            sum.most = sum.most.zip(pool.nodes.ceiling.max).map(|(a, b)| a.saturating_add(b));
            sum.floor_most = sum.floor_most.zip(pool.nodes.floor.max).map(|(a, b)| a.saturating_add(b));
            let open = [Some(&pool.nodes.floor.reasons), counts.reasons()].into_iter().flatten();
            open.filter(|why| !why.is_empty()).for_each(|why| sum.floor_reasons = sum.floor_reasons.union(why));
        }
    }
    // Together there are as many as there are, whichever pool has them.
    let is_fixed = |p: &Pool| p.nodes.autoscaled.is_false() && p.uncertain.is_none();
    if let Some(all) =
        cluster.observed_nodes.filter(|_| !cluster.pools.is_empty() && cluster.pools.iter().all(is_fixed))
    {
        let limit = |most: Option<u64>| Some(most.map_or(all, |most| most.min(all)));
        (sum.most, sum.floor_most) = (limit(sum.most), limit(sum.floor_most));
        if cluster.pools.iter().all(|p| p.counts().is_true()) {
            (sum.floor, sum.ceiling) = (all, all);
        }
    }
    if let Some(elsewhere) = &cluster.pools_elsewhere {
        (sum.most, sum.floor_most) = (None, None);
        sum.floor_reasons = sum.floor_reasons.union(elsewhere);
    }
    sum
}

/// The answer for a cluster of a rule that looks at the root as a whole; its findings are made once, for the root.
pub fn of_root(rule: &Rule, findings: &[Finding], met: &str) -> Answer {
    match findings.iter().max_by_key(|f| f.level) {
        Some(f) if f.level >= rule.level => Answer::unmet(f.message.clone(), Vec::new()),
        Some(f) if f.level == Level::Warning => Answer::undecided(f.message.clone(), Vec::new(), Vec::new()),
        _ => Answer::met(met),
    }
}

/// A fix that puts other text in the place of a literal.
pub fn replace(span: Span, text: String, title: String) -> Fix {
    Fix::unsafe_edit(title, Edit { span, text })
}

/// A fix that adds a line to a block.
pub fn add_line(cx: &Context, block: Option<Span>, line: &str, title: String) -> Option<Fix> {
    let edit = cx.graph.add_line(block?, line)?;
    Some(Fix::unsafe_edit(title, edit))
}
