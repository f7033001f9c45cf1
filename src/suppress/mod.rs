//! Findings that are set aside: by comments in the files, or by the configuration.
//!
//! A finding that is set aside stays in the report, marked, and counts nowhere: not for the exit code, not for a
//! cluster's verdict.

pub mod comment;
mod index;
mod lint;
mod scope;

use crate::base::date;
use crate::base::source::{FileId, Sources, Span};
use crate::config::{Config, Ignore, Paths, Places};
use crate::diagnostic::{ALWAYS, Finding, FoldedRequirement, Requirement, RootReport, Status, Suppressed, Verdict};
use crate::load::loader::Loader;
use crate::plan::StaticPlan;
use crate::report::path;
use crate::selector::Selector;
use crate::syntax::ast::Comment;
use comment::{Directive, Malformed};
use rustc_hash::FxHashMap;
use scope::{CommentScope, Lines};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use time::Date;

/// A rule's code and name.
type RuleName = (&'static str, &'static str);

/// Which suppressions count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether any does.
    pub on: bool,
    /// Only those that give a reason.
    pub require_reason: bool,
    /// The day on which it is judged whether one has ended.
    pub today: Date,
}

/// One suppression.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// Where it is written.
    pub location: Span,
    /// The rules that it names.
    pub rules: Vec<NamedRule>,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Whether it is in force.
    pub state: SuppressionState,
    /// How many findings it holds back.
    pub held: usize,
    /// Where its end is written.
    until_place: Option<Span>,
    /// The comment that it is in, as a fix may delete it; `None` in the configuration and in JSON.
    comment: Option<Span>,
    /// Whether it is in the configuration.
    is_configured: bool,
    /// What stands between its brackets.
    list: Span,
    scope: CommentScope,
    /// Parts of the tree that it covers, in the configuration.
    paths: Option<Paths>,
}

/// A rule, or several, that a suppression names.
#[derive(Clone, Debug)]
pub struct NamedRule {
    /// As written.
    pub text: String,
    /// Whether it holds any finding back.
    used: bool,
    /// Where.
    place: Span,
    /// The rules; or the name that was most likely meant.
    selector: Result<Selector, Option<&'static str>>,
}

/// Whether a suppression is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressionState {
    /// It is.
    Active,
    /// Its last day is over.
    Ended,
    /// It gives no reason, and one is asked for.
    NoReason,
}

/// What suppressions need to know of a root module's plan.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Module instances: the address, and the header of the call.
    calls: Vec<(Arc<str>, Span)>,
    /// Headers of the blocks of which the plan has an instance whose content is known.
    present: BTreeSet<Span>,
}

impl Outline {
    /// Reads it off a plan.
    pub fn of(plan: &StaticPlan) -> Outline {
        let calls = || plan.modules.iter().filter_map(|m| Some((m, m.header?)));
        let modules = calls().filter(|(m, _)| m.present).map(|(_, header)| header);
        let resources = plan.resources.iter().filter_map(|r| r.header);
        Outline {
            calls: calls().map(|(m, header)| (m.address.clone(), header)).collect(),
            present: modules.chain(resources).collect(),
        }
    }

    /// Adds a module instance of another root module whose resources this one's findings name.
    pub fn add_call(&mut self, address: String, header: Span) {
        self.calls.push((address.into(), header));
    }
}

/// All suppressions of a run.
#[derive(Debug)]
pub struct Suppressions {
    /// In the order of files and places.
    pub all: Vec<Suppression>,
    malformed: Vec<(FileId, u32, Malformed)>,
    by_file: BTreeMap<FileId, Vec<usize>>,
    by_call: BTreeMap<Span, Vec<usize>>,
    by_path: Vec<usize>,
    index: index::SuppressionIndex,
    /// Paths of files below the configuration's folder.
    places: Places,
    /// Headers of blocks that some root makes.
    present: BTreeSet<Span>,
    /// Rules that are undecided for some cluster.
    undecided: BTreeSet<&'static str>,
    /// Some file cannot be parsed: what would be found in it is not known.
    broken: bool,
    /// The time did not suffice to read all comments.
    pub is_cut: bool,
}

