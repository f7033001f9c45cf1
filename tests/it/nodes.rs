//! Whole root modules about nodes, each with the verdict of its clusters as the rules' pages tell it.

use crate::tree::{Tree, check};
use serde_json::Value;

const SCOPES: &str = "oauth_scopes = [\"https://www.googleapis.com/auth/cloud-platform\"]";

/// A cluster without a default pool; `more` is written in its block.
fn cluster(more: &str) -> String {
    format!(
        "resource \"google_container_cluster\" \"c\" {{\n  name = \"kfp\"\n  location = \"europe-west4-b\"\n  \
         initial_node_count = 1\n  remove_default_node_pool = true\n{more}}}\n"
    )
}

/// A pool of `count` nodes with a machine type, and with `more` in its `node_config`.
fn pool(name: &str, count: u64, machine: &str, more: &str) -> String {
    written(name, &format!("node_count = {count}"), &format!("machine_type = \"{machine}\"\n{more}"))
}

fn written(name: &str, pool: &str, config: &str) -> String {
    format!(
        "resource \"google_container_node_pool\" \"{name}\" {{\n  name = \"{name}\"\n  cluster = \
         google_container_cluster.c.name\n  location = \"europe-west4-b\"\n  {pool}\n  node_config {{\n    \
         {SCOPES}\n    {config}\n  }}\n}}\n"
    )
}

/// `VERDICT: CODES`, for each cluster: the requirements that are not met, and with a `?` those that are undecided.
fn verdicts(report: &Value) -> Vec<String> {
    const CODES: [&str; 11] =
        ["KFP001", "KFP002", "KFP003", "KFP004", "KFP005", "KFP006", "KFP007", "KFP008", "KFP101", "KFP102", "KFP201"];
    let of = |cluster: &Value| {
        let all = cluster["requirements"].as_array().unwrap().iter();
        let open = all.filter(|r| CODES.contains(&r["code"].as_str().unwrap())).filter_map(|r| {
            let code = r["code"].as_str()?.trim_start_matches("KFP");
            match r["status"].as_str()? {
                "unmet" => Some(code.to_string()),
                "undecided" => Some(format!("{code}?")),
                _ => None,
            }
        });
        [cluster["verdict"].as_str().unwrap().to_string()].into_iter().chain(open).collect::<Vec<_>>().join(" ")
    };
    report["clusters"].as_array().unwrap().iter().map(of).collect()
}

#[track_caller]
fn assert_verdicts(text: &str, expected: &[&str]) {
    let report = check(text);
    assert_eq!(verdicts(&report), expected, "{text}\n{report:#}");
}

const T4: &str = "guest_accelerator {\n type = \"nvidia-tesla-t4\"\n count = 1\n }";
const SMT_OFF: &str = "advanced_machine_features {\n threads_per_core = 1\n }";
const TAINT: &str = "taint {\n key = \"team\"\n value = \"x\"\n effect = \"NO_SCHEDULE\"\n }";

#[test]
fn gpus_keep_pods_off_only_beside_nodes_without() {
    let gpu = pool("gpu", 3, "n1-standard-8", T4);
    assert_verdicts(&(cluster("") + &gpu), &["undecided 001? 003? 004? 008?"]);
    let windows = pool("win", 1, "n2-standard-4", "image_type = \"WINDOWS_LTSC_CONTAINERD\"");
    assert_verdicts(&(cluster("") + &gpu + &windows), &["not-ready 001 003"]);
    let empty = pool("plain", 0, "n2-standard-4", "");
    assert_verdicts(&(cluster("") + &gpu + &empty), &["not-ready 001 003"]);
    let enough = pool("plain", 3, "n2-standard-4", "");
    assert_verdicts(&(cluster("") + &pool("gpu", 1, "g2-standard-4", "") + &enough), &["ready"]);
}

#[test]
fn sandboxed_and_queued_nodes_never_count() {
    let plain = |count| pool("plain", count, "n2-standard-4", "");
    let sandboxed = pool("box", 4, "n2-standard-4", "sandbox_config {\n type = \"GVISOR\"\n }");
    assert_verdicts(&(cluster("") + &plain(2) + &sandboxed), &["not-ready 001 003"]);
    assert_verdicts(&(cluster("") + &plain(3) + &sandboxed), &["ready"]);
    let queued = "queued_provisioning {\n enabled = true\n }\n autoscaling {\n max_node_count = 9\n }";
    let queued = written("queue", queued, "machine_type = \"n2-standard-8\"");
    assert_verdicts(&(cluster("") + &plain(2) + &queued), &["not-ready 001 003"]);
    assert_verdicts(&(cluster("") + &plain(3) + &queued), &["ready"]);
}

#[test]
fn threads_decide_only_where_half_of_the_cpus_is_too_little() {
    assert_verdicts(&(cluster("") + &pool("p", 3, "n2-standard-2", SMT_OFF)), &["not-ready 001 002"]);
    assert_verdicts(&(cluster("") + &pool("p", 3, "n2-standard-4", SMT_OFF)), &["ready"]);
    let open = "variable \"threads\" {\n  type = number\n}\n";
    let of_input = SMT_OFF.replace('1', "var.threads");
    assert_verdicts(&(cluster("") + &pool("p", 3, "n2-standard-4", &of_input) + open), &["ready"]);
}

