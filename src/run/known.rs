//! `kfplint baseline` and `--baseline`.

use super::{FINDINGS, Failure, Job, READY, USAGE, judge, output, reach};
use crate::base::budget::{DOCUMENT, size};
use crate::baseline::Baseline;
use crate::cli::{BaselineArgs, CheckArgs};
use crate::load::loader::Texts;
use crate::load::{Discovery, reason};
use crate::report::{self, Entry, Report};
use rustc_hash::FxHashSet;
use std::io::Write;
use std::path::Path;

/// Most entries that are gone and named; the JSON has all.
const MOST: usize = 10;

/// Writes all findings of now to a file.
///
/// # Errors
/// What keeps kfplint from looking, or from writing.
pub fn write(args: BaselineArgs) -> Result<u8, Failure> {
    let BaselineArgs { paths, inputs, config, output: file } = args;
    let run = judge(&Job::new(CheckArgs { paths, inputs, config, ..CheckArgs::default() })?, Texts::new())?;
    let baseline = Baseline::of(&run.report);
    let shown = file.display();
    output::save(&file, &report::pretty(&serde_json::json!(baseline)))?;
    let count = report::plural(baseline.findings.len(), "finding");
    let _ = writeln!(std::io::stderr(), "wrote {count} to {shown}");
    let over = reach::say(&run.report, &run.loader, &run.sources);
    Ok(match (run.failed, over) {
        (true, _) => USAGE,
        (false, true) => FINDINGS,
        (false, false) => READY,
    })
}

/// Takes the findings of a baseline out of a report. What `is_short` of a report may hold may still be there.
///
/// # Errors
/// A file that cannot be read as a baseline.
pub fn apply(file: &Path, report: &mut Report, job: &Job, found: &Discovery, is_short: bool) -> Result<(), Failure> {
    let wrong = |why: String| Failure::Baseline { path: file.display().to_string(), why };
    // A pull request must not bring its own baseline.
    let tree = job.base.as_ref().filter(|_| job.args.strict).unwrap_or(&job.tree);
    let text = tree.up_to(file, DOCUMENT).map_err(|e| wrong(reason(&e)))?;
    let text = text.ok_or_else(|| wrong(format!("it is larger than {}", size(DOCUMENT))))?;
    let mark = |line: &[u8]| [&b"<<<<<<<"[..], b">>>>>>>"].iter().any(|mark| line.starts_with(mark));
    if let Some(at) = text.split(|byte| *byte == b'\n').position(mark) {
        return Err(wrong(format!("line {} is of a merge whose conflicts are not solved", at + 1)));
    }
    let environments: Vec<Option<&str>> = job.environments()?.iter().map(|e| e.map(|e| e.name.as_str())).collect();
    let baseline: Baseline = serde_json::from_slice(&text).map_err(|e| wrong(e.to_string()))?;
    // A root module that was not looked at, or not in this environment, may still have its findings.
    let roots: FxHashSet<&str> = found.roots.iter().map(|root| root.shown.as_str()).collect();
    let looked_at = |entry: &Entry| {
        let root = roots.contains(entry.root.as_str()) || !Path::new(&entry.root).is_dir();
        !is_short
            && root
            && (job.args.config.environment.is_empty() || environments.contains(&entry.environment.as_deref()))
    };
    report.baseline = Some(baseline.apply(report, looked_at));
    Ok(())
}

/// Says on stderr how many findings are known and which are gone.
pub fn say(report: &Report) {
    let Some(held) = &report.baseline else { return };
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "known from the baseline: {}", report::plural(held.known, "finding"));
    if held.gone.is_empty() {
        return;
    }
    let _ = writeln!(err, "gone: {}; write the baseline anew to drop them", report::plural(held.gone.len(), "finding"));
    for entry in held.gone.iter().take(MOST) {
        let address = entry.address.as_deref().unwrap_or("");
        let _ = writeln!(err, "  {}", report::line(format!("{} {} {address}", entry.code, entry.root).trim_end()));
    }
    if held.gone.len() > MOST {
        let _ = writeln!(err, "  and {} more", held.gone.len() - MOST);
    }
}
