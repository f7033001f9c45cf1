//! Runs all rules over one root module.

mod fold;
mod missing;

use crate::base::budget::{Budget, CLUSTERS, Clock, FINDINGS, Limit};
use crate::cty::value::Reasons;
use crate::diagnostic::{
    ClusterReport, Coverage, Finding, FoldedRequirement, Level, PoolReport, Requirement, RootReport, Status, Verdict,
};
use crate::graph::Graph;
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::module::report::{BUDGET_EXCEEDED, exceeded};
use crate::plan::StaticPlan;
use crate::rule::{Answer, Context, Rule};
use std::collections::BTreeSet;

/// Runs all rules over one root module. Clusters that the time does not suffice for are undecided, and a finding says so
/// (TF006). A rule that stops when the time is used up may answer anything: what it says then does not count.
pub fn check_root(plan: &StaticPlan, graph: &Graph, budget: &Budget) -> RootReport {
    let rules = crate::rules::all();
    let whole = Context { graph, found: &[], budget };
    let in_time = |rule: &Rule| rule.root.filter(|_| !budget.is_late()).map(|root| root(&whole)).unwrap_or_default();
    let found: Vec<Vec<Finding>> = rules.iter().map(in_time).collect();
    let is_cut = budget.is_late();
    let mut findings = plan.findings.clone();
    let elsewhere = fold::codes(findings.iter().chain(found.iter().flatten()));
    let mut folded = Vec::new();
    let mut clusters = Vec::with_capacity(graph.clusters.len().min(CLUSTERS));
    let mut left = Vec::new();
    let clock = budget.clock();
    for cluster in graph.clusters.iter().take(CLUSTERS) {
        let mut requirements: Vec<Requirement> = match answers(cluster, whole, &found, &clock) {
            None => {
                left.push(cluster);
                rules.iter().filter(|rule| rule.cluster.is_some()).map(|rule| open(rule, cluster, budget)).collect()
            }
            Some(answers) => {
                let answers = answers.into_iter().map(|(rule, answer)| (rule, by_errors(answer, &plan.findings)));
                let (answers, own) = fold::fold(answers.collect(), &elsewhere);
                folded.extend(own.into_iter().map(|(rule, answer)| fold_of(rule, answer, cluster)));
                answers
                    .into_iter()
                    .map(|(rule, answer)| requirement(rule, cluster, certain(answer, cluster), &mut findings))
                    .collect()
            }
        };
        requirements.shrink_to_fit();
        clusters.push(ClusterReport {
            root: plan.root.clone(),
            environment: None,
            address: cluster.address().to_string(),
            verdict: Verdict::of(&requirements),
            location: cluster.resource.header,
            requirements,
            node_pools: cluster.pools.iter().map(pool_report).collect(),
        });
    }
    missing::join(&mut findings, &plan.missing_modules, &clusters);
    findings.extend(plan.late_finding());
    findings.extend(too_late(&left, graph.clusters.len(), budget));
    findings.extend(too_many_clusters(graph));
    if is_cut && findings.iter().all(|f| f.code != BUDGET_EXCEEDED.0) {
        let message = format!("not all rules have judged this root module: {}", budget.late());
        findings.push(exceeded(None, message, "", Limit::Timeout));
    }
    findings.extend(found.into_iter().flatten());
    clusters.sort_by(|a, b| a.address.cmp(&b.address));
    findings.iter_mut().for_each(Finding::tidy);
    sort(&mut findings);
    bound(&mut findings);
    // Reports are kept to the end of the run, those of all root modules.
    findings.shrink_to_fit();
    let root = plan.root.clone();
    RootReport { root, environment: None, is_example: false, clusters, findings, folded, coverage: coverage(plan) }
}

/// What all rules say of a cluster, which found this in the root as a whole; `None` where the time is used up before they
/// have said it.
fn answers(
    cluster: &Cluster,
    whole: Context,
    found: &[Vec<Finding>],
    clock: &Clock,
) -> Option<Vec<(&'static Rule, Answer)>> {
    let mut answers = Vec::new();
    for (rule, found) in crate::rules::all().iter().zip(found) {
        let Some(judge) = rule.cluster else { continue };
        if clock.is_late() {
            return None;
        }
        answers.push((rule, judge(&Context { found, ..whole }, cluster)));
    }
    (!whole.budget.is_late()).then_some(answers)
}

