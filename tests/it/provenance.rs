//! Where a value comes from, as reports show it.

use crate::tree::{TOO_FEW, Tree};
use serde_json::Value;

/// The places of labels: file, line and message.
fn places(labels: &Value) -> Vec<(String, u64, String)> {
    let place = |label: &Value| {
        let location = &label["location"];
        let text = |value: &Value| value.as_str().unwrap().to_string();
        (text(&location["file"]), location["start"]["line"].as_u64().unwrap(), text(&label["message"]))
    };
    labels.as_array().unwrap().iter().map(place).collect()
}

fn too_few(report: &Value) -> Value {
    report["diagnostics"].as_array().unwrap().iter().find(|d| d["code"] == "KFP001").unwrap().clone()
}

fn cluster(nodes: &str) -> String {
    TOO_FEW.replace("initial_node_count = 1", &format!("initial_node_count = {nodes}"))
}

/// A cluster in a module; its size is in a map of a variable file.
fn through_a_module() -> Tree {
    let main = "variable \"sizes\" {}\nmodule \"gke\" {\n  source = \"./gke\"\n  nodes  = var.sizes.small\n}\n";
    let module = format!("variable \"nodes\" {{}}\n{}", cluster("var.nodes"));
    let values = "sizes = {\n  large = 9\n  small = 1\n}\n";
    Tree::new(&[("main.tf", main), ("terraform.tfvars", values), ("gke/main.tf", &module)])
}

#[test]
fn the_trace_leads_from_the_argument_to_the_literal() {
    let found = too_few(&through_a_module().json(&[]));
    let expected = [
        ("main.tf", 4, "given to module.gke here"),
        ("gke/main.tf", 1, "through var.nodes"),
        ("main.tf", 1, "through var.sizes"),
        ("terraform.tfvars", 3, "the value is given here"),
        ("terraform.tfvars", 1, "var.sizes is set here"),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(file, line, text)| (file.into(), line, text.into())).collect();
    assert_eq!(places(&found["trace"]), expected);
    assert_eq!(found["related"], serde_json::json!([]));
    let origin = &found["origin"];
    assert_eq!((&origin["file"], &origin["start"]["line"]), (&"terraform.tfvars".into(), &3.into()), "the entry");
}

#[test]
fn a_person_sees_the_primary_place_and_the_origin_and_more_if_asked() {
    let tree = through_a_module();
    let shown = tree.run(&["--color=never"]).stdout;
    assert!(shown.contains("small = 1") && shown.contains("initial_node_count = var.nodes"), "{shown}");
    assert!(!shown.contains("through var.nodes") && !shown.contains("given to module.gke here"), "{shown}");
    let all = tree.run(&["--verbose"]).stdout;
    assert!(all.contains("through var.nodes") && all.contains("given to module.gke here"), "{all}");
}

#[test]
fn code_flows_have_the_trace_and_related_locations_do_not() {
    let run = through_a_module().run(&["--format", "sarif"]);
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let result = results.iter().find(|r| r["ruleId"] == "KFP001").unwrap();
    let steps = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    let file =
        |step: &Value| step["location"]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap().to_string();
    let files: Vec<String> = steps.iter().map(file).collect();
    let expected = ["terraform.tfvars", "terraform.tfvars", "main.tf", "gke/main.tf", "main.tf", "gke/main.tf"];
    assert_eq!(files, expected, "from the literal to the argument");
    assert_eq!(result["relatedLocations"], Value::Null);
}

#[test]
fn the_origin_is_the_default_the_argument_or_the_part_of_a_local_value() {
    let origin = |files: &[(&str, &str)]| {
        let found = too_few(&Tree::new(files).json(&[]));
        let origin = &found["origin"];
        format!("{}:{}:{}", origin["file"], origin["start"]["line"], origin["start"]["column"])
    };
    let main = format!("variable \"n\" {{\n  default = 1\n}}\n{}", cluster("var.n"));
    assert_eq!(origin(&[("main.tf", &main)]), "\"main.tf\":2:13");
    let module = format!("variable \"n\" {{}}\n{}", cluster("var.n"));
    let call = "module \"m\" {\n  source = \"./m\"\n  n = 1\n}\n";
    assert_eq!(origin(&[("main.tf", call), ("m/main.tf", &module)]), "\"main.tf\":3:7");
    let main = format!("locals {{\n  sizes = [2, 1]\n  size = local.sizes[1]\n}}\n{}", cluster("local.size"));
    assert_eq!(origin(&[("main.tf", &main)]), "\"main.tf\":2:3");
    assert_eq!(origin(&[("main.tf", TOO_FEW)]), "null:null:null", "the primary place has the literal");
}

#[test]
fn the_origin_is_the_literal_that_a_known_condition_chooses() {
    let found = |text: &str| too_few(&Tree::new(&[("main.tf", text)]).json(&[]));
    let origin = |found: &Value| {
        let at = &found["origin"]["start"];
        format!("{}:{}", at["line"], at["column"])
    };
    let big = "variable \"big\" {\n  default = false\n}\n";
    let direct = found(&format!("{big}{}", cluster("var.big ? 5 : 1")));
    let trace: Vec<_> = places(&direct["trace"]).into_iter().map(|(_, line, text)| (line, text)).collect();
    let argument = direct["primary"]["start"]["line"].as_u64().unwrap();
    let expected = [(argument, "the condition chooses this value".to_string()), (2, "the default of var.big".into())];
    assert_eq!(trace, expected, "the condition is on the way too");
    assert_eq!(direct["origin"], direct["trace"][0]["location"]);
    let local = format!("{big}locals {{\n  n = var.big ? 5 : 1\n}}\n{}", cluster("local.n"));
    assert_eq!(origin(&found(&local)), "5:21");
    let other = format!("{big}variable \"n\" {{\n  default = 1\n}}\n{}", cluster("var.big ? 5 : var.n"));
    assert_eq!(origin(&found(&other)), "5:13");
    let nested = format!("{big}locals {{\n  n = (var.big ? false : true) ? 1 : 5\n}}\n{}", cluster("local.n"));
    assert_eq!(origin(&found(&nested)), "5:34");
}

#[test]
fn a_trace_that_is_cut_off_says_so() {
    let mut text = "locals {\n  n0 = 1\n".to_string();
    (1..20).for_each(|i| text.push_str(&format!("  n{i} = local.n{}\n", i - 1)));
    let main = format!("{text}}}\n{}", cluster("local.n19"));
    let found = too_few(&Tree::new(&[("main.tf", &main)]).json(&[]));
    let trace = places(&found["trace"]);
    assert_eq!(trace.len(), 13, "{trace:?}");
    assert_eq!(trace[12].2, "the value comes from further away; only 12 steps are shown");
    assert_eq!(found["origin"], Value::Null);
}
