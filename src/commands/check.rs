//! `kfplint check`, also without its name, and `kfplint fix`.

use super::progress::Progress;
use super::settings::Job;
use super::{FINDINGS, Failure, READY, USAGE, fix, output, since};
use crate::cli::CheckArgs;
use crate::diagnostic::Level;
use crate::engine::{Outcome, Session};
use crate::report::{self, Report};
use crate::settings::{FailOn, Undecided};
use crate::tree::Repository;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::time::Instant;

/// Most entries of a baseline that are gone and named; the JSON has all.
const MOST: usize = 10;

/// Checks, and writes the report.
///
/// # Errors
/// What keeps kfplint from checking, or from writing.
pub fn run(args: CheckArgs) -> Result<u8, Failure> {
    let start = Instant::now();
    if args.fixes.unsafe_fixes && !args.fixes.fix && !args.fixes.diff {
        return Err(Failure::UnsafeFixes);
    }
    let fixes = args.fixes.fix || args.fixes.diff;
    if fixes && args.since.is_some() {
        return Err(Failure::FixSince);
    }
    let job = Job::new(args)?;
    let outcome = match &job.args.since {
        Some(reference) => since::compare(&job, reference)?,
        None if fixes => fix::fixed(&job)?,
        None => checked(&job)?,
    };
    // The system takes all memory back at once, when the program ends.
    let mut outcome = ManuallyDrop::new(outcome);
    outcome.report.below_top = below_top();
    say_known(&outcome.report);
    if !job.args.fixes.diff {
        output::write(&outcome.report, &outcome.sources, &job, start.elapsed())?;
    }
    if outcome.failed {
        return Ok(USAGE);
    }
    exit_code(&outcome.report, &job.args)
}

/// Checks everything that a job names.
///
/// # Errors
/// What keeps kfplint from checking.
pub fn checked(job: &Job) -> Result<Outcome, Failure> {
    let progress = Progress::start();
    let session = ManuallyDrop::new(Session::new(job.settings.clone())?);
    Ok(session.check(&progress)?)
}

/// The working directory's path below the top of its repository; "" where there is none.
fn below_top() -> String {
    let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
    let top = Repository::around(&here).ok().flatten();
    let below =
        top.and_then(|repository| Some(here.strip_prefix(&repository.top).ok()?.to_string_lossy().replace('\\', "/")));
    below.unwrap_or_default()
}

fn exit_code(report: &Report, args: &CheckArgs) -> Result<u8, Failure> {
    let clusters = report.since.as_ref().map_or(report.clusters.len(), |since| since.clusters);
    if args.require_cluster && clusters == 0 {
        return Err(Failure::NoCluster { roots: format!("{} root module(s)", report.roots) });
    }
    let least = match args.fail_on {
        FailOn::Error => Some(Level::Error),
        FailOn::Warning => Some(Level::Warning),
        FailOn::Note => Some(Level::Note),
        FailOn::Never => None,
    };
    if let Some(since) = report.since.as_ref().filter(|_| args.strict) {
        let worse = least.is_some_and(|least| since.worst >= Some(least)) || since.is_less_known;
        return Ok(if worse { FINDINGS } else { READY });
    }
    let found = least.is_some_and(|least| report.counted().any(|d| d.finding.level >= least));
    let open = args.undecided == Undecided::Fail && report.is_open();
    Ok(if found || open { FINDINGS } else { READY })
}

/// Says on stderr how many findings are known and which are gone.
fn say_known(report: &Report) {
    let Some(held) = &report.baseline else { return };
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "in the baseline: {}", report::plural(held.known, "finding"));
    if held.gone.is_empty() {
        return;
    }
    let _ = writeln!(
        err,
        "fixed since: {}; run `kfplint baseline` to update it",
        report::plural(held.gone.len(), "finding")
    );
    for entry in held.gone.iter().take(MOST) {
        let address = entry.address.as_deref().unwrap_or("");
        let _ = writeln!(err, "  {}", report::line(format!("{} {} {address}", entry.code, entry.root).trim_end()));
    }
    if held.gone.len() > MOST {
        let _ = writeln!(err, "  and {} more", held.gone.len() - MOST);
    }
}
