//! What is derived, and what rules then say, on plans made by hand.

use super::Graph;
use super::testing::plan;
use crate::base::budget::Budget;
use crate::diagnostic::{ClusterReport, Status, Verdict};
use crate::judge::check_root;
use crate::profile::Profile;
use serde_json::{Value as Json, json};

fn reports(resources: Json) -> Vec<ClusterReport> {
    let plan = plan(resources);
    let graph = Graph::build(&plan, Profile::kfp(), &Budget::default());
    check_root(&plan, &graph, &Budget::default()).clusters
}

#[test]
fn clusters_are_undecided_when_the_time_is_over() {
    let plan = plan(
        json!([cluster(json!({ "initial_node_count": 3 })), { "type": "google_storage_bucket", "name": "b", "values": {} }]),
    );
    let late = Budget::new(None, None, None, Some(0));
    let report = check_root(&plan, &Graph::build(&plan, Profile::kfp(), &late), &late);
    assert_eq!(report.clusters.len(), 1);
    assert_eq!(report.clusters[0].verdict, Verdict::Undecided);
    assert!(report.clusters[0].requirements.iter().all(|r| r.status == Status::Undecided));
    let in_time = reports(json!([cluster(json!({ "initial_node_count": 3 }))]));
    let codes = |report: &ClusterReport| report.requirements.iter().map(|r| r.code).collect::<Vec<_>>();
    assert_eq!(codes(&report.clusters[0]), codes(&in_time[0]), "every requirement is listed");
    let [finding] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
    assert_eq!(finding.code, "TF006");
    assert_eq!(finding.message, "1 of 1 clusters of this root module are not judged: the run took longer than 0 s");
}

fn status(resources: Json, code: &str) -> (Status, String) {
    let reports = reports(resources);
    let found = reports.first().and_then(|r| r.requirements.iter().find(|q| q.code == code));
    found.map(|q| (q.status, format!("{} {:?}", q.reason, q.decides))).expect("the cluster has this requirement")
}

fn cluster(values: Json) -> Json {
    let mut all = json!({ "name": "kfp", "location": "us-central1-a" });
    merge(&mut all, values);
    json!({ "type": "google_container_cluster", "name": "kfp", "values": all })
}

