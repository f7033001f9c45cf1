//! `--since`: only what is new or changed, also when the cause is elsewhere.

use crate::git::{commit, git, repository};
use crate::tree::{OPEN, READY, TOO_FEW, Tree, codes};
use serde_json::{Value, json};
use std::process::Command;

#[test]
fn where_nothing_changed_nothing_is_reported() {
    let tree = repository(&[("infra/main.tf", TOO_FEW)]);
    assert_eq!(tree.run(&[]).code, 1);
    tree.write("infra/main.tf", format!("# Lines move.\n\n{TOO_FEW}").as_bytes());
    let run = tree.run(&["--since", "main"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "findings since main: 0 new, 0 changed, 0 gone\n"));
    let expected = "NO CHANGE  the verdicts are those of main\n\nno verdict changed · 1 root module, 1 file\n";
    assert_eq!(run.stdout, expected);
    let report = tree.json(&["--since", "main", "infra"]);
    assert_eq!((&report["clusters"], &report["diagnostics"]), (&json!([]), &json!([])));
    assert_eq!(report["verdict"], "not-ready", "the tree is what it is");
    assert_eq!(tree.run(&["--since", "main", "--require-cluster"]).code, 0);
}

#[test]
fn verdicts_and_findings_that_are_new_are_reported() {
    let tree = repository(&[("a/main.tf", READY), ("b/main.tf", TOO_FEW)]);
    tree.write("a/main.tf", READY.replace("e2-standard-4", "e2-micro").as_bytes());
    tree.write("c/main.tf", READY.as_bytes());
    let run = tree.run(&["--since=main"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.starts_with("NOT READY  google_container_cluster.c (was ready)  a/main.tf:2\n"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("READY  google_container_cluster.c  c/main.tf:2\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("b/main.tf"), "{}", run.stdout);
    let report = tree.json(&["--since=main"]);
    let verdicts = json!([
        {"root": "a", "environment": null, "address": "google_container_cluster.c", "before": "ready", "now": "not-ready"},
        {"root": "c", "environment": null, "address": "google_container_cluster.c", "before": null, "now": "ready"},
    ]);
    assert_eq!(report["since"]["verdicts"], verdicts);
    assert_eq!(report["since"]["ref"], "main");
    assert!(codes(&report).contains(&"KFP002"));
}

#[test]
fn the_cause_may_be_elsewhere() {
    let module = OPEN;
    let root = "variable \"size\" {\n  type = number\n}\nmodule \"c\" {\n  source = \"../modules/c\"\n  size   = var.size\n}\n";
    let tree = repository(&[
        ("modules/c/main.tf", module),
        ("infra/main.tf", root),
        ("infra/terraform.tfvars", "size = 3\n"),
        ("vars/prod.tfvars", "size = 3\n"),
        ("kfplint.toml", "var-files = [\"vars/prod.tfvars\"]\n"),
    ]);
    let new =
        |tree: &Tree, args: &[&str]| tree.json(&[&["--since", "HEAD", "infra"], args].concat())["since"]["new"].clone();
    assert_eq!(new(&tree, &[]), 0);
    tree.write("vars/prod.tfvars", b"size = 1\n");
    assert_eq!(new(&tree, &[]), 1, "by the configuration");
    assert_eq!(new(&tree, &["--no-config", "-var-file", "vars/prod.tfvars"]), 1, "by the command line");
    assert_eq!(new(&tree, &["--no-config"]), 0);
    tree.write("infra/terraform.tfvars", b"size = 1\n");
    assert_eq!(new(&tree, &["--no-config"]), 1, "by itself");
    commit(&tree);
    tree.write("modules/c/main.tf", module.replace("e2-standard-4", "e2-micro").as_bytes());
    assert!(codes(&tree.json(&["--since", "HEAD", "infra"])).contains(&"KFP002"), "in a module");
}

#[test]
fn what_git_does_not_have_is_the_same_then_and_now() {
    let root = format!("{OPEN}\nmodule \"m\" {{\n  source  = \"corp/m/google\"\n  version = \"1.0.0\"\n}}\n");
    let installed =
        r#"{"Modules": [{"Key": "m", "Source": "corp/m/google", "Version": "1.0.0", "Dir": ".terraform/modules/m"}]}"#;
    let tree = repository(&[(".gitignore", ".terraform\n*.tfvars\n"), ("infra/main.tf", &root)]);
    tree.write("infra/.terraform/modules/modules.json", installed.as_bytes());
    tree.write("infra/.terraform/modules/m/main.tf", TOO_FEW.as_bytes());
    tree.write("infra/terraform.tfvars", b"size = 1\n");
    let report = tree.json(&["--since", "main"]);
    assert_eq!(report["since"]["new"], 0, "{report}");
    assert_eq!(report["since"]["gone"], 0, "{report}");
    assert_eq!(report["since"]["verdicts"], json!([]));
}

#[test]
fn changes_and_disappearances_are_counted() {
    let ignored = |text: &str| text.replace("= 1\n", "= 1 # kfplint: ignore[KFP001]\n");
    let tree = repository(&[("a/main.tf", TOO_FEW), ("b/main.tf", &ignored(TOO_FEW)), ("c/main.tf", TOO_FEW)]);
    tree.write("a/main.tf", TOO_FEW.replace("= 1\n", "= 2\n").as_bytes());
    tree.write("b/main.tf", TOO_FEW.as_bytes());
    tree.write("c/main.tf", READY.as_bytes());
    let report = tree.json(&["--since", "main"]);
    assert_eq!(
        (&report["since"]["new"], &report["since"]["changed"], &report["since"]["gone"]),
        (&json!(0), &json!(2), &json!(1))
    );
    let verdicts: Vec<String> = report["since"]["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| {
            format!("{} {} {}", v["root"].as_str().unwrap(), v["before"].as_str().unwrap(), v["now"].as_str().unwrap())
        })
        .collect();
    assert_eq!(verdicts, ["b ready not-ready", "c not-ready ready"]);
    std::fs::remove_dir_all(tree.path("a")).unwrap();
    let gone = tree.json(&["--since", "main"])["since"]["verdicts"][0].clone();
    assert_eq!((&gone["root"], &gone["now"]), (&json!("a"), &Value::Null));
}

#[test]
fn nothing_was_there_is_all_new() {
    let tree = repository(&[("README.md", "# A\n")]);
    tree.write("infra/main.tf", TOO_FEW.as_bytes());
    let run = tree.run(&["--since", "HEAD", "infra"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("NOT READY  google_container_cluster.c  infra/main.tf:2\n"), "{}", run.stdout);
}

#[test]
fn functions_see_the_same_files() {
    let text = "locals {\n  text = file(\"../shared/name.txt\")\n}\n";
    let cluster = READY.replace("\"c\"\n", "local.text\n").replace("= 3", "= length(local.text)");
    let tree = repository(&[("infra/main.tf", &(text.to_string() + &cluster)), ("shared/name.txt", "abc")]);
    assert_eq!(tree.json(&["--since", "HEAD"])["since"]["new"], 0);
    tree.write("shared/name.txt", b"a");
    let report = tree.json(&["--since", "HEAD", "infra"]);
    assert_eq!(report["since"]["verdicts"][0]["before"], "ready", "{report}");
    assert_eq!(report["since"]["verdicts"][0]["now"], "not-ready");
}

#[test]
fn the_working_tree_and_the_index_are_left_alone() {
    let tree = repository(&[("main.tf", READY)]);
    tree.write("main.tf", TOO_FEW.as_bytes());
    tree.write("new.tf", b"locals {}\n");
    let status = || {
        let out = Command::new("git").args(["status", "--porcelain"]).current_dir(tree.path("")).output().unwrap();
        String::from_utf8(out.stdout).unwrap()
    };
    let before = status();
    // As a hook of git's runs it.
    let index = tree.path(".git/index").to_string_lossy().into_owned();
    let run = tree.run_with(&["--since", "main"], &[("GIT_DIR", ".git"), ("GIT_INDEX_FILE", &index)], "");
    assert_eq!((run.code, status()), (1, before));
}

#[test]
fn what_git_does_not_know_is_said() {
    let tree = repository(&[("main.tf", READY)]);
    let fails = |tree: &Tree, args: &[&str], says: &str| {
        let run = tree.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.contains(says), "{args:?}: {}", run.stderr);
    };
    fails(&tree, &["--since", "nowhere"], "git has no commit `nowhere`");
    fails(&tree, &["--since=--all"], "git has no commit `--all`");
    fails(&tree, &["--since", "main", "--fix"], "--since cannot be used with --fix or --diff");
    fails(&Tree::new(&[("main.tf", READY)]), &["--since", "main"], "there is no repository");
}

#[test]
fn only_the_roots_of_changed_files_are_compared() {
    let tree = repository(&[("a/main.tf", TOO_FEW), ("b/main.tf", READY), ("kfplint.toml", "ignore = [\"KFP402\"]\n")]);
    tree.write("b/main.tf", READY.replace("e2-standard-4", "e2-micro").as_bytes());
    let report = tree.json(&["--since", "HEAD", "--changed", "b/main.tf"]);
    assert!(codes(&report).contains(&"KFP002") && !codes(&report).contains(&"KFP402"), "{report}");
    assert_eq!((&report["since"]["gone"], &report["since"]["verdicts"][0]["before"]), (&json!(0), &json!("ready")));
    assert_eq!(report["since"]["verdicts"].as_array().unwrap().len(), 1);
}

#[test]
fn submodules_are_as_they_were() {
    let library = repository(&[("main.tf", OPEN)]);
    let tree = repository(&[("infra/main.tf", "module \"c\" {\n  source = \"../modules\"\n  size   = 3\n}\n")]);
    let url = library.path("").display().to_string();
    git(&tree, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "modules"]);
    commit(&tree);
    let new = |tree: &Tree| tree.json(&["--since", "main", "infra"])["since"]["new"].clone();
    assert_eq!(new(&tree), 0);
    tree.write("modules/main.tf", OPEN.replace("e2-standard-4", "e2-micro").as_bytes());
    assert_ne!(new(&tree), 0);
}
