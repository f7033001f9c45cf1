//! Folders and files that a walk may pass by.

use super::{READY, TOO_FEW, Tree, outcome};
use std::process::Command;

pub fn git(tree: &Tree, args: &[&str]) {
    let config = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "protocol.file.allow=always"];
    let done = Command::new("git").current_dir(tree.path("")).args(config).args(args).output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A repository with a ready root and these files, all of them tracked.
fn tracked(files: &[(&str, &str)]) -> Tree {
    let tree = Tree::new(&[("good/main.tf", READY)]);
    files.iter().for_each(|(path, text)| tree.write(path, text.as_bytes()));
    git(&tree, &["init", "-q"]);
    git(&tree, &["add", "-Af"]);
    tree
}

#[test]
fn hidden_folders_are_judged() {
    for dir in [".infra", ".github/infra", "a/.b/c"] {
        let tree = Tree::new(&[("good/main.tf", READY), (&format!("{dir}/main.tf"), TOO_FEW)]);
        assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()), "{dir}");
    }
    for dir in [".git", ".terraform/modules", ".terragrunt-cache/x"] {
        let tree = Tree::new(&[("good/main.tf", READY), (&format!("{dir}/main.tf"), TOO_FEW)]);
        assert_eq!(outcome(&tree, &[]), (0, "ready".into()), "{dir}");
    }
}

#[test]
fn what_is_ignored_but_tracked_is_judged() {
    for (patterns, at) in [
        ("bad/.gitignore", "*\n"),
        (".gitignore", "bad/\n"),
        (".gitignore", "/bad\n"),
        (".gitignore", "*.tf\n"),
        ("bad/.gitignore", "main.tf\n"),
        (".gitignore", "**/bad/**\n"),
    ] {
        for version in ["2", "3", "4"] {
            let tree = tracked(&[("bad/main.tf", TOO_FEW), (patterns, at), ("bad-1/x.txt", "")]);
            git(&tree, &["update-index", "--index-version", version]);
            assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()), "{patterns} {at} {version}");
        }
    }
    let tree = tracked(&[("bad/deep/er/main.tf", TOO_FEW)]);
    tree.write(".git/info/exclude", b"bad\n");
    assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()));
    assert_eq!(outcome(&tree, &["bad"]).0, 1, "by its name too");
}

#[test]
fn a_unit_that_is_ignored_but_tracked_is_judged() {
    let unit = "terraform {\n  source = \"../lib\"\n}\n";
    let library = TOO_FEW.replace("= 1", "= var.n") + "variable \"n\" {\n  default = 1\n}\n";
    let tree = tracked(&[("bad/terragrunt.hcl", unit), ("lib/main.tf", &library), (".gitignore", "bad\n")]);
    assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()));
}

#[test]
fn what_is_ignored_and_not_tracked_is_left_out_silently() {
    let tree = tracked(&[(".gitignore", "build/\nlocal.tf\n")]);
    tree.write("build/main.tf", TOO_FEW.as_bytes());
    tree.write("other/local.tf", TOO_FEW.as_bytes());
    assert_eq!(outcome(&tree, &[]), (0, "ready".into()));
    assert_eq!(tree.json(&[])["coverage"]["skipped"].as_array().unwrap().len(), 0);
    // A pattern that takes it back, as in Git.
    tree.write("other/.gitignore", b"!local.tf\n");
    assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()));
}

#[test]
fn where_nothing_tells_what_is_tracked_it_is_said() {
    let files = [("good/main.tf", READY), ("bad/main.tf", TOO_FEW), (".gitignore", "bad\n")];
    let tree = Tree::new(&files);
    assert_eq!(outcome(&tree, &[]), (1, "undecided".into()));
    let tree = tracked(&files);
    tree.write(".git/index", b"DIRC\0\0\0\x09\0\0\0\0");
    assert_eq!(outcome(&tree, &[]), (1, "undecided".into()));
    assert_eq!(tree.json(&[])["coverage"]["skipped"][0]["path"], "bad");
    let tree = Tree::new(&[("good/main.tf", READY), ("bad/x.txt", ""), (".gitignore", "bad\n")]);
    assert_eq!(outcome(&tree, &[]), (0, "ready".into()), "there is no Terraform in it");
}

