//! `kfplint rules`.

use super::{Failure, READY, output};
use crate::cli::{ListFormat, RulesArgs};
use crate::report;

/// Lists all rules.
///
/// # Errors
/// Where stdout cannot be written.
pub fn run(args: &RulesArgs) -> Result<u8, Failure> {
    match args.format {
        ListFormat::Human => output::stdout(&report::rules(output::color(args.terminal.color), output::width()))?,
        ListFormat::Json => output::stdout(&report::pretty(&report::rules_json()))?,
    }
    Ok(READY)
}
