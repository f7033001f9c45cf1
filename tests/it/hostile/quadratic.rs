//! Much of one kind: the time grows with the input, not with its square.

use super::{findings, json, run};
use crate::tree::{READY, Tree};
use std::fmt::Write;

/// A service account with an argument that there is not.
fn account(name: usize) -> String {
    format!("resource \"google_service_account\" \"a{name}\" {{\n  account_id = \"worker\"\n  bogus = 1\n}}\n")
}

#[test]
fn many_comments_at_the_head_of_a_file() {
    let mut text: String =
        (0..4000).map(|i| format!("# kfplint: ignore[{}]\n\n", if i == 9 { "TF003" } else { "KFP103" })).collect();
    (0..2000).for_each(|i| text += &account(i));
    let tree = Tree::new(&[("main.tf", READY), ("more.tf", &text)]);
    let (report, _) = json(&tree, &[]);
    assert_eq!(findings(&report, "TF006"), vec![]);
    let all = report["diagnostics"].as_array().unwrap();
    let suppressed: Vec<_> = all.iter().filter(|f| !f["suppressed"].is_null()).collect();
    assert_eq!(suppressed.len(), 2000);
    let run = run(&tree, &["suppressions", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let held: Vec<u64> =
        list["suppressions"].as_array().unwrap().iter().filter_map(|s| s["findings"].as_u64()).collect();
    assert_eq!((held.len(), held[9], held.iter().sum::<u64>()), (4000, 2000, 2000));
}

#[test]
fn many_comments_each_on_a_resource_or_all_on_one_line() {
    let each: String = (0..3000).map(|i| format!("# kfplint: ignore[TF003]\n{}", account(i))).collect();
    let line = format!("locals {{ {} x = 1 }}\n", "/* kfplint: ignore[KFP103] */ ".repeat(4000));
    let tree = Tree::new(&[("main.tf", READY), ("each.tf", &each), ("line.tf", &line)]);
    let (report, _) = json(&tree, &[]);
    let all = report["diagnostics"].as_array().unwrap();
    assert_eq!(all.iter().filter(|f| !f["suppressed"].is_null()).count(), 3000);
    assert_eq!(all.iter().filter(|f| f["code"] == "LINT001").count(), 4000);
}

#[test]
fn many_suppressed_module_calls() {
    let calls: String =
        (0..800).map(|i| format!("# kfplint: ignore[TF003]\nmodule \"m{i}\" {{\n  source = \"./m\"\n}}\n")).collect();
    let tree = Tree::new(&[("main.tf", READY), ("calls.tf", &calls), ("m/main.tf", &account(0))]);
    let (report, _) = json(&tree, &["."]);
    let all = report["diagnostics"].as_array().unwrap();
    assert_eq!(all.iter().filter(|f| f["code"] == "TF003" && f["suppressed"].is_null()).count(), 0, "{all:?}");
    assert!(all.iter().any(|f| f["code"] == "TF003"));
}

#[test]
fn a_comment_that_names_more_rules_than_there_are() {
    let text = format!("# kfplint: ignore[{}KFP103]\n", "KFP103, ".repeat(20_000));
    let (report, _) = json(&Tree::new(&[("main.tf", READY), ("more.tf", &text)]), &[]);
    let [(message, place, _)] = findings(&report, "LINT001").try_into().unwrap();
    assert!(message.contains("more than 200 rules") && place == "more.tf:1", "{message} {place}");
}

#[test]
fn many_misspelt_names_among_many() {
    let mut text = String::from("locals {\n");
    (0..20_000).for_each(|i| writeln!(text, "  name_number_{i:06} = 1").unwrap());
    text += "}\n";
    (0..300).for_each(|i| writeln!(text, "output \"o{i}\" {{\n  value = local.nam_number_{i:06}\n}}").unwrap());
    let (report, _) = json(&Tree::new(&[("main.tf", READY), ("more.tf", &text)]), &[]);
    let found = findings(&report, "TF002");
    assert_eq!(found.len(), 300);
    assert!(found[0].2.contains("did you mean `name_number_000000`"), "{}", found[0].2);
    assert_eq!(findings(&report, "TF006"), vec![]);
}

#[test]
fn many_unknown_arguments_in_a_block() {
    let mut text =
        String::from("resource \"google_container_cluster\" \"d\" {\n  name = \"d\"\n  location = \"us-central1-a\"\n");
    (0..3000).for_each(|i| writeln!(text, "  inital_node_cont{i} = 1").unwrap());
    text += "}\n";
    let (report, _) = json(&Tree::new(&[("main.tf", READY), ("more.tf", &text)]), &[]);
    assert!(findings(&report, "TF003").len() >= 3000);
}

#[test]
fn many_grants_of_many_members() {
    let members = "[for i in range(800) : \"serviceAccount:a${i}@p.iam.gserviceaccount.com\"]";
    let binding = |name: &str, members: &str| {
        format!(
            "resource \"google_project_iam_binding\" \"{name}\" {{\n  project = \"p\"\n  role    = \"roles/viewer\"\n  \
             members = {members}\n}}\n"
        )
    };
    let mut text = format!("locals {{\n  all = {members}\n}}\n{}", binding("few", "[\"user:a@b.com\"]"));
    (0..60).for_each(|i| text += &binding(&format!("all{i}"), "local.all"));
    let tree = Tree::new(&[("main.tf", READY), ("more.tf", &text)]);
    let (report, _) = json(&tree, &[]);
    assert_eq!(findings(&report, "TF006"), vec![]);
    assert!(findings(&report, "KFP205").len() >= 60);
}

#[test]
fn many_findings_on_one_long_line_in_every_format() {
    let accounts: Vec<String> = (0..400).map(|i| format!("\"a{i}\":{{\"account_id\":\"X!\",\"bogus\":1}}")).collect();
    let text = format!(
        "{{\"locals\":{{\"z\":\"{}\"}},\"resource\":{{\"google_service_account\":{{{}}}}}}}",
        "é".repeat(500_000),
        accounts.join(",")
    );
    let tree = Tree::new(&[("main.tf", READY), ("more.tf.json", &text)]);
    for format in ["human", "html", "json", "sarif"] {
        let run = run(&tree, &["--format", format]);
        assert_eq!(run.code, 1, "{format}: {}", run.stderr);
        // For people, findings that are alike stand together.
        let least = if format == "human" { 1 } else { 400 };
        assert!(run.stdout.matches("bogus").count() >= least, "{format}");
        assert!(run.stdout.len() < 4 << 20, "{format}: {}", run.stdout.len());
    }
}
