//! Plans, states and descriptions of clusters: what `kfplint` says of each.

mod against;
mod broken;
mod live;
mod plans;
mod readme;
mod state;
mod verdicts;

use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder of the tests.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// kfplint in a folder, with nothing in the environment that the provider would read.
fn kfplint_in(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kfplint"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GOOGLE_") || name.starts_with("TF_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).args(args).env("NO_COLOR", "1").stdin(Stdio::null()).output().expect("kfplint runs")
}

/// kfplint in the repository.
fn kfplint(args: &[&str]) -> Output {
    kfplint_in(Path::new(env!("CARGO_MANIFEST_DIR")), args)
}

/// Everything that kfplint prints in a folder, with its exit code.
fn printed(folder: &Path, args: &[&str]) -> String {
    let done = kfplint_in(folder, args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}exit code {:?}\n", text(&done.stdout), text(&done.stderr), done.status.code())
}

/// Holds a text against a file of the tests; `UPDATE=1` writes it anew.
fn hold(file: &Path, text: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file, text).expect("a snapshot");
        return;
    }
    let expected = std::fs::read_to_string(file).unwrap_or_default();
    let mut lines = text.lines().zip(expected.lines());
    let differs = lines.find(|(now, before)| now != before);
    let shown = file.display();
    assert!(text == expected, "{shown}: {differs:?} (now, before); if this is right, run with UPDATE=1");
}

/// The JSON report of a check.
fn report(args: &[&str]) -> Json {
    let done = kfplint(&[&["check", "--format", "json"], args].concat());
    let said = String::from_utf8_lossy(&done.stderr);
    serde_json::from_slice(&done.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}: {said}"))
}
