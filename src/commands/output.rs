//! Writes reports to where they are wanted.

use super::Failure;
use super::settings::Job;
use crate::base::budget::DOCUMENT;
use crate::base::source::Sources;
use crate::cli::Color;
use crate::load::{is_terraform, is_variables, reason};
use crate::report::{self, Detail, Format, InertWriter, Report, ReportStyle};
use crate::tree::up_to;
use crate::write;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

/// Columns where there is no terminal to ask.
const WIDTH: usize = 100;

/// Writes the report of a run that took so long to stdout and to all files that were asked for.
///
/// # Errors
/// A file that cannot be written.
pub fn write(report: &Report, sources: &Sources, job: &Job, took: Duration) -> Result<(), Failure> {
    let args = &job.args;
    let detail = match (args.quiet, args.verbose) {
        (true, _) => Detail::Quiet,
        (_, true) => Detail::Verbose,
        _ => Detail::Normal,
    };
    for (format, file) in &args.output {
        let style = ReportStyle { color: args.terminal.color == Color::Always, ..ReportStyle::plain(detail, WIDTH) };
        if job.asked_by_configuration {
            refuse_other(*format, file)?;
        }
        save_with(file, &mut |out| format.write(report, sources, style, out))?;
    }
    // Elsewhere, the same input gives the same text.
    let told = std::io::stdout().is_terminal();
    let style = ReportStyle {
        color: color(args.terminal.color),
        links: links(args.terminal.color),
        took: told.then_some(took),
        counts: args.statistics,
        ..ReportStyle::plain(detail, width())
    };
    to_stdout(&mut |out| {
        if args.format == Format::Azure {
            // Its lines are commands.
            return args.format.write(report, sources, style, out);
        }
        let mut inert = InertWriter::new(out, args.format == Format::Github);
        args.format.write(report, sources, style, &mut inert)?;
        inert.finish()
    })
}

/// Writes a file that the user asked for, and says on stderr what could not be kept.
///
/// # Errors
/// Where it cannot be written.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    save_with(path, &mut |out| out.write_all(bytes))
}

fn save_with(path: &Path, content: write::FileContent) -> Result<(), Failure> {
    let wrong = |e: std::io::Error| Failure::Output { what: format!("`{}`", path.display()), why: reason(&e) };
    say_notes(&write::streamed(path, content).map_err(wrong)?);
    Ok(())
}

/// Says on stderr what could not be kept of a file.
pub fn say_notes(notes: &[String]) {
    notes.iter().for_each(|note| say(&format!("note: {note}")));
}

/// Refuses a file that a `kfplint.toml`, which may be a stranger's, names for a report, but that holds something else.
fn refuse_other(format: Format, file: &Path) -> Result<(), Failure> {
    let refuse = |why: &str| {
        let shown = file.display();
        let why = format!(
            "{why}, and kfplint.toml alone does not overwrite it; remove it, or name it on the command line with --output"
        );
        Err(Failure::Output { what: format!("`{shown}`"), why })
    };
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if is_terraform(&name) || is_variables(&name) || name.ends_with(".hcl") {
        return refuse("Terraform or Terragrunt reads a file of this name");
    }
    match file.symlink_metadata() {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        Ok(meta) if meta.is_file() => match up_to(file, DOCUMENT) {
            Ok(Some(bytes)) if format.is_own(&bytes) => Ok(()),
            _ => refuse("it is not a report of this format that kfplint wrote"),
        },
        _ => refuse("it is not a regular file"),
    }
}

/// Writes to stdout. That the reader has gone is not a failure. Nothing in it commands a CI job.
///
/// # Errors
/// Anything else that the operating system says.
pub fn stdout(bytes: &[u8]) -> Result<(), Failure> {
    to_stdout(&mut |out| match std::str::from_utf8(bytes) {
        Ok(text) => out.write_all(report::inert(text).as_bytes()),
        Err(_) => out.write_all(bytes),
    })
}

/// Writes a message to stderr. Nothing in it steers a terminal or commands a CI job.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", report::inert(&report::lines(text)));
}

/// Writes a report to stderr.
pub fn stderr(bytes: &[u8]) {
    let _ = std::io::stderr().write_all(report::inert(&String::from_utf8_lossy(bytes)).as_bytes());
}

/// Writes to stdout piece by piece, as [`stdout`] does, but with no eye on commands.
///
/// # Errors
/// Anything but a reader that has gone.
pub fn to_stdout(content: write::FileContent) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match content(&mut out).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Output { what: "the report to stdout".into(), why: e.to_string() })
        }
        _ => Ok(()),
    }
}

/// Whether stdout gets colours.
pub fn color(choice: Color) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
            std::io::stdout().is_terminal() && !set("NO_COLOR") && !dumb
        }
    }
}

/// Whether stdout gets hyperlinks: where the terminal is known to have them, or `FORCE_HYPERLINK` says so.
pub fn links(choice: Color) -> bool {
    choice != Color::Never && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout)
}

/// Columns of stdout: those that `COLUMNS` says, else the terminal's.
pub fn width() -> usize {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok()).filter(|n| *n > 0);
    set.or_else(|| Some(usize::from(terminal_size::terminal_size_of(std::io::stdout())?.0.0))).unwrap_or(WIDTH)
}
