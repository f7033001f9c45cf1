//! The static plan against what Terraform 1.11.4 planned with the google provider (August 2026): every folder of
//! `tests/plan` is a root module, and its `expected.json` has what the configuration's own arguments became.

use crate::tree::{entries, run_in};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;

type Leaves = BTreeMap<String, Json>;

const UNKNOWN: &str = "(known after apply)";

/// The known leaves of a value, and the unknown ones as [`UNKNOWN`].
fn leaves(value: &Json, unknown: &Json, path: &str, out: &mut Leaves) {
    if *unknown == Json::Bool(true) {
        out.insert(path.to_string(), UNKNOWN.into());
        return;
    }
    match (value, unknown) {
        (Json::Object(_), _) | (_, Json::Object(_)) => {
            let keys =
                |json: &Json| json.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
            for key in keys(value).into_iter().chain(keys(unknown)) {
                let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                leaves(&value[&key], &unknown[&key], &inner, out);
            }
        }
        (Json::Array(_), _) | (_, Json::Array(_)) => {
            let len = |json: &Json| json.as_array().map_or(0, Vec::len);
            for i in 0..len(value).max(len(unknown)) {
                leaves(&value[i], &unknown[i], &format!("{path}.{i}"), out);
            }
        }
        (Json::Null, _) => {}
        _ => {
            out.insert(path.to_string(), canonical(value));
        }
    }
}

/// Terraform prints 3 and "3" by the schema's type, which is not known for every provider.
fn canonical(value: &Json) -> Json {
    match value {
        Json::Bool(_) | Json::Number(_) => value.to_string().into(),
        other => other.clone(),
    }
}

/// An empty or default leaf of a nested block that the configuration did not write.
fn is_default(path: &str, value: &Json) -> bool {
    path.contains('.') && (*value == canonical(&0.into()) || matches!(value.as_str(), Some("" | "false")))
}

fn planned(root: &Path) -> BTreeMap<String, (Json, Json)> {
    let run = run_in(root, &["evaluate", "."]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "Terraform found nothing wrong with {}", root.display());
    let plan = run.json();
    let changes = plan["resource_changes"].as_array().cloned().unwrap_or_default();
    let one = |c: &Json| {
        let address = c["address"].as_str().unwrap_or_default().to_string();
        (address, (c["change"]["after"].clone(), c["change"]["after_unknown"].clone()))
    };
    changes.iter().map(one).collect()
}

#[test]
fn instances_and_values_are_those_of_terraform_plan() {
    let mut wrong = Vec::new();
    let roots = entries("tests/plan");
    assert!(roots.len() >= 12);
    for root in roots {
        let text = std::fs::read_to_string(root.join("expected.json")).expect("a fixture");
        let expected: BTreeMap<String, Json> = serde_json::from_str(&text).expect("JSON");
        let have = planned(&root);
        let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let addresses: Vec<&String> = have.keys().collect();
        if !addresses.iter().copied().eq(expected.keys()) {
            wrong.push(format!("{name}: instances are {addresses:?}"));
        }
        for (address, want) in &expected {
            let Some((values, unknown)) = have.get(address) else { continue };
            let (mut wanted, mut got) = (Leaves::new(), Leaves::new());
            leaves(&want["values"], &want["unknown"], "", &mut wanted);
            leaves(values, unknown, "", &mut got);
            for (path, value) in wanted {
                let found = got.get(&path);
                // A provider whose schema is not known: its defaults inside nested blocks are not either.
                let default = is_default(&path, &value) || address.starts_with("kubernetes_");
                let right = found == Some(&value) || found.is_none() && (value == UNKNOWN || default);
                if !right {
                    wrong.push(format!("{name}: {address} {path}: want {value}, got {found:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
