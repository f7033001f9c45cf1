//! The kfplint command.

use kfplint::{cli, parallel, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { run::USAGE } else { run::READY });
        }
    };
    let work = cli.clone();
    let code = match std::thread::Builder::new().stack_size(parallel::STACK).spawn(|| run::run(work)) {
        // A thread that panics has said so.
        Ok(thread) => thread.join().unwrap_or(run::USAGE),
        // No thread is to be had: on this one, then.
        Err(_) => run::run(cli),
    };
    ExitCode::from(code)
}
