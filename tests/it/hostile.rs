//! Hostile input: each ends in time, and says what was left out. `benches/hostile.py` has the same and more at full size.

mod budgets;
mod bytes;
mod logs;
#[cfg(unix)]
mod places;
mod quadratic;
mod secrets;
mod sensitive;
mod time;
mod values;

use crate::tree::{READY, Tree};
use serde_json::Value;
use std::process::Child;
use std::time::{Duration, Instant};

/// After so long a run is stopped: far more than any takes here.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a run gave that ended by itself.
pub struct Ended {
    /// The exit code.
    pub code: i32,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

/// Waits for the end of a run; the test fails where it does not come, or where kfplint itself failed.
pub fn ended(mut child: Child) -> Ended {
    use std::io::Read;
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = out.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let errors = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = err.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let began = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if began.elapsed() > PATIENCE => {
                child.kill().unwrap();
                panic!("it does not end");
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let ended =
        Ended { code: status.code().unwrap_or(-1), stdout: read.join().unwrap(), stderr: errors.join().unwrap() };
    assert!((0..=3).contains(&ended.code) && !ended.stderr.contains("panicked"), "{status}: {}", ended.stderr);
    ended
}

/// A run in a folder, to its end.
pub fn run(tree: &Tree, args: &[&str]) -> Ended {
    ended(tree.command(args).spawn().unwrap())
}

/// The JSON report, and the exit code.
pub fn json(tree: &Tree, args: &[&str]) -> (Value, i32) {
    let ended = run(tree, &[args, &["--format", "json"]].concat());
    let report = serde_json::from_str(&ended.stdout).unwrap_or_else(|e| panic!("{e}: {}", ended.stderr));
    (report, ended.code)
}

/// The findings of one code: message, `file:line`, help.
pub fn findings(report: &Value, code: &str) -> Vec<(String, String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
    let of = |d: &Value| {
        let at = &d["primary"];
        (text(&d["message"]), format!("{}:{}", text(&at["file"]), at["start"]["line"]), text(&d["help"][0]))
    };
    let all = report["diagnostics"].as_array().unwrap();
    all.iter().filter(|d| d["code"] == code).map(of).collect()
}

/// The status of a requirement of the only cluster.
pub fn status(report: &Value, code: &str) -> String {
    let clusters = report["clusters"].as_array().unwrap();
    assert_eq!(clusters.len(), 1, "{clusters:#?}");
    let all = clusters[0]["requirements"].as_array().unwrap();
    all.iter().find(|r| r["code"] == code).map(|r| r["status"].as_str().unwrap().to_string()).unwrap_or_default()
}

/// A cluster that is ready, with more beside it: what becomes of both. The cluster is judged as if it were alone.
pub fn beside(more: &str) -> Value {
    let tree = Tree::new(&[("main.tf", READY), ("more.tf", more)]);
    let (report, code) = json(&tree, &[]);
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(report["clusters"][0]["verdict"], "ready", "{report:#}");
    report
}

/// The first TF006 beside a cluster that is ready: its message and its place.
pub fn over(more: &str) -> (String, String) {
    let report = beside(more);
    let all = findings(&report, "TF006");
    assert!(all.iter().all(|(_, _, help)| !help.is_empty()), "{all:?}");
    let (message, place, _) = all.into_iter().next().unwrap_or_else(|| panic!("{report:#}"));
    (message, place)
}
