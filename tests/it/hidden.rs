//! Nothing is hidden: what Terraform would read is judged, or the report says that it was not and why.

mod called;
mod configuration;
mod folders;
mod functions;
mod modules;
mod rules;
mod terragrunt;

use crate::tree::{READY, TOO_FEW, Tree};
use serde_json::Value;

/// Exit code and verdict, where what is undecided fails.
fn outcome(tree: &Tree, args: &[&str]) -> (i32, String) {
    let run = tree.run(&[args, &["--undecided", "fail", "--format", "json"]].concat());
    let report: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}\n{}{}", run.stdout, run.stderr));
    (run.code, report["verdict"].as_str().unwrap().to_string())
}
