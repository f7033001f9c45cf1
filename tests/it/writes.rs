//! What kfplint writes, and what it does not overwrite.

use crate::git::repository;
use crate::tree::{READY, TOO_FEW, Tree};
use kfplint::report::Format;
use std::process::{Command, Stdio};

fn text(tree: &Tree, path: &str) -> String {
    std::fs::read_to_string(tree.path(path)).unwrap()
}

/// Everything in a folder, hidden files too.
fn names(tree: &Tree, path: &str) -> Vec<String> {
    let name = |e: std::io::Result<std::fs::DirEntry>| e.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = std::fs::read_dir(tree.path(path)).unwrap().map(name).collect();
    names.sort();
    names
}

#[test]
fn a_configuration_overwrites_nothing_but_reports() {
    let tree =
        repository(&[("main.tf", TOO_FEW), ("ci.yml", "on: push\n"), ("state", "{\"version\":4}"), ("empty", "")]);
    for format in Format::ALL.map(Format::name) {
        for file in ["main.tf", "ci.yml", "state"] {
            let before = text(&tree, file);
            tree.write("kfplint.toml", format!("output = [\"{format}={file}\"]\n").as_bytes());
            let run = tree.run(&[]);
            assert_eq!((run.code, text(&tree, file)), (2, before), "{format}={file}");
            assert!(run.stderr.contains(&format!("{file}`")) && run.stderr.contains("--output"), "{}", run.stderr);
        }
        tree.write("kfplint.toml", format!("output = [\"{format}=reports.{format}\"]\n").as_bytes());
        assert_eq!(tree.run(&[]).code, 1, "a new file");
        let written = text(&tree, &format!("reports.{format}"));
        assert!(!written.is_empty());
        assert_eq!(tree.run(&[]).code, 1, "{format}: what kfplint wrote, it may write again");
        let asked = tree.run(&["--output", &format!("{format}=ci.yml")]);
        assert_eq!(asked.code, 1, "{}", asked.stderr);
        assert_ne!(text(&tree, "ci.yml"), "on: push\n", "the command line may overwrite anything");
        tree.write("ci.yml", b"on: push\n");
    }
    tree.write("kfplint.toml", b"output = [\"json=terraform.tfvars.json\"]\n");
    assert_eq!(tree.run(&[]).code, 2, "Terraform would read it");
    assert!(!tree.path("terraform.tfvars.json").exists());
}

#[test]
fn reports_without_findings_may_be_written_again() {
    let tree = repository(&[("main.tf", READY)]);
    for format in Format::ALL.map(Format::name) {
        tree.write("kfplint.toml", format!("ignore = [\"KFP402\"]\noutput = [\"{format}=r.{format}\"]\n").as_bytes());
        assert_eq!((tree.run(&[]).code, tree.run(&[]).code), (0, 0), "{format}");
    }
}

#[test]
#[cfg(unix)]
fn links_out_of_the_repository_are_not_written_through() {
    let outside = Tree::new(&[("precious", "precious\n")]);
    let tree = repository(&[("main.tf", TOO_FEW), ("inside.json", "{}")]);
    let out = outside.path("").display().to_string();
    tree.link(&format!("{out}/precious"), "report.json");
    tree.link(&format!("{out}/new"), "kfplint-baseline.json");
    tree.link(&out, "folder");
    tree.link("nowhere", "dangling.json");
    tree.link(".git/config", "config.json");
    tree.link("report.json", "chain.json");
    for file in ["report.json", "folder/new.json", "dangling.json", "config.json", "chain.json", "folder/../new/x.json"]
    {
        let before = text(&tree, ".git/config");
        let run = tree.run(&["--output", &format!("json={file}")]);
        assert_eq!((run.code, text(&tree, ".git/config")), (2, before), "{file}: {}", run.stderr);
        let absolute = tree.path(file).display().to_string();
        assert_eq!(tree.run(&["--output", &format!("json={absolute}")]).code, 2, "{absolute}");
    }
    let run = tree.run(&["baseline"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("kfplint-baseline.json") && run.stderr.contains("link"), "{}", run.stderr);
    assert_eq!(tree.run(&["init", "folder"]).code, 2);
    assert_eq!((names(&outside, ""), text(&outside, "precious").as_str()), (vec!["precious".into()], "precious\n"));
    tree.link("inside.json", "link.json");
    assert_eq!(tree.run(&["--output", "json=link.json"]).code, 1);
    assert!(text(&tree, "inside.json").contains("\"verdict\""), "a link inside of it is followed");
    assert!(tree.path("link.json").is_symlink());
    let elsewhere = format!("json={out}/report.json");
    assert_eq!(tree.run(&["--output", &elsewhere]).code, 1, "the user may name any place");
}

#[test]
#[cfg(unix)]
fn a_file_is_replaced_as_a_whole_with_its_mode_and_owner() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let tree = repository(&[("main.tf", &TOO_FEW.replace("oauth_scopes", "#")), ("r.json", "old")]);
    let set = |path: &str, mode| {
        std::fs::set_permissions(tree.path(path), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set("r.json", 0o640);
    let root = chown(tree.path("r.json"), Some(1234), Some(4321)).is_ok();
    std::fs::hard_link(tree.path("r.json"), tree.path("twin.json")).unwrap();
    let before = std::fs::metadata(tree.path("r.json")).unwrap();
    let run = tree.run(&["--output", "json=r.json"]);
    let after = std::fs::metadata(tree.path("r.json")).unwrap();
    assert_eq!((after.mode(), after.nlink()), (before.mode(), 1));
    if root {
        assert_eq!((after.uid(), after.gid()), (1234, 4321));
    }
    assert!(
        run.stderr.contains("`r.json` had 1 more hard link(s)") || run.stderr.contains("r.json` had 1"),
        "{}",
        run.stderr
    );
    assert_eq!(text(&tree, "twin.json"), "old", "the other link keeps the old content");
    set("r.json", 0o440);
    let run = tree.run(&["--output", "json=r.json"]);
    assert!(run.code == 2 && run.stderr.contains("read-only"), "{}", run.stderr);
    assert!(names(&tree, "").iter().all(|name| !name.starts_with(".kfplint-")), "{:?}", names(&tree, ""));
}

#[test]
#[cfg(unix)]
fn streams_are_written_to_where_they_are() {
    let tree = repository(&[("main.tf", TOO_FEW)]);
    let run = tree.run(&["--quiet", "--output", "compact=/dev/stdout"]);
    assert!(run.stdout.contains("main.tf:5:24: error KFP001") && run.stdout.contains("NOT READY"), "{}", run.stdout);
    assert_eq!(tree.run(&["--output", "json=/dev/null"]).code, 1);
    let run = tree.run(&["--output", "compact=/dev/stderr"]);
    assert!(run.stderr.contains("main.tf:5:24: error KFP001"), "{}", run.stderr);
}

#[test]
#[cfg(target_os = "linux")]
fn a_signal_leaves_nothing_behind() {
    let tree = repository(&[("main.tf", TOO_FEW)]);
    let made = Command::new("mkfifo").arg(tree.path("pipe")).status().unwrap();
    assert!(made.success());
    // The first file is written, the second waits for a reader that never comes.
    let mut command = Command::new(env!("CARGO_BIN_EXE_kfplint"));
    command.args(["--output", "json=r.json", "--output", "json=pipe"]).current_dir(tree.path(""));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = std::time::Instant::now();
    while !tree.path("r.json").exists() && began.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let signal = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(signal.success());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert!(names(&tree, "").iter().all(|name| !name.starts_with(".kfplint-")), "{:?}", names(&tree, ""));
}
