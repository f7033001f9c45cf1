//! The stages of a check, each a function on plain data: judge a plan, suppress findings, set levels, take out what is known.

use super::{SessionError, Settings};
use crate::base::budget::{Budget, DOCUMENT, Limit, size};
use crate::base::source::Sources;
use crate::baseline::Baseline;
use crate::config::{Config, Places};
use crate::diagnostic::{ClusterReport, Level, Requirement, RootReport, Status, Verdict};
use crate::graph::Graph;
use crate::graph::across::{Beside, RootLinks};
use crate::judge::check_root;
use crate::load::loader::Loader;
use crate::load::{Discovery, reason};
use crate::module::report::exceeded;
use crate::plan::StaticPlan;
use crate::profile::Profile;
use crate::report::graph::drawing::Drawing;
use crate::report::{Held, KnownFinding, Report};
use crate::suppress::{Outline, Suppressions};
use rustc_hash::FxHashSet;
use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::mem::{forget, take};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// What the check of one project gave.
#[derive(Clone, Debug, Default)]
pub struct CheckedRoot {
    /// What is said of it.
    pub report: RootReport,
    /// Its resource graph, where a report is to show it.
    pub drawing: Option<Drawing>,
    /// Its input variables.
    pub variables: BTreeSet<String>,
    /// What suppressions need to know of it.
    pub outline: Outline,
    /// Folders of the modules that it certainly makes.
    pub made: FxHashSet<PathBuf>,
    /// What it has for links with other root modules.
    pub links: RootLinks,
    /// kfplint itself failed on it.
    pub failed: bool,
}

impl From<RootReport> for CheckedRoot {
    /// What is said beside the check of any root.
    fn from(report: RootReport) -> CheckedRoot {
        CheckedRoot { report, ..CheckedRoot::default() }
    }
}

/// With what a project is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look<'l> {
    /// The environment whose values it has.
    pub environment: Option<&'l str>,
    /// What is required.
    pub profile: &'l Profile,
    /// Whether its graph is to be drawn.
    pub draws: bool,
    /// How long it may take.
    pub budget: &'l Budget,
    /// What other root modules tell of its clusters and pools.
    pub beside: &'l Beside,
}

/// Judges a plan: its graph, and all rules over it.
pub fn judged(mut plan: StaticPlan, look: Look) -> CheckedRoot {
    let graph = Graph::with(look.beside, &plan, look.profile, look.budget);
    let mut report = check_root(&plan, &graph, look.budget);
    report.environment = look.environment.map(str::to_string);
    report.clusters.iter_mut().for_each(|c| c.environment = report.environment.clone());
    let draw = || Drawing { environment: report.environment.clone(), ..Drawing::of(&plan.root, &graph) };
    let mut drawing = (look.draws && !look.budget.is_late()).then(draw);
    if drawing.is_some() && look.budget.is_late() {
        forget(drawing.take());
        let message = format!("the graph of this root module is not drawn: {}", look.budget.late());
        report.findings.push(exceeded(None, message, "", Limit::Timeout));
    }
    let links = graph.links(&plan);
    drop(graph);
    let (variables, mut outline) = (names(&plan), Outline::of(&plan));
    for pool in look.beside.linked.iter().map(|linked| &linked.pool) {
        pool.calls.iter().for_each(|(address, header)| outline.add_call(pool.within(address), *header));
    }
    let made = take(&mut plan.made);
    let checked = CheckedRoot { report, drawing, variables, outline, made, links, failed: false };
    if look.budget.is_late() {
        // To take it apart takes time: the system has all memory back when the program ends.
        forget(plan);
    }
    checked
}

/// Does the work of one project. A fault of kfplint's costs this project and no other.
pub fn guarded(shown: &str, work: impl FnOnce() -> CheckedRoot) -> CheckedRoot {
    crate::base::suggest::renew();
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let mut report = RootReport { root: shown.to_string(), ..RootReport::default() };
        let why = "kfplint itself failed on this; please report it with the message above";
        report.coverage.skipped.push((shown.to_string(), why.into()));
        CheckedRoot { failed: true, ..CheckedRoot::from(report) }
    })
}

/// The input variables of a plan.
pub fn names(plan: &StaticPlan) -> BTreeSet<String> {
    plan.variables.keys().map(|name| name.to_string()).collect()
}

/// Marks the findings that comments and the configuration suppress, and finds the comments that suppress nothing. What is
/// found beside the roots is added to the reports. Where a report `is_short`, no comment is known to suppress nothing.
pub fn suppress(
    checked: Vec<CheckedRoot>,
    settings: &Settings,
    loader: &Loader,
    sources: &Sources,
    (found, is_short): (&Discovery, bool),
) -> (Suppressions, Vec<RootReport>) {
    let mut all = Suppressions::gather(loader, sources, &settings.config, settings.policy);
    let mut reports = Vec::with_capacity(checked.len());
    for mut root in checked {
        all.apply(&mut root.report, &root.outline, sources);
        reports.push(root.report);
    }
    let opened = LazyCell::new(|| loader.opened());
    // A module outside of the named folders, or where only some root modules are looked at, may have further callers;
    // and what `terraform init` wrote is not the user's.
    let everything = settings.checks_all();
    let whole = |real: &Path| everything || found.roots.iter().any(|root| real.parent() == Some(root.dir.as_path()));
    let concerns = |id| {
        opened.get(&id).is_some_and(|(real, _)| {
            found.named.iter().any(|folder| real.starts_with(folder))
                && whole(real)
                && !real.components().any(|c| c.as_os_str() == ".terraform")
        })
    };
    let roots: BTreeSet<String> = reports.iter().map(|report| report.root.clone()).collect();
    if all.is_cut {
        let message = format!("not all comments that suppress are read: {}", settings.budget.late());
        let (root, findings) = (roots.first().cloned(), vec![exceeded(None, message, "", Limit::Timeout)]);
        reports.push(RootReport { root: root.unwrap_or_default(), findings, ..RootReport::default() });
    } else if !is_short {
        reports.extend(all.lint(&roots, sources, concerns, &settings.budget));
    }
    (all, reports)
}

