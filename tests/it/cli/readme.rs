//! The README says what is so.

use crate::hold::{hold, hold_with};
use crate::tree::{repository, run_in};
use clap::CommandFactory;

const BEGIN: &str = "<!-- rules: begin (written by a test) -->\n";
const END: &str = "<!-- rules: end -->";

#[test]
fn the_table_of_rules_is_that_of_the_registry() {
    hold_with("README.md", |readme| {
        let (before, rest) = readme.split_once(BEGIN).expect("the table's begin marker");
        let (_, after) = rest.split_once(END).expect("the table's end marker");
        format!("{before}{BEGIN}{}{END}{after}", kfplint::report::rule_table())
    });
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repository(path)).unwrap()
}

/// The code blocks of this language, in order.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|part| part.split("```").next().unwrap().to_string()).collect()
}

/// The two excerpts that the README shows of a report: the head with the verdict, and one finding.
fn excerpts(report: &str) -> [String; 2] {
    let paragraph = |start: &str| {
        let from = report.find(start).unwrap_or_else(|| panic!("{start} is not in\n{report}"));
        let to = report[from..].find("\n\n").unwrap() + from;
        format!("{}\n", &report[from..to])
    };
    [paragraph("NOT READY"), paragraph("error[KFP002")]
}

#[test]
fn the_picture_is_what_the_first_command_prints() {
    let report = run_in(&repository(""), &["--color", "always", "fixtures/too-small"]).stdout;
    assert!(report.contains("\x1b["));
    let parts: Vec<&str> =
        report.split("\n\n").filter(|p| p.contains("NOT READY") || p.contains("[KFP002 node-capacity]")).collect();
    assert_eq!(parts.len(), 2, "{report}");
    let screen = format!("\x1b[1m$ kfplint fixtures/too-small\x1b[0m\n\n{}\n", parts.join("\n\n"));
    let term = anstyle_svg::Term::new().palette(anstyle_svg::WIN10_CONSOLE);
    hold("docs/screenshot.svg", &term.render_svg(&screen));
    assert!(read("README.md").contains("](docs/screenshot.svg)"));
}

#[test]
fn the_first_command_prints_what_the_readme_shows() {
    let readme = read("README.md");
    let command = blocks(&readme, "sh").remove(0);
    let args = command.trim().strip_prefix("cargo run --release -- ").unwrap();
    let run = run_in(&repository(""), &args.split(' ').collect::<Vec<_>>());
    assert_eq!(run.code, 1);
    let shown = blocks(&readme, "text");
    assert_eq!(shown.len(), 2);
    for (old, new) in shown.iter().zip(excerpts(&run.stdout)) {
        hold_with("README.md", |readme| readme.replace(&format!("```text\n{old}```"), &format!("```text\n{new}```")));
    }
}

#[test]
fn continuous_integration_runs_the_second_command() {
    let second = blocks(&read("README.md"), "sh").remove(1);
    let script = read(".ci/run");
    assert!(script.lines().any(|line| line == format!("exec {}", second.trim())), "{script}");
}

#[test]
fn every_option_of_check_is_in_the_readme() {
    let readme = read("README.md");
    let command = kfplint::cli::Cli::command();
    let check = command.find_subcommand("check").unwrap();
    let flags: Vec<&str> = check.get_arguments().filter_map(|a| a.get_long()).filter(|f| *f != "help").collect();
    assert!(flags.len() > 10);
    for flag in flags {
        let written = if flag.starts_with("var") { format!("`-{flag} ") } else { format!("`--{flag}") };
        assert!(readme.contains(&written), "--{flag}");
    }
}

/// Options at the beginning of a row of a table: `` | `--fix` | …``.
#[test]
fn every_option_in_the_readme_is_one_of_check() {
    let readme = read("README.md");
    let command = kfplint::cli::Cli::command();
    let check = command.find_subcommand("check").unwrap();
    let flags: Vec<&str> = check.get_arguments().filter_map(|a| a.get_long()).collect();
    let cells = readme.lines().filter_map(|l| l.strip_prefix("| `-")?.split(" | ").next());
    let mut seen = 0;
    for written in cells.flat_map(|cell| cell.split(", `-")) {
        let name = written.trim_start_matches('-').split([' ', '`', '=']).next().unwrap();
        assert!(flags.contains(&name), "the README has the option --{name}, which check has not");
        seen += 1;
    }
    assert!(seen + 2 >= flags.len(), "{seen} of {flags:?}");
}
