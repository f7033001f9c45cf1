//! Clusters that exist, as gcloud and kubectl describe them.

use super::{folder, hold, printed, report};

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
    for (name, files) in CASES {
        let text = printed(&here, &[files, &["--verbose"]].concat());
        hold(&here.join(format!("{name}.txt")), &text);
    }
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
