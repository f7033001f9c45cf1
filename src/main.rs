//! The kfplint command.

use kfplint::{cli, run};
use std::process::ExitCode;

/// Stack of the threads that work, in bytes: deeply nested input is read and evaluated by recursion.
const STACK: usize = 64 << 20;

fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { run::USAGE } else { run::READY });
        }
    };
    let code = match rayon::ThreadPoolBuilder::new().stack_size(STACK).build() {
        Ok(pool) => pool.install(|| run::run(cli)),
        // No threads are to be had: on this one, then.
        Err(_) => run::run(cli),
    };
    ExitCode::from(code)
}
