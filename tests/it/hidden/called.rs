//! Folders that are called, but that no caller makes.

use super::{READY, TOO_FEW, Tree, Value, outcome};
use crate::tree::FAULT;

fn call(source: &str, more: &str) -> String {
    format!("module \"m\" {{\n  source = \"{source}\"\n  {more}\n}}\n")
}

/// A ready root, a folder with a cluster that is too small, and one that calls it.
fn decoyed(decoy: &str) -> Tree {
    Tree::new(&[("good/main.tf", READY), ("prod/main.tf", TOO_FEW), ("decoy/main.tf", decoy)])
}

fn roots(tree: &Tree, args: &[&str]) -> Vec<String> {
    let mut roots: Vec<String> = tree.json(args)["clusters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c: &Value| c["root"].as_str().unwrap().to_string())
        .collect();
    roots.dedup();
    roots
}

#[test]
fn a_call_that_makes_nothing_hides_nothing() {
    for more in ["count = 0", "for_each = {}", "for_each = toset([])", "count = false ? 1 : 0", "count = \"x\""] {
        assert_eq!(outcome(&decoyed(&call("../prod", more)), &[]), (1, "not-ready".into()), "{more}");
    }
}

#[test]
fn a_call_that_may_make_nothing_hides_nothing() {
    let variable = "variable \"n\" {\n  type = number\n}\n";
    let decoy = variable.to_string() + &call("../prod", "count = var.n");
    assert_eq!(outcome(&decoyed(&decoy), &[]), (1, "not-ready".into()));
}

#[test]
fn callers_that_make_nothing_do_so_at_any_depth() {
    let tree = decoyed(&call("../between", "count = 0"));
    tree.write("between/main.tf", call("../prod", "").as_bytes());
    assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()));
    // The folder between makes the cluster: it is not judged a second time.
    assert_eq!(roots(&tree, &[]), ["between", "good"]);
    tree.write("between/main.tf", call("../prod", "count = 0").as_bytes());
    assert_eq!(roots(&tree, &[]), ["good", "prod"]);
}

#[test]
fn circles_hide_nothing() {
    let tree = decoyed(&call("../prod", "count = 0"));
    tree.write("prod/call.tf", call("../decoy", "count = 0").as_bytes());
    assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()));
}

#[test]
fn a_call_that_makes_it_is_enough() {
    let tree = decoyed(&call("../prod", "count = 0"));
    tree.write("used/main.tf", call("../prod", "").as_bytes());
    assert_eq!(roots(&tree, &[]), ["good", "used"]);
}

#[test]
fn a_called_module_may_configure_a_provider() {
    let provider = "provider \"google\" {\n  project = var.project\n}\nvariable \"project\" {}\n";
    let module = provider.to_string() + FAULT;
    let tree = Tree::new(&[("main.tf", &call("./mod", "project = \"p\"")), ("mod/main.tf", &module)]);
    assert_eq!(tree.roots(&[]), ["."], "its caller checks it");
    tree.write("mod/terraform.tfvars", b"project = \"q\"\n");
    assert_eq!(tree.roots(&[]), [".", "mod"], "it is a root module of its own");
}

#[test]
fn a_reusable_module_that_nobody_makes_is_undecided() {
    let module = TOO_FEW.replace("= 1", "= var.n") + "variable \"n\" {\n  default = 3\n}\n";
    let tree = decoyed(&call("../prod", "count = 0\n  n = 3"));
    tree.write("prod/main.tf", module.as_bytes());
    assert_eq!(outcome(&tree, &[]), (1, "undecided".into()));
}

#[test]
fn an_environment_that_makes_it_is_enough() {
    let variable = "variable \"on\" {\n  type = bool\n}\n";
    let tree = decoyed(&(variable.to_string() + &call("../prod", "count = var.on ? 1 : 0")));
    tree.write("kfplint.toml", b"[environment.a]\nvars = { on = false }\n[environment.b]\nvars = { on = true }\n");
    assert_eq!(roots(&tree, &[]), ["decoy", "good"]);
    assert_eq!(roots(&tree, &["--environment", "a"]), ["good", "prod"]);
}

#[test]
fn one_shard_checks_it() {
    let tree = decoyed(&call("../prod", "count = 0"));
    let all: Vec<Vec<String>> = ["1/3", "2/3", "3/3"].iter().map(|shard| roots(&tree, &["--shard", shard])).collect();
    let mut all: Vec<String> = all.into_iter().flatten().collect();
    all.sort();
    assert_eq!(all, ["good", "prod"]);
    // What a root module of another shard makes is judged there.
    tree.write("used/main.tf", call("../prod", "").as_bytes());
    let all: Vec<Vec<String>> = ["1/3", "2/3", "3/3"].iter().map(|shard| roots(&tree, &["--shard", shard])).collect();
    let mut all: Vec<String> = all.into_iter().flatten().collect();
    all.sort();
    assert_eq!(all, ["good", "used"]);
}

#[test]
fn a_change_to_it_is_checked() {
    let tree = decoyed(&call("../prod", "count = 0"));
    assert_eq!(roots(&tree, &["--changed", "prod/main.tf"]), ["prod"]);
    assert_eq!(roots(&tree, &["--changed", "good/main.tf"]), ["good"]);
}
