//! `kfplint baseline`.

use super::settings::Job;
use super::{FINDINGS, Failure, READY, USAGE, check, left_out, output};
use crate::baseline::Baseline;
use crate::cli::{BaselineArgs, CheckArgs};
use crate::report;
use std::io::Write;

/// Writes all findings of now to a file.
///
/// # Errors
/// What keeps kfplint from checking, or from writing.
pub fn run(args: BaselineArgs) -> Result<u8, Failure> {
    let BaselineArgs { paths, inputs, config, output: file } = args;
    let job = Job::new(CheckArgs { paths, inputs, config, ..CheckArgs::default() })?;
    let outcome = check::checked(&job)?;
    let baseline = Baseline::of(&outcome.report);
    let shown = file.display();
    output::save(&file, &report::pretty(&serde_json::json!(baseline)))?;
    let count = report::plural(baseline.findings.len(), "finding");
    let _ = writeln!(std::io::stderr(), "wrote {count} to {shown}");
    let over = left_out::say(&outcome.report, &outcome.loader, &outcome.sources);
    Ok(match (outcome.failed, over) {
        (true, _) => USAGE,
        (false, true) => FINDINGS,
        (false, false) => READY,
    })
}
