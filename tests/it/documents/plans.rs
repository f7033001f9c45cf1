//! What a plan says beside new resources with known values: changes, deletions, references, what it leaves out.

use super::report;
use serde_json::{Value as Json, json};

/// The report of a plan with these changes and this configuration.
fn check(changes: Json, configuration: Json) -> Json {
    let plan = json!({
        "format_version": "1.2",
        "resource_changes": changes,
        "configuration": { "root_module": configuration },
    });
    let file = tempfile::Builder::new().suffix(".json").tempfile().expect("a file");
    serde_json::to_writer(&file, &plan).expect("written");
    report(&[&file.path().display().to_string()])
}

fn change(type_name: &str, name: &str, actions: &[&str], after: Json, unknown: Json) -> Json {
    json!({
        "address": format!("{type_name}.{name}"), "mode": "managed", "type": type_name, "name": name,
        "change": { "actions": actions, "before": { "name": name }, "after": after, "after_unknown": unknown },
    })
}

fn block(type_name: &str, name: &str, expressions: Json) -> Json {
    json!({ "mode": "managed", "type": type_name, "name": name, "expressions": expressions })
}

/// Status and reason of a requirement of the first cluster.
fn answer(report: &Json, code: &str) -> String {
    let all = report["clusters"][0]["requirements"].as_array().expect("a cluster");
    let found = all.iter().find(|r| r["code"] == code).expect("the rule");
    format!("{}: {}", found["status"].as_str().unwrap_or_default(), found["reason"].as_str().unwrap_or_default())
}

fn pool(name: &str, count: u64) -> Json {
    json!({
        "name": name, "cluster": "c", "location": "us-east1-b", "node_count": count, "autoscaling": [],
        "node_locations": ["us-east1-b"], "node_config": [{ "machine_type": "e2-standard-4" }],
    })
}

const CLUSTER: &str = "google_container_cluster";
const POOL: &str = "google_container_node_pool";
const ACCOUNT: &str = "google_service_account";

#[test]
fn a_cluster_that_exists_has_each_of_its_pools_once() {
    let after = json!({
        "name": "c", "location": "us-east1-b", "initial_node_count": 0, "remove_default_node_pool": null,
        "node_pool": [pool("kept", 2), pool("gone", 9), pool("by-hand", 1)],
    });
    let changes = json!([
        change(CLUSTER, "c", &["update"], after, json!({})),
        change(POOL, "kept", &["no-op"], pool("kept", 2), json!({})),
        change(POOL, "gone", &["delete"], Json::Null, json!({})),
    ]);
    let report =
        check(changes, json!({ "resources": [block(CLUSTER, "c", json!({})), block(POOL, "kept", json!({}))] }));
    assert_eq!(answer(&report, "KFP001"), "met: 3 nodes qualify");
    let pools = report["clusters"][0]["node_pools"].as_array().expect("pools");
    let counts: Vec<&Json> = pools.iter().map(|p| &p["nodes"]["min"]).collect();
    assert_eq!(counts, [&json!(1), &json!(2)], "{pools:?}");
}

/// A cluster whose account's e-mail is known only after apply, through a module.
fn by_reference(role: Json) -> Json {
    let account = json!({
        "address": "module.sa.google_service_account.a", "module_address": "module.sa",
        "mode": "managed", "type": ACCOUNT, "name": "a",
        "change": { "actions": ["create"], "after": { "account_id": "nodes" }, "after_unknown": { "email": true, "member": true } },
    });
    let config = json!([{ "service_account": { "references": ["module.sa.email", "module.sa"] } }]);
    let cluster = json!({ "name": "c", "location": "us-east1", "initial_node_count": 1, "node_config": [{}] });
    let unknown = json!({ "node_config": [{ "service_account": true, "oauth_scopes": true }], "node_pool": true });
    let member = json!({ "references": ["module.sa.member", "module.sa"] });
    check(
        json!([
            account,
            change(CLUSTER, "c", &["create"], cluster, unknown),
            change(
                "google_project_iam_member",
                "g",
                &["create"],
                json!({ "project": "p", "role": role }),
                json!({ "member": true })
            ),
        ]),
        json!({
            "resources": [
                block(CLUSTER, "c", json!({ "node_config": config })),
                block("google_project_iam_member", "g", json!({ "role": {}, "project": {}, "member": member })),
            ],
            "module_calls": { "sa": { "source": "./sa", "module": {
                "resources": [block(ACCOUNT, "a", json!({ "account_id": { "constant_value": "nodes" } }))],
                "outputs": {
                    "email": { "expression": { "references": ["google_service_account.a.email", "google_service_account.a"] } },
                    "member": { "expression": { "references": ["google_service_account.a.member", "google_service_account.a"] } },
                },
            } } },
        }),
    )
}

#[test]
fn references_tell_accounts_apart_whose_email_only_apply_knows() {
    let lacking = answer(&by_reference("roles/logging.logWriter".into()), "KFP201");
    assert!(lacking.starts_with("unmet: module.sa.google_service_account.a lacks roles/monitoring"), "{lacking}");
    assert!(!lacking.contains("logging.logWriter"), "{lacking}");
    let more = answer(&by_reference("roles/container.defaultNodeServiceAccount".into()), "KFP201");
    assert_eq!(more, "unmet: module.sa.google_service_account.a lacks roles/storage.objectViewer");
}

