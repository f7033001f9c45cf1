//! `--since` on hostile repositories: git runs nothing, and nothing is written.

use crate::git::{commit, git, repository, try_git};
use crate::tree::{OPEN, READY, Run, TOO_FEW, Tree};
use std::io::Write;
use std::process::{Command, Stdio};

/// Every setting that makes git run something, each of which writes the file `run` into the tree.
fn settings(tree: &Tree) -> String {
    let run = format!("touch {}; false", tree.path("run").display());
    format!(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = \"{run}\"\n\thooksPath = hooks\n\
         \tsshCommand = \"{run}\"\n\tgitProxy = \"{run}\"\n\taskPass = \"{run}\"\n\talternateRefsCommand = \"{run}\"\n\
         \tpager = \"{run}\"\n\teditor = \"{run}\"\n\tattributesFile = attributes\n\
         [credential]\n\thelper = \"!{run}\"\n[filter \"f\"]\n\tsmudge = \"{run}\"\n\tclean = \"{run}\"\n\trequired = true\n\
         [diff \"f\"]\n\ttextconv = \"{run}\"\n\tcommand = \"{run}\"\n[alias]\n\tcat-file = \"!{run}\"\n\trev-parse = \"!{run}\"\n\
         [gpg]\n\tprogram = \"{run}\"\n[pager]\n\trev-parse = \"{run}\"\n\tcat-file = \"{run}\"\n[uploadpack]\n\tpackObjectsHook = \"{run}\"\n"
    )
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// `--since main`, with a folder for temporary files that cannot be written to.
fn since(tree: &Tree, path: &str) -> Run {
    tree.run_with(&["--since", "main", path], &[("TMPDIR", "/nonexistent")], "")
}

/// A repository, in the folder `infra` of which a pull request adds files that look like a bare repository.
fn with_bare_repository() -> Tree {
    let inner = repository(&[("main.tf", READY)]);
    git(&inner, &["pack-refs", "--all"]);
    let tree = repository(&[("infra/main.tf", TOO_FEW)]);
    for name in ["HEAD", "packed-refs"] {
        std::fs::copy(inner.path(&format!(".git/{name}")), tree.path(&format!("infra/{name}"))).unwrap();
    }
    copy(&inner.path(".git/objects"), &tree.path("infra/objects"));
    tree.write("infra/refs/.keep", b"");
    tree.write("infra/config", settings(&tree).as_bytes());
    tree.write("infra/main.tf", READY.as_bytes());
    tree
}

#[test]
fn a_folder_that_looks_like_a_repository_is_none() {
    let tree = with_bare_repository();
    let report = tree.json(&["--since", "main", "infra"]);
    assert_eq!(report["since"]["verdicts"][0]["before"], "not-ready", "main is the branch of the repository around it");
    assert!(!tree.path("run").exists());
    std::fs::remove_dir_all(tree.path(".git")).unwrap();
    let run = since(&tree, "infra");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("there is no repository"), "{}", run.stderr);
    assert!(!tree.path("run").exists());
}

#[test]
fn a_file_that_names_a_folder_of_the_tree_as_its_repository_is_refused() {
    let tree = with_bare_repository();
    std::fs::rename(tree.path("infra"), tree.path("planted")).unwrap();
    tree.write("infra/main.tf", READY.as_bytes());
    tree.write("infra/.git", b"gitdir: ../planted\n");
    let run = since(&tree, "infra");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("which is not trusted"), "{}", run.stderr);
    assert!(!tree.path("run").exists());
}

#[test]
fn settings_that_come_from_the_tree_run_nothing() {
    let tree = repository(&[("infra/main.tf", READY), (".gitattributes", "* filter=f diff=f\n")]);
    tree.write("infra/main.tf", TOO_FEW.as_bytes());
    tree.write("settings", settings(&tree).replace("\tworktree = .\n", "").as_bytes());
    let hook = "#!/bin/sh\ntouch run\n";
    for name in ["post-index-change", "reference-transaction", "post-checkout"] {
        tree.write(&format!(".git/hooks/{name}"), hook.as_bytes());
    }
    git(&tree, &["config", "include.path", "../settings"]);
    let run = since(&tree, "infra");
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("(was ready)"), "{}", run.stdout);
    assert!(!tree.path("run").exists());
}

#[test]
fn what_a_partial_clone_lacks_is_said_and_not_fetched() {
    let tree = repository(&[("infra/main.tf", READY), ("infra/variables.tf", "locals {}\n")]);
    let lost = git(&tree, &["rev-parse", "HEAD:infra/main.tf"]);
    std::fs::remove_file(tree.path(&format!(".git/objects/{}/{}", &lost[..2], lost[2..].trim()))).unwrap();
    let run = format!("touch {}", tree.path("run").display());
    for (name, value) in [
        ("extensions.partialClone", "origin"),
        ("core.repositoryFormatVersion", "1"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", "ext::sh -c touch% run"),
        ("remote.origin.uploadpack", &run),
        ("protocol.ext.allow", "always"),
    ] {
        git(&tree, &["config", name, value]);
    }
    let run = since(&tree, "infra");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("cannot read `main`") && run.stderr.contains("fetch"), "{}", run.stderr);
    assert!(!tree.path("run").exists());
}

