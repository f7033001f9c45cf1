//! The log of a CI job: what a tree says there is never a command of the job.

use super::run;
use crate::tree::{READY, Tree};
use kfplint::report::Format;
use std::process::Stdio;

/// Commands of GitHub Actions and Azure Pipelines, each with what a log must not have.
const COMMANDS: [(&str, &str); 3] = [
    ("##vso[task.setvariable variable=PATH]/tmp", "##vso["),
    ("##[add-matcher]evil.json", "##["),
    ("::add-mask::e", "\n::add-mask"),
];

fn without(log: &str, mark: &str, what: &str) {
    // Issues of Azure Pipelines are commands of kfplint's own.
    let log = log.replace("##vso[task.logissue type=", "issue ");
    let lines: String = log.lines().map(|line| format!("\n{}", line.trim_start())).collect();
    assert!(!lines.contains(mark), "{what}: {log}");
}

#[test]
fn nothing_that_a_tree_says_commands_a_ci_job() {
    for (command, mark) in COMMANDS {
        let typed = READY.replace("e2-standard-4", command);
        let broken = format!(
            "{typed}# {command}\nvariable \"v\" {{\n  default = 1\n  validation {{\n    condition     = false\n    \
             error_message = \"A\\n{command}\\r\\n{command}.\"\n  }}\n}}\nlocals {{\n  a = {{}}[\"{command}\"]\n}}\n"
        );
        let tree = Tree::new(&[("main.tf", &broken), (&format!("{command}/x.tf").replace('/', "-"), "locals {\n")]);
        for format in Format::ALL.into_iter().filter(|f| *f != Format::Github).map(Format::name) {
            let ended = run(&tree, &["--format", format, "--verbose"]);
            without(&(ended.stdout + &ended.stderr), mark, format);
        }
        let github = run(&tree, &["--format", "github"]);
        assert!(!github.stdout.contains("\n::add-mask") && !github.stdout.contains("##["), "{}", github.stdout);
        for command in [&["evaluate"][..], &["graph"], &["suppressions"], &["--diff"]] {
            let ended = run(&tree, command);
            without(&(ended.stdout + &ended.stderr), mark, command[0]);
        }
    }
}

#[test]
fn a_message_about_a_name_steers_nothing() {
    for name in ["\u{1b}[2Jx", "a\n::error::b", "##vso[x]y", "\u{202e}x"] {
        let tree = Tree::new(&[("main.tf", READY), (&format!("k/{name}.yaml"), "kind: Rollout\n")]);
        for args in [
            ["--baseline", name],
            ["--config", name],
            ["--since", name],
            ["--var-file", name],
            ["explain", name],
            ["fit", "--manifests=k"],
        ] {
            let mut command = tree.command(&args);
            let out = command.stdin(Stdio::null()).output().unwrap();
            let said = String::from_utf8(out.stderr).unwrap() + &String::from_utf8(out.stdout).unwrap();
            let steers = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
            assert!(!said.contains(steers) && !said.contains("##vso["), "{args:?}: {said}");
            without(&said, "\n::error", args[0]);
        }
    }
}
