//! `kfplint console`.

use super::settings::Single;
use super::{FINDINGS, Failure, READY, output};
use crate::cli::RootArgs;
use crate::engine::Change;
use std::io::BufRead;

/// Evaluates one expression a line. A wrong expression is answered on stderr, and the next one is read.
///
/// # Errors
/// What keeps kfplint from evaluating the root module, or from reading stdin.
pub fn run(args: &RootArgs) -> Result<u8, Failure> {
    let Single { mut session, environment, root } = Single::of(args, true)?;
    let mut wrong = false;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|e| Failure::Output { what: "what stdin gives".into(), why: e.to_string() })?;
        match line.trim() {
            "" => {}
            "exit" => break,
            text => {
                // The time runs for each expression alone, not while somebody types.
                session.apply_change(Change::new())?;
                match session.console(&root, environment.as_deref())?.answer(text) {
                    Ok(answer) => output::stdout(format!("{answer}\n").as_bytes())?,
                    Err(error) => {
                        wrong = true;
                        output::say(&format!("error: {}", error.message));
                    }
                }
            }
        }
    }
    Ok(if wrong { FINDINGS } else { READY })
}
