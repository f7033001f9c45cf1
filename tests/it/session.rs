//! A session over changes: it does again what a change touches and nothing else, and says what a fresh one says.

use crate::canary::Dice;
use crate::tree::Tree;
use kfplint::engine::{Outcome, Session, Settings};
use kfplint::load::loader::Texts;
use kfplint::report::{Format, ReportStyle};
use std::collections::{BTreeMap, BTreeSet};

/// A module with a cluster whose nodes are of a machine type.
fn module(machine: &str) -> String {
    format!(
        "variable \"n\" {{\n  default = 3\n}}\nresource \"google_container_cluster\" \"c\" {{\n  name = \"c\"\n  initial_node_count = var.n\n  \
         node_config {{\n    machine_type = \"{machine}\"\n  }}\n}}\noutput \"name\" {{\n  value = google_container_cluster.c.name\n}}\n"
    )
}

fn call(name: &str, rest: &str) -> String {
    format!("module \"{name}\" {{\n  source = \"../../modules/{name}\"\n{rest}}}\n")
}

/// Root modules that share modules, a template, values and Terragrunt units: each file with the texts that it may have.
fn files() -> Vec<(&'static str, Vec<String>)> {
    let text = |texts: &[&str]| texts.iter().map(|text| text.to_string()).collect::<Vec<_>>();
    let template = "output \"t\" {\n  value = templatefile(\"${path.module}/../../shared/x.tftpl\", { a = 1 })\n}\n";
    let three = "variable \"on\" {\n  default = true\n}\n";
    let hidden = "variable \"s\" {\n  default = \"geheim\"\n  sensitive = true\n}\nresource \"google_container_cluster\" \"c\" {\n  name = var.s\n}\n";
    let unit = |source: &str| {
        format!(
            "include \"root\" {{\n  path = \"../../root.hcl\"\n}}\nterraform {{\n  source = \"../../modules/{source}\"\n}}\n"
        )
    };
    let provider = "provider \"google\" {\n  project = \"p\"\n}\n";
    let cluster = |name: &str| {
        format!(
            "{provider}resource \"google_container_cluster\" \"c\" {{\n  name = \"{name}\"\n  location = \"us-central1\"\n  initial_node_count = 1\n  remove_default_node_pool = true\n}}\n"
        )
    };
    let pool = |name: &str, rest: &str| {
        format!(
            "{provider}resource \"google_container_node_pool\" \"p\" {{\n  cluster = {name}\n  location = \"us-central1\"\n  node_count = 1\n{rest}}}\n"
        )
    };
    let small = "  # kfplint: ignore[KFP002]\n  node_config {\n    machine_type = \"e2-small\"\n  }\n";
    let unset = "variable \"name\" {}\n";
    let dependent = "terraform {\n  source = \"../../modules/two\"\n}\ndependency \"one\" {\n  config_path = \"../one\"\n}\ninputs = { n = dependency.one.outputs.name == \"c\" ? 1 : 5 }\n";
    vec![
        (
            "roots/a/main.tf",
            vec![call("one", "") + template, call("one", "  n = 1\n"), call("two", ""), "output \"x\" {".into()],
        ),
        (
            "roots/b/main.tf",
            vec![call("one", "  count = var.on ? 1 : 0\n") + three, call("three", "") + three, String::new()],
        ),
        ("roots/b/terraform.tfvars", text(&["on = true\n", "on = false\n", "on = \n"])),
        (
            "roots/c/main.tf",
            vec![call("two", "  n = 2\n"), call("two", "  # kfplint: ignore[KFP001]\n  n = 2\n"), hidden.into()],
        ),
        (
            "modules/one/main.tf",
            vec![
                module("e2-standard-4"),
                module("e2-micro"),
                call("three", "").replace("../../modules", "..") + "output \"name\" {\n  value = 1\n}\n",
                "# kfplint: ignore[KFP002]\n".to_string() + &module("e2-small"),
            ],
        ),
        (
            "modules/two/main.tf",
            vec![module("e2-standard-4"), module("e2-micro"), module("e2-standard-4") + "resource {"],
        ),
        ("modules/three/main.tf", vec![module("n1-standard-4"), module("e2-micro")]),
        ("shared/x.tftpl", text(&["${a}\n", "%{ if\n", "${b}\n"])),
        ("root.hcl", text(&["inputs = { n = 3 }\n", "inputs = { n = 1 }\n", "inputs = {\n"])),
        ("linked/gke/main.tf", vec![cluster("shared"), cluster("s-${path.module}"), cluster("shared") + "resource {"]),
        ("linked/copy/main.tf", vec![cluster("copy"), cluster("shared"), String::new()]),
        (
            "linked/pools/main.tf",
            vec![
                pool("\"shared\"", ""),
                pool("\"shared\"", small),
                pool("\"copy\"", small),
                pool("var.name", "") + unset,
                pool("\"shared\"", "") + &call("one", ""),
            ],
        ),
        ("live/one/terragrunt.hcl", vec![unit("one"), unit("two"), unit("none")]),
        ("live/two/terragrunt.hcl", vec![dependent.into(), unit("three")]),
    ]
}

