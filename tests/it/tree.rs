//! A folder with files, and kfplint run in it.

use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A cluster that is ready by itself.
pub const READY: &str = r#"
resource "google_container_cluster" "c" {
  name               = "c"
  location           = "us-central1-a"
  initial_node_count = 3
  node_config {
    machine_type = "e2-standard-4"
    oauth_scopes = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}
"#;

/// The same with one node.
pub const TOO_FEW: &str = r#"
resource "google_container_cluster" "c" {
  name               = "c"
  location           = "us-central1-a"
  initial_node_count = 1
  node_config {
    machine_type = "e2-standard-4"
    oauth_scopes = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}
"#;

/// The same, its size left to a variable.
pub const OPEN: &str = r#"
variable "size" {
  type = number
}

resource "google_container_cluster" "c" {
  name               = "c"
  location           = "us-central1-a"
  initial_node_count = var.size
  node_config {
    machine_type = "e2-standard-4"
    oauth_scopes = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}
resource "google_storage_bucket" "artifacts" {
  name     = "artifacts"
  location = "US"
}
"#;

pub struct Tree {
    dir: TempDir,
}

/// What a run gave.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Tree {
    /// A folder with these files.
    pub fn new(files: &[(&str, &str)]) -> Tree {
        let tree = Tree { dir: TempDir::new().unwrap() };
        for (path, text) in files {
            tree.write(path, text.as_bytes());
        }
        tree
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    #[cfg(unix)]
    pub fn link(&self, target: &str, at: &str) {
        std::fs::create_dir_all(self.path(at).parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, self.path(at)).unwrap();
    }

    pub fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, &[], "")
    }

    pub fn run_with(&self, args: &[&str], env: &[(&str, &str)], stdin: &str) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kfplint"));
        command.current_dir(self.dir.path()).args(args).envs(env.iter().copied()).env_remove("TF_WORKSPACE");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that refuses its arguments ends before it reads anything, and its pipe may be gone by then.
        let written = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        assert!(written.as_ref().err().is_none_or(|e| e.kind() == ErrorKind::BrokenPipe), "{written:?}");
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        Run {
            code: status.code().unwrap(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// The JSON report.
    pub fn json(&self, args: &[&str]) -> Value {
        let run = self.run(&[args, &["--format", "json"]].concat());
        serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}\n{}{}", run.stdout, run.stderr))
    }

    /// The root modules that were checked, by what was found in them: files of [`FAULT`] show every one.
    pub fn roots(&self, args: &[&str]) -> Vec<String> {
        let report = self.json(args);
        let found: BTreeSet<String> = report["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|d| d["message"].as_str().unwrap().contains("nowhere"))
            .map(|d| d["root"].as_str().unwrap().to_string())
            .collect();
        found.into_iter().collect()
    }
}

/// A configuration with one fault, which shows that its root was checked.
pub const FAULT: &str = "locals {\n  x = var.nowhere\n}\n";

/// The paths of a report's skipped files, with the reasons.
pub fn skipped(report: &Value) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap().to_string();
    report["coverage"]["skipped"].as_array().unwrap().iter().map(|s| (text(&s["path"]), text(&s["why"]))).collect()
}
