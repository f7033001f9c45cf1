//! What is unknown before apply, and what is not: expressions over values that only apply computes, against what
//! `terraform plan` 1.11.4 said of them (`tests/unknown/recorded.jsonl`). `narrowed` marks where kfplint knows more:
//! the value that the unknown can only become.

use crate::tree::{Tree, repository};
use serde_json::{Value as Json, json};

/// Without the members that say nothing: null values, and parts that are known.
fn bare(json: &Json) -> Json {
    match json {
        Json::Object(members) => {
            let kept = members.iter().map(|(k, v)| (k.clone(), bare(v)));
            Json::Object(kept.filter(|(_, v)| !matches!(v, Json::Null | Json::Bool(false))).collect())
        }
        Json::Array(items) => items.iter().map(bare).collect(),
        other => other.clone(),
    }
}

fn nothing(json: &Json) -> bool {
    match json {
        Json::Object(members) => members.values().all(nothing),
        Json::Array(items) => items.iter().all(nothing),
        other => matches!(other, Json::Null | Json::Bool(false)),
    }
}

#[test]
fn unknown_values_are_those_of_terraform_plan() {
    let read = |name: &str| std::fs::read_to_string(repository("tests/unknown").join(name)).expect("a fixture");
    let recorded: Vec<Json> =
        read("recorded.jsonl").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mut text = read("resources.tf");
    for (i, one) in recorded.iter().enumerate() {
        let secret = one["sensitive"] == true;
        let expression = one["expression"].as_str().expect("an expression");
        text.push_str(&format!("output \"o{i}\" {{\n  value = {expression}\n  sensitive = {secret}\n}}\n"));
    }
    let plan = Tree::new(&[("main.tf", &text)]).run(&["evaluate", "."]).json();
    assert!(recorded.len() > 200);
    for (i, one) in recorded.iter().enumerate() {
        let change = &plan["output_changes"][format!("o{i}")];
        let (mut after, mut unknown) = (&one["after"], &one["after_unknown"]);
        if let Some(value) = one.get("narrowed") {
            (after, unknown) = (value, &Json::Null);
        }
        let said = json!([change["after"], change["after_unknown"]]);
        assert_eq!(bare(&change["after"]), bare(after), "{}: {said}", one["expression"]);
        let same = nothing(unknown) && nothing(&change["after_unknown"]);
        assert!(same || bare(unknown) == bare(&change["after_unknown"]), "{}: {said}", one["expression"]);
    }
}

#[test]
fn what_is_written_as_null_may_be_computed_where_the_schema_is_not_known() {
    let text = "variable \"version\" {\n  type    = string\n  default = null\n}
resource \"aws_launch_template\" \"t\" {\n  default_version = var.version\n}
output \"version\" {\n  value = coalesce(null, aws_launch_template.t.default_version)\n}\n";
    let text = text.replace("\"version\" {\n  type", "\"wanted\" {\n  type").replace("var.version", "var.wanted");
    let tree = Tree::new(&[("main.tf", &text)]);
    assert!(!tree.run(&["--color", "never"]).stdout.contains("TF005"));
}
