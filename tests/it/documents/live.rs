//! Clusters that exist, as gcloud and kubectl describe them.

use super::{folder, printed, report};
use crate::snapshot::snapshots;
use crate::tree::Tree;

/// What is named on the command line, and the snapshot of what is printed.
const CASES: [(&str, &[&str]); 6] = [
    ("cluster", &["cluster.json"]),
    ("pools", &["pools.json", "policy.json"]),
    ("nodes", &["nodes.json"]),
    ("kubernetes", &["cluster.json", "kubernetes.json"]),
    ("account", &["cluster.json", "account-policy.json", "policy.json", "services.json"]),
    (
        "everything",
        &[
            "cluster.json",
            "pools.json",
            "policy.json",
            "account-policy.json",
            "services.json",
            "nodes.json",
            "kubernetes.json",
        ],
    ),
];

#[test]
fn each_combination_is_judged_by_the_same_rules() {
    let here = folder("documents/live");
    snapshots(CASES.map(|(name, files)| {
        let text = printed(&here, &[files, &["--verbose"]].concat());
        ("tests/documents/live".into(), name.into(), text)
    }));
}

#[test]
fn the_values_of_secrets_are_never_printed() {
    let here = folder("documents/live");
    for format in ["human", "json"] {
        let text = printed(&here, &["kubernetes.json", "cluster.json", "--verbose", "--format", format]);
        assert!(text.contains("user-gcp-sa"), "{text}");
        assert!(!text.contains("eyJwcml2YXRl"), "{text}");
    }
}

#[test]
fn what_the_nodes_have_for_pods_is_taken_as_it_is() {
    let file = |name: &str| folder("documents/live").join(name).display().to_string();
    let pools = report(&[&file("cluster.json"), &file("nodes.json")])["clusters"][0]["node_pools"].clone();
    let pool = &pools[0];
    assert_eq!(pool["nodes"], serde_json::json!({ "min": 3, "max": 3 }), "{pools}");
    assert_eq!(pool["allocatable"], serde_json::json!({ "cpu_m": 940, "memory_mib": 2804 }), "{pools}");
}

/// `gcloud container clusters list` gives several; nodes go to theirs, also where one name begins with another.
#[test]
fn several_clusters_keep_their_nodes_apart() {
    use serde_json::{Value as Json, json};
    let read = |name: &str| -> Json {
        let text = std::fs::read_to_string(folder("documents/live").join(name)).expect("a fixture");
        serde_json::from_str(&text).expect("JSON")
    };
    let renamed = |json: &Json| -> Json {
        let text = json.to_string().replace("clusters/pipelines", "clusters/pipelines-2");
        serde_json::from_str(&text.replace("gke-pipelines-", "gke-pipelines-2-")).expect("JSON")
    };
    let (cluster, mut nodes) = (read("cluster.json"), read("nodes.json"));
    let mut second = renamed(&cluster);
    second["name"] = "pipelines-2".into();
    let one_more = renamed(&nodes["items"][0]);
    nodes["items"].as_array_mut().expect("nodes").push(one_more);
    let here = Tree::new(&[]);
    let write = |name: &str, json: &Json| {
        here.write(name, json.to_string().as_bytes());
        here.path(name).display().to_string()
    };
    let files = [write("list.json", &json!([cluster, second])), write("nodes.json", &nodes)];
    let report = report(&[&files[0], &files[1]]);
    let counts: Vec<(&str, &Json)> = report["clusters"]
        .as_array()
        .expect("clusters")
        .iter()
        .map(|c| (c["address"].as_str().unwrap_or_default(), &c["node_pools"][0]["nodes"]["max"]))
        .collect();
    let address = |name: &str| format!("projects/ml-prod/locations/europe-west4-a/clusters/{name}");
    assert_eq!(counts, [(&*address("pipelines"), &json!(3)), (&*address("pipelines-2"), &json!(1))]);
}

#[test]
fn nodes_of_another_project_are_not_taken_for_the_clusters() {
    let nodes = std::fs::read_to_string(folder("documents/live/nodes.json")).expect("a fixture");
    let tree = Tree::new(&[("nodes.json", &nodes.replace("gce://ml-prod/", "gce://elsewhere/"))]);
    let cluster = folder("documents/live/cluster.json").display().to_string();
    let report = report(&[&cluster, &tree.path("nodes.json").display().to_string()]);
    assert_eq!(report["clusters"][0]["node_pools"][0]["nodes"]["max"], 2, "as the cluster's description says");
    let skipped = report["coverage"]["skipped"].as_array().expect("a list");
    assert_eq!(skipped[0]["why"], "the nodes gke-pipelines-default-pool-… of pool default-pool fit no single cluster");
}
