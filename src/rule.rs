//! The rule trait, and the run of all rules over one root module.

use crate::base::budget::{Budget, CLUSTERS, FINDINGS, Limit};
use crate::base::source::Span;
use crate::cty::value::Reasons;
use crate::diagnostic::{
    ClusterReport, Coverage, Finding, Label, Level, Location, PoolReport, Requirement, RootReport, Status, Verdict,
};
use crate::graph::Graph;
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::graph::view::Place;
use crate::module::report::{BUDGET_EXCEEDED, exceeded};
use crate::plan::StaticPlan;

/// What is fixed about a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Its code, such as `KFP001`.
    pub code: &'static str,
    /// Its name, such as `node-count`.
    pub name: &'static str,
    /// How bad its findings are.
    pub level: Level,
    /// Its page, in Markdown, with examples that the tests execute.
    pub page: &'static str,
}

impl Meta {
    /// One sentence that says what the rule finds: the first paragraph under the page's title.
    pub fn summary(&self) -> &'static str {
        let body = self.page.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
        body.split("\n\n").next().unwrap_or("").trim()
    }
}

/// A rule.
pub trait Rule: Sync {
    /// What is fixed about it.
    fn meta(&self) -> &'static Meta;

    /// Its answer for one cluster; `None` if it does not judge clusters.
    fn cluster(&self, _cx: &Context, _cluster: &Cluster) -> Option<Answer> {
        None
    }

    /// What it finds in the root as a whole.
    fn root(&self, _cx: &Context) -> Vec<Finding> {
        Vec::new()
    }
}

/// What rules see.
#[derive(Clone, Copy, Debug)]
pub struct Context<'p> {
    /// The static plan.
    pub plan: &'p StaticPlan,
    /// The graph on it.
    pub graph: &'p Graph<'p>,
    /// For the answer about a cluster: what the same rule found in the root as a whole.
    pub found: &'p [Finding],
    /// How long the run may take: a rule that compares everything with everything asks it.
    pub budget: &'p Budget,
}

/// A rule's answer for one cluster, with its findings.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The answer.
    pub status: Status,
    /// Why, one sentence.
    pub reason: String,
    /// What would decide it; empty unless undecided.
    pub decides: Vec<String>,
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Answer {
    /// The requirement holds.
    pub fn met(reason: impl Into<String>) -> Answer {
        Answer { status: Status::Met, reason: reason.into(), decides: Vec::new(), findings: Vec::new() }
    }

    /// It does not apply.
    pub fn not_applicable(reason: impl Into<String>) -> Answer {
        Answer { status: Status::NotApplicable, ..Answer::met(reason) }
    }

    /// It does not hold.
    pub fn unmet(reason: impl Into<String>, findings: Vec<Finding>) -> Answer {
        Answer { status: Status::Unmet, findings, ..Answer::met(reason) }
    }

    /// It cannot be known; `decides` says what would decide it.
    pub fn undecided(reason: impl Into<String>, decides: Vec<String>, findings: Vec<Finding>) -> Answer {
        let mut decides = decides;
        decides.sort();
        decides.dedup();
        Answer { status: Status::Undecided, decides, findings, ..Answer::met(reason) }
    }

    /// The answer where it hangs on something that is not known (`doubt`, for these reasons): what does not hold, or may
    /// not, is then undecided, and its findings are warnings.
    pub fn if_so(self, doubt: &str, reasons: &Reasons) -> Answer {
        if !matches!(self.status, Status::Unmet | Status::Undecided) {
            return self;
        }
        let decides = [decides(reasons), self.decides].concat();
        let soften = |mut f: Finding| {
            f.level = f.level.min(Level::Warning);
            f.help.push(format!("it is not known whether {doubt}: {}", because(reasons)));
            Draft(f).reasons(reasons).0
        };
        let findings = self.findings.into_iter().map(soften).collect();
        Answer::undecided(format!("it is not known whether {doubt}; if so: {}", self.reason), decides, findings)
    }

    /// Adds a finding that does not change the answer.
    pub fn with(mut self, finding: Finding) -> Answer {
        self.findings.push(finding);
        self
    }
}

/// What would decide a fact, as the user writes it.
pub fn decides(reasons: &Reasons) -> Vec<String> {
    reasons.iter().map(|r| r.kind.decides()).collect()
}

/// The reasons as words: `var.size has no default and no value`.
pub fn because(reasons: &Reasons) -> String {
    let all: Vec<String> = reasons.iter().map(|r| r.kind.to_string()).collect();
    if all.is_empty() { "it is not known before apply".into() } else { all.join("; ") }
}

/// A finding without a place: it becomes one with [`Draft::at`] or [`Draft::on`].
#[derive(Clone, Debug)]
pub struct Draft(Finding);

impl Meta {
    /// Starts a finding of this rule.
    pub fn finding(&self, message: impl Into<String>) -> Draft {
        Draft(Finding::new((self.code, self.name), self.level, message, Location::Whole))
    }
}

impl Draft {
    /// The cluster that it concerns.
    pub fn cluster(mut self, cluster: &Cluster) -> Draft {
        self.0.cluster = Some(cluster.address().to_string());
        self
    }

    /// Another level than the rule's own.
    pub fn level(mut self, level: Level) -> Draft {
        self.0.level = level;
        self
    }

    /// A further place.
    pub fn related(mut self, place: &Place, message: impl Into<String>) -> Draft {
        if let Some(span) = place.span {
            self.0.related.push(Label { span, message: message.into() });
        }
        self
    }

    /// What to do.
    pub fn help(mut self, help: impl Into<String>) -> Draft {
        self.0.help.push(help.into());
        self
    }

