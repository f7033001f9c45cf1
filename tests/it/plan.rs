//! The static plan against the plans that Terraform 1.11.4 made with the google provider (August 2026), both ways: every
//! folder of `tests/plan` is a root module with its recorded plan. A value that kfplint invents fails as a missing one does.

use crate::tree::{entries, run_in};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

/// The leaves of a value by path: null is absent, and an empty list or object is a leaf.
type Leaves = BTreeMap<String, Leaf>;

#[derive(Clone, PartialEq)]
enum Leaf {
    Unknown,
    Known(Json),
}

/// The instances and outputs of a plan, by address.
type Plan = BTreeMap<String, Leaves>;

/// Everything in which the two plans differ, by root, address and path. An entry that no longer differs fails the test: the list
/// may only shrink.
const DIFFER: [(&str, &str, &str); 6] = [
    // Terraform lists a data source that only apply can read; `evaluate` lists resources.
    ("iam-in-four-forms", "data.google_iam_policy.bucket", "only in Terraform's plan"),
    // The providers make a map with one unknown element unknown as a whole; the configuration says more.
    ("kubernetes-secret-chain", "kubernetes_secret.user_gcp_sa", "data"),
    ("kubernetes-secret-chain", "kubernetes_secret.user_gcp_sa", "data.user-gcp-sa.json"),
    ("unknown-until-apply", "google_container_cluster.c", "resource_labels"),
    ("unknown-until-apply", "google_container_cluster.c", "resource_labels.fixed"),
    ("unknown-until-apply", "google_container_cluster.c", "resource_labels.id"),
];

/// Attributes of resources without a built-in schema that the provider fills in. kfplint leaves them out.
const FILLED_IN: [&str; 8] = [
    "content_",
    "id",
    "metadata.0.generation",
    "metadata.0.resource_version",
    "metadata.0.uid",
    "type",
    "wait_for_default_service_account",
    "wait_for_service_account_token",
];

fn leaves(value: &Json, unknown: &Json, path: &str, out: &mut Leaves) {
    let below = |key: &str| if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
    let (empty, none) = (Map::new(), Vec::new());
    match (value, unknown) {
        (_, Json::Bool(true)) => {
            out.insert(path.to_string(), Leaf::Unknown);
        }
        (Json::Object(_), _) | (_, Json::Object(_)) => {
            let (values, unknowns) = (value.as_object().unwrap_or(&empty), unknown.as_object().unwrap_or(&empty));
            let keys: BTreeSet<&String> = values.keys().chain(unknowns.keys()).collect();
            if keys.is_empty() {
                out.insert(path.to_string(), Leaf::Known(Json::Object(Map::new())));
            }
            for key in keys {
                leaves(&value[key], &unknown[key], &below(key), out);
            }
        }
        (Json::Array(_), _) | (_, Json::Array(_)) => {
            let (values, unknowns) = (value.as_array().unwrap_or(&none), unknown.as_array().unwrap_or(&none));
            let length = values.len().max(unknowns.len());
            if length == 0 {
                out.insert(path.to_string(), Leaf::Known(Json::Array(Vec::new())));
            }
            for i in 0..length {
                leaves(&value[i], &unknown[i], &below(&i.to_string()), out);
            }
        }
        (Json::Null, _) => {}
        _ => {
            out.insert(path.to_string(), Leaf::Known(value.clone()));
        }
    }
}

/// The values that a plan in Terraform's JSON has after the change.
fn after(plan: &Json) -> Plan {
    let resources = plan["resource_changes"].as_array().into_iter().flatten();
    let resources = resources.map(|c| (c["address"].as_str().unwrap_or_default().to_string(), &c["change"]));
    let outputs = plan["output_changes"].as_object().into_iter().flatten();
    let outputs = outputs.map(|(name, change)| (format!("output.{name}"), change));
    let read = |(address, change): (String, &Json)| {
        let mut all = Leaves::new();
        leaves(&change["after"], &change["after_unknown"], "", &mut all);
        (address, all)
    };
    resources.chain(outputs).map(read).collect()
}

fn recorded(root: &Path) -> Plan {
    let file = std::fs::File::open(root.join("plan.json.gz")).expect("the plan that Terraform made");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
    after(&serde_json::from_str(&text).expect("JSON"))
}

