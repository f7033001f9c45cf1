//! States: `terraform show -json` of one, and `terraform.tfstate`.

use super::{folder, printed};
use crate::snapshot::snapshot;
use crate::tree::{Tree, repository, run_in};

#[test]
fn both_forms_of_a_state_are_judged_alike() {
    let here = folder("documents/state");
    let shown = printed(&here, &["state.json", "--verbose"]);
    snapshot("tests/documents/state", "state", &shown);
    let raw = printed(&here, &["terraform.tfstate", "--verbose"]);
    // The same but for where in the file things stand.
    let bare = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split_once(" (").map_or(line, |(before, _)| before).to_string()).collect()
    };
    assert_eq!(bare(&shown), bare(&raw));
    assert!(
        raw.contains("(terraform.tfstate#/resources/1/instances/0/attributes/node_config/0/machine_type)"),
        "{raw}"
    );
}

#[test]
fn nothing_secret_is_printed() {
    let here = folder("documents/state");
    for file in ["state.json", "terraform.tfstate"] {
        for format in ["human", "json"] {
            let text = printed(&here, &[file, "--verbose", "--format", format]);
            assert!(!text.contains("topsecret") && !text.contains("203.0.113.10"), "{text}");
        }
    }
}

#[test]
fn a_state_is_read_from_stdin_and_beside_folders() {
    let here = repository("tests/documents/state");
    let state = std::fs::read_to_string(here.join("state.json")).expect("a fixture");
    let report = Tree::new(&[]).run_with(&["-", "--format", "json"], &[], &state).json();
    assert_eq!(report["clusters"][0]["root"], "stdin");
    let args = ["basic-zonal", "../documents/state/state.json", "--format", "json"];
    let report = run_in(&repository("tests/plan"), &args).json();
    let roots: Vec<&str> =
        report["clusters"].as_array().expect("clusters").iter().filter_map(|c| c["root"].as_str()).collect();
    assert_eq!(roots, ["../documents/state/state.json", "../documents/state/state.json", "basic-zonal"]);
}
