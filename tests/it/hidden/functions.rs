//! Functions whose answer depends on where Terraform runs.

use super::{READY, Tree, outcome};

/// A cluster that is too small where a condition holds.
fn verdict(condition: &str, files: &[(&str, &str)]) -> String {
    let text = READY.replace("= 3", &format!("= {condition} ? 1 : 3"));
    let tree = Tree::new(files);
    tree.write("a/main.tf", text.as_bytes());
    tree.write(".git/HEAD", b"");
    outcome(&tree, &["a"]).1
}

#[test]
fn the_folder_and_the_user_that_run_terraform_are_not_known() {
    for condition in [
        "startswith(path.cwd, \"/home/runner\")",
        "startswith(abspath(path.module), \"/home/runner\")",
        "strcontains(abspath(\"x\"), \"runner\")",
        "startswith(pathexpand(\"~/x\"), \"/root\")",
        "fileexists(\"${path.cwd}/x\")",
        "fileexists(\"~/.bashrc\")",
        "can(file(\"~/.bashrc\"))",
    ] {
        assert_eq!(verdict(condition, &[]), "undecided", "{condition}");
    }
    for condition in ["abspath(\"/a/../b\") != \"/b\"", "pathexpand(\"a/b\") != \"a/b\"", "path.root != path.module"] {
        assert_eq!(verdict(condition, &[]), "ready", "{condition}");
    }
}

#[test]
fn what_init_a_run_or_a_state_make_is_not_known() {
    for file in [
        ".terraform/modules/modules.json",
        ".terraform/x",
        ".terraform.lock.hcl",
        "terraform.tfstate",
        "terraform.tfstate.d/x/y",
        "x.tfstate.backup",
        "errored.tfstate",
        "crash.log",
        "x.tfplan",
    ] {
        assert_eq!(verdict(&format!("fileexists(\"${{path.root}}/{file}\")"), &[]), "undecided", "{file}");
        assert_eq!(verdict(&format!("!fileexists(\"{file}\")"), &[]), "undecided", "{file}");
    }
    let lock = [("a/.terraform.lock.hcl", "# lock\n")];
    assert_eq!(verdict("!fileexists(\"${path.root}/.terraform.lock.hcl\")", &lock), "ready");
    assert_eq!(verdict("fileexists(\"${path.root}/x.txt\")", &[]), "ready");
}

#[test]
fn a_set_of_files_has_those_that_terraform_would_find_or_is_not_known() {
    let files = [("b/x", ""), ("a/c/y.yaml", "")];
    for pattern in ["../b/*", "c/../../b/*", "/etc/*", ".terraform/**", "**", "*.tfstate", "{../b,c}/*"] {
        let condition = format!("length(fileset(path.module, \"{pattern}\")) > 0");
        assert_eq!(verdict(&condition, &files), "undecided", "{pattern}");
    }
    for (condition, expected) in [
        ("length(fileset(path.module, \"c/*\")) > 0", "not-ready"),
        ("length(fileset(path.module, \"**/*.yaml\")) > 0", "not-ready"),
        ("length(fileset(\"${path.module}/../b\", \"*\")) > 0", "not-ready"),
        ("length(fileset(\"${path.module}/c\", \"**\")) > 1", "ready"),
        ("length(fileset(path.module, \"c/../c/*.yml\")) > 0", "ready"),
    ] {
        assert_eq!(verdict(condition, &files), expected, "{condition}");
    }
}

#[test]
fn files_in_a_home_folder_are_not_known() {
    // Folders of such a name in the tree are not those that Terraform would read.
    let files = [("a/~/x", "y"), ("a/~x/y", "y")];
    for condition in [
        "fileexists(\"~/.bashrc\")",
        "!fileexists(\"~/x\")",
        "fileexists(\"~x/y\")",
        "file(\"~/x\") == \"y\"",
        "templatefile(\"~/x\", {}) == \"y\"",
        "length(fileset(\"~\", \"*\")) > 0",
        "length(fileset(\"~/x\", \"*\")) > 0",
    ] {
        assert_eq!(verdict(condition, &files), "undecided", "{condition}");
    }
    let inside = [("a/b/~/x", "y")];
    assert_eq!(verdict("!fileexists(\"${path.module}/b/~/x\")", &inside), "ready", "only the beginning counts");
}
