//! Setting kfplint up: `init`, `completions`, `man`.

use crate::tree::{READY, Tree, repository};
use clap::CommandFactory;
use std::io::Write;
use std::process::{Command, Stdio};

#[test]
fn init_writes_a_configuration_once() {
    let tree = Tree::new(&[("main.tf", READY)]);
    let run = tree.run(&["init"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "wrote kfplint.toml\n"));
    assert!(run.stdout.contains("repos:\n  - repo: ") && run.stdout.contains("- id: kfplint\n"), "{}", run.stdout);
    assert_eq!(tree.run(&[]).code, 0, "it can be read");
    tree.write("kfplint.toml", b"fail-on = \"never\"\n");
    let again = tree.run(&["init", "."]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("there is a configuration already"), "{}", again.stderr);
    assert_eq!(std::fs::read(tree.path("kfplint.toml")).unwrap(), b"fail-on = \"never\"\n");
}

#[test]
fn all_that_the_template_shows_can_be_used() {
    let tree = Tree::new(&[("main.tf", READY), ("common.tfvars", ""), ("staging.tfvars", "")]);
    tree.run(&["init"]);
    let text = std::fs::read_to_string(tree.path("kfplint.toml")).unwrap();
    let is_setting = |line: &str| {
        let word = line.trim_start_matches('[').split([' ', ']', '.']).next().unwrap_or("");
        line.starts_with('[') || line.contains(" = ") && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let uncommented: Vec<&str> =
        text.lines().map(|line| line.strip_prefix("# ").filter(|rest| is_setting(rest)).unwrap_or(line)).collect();
    tree.write("kfplint.toml", uncommented.join("\n").as_bytes());
    let run = tree.run(&["--environment", "prod", "--format", "json"]);
    assert_eq!(run.stderr, "");
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["clusters"][0]["environment"], "prod");
    assert_eq!(report["verdict"], "not-ready", "the profile asks for more nodes");
    let schema = std::fs::read_to_string(repository("docs/kfplint.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let used: toml::Table = uncommented.join("\n").parse().unwrap();
    let used = serde_json::to_value(used).unwrap();
    let errors: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&used).map(|e| e.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    for key in schema["properties"].as_object().unwrap().keys().filter(|key| *key != "format") {
        assert!(used.get(key).is_some(), "{key} is not in the template");
    }
}

#[test]
fn every_shell_gets_all_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = Tree::new(&[]).run(&["completions", shell]).stdout;
        for command in kfplint::cli::Cli::command().get_subcommands() {
            assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
        }
        assert!(script.contains("fail-on"), "{shell}");
    }
}

#[test]
fn bash_takes_its_script() {
    let script = Tree::new(&[]).run(&["completions", "bash"]).stdout;
    let ask = "COMP_WORDS=(kfplint bas)\nCOMP_CWORD=1\n_kfplint kfplint bas kfplint\necho ${COMPREPLY[@]}\n";
    let mut bash = Command::new("bash").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(format!("{script}\n{ask}").as_bytes()).unwrap();
    assert_eq!(String::from_utf8(bash.wait_with_output().unwrap().stdout).unwrap(), "baseline\n");
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let tree = Tree::new(&[]);
    let page = tree.run(&["man"]).stdout;
    assert!(page.contains(".TH kfplint 1") && page.contains("kfplint\\-baseline(1)"), "{page}");
    assert_eq!(tree.run(&["man", "share/man1"]).code, 0);
    for command in kfplint::cli::Cli::command().get_subcommands().filter(|c| !c.is_hide_set()) {
        let name = format!("share/man1/kfplint-{}.1", command.get_name());
        let text = std::fs::read_to_string(tree.path(&name)).unwrap_or_default();
        assert!(text.contains(".SH SYNOPSIS"), "{name}");
    }
}

#[test]
fn hooks_are_run_for_the_files_that_can_change_an_answer() {
    let hooks = std::fs::read_to_string(repository(".pre-commit-hooks.yaml")).unwrap();
    let patterns: Vec<&str> = hooks.lines().filter_map(|line| line.trim().strip_prefix("files: ")).collect();
    assert_eq!(patterns.len(), 2);
    for pattern in patterns {
        let pattern = regex::Regex::new(pattern).unwrap();
        for name in [
            "a/main.tf",
            "x.tofu.json",
            "prod.tfvars",
            "a.tfvars.json",
            ".terraform.lock.hcl",
            "u/terragrunt.hcl",
            "kfplint.toml",
        ] {
            assert!(pattern.is_match(name), "{name}");
        }
        for name in ["README.md", "main.tf.bak", "Cargo.toml", "notkfplint.toml"] {
            assert!(!pattern.is_match(name), "{name}");
        }
    }
}
