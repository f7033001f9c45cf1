//! `kfplint init`.

use super::{Failure, READY, output};
use crate::cli::InitArgs;
use crate::config;
use crate::load::shown;
use std::io::Write;

/// How pre-commit runs kfplint.
const PRE_COMMIT: &str = concat!(
    "To check every commit, add to .pre-commit-config.yaml:\n\n",
    "repos:\n",
    "  - repo: https://github.com/kfplint/kfplint\n",
    "    rev: v",
    env!("CARGO_PKG_VERSION"),
    "\n",
    "    hooks:\n",
    "      - id: kfplint\n",
);

/// Writes a configuration to start from, unless there is one.
///
/// # Errors
/// Where there is one, or it cannot be written.
pub fn run(args: &InitArgs) -> Result<u8, Failure> {
    let path = args.dir.join(config::FILE);
    if path.symlink_metadata().is_ok() {
        return Err(Failure::Configured { path: shown(&path) });
    }
    output::save(&path, config::TEMPLATE.as_bytes())?;
    let _ = writeln!(std::io::stderr(), "wrote {}", shown(&path));
    output::stdout(PRE_COMMIT.as_bytes())?;
    Ok(READY)
}