fn merge(into: &mut Json, from: Json) {
    if let (Some(into), Json::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}

fn pool(name: &str, values: Json) -> Json {
    let mut all = json!({ "name": name, "cluster": "kfp", "location": "us-central1-a" });
    merge(&mut all, values);
    json!({ "type": "google_container_node_pool", "name": name, "values": all })
}

#[track_caller]
fn assert_status(resources: Json, code: &str, expected: Status) {
    let (found, reason) = status(resources, code);
    assert_eq!(found, expected, "{code}: {reason}");
}

#[test]
fn zones_multiply_counts() {
    let with = |location: &str, zones: Json| {
        let graph_of =
            plan(json!([cluster(json!({ "location": location, "node_locations": zones, "initial_node_count": 1 }))]));
        Graph::build(&graph_of, Profile::kfp(), &Budget::default()).clusters[0].zones.known()
    };
    assert_eq!(with("us-central1-a", Json::Null), Some(1));
    assert_eq!(with("us-central1-a", json!(["us-central1-a", "us-central1-b"])), Some(2));
    assert_eq!(with("us-central1", Json::Null), Some(3));
    assert_eq!(with("us-central1", json!(["us-central1-a", "us-central1-b"])), Some(2));
}

#[test]
fn counts_of_default_inline_and_separate_pools_add_up() {
    assert_status(
        json!([cluster(json!({ "initial_node_count": 2 })), pool("a", json!({ "node_count": 1 }))]),
        "KFP001",
        Status::Met,
    );
    let removed = cluster(json!({ "initial_node_count": 9, "remove_default_node_pool": true }));
    assert_status(json!([removed, pool("a", json!({ "node_count": 2 }))]), "KFP001", Status::Unmet);
    let inline = cluster(json!({ "node_pool": [{ "node_count": 1 }, { "initial_node_count": 2 }] }));
    assert_status(json!([inline]), "KFP001", Status::Met);
}

#[test]
fn autoscaling_counts_by_its_ceiling() {
    let removed = || cluster(json!({ "remove_default_node_pool": true, "initial_node_count": 1 }));
    let scaled = |a: Json| json!([removed(), pool("a", json!({ "autoscaling": [a], "node_count": 1 }))]);
    assert_status(scaled(json!({ "min_node_count": 0, "max_node_count": 3 })), "KFP001", Status::Met);
    assert_status(scaled(json!({ "min_node_count": 0, "max_node_count": 2 })), "KFP001", Status::Unmet);
    assert_status(scaled(json!({ "total_min_node_count": 1, "total_max_node_count": 2 })), "KFP001", Status::Unmet);
}

#[test]
fn what_is_not_known_is_undecided_unless_it_is_bounded() {
    assert_status(json!([cluster(json!({ "initial_node_count": { "?": "var.size" } }))]), "KFP001", Status::Undecided);
    let bounded = json!([cluster(json!({ "initial_node_count": { "?": "var.size", "min": 3 } }))]);
    assert_status(bounded, "KFP001", Status::Met);
    let choice = json!([cluster(json!({ "initial_node_count": { "?": "var.size", "one_of": [1, 2] } }))]);
    assert_status(choice, "KFP001", Status::Unmet);
    let (_, reason) = status(json!([cluster(json!({ "initial_node_count": { "?": "var.size" } }))]), "KFP001");
    assert!(reason.contains("\"var.size\""), "{reason}");
}

#[test]
fn a_computed_id_names_the_cluster() {
    let other = json!({ "type": "google_container_cluster", "name": "other",
        "values": { "name": "other", "location": "us-central1-a", "initial_node_count": 3 } });
    let mine = pool("a", json!({ "cluster": { "?": "google_container_cluster.kfp.id" }, "node_count": 3 }));
    let reports = reports(json!([cluster(json!({ "remove_default_node_pool": true })), other, mine]));
    let pools: Vec<usize> = reports.iter().map(|r| r.node_pools.len()).collect();
    assert_eq!(pools, [1, 1], "the pool is kfp's, the default pool other's");
}

#[test]
fn a_pool_whose_cluster_is_not_known_leaves_it_open() {
    let removed = cluster(json!({ "remove_default_node_pool": true }));
    let open = pool("a", json!({ "cluster": { "?": "var.cluster" }, "node_count": 3 }));
    assert_status(json!([removed, open]), "KFP001", Status::Undecided);
}

#[test]
fn a_pool_of_a_cluster_that_exists_already_stands_under_it() {
    let foreign = pool("a", json!({ "cluster": { "?": "data.google_container_cluster.old.name" }, "node_count": 3 }));
    let own = cluster(json!({ "initial_node_count": 1 }));
    let reports = reports(json!([own, foreign]));
    let found: Vec<_> = reports.iter().map(|r| (r.address.as_str(), r.requirements[0].status)).collect();
    let expected =
        [("data.google_container_cluster.old", Status::Undecided), ("google_container_cluster.kfp", Status::Unmet)];
    assert_eq!(found, expected);
}

#[test]
fn pools_of_unknown_number_are_none_or_many() {
    let removed = cluster(json!({ "remove_default_node_pool": true }));
    let mut many = pool("a", json!({ "node_count": 3 }));
    many["key"] = json!("*");
    assert_status(json!([removed, many.clone()]), "KFP001", Status::Undecided);
    assert_status(json!([cluster(json!({ "initial_node_count": 3 })), many]), "KFP001", Status::Met);
}

#[test]
fn autopilot_is_not_judged_by_node_rules() {
    for code in ["KFP001", "KFP002", "KFP003", "KFP006", "KFP101", "KFP102", "KFP201"] {
        let (status, reason) = status(json!([cluster(json!({ "enable_autopilot": true }))]), code);
        assert_eq!(status, Status::NotApplicable, "{code}");
        assert!(reason.contains("enable_autopilot"), "{code}: {reason}");
    }
}

#[test]
fn defaults_of_scopes_follow_the_account() {
    let with = |config: Json| json!([cluster(json!({ "initial_node_count": 3, "node_config": [config] }))]);
    assert_status(json!([cluster(json!({ "initial_node_count": 3 }))]), "KFP101", Status::Unmet);
    assert_status(with(json!({ "service_account": "default" })), "KFP101", Status::Unmet);
    assert_status(with(json!({ "service_account": "a@p.iam.gserviceaccount.com" })), "KFP101", Status::Met);
    assert_status(with(json!({ "service_account": "a@p.iam.gserviceaccount.com" })), "KFP102", Status::Met);
    assert_status(with(json!({ "oauth_scopes": ["cloud-platform"] })), "KFP101", Status::Met);
    let narrow = json!({ "service_account": "a@p.iam.gserviceaccount.com", "oauth_scopes": ["logging-write"] });
    assert_status(with(narrow), "KFP102", Status::Unmet);
}

const FOUR: [&str; 4] = [
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
    "roles/monitoring.viewer",
    "roles/storage.objectViewer",
];

fn with_account(grants: Vec<Json>) -> Json {
    let account = json!({ "type": "google_service_account", "name": "nodes", "values": { "account_id": "nodes", "project": "p" } });
    let email = "nodes@p.iam.gserviceaccount.com";
    let node_config = json!([{ "service_account": email }]);
    let mut all = vec![account, cluster(json!({ "initial_node_count": 3, "node_config": node_config }))];
    all.extend(grants);
    Json::Array(all)
}

fn grant(role: &str, member: Json) -> Json {
    json!({ "type": "google_project_iam_member", "name": role, "values": { "project": "p", "role": role, "member": member } })
}

#[test]
fn grants_are_found_by_text_in_either_case() {
    let all = |member: &str| with_account(FOUR.iter().map(|r| grant(r, json!(member))).collect());
    assert_status(all("serviceAccount:nodes@p.iam.gserviceaccount.com"), "KFP201", Status::Met);
    assert_status(all("serviceAccount:Nodes@P.iam.gserviceaccount.com"), "KFP201", Status::Met);
    assert_status(all("serviceAccount:nodes2@p.iam.gserviceaccount.com"), "KFP201", Status::Unmet);
    assert_status(all("user:nodes@p.iam.gserviceaccount.com"), "KFP201", Status::Unmet);
}

#[test]
fn roles_count_by_their_core_permissions() {
    let me = || json!("serviceAccount:nodes@p.iam.gserviceaccount.com");
    let recommended = || vec![grant("roles/container.defaultNodeServiceAccount", me())];
    let (status_found, reason) = status(with_account(recommended()), "KFP201");
    assert_eq!(status_found, Status::Unmet);
    assert!(reason.contains("roles/storage.objectViewer") && !reason.contains("logWriter"), "{reason}");
    let mut both = recommended();
    both.push(grant("roles/storage.objectAdmin", me()));
    assert_status(with_account(both), "KFP201", Status::Met);
    assert_status(with_account(vec![grant("roles/editor", me())]), "KFP201", Status::Met);
    assert_status(with_account(vec![grant("projects/p/roles/unheardOf", me())]), "KFP201", Status::Undecided);
}

#[test]
fn conditions_and_other_projects() {
    let me = json!("serviceAccount:nodes@p.iam.gserviceaccount.com");
    let each = |change: &dyn Fn(&mut Json)| {
        let mut grants: Vec<Json> = FOUR.iter().map(|r| grant(r, me.clone())).collect();
        grants.iter_mut().for_each(|g| change(&mut g["values"]));
        with_account(grants)
    };
    assert_status(each(&|v| v["project"] = json!("q")), "KFP201", Status::Unmet);
    assert_status(each(&|v| v["project"] = json!({ "?": "var.other" })), "KFP201", Status::Undecided);
    let conditional = each(&|v| v["condition"] = json!([{ "title": "until 2030", "expression": "x" }]));
    let (found, reason) = status(conditional, "KFP201");
    assert_eq!(found, Status::Undecided);
    assert!(reason.contains("until 2030"), "{reason}");
}

#[test]
fn an_account_made_elsewhere_is_undecided_until_all_is_granted_here() {
    let mut foreign = with_account(Vec::new());
    foreign.as_array_mut().expect("an array").remove(0);
    assert_status(foreign.clone(), "KFP201", Status::Undecided);
    let me = json!("serviceAccount:nodes@p.iam.gserviceaccount.com");
    foreign.as_array_mut().expect("an array").extend(FOUR.iter().map(|r| grant(r, me.clone())));
    assert_status(foreign, "KFP201", Status::Met);
}

#[test]
fn a_policy_is_read_from_its_json() {
    let bindings: Vec<Json> = FOUR
        .iter()
        .map(|r| json!({ "role": r, "members": ["serviceAccount:nodes@p.iam.gserviceaccount.com"] }))
        .collect();
    let data = json!({ "bindings": bindings }).to_string();
    let policy =
        json!({ "type": "google_project_iam_policy", "name": "p", "values": { "project": "p", "policy_data": data } });
    assert_status(with_account(vec![policy]), "KFP201", Status::Met);
    let open = json!({ "type": "google_project_iam_policy", "name": "p",
        "values": { "project": "p", "policy_data": { "?": "var.policy" } } });
    assert_status(with_account(vec![open]), "KFP201", Status::Undecided);
}

#[test]
fn nodes_that_pods_cannot_run_on() {
    let with = |config: Json| json!([cluster(json!({ "initial_node_count": 3, "node_config": [config] }))]);
    assert_status(
        with(json!({ "taint": [{ "key": "a", "value": "b", "effect": "NO_SCHEDULE" }] })),
        "KFP003",
        Status::Unmet,
    );
    assert_status(
        with(json!({ "taint": [{ "key": "a", "value": "b", "effect": "PREFER_NO_SCHEDULE" }] })),
        "KFP003",
        Status::Met,
    );
    assert_status(with(json!({ "machine_type": "t2a-standard-4" })), "KFP003", Status::Unmet);
    // GKE taints nodes with GPUs only beside a pool without.
    assert_status(with(json!({ "machine_type": "a2-highgpu-1g" })), "KFP003", Status::Undecided);
    assert_status(with(json!({ "guest_accelerator": [{ "type": "t4", "count": 1 }] })), "KFP003", Status::Undecided);
    assert_status(with(json!({ "machine_type": "n1-standard-1" })), "KFP002", Status::Unmet);
    assert_status(with(json!({ "machine_type": "e2-medium" })), "KFP002", Status::Met);
}
