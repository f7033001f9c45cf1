//! `--timeout` is kept wherever the time goes, and a report that is cut short never passes.

use super::{findings, json, run};
use crate::git::git;
use crate::tree::{READY, Tree, skipped};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a run may take that has one second: an unoptimised build on a busy machine stays far below.
const LONG: Duration = Duration::from_secs(12);

fn account(i: usize) -> String {
    format!("resource \"google_service_account\" \"a{i}\" {{\n  account_id = \"X!\"\n  bogus{i} = 1\n}}\n")
}

#[test]
fn a_report_that_takes_too_long_to_write_has_the_worst_of_it() {
    let accounts: String = (0..15_000).map(account).collect();
    let tree = Tree::new(&[("main.tf", READY), ("more.tf", &accounts)]);
    let began = Instant::now();
    let ended = run(&tree, &["--timeout", "1", "--format", "html", "."]);
    assert!(began.elapsed() < LONG, "{:?}", began.elapsed());
    assert_eq!(ended.code, 1);
    // On a slow machine the time is up before there is a finding to leave out.
    assert!(["the report is without", "took longer than 1 s"].iter().any(|said| ended.stdout.contains(said)));
    assert!(ended.stdout.contains("not ready"));
    assert!(ended.stdout.len() < 10 << 20, "{}", ended.stdout.len());
}

#[test]
fn root_modules_that_are_not_reached_are_counted() {
    let tree = Tree::new(&[]);
    (0..250).for_each(|i| tree.write(&format!("r{i}/main.tf"), READY.as_bytes()));
    let names: Vec<String> = (0..250).map(|i| format!("r{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (report, code) = json(&tree, &[&["--timeout", "0"][..], &names].concat());
    let found = findings(&report, "TF006");
    assert_eq!((code, &report["verdict"]), (1, &"not-ready".into()));
    assert!(found.iter().any(|(m, ..)| m.starts_with("150 more root modules are not checked")), "{found:?}");
    assert!(found.len() < 110, "{}", found.len());
    for command in [&["graph"][..], &["suppressions"], &["baseline", "--output", "b.json"]] {
        let ended = run(&tree, &[command, &["--timeout", "0"], &names].concat());
        assert_eq!(ended.code, 1, "{command:?}: {}", ended.stderr);
        assert!(ended.stderr.contains("150 more root modules are not checked"), "{command:?}: {}", ended.stderr);
    }
}

#[test]
fn a_file_that_cannot_be_parsed_in_time_is_not_read() {
    let tree = Tree::new(&[("main.tf", READY), ("long.tf", &"# a comment of some length\n".repeat(800_000))]);
    let (report, code) = json(&tree, &["--timeout", "2", "."]);
    let found = findings(&report, "TF006");
    // Reading alone takes a slow machine the time.
    let late = [
        "this file is not read: it would take the run longer than 2 s",
        "this root module is not checked: the run took longer than 2 s",
    ];
    assert!(found.iter().any(|(m, place, _)| late.contains(&m.as_str()) && place == "long.tf:1"), "{found:?}");
    assert!(!skipped(&report).is_empty(), "{report}");
    assert_eq!(code, 1);
    let (report, code) = json(&tree, &["."]);
    assert_eq!((findings(&report, "TF006"), code), (vec![], 0), "it is no longer than a file may be");
}

#[test]
fn a_document_that_cannot_be_read_in_time_is_refused() {
    let plan = format!("{{\"format_version\":\"1.2\",\"planned_values\":{{}},\"x\":\"{}\"}}", "x".repeat(16 << 20));
    let ended = run(&Tree::new(&[("plan.json", &plan)]), &["--timeout", "1", "plan.json"]);
    assert!(ended.code == 2 && ended.stderr.contains("longer than 1 s"), "{} {}", ended.code, ended.stderr);
}

#[test]
fn a_commit_that_holds_itself_many_times() {
    let tree = Tree::new(&[("main.tf", READY)]);
    git(&tree, &["init", "-q"]);
    let made = |args: &[&str], input: String| {
        let mut git = Command::new("git");
        git.current_dir(tree.path("")).args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut git = git.spawn().unwrap();
        git.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        String::from_utf8(git.wait_with_output().unwrap().stdout).unwrap().trim().to_string()
    };
    let blob = made(&["hash-object", "-w", "main.tf"], String::new());
    let file = format!("100644 blob {blob}\tmain.tf\n");
    let mut top = made(&["mktree"], file.clone());
    for _ in 0..10 {
        let folders: String = (0..10).map(|i| format!("040000 tree {top}\td{i}\n")).collect();
        top = made(&["mktree"], folders + &file);
    }
    let name = ["-c", "user.name=a", "-c", "user.email=a@b.c"];
    let commit = made(&[&name[..], &["commit-tree", "-m", "bomb", &top]].concat(), String::new());
    let began = Instant::now();
    let ended = run(&tree, &["--since", &commit, "--timeout", "1", "."]);
    assert!(began.elapsed() < LONG, "{:?}", began.elapsed());
    assert!(ended.code == 2 && ended.stderr.contains("longer than 1 s"), "{} {}", ended.code, ended.stderr);
}

#[test]
fn a_reason_does_not_grow_with_what_is_found() {
    let member = "serviceAccount:p.svc.id.goog[kubeflow/strange${count.index}]";
    let bindings = format!(
        "resource \"google_service_account_iam_member\" \"b\" {{\n  count = 2000\n  service_account_id = \"projects/p/serviceAccounts/a@p.iam.gserviceaccount.com\"\n  \
         role = \"roles/iam.workloadIdentityUser\"\n  member = \"{member}\"\n}}\n"
    );
    let (report, _) = json(&Tree::new(&[("main.tf", READY), ("more.tf", &bindings)]), &["."]);
    assert!(findings(&report, "KFP105").len() >= 2000);
    let requirements = report["clusters"][0]["requirements"].as_array().unwrap();
    let longest = requirements.iter().filter_map(|r| r["reason"].as_str()).map(str::len).max();
    assert!(longest.is_some_and(|longest| longest < 10_000), "{longest:?}");
}
