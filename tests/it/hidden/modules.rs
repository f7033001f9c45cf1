//! Modules that are missing, and installed copies that are not of the module that is called.

use super::folders::git;
use super::{READY, TOO_FEW, Tree, outcome};

const CALL: &str = "module \"m\" {\n  source  = \"corp/m/google\"\n  version = \"~> 2.0\"\n}\n";

/// A ready cluster, and a call whose installed copy has another cluster.
fn installed(call: &str, entry: &str, dir: &str, text: &str) -> Tree {
    let list = format!("{{\"Modules\": [{{\"Key\": \"\", \"Source\": \"\", \"Dir\": \".\"}}, {entry}]}}");
    let tree = Tree::new(&[("main.tf", READY), ("call.tf", call), (".terraform/modules/modules.json", &list)]);
    tree.write(&format!("{dir}/main.tf"), text.replace("\"c\"", "\"d\"").as_bytes());
    tree
}

fn entry(source: &str, version: &str, dir: &str) -> String {
    format!("{{\"Key\": \"m\", \"Source\": \"{source}\", \"Version\": \"{version}\", \"Dir\": \"{dir}\"}}")
}

#[test]
fn a_module_that_is_missing_leaves_the_run_undecided() {
    for source in ["git::https://example.com/m", "corp/m/google", "https://example.com/m.zip"] {
        let call = format!("module \"m\" {{\n  source = \"{source}\"\n}}\n");
        let tree = Tree::new(&[("main.tf", READY), ("call.tf", &call)]);
        assert_eq!(outcome(&tree, &[]), (1, "undecided".into()), "{source}");
        assert_eq!(tree.run(&[]).code, 0, "{source}: it is no error");
        assert_eq!(tree.json(&[])["clusters"][0]["verdict"], "ready", "{source}");
    }
}

#[test]
fn a_missing_module_that_makes_nothing_leaves_nothing_open() {
    for count in ["count = 0", "for_each = {}"] {
        let call = format!("module \"m\" {{\n  source = \"corp/m/google\"\n  {count}\n}}\n");
        let tree = Tree::new(&[("main.tf", READY), ("call.tf", &call)]);
        assert_eq!(outcome(&tree, &[]), (0, "ready".into()), "{count}");
    }
}

#[test]
fn a_missing_module_that_stands_for_known_facts_leaves_nothing_open() {
    let call = "module \"m\" {\n  source = \"terraform-google-modules/service-accounts/google\"\n  version = \"~> 4.0\"\n\
                  project_id = \"p-123456\"\n  names = [\"runner\"]\n}\n";
    let tree = Tree::new(&[("main.tf", READY), ("call.tf", call)]);
    assert_eq!(outcome(&tree, &[]), (0, "ready".into()), "{:#}", tree.json(&[])["coverage"]);
}

#[test]
fn merged_reports_are_undecided_too() {
    let call = "module \"m\" {\n  source = \"corp/m/google\"\n}\n";
    let tree = Tree::new(&[("a/main.tf", READY), ("b/main.tf", READY), ("b/call.tf", call)]);
    for shard in ["1/2", "2/2"] {
        let report = tree.run(&["--shard", shard, "--format", "json"]).stdout;
        tree.write(&format!("{}.json", &shard[..1]), report.as_bytes());
    }
    let merged = tree.run(&["merge", "1.json", "2.json"]).stdout;
    let merged: super::Value = serde_json::from_str(&merged).unwrap();
    assert_eq!(merged["verdict"], "undecided");
}

#[test]
fn the_copy_of_the_module_that_is_called_is_judged() {
    let dir = ".terraform/modules/m";
    let sources = ["corp/m/google", "registry.terraform.io/corp/m/google", "registry.opentofu.org/corp/m/google"];
    for source in sources {
        let tree = installed(CALL, &entry(source, "2.3.4", dir), dir, TOO_FEW);
        assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()), "{source}");
    }
    let call = "module \"m\" {\n  source = \"github.com/corp/m//sub?ref=v1\"\n}\n";
    let entry = format!(
        "{{\"Key\": \"m\", \"Source\": \"git::https://github.com/corp/m.git//sub?ref=v1\", \"Dir\": \"{dir}/sub\"}}"
    );
    assert_eq!(outcome(&installed(call, &entry, &format!("{dir}/sub"), TOO_FEW), &[]), (1, "not-ready".into()));
}

#[test]
fn a_copy_of_another_module_or_version_does_not_count() {
    let dir = ".terraform/modules/m";
    for (source, version, dir) in [
        ("other/m/google", "2.3.4", dir),
        ("example.com/corp/m/google", "2.3.4", dir),
        ("corp/m/google//sub", "2.3.4", dir),
        ("corp/m/google", "1.9.0", dir),
        ("corp/m/google", "3.0.0", dir),
        ("corp/m/google", "", dir),
        ("corp/m/google", "2.3.4", "fake"),
        ("corp/m/google", "2.3.4", ".terraform/modules/other"),
        ("corp/m/google", "2.3.4", ".terraform/modules/m/../../../fake"),
        ("corp/m/google", "2.3.4", "../fake"),
    ] {
        let tree = installed(CALL, &entry(source, version, dir), dir, READY);
        let (code, verdict) = outcome(&tree, &[]);
        assert_eq!((code, verdict.as_str()), (1, "undecided"), "{source} {version} {dir}");
        let report = tree.json(&[]);
        let all = report["diagnostics"].as_array().unwrap();
        let told = all.iter().find(|d| d["code"] == "TF004").unwrap()["message"].as_str().unwrap();
        assert!(told.contains("but the installed copy is of") || told.contains("modules.json names"), "{told}");
        assert!(
            report["clusters"].as_array().unwrap().iter().all(|c| !c["address"].as_str().unwrap().starts_with("mod"))
        );
    }
}

#[test]
fn a_copy_that_git_tracks_is_part_of_the_repository_and_does_not_count() {
    let dir = ".terraform/modules/m";
    let tree = installed(CALL, &entry("corp/m/google", "2.3.4", dir), dir, READY);
    git(&tree, &["init", "-q"]);
    git(&tree, &["add", "main.tf", "call.tf"]);
    assert_eq!(outcome(&tree, &[]), (0, "ready".into()), "`terraform init` made it");
    git(&tree, &["add", "-f", ".terraform/modules/m/main.tf"]);
    assert_eq!(outcome(&tree, &[]), (1, "undecided".into()));
    let shown = tree.run(&[]).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("the installed copy is part of the repository; run terraform init"), "{shown}");
}
