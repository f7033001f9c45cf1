//! Stacks, and which folders are units.

use super::{MODULE, clusters, status};
use crate::tree::{Tree, codes, skipped};

const UNIT: &str = "terraform {\n  source = \"${get_repo_root()}/m\"\n}\ninputs = {\n  nodes = values.nodes\n}\n";

#[test]
fn units_of_a_stack_are_judged_where_they_are_copied_and_their_sources_are_not() {
    let stack = "locals {\n  nodes = 2\n}\nunit \"few\" {\n  source = \"../units/gke\"\n  path   = \"few\"\n  values = {\n    nodes = local.nodes\n  }\n}
unit \"many\" {\n  source = \"../units/gke\"\n  path   = \"deep/many\"\n  values = {\n    nodes = 5\n  }\n}\n";
    let root = Tree::new(&[
        (".git/HEAD", ""),
        ("m/main.tf", MODULE),
        ("units/gke/terragrunt.hcl", UNIT),
        ("live/terragrunt.stack.hcl", stack),
    ]);
    let found = clusters(&root, &[]);
    let roots: Vec<_> = found.iter().map(|c| c["root"].as_str().unwrap_or_default()).collect();
    assert_eq!(roots, ["live/.terragrunt-stack/deep/many", "live/.terragrunt-stack/few"]);
    assert_eq!(status(&found[0], "KFP001"), "met: 5 nodes qualify");
    assert!(status(&found[1], "KFP001").starts_with("unmet: 2 nodes"));
    assert_eq!(clusters(&root, &["live/terragrunt.stack.hcl"]).len(), 2, "named");
}

#[test]
fn stacks_in_stacks_end() {
    let block =
        |name: &str| format!("stack \"{name}\" {{\n  source = \"${{get_repo_root()}}/s\"\n  path   = \"{name}\"\n}}\n");
    let all: String = ["a", "b", "c", "d", "e", "f"].map(block).concat();
    let root = Tree::new(&[(".git/HEAD", ""), ("main.tf", MODULE), ("s/terragrunt.stack.hcl", &all)]);
    let report = root.json(&["s", "."]);
    assert!(skipped(&report).iter().any(|(_, why)| why.contains("are not read")), "{report}");
}

#[test]
fn units_of_a_stack_depend_on_one_another_and_find_files_above_it() {
    let net = "include \"root\" {\n  path = find_in_parent_folders(\"root.hcl\")\n}\n";
    let gke = format!(
        "{net}dependency \"net\" {{\n  config_path = \"../net\"\n}}\ninputs = {{\n  nodes = dependency.net.outputs.nodes\n}}\n"
    );
    let inner = "unit \"gke\" {\n  source = \"${get_repo_root()}/units/gke\"\n  path   = \"gke\"\n}
unit \"net\" {\n  source = \"${get_repo_root()}/units/net\"\n  path   = \"net\"\n}\n";
    let outer = "stack \"all\" {\n  source = \"../stacks/all\"\n  path   = \"all\"\n}\n";
    let root = Tree::new(&[
        (".git/HEAD", ""),
        ("m/main.tf", MODULE),
        ("live/root.hcl", "terraform {\n  source = \"${get_repo_root()}/m\"\n}\ninputs = {\n  nodes = 4\n}\n"),
        ("units/net/terragrunt.hcl", net),
        ("units/gke/terragrunt.hcl", &gke),
        ("stacks/all/terragrunt.stack.hcl", inner),
        ("live/terragrunt.stack.hcl", outer),
    ]);
    let found = clusters(&root, &[]);
    let of: Vec<_> = found.iter().map(|c| (c["root"].as_str().unwrap_or_default(), status(c, "KFP001"))).collect();
    let at = |name: &str| format!("live/.terragrunt-stack/all/.terragrunt-stack/{name}");
    let met = "met: 4 nodes qualify".to_string();
    assert_eq!(of, [(&*at("gke"), met.clone()), (&*at("net"), met)]);
}

#[test]
fn a_unit_of_a_stack_that_is_not_on_disk_is_named() {
    let stack = "unit \"x\" {\n  source = \"git::https://example.com/x.git\"\n  path   = \"x\"\n}
unit \"off\" {\n  source  = \"./gone\"\n  path    = \"off\"\n  enabled = false\n}\n";
    let root = Tree::new(&[("main.tf", MODULE), ("live/terragrunt.stack.hcl", stack)]);
    let report = root.json(&[]);
    let said = skipped(&report);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].0 == "live/terragrunt.stack.hcl" && said[0].1.contains("unit \"x\""), "{said:?}");
    assert_eq!(report["verdict"], "undecided");
}

#[test]
fn a_file_with_a_source_that_is_only_included_is_no_unit_unless_it_is_named() {
    let common = "terraform {\n  source = \"../m\"\n}\n";
    let unit = "include \"common\" {\n  path = \"${get_repo_root()}/common/terragrunt.hcl\"\n}\nterraform {\n  source = \"../m\"\n}\ninputs = {\n  nodes = 4\n}\n";
    let root = Tree::new(&[
        (".git/HEAD", ""),
        ("m/main.tf", MODULE),
        ("common/terragrunt.hcl", common),
        ("u/terragrunt.hcl", unit),
    ]);
    assert_eq!(clusters(&root, &[]).len(), 1);
    assert_eq!(clusters(&root, &["common"]).len(), 1, "named");
}

#[test]
fn units_of_an_old_terragrunt_and_templates_of_units_are_passed_over() {
    let old = "terragrunt = {\n  terraform {\n    source = \"../m\"\n  }\n}\n";
    let root = Tree::new(&[
        ("m/main.tf", MODULE),
        ("old/backend.tf", "terraform {\n  backend \"gcs\" {}\n}\n"),
        ("old/terraform.tfvars", old),
        ("t/.boilerplate/terragrunt.hcl", "inputs = {\n  {{ .x }}\n}\n"),
    ]);
    let report = root.json(&[]);
    assert!(!codes(&report).iter().any(|code| code.starts_with("TF")), "{report}");
    assert_eq!(skipped(&report)[0].0, "old");
}