/// The answer with the errors of the configuration that alone leave it undecided as its causes: its reason names them.
fn by_errors(answer: Answer, errors: &[Finding]) -> Answer {
    if answer.status != Status::Undecided || !answer.decides.inputs.is_empty() {
        return answer;
    }
    let is_named = |error: &&Finding| {
        error.level == Level::Error && answer.decides.errors.iter().any(|message| **message == *error.message)
    };
    let named: Vec<&Finding> = errors.iter().filter(is_named).collect();
    if named.is_empty() {
        return answer;
    }
    let codes: BTreeSet<&'static str> = named.iter().map(|error| error.code).collect();
    let all: Vec<&'static str> = answer.because_of.iter().copied().chain(codes).collect();
    let own = answer.findings.iter().chain(named).find_map(argument);
    let decides = own.into_iter().collect::<Vec<String>>().into();
    Answer { decides, ..answer }.because_of(&all)
}

/// The answer, which hangs on whether there is such a cluster.
fn certain(answer: Answer, cluster: &Cluster) -> Answer {
    match &cluster.resource.uncertain {
        Some(reasons) => answer.if_so("this cluster is created", reasons),
        None => answer,
    }
}

/// The most inputs that are listed as those that decide a requirement.
const DECIDES: usize = 8;

/// An answer as the report has it; its findings are added to the others. Where no input decides an unknown value, the argument
/// that the finding is about stands for it, or the cluster.
fn requirement(rule: &Rule, cluster: &Cluster, answer: Answer, findings: &mut Vec<Finding>) -> Requirement {
    let Answer { status, mut reason, decides, because_of, level, findings: mut own } = answer;
    let mut decides = decides.inputs;
    if status == Status::Undecided && decides.is_empty() {
        decides.push(own.iter().find_map(argument).unwrap_or_else(|| cluster.address().to_string()));
    }
    decides.sort();
    decides.dedup();
    let more = decides.len().saturating_sub(DECIDES);
    if more > 0 {
        decides.truncate(DECIDES);
        reason += &format!(" ({more} more inputs decide it)");
    }
    reason.shrink_to_fit();
    let level = level.unwrap_or_else(|| level_of(rule, status, &own));
    findings.append(&mut own);
    let (code, name) = (rule.code, rule.name);
    Requirement { code, name, level, status, reason, decides, because_of, suppressed: false }
}

/// The argument that a finding is about, or the resource.
fn argument(finding: &Finding) -> Option<String> {
    let address = finding.address.as_ref()?;
    Some(finding.attribute.as_ref().map_or_else(|| address.clone(), |attribute| format!("{address}.{attribute}")))
}

/// What is not met weighs as much as the worst that is found of it.
fn level_of(rule: &Rule, status: Status, findings: &[Finding]) -> Level {
    let worst = findings.iter().map(|finding| finding.level).max().filter(|_| status == Status::Unmet);
    worst.map_or(rule.level, |worst| worst.min(rule.level))
}

/// A requirement as it is by itself.
fn fold_of(rule: &Rule, answer: Answer, cluster: &Cluster) -> FoldedRequirement {
    let mut findings = Vec::new();
    let requirement = requirement(rule, cluster, certain(answer, cluster), &mut findings);
    findings.iter_mut().for_each(Finding::tidy);
    FoldedRequirement { cluster: cluster.address().to_string(), requirement, findings }
}

/// A requirement of a cluster that was not judged in time.
fn open(rule: &Rule, cluster: &Cluster, budget: &Budget) -> Requirement {
    let answer = Answer::undecided(budget.late(), "--timeout".to_string(), Vec::new());
    requirement(rule, cluster, answer, &mut Vec::new())
}

/// What says that clusters were not judged, at the first of them.
fn too_late(left: &[&Cluster], all: usize, budget: &Budget) -> Option<Finding> {
    let message = format!("{} of {all} clusters of this root module are not judged: {}", left.len(), budget.late());
    Some(exceeded(left.first()?.resource.header, message, "the first of them", Limit::Timeout))
}

/// What says that there are more clusters than are judged, at the first that is not.
fn too_many_clusters(graph: &Graph) -> Option<Finding> {
    let (first, all) = (graph.clusters.get(CLUSTERS)?, graph.clusters.len());
    let message = format!("this root module has {all} clusters, of which only {CLUSTERS} are judged");
    Some(exceeded(first.resource.header, message, "the first that is not", Limit::Fixed))
}

