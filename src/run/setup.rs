//! What helps with setting kfplint up: `init`, `completions`, `man`.

use super::{Failure, READY, output};
use crate::cli::{Cli, CompletionsArgs, InitArgs, ManArgs};
use crate::config;
use crate::discover::{reason, shown};
use clap::CommandFactory;
use std::io::{ErrorKind, Write};

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
pub fn init(args: &InitArgs) -> Result<u8, Failure> {
    let path = args.dir.join(config::FILE);
    let wrong = |e: std::io::Error| match e.kind() {
        ErrorKind::AlreadyExists => Failure::Configured { path: shown(&path) },
        _ => Failure::Output { what: format!("`{}`", path.display()), why: reason(&e) },
    };
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&path).map_err(wrong)?;
    file.write_all(config::TEMPLATE.as_bytes()).map_err(wrong)?;
    let _ = writeln!(std::io::stderr(), "wrote {}", shown(&path));
    output::stdout(PRE_COMMIT.as_bytes())?;
    Ok(READY)
}

/// Prints what a shell needs to complete kfplint's command line.
///
/// # Errors
/// Where stdout cannot be written.
pub fn completions(args: &CompletionsArgs) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "kfplint", &mut script);
    output::stdout(&script)?;
    Ok(READY)
}

/// Prints the manual page, or writes those of all commands into a folder.
///
/// # Errors
/// Where they cannot be written.
pub fn man(args: &ManArgs) -> Result<u8, Failure> {
    let Some(dir) = &args.dir else {
        let mut page = Vec::new();
        let wrong = |e: std::io::Error| Failure::Output { what: "the manual page".into(), why: reason(&e) };
        clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(wrong)?;
        output::stdout(&page)?;
        return Ok(READY);
    };
    let wrong = |e: std::io::Error| Failure::Output { what: format!("into `{}`", dir.display()), why: reason(&e) };
    std::fs::create_dir_all(dir).map_err(wrong)?;
    clap_mangen::generate_to(Cli::command(), dir).map_err(wrong)?;
    Ok(READY)
}
