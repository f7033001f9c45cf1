//! A folder with files, kfplint run in it, and its report. Tests that need files or a run use these.

use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
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

/// A finished run.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    fn of(output: Output) -> Run {
        Run {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The report or document that it printed as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}\n{}{}", self.stdout, self.stderr))
    }
}

/// A file or folder of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The files and folders directly in a folder of the repository, sorted.
pub fn entries(path: &str) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(repository(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    let mut entries: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

/// All files with this extension in a folder of the repository and below, sorted; Git may ignore them.
pub fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(repository(folder)).sort_by_file_name().into_iter();
    let files = walk.map(|entry| entry.unwrap_or_else(|e| panic!("{folder}: {e}")).into_path());
    files.filter(|path| path.extension().is_some_and(|e| e == extension)).collect()
}

/// kfplint in a folder, not yet started: without input, and without the variables that Terraform or the provider reads.
pub fn kfplint(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kfplint"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GOOGLE_") || name.starts_with("TF_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).args(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs kfplint in a folder.
pub fn run_in(folder: &Path, args: &[&str]) -> Run {
    Run::of(kfplint(folder, args).output().unwrap())
}

/// The JSON report on a root module with this one file.
pub fn check(text: &str) -> Value {
    Tree::new(&[("main.tf", text)]).json(&[])
}

/// The code of each diagnostic of a report, in its order.
pub fn codes(report: &Value) -> Vec<&str> {
    report["diagnostics"].as_array().unwrap().iter().map(|d| d["code"].as_str().unwrap()).collect()
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

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
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
        let mut command = self.command(args);
        command.envs(env.iter().copied()).stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that refuses its arguments ends before it reads anything, and its pipe may be gone by then.
        let written = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        assert!(written.as_ref().err().is_none_or(|e| e.kind() == ErrorKind::BrokenPipe), "{written:?}");
        Run::of(child.wait_with_output().unwrap())
    }

    /// kfplint in this folder, not yet started.
    pub fn command(&self, args: &[&str]) -> Command {
        kfplint(self.dir.path(), args)
    }

    /// The JSON report.
    pub fn json(&self, args: &[&str]) -> Value {
        self.run(&[args, &["--format", "json"]].concat()).json()
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