#[test]
fn worktrees_have_their_own_index() {
    let tree = tracked(&[("bad/main.tf", TOO_FEW), (".gitignore", "bad\n")]);
    git(&tree, &["commit", "-qm", "x"]);
    git(&tree, &["worktree", "add", "-q", "work"]);
    assert_eq!(outcome(&tree, &["work"]), (1, "not-ready".into()));
}

#[test]
fn a_submodule_is_judged() {
    let inner = tracked(&[("main.tf", TOO_FEW)]);
    git(&inner, &["commit", "-qm", "x"]);
    for patterns in ["", "sub\n"] {
        let tree = tracked(&[(".gitignore", patterns)]);
        git(&tree, &["submodule", "add", "-f", inner.path("").to_str().unwrap(), "sub"]);
        assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()), "{patterns}");
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_are_all_read() {
    use std::os::unix::ffi::OsStrExt;
    let tree = Tree::new(&[("main.tf", READY)]);
    for byte in 0x80..0xa8 {
        let text =
            if byte == 0x85 { TOO_FEW.replace("\"c\"", "\"d\"") } else { format!("locals {{\n  a{byte} = 1\n}}\n") };
        let name = [byte, b'.', b't', b'f'];
        std::fs::write(tree.path("").join(std::ffi::OsStr::from_bytes(&name)), text).unwrap();
    }
    assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()));
    let report = tree.json(&[]);
    assert_eq!(report["coverage"]["files"], 41);
    assert_eq!(report["clusters"][1]["location"]["file"], "%85.tf");
}

#[test]
fn a_file_that_only_one_tool_reads_is_named() {
    let good = READY.replace("\"c\"", "\"d\"");
    for (tf, tofu) in
        [("main.tf", "main.tofu"), ("main.tf.json", "main.tofu.json"), ("x_override.tf", "x_override.tofu")]
    {
        let text = if tf.ends_with("json") { "{}" } else { "locals {}\n" };
        let tree = Tree::new(&[("good.tf", &good), (tf, text), (tofu, text)]);
        assert_eq!(outcome(&tree, &[]), (1, "undecided".into()), "{tf}");
        assert_eq!(tree.json(&[])["coverage"]["skipped"][0]["path"], tf);
        tree.write(".opentofu-version", b"1.10.0\n");
        assert_eq!(outcome(&tree, &[]), (1, "undecided".into()), "{tf}: a pull request may bring that file");
    }
    // What only OpenTofu reads may be what makes a cluster ready.
    let three = "resource \"google_container_cluster\" \"c\" {\n  initial_node_count = 3\n}\n";
    for (tofu, text) in [("more.tofu", "locals {}\n"), ("x_override.tofu", three)] {
        let tf = if text == three { TOO_FEW } else { READY };
        let tree = Tree::new(&[("main.tf", tf), (tofu, text)]);
        assert_eq!(outcome(&tree, &[]), (1, "undecided".into()), "{tofu}");
        assert_eq!(tree.json(&[])["coverage"]["skipped"][0]["path"], tofu);
        tree.write(".opentofu-version", b"1.10.0\n");
        assert_eq!(outcome(&tree, &[]), (0, "ready".into()), "{tofu}");
        tree.write(".terraform-version", b"1.11.4\n");
        assert_eq!(outcome(&tree, &[]), (1, "undecided".into()), "{tofu}");
    }
    assert_eq!(outcome(&Tree::new(&[("main.tofu", READY)]), &[]), (0, "ready".into()), "Terraform reads nothing there");
}
