//! Data sources: what the plan shows of them without a cloud, and what stays open.

use crate::git::repository;
use crate::tree::Tree;
use serde_json::{Value as Json, json};

const PROVIDER: &str = "provider \"google\" {\n  project = \"ml-dev\"\n  region  = \"europe-west4\"\n}\n";

/// What the plan of a configuration has for `input` of the resource `terraform_data.shown`.
fn shown(data: &str, input: &str) -> (Json, Json) {
    let text = format!("{PROVIDER}{data}\nresource \"terraform_data\" \"shown\" {{\n  input = {input}\n}}\n");
    input_of(&Tree::new(&[("main.tf", &text)]))
}

/// The known and the unknown part of that input.
fn input_of(tree: &Tree) -> (Json, Json) {
    let run = tree.run(&["evaluate", "."]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let plan = run.json();
    let changes = plan["resource_changes"].as_array().expect("changes");
    let change = changes.iter().find(|c| c["address"] == "terraform_data.shown").expect("the resource");
    (change["change"]["after"]["input"].clone(), change["change"]["after_unknown"]["input"].clone())
}

#[test]
fn what_follows_from_arguments_is_known() {
    for (data, input, wanted) in [
        (
            r#"data "google_compute_network" "n" { name = "vpc" }"#,
            "google_compute_network.n.id",
            "projects/ml-dev/global/networks/vpc",
        ),
        (
            r#"data "google_compute_subnetwork" "n" { name = "nodes" }"#,
            "google_compute_subnetwork.n.self_link",
            "https://www.googleapis.com/compute/v1/projects/ml-dev/regions/europe-west4/subnetworks/nodes",
        ),
        (
            r#"data "google_container_cluster" "c" { name = "kfp" }"#,
            "google_container_cluster.c.location",
            "europe-west4",
        ),
        (
            r#"data "google_container_cluster" "c" {
  name     = "kfp"
  location = "europe-west4-a"
  project  = "other"
}"#,
            "google_container_cluster.c.id",
            "projects/other/locations/europe-west4-a/clusters/kfp",
        ),
        (
            r#"data "google_service_account" "a" { account_id = "nodes" }"#,
            "google_service_account.a.member",
            "serviceAccount:nodes@ml-dev.iam.gserviceaccount.com",
        ),
        (
            r#"data "google_service_account" "a" { account_id = "nodes@other.iam.gserviceaccount.com" }"#,
            "google_service_account.a.name",
            "projects/other/serviceAccounts/nodes@other.iam.gserviceaccount.com",
        ),
        (
            r#"data "google_service_account" "a" { account_id = "nodes@other.iam.gserviceaccount.com" }"#,
            "google_service_account.a.account_id",
            "nodes",
        ),
        (
            "data \"google_kms_key_ring\" \"r\" {\n  name     = \"ring\"\n  location = \"eu\"\n}\ndata \"google_kms_crypto_key\" \"k\" {\n  name     = \"key\"\n  key_ring = data.google_kms_key_ring.r.id\n}",
            "google_kms_crypto_key.k.id",
            "projects/ml-dev/locations/eu/keyRings/ring/cryptoKeys/key",
        ),
        (
            r#"data "google_container_registry_image" "i" { name = "api" }"#,
            "google_container_registry_image.i.image_url",
            "gcr.io/ml-dev/api",
        ),
        (
            "data \"google_container_registry_repository\" \"r\" {\n  region  = \"eu\"\n  project = \"example.com:ml\"\n}",
            "google_container_registry_repository.r.repository_url",
            "eu.gcr.io/example.com/ml",
        ),
        (
            r#"data "google_netblock_ip_ranges" "h" { range_type = "health-checkers" }"#,
            "google_netblock_ip_ranges.h.cidr_blocks_ipv4[1]",
            "130.211.0.0/22",
        ),
        (
            "data \"template_file\" \"t\" {\n  template = \"$${a}-$$${b}\"\n  vars     = { a = 1 }\n}",
            "template_file.t.rendered",
            "1-${b}",
        ),
        ("data \"null_data_source\" \"n\" {\n  inputs = { a = 1 }\n}", "null_data_source.n.outputs.a", "1"),
    ] {
        assert_eq!(shown(data, &format!("data.{input}")).0, wanted, "{data}");
    }
}

