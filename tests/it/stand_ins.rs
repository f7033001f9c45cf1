//! Published modules that are not on disk: what kfplint knows that they make.

use crate::tree::check;
use serde_json::Value;

/// The status of a requirement of the first cluster.
fn status(report: &Value, code: &str) -> String {
    let all = report["clusters"][0]["requirements"].as_array().expect("a cluster");
    let found = all.iter().find(|r| r["code"] == code).expect("the rule");
    found["status"].as_str().unwrap_or_default().to_string()
}

/// An Autopilot cluster of the GKE module.
fn autopilot(version: &str, inputs: &str) -> Value {
    check(&format!(
        "module \"gke\" {{\n  source     = \"terraform-google-modules/kubernetes-engine/google//modules/beta-autopilot-public-cluster\"\n  version    = \"{version}\"\n  \
         project_id = \"acme\"\n  name       = \"kfp\"\n  region     = \"europe-west4\"\n  network    = \"n\"\n  subnetwork = \"s\"\n  {inputs}\n}}\n"
    ))
}

#[test]
fn an_autopilot_module_that_is_given_no_account_leaves_the_nodes_to_gke() {
    let report = autopilot("~> 44.0", "create_service_account = false");
    assert_eq!((status(&report, "KFP101").as_str(), &report["verdict"]), ("not-applicable", &"ready".into()));
    // The account that it makes is granted too little for Kubeflow Pipelines; before version 25 no node used it.
    assert_eq!(status(&autopilot("~> 44.0", ""), "KFP201"), "unmet");
    assert_eq!(status(&autopilot("~> 24.0", ""), "KFP201"), "not-applicable");
}

/// A pool of Fabric's module.
fn pool(version: &str, node_config: &str) -> Value {
    check(&format!(
        "resource \"google_container_cluster\" \"kfp\" {{\n  name     = \"kfp\"\n  location = \"us-central1-a\"\n  project  = \"acme\"\n  initial_node_count = 3\n  \
         node_config {{\n    machine_type = \"e2-standard-4\"\n  }}\n}}\n\
         module \"pool\" {{\n  source       = \"github.com/GoogleCloudPlatform/cloud-foundation-fabric//modules/gke-nodepool?ref={version}\"\n  project_id   = \"acme\"\n  \
         cluster_name = google_container_cluster.kfp.name\n  location     = \"us-central1-a\"\n  name         = \"main\"\n  node_config  = {{ {node_config} }}\n}}\n"
    ))
}

#[test]
fn a_pool_of_fabric_has_the_disk_that_its_version_gives_it() {
    assert_eq!(status(&pool("v57.0.0", "machine_type = \"n4-standard-4\""), "KFP010"), "unmet");
    assert_eq!(status(&pool("v34.0.0", "machine_type = \"n4-standard-4\""), "KFP010"), "met");
    let own = "machine_type = \"n4-standard-4\", disk_type = \"hyperdisk-balanced\"";
    assert_eq!(status(&pool("v57.0.0", own), "KFP010"), "met");
}