/// Keeps so many findings, those of the highest level and in the order of places, and says so at the first that is left
/// out.
pub fn bound(findings: &mut Vec<Finding>) {
    if findings.len() <= FINDINGS {
        return;
    }
    // What says that something was left out is never left out.
    let unimportant = |f: &Finding| (f.code != BUDGET_EXCEEDED.0, std::cmp::Reverse(f.level));
    findings.sort_by_key(unimportant);
    let first = findings.get(FINDINGS).and_then(Finding::span);
    findings.truncate(FINDINGS);
    let message = format!("this root module has more than {FINDINGS} findings: the others are not listed");
    findings.push(exceeded(first, message, "the first that is not", Limit::Fixed));
    sort(findings);
}

fn sort(findings: &mut Vec<Finding>) {
    fn key(f: &Finding) -> impl Ord + '_ {
        (f.span().is_none(), f.span(), f.code, &f.cluster, &f.address, &f.message)
    }
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
    findings.dedup();
}

fn pool_report(pool: &Pool) -> PoolReport {
    let open = !pool.machine.hidden;
    let machine = pool.machine.machine.known().filter(|_| open);
    let counts = pool.counts();
    let why_not = match counts.known() {
        Some(true) => None,
        Some(false) => Some(why_not(pool)),
        None => counts.reasons().map(Reasons::because),
    };
    let nodes = pool.nodes.floor.shown().zip(pool.nodes.ceiling.shown());
    PoolReport {
        address: pool.address.clone(),
        nodes,
        machine_type: pool.machine.type_name.known().map(|t| t.to_string()),
        vcpus: machine.map(|m| f64::from(m.vcpus)),
        memory_mib: machine.map(|m| m.memory_mib),
        allocatable: pool
            .allocatable()
            .known()
            .filter(|_| open || pool.observed.is_some())
            .map(|a| (a.cpu_m, a.memory_mib)),
        counts: counts.known().copied(),
        why_not,
    }
}

fn why_not(pool: &Pool) -> String {
    if pool.usable.is_false()
        && let Some(obstacle) = &pool.obstacle
    {
        return format!("KFP's pods cannot run there, because of {}", obstacle.what);
    }
    let known = pool.machine.machine.known().filter(|_| !pool.machine.hidden);
    let size = known.map(|m| format!(" ({} vCPU, {} MiB)", m.vcpus, m.memory_mib));
    format!("the machine{} is below 2 vCPU or 4096 MiB", size.unwrap_or_default())
}

fn coverage(plan: &StaticPlan) -> Coverage {
    Coverage {
        files: plan.files,
        skipped: plan
            .unreached
            .iter()
            .map(|why| (plan.root.clone(), why.clone()))
            .chain(plan.skipped.clone())
            .collect(),
        excluded: plan.excluded.clone(),
        modules_missing: plan.missing_modules.clone(),
        undecided_blocks: plan.undecided_blocks.iter().map(|(a, r)| (a.clone(), r.because())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::testing::plan;
    use crate::profile::Profile;
    use serde_json::json;

    #[test]
    fn what_is_judged_when_the_time_is_used_up_does_not_count() {
        let late = Budget::new(None, None, None, Some(0));
        let cluster = json!({ "type": "google_container_cluster", "name": "c", "values": { "name": "c" } });
        let member = json!({ "type": "google_project_iam_member", "name": "m", "values": { "role": "roles/nosuch" } });
        let judge = |resources, budget: &Budget| {
            let plan = plan(resources);
            check_root(&plan, &Graph::build(&plan, Profile::kfp(), budget), budget)
        };
        let codes = |report: &RootReport| report.findings.iter().map(|f| f.code).collect::<Vec<_>>();
        let report = judge(json!([cluster]), &late);
        assert!(report.clusters.iter().flat_map(|c| &c.requirements).all(|r| r.status == Status::Undecided));
        assert_eq!((report.clusters.len(), codes(&report)), (1, vec!["TF006"]));
        assert_eq!(codes(&judge(json!([member]), &late)), ["TF006"], "the rules did not see it");
        assert_eq!(codes(&judge(json!([member]), &Budget::default())), ["KFP202"]);
    }
}
