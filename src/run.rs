//! The pipeline: find root modules, evaluate them, judge them, report.

mod called;
mod documents;
mod drawing;
mod failure;
mod fit;
mod fixing;
mod given;
mod job;
mod kept;
mod known;
mod merging;
mod output;
mod past;
mod progress;
mod reach;
pub mod recorded;
mod rounds;
mod scaffold;
mod setup;
mod shorten;
mod state;
mod suppressing;
mod units;
mod veil;

pub use failure::Failure;

use job::Job;
use progress::Progress;
use rounds::Rounds;
use state::State;

use crate::base::budget::Budget;
use crate::base::parallel;
use crate::base::source::Sources;
use crate::cli::{CheckArgs, Cli, Command, Dev, EvaluateArgs, ExplainArgs, RootArgs, RulesArgs};
use crate::diagnostic::{Level, RootReport, Status};
use crate::engine::{self, SessionError};
use crate::eval::{self, Evaluator};
use crate::graph::Graph;
use crate::graph::drawing::Drawing;
use crate::judge::check_root;
use crate::load::loader::{Loader, Texts};
use crate::load::{self, Root};
use crate::plan::StaticPlan;
use crate::plan_json::{self, Subject};
use crate::profile::Profile;
use crate::report::{self, Detail, Report};
use crate::settings::Undecided;
use crate::suppress::{Outline, Suppressions};
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;
use std::io::BufRead;
use std::mem::{ManuallyDrop, forget};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Exit code: nothing at or above `--fail-on`.
pub const READY: u8 = 0;
/// Exit code: findings.
pub const FINDINGS: u8 = 1;
/// Exit code: bad usage or configuration, or kfplint itself failed.
pub const USAGE: u8 = 2;
/// Exit code: nothing was checked.
pub const NOTHING: u8 = 3;

/// Does what the command line says, and gives the exit code.
pub fn run(cli: Cli) -> u8 {
    let done = match cli.command {
        None => check(cli.check),
        Some(Command::Check(args) | Command::Fix(args)) => check(*args),
        Some(Command::Baseline(args)) => known::write(args),
        Some(Command::Suppressions(args)) => suppressing::list(args),
        Some(Command::Merge(args)) => merging::run(&args),
        Some(Command::Init(args)) => setup::init(&args),
        Some(Command::Completions(args)) => setup::completions(&args),
        Some(Command::Man(args)) => setup::man(&args),
        Some(Command::Dev(Dev::NewRule(args))) => scaffold::new_rule(&args),
        Some(Command::Explain(args)) => explain(&args),
        Some(Command::Rules(args)) => rules(&args),
        Some(Command::Fit(args)) => fit::fit(&args),
        Some(Command::Graph(args)) => drawing::graph(&args),
        Some(Command::Evaluate(args)) => evaluate(&args),
        Some(Command::Console(args)) => console(&args),
    };
    done.unwrap_or_else(|failure| {
        let code = failure.code();
        failure.print();
        code
    })
}

fn check(args: CheckArgs) -> Result<u8, Failure> {
    let start = Instant::now();
    if args.fixes.unsafe_fixes && !args.fixes.fix && !args.fixes.diff {
        return Err(Failure::UnsafeFixes);
    }
    let fixes = args.fixes.fix || args.fixes.diff;
    if fixes && args.since.is_some() {
        return Err(Failure::FixSince);
    }
    let job = Job::new(args)?;
    let (run, job) = match job.args.since.clone() {
        Some(reference) => past::compare(job, &reference)?,
        None if fixes => (fixing::run(&job)?, job),
        None => (judge(&job, Texts::new())?, job),
    };
    // The system takes all memory back at once, when the program ends.
    let run = ManuallyDrop::new(run);
    known::say(&run.report);
    if !job.args.fixes.diff {
        output::write(&run.report, &run.sources, &job, start.elapsed())?;
    }
    if run.failed {
        return Ok(USAGE);
    }
    exit_code(&run.report, &job.args)
}

/// One look at everything that the user named.
struct Judged {
    report: Report,
    suppressions: Suppressions,
    sources: Arc<Sources>,
    loader: Arc<Loader>,
    found: load::Discovery,
    /// kfplint itself failed on a root.
    failed: bool,
    /// The time did not suffice to report everything.
    is_short: bool,
}

