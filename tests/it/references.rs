//! Where a value comes from: references are followed in every form that Terraform has, however long the way is.

use crate::tree::{Tree, check, codes};

/// A cluster whose nodes have an account with all required roles. Its e-mail is known only after apply: which account it
/// is, only the reference tells.
fn configuration(service_account: &str, more: &str) -> String {
    format!(
        r#"
variable "account_id" {{
  type = string
}}
resource "google_service_account" "nodes" {{
  account_id = var.account_id
}}
resource "google_service_account" "other" {{
  account_id = "others"
}}
resource "google_project_iam_member" "nodes" {{
  for_each = toset(["roles/logging.logWriter", "roles/monitoring.metricWriter", "roles/monitoring.viewer", "roles/storage.objectViewer", "roles/artifactregistry.reader", "roles/stackdriver.resourceMetadata.writer", "roles/storage.admin"])
  project  = "p"
  role     = each.value
  member   = "serviceAccount:${{google_service_account.nodes.email}}"
}}
resource "google_container_cluster" "c" {{
  name               = "c"
  project            = "p"
  location           = "us-central1-a"
  initial_node_count = 3
  node_config {{
    machine_type    = "e2-standard-4"
    service_account = {service_account}
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
  }}
}}
{more}"#
    )
}

/// The status of KFP201, required roles.
fn roles(service_account: &str, more: &str) -> String {
    let tree = Tree::new(&[("main.tf", &configuration(service_account, more))]);
    let report = tree.json(&[]);
    let requirements = report["clusters"][0]["requirements"].as_array().expect("requirements");
    let found = requirements.iter().find(|r| r["code"] == "KFP201").expect("KFP201");
    found["status"].as_str().expect("a status").to_string()
}

#[test]
fn a_reference_is_followed_in_each_of_its_forms() {
    let met = |service_account: &str, more: &str| assert_eq!(roles(service_account, more), "met", "{service_account}");
    met("google_service_account.nodes.email", "");
    met("resource.google_service_account.nodes.email", "");
    met("(google_service_account.nodes).email", "");
    met("\"${resource.google_service_account.nodes.email}\"", "");
    met("local.account", "locals {\n  account = resource.google_service_account.nodes.email\n}\n");
    let map =
        "locals {\n  key = \"a\"\n  all = { a = google_service_account.nodes, b = google_service_account.other }\n}\n";
    met("local.all[\"a\"].email", map);
    met("local.all[local.key].email", map);
    met("{ for k, v in local.all : k => v.email }[\"a\"]", map);
    met("local.emails.a", &format!("{map}locals {{\n  emails = {{ for k, v in local.all : k => v.email }}\n}}\n"));
    met("(false ? google_service_account.other : google_service_account.nodes).email", "");
}

#[test]
fn a_reference_to_another_account_is_not_taken_for_it() {
    let map = "locals {\n  all = { a = google_service_account.nodes, b = google_service_account.other }\n}\n";
    assert_eq!(roles("local.all[\"b\"].email", map), "unmet");
    assert_eq!(roles("resource.google_service_account.other.email", ""), "unmet");
}

#[test]
fn a_long_way_is_followed_to_its_end() {
    let link = |i: u32| format!("  l{i} = local.l{}\n", i - 1);
    let chain: String = (1..=200).map(link).collect();
    let locals = format!("locals {{\n  l0 = google_service_account.nodes.email\n{chain}}}\n");
    assert_eq!(roles("local.l200", &locals), "met");
    let many: String = (0..3000).map(|i| format!("    \"k{i}\",\n")).collect();
    let locals = format!("locals {{\n  list = [\n{many}    google_service_account.nodes.email,\n  ]\n}}\n");
    assert_eq!(roles("reverse(local.list)[0]", &locals), "met");
}

#[test]
fn many_ways_to_one_value_are_followed_once() {
    let link = |i: u32| format!("  l{i} = var.account_id == \"\" ? local.l{} : \"${{local.l{}}}\"\n", i - 1, i - 1);
    let chain: String = (1..=60).map(link).collect();
    let locals = format!("locals {{\n  l0 = google_service_account.nodes.email\n{chain}}}\n");
    assert_eq!(roles("local.l60", &locals), "met");
}

#[test]
fn a_variable_of_a_for_is_no_resource_of_the_same_name() {
    let text = "resource \"null_resource\" \"r\" {\n  triggers = { a = join(\",\", [for null_resource in [{ r = \"x\" }] : null_resource.r]) }\n}\n";
    assert_eq!(codes(&check(text)), [""; 0]);
}

#[test]
fn what_makes_no_instance_refers_to_what_there_is_all_the_same() {
    let secret = |kind: &str| {
        format!("resource \"kubernetes_secret\" \"s\" {{\n  count = 0\n  type  = {kind}\n  metadata {{}}\n}}\n")
    };
    assert_eq!(codes(&check(&secret("\"Opaque\""))), [""; 0]);
    assert_eq!(codes(&check(&secret("var.kind"))), ["TF002"]);
    assert_eq!(codes(&check(&secret("resource.kubernetes_secret.other.type"))), ["TF002"]);
}

#[test]
fn a_cycle_through_any_form_of_reference_is_found() {
    for reference in
        ["resource.null_resource.r.id", "(null_resource.r).id", "{ a = null_resource.r[*].id }", "f(null_resource.r)"]
    {
        let text = format!(
            "locals {{\n  a = {reference}\n}}\nresource \"null_resource\" \"r\" {{\n  triggers = {{ a = local.a }}\n}}\n"
        );
        let report = check(&text);
        let found = report["diagnostics"].as_array().expect("diagnostics");
        let is_cycle = |d: &serde_json::Value| d["message"].as_str().is_some_and(|m| m.ends_with("depends on itself"));
        assert!(found.iter().any(is_cycle), "{reference}: {found:?}");
    }
}
