//! `--strict`: what a stranger's pull request must pass.

use crate::tree::{OPEN, READY, TOO_FEW, Tree};
use std::process::Command;

const OFF: &str = "ignore = [\"KFP\"]\n";

fn git(tree: &Tree, args: &[&str]) {
    let who = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "commit.gpgsign=false"];
    let done = Command::new("git").args(who).args(args).current_dir(tree.path("")).output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A repository whose `main` has these files.
fn repository(files: &[(&str, &str)]) -> Tree {
    let tree = Tree::new(files);
    git(&tree, &["init", "-q", "-b", "main"]);
    git(&tree, &["add", "-A"]);
    git(&tree, &["commit", "-q", "-m", "base"]);
    tree
}

fn since(tree: &Tree) -> i32 {
    tree.run(&["--strict", "--since", "main", "."]).code
}

#[test]
fn undecided_requirements_and_skipped_files_fail() {
    assert_eq!(Tree::new(&[("main.tf", OPEN)]).run(&[".", "--strict"]).code, 1);
    assert_eq!(Tree::new(&[("main.tf", READY)]).run(&[".", "--strict"]).code, 0);
    let missing = format!("{READY}module \"m\" {{\n  source = \"git::https://example.com/m\"\n}}\n");
    let tree = Tree::new(&[("main.tf", &missing)]);
    assert_eq!((tree.run(&["."]).code, tree.run(&[".", "--strict"]).code), (0, 1));
}

#[test]
fn comments_and_the_configuration_of_the_tree_do_not_suppress() {
    let comment = format!("# kfplint: ignore[KFP001] reason=\"no\"\n{TOO_FEW}");
    let tree = Tree::new(&[("main.tf", &comment)]);
    assert_eq!((tree.run(&["."]).code, tree.run(&[".", "--strict"]).code), (0, 1));
    let tree = Tree::new(&[("main.tf", TOO_FEW), ("kfplint.toml", OFF)]);
    assert_eq!(tree.run(&[".", "--strict"]).code, 1);
    assert_eq!(tree.run(&[".", "--strict", "--config", "kfplint.toml"]).code, 0, "named on the command line");
}

#[test]
fn with_since_only_new_and_worse_findings_fail() {
    let tree = repository(&[("a/main.tf", TOO_FEW), ("b/main.tf", READY)]);
    assert_eq!(since(&tree), 0, "a/ is not ready at main either");
    tree.write("b/main.tf", TOO_FEW.as_bytes());
    assert_eq!(since(&tree), 1);
    tree.write("b/main.tf", OPEN.as_bytes());
    assert_eq!(since(&tree), 1, "it was decided");
    let old = repository(&[("a/main.tf", OPEN)]);
    assert_eq!(since(&old), 0, "it is undecided at main too");
}

#[test]
fn with_since_a_finding_that_gets_worse_fails() {
    let nodes = |count: &str| READY.replace("_count = 3", &format!("_count = {count}"));
    let tree = repository(&[("main.tf", &nodes("2"))]);
    assert_eq!(since(&tree), 0);
    tree.write("main.tf", format!("\n# moved\n{}", nodes("2")).as_bytes());
    assert_eq!(since(&tree), 0, "the same at another place");
    tree.write("main.tf", nodes("1").as_bytes());
    assert_eq!(since(&tree), 1, "fewer nodes than before");
    let one = repository(&[("main.tf", &nodes("1"))]);
    one.write("main.tf", nodes("2").as_bytes());
    assert_eq!(since(&one), 0, "more nodes than before, though still too few");
    tree.write("main.tf", nodes("2").replace("e2-standard-4", "e2-micro").as_bytes());
    assert_eq!(since(&tree), 1, "and smaller ones");
    let scopes = nodes("2").replace("https://www.googleapis.com/auth/cloud-platform", "monitoring");
    tree.write("main.tf", scopes.as_bytes());
    assert_eq!(since(&tree), 1, "another requirement is unmet too");
    // KFP001 has no finding of its own where KFP002 tells why the nodes do not count.
    let small = READY.replace("e2-standard-4", "e2-micro");
    let tree = repository(&[("main.tf", &small)]);
    assert_eq!(since(&tree), 0);
    tree.write("main.tf", small.replace("_count = 3", "_count = 1").as_bytes());
    assert_eq!(since(&tree), 1, "small ones, and fewer");
}

#[test]
fn with_since_another_version_of_a_missing_module_is_less_known() {
    let call = "module \"m\" {\n  source  = \"example/m/google\"\n  version = \"1.0.0\"\n}\n";
    let tree = repository(&[("main.tf", &format!("{READY}{call}"))]);
    assert_eq!(since(&tree), 0);
    tree.write("main.tf", format!("{READY}{}", call.replace("1.0.0", "2.0.0")).as_bytes());
    assert_eq!(since(&tree), 1);
}

#[test]
fn with_since_the_configuration_is_that_of_the_commit() {
    let tree = repository(&[("main.tf", READY)]);
    tree.write("main.tf", TOO_FEW.as_bytes());
    tree.write("kfplint.toml", OFF.as_bytes());
    assert_eq!(since(&tree), 1, "the pull request brings its own configuration");
    let tree = repository(&[("main.tf", READY), ("kfplint.toml", OFF)]);
    tree.write("main.tf", TOO_FEW.as_bytes());
    assert_eq!(since(&tree), 0, "the base turns the rules off");
    std::fs::remove_file(tree.path("kfplint.toml")).unwrap();
    assert_eq!(since(&tree), 0, "also where the pull request deletes it");
}

#[test]
fn with_since_a_new_comment_does_not_suppress() {
    let tree = repository(&[("main.tf", READY)]);
    tree.write("main.tf", format!("# kfplint: ignore[KFP001] reason=\"no\"\n{TOO_FEW}").as_bytes());
    assert_eq!(since(&tree), 1);
}

#[test]
fn with_since_the_baseline_is_that_of_the_commit() {
    let tree = repository(&[("main.tf", READY)]);
    tree.write("main.tf", TOO_FEW.as_bytes());
    assert_eq!(tree.run(&["baseline", "."]).code, 0);
    let run = tree.run(&["--strict", "--since", "main", "--baseline", "kfplint-baseline.json", "."]);
    assert_eq!(run.code, 2, "main has no baseline: {}", run.stderr);
}

#[test]
fn with_since_a_root_module_of_the_commit_stays_one() {
    let tree = repository(&[("prod/main.tf", READY)]);
    let input = "variable \"size\" {\n  type    = number\n  default = 1\n}\n";
    tree.write("prod/main.tf", format!("{input}{}", TOO_FEW.replace("= 1", "= var.size")).as_bytes());
    tree.write("decoy/main.tf", b"module \"m\" {\n  source = \"../prod\"\n  size   = 3\n}\n");
    assert_eq!(since(&tree), 1, "a caller with better values does not hide it");
}
