//! The kfplint command.

use kfplint::base::parallel;
use kfplint::{cli, commands};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// The system's allocator takes a fifth of a run, and with musl, which the container image has, far more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { commands::USAGE } else { commands::READY });
        }
    };
    let work = || parallel::run(|| commands::run(cli));
    // A panic has said so itself.
    ExitCode::from(catch_unwind(AssertUnwindSafe(work)).unwrap_or(commands::USAGE))
}