#[test]
fn auto_provisioning_has_what_its_limits_leave() {
    let limits = |cpu: &str, memory: u64| {
        let of = |kind: &str, most: &str| {
            format!("resource_limits {{\n resource_type = \"{kind}\"\n maximum = {most}\n }}\n")
        };
        let defaults = format!("auto_provisioning_defaults {{\n {SCOPES}\n }}\n");
        let limits = of("cpu", cpu) + &of("memory", &memory.to_string());
        cluster(&format!("  cluster_autoscaling {{\n enabled = true\n {limits}{defaults} }}\n"))
    };
    assert_verdicts(&limits("64", 256), &["ready 005"]);
    assert_verdicts(&limits("4", 256), &["not-ready 001"]);
    let small = pool("small", 3, "e2-small", "");
    assert_verdicts(&(limits("12", 64) + &small), &["ready 005"]);
    assert_verdicts(&(limits("11", 64) + &small), &["not-ready 001 002"]);
    let open = "variable \"cpus\" {\n  type = number\n}\n";
    assert_verdicts(&(limits("var.cpus", 256) + open), &["undecided 001?"]);
}

#[test]
fn the_default_pool_is_removed_however_it_is_written() {
    let inline = |name: &str, count: u64| {
        cluster(&format!("  node_pool {{\n name = {name}\n node_count = {count}\n node_config {{\n machine_type = \"n2-standard-4\"\n {SCOPES}\n }}\n }}\n"))
            .replace("  initial_node_count = 1\n", "")
    };
    assert_verdicts(&inline("\"default-pool\"", 3), &["not-ready 001"]);
    assert_verdicts(&inline("\"work\"", 3), &["ready"]);
    let kept =
        inline("\"default-pool\"", 3).replace("remove_default_node_pool = true", "remove_default_node_pool = false");
    assert_verdicts(&kept, &["ready"]);
    let open = "variable \"name\" {\n  type = string\n}\n";
    assert_verdicts(&(inline("var.name", 3) + open), &["undecided 001? 008?"]);
}

#[test]
fn pools_that_pods_cannot_land_on_are_not_asked_for_access() {
    let closed = pool("closed", 2, "n2-standard-4", TAINT).replace("cloud-platform", "logging.write");
    assert_verdicts(&(cluster("") + &pool("plain", 3, "n2-standard-4", "") + &closed), &["ready"]);
    assert_verdicts(
        &(cluster("") + &pool("plain", 3, "n2-standard-4", "") + &closed.replace(TAINT, "")),
        &["not-ready 101"],
    );
}

#[test]
fn clusters_of_one_name_keep_the_pools_that_mention_them() {
    let clusters = "resource \"google_container_cluster\" \"c\" {\n  for_each = toset([\"europe-west1\", \"us-east1\"])\n  name = \"kfp\"\n  \
                    location = each.key\n  initial_node_count = 1\n  remove_default_node_pool = true\n}\n";
    let pools = pool("p", 1, "n2-standard-4", "")
        .replace("name = \"p\"", "for_each = google_container_cluster.c\n  name = \"p\"")
        .replace("google_container_cluster.c.name", "google_container_cluster.c[each.key].name")
        .replace("\"europe-west4-b\"", "each.key");
    assert_verdicts(&(clusters.to_string() + &pools), &["ready", "ready"]);
}

/// A pool for a cluster that is read, not made.
fn of_data(name: &str, more: &str) -> String {
    pool(name, 3, "n2-standard-4", more)
        .replace("google_container_cluster.c.name", "data.google_container_cluster.c.name")
}

const DATA: &str = "data \"google_container_cluster\" \"c\" {\n  name = \"kfp\"\n  location = \"europe-west4-b\"\n}\n";
const OPEN_NODES: &str = "001? 002? 003? 004? 005? 006?";

#[test]
fn pools_of_a_cluster_that_is_not_found_stand_under_it() {
    let report = check(&(DATA.to_string() + &of_data("a", "") + &of_data("b", "")));
    assert_eq!(verdicts(&report), [format!("undecided {OPEN_NODES} 008?")]);
    let cluster = &report["clusters"][0];
    assert_eq!(cluster["address"], "data.google_container_cluster.c");
    assert_eq!(cluster["node_pools"].as_array().unwrap().len(), 2);
    assert_eq!(cluster["requirements"][0]["decides"], serde_json::json!(["data.google_container_cluster.c"]));
    // What is wrong with a pool itself is found.
    let closed = DATA.to_string() + &of_data("a", "").replace("cloud-platform", "logging.write");
    assert_verdicts(&closed, &[&format!("not-ready {OPEN_NODES} 008? 101")]);
    let mistyped = DATA.to_string() + &of_data("a", "").replace("n2-standard-4", "n2-standart-4");
    assert_verdicts(&mistyped, &[&format!("not-ready {OPEN_NODES} 007 008?")]);
}

#[test]
fn a_cluster_that_is_not_found_is_named_by_what_the_pool_says_of_it() {
    let addresses = |cluster: &str| -> Vec<String> {
        let text = pool("p", 3, "n2-standard-4", "").replace("google_container_cluster.c.name", cluster);
        let text = text + "variable \"cluster\" {\n  type = string\n}\n";
        let report = check(&text);
        report["clusters"].as_array().unwrap().iter().map(|c| c["address"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(addresses("\"platform\""), ["platform"]);
    assert_eq!(addresses("\"projects/p/locations/europe-west4-b/clusters/platform\""), ["platform"]);
    assert_eq!(addresses("var.cluster"), ["var.cluster"]);
}

#[test]
fn a_cluster_without_pools_is_undecided_where_pools_have_no_cluster() {
    let lone = cluster("");
    let other = of_data("p", "") + DATA;
    let other = other.replace("name = \"kfp\"", "name = \"elsewhere\"");
    let tree = Tree::new(&[("a/main.tf", &lone), ("b/main.tf", &other)]);
    let found = verdicts(&tree.json(&[]));
    assert_eq!(found, ["undecided 001? 008?".to_string(), format!("undecided {OPEN_NODES} 008?")]);
    assert_eq!(verdicts(&Tree::new(&[("a/main.tf", &lone)]).json(&[])), ["not-ready 001"]);
}
