//! What helps with setting kfplint up: `init`, `completions`, `man`.

use super::{Failure, READY, output};
use crate::cli::{Cli, CompletionsArgs, InitArgs, ManArgs};
use crate::config;
use crate::load::{reason, shown};
use clap::CommandFactory;
use std::io::Write;
use std::path::Path;

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
    if path.symlink_metadata().is_ok() {
        return Err(Failure::Configured { path: shown(&path) });
    }
    output::save(&path, config::TEMPLATE.as_bytes())?;
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
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    pages(command, dir)?;
    Ok(READY)
}

/// Writes the page of a command, and those of its commands.
fn pages(command: clap::Command, dir: &Path) -> Result<(), Failure> {
    command.get_subcommands().filter(|c| !c.is_hide_set()).cloned().try_for_each(|c| pages(c, dir))?;
    let page = clap_mangen::Man::new(command);
    let mut text = Vec::new();
    let wrong = |e: std::io::Error| Failure::Output { what: "a manual page".into(), why: reason(&e) };
    page.render(&mut text).map_err(wrong)?;
    output::save(&dir.join(page.get_filename()), &text)
}