fn evaluated(root: &Path) -> Plan {
    let run = run_in(root, &["evaluate", "."]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "Terraform found nothing wrong with {}", root.display());
    after(&run.json())
}

/// Whether a difference follows from a rule: kfplint has no value where the provider fills one in.
fn follows(address: &str, path: &str, wanted: Option<&Leaf>, got: Option<&Leaf>) -> bool {
    let labels = ["effective_labels", "terraform_labels"].iter().any(|name| path.starts_with(name));
    match (wanted, got) {
        // The provider adds a label of its own, which depends on its version and on the environment.
        (None, Some(Leaf::Unknown)) => labels && !path.contains('.'),
        (Some(_), None) if labels => path.contains('.'),
        (Some(_), None) => {
            let known = FILLED_IN.iter().any(|name| *name == path || name.ends_with('_') && path.starts_with(name));
            known && ["kubernetes_", "local_", "null_"].iter().any(|provider| address.starts_with(provider))
        }
        _ => false,
    }
}

fn shown(leaf: Option<&Leaf>) -> String {
    match leaf {
        None => "absent".into(),
        Some(Leaf::Unknown) => "(known after apply)".into(),
        Some(Leaf::Known(value)) => value.to_string(),
    }
}

/// The paths at which two plans differ, each with both values.
fn differences(wanted: &Plan, got: &Plan) -> BTreeMap<(String, String), String> {
    let mut all = BTreeMap::new();
    for address in wanted.keys().chain(got.keys()) {
        let (Some(want), Some(have)) = (wanted.get(address), got.get(address)) else {
            let only = if wanted.contains_key(address) { "only in Terraform's plan" } else { "only in kfplint's" };
            all.insert((address.clone(), only.to_string()), String::new());
            continue;
        };
        for path in want.keys().chain(have.keys()) {
            let (want, have) = (want.get(path), have.get(path));
            if want != have && !follows(address, path, want, have) {
                let text = format!("Terraform {}, kfplint {}", shown(want), shown(have));
                all.insert((address.clone(), path.clone()), text);
            }
        }
    }
    all
}

#[test]
fn instances_and_values_are_those_of_terraform_plan_and_no_others() {
    let mut wrong = Vec::new();
    let mut open = DIFFER.to_vec();
    let mut compared = 0;
    for root in entries("tests/plan") {
        let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (wanted, got) = (recorded(&root), evaluated(&root));
        compared += wanted.values().map(Leaves::len).sum::<usize>();
        for ((address, path), text) in differences(&wanted, &got) {
            match open.iter().position(|known| *known == (name.as_str(), address.as_str(), path.as_str())) {
                Some(at) => drop(open.remove(at)),
                None => wrong.push(format!("{name}: {address} {path}: {text}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(open, [], "these no longer differ: take them out of the list");
    assert!(compared > 2000, "{compared}");
}

#[test]
fn an_invented_value_is_a_difference() {
    let plan = |values: &str, unknown: &str| {
        let change = |json: &str| serde_json::from_str::<Json>(json).expect("JSON");
        let change = serde_json::json!({ "after": change(values), "after_unknown": change(unknown) });
        after(&serde_json::json!({ "resource_changes": [{ "address": "kubernetes_secret.s", "change": change }] }))
    };
    let terraform = plan(r#"{"a": 1, "l": [], "n": null}"#, r#"{"id": true}"#);
    for (values, unknown, path) in [
        (r#"{"a": 1, "l": [], "n": null, "b": 2}"#, r#"{"id": true}"#, "b"),
        (r#"{"a": 1, "l": [], "n": 0}"#, r#"{"id": true}"#, "n"),
        (r#"{"a": 1, "l": [], "id": "x"}"#, "{}", "id"),
        (r#"{"a": "1", "l": []}"#, r#"{"id": true}"#, "a"),
        (r#"{"a": 1, "l": [{}]}"#, r#"{"id": true}"#, "l"),
        (r#"{"l": []}"#, r#"{"id": true, "a": true}"#, "a"),
    ] {
        let found = differences(&terraform, &plan(values, unknown));
        assert!(found.contains_key(&("kubernetes_secret.s".into(), path.into())), "{values}: {found:?}");
    }
    assert_eq!(differences(&terraform, &terraform), BTreeMap::new());
}
