//! States: `terraform show -json` of one, and `terraform.tfstate`.

use super::{folder, hold, kfplint_in, printed};

#[test]
fn both_forms_of_a_state_are_judged_alike() {
    let here = folder("documents/state");
    let shown = printed(&here, &["state.json", "--verbose"]);
    hold(&here.join("state.txt"), &shown);
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
    use std::io::Write;
    let here = folder("documents/state");
    let state = std::fs::read(here.join("state.json")).expect("a fixture");
    let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_kfplint"))
        .args(["-", "--format", "json"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("kfplint runs");
    run.stdin.take().expect("a pipe").write_all(&state).expect("it reads");
    let done = run.wait_with_output().expect("it ends");
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
    assert_eq!(report["clusters"][0]["root"], "stdin");
    let done = kfplint_in(&folder("plan"), &["basic-zonal", "../documents/state/state.json", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
    let roots: Vec<&str> =
        report["clusters"].as_array().expect("clusters").iter().filter_map(|c| c["root"].as_str()).collect();
    assert_eq!(roots, ["../documents/state/state.json", "../documents/state/state.json", "basic-zonal"]);
}
