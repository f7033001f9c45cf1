//! Pages under `docs/` that are generated from the facts.

use crate::hold::hold;
use clap::CommandFactory;
use kfplint::catalog::kfp;
use std::fmt::Write;

#[test]
fn every_reported_breakage_has_its_rule_or_the_reason_why_none_can_predict_it() {
    let codes: Vec<&str> = kfplint::rules::all().iter().map(|r| r.code).collect();
    let mut page = String::from(
        "# Reported breakages\n\nWhat users of Kubeflow Pipelines on GKE reported, and the rule that predicts it before the \
         cluster exists, or the reason why none can.\n\n| breakage | cause | rule |\n|---|---|---|\n",
    );
    let cell = |text: &str| text.replace('|', "\\|");
    for issue in kfp::issues() {
        let rules: Vec<&str> = issue.rules.split_whitespace().collect();
        assert!(rules.iter().all(|r| codes.contains(r)), "{}: {rules:?}", issue.id);
        assert!(rules.is_empty() == issue.unpredicted.is_some(), "{}: a rule, or a reason", issue.id);
        let answer = issue.unpredicted.map_or_else(|| rules.join(", "), |why| format!("none: {why}"));
        let symptom = match issue.url.starts_with("https://github.com/kubeflow/website (") {
            true => cell(issue.symptom),
            false => format!("[{}]({})", cell(issue.symptom), issue.url.trim_matches(['(', ')'])),
        };
        let symptom = if issue.url.starts_with("http") { symptom } else { cell(issue.symptom) };
        let _ = writeln!(page, "| {symptom} | {} | {} |", cell(issue.cause), cell(&answer));
    }
    hold("docs/breakages.md", &page);
}

#[test]
fn every_command_and_option_is_in_the_reference() {
    let mut command = kfplint::cli::Cli::command();
    command.build();
    let mut page = String::from(
        "# Command line\n\nEvery command with its options, as `kfplint COMMAND --help` has them. Without a command, `kfplint` is `kfplint check`.\n",
    );
    let shown: Vec<_> = command.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help").collect();
    for command in &shown {
        let mut own = (*command).clone();
        let usage = own.render_usage().to_string();
        let about = command.get_about().map(|a| a.to_string()).unwrap_or_default();
        let _ = writeln!(page, "\n## kfplint {}\n{about}.\n", command.get_name());
        let _ = writeln!(page, "```text\n{}\n```\n", usage.trim_start_matches("Usage: ").trim());
        let arguments: Vec<_> = command.get_arguments().filter(|a| a.get_id() != "help" && !a.is_hide_set()).collect();
        if !arguments.is_empty() {
            page.push_str("| argument | meaning |\n|---|---|\n");
        }
        for argument in arguments {
            let _ = writeln!(page, "| {} | {} |", spelling(argument), meaning(argument));
        }
    }
    assert!(shown.len() > 10 && page.contains("`--fail-on LEVEL`"));
    hold("docs/cli.md", &page);
}

/// `-q`, `--quiet`; `--format FORMAT`; `PATH…`.
fn spelling(argument: &clap::Arg) -> String {
    let names = argument.get_value_names().unwrap_or_default().iter().map(|n| n.to_string()).collect::<Vec<_>>();
    let takes = argument.get_action().takes_values();
    let value = if takes && !names.is_empty() { names.join(" ") } else { String::new() };
    let Some(long) = argument.get_long() else {
        let many = argument.get_num_args().is_some_and(|n| n.max_values() > 1);
        let many = many || matches!(argument.get_action(), clap::ArgAction::Append);
        return format!("`{value}{}`", if many { "…" } else { "" });
    };
    let short = argument.get_short().map(|c| format!("`-{c}`, ")).unwrap_or_default();
    let space = if value.is_empty() { "" } else { " " };
    format!("{short}`--{long}{space}{value}`").replace('|', "\\|")
}

fn meaning(argument: &clap::Arg) -> String {
    let mut text = argument.get_help().map(|h| h.to_string()).unwrap_or_default();
    let values: Vec<String> = match argument.get_action().takes_values() {
        true => argument.get_possible_values().iter().map(|v| format!("`{}`", v.get_name())).collect(),
        false => Vec::new(),
    };
    if !values.is_empty() {
        let _ = write!(text, "; one of {}", values.join(", "));
    }
    let default: Vec<_> = argument.get_default_values().iter().map(|v| v.to_string_lossy()).collect();
    if argument.get_action().takes_values() && !default.is_empty() {
        let _ = write!(text, "; `{}` if not given", default.join(" "));
    }
    text.replace('|', "\\|").replace('\n', " ")
}