fn tree() -> Tree {
    let files = files();
    Tree::new(&files.iter().map(|(name, texts)| (*name, texts[0].as_str())).collect::<Vec<_>>())
}

fn said(outcome: &Outcome) -> String {
    Format::Json.text(&outcome.report, &outcome.sources, ReportStyle::FILE)
}

#[test]
fn after_a_change_only_what_it_touches_is_done_again() {
    let tree = tree();
    let mut session = Session::keeping(Settings::of(&tree.path(""))).expect("root modules");
    session.check(&()).expect("a report");
    // Three root modules, three with links and two of these again, the units and the module that nothing else makes.
    assert_eq!(session.evaluated(), 11);
    let touched = [
        ("roots/a/main.tf", 1, 1),
        ("roots/b/terraform.tfvars", 1, 1),
        ("modules/two/main.tf", 1, 3),
        ("modules/one/main.tf", 1, 4),
        ("shared/x.tftpl", 0, 1),
        ("root.hcl", 1, 2),
        ("linked/copy/main.tf", 1, 1),
        ("linked/gke/main.tf", 1, 2),
        ("linked/pools/main.tf", 1, 3),
    ];
    for (name, parsed, evaluated) in touched {
        let path = tree.path(name).canonicalize().expect("a file");
        let text = [std::fs::read(&path).expect("a file"), b"\n".to_vec()].concat();
        session.apply_change([(path, Some(text))].into()).expect("root modules");
        let outcome = session.check(&()).expect("a report");
        let counted = (outcome.loader.files_parsed(), session.evaluated());
        assert_eq!(counted, (parsed, evaluated), "{name}: files parsed and root modules evaluated");
    }
    session.apply_change(BTreeMap::new()).expect("root modules");
    let outcome = session.check(&()).expect("a report");
    assert_eq!((outcome.loader.files_parsed(), session.evaluated()), (0, 0), "nothing changed");
}

#[test]
fn folders_are_listed_again_where_a_file_is_new_to_the_session_alone() {
    let cluster = module("e2-standard-4");
    let tree = Tree::new(&[("a/main.tf", cluster.as_str())]);
    let mut session = Session::keeping(Settings::of(&tree.path(""))).expect("root modules");
    assert_eq!(session.roots().len(), 1);
    tree.write("b/main.tf", cluster.as_bytes());
    let mut change = |name: &str| {
        let path = tree.path(name).canonicalize().expect("a file");
        session.apply_change([(path, Some(b"# changed".to_vec()))].into()).expect("root modules");
        session.roots().len()
    };
    assert_eq!(change("a/main.tf"), 1, "no file was added, as far as the session was told");
    assert_eq!(change("b/main.tf"), 2);
}

#[test]
fn after_any_change_a_session_says_what_a_fresh_one_says() {
    let (tree, files) = (tree(), files());
    let settings = Settings { draws: true, ..Settings::of(&tree.path("")) };
    let mut session = Session::keeping(settings.clone()).expect("root modules");
    let (mut dice, mut texts, mut most, mut seen) = (Dice(1), Texts::new(), 0, BTreeSet::new());
    for round in 0..150 {
        let mut change = BTreeMap::new();
        for _ in 0..=dice.below(2) {
            let (name, variants) = &files[dice.below(files.len())];
            let path = tree.path(name).canonicalize().expect("a file");
            match dice.below(6) {
                0 => drop(texts.remove(&path)),
                _ => drop(texts.insert(path.clone(), variants[dice.below(variants.len())].clone().into_bytes())),
            }
            change.insert(path.clone(), texts.get(&path).cloned());
        }
        session.apply_change(change.clone()).expect("root modules");
        let kept = session.check(&()).expect("a report");
        let fresh = Session::new(Settings { texts: texts.clone(), ..settings.clone() }).expect("root modules");
        let fresh = fresh.check(&()).expect("a report");
        assert_eq!(said(&kept), said(&fresh), "round {round}, after {:?}", change.keys());
        seen.insert(said(&kept));
        if round < 50 {
            most = most.max(kept.sources.len());
        }
        assert!(kept.sources.len() <= 2 * most.max(1), "texts are let go: {} in round {round}", kept.sources.len());
    }
    assert!(seen.len() > 60, "the changes are seen in reports: {} different ones", seen.len());
}
