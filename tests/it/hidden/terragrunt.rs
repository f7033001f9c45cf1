//! What stands beside a `terragrunt.hcl`.

use super::{READY, TOO_FEW, Tree, outcome};

const UNIT: &str = "terraform {\n  source = \"./g\"\n}\n";

fn unit(text: &str, own: &str) -> Tree {
    Tree::new(&[("g/main.tf", READY), ("terragrunt.hcl", text), (own, &TOO_FEW.replace("\"c\"", "\"d\""))])
}

#[test]
fn configuration_beside_a_unit_is_judged_with_its_source() {
    for own in ["main.tf", "more.tf", "more.tofu"] {
        assert_eq!(outcome(&unit(UNIT, own), &[]), (1, "not-ready".into()), "{own}");
    }
    // A file takes the place of that of the same name in the source, as Terragrunt copies it there.
    let report = unit(UNIT, "main.tf").json(&[]);
    let clusters = report["clusters"].as_array().unwrap().iter().filter(|c| c["root"] == ".");
    let addresses: Vec<&str> = clusters.map(|c| c["address"].as_str().unwrap()).collect();
    assert_eq!(addresses, ["google_container_cluster.d"]);
}

#[test]
fn an_override_and_values_beside_a_unit_count() {
    let tree = unit(UNIT, "g/unused.txt");
    tree.write("x_override.tf", b"resource \"google_container_cluster\" \"c\" {\n  initial_node_count = 1\n}\n");
    assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()));
    let tree = unit(UNIT, "g/unused.txt");
    let sized = READY.replace("= 3", "= var.n") + "variable \"n\" {\n  default = 3\n}\n";
    tree.write("g/main.tf", sized.as_bytes());
    assert_eq!(outcome(&tree, &[]), (0, "ready".into()));
    tree.write("terraform.tfvars", b"n = 1\n");
    assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()));
}

#[test]
fn configuration_beside_a_unit_whose_source_is_missing_is_judged() {
    let unit = |text: &str| unit(text, "main.tf");
    assert_eq!(outcome(&unit("terraform {\n  source = \"github.com/a/b\"\n}\n"), &[]), (1, "not-ready".into()));
    let excluded = "terraform {\n  source = \"./g\"\n  exclude_from_copy = [\"*.tf\"]\n}\n";
    assert_eq!(outcome(&unit(excluded), &[]), (1, "not-ready".into()));
}

#[test]
fn a_unit_whose_source_is_not_known_is_skipped_and_said_so() {
    let tree = Tree::new(&[
        ("good/main.tf", READY),
        ("unit/terragrunt.hcl", "terraform {\n  source = get_env(\"SOURCE_THAT_IS_NOT_SET\")\n}\n"),
    ]);
    assert_eq!(outcome(&tree, &[]), (1, "undecided".into()));
    assert_eq!(tree.json(&[])["coverage"]["skipped"][0]["path"], "unit/terragrunt.hcl");
}

#[test]
fn a_generated_override_of_a_missing_module_is_no_error_and_is_told() {
    let unit = |block: &str| {
        format!(
            "terraform {{\n  source = \"tfr:///corp/m/google?version=1.0.0\"\n}}\n\
             generate \"g\" {{\n  path = \"extra_override.tf\"\n  if_exists = \"overwrite_terragrunt\"\n\
             contents = <<-EOF\n{block}\nEOF\n}}\n"
        )
    };
    let cluster = "resource \"google_container_cluster\" \"c\" {\n  initial_node_count = 0\n}";
    let tree = Tree::new(&[("u/terragrunt.hcl", &unit(cluster))]);
    let report = tree.json(&[]);
    assert_eq!(report["clusters"].as_array().unwrap().len(), 0, "{report:#}");
    assert_eq!(report["summary"]["errors"], 0, "{report:#}");
    let skipped = &report["coverage"]["skipped"][0];
    assert_eq!(skipped["path"], "u/extra_override.tf", "{report:#}");
    assert!(skipped["why"].as_str().unwrap().starts_with("it overrides blocks of a module that is not on disk"));
    let tree = Tree::new(&[("u/terragrunt.hcl", &unit("provider \"google\" {\n  project = \"p\"\n}"))]);
    assert!(tree.json(&[])["coverage"]["skipped"].as_array().unwrap().is_empty(), "it changes no block of the module");
}