/// Evaluates and judges all roots in all environments, with `instead` in place of what is on disk.
fn judge(job: &Job, instead: Texts) -> Result<Judged, Failure> {
    let Job { args, config, budget, tree, .. } = job;
    let progress = Progress::start();
    let sources = Arc::new(config.sources());
    let loader = Loader::with(sources.clone(), instead).of(tree.clone()).within(*budget).with_roots(&job.own_roots);
    let loader = Arc::new(loader.bounded(args.inputs.allow_outside));
    let options = engine::options(&args.inputs.values(), &loader)?;
    let (mut documents, folders) = match args.changed {
        true => Default::default(),
        false => documents::split(&args.paths, tree)?,
    };
    let mut found = match folders {
        _ if args.changed => load::changed(&args.paths, &job.everywhere(), &loader)?,
        Some(folders) => find(&folders, &loader)?,
        None => load::Discovery::default(),
    };
    let all = found.roots.clone();
    let mut elsewhere = BTreeSet::new();
    if let Some(shard) = args.shard {
        elsewhere = engine::declared(&all, &loader);
        let bytes = |id| sources.get(id).map_or(0, |file| file.text.len() as u64);
        found.roots = shard.take(found.roots, |dir| load::files(dir, &loader).into_iter().map(bytes).sum());
        documents = documents.into_iter().enumerate().filter(|(i, _)| shard.has(*i)).map(|(_, d)| d).collect();
    }
    let wanted: BTreeSet<&str> = found.roots.iter().map(|root| root.shown.as_str()).collect();
    let rounds = Rounds::new(job, &sources, &loader, &options)?;
    let (mut checked, evaluated) = rounds.all(&all, &wanted, &progress)?;
    let left = called::left(&checked, &mut found, &all, &|roots| rounds.roots(roots, evaluated), &loader)?;
    checked.extend(left);
    checked.extend(rounds.rest(&all));
    let source = documents::source(args, &documents, &loader)?;
    let options = engine::within(options.clone(), config, None, &loader)?;
    let source = source.map(|root| (root, Evaluator::new(sources.clone(), loader.clone(), options)));
    let judge = |subject: &Subject| check_document(subject, source.as_ref(), rounds.look(None));
    checked.extend(parallel::map(&documents, 1, judge));
    elsewhere.extend(declared(&checked));
    if tree.commit().is_none() && !budget.is_late() {
        engine::check_names(&args.inputs.given, &elsewhere)?;
    }
    let failed = checked.iter().any(|c| c.failed);
    let mut skipped = [found.skipped.clone(), loader.skipped()].concat();
    let short =
        shorten::shorten(checked.iter_mut().map(|c| &mut c.report).collect(), &mut skipped, &job.formats(), budget);
    let is_short = short.is_some();
    checked.extend(short.map(Checked::from));
    let (suppressions, mut reports) = suppressing::apply(checked, job, &loader, &sources, &found);
    if args.undecided == Undecided::Ignore {
        reports.iter_mut().for_each(forget_undecided);
    }
    for RootReport { drawing, clusters, findings, .. } in &mut reports {
        drawing.iter_mut().for_each(|d| d.colour(clusters, findings));
    }
    let read = match args.shard {
        Some(_) => found.roots.iter().flat_map(|r| load::files(&r.dir, &loader)).collect::<BTreeSet<_>>().len(),
        None => loader.files_read(),
    };
    let files = read + documents.iter().map(Subject::files).sum::<usize>();
    let mut report = Report::new(reports, skipped, files, &sources);
    report.shard = args.shard.map(|shard| shard.to_string());
    report.configuration = job.used();
    if let Some(file) = &args.baseline {
        known::apply(file, &mut report, job, &found, is_short)?;
    }
    Ok(Judged { report, suppressions, sources, loader, found, failed, is_short })
}

/// What the check of one root gave.
struct Checked {
    report: RootReport,
    /// Its input variables.
    variables: BTreeSet<String>,
    /// What suppressions need to know of it.
    outline: Outline,
    /// Folders of the modules that it certainly makes.
    made: FxHashSet<PathBuf>,
    /// kfplint itself failed on it.
    failed: bool,
}

