//! The commands, each in a file of its name: from the command line to a session, and from its answers to stdout, stderr and
//! files.

mod baseline;
mod check;
mod completions;
mod console;
mod evaluate;
mod explain;
mod failure;
mod fit;
mod fix;
mod graph;
mod init;
mod left_out;
mod man;
mod merge;
mod new_rule;
mod output;
mod progress;
mod rules;
mod settings;
mod since;
mod suppressions;
mod veil;

pub use failure::Failure;

use crate::cli::{Cli, Command, Dev};

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
        None => check::run(cli.check),
        Some(Command::Check(args) | Command::Fix(args)) => check::run(*args),
        Some(Command::Baseline(args)) => baseline::run(args),
        Some(Command::Suppressions(args)) => suppressions::run(args),
        Some(Command::Merge(args)) => merge::run(&args),
        Some(Command::Init(args)) => init::run(&args),
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Man(args)) => man::run(&args),
        Some(Command::Dev(Dev::NewRule(args))) => new_rule::run(&args),
        Some(Command::Explain(args)) => explain::run(&args),
        Some(Command::Rules(args)) => rules::run(&args),
        Some(Command::Fit(args)) => fit::run(&args),
        Some(Command::Graph(args)) => graph::run(&args),
        Some(Command::Evaluate(args)) => evaluate::run(&args),
        Some(Command::Console(args)) => console::run(&args),
    };
    done.unwrap_or_else(|failure| {
        let code = failure.code();
        failure.print();
        code
    })
}