/// Marks the reports of examples, and says so in each.
pub fn mark_examples(reports: &mut [RootReport], found: &Discovery) {
    let examples = found.examples();
    for report in reports.iter_mut().filter(|report| examples.contains(report.root.as_str())) {
        report.is_example = true;
        let why = "it is an example: what is found in it does not count; name it to count it";
        report.coverage.excluded.push((report.root.clone(), why.to_string()));
    }
}

/// Sets the levels that are configured. With a configuration that is not `trusted`, a cluster that nothing was held against is
/// undecided.
pub fn set_levels(reports: &mut [RootReport], config: &Config, trusted: bool, loader: &Loader) {
    if config.levels.is_default() && config.ignores.is_empty() {
        return;
    }
    let places = config.places(loader);
    if !config.levels.is_default() {
        reports.iter_mut().for_each(|report| config.levels.apply(report, &places));
    }
    if let Some(file) = config.file().filter(|_| !trusted) {
        reports.iter_mut().for_each(|report| distrust(report, file, config, &places));
    }
}

/// Why a cluster is undecided that nothing was held against.
const NONE_LEFT: &str = "it turns off, suppresses or lowers all rules that decide a cluster, so that no cluster was judged; leave \
                         some of them on, or pass the file with --config if you trust it";

/// A configuration that was found in the tree may be that of a stranger: where it leaves nothing that decides a cluster,
/// the cluster is not ready, but undecided. So where it would suppress or lower all of that in the cluster's file.
fn distrust(report: &mut RootReport, file: &Path, config: &Config, places: &Places) {
    let decides = |c: &ClusterReport, r: &Requirement| {
        let place = c.location.and_then(|at| places.get(&at.file));
        let off = place.is_some_and(|place| config.eases(r.code, r.name, place));
        r.level == Level::Error && r.status != Status::NotApplicable && !r.suppressed && !off
    };
    let unjudged =
        |c: &&mut ClusterReport| c.verdict == Verdict::Ready && !c.requirements.iter().any(|r| decides(c, r));
    let unjudged: Vec<_> = report.clusters.iter_mut().filter(unjudged).collect();
    if unjudged.is_empty() {
        return;
    }
    unjudged.into_iter().for_each(|cluster| cluster.verdict = Verdict::Undecided);
    report.coverage.skipped.push((file.to_string_lossy().replace('\\', "/"), NONE_LEFT.into()));
}

/// Leaves out the findings of requirements that cannot be decided.
pub fn leave_out_undecided(report: &mut RootReport) {
    let open: BTreeSet<(String, &str)> = report
        .clusters
        .iter()
        .flat_map(|c| c.requirements.iter().map(move |r| (c, r)))
        .filter(|(_, r)| r.status == Status::Undecided)
        .map(|(c, r)| (c.address.clone(), r.code))
        .collect();
    report.findings.retain(|f| !f.cluster.as_ref().is_some_and(|c| open.contains(&(c.clone(), f.code))));
}

/// Takes the findings of the baseline out of a report. What is left out of a report that `is_short` may still be there.
///
/// # Errors
/// A file that cannot be read as a baseline.
pub fn take_known(
    report: &mut Report,
    settings: &Settings,
    found: &Discovery,
    is_short: bool,
) -> Result<Option<Held>, SessionError> {
    let Some((file, tree)) = &settings.baseline else { return Ok(None) };
    let wrong = |why: String| SessionError::Baseline { path: file.display().to_string(), why };
    let text = tree.up_to(file, DOCUMENT).map_err(|e| wrong(reason(&e)))?;
    let text = text.ok_or_else(|| wrong(format!("it is larger than {}", size(DOCUMENT))))?;
    let mark = |line: &[u8]| [&b"<<<<<<<"[..], b">>>>>>>"].iter().any(|mark| line.starts_with(mark));
    if let Some(at) = text.split(|byte| *byte == b'\n').position(mark) {
        return Err(wrong(format!("line {} is of a merge whose conflicts are not solved", at + 1)));
    }
    let baseline: Baseline = serde_json::from_slice(&text).map_err(|e| wrong(e.to_string()))?;
    // A root module that was not looked at, or not in this environment, may still have its findings.
    let roots: FxHashSet<&str> = found.roots.iter().map(|root| root.shown.as_str()).collect();
    let wanted = |name: &String| settings.environments.contains(name);
    let looked_at = |entry: &KnownFinding| {
        let root = roots.contains(entry.root.as_str()) || !Path::new(&entry.root).is_dir();
        let environment = settings.environments.is_empty() || entry.environment.as_ref().is_some_and(wanted);
        !is_short && root && environment
    };
    Ok(Some(baseline.apply(report, looked_at)))
}