#[test]
fn what_a_dynamic_block_writes_is_asked_of_the_configuration() {
    let cluster = json!({
        "name": "c", "location": "us-east1", "node_pool": [{ "name": "a", "node_count": 1, "node_config": [{ "machine_type": "e2-standard-4" }] }],
    });
    let unknown = json!({ "node_pool": [{ "node_config": [{ "service_account": true, "oauth_scopes": true }] }] });
    let configuration = json!({ "resources": [block(CLUSTER, "c", json!({ "name": { "constant_value": "c" } }))] });
    let report = check(json!([change(CLUSTER, "c", &["create"], cluster, unknown)]), configuration);
    assert_eq!(answer(&report, "KFP001"), "met: 3 nodes qualify");
    let open = answer(&report, "KFP101");
    assert!(
        open.starts_with("undecided: ") && open.ends_with("the configuration (--source DIR) is not given"),
        "{open}"
    );
}

#[test]
fn dynamic_blocks_of_which_not_even_the_number_is_known_are_not_taken_for_none() {
    let cluster = json!({ "name": "c", "location": "us-east1", "initial_node_count": 1, "node_config": [{}] });
    let answer_of = |unknown: Json| {
        let config = json!({ "node_config": [{}] });
        let changes = json!([change(CLUSTER, "c", &["create"], cluster.clone(), json!({ "node_config": [unknown] }))]);
        answer(&check(changes, json!({ "resources": [block(CLUSTER, "c", config)] })), "KFP003")
    };
    let open = answer_of(json!({ "taint": true }));
    assert!(
        open.starts_with("undecided: ") && open.ends_with("the configuration (--source DIR) is not given"),
        "{open}"
    );
    // The provider computes this one where it is not written.
    let computed = answer_of(json!({ "guest_accelerator": true }));
    assert_eq!(computed, "met: KFP's pods can run on 3 nodes or more");
}

fn with_command(command: Json, triggers: Json) -> Json {
    let cluster = json!({ "name": "c", "location": "us-east1", "initial_node_count": 1 });
    let mut runs = block("null_resource", "runs", json!({}));
    runs["provisioners"] = json!([{ "type": "local-exec", "expressions": { "command": command } }]);
    check(
        json!([
            change(CLUSTER, "c", &["create"], cluster, json!({})),
            change("null_resource", "runs", &["create"], json!({ "triggers": triggers }), json!({})),
        ]),
        json!({ "resources": [block(CLUSTER, "c", json!({})), runs] }),
    )
}

#[test]
fn commands_are_judged_by_what_a_plan_shows_of_them() {
    let apply = "kubectl apply -k github.com/kubeflow/pipelines/manifests/kustomize/env/dev?ref=2.5.0";
    let hidden = json!({ "references": ["local.command"] });
    let answers = [
        answer(&with_command(json!({ "constant_value": apply }), Json::Null), "KFP401"),
        answer(&with_command(hidden.clone(), json!({ "command": apply })), "KFP401"),
        answer(&with_command(hidden, Json::Null), "KFP401"),
        answer(&with_command(json!({ "constant_value": "true" }), Json::Null), "KFP401"),
    ];
    let open = "undecided: whether null_resource.runs is made, and installs it, is not known: \
                the configuration (--source DIR) is not given";
    let installs = "unmet: null_resource.runs installs Kubeflow Pipelines";
    assert_eq!(answers, [installs, installs, open, "met: this configuration does not install Kubeflow Pipelines"]);
}

#[test]
fn a_plan_that_is_not_whole_says_so() {
    let report = |name: &str, value: bool| {
        let plan = json!({ "format_version": "1.2", "planned_values": {}, name: value });
        let file = tempfile::Builder::new().suffix(".json").tempfile().expect("a file");
        serde_json::to_writer(&file, &plan).expect("written");
        super::report(&[&file.path().display().to_string()])["coverage"]["skipped"][0]["why"].clone()
    };
    assert_eq!(report("errored", true), "`terraform plan` failed while it made this plan: it holds only a part");
    assert_eq!(report("complete", false), "the plan is not complete (-target, or changes put off to a later plan)");
    assert_eq!(report("complete", true), Json::Null);
}

#[test]
fn a_plan_without_its_configuration_does_not_take_what_is_unknown_for_unwritten() {
    let cluster =
        json!({ "name": "c", "location": "us-east1-b", "initial_node_count": 1, "remove_default_node_pool": true });
    let after = json!({ "name": "own", "location": "us-east1-b", "node_count": 3, "autoscaling": [], "node_config": [{ "machine_type": "e2-standard-4" }] });
    let unknown = json!({ "cluster": true, "node_config": [{ "service_account": true, "oauth_scopes": true }] });
    let changes = json!([
        change(CLUSTER, "c", &["create"], cluster, json!({ "id": true })),
        change(POOL, "own", &["create"], after, unknown),
    ]);
    let plan = json!({ "format_version": "1.2", "resource_changes": changes });
    let file = tempfile::Builder::new().suffix(".json").tempfile().expect("a file");
    serde_json::to_writer(&file, &plan).expect("written");
    let report = report(&[&file.path().display().to_string()]);
    assert_eq!(report["verdict"], "undecided");
    for code in ["KFP001", "KFP101", "KFP201"] {
        assert!(answer(&report, code).starts_with("undecided"), "{}", answer(&report, code));
    }
}
