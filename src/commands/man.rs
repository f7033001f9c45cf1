//! `kfplint man`.

use super::{Failure, READY, output};
use crate::cli::{Cli, ManArgs};
use crate::load::reason;
use clap::CommandFactory;
use std::path::Path;

/// Prints the manual page, or writes those of all commands into a folder.
///
/// # Errors
/// Where they cannot be written.
pub fn run(args: &ManArgs) -> Result<u8, Failure> {
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