    /// Where each reason stands, and what to set.
    pub fn reasons(mut self, reasons: &Reasons) -> Draft {
        for reason in reasons.iter() {
            if let Some(span) = reason.span
                && Some(span) != self.0.span()
            {
                self.0.related.push(Label { span, message: reason.kind.to_string() });
            }
            if let crate::cty::value::ReasonKind::Variable(name) = &reason.kind {
                self.0.help.push(format!("set it with -var {name}=…, or in a terraform.tfvars file"));
            }
            if let crate::cty::value::ReasonKind::NotGiven(what) = &reason.kind {
                self.0.help.push(format!("add {what}"));
            }
        }
        self
    }

    /// Ends with the primary place, where no resource is concerned.
    pub fn on(mut self, span: Span, message: impl Into<String>) -> Finding {
        self.0.primary = span.into();
        self.0.primary_message = message.into();
        self.0
    }

    /// Ends with the primary place, on the resource of this address.
    pub fn at(mut self, address: &str, place: &Place, message: impl Into<String>) -> Finding {
        self.0.address = Some(address.to_string());
        self.0.attribute = Some(place.attribute.clone()).filter(|a| !a.is_empty());
        self.0.primary = place.span.into();
        self.0.primary_message = message.into();
        self.0.trace.clone_from(&place.trace);
        self.0
    }
}

/// Runs all rules over one root module. Clusters that the time does not suffice for are undecided, and a finding says so
/// (TF006). A rule that stops when the time is used up may answer anything: what it says then does not count.
pub fn check_root(plan: &StaticPlan, graph: &Graph, budget: &Budget) -> RootReport {
    let rules = crate::rules::all();
    let whole = Context { plan, graph, found: &[], budget };
    let in_time = |rule: &&dyn Rule| if budget.is_late() { Vec::new() } else { rule.root(&whole) };
    let found: Vec<Vec<Finding>> = rules.iter().map(in_time).collect();
    let mut findings = plan.findings.clone();
    let mut clusters = Vec::with_capacity(graph.clusters.len().min(CLUSTERS));
    let mut left = Vec::new();
    for cluster in graph.clusters.iter().take(CLUSTERS) {
        let answers = answers(cluster, whole, &found);
        if answers.is_none() {
            left.push(cluster);
        }
        let open = || rules.iter().filter_map(|rule| open(rule.meta(), budget)).collect();
        let (requirements, mut own) = answers.unwrap_or_else(|| (open(), Vec::new()));
        findings.append(&mut own);
        clusters.push(ClusterReport {
            root: plan.root.clone(),
            environment: None,
            address: cluster.address().to_string(),
            verdict: verdict(&requirements),
            location: cluster.resource.header,
            requirements,
            node_pools: cluster.pools.iter().map(pool_report).collect(),
        });
    }
    findings.extend(plan.late_finding());
    findings.extend(too_late(&left, graph.clusters.len(), budget));
    findings.extend(too_many_clusters(graph));
    findings.extend(found.into_iter().flatten());
    clusters.sort_by(|a, b| a.address.cmp(&b.address));
    findings.iter_mut().for_each(Finding::tidy);
    sort(&mut findings);
    bound(&mut findings);
    let root = plan.root.clone();
    RootReport { root, environment: None, clusters, findings, coverage: coverage(plan), drawing: None }
}

/// What all rules say of a cluster, which found this in the root as a whole; `None` where the time is used up before they
/// have said it.
fn answers(cluster: &Cluster, whole: Context, found: &[Vec<Finding>]) -> Option<(Vec<Requirement>, Vec<Finding>)> {
    let (mut requirements, mut findings) = (Vec::new(), Vec::new());
    for (rule, found) in crate::rules::all().iter().zip(found) {
        if whole.budget.is_late() {
            return None;
        }
        let Some(mut answer) = rule.cluster(&Context { found, ..whole }, cluster) else { continue };
        if let Some(reasons) = &cluster.resource.uncertain {
            answer = answer.if_so("the cluster is made at all", reasons);
        }
        findings.append(&mut answer.findings);
        requirements.push(requirement(rule.meta(), answer));
    }
    (!whole.budget.is_late()).then_some((requirements, findings))
}

fn requirement(meta: &Meta, answer: Answer) -> Requirement {
    let Answer { status, reason, decides, .. } = answer;
    Requirement { code: meta.code, name: meta.name, level: meta.level, status, reason, decides, suppressed: false }
}

/// A requirement of a cluster that was not judged in time; `None` for what is no requirement of clusters.
fn open(meta: &Meta, budget: &Budget) -> Option<Requirement> {
    let answer = || Answer::undecided(budget.late(), vec!["--timeout".into()], Vec::new());
    meta.code.starts_with("KFP").then(|| requirement(meta, answer()))
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
pub(crate) fn bound(findings: &mut Vec<Finding>) {
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

/// A cluster's verdict: only requirements of level error that were not set aside decide it.
pub fn verdict(requirements: &[Requirement]) -> Verdict {
    let any = |status| requirements.iter().any(|r| r.level == Level::Error && r.status == status && !r.suppressed);
    match (any(Status::Unmet), any(Status::Undecided)) {
        (true, _) => Verdict::NotReady,
        (false, true) => Verdict::Undecided,
        (false, false) => Verdict::Ready,
    }
}

fn pool_report(pool: &Pool) -> PoolReport {
    let open = !pool.machine.hidden;
    let machine = pool.machine.machine.known().filter(|_| open);
    let counts = pool.counts();
    let why_not = match counts.known() {
        Some(true) => None,
        Some(false) => Some(why_not(pool)),
        None => counts.reasons().map(because),
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
        modules_missing: plan.missing_modules.clone(),
        undecided_blocks: plan.undecided_blocks.iter().map(|(a, r)| (a.clone(), because(r))).collect(),
    }
}
