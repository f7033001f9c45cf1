//! The JSON report's shape.

use crate::tree::{OPEN, READY, TOO_FEW, Tree, check};
use serde_json::Value;

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn all_keys_are_there_in_their_order() {
    let report = Tree::new(&[("infra/main.tf", TOO_FEW)]).json(&[]);
    assert_eq!(
        keys(&report),
        ["version", "kfplint", "verdict", "clusters", "diagnostics", "coverage", "configuration", "summary"]
    );
    assert_eq!(report["version"], 1);
    assert_eq!(report["kfplint"], env!("CARGO_PKG_VERSION"));
    let cluster = &report["clusters"][0];
    let expected = ["root", "environment", "address", "verdict", "location", "requirements", "node_pools"];
    assert_eq!(keys(cluster), expected);
    assert_eq!(cluster["root"], "infra");
    assert_eq!(cluster["environment"], Value::Null);
    assert_eq!(keys(&cluster["requirements"][0]), ["code", "name", "status", "reason", "decides", "because_of"]);
    let pool = &cluster["node_pools"][0];
    let expected = ["address", "nodes", "machine_type", "vcpus", "memory_mib", "allocatable", "counts", "why_not"];
    assert_eq!(keys(pool), expected);
    assert_eq!(pool["nodes"], serde_json::json!({ "min": 1, "max": 1 }));
    assert_eq!(pool["vcpus"].to_string(), "4");
    assert_eq!(keys(&pool["allocatable"]), ["cpu_m", "memory_mib"]);
    let expected = [
        "code",
        "name",
        "level",
        "message",
        "root",
        "address",
        "cluster",
        "primary",
        "origin",
        "trace",
        "related",
        "help",
        "write",
        "fixes",
        "url",
        "fingerprint",
        "suppressed",
    ];
    assert_eq!(keys(&report["diagnostics"][0]), expected);
    assert_eq!(keys(&report["coverage"]), ["files", "skipped", "modules_missing", "undecided_blocks"]);
    let diagnostics = report["diagnostics"].as_array().unwrap();
    let count = |level: &str| diagnostics.iter().filter(|d| d["level"] == level).count();
    assert_eq!(count("error"), 1);
    let expected = serde_json::json!({
        "errors": 1, "warnings": count("warning"), "notes": count("note"), "suppressed": 0,
    });
    assert_eq!(report["summary"].to_string(), expected.to_string());
}

#[test]
fn a_finding_stands_on_the_expression_that_decides() {
    let tree = Tree::new(&[("infra/größe.tf", TOO_FEW)]);
    let report = tree.json(&["infra"]);
    let all = report["diagnostics"].as_array().unwrap();
    let found = all.iter().find(|d| d["code"] == "KFP001").unwrap();
    assert_eq!((&found["code"], &found["level"]), (&"KFP001".into(), &"error".into()));
    assert_eq!(found["url"], "https://github.com/kfplint/kfplint/blob/main/rules/kfp001_node_count/rule.md");
    let place = &found["primary"];
    assert_eq!(place["file"], "infra/größe.tf");
    let (from, to) = (&place["start"], &place["end"]);
    assert_eq!((&from["line"], &from["column"]), (&5.into(), &24.into()));
    let range = from["offset"].as_u64().unwrap() as usize..to["offset"].as_u64().unwrap() as usize;
    assert_eq!(&TOO_FEW[range], "1");
}

#[test]
fn verdicts_sum_up() {
    let verdict = |files: &[(&str, &str)]| Tree::new(files).json(&[])["verdict"].as_str().unwrap().to_string();
    assert_eq!(verdict(&[("a/main.tf", READY)]), "ready");
    assert_eq!(verdict(&[("a/main.tf", READY), ("b/main.tf", OPEN)]), "undecided");
    assert_eq!(verdict(&[("a/main.tf", READY), ("b/main.tf", OPEN), ("c/main.tf", TOO_FEW)]), "not-ready");
    assert_eq!(verdict(&[("a/main.tf", READY), ("a/broken.tf", "locals {\n  a = \n}\n")]), "not-ready");
    assert_eq!(verdict(&[("a/main.tf", "locals {\n  a = 1\n}\n")]), "undecided", "no cluster is no ready cluster");
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_leaves_the_run_undecided() {
    let tree = Tree::new(&[("main.tf", READY)]);
    tree.link("nowhere.tf", "more.tf");
    assert_eq!(tree.json(&[])["verdict"], "undecided");
    assert!(tree.run(&[]).stdout.contains("1 file of the root module could not be read"));
    assert_eq!(tree.run(&["--undecided=fail"]).code, 1);
}

#[test]
fn what_would_decide_is_named() {
    let report = check(OPEN);
    let requirements = report["clusters"][0]["requirements"].as_array().unwrap();
    let count = requirements.iter().find(|r| r["code"] == "KFP001").unwrap();
    assert_eq!(count["status"], "undecided");
    assert_eq!(count["decides"], serde_json::json!(["var.size"]));
}

#[test]
fn missing_modules_are_in_the_coverage() {
    let main = "module \"gke\" {\n  source  = \"corp/gke/google\"\n  version = \"~> 1.0\"\n}\n";
    let report = check(main);
    let expected = serde_json::json!([{ "address": "module.gke", "source": "corp/gke/google", "version": "~> 1.0", "known": false }]);
    assert_eq!(report["coverage"]["modules_missing"], expected);
    assert_eq!(report["verdict"], "undecided");
}

#[test]
fn fingerprints_stay_when_lines_move_and_are_unique() {
    let prints = |text: &str| {
        let report = check(text);
        let diagnostics = report["diagnostics"].as_array().unwrap().clone();
        diagnostics.iter().map(|d| d["fingerprint"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    let text = format!("{TOO_FEW}\nlocals {{\n  a = var.x\n  b = var.x\n}}\n");
    let before = prints(&text);
    assert_eq!(before, prints(&format!("# moved\n\n\n{text}")));
    let mut unique = before.clone();
    unique.sort();
    unique.dedup();
    assert!(before.len() >= 3 && unique.len() == before.len(), "{before:?}");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let mut files: Vec<(String, &str)> = Vec::new();
    for i in 0..12 {
        files.push((format!("r{i}/main.tf"), [READY, OPEN, TOO_FEW][i % 3]));
        files.push((format!("r{i}/b.tf"), "locals {\n  a = var.x\n  b = \n}\n"));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let tree = Tree::new(&files);
    let first = tree.run(&["--format", "json"]).stdout;
    for _ in 0..5 {
        assert_eq!(tree.run(&["--format", "json"]).stdout, first);
    }
}