impl Suppressions {
    /// Reads the comments of all files that were loaded, and the configuration.
    pub fn gather(loader: &Loader, sources: &Sources, config: &Config, policy: Policy) -> Suppressions {
        let mut out = Suppressions {
            all: Vec::new(),
            malformed: Vec::new(),
            by_file: BTreeMap::new(),
            by_call: BTreeMap::new(),
            by_path: Vec::new(),
            index: index::SuppressionIndex::default(),
            places: if config.ignores.is_empty() { Places::default() } else { config.places(loader) },
            present: BTreeSet::new(),
            undecided: BTreeSet::new(),
            broken: false,
            is_cut: false,
        };
        let budget = loader.budget().with_a_moment();
        let clock = budget.clock();
        for file in loader.parsed() {
            out.broken |= !file.errors.is_empty();
            let Some(source) = sources.get(file.id).filter(|s| policy.on && s.text.contains("kfplint:")) else {
                continue;
            };
            let mut lines = None;
            for comment in &file.comments {
                if clock.is_late() {
                    out.is_cut = true;
                    return out;
                }
                let text = source.slice(comment.span.start, comment.span.end);
                let read = match comment.within {
                    Some(_) => comment::directives_in_json(text),
                    None => comment::directives(text),
                };
                for read in read {
                    let lines = lines.get_or_insert_with(|| Lines::new(&file, &source));
                    match read {
                        Ok(directive) => out.add(directive, *comment, lines.scope(comment), policy),
                        Err(malformed) => out.malformed.push((file.id, comment.span.start, malformed)),
                    }
                }
            }
        }
        if policy.on {
            config.ignores.iter().for_each(|ignore| out.add_ignore(ignore, policy));
        }
        out
    }

    fn add_ignore(&mut self, ignore: &Ignore, policy: Policy) {
        let named = |(text, place, selector): &(String, Span, Selector)| NamedRule {
            text: text.clone(),
            used: false,
            place: *place,
            selector: Ok(selector.clone()),
        };
        let location = ignore.rules.iter().map(|(_, place, _)| *place).reduce(Span::to);
        let Some(location) = location else { return };
        let (until, until_place) = ignore.until.unzip();
        self.by_path.push(self.all.len());
        self.all.push(Suppression {
            location,
            rules: ignore.rules.iter().map(named).collect(),
            reason: ignore.reason.clone(),
            until,
            state: state(until, &ignore.reason, policy),
            held: 0,
            until_place,
            comment: None,
            is_configured: true,
            list: location,
            scope: CommentScope::default(),
            paths: Some(ignore.paths.clone()),
        });
    }

    fn add(&mut self, directive: Directive, comment: Comment, scope: CommentScope, policy: Policy) {
        let Comment { span: comment, within } = comment;
        let at = |place: std::ops::Range<usize>| {
            Span::new(comment.file, comment.start + place.start as u32, comment.start + place.end as u32)
        };
        let named = |(text, place): (String, std::ops::Range<usize>)| {
            let selector = Selector::parse(&text);
            NamedRule { text, used: false, place: at(place), selector }
        };
        let (until, until_place) = directive.until.map(|(day, place)| (day, at(place))).unzip();
        let index = self.all.len();
        self.by_file.entry(comment.file).or_default().push(index);
        scope.calls.iter().for_each(|call| self.by_call.entry(*call).or_default().push(index));
        self.all.push(Suppression {
            location: at(directive.place),
            rules: directive.rules.into_iter().map(named).collect(),
            state: state(until, &directive.reason, policy),
            reason: directive.reason,
            until,
            held: 0,
            until_place,
            comment: Some(comment).filter(|_| within.is_none()),
            is_configured: false,
            list: at(directive.list),
            scope,
            paths: None,
        });
    }

    /// Marks the findings of a root module that are set aside, and takes what they say out of its clusters' verdicts.
    pub fn apply(&mut self, report: &mut RootReport, outline: &Outline, sources: &Sources) {
        self.present.extend(&outline.present);
        let open = |c: &crate::diagnostic::ClusterReport| {
            let open = c.requirements.iter().filter(|r| r.status == Status::Undecided);
            open.map(|r| r.code).collect::<Vec<_>>()
        };
        self.undecided.extend(report.clusters.iter().flat_map(open));
        let known = outline.calls.iter().filter(|(_, header)| self.by_call.contains_key(header));
        let mut calls: FxHashMap<String, Vec<Span>> = FxHashMap::default();
        known.for_each(|(address, header)| calls.entry(format!("{address}.")).or_default().push(*header));
        let folded = report.folded.iter_mut().flat_map(|folded| &mut folded.findings);
        for finding in report.findings.iter_mut().chain(folded) {
            self.mark(finding, &calls);
        }
        self.use_at_causes(report, &calls);
        excuse(report, sources);
    }

    /// A comment that names a requirement counts as used where a finding stands that tells of it.
    fn use_at_causes(&mut self, report: &RootReport, calls: &FxHashMap<String, Vec<Span>>) {
        let mut told: BTreeMap<(Option<&str>, &str), BTreeSet<RuleName>> = BTreeMap::new();
        for cluster in report.clusters.iter().filter(|_| !self.all.is_empty()) {
            for requirement in &cluster.requirements {
                let rule = (requirement.code, requirement.name);
                for cause in &requirement.because_of {
                    for place in [Some(cluster.address.as_str()), None] {
                        told.entry((place, cause)).or_default().insert(rule);
                    }
                }
            }
        }
        for finding in report.findings.iter().filter(|_| !told.is_empty()) {
            for rule in told.get(&(finding.cluster.as_deref(), finding.code)).into_iter().flatten() {
                self.first_of(*rule, finding, calls);
            }
        }
    }

