//! Arguments that the plan shows otherwise than they are written, as recorded from real plans or the provider's code.

use crate::tree::Tree;
use serde_json::{Value as Json, json};

/// The change of the one resource of a configuration.
fn change(text: &str) -> Json {
    let run = Tree::new(&[("main.tf", text)]).run(&["evaluate", "."]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.json()["resource_changes"][0]["change"].clone()
}

/// The known values of the one resource of a configuration.
fn after(text: &str) -> Json {
    change(text)["after"].clone()
}

#[test]
fn empty_sets_and_maps_are_null_and_empty_lists_stay() {
    let text = r#"
resource "google_container_cluster" "c" {
  name            = "c"
  location        = "us-central1"
  resource_labels = {}
  logging_config {
    enable_components = []
  }
  node_config {
    tags = []
  }
}
"#;
    let after = after(text);
    assert_eq!(after["resource_labels"], Json::Null);
    assert_eq!(after["logging_config"], json!([{ "enable_components": null }]));
    assert_eq!(after["node_config"][0]["tags"], json!([]));
}

#[test]
fn autopilot_plans_nothing_of_what_it_decides_itself() {
    let text = r#"
resource "google_container_cluster" "c" {
  name             = "c"
  location         = "us-central1"
  enable_autopilot = true
  cluster_autoscaling {
    auto_provisioning_defaults {
      oauth_scopes = ["cloud-platform"]
    }
  }
}
"#;
    let change = change(text);
    let scaling = &change["after"]["cluster_autoscaling"][0];
    assert_eq!(scaling["autoscaling_profile"], Json::Null);
    assert_eq!(scaling["auto_provisioning_defaults"][0]["disk_size"], Json::Null);
    assert_eq!(change["after_unknown"]["cluster_autoscaling"][0]["resource_limits"], true);
}

#[test]
fn accelerators_without_a_count_are_none() {
    let pool = |count: &str| {
        let text = format!(
            "resource \"google_container_node_pool\" \"p\" {{\n  cluster = \"c\"\n  node_config {{\n    guest_accelerator {{\n      type  = \"nvidia-l4\"\n      count = {count}\n    }}\n  }}\n}}\n"
        );
        after(&text)["node_config"][0]["guest_accelerator"].as_array().expect("blocks").len()
    };
    assert_eq!((pool("0"), pool("1")), (0, 1));
}

#[test]
fn json_is_planned_in_its_shortest_form() {
    let text = "resource \"google_monitoring_dashboard\" \"d\" {\n  dashboard_json = \"{ \\\"b\\\": 1, \\\"a\\\": [ \\\"<\\\" ] }\"\n}\n";
    assert_eq!(after(text)["dashboard_json"], r#"{"a":["\u003c"],"b":1}"#);
}

#[test]
fn a_push_format_that_the_api_fills_in_is_not_planned() {
    let push = |attributes: &str| {
        let text = format!(
            "resource \"google_pubsub_subscription\" \"s\" {{\n  name  = \"s\"\n  topic = \"t\"\n  push_config {{\n    push_endpoint = \"https://example.com\"\n    attributes = {attributes}\n  }}\n}}\n"
        );
        after(&text)["push_config"][0]["attributes"].clone()
    };
    assert_eq!(push(r#"{ x-goog-version = "v1beta1" }"#), Json::Null);
    assert_eq!(push(r#"{ other = "a" }"#), json!({ "other": "a" }));
}

#[test]
fn blocks_of_a_set_are_ordered_by_all_that_is_planned_in_them() {
    let text = r#"
resource "google_artifact_registry_repository" "r" {
  repository_id = "r"
  location      = "us-central1"
  format        = "DOCKER"
  cleanup_policies {
    id     = "old"
    action = "DELETE"
    condition {
      older_than = "1d"
    }
  }
  cleanup_policies {
    id     = "named"
    action = "DELETE"
    condition {
      tag_prefixes = ["x"]
    }
  }
}
"#;
    let policies = after(text)["cleanup_policies"].clone();
    assert_eq!((&policies[0]["id"], &policies[1]["id"]), (&json!("named"), &json!("old")));
    assert_eq!(policies[0]["condition"][0]["older_than"], "");
    assert_eq!(policies[1]["condition"][0]["tag_prefixes"], json!([]));
}

#[test]
fn empty_text_of_google_beta_counts_as_not_written() {
    let text = r#"
resource "google_container_cluster" "c" {
  provider = google-beta
  name     = "c"
  location = "us-central1"
  protect_config {
    workload_vulnerability_mode = ""
  }
}
"#;
    let change = change(text);
    assert_eq!(change["after_unknown"]["protect_config"][0]["workload_vulnerability_mode"], true);
}

#[test]
fn write_only_arguments_are_null_and_no_ephemeral_value_is_shown() {
    let text = r#"
variable "token" {
  type      = string
  ephemeral = true
  default   = "hunter2"
}
resource "google_secret_manager_secret_version" "v" {
  secret                 = "s"
  secret_data_wo         = var.token
  secret_data_wo_version = 1
}
"#;
    let run = Tree::new(&[("main.tf", text)]).run(&["evaluate", "."]);
    let after = &run.json()["resource_changes"][0]["change"]["after"];
    assert_eq!(after.get("secret_data_wo"), Some(&Json::Null));
    assert!(!run.stdout.contains("hunter2"), "{}", run.stdout);
}

#[test]
fn a_whole_resource_shows_what_is_known_of_it() {
    let text = r#"
resource "google_service_account" "nodes" {
  account_id = "nodes-account"
  project    = "ml-dev"
}
output "account" {
  value = google_service_account.nodes
}
output "emails" {
  value = google_service_account.nodes[*].email
}
output "one" {
  value = one(google_service_account.nodes[*]).member
}
"#;
    let run = Tree::new(&[("main.tf", text)]).run(&["evaluate", "."]);
    let outputs = run.json()["output_changes"].clone();
    let email = "nodes-account@ml-dev.iam.gserviceaccount.com";
    assert_eq!(outputs["account"]["after"]["email"], email);
    assert_eq!(outputs["account"]["after_unknown"]["unique_id"], true);
    assert_eq!(outputs["emails"]["after"], json!([email]));
    assert_eq!(outputs["one"]["after"], format!("serviceAccount:{email}"));
}

#[test]
fn what_other_providers_fill_in_is_planned() {
    let text = r#"
resource "kubernetes_pod_v1" "p" {
  metadata {
    name   = "p"
    labels = {}
  }
  spec {
    container {
      name = "c"
    }
  }
}
"#;
    let change = change(text);
    let (after, unknown) = (&change["after"], &change["after_unknown"]);
    assert_eq!(after["metadata"][0]["namespace"], "default");
    assert_eq!(after["metadata"][0].get("labels"), Some(&Json::Null));
    assert_eq!(unknown["metadata"][0]["uid"], true);
    assert_eq!(after["spec"][0]["restart_policy"], "Always");
    assert_eq!(after["spec"][0]["container"][0]["termination_message_path"], "/dev/termination-log");
}
