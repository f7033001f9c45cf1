//! `kfplint console` against what `terraform console` 1.11.4 printed.

use crate::tree::{kfplint, repository};
use kfplint::cty::functions;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::Stdio;

/// The answer to one expression; `None` where it fails.
fn answer(expr: &str) -> Option<String> {
    let mut command = kfplint(&repository("tests/console"), &["console", "."]);
    let mut child = command.stdin(Stdio::piped()).spawn().expect("kfplint runs");
    writeln!(child.stdin.take().expect("a pipe"), "{expr}").expect("written");
    let done = child.wait_with_output().expect("kfplint ends");
    let text = String::from_utf8_lossy(&done.stdout).trim_end_matches('\n').to_string();
    done.status.success().then_some(text)
}

#[test]
fn expressions_are_answered_as_by_terraform() {
    let mut wrong = Vec::new();
    let recorded = [include_str!("../console/expressions.jsonl"), include_str!("../console/functions.jsonl")];
    for line in recorded.iter().flat_map(|text| text.lines()) {
        let case: Json = serde_json::from_str(line).expect("a line of JSON");
        let expr = case["expr"].as_str().expect("an expression");
        let got = answer(expr);
        if expr.contains(".pem") {
            // Terraform shows it; kfplint never shows a value made of a private key.
            assert_eq!(got.as_deref(), (case["status"] == "ok").then_some("(sensitive value)"), "{expr}");
            continue;
        }
        let want = (case["status"] == "ok").then(|| case["result"].as_str().unwrap_or_default().to_string());
        if got != want {
            wrong.push(format!("{expr}\n  want {want:?}\n  got  {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Functions beside Terraform's own: OpenTofu's, and those of the google provider that need no cloud.
const OURS: [&str; 3] = ["base64gunzip", "cidrcontains", "urldecode"];

#[test]
fn the_functions_are_those_of_terraform_and_ours() {
    let terraform: BTreeSet<&str> = include_str!("../console/functions.txt").lines().collect();
    let ours = functions::names().filter(|n| !n.starts_with("provider::google::"));
    let have: BTreeSet<&str> = ours.chain(["try", "can"]).filter(|n| !OURS.contains(n)).collect();
    // `type` is a function of the console alone.
    let have: BTreeSet<&str> = have.into_iter().filter(|n| *n != "type").collect();
    assert_eq!(have, terraform);
}
