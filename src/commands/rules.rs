//! `kfplint rules`.

use super::{Failure, READY, output};
use crate::cli::RulesArgs;
use crate::report;

/// Lists all rules.
///
/// # Errors
/// Where stdout cannot be written.
pub fn run(args: &RulesArgs) -> Result<u8, Failure> {
    output::stdout(&report::rules(output::color(args.terminal.color), output::width()))?;
    Ok(READY)
}
