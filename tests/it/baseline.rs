//! Known findings, as a user keeps them out of the report.

use crate::tree::{OPEN, TOO_FEW, Tree, codes};
use serde_json::Value;

fn read(tree: &Tree, path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(tree.path(path)).unwrap()).unwrap()
}

#[test]
fn only_what_is_new_is_reported() {
    let tree = Tree::new(&[("main.tf", TOO_FEW)]);
    let run = tree.run(&["baseline"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    let known = read(&tree, "kfplint-baseline.json");
    let entries = known["findings"].as_array().unwrap();
    assert_eq!(run.stderr, format!("wrote {} findings to kfplint-baseline.json\n", entries.len()));
    let first = &entries[0];
    assert_eq!((&first["code"], &first["root"]), (&"KFP001".into(), &".".into()));
    assert_eq!(first["address"], "google_container_cluster.c");

    let args = ["--baseline", "kfplint-baseline.json"];
    tree.write("main.tf", format!("# Lines move.\n\n{TOO_FEW}").as_bytes());
    let run = tree.run(&args);
    assert_eq!((run.code, run.stderr), (0, format!("in the baseline: {} findings\n", entries.len())));
    assert!(run.stdout.starts_with("NOT READY") && !run.stdout.contains("error["), "{}", run.stdout);

    let small = TOO_FEW.replace("\"c\"", "\"d\"").replace("e2-standard-4", "e2-micro");
    tree.write("d.tf", small.as_bytes());
    let report = tree.json(&args);
    assert!(codes(&report).contains(&"KFP002"), "{report}");
    assert!(report["diagnostics"].as_array().unwrap().iter().all(|d| d["primary"]["file"] == "d.tf"), "{report}");
    assert_eq!(report["baseline"]["known"], entries.len());
    assert_eq!(tree.run(&args).code, 1);
}

#[test]
fn what_is_gone_is_named_unless_it_was_not_looked_at() {
    let tree = Tree::new(&[("a/main.tf", TOO_FEW), ("b/main.tf", TOO_FEW)]);
    tree.run(&["baseline", "--output", "known.json", "."]);
    tree.write("a/main.tf", TOO_FEW.replace("= 1", "= 3").as_bytes());
    let run = tree.run(&["--baseline", "known.json"]);
    let gone = "fixed since: 1 finding; run `kfplint baseline` to update it\n  KFP001 a google_container_cluster.c\n";
    assert!(run.stderr.ends_with(gone), "{}", run.stderr);
    let report = tree.json(&["--baseline", "known.json"]);
    assert_eq!(report["baseline"]["gone"][0]["code"], "KFP001");
    assert!(!tree.run(&["--baseline", "known.json", "b"]).stderr.contains("fixed since"), "a was not looked at");
    std::fs::remove_dir_all(tree.path("a")).unwrap();
    assert!(tree.run(&["--baseline", "known.json", "b"]).stderr.contains("fixed since"), "a is not there any more");
}

#[test]
fn the_file_is_the_same_whenever_it_is_written_and_has_no_suppressed_findings() {
    let ignored = TOO_FEW.replace("= 1\n", "= 1 # kfplint: ignore[KFP001]\n");
    let tree = Tree::new(&[("a/main.tf", TOO_FEW), ("b/main.tf", &ignored)]);
    tree.run(&["baseline", "--output", "one.json"]);
    tree.run(&["baseline", "--output", "two.json"]);
    assert_eq!(std::fs::read(tree.path("one.json")).unwrap(), std::fs::read(tree.path("two.json")).unwrap());
    let known = read(&tree, "one.json");
    let counts = known["findings"].as_array().unwrap().iter().filter(|e| e["code"] == "KFP001");
    assert_eq!(counts.map(|e| e["root"].as_str().unwrap()).collect::<Vec<_>>(), ["a"]);
}

#[test]
fn a_file_that_is_none_is_refused() {
    let tree = Tree::new(&[
        ("main.tf", TOO_FEW),
        ("broken.json", "{\n  \"version\": 1,\n  \"findings\": [}\n"),
        ("later.json", "{\"version\": 2, \"findings\": []}"),
    ]);
    let fails = |file: &str, says: &str| {
        let run = tree.run(&["--baseline", file]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        let said: String = run.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(said.contains(says) && said.contains(&format!("`{file}`")), "{}", run.stderr);
    };
    fails("absent.json", "no such file");
    fails("broken.json", "line 3 column 16");
    fails("later.json", "version 1 of baselines, not 2");
    tree.write("merge.json", b"{\n<<<<<<< HEAD\n  \"version\": 1,\n");
    fails("merge.json", "line 2 is of a merge whose conflicts are not solved");
}

#[test]
fn what_was_undecided_and_is_unmet_now_is_new() {
    let tree = Tree::new(&[("main.tf", OPEN)]);
    tree.run(&["baseline"]);
    let args = ["--baseline", "kfplint-baseline.json"];
    assert!(!codes(&tree.json(&args)).contains(&"KFP001"));
    tree.write("terraform.tfvars", b"size = 1\n");
    assert!(codes(&tree.json(&args)).contains(&"KFP001"));
    assert_eq!(tree.run(&args).code, 1);
}