    /// The first suppression that covers this finding for a rule, at its primary place or at its origin. Counts it for all
    /// that do.
    fn first_of(&mut self, rule: RuleName, finding: &Finding, calls: &FxHashMap<String, Vec<Span>>) -> Option<usize> {
        let own = self.first(rule, finding.span(), &around(finding, calls));
        let origin = finding.origin().map(|step| step.span).filter(|origin| Some(*origin) != finding.span());
        own.or(origin.and_then(|origin| self.first(rule, Some(origin), &[])))
    }

    /// Marks one finding if a suppression covers it. `calls` has the beginnings of addresses that may be covered, with the
    /// headers of their calls.
    fn mark(&mut self, finding: &mut Finding, calls: &FxHashMap<String, Vec<Span>>) {
        if ALWAYS.contains(&finding.code) {
            return;
        }
        let first = self.first_of((finding.code, finding.name), finding, calls);
        if let Some(suppression) = first.and_then(|first| self.all.get(first)) {
            finding.suppressed.get_or_insert_with(|| Suppressed {
                reason: suppression.reason.clone(),
                until: suppression.until.map(date::show),
                location: suppression.location,
                configured: suppression.is_configured,
            });
        }
    }
}

/// The module calls of these that a finding's resource is in.
fn around(finding: &Finding, calls: &FxHashMap<String, Vec<Span>>) -> Vec<Span> {
    let address = finding.address.as_deref().filter(|_| !calls.is_empty());
    let within = address.into_iter().flat_map(index::modules).filter_map(|module| calls.get(module));
    within.flatten().copied().collect()
}

fn state(until: Option<Date>, reason: &Option<String>, policy: Policy) -> SuppressionState {
    match (until, reason) {
        (Some(day), _) if day < policy.today => SuppressionState::Ended,
        (_, None) if policy.require_reason => SuppressionState::NoReason,
        _ => SuppressionState::Active,
    }
}

/// Takes requirements all of whose findings are set aside, or those of all their causes, out of the verdicts, and says so in
/// their reasons.
fn excuse(report: &mut RootReport, sources: &Sources) {
    // Those of the root module as a whole have no cluster.
    let mut said: BTreeMap<(&str, &str), Option<&Suppressed>> = BTreeMap::new();
    let any = report.findings.iter().any(|f| f.suppressed.is_some());
    for finding in report.findings.iter().filter(|_| any) {
        let cluster = finding.cluster.as_deref().unwrap_or_default();
        let all = said.entry((cluster, finding.code)).or_insert(finding.suppressed.as_ref());
        *all = all.and(finding.suppressed.as_ref());
    }
    for cluster in &mut report.clusters {
        for requirement in &mut cluster.requirements {
            let open = matches!(requirement.status, Status::Unmet | Status::Undecided);
            let of = |cluster: &str, code: &str| said.get(&(cluster, code)).copied();
            // Findings of the root module as a whole count as well, such as those about its grants.
            let own = [of(&cluster.address, requirement.code), of("", requirement.code)];
            let own = own.into_iter().flatten().reduce(|a, b| a.and(b)).flatten();
            let cause = |code: &&str| of(&cluster.address, code).or_else(|| of("", code)).flatten();
            let causes: Option<Vec<&Suppressed>> = requirement.because_of.iter().map(cause).collect();
            let by = own.or_else(|| causes.and_then(|all| all.first().copied()));
            if let Some(by) = by.filter(|_| open) {
                held(requirement, by, sources);
            }
        }
        cluster.verdict = Verdict::of(&cluster.requirements);
    }
    for FoldedRequirement { requirement, findings, .. } in &mut report.folded {
        let all: Option<Vec<&Suppressed>> = findings.iter().map(|f| f.suppressed.as_ref()).collect();
        if let Some(by) = all.and_then(|all| all.first().copied()) {
            held(requirement, by, sources);
        }
    }
}

/// Takes a requirement out of the verdict.
fn held(requirement: &mut Requirement, by: &Suppressed, sources: &Sources) {
    let line = sources.get(by.location.file).map_or(1, |f| f.position(by.location.start).line);
    let why = by.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    requirement.reason += &format!(" (suppressed at {}:{line}{why})", path(by.location, sources));
    requirement.suppressed = true;
}
