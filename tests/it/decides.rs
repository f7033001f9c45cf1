//! What decides a requirement is an input that a user can set, never a sentence, and no more than a reader takes in.

use crate::tree::check;
use serde_json::Value;

/// The requirement of this code of the only cluster.
fn requirement(text: &str, code: &str) -> Value {
    let report = check(text);
    let all = report["clusters"][0]["requirements"].as_array().expect("requirements");
    all.iter().find(|r| r["code"] == code).expect("the requirement").clone()
}

fn cluster(count: &str, machine: &str) -> String {
    format!(
        "resource \"google_container_cluster\" \"c\" {{\n  name = \"c\"\n  location = \"us-central1-a\"\n  initial_node_count = {count}\n  \
         node_config {{\n    machine_type = {machine}\n  }}\n}}\n"
    )
}

#[test]
fn the_argument_decides_where_no_input_does() {
    let machine = "google_container_cluster.c.node_config.machine_type";
    for wrong in ["var.nowhere", "\"e2-${tonumber(\"x\")}\"", "timestamp()", "\"zz9-standard-4\""] {
        assert_eq!(requirement(&cluster("3", wrong), "KFP007")["decides"], serde_json::json!([machine]), "{wrong}");
    }
    let both = format!("variable \"m\" {{}}\n{}", cluster("3", "\"${var.m}${timestamp()}\""));
    assert_eq!(requirement(&both, "KFP007")["decides"], serde_json::json!(["var.m"]));
}

#[test]
fn eight_inputs_are_listed_and_the_others_told() {
    let names: Vec<String> = (0..12).map(|i| format!("var.v{i:02}")).collect();
    let declared: String = (0..12).map(|i| format!("variable \"v{i:02}\" {{\n  type = number\n}}\n")).collect();
    let nodes = requirement(&(declared + &cluster(&names.join(" + "), "\"e2-standard-4\"")), "KFP001");
    assert_eq!(nodes["status"], "undecided");
    assert_eq!(nodes["decides"], serde_json::json!(names[..8]));
    let reason = nodes["reason"].as_str().expect("a reason");
    assert!(reason.ends_with("; and others"), "{reason}");
}