#[test]
fn what_the_cloud_decides_is_unknown() {
    for (data, input) in [
        // An argument that nobody wrote, which the provider may set when it reads.
        (r#"data "google_compute_zones" "z" {}"#, "google_compute_zones.z.status"),
        (r#"data "google_container_engine_versions" "v" {}"#, "google_container_engine_versions.v.location == null"),
        (r#"data "google_project" "p" {}"#, "google_project.p.number"),
        // A link tells the name, the project may be another.
        (
            r#"data "google_compute_network" "n" { name = "projects/p/global/networks/vpc" }"#,
            "google_compute_network.n.id",
        ),
        (
            r#"data "google_service_account" "a" { account_id = "123456789012345678901" }"#,
            "google_service_account.a.email",
        ),
        (
            r#"data "google_netblock_ip_ranges" "h" { range_type = "cloud-netblocks" }"#,
            "google_netblock_ip_ranges.h.cidr_blocks",
        ),
        // The template provider's own language has functions, of which some are others than Terraform's.
        (r#"data "template_file" "t" { template = "$${upper(a)}" }"#, "template_file.t.rendered"),
    ] {
        let (known, unknown) = shown(data, &format!("data.{input}"));
        assert_eq!((known, unknown), (Json::Null, json!(true)), "{data}");
    }
}

#[test]
fn a_data_source_of_a_new_resource_has_its_arguments_alone() {
    let data = r#"
resource "google_service_account" "nodes" { account_id = "nodes-account" }
data "google_service_account" "a" { account_id = google_service_account.nodes.account_id }
"#;
    let input = "{ project = data.google_service_account.a.project, email = data.google_service_account.a.email }";
    assert_eq!(shown(data, input), (json!({ "project": null }), json!({ "email": true })));
}

#[test]
fn policies_are_joined_and_sorted_as_the_provider_does() {
    let data = r#"
data "google_iam_policy" "p" {
  binding {
    role    = "roles/storage.objectViewer"
    members = ["user:z@example.com"]
  }
  binding {
    role    = "roles/storage.objectAdmin"
    members = ["user:a@example.com"]
    condition {
      title      = "small"
      expression = "size < 3 && x"
    }
  }
  binding {
    role    = "roles/storage.objectViewer"
    members = ["user:c@example.com", "user:b@example.com"]
  }
  audit_config {
    service = "storage.googleapis.com"
    audit_log_configs {
      log_type = "DATA_WRITE"
    }
  }
}
"#;
    let wanted = r#"{"auditConfigs":[{"auditLogConfigs":[{"logType":"DATA_WRITE"}],"service":"storage.googleapis.com"}],"bindings":[{"condition":{"expression":"size \u003c 3 \u0026\u0026 x","title":"small"},"members":["user:a@example.com"],"role":"roles/storage.objectAdmin"},{"members":["user:b@example.com","user:c@example.com","user:z@example.com"],"role":"roles/storage.objectViewer"}]}"#;
    assert_eq!(shown(data, "data.google_iam_policy.p.policy_data").0, wanted);
}

#[test]
fn files_of_the_repository_are_read() {
    let text = r#"
data "local_file" "pool" {
  for_each = fileset(path.module, "pools/*.json")
  filename = "${path.module}/${each.value}"
}
resource "terraform_data" "shown" {
  input = [for file in data.local_file.pool : jsondecode(file.content).nodes]
}
"#;
    let tree = Tree::new(&[("main.tf", text), ("pools/a.json", "{\"nodes\": 2}"), ("pools/b.json", "{\"nodes\": 1}")]);
    assert_eq!(input_of(&tree), (json!([2, 1]), json!([false, false])));
    let absent = "data \"local_file\" \"f\" {\n  filename = \"nothing.txt\"\n}\n";
    let report = repository(&[("main.tf", absent)]).json(&[]);
    assert_eq!(report["diagnostics"][0]["code"], "TF005", "{report}");
}

#[test]
fn a_state_that_git_tracks_gives_its_outputs_and_shows_none_of_them() {
    let text = r#"
data "terraform_remote_state" "network" {
  backend = "local"
  config  = { path = "../network/terraform.tfstate" }
}
resource "google_container_cluster" "c" {
  name               = "c"
  location           = "us-central1-a"
  initial_node_count = data.terraform_remote_state.network.outputs.nodes
  node_config {
    machine_type = "e2-standard-4"
    oauth_scopes = ["cloud-platform"]
  }
}
"#;
    let state = r#"{"version": 4, "outputs": {"nodes": {"value": 2, "type": "number"}}, "resources": []}"#;
    let files = [("app/main.tf", text), ("network/terraform.tfstate", state)];
    let status = |tree: &Tree| {
        let report = tree.json(&["app"]);
        let requirements = report["clusters"][0]["requirements"].as_array().expect("requirements").clone();
        requirements.iter().find(|r| r["code"] == "KFP001").expect("KFP001")["status"].clone()
    };
    let tracked = repository(&files);
    assert_eq!(status(&tracked), "unmet");
    let plan = tracked.run(&["evaluate", "app"]);
    assert!(!plan.stdout.contains("\"initial_node_count\": 2"), "{}", plan.stdout);
    // Without Git nothing tells whether the state is there where Terraform runs.
    assert_eq!(status(&Tree::new(&files)), "undecided");
}
