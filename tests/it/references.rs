//! Where a value comes from: references are followed in every form that Terraform has, however long the way is.

use crate::tree::Tree;

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
