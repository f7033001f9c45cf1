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

/// A cluster with pools of so many nodes at first, in one zone.
fn described(current: Option<u64>, initial: &[u64]) -> serde_json::Value {
    let pool = |(at, nodes): (usize, &u64)| {
        serde_json::json!({ "name": format!("p{at}"), "initialNodeCount": nodes, "locations": ["us-east1-b"], "config": {
            "machineType": "n2-standard-4", "imageType": "COS_CONTAINERD", "serviceAccount": "default",
            "oauthScopes": ["https://www.googleapis.com/auth/cloud-platform"],
        } })
    };
    let pools: Vec<_> = initial.iter().enumerate().map(pool).collect();
    let mut cluster = serde_json::json!({ "name": "kfp", "location": "us-east1-b", "locations": ["us-east1-b"],
        "selfLink": "https://container.googleapis.com/v1/projects/acme/zones/us-east1-b/clusters/kfp", "nodePools": pools });
    if let Some(current) = current {
        cluster["currentNodeCount"] = current.into();
    }
    cluster
}

/// The report on one document.
fn of_document(document: &serde_json::Value) -> serde_json::Value {
    let tree = Tree::new(&[("cluster.json", &document.to_string())]);
    report(&[&tree.path("cluster.json").display().to_string()])
}

fn status(cluster: &serde_json::Value, code: &str) -> String {
    let all = cluster["requirements"].as_array().expect("requirements");
    all.iter().find(|r| r["code"] == code).expect(code)["status"].as_str().expect("a status").to_string()
}

#[test]
fn the_nodes_that_there_are_count_and_not_those_that_there_were_at_first() {
    let nodes = |current: Option<u64>, initial: &[u64]| {
        let cluster = of_document(&described(current, initial))["clusters"][0].clone();
        let known: Vec<_> =
            cluster["node_pools"].as_array().expect("pools").iter().map(|p| p["nodes"]["max"].clone()).collect();
        (status(&cluster, "KFP001"), serde_json::json!(known))
    };
    let is = |status: &str, known: serde_json::Value| (status.to_string(), known);
    assert_eq!(nodes(Some(1), &[3]), is("unmet", serde_json::json!([1])));
    assert_eq!(nodes(Some(4), &[1]), is("met", serde_json::json!([4])));
    // Which pool has them is not known, how many there are is.
    let open = serde_json::json!([null, null]);
    assert_eq!(nodes(Some(4), &[1, 1]), is("met", open.clone()));
    assert_eq!(nodes(Some(2), &[3, 1]), is("unmet", open));
    assert_eq!(nodes(Some(4), &[3, 1]), is("met", serde_json::json!([3, 1])));
    assert_eq!(nodes(None, &[3]), is("undecided", serde_json::json!([null])));
}

#[test]
fn what_a_description_leaves_out_is_not_known() {
    let mut cluster = described(Some(3), &[3]);
    let config = &mut cluster["nodePools"][0]["config"];
    config["machineType"] = serde_json::Value::Null;
    config.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    let report = of_document(&cluster);
    let answers = ["KFP001", "KFP002", "KFP004", "KFP101"].map(|code| status(&report["clusters"][0], code));
    assert_eq!(answers, ["undecided", "undecided", "undecided", "met"]);
}

#[test]
fn a_description_without_pools_tells_nothing_of_nodes() {
    let mut cluster = described(Some(3), &[3]);
    cluster.as_object_mut().expect("an object").remove("nodePools");
    let report = of_document(&cluster);
    assert_eq!(status(&report["clusters"][0], "KFP001"), "undecided");
    assert_eq!(report["verdict"], "undecided");
    cluster["nodePools"] = serde_json::json!([]);
    assert_eq!(status(&of_document(&cluster)["clusters"][0], "KFP001"), "unmet");
}

#[test]
fn what_the_api_fills_in_for_autopilot_is_given_by_nobody() {
    let mut cluster = described(None, &[]);
    cluster["autopilot"] = serde_json::json!({ "enabled": true });
    let scopes = [
        "devstorage.read_only",
        "logging.write",
        "monitoring",
        "service.management.readonly",
        "servicecontrol",
        "trace.append",
    ];
    let scopes = scopes.map(|name| format!("https://www.googleapis.com/auth/{name}"));
    let mut access = |scopes: &[String]| {
        let defaults = serde_json::json!({ "serviceAccount": "default", "oauthScopes": scopes });
        cluster["autoscaling"] =
            serde_json::json!({ "enableNodeAutoprovisioning": true, "autoprovisioningNodePoolDefaults": defaults });
        status(&of_document(&cluster)["clusters"][0], "KFP101")
    };
    assert_eq!(access(&scopes), "not-applicable");
    assert_eq!(access(&scopes[1..]), "unmet");
}

#[test]
fn lists_of_the_api_are_read_and_equal_links_are_kept_apart() {
    let (first, second) = (described(Some(3), &[3]), described(Some(1), &[1]));
    let report = of_document(&serde_json::json!({ "clusters": [first, second] }));
    let clusters = report["clusters"].as_array().expect("clusters");
    let address = "projects/acme/locations/us-east1-b/clusters/kfp";
    let found: Vec<_> = clusters.iter().map(|c| (c["address"].clone(), status(c, "KFP001"))).collect();
    assert_eq!(found, [(address.into(), "met".to_string()), (format!("{address}#2").into(), "unmet".to_string())]);
    let said = report["coverage"]["skipped"].to_string();
    assert!(said.contains("describes projects/acme/locations/us-east1-b/clusters/kfp once more"), "{said}");
}
