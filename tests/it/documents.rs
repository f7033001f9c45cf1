//! Plans, states and descriptions of clusters: what `kfplint` says of each.

mod against;
mod broken;
mod live;
mod plans;
mod readme;
mod state;
mod verdicts;

use crate::tree::{repository, run_in};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

/// A folder of the tests.
fn folder(name: &str) -> PathBuf {
    repository("tests").join(name)
}

/// Everything that kfplint prints in a folder, with its exit code.
fn printed(folder: &Path, args: &[&str]) -> String {
    let run = run_in(folder, args);
    format!("{}{}exit code {:?}\n", run.stdout, run.stderr, Some(run.code))
}

/// The JSON report of a check.
fn report(args: &[&str]) -> Json {
    run_in(&repository(""), &[&["check", "--format", "json"], args].concat()).json()
}
