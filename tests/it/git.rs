//! Repositories for tests.

use crate::tree::Tree;
use std::process::{Command, Output};

/// Runs git in a tree, as nobody in particular.
pub fn try_git(tree: &Tree, args: &[&str]) -> Output {
    Command::new("git")
        .args(["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(tree.path(""))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap()
}

/// The same, which has to succeed: its output.
pub fn git(tree: &Tree, args: &[&str]) -> String {
    let done = try_git(tree, args);
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// A repository with these files committed on `main`.
pub fn repository(files: &[(&str, &str)]) -> Tree {
    let tree = Tree::new(files);
    git(&tree, &["init", "-q", "-b", "main"]);
    commit(&tree);
    tree
}

/// Commits everything.
pub fn commit(tree: &Tree) {
    git(tree, &["add", "-A"]);
    git(tree, &["commit", "-q", "-m", "m", "--allow-empty"]);
}