#[test]
#[cfg(unix)]
fn links_of_the_commit_are_followed_in_the_commit_and_lead_nowhere_else() {
    let outside = Tree::new(&[("main.tf", TOO_FEW)]);
    let tree = Tree::new(&[(".gitignore", "*.tfvars\n"), ("real/main.tf", OPEN)]);
    tree.link(&outside.path("").display().to_string(), "infra");
    tree.link(&outside.path("stolen.txt").display().to_string(), "secret.auto.tfvars");
    tree.link("real", "way");
    tree.link("loop", "loop");
    tree.link("..", "real/up");
    git(&tree, &["init", "-q", "-b", "main"]);
    git(&tree, &["add", "-A", "-f"]);
    commit(&tree);
    for link in ["infra", "secret.auto.tfvars", "way"] {
        std::fs::remove_file(tree.path(link)).unwrap();
    }
    tree.write("infra/main.tf", READY.as_bytes());
    tree.write("infra/.terraform/modules/modules.json", b"{\"Modules\":[]}");
    tree.write("way/main.tf", OPEN.as_bytes());
    tree.write("secret.auto.tfvars", b"token = \"private\"\n");
    let run = since(&tree, ".");
    assert!(run.stdout.contains("READY  google_container_cluster.c  infra/main.tf"), "{}{}", run.stdout, run.stderr);
    let there: Vec<_> = std::fs::read_dir(outside.path("")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(there, ["main.tf"]);
}

#[test]
fn names_that_lead_elsewhere_are_no_files_of_the_commit() {
    let tree = repository(&[("infra/main.tf", READY)]);
    let blob = git(&tree, &["hash-object", "-w", "infra/main.tf"]);
    let id: Vec<u8> = (0..20).map(|i| u8::from_str_radix(&blob[2 * i..2 * i + 2], 16).unwrap()).collect();
    let names: [&[u8]; 7] = [b"..", b".git", b"/etc", b"..\\up.tf", b"\xff\xfe.tf", b"a/b.tf", b"main.tf"];
    let object: Vec<u8> = names.iter().flat_map(|n| [b"100644 ", *n, b"\0", id.as_slice()].concat()).collect();
    let mut write = Command::new("git");
    write.args(["hash-object", "-t", "tree", "-w", "--literally", "--stdin"]).current_dir(tree.path(""));
    let mut child = write.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&object).unwrap();
    let id = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let new = git(&tree, &["commit-tree", "-m", "m", id.trim()]);
    git(&tree, &["update-ref", "refs/heads/odd", new.trim()]);
    let run = tree.run(&["--since", "odd", "."]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn a_tree_that_holds_itself_many_times_ends_with_the_budget() {
    let tree = repository(&[("infra/main.tf", READY)]);
    let mut id = git(&tree, &["rev-parse", "HEAD^{tree}"]).trim().to_string();
    for _ in 0..12 {
        let mut make = Command::new("git");
        make.arg("mktree").current_dir(tree.path("")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = make.spawn().unwrap();
        let lines: String = (0..12).map(|i| format!("040000 tree {id}\tfolder{i:02}\n")).collect();
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        id = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_string();
    }
    let new = git(&tree, &["commit-tree", "-m", "m", &id]);
    git(&tree, &["update-ref", "refs/heads/bomb", new.trim()]);
    let began = std::time::Instant::now();
    let run = tree.run(&["--since", "bomb", "--timeout", "1", "."]);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("cannot read `bomb`"), "{}", run.stderr);
    assert!(began.elapsed().as_secs() < 20);
}

#[test]
fn only_a_commit_is_taken_for_a_reference() {
    let tree = repository(&[("infra/main.tf", READY)]);
    for reference in ["--all", "-h", "main:infra", "^main", "", "main..main", "--git-dir=infra", "main\n--all"] {
        let run = tree.run(&[&format!("--since={reference}"), "infra"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{reference}");
    }
    assert_eq!(tree.run(&["--since=main^{/m}", "infra"]).code, 0);
}

#[test]
#[cfg(unix)]
fn a_submodule_whose_folder_is_a_link_now_is_not_followed() {
    let library = repository(&[("main.tf", OPEN)]);
    let tree = repository(&[("infra/main.tf", "module \"c\" {\n  source = \"../modules\"\n  size   = 3\n}\n")]);
    let url = library.path("").display().to_string();
    git(&tree, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "modules"]);
    commit(&tree);
    std::fs::rename(tree.path("modules"), tree.path("elsewhere")).unwrap();
    tree.link("elsewhere", "modules");
    let report = tree.json(&["--since", "main", "infra"]);
    assert_eq!(report["since"]["verdicts"][0]["before"], serde_json::Value::Null, "{report}");
}

#[test]
fn what_a_pull_request_brings_along_is_new_though_git_ignores_it() {
    let tree = repository(&[(".gitignore", "*.tfvars\n.terraform\n"), ("infra/main.tf", OPEN)]);
    tree.write("infra/terraform.tfvars", b"size = 3\n");
    assert_eq!(tree.json(&["--since", "main"])["since"]["verdicts"], serde_json::json!([]), "the user's own");
    git(&tree, &["add", "-f", "infra/terraform.tfvars"]);
    commit(&tree);
    let verdict = tree.json(&["--since", "HEAD~1"])["since"]["verdicts"][0].clone();
    assert_eq!((&verdict["before"], &verdict["now"]), (&"undecided".into(), &"ready".into()));
}

#[test]
fn a_shallow_clone_says_what_it_lacks() {
    let tree = repository(&[("infra/main.tf", READY)]);
    commit(&tree);
    let clone = Tree::new(&[]);
    let url = format!("file://{}", tree.path("").display());
    git(&clone, &["clone", "-q", "--depth=1", &url, "c"]);
    let run = clone.run(&["--since", "HEAD~1", "c"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("git has no commit `HEAD~1`") && run.stderr.contains("fetch"), "{}", run.stderr);
    assert!(try_git(&clone, &["-C", "c", "status", "--porcelain"]).stdout.is_empty());
}