impl From<RootReport> for Checked {
    /// What is said beside the check of any root.
    fn from(report: RootReport) -> Checked {
        let (variables, made) = (BTreeSet::new(), FxHashSet::default());
        Checked { report, variables, outline: Outline::default(), made, failed: false }
    }
}

/// Evaluates and judges one root module. A fault of kfplint's costs this root and no other.
fn check_one(evaluator: &Arc<Evaluator>, root: &Root, look: Look) -> Checked {
    guarded(&root.shown, || {
        let plan = units::plan(evaluator, root);
        let checked = judged(&plan, look);
        if look.budget.is_late() {
            // To take it apart takes time: the system has all memory back when the program ends.
            forget(plan);
        }
        checked
    })
}

/// With what a root module is looked at.
#[derive(Clone, Copy)]
struct Look<'l> {
    /// The environment whose values it has.
    environment: Option<&'l str>,
    /// What is required.
    profile: &'l Profile,
    /// Whether its graph is to be drawn.
    draw: bool,
    /// How long it may take.
    budget: &'l Budget,
}

fn judged(plan: &StaticPlan, look: Look) -> Checked {
    let graph = Graph::build(plan, look.profile, look.budget);
    let mut report = check_root(plan, &graph, look.budget);
    report.environment = look.environment.map(str::to_string);
    report.clusters.iter_mut().for_each(|c| c.environment = report.environment.clone());
    if look.draw {
        let drawing = Drawing { environment: report.environment.clone(), ..Drawing::of(plan, &graph) };
        report.drawing = Some(drawing);
    }
    Checked { report, variables: names(plan), outline: Outline::of(plan), made: plan.made.clone(), failed: false }
}

/// Judges one document, with the root module of its configuration where that is known.
fn check_document(document: &Subject, source: Option<&(Root, Arc<Evaluator>)>, look: Look) -> Checked {
    guarded(&document.name(), || {
        let source = source.filter(|_| document.has_source());
        let source = source.map(|(root, evaluator)| documents::evaluate(root, evaluator, document.variables()));
        let variables = source.as_ref().map(names).unwrap_or_default();
        let outline = source.as_ref().map(Outline::of).unwrap_or_default();
        let report = recorded::check(document, source, look.profile, look.budget);
        Checked { report, variables, outline, made: FxHashSet::default(), failed: false }
    })
}

fn guarded(shown: &str, work: impl FnOnce() -> Checked) -> Checked {
    crate::base::suggest::renew();
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let mut report = RootReport { root: shown.to_string(), ..RootReport::default() };
        let why = "kfplint itself failed on this; please report it with the message above";
        report.coverage.skipped.push((shown.to_string(), why.into()));
        Checked { failed: true, ..Checked::from(report) }
    })
}

fn names(plan: &StaticPlan) -> BTreeSet<String> {
    plan.variables.keys().map(|name| name.to_string()).collect()
}

fn declared(checked: &[Checked]) -> BTreeSet<String> {
    checked.iter().flat_map(|c| c.variables.iter().cloned()).collect()
}

/// Leaves out the findings of requirements that cannot be decided.
fn forget_undecided(report: &mut RootReport) {
    let open: BTreeSet<(String, &str)> = report
        .clusters
        .iter()
        .flat_map(|c| c.requirements.iter().map(move |r| (c, r)))
        .filter(|(_, r)| r.status == Status::Undecided)
        .map(|(c, r)| (c.address.clone(), r.code))
        .collect();
    report.findings.retain(|f| !f.cluster.as_ref().is_some_and(|c| open.contains(&(c.clone(), f.code))));
}

fn find(paths: &[PathBuf], loader: &Loader) -> Result<load::Discovery, Failure> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let found = load::roots(paths, loader)?;
    if found.roots.is_empty() {
        let skipped = found.skipped.iter().cloned().chain(loader.skipped()).collect();
        let places: Vec<String> = paths.iter().map(|p| format!("`{}`", p.display())).collect();
        return Err(SessionError::Nothing { places: places.join(", "), skipped }.into());
    }
    Ok(found)
}

