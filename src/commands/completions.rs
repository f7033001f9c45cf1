//! `kfplint completions`.

use super::{Failure, READY, output};
use crate::cli::{Cli, CompletionsArgs};
use clap::CommandFactory;

/// Prints what a shell needs to complete kfplint's command line.
///
/// # Errors
/// Where stdout cannot be written.
pub fn run(args: &CompletionsArgs) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "kfplint", &mut script);
    output::stdout(&script)?;
    Ok(READY)
}