fn exit_code(report: &Report, args: &CheckArgs) -> Result<u8, Failure> {
    let clusters = report.since.as_ref().map_or(report.clusters.len(), |since| since.clusters);
    if args.require_cluster && clusters == 0 {
        return Err(Failure::NoCluster { roots: format!("{} root module(s)", report.roots) });
    }
    let least = args.fail_on.lowest();
    if let Some(since) = report.since.as_ref().filter(|_| args.strict) {
        let worse = least.is_some_and(|least| since.worst >= Some(least)) || since.is_less_known;
        return Ok(if worse { FINDINGS } else { READY });
    }
    let found = least.is_some_and(|least| report.open().any(|d| d.finding.level >= least));
    let open = args.undecided == Undecided::Fail && report.is_open();
    Ok(if found || open { FINDINGS } else { READY })
}

fn explain(args: &ExplainArgs) -> Result<u8, Failure> {
    let page = report::page(&args.rule).map_err(|near| {
        let help =
            near.map_or_else(|| "`kfplint rules` lists all rules".into(), |near| format!("did you mean `{near}`?"));
        Failure::Rule { given: args.rule.clone(), help }
    })?;
    output::stdout(page.as_bytes())?;
    Ok(READY)
}

fn rules(args: &RulesArgs) -> Result<u8, Failure> {
    output::stdout(&report::rules(output::color(args.terminal.color), output::width()))?;
    Ok(READY)
}

/// One root module, ready to be evaluated.
struct Single {
    sources: Arc<Sources>,
    loader: Arc<Loader>,
    evaluator: Arc<Evaluator>,
    root: Root,
}

fn single(args: &RootArgs, strict: bool) -> Result<Single, Failure> {
    let budget = args.inputs.budget.budget();
    // Whoever types expressions takes the time that they take.
    let budget = if strict { budget.without_timeout() } else { budget };
    let paths = std::slice::from_ref(&args.dir);
    let State { sources, loader, options, .. } = State::of(paths, &args.config, &args.inputs, budget)?;
    let options = eval::Options { strict, ..options };
    let root = load::single(&args.dir, &loader)?;
    let evaluator = Evaluator::new(sources.clone(), loader.clone(), options);
    Ok(Single { sources, loader, evaluator, root })
}

fn evaluate(args: &EvaluateArgs) -> Result<u8, Failure> {
    let EvaluateArgs { root: args, against } = args;
    let Single { sources, loader, evaluator, root } = single(args, false)?;
    if root.unit.is_none() && loader.module(&root.dir).is_none() {
        let places = format!("`{}`", args.dir.display());
        return Err(SessionError::Nothing { places, skipped: Vec::new() }.into());
    }
    if let Some(plan) = against {
        return documents::against(plan, &root, &evaluator);
    }
    let plan = units::plan(&evaluator, &root);
    if plan.unreached.is_none() {
        engine::check_names(&args.inputs.given, &names(&plan))?;
    }
    output::stdout(&report::pretty(&plan_json::write(&plan)))?;
    let findings = RootReport { root: root.shown, findings: plan.findings, ..RootReport::default() };
    let report = Report::new(vec![findings], loader.skipped(), loader.files_read(), &sources);
    output::stderr(&report::findings(&report, &sources, Detail::Normal, output::width()));
    Ok(if report.count(Level::Error) > 0 { FINDINGS } else { READY })
}

/// Evaluates one expression a line. A wrong expression is answered on stderr, and the next one is read.
fn console(args: &RootArgs) -> Result<u8, Failure> {
    let Single { evaluator, root, .. } = single(args, true)?;
    let instance = evaluator.root(&root.dir);
    let mut wrong = false;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|e| Failure::Output { what: "what stdin gives".into(), why: e.to_string() })?;
        match line.trim() {
            "" => {}
            "exit" => break,
            text => match evaluator.console(&instance, text) {
                Ok(answer) => output::stdout(format!("{answer}\n").as_bytes())?,
                Err(error) => {
                    wrong = true;
                    output::say(&format!("error: {}", error.message));
                }
            },
        }
    }
    Ok(if wrong { FINDINGS } else { READY })
}
