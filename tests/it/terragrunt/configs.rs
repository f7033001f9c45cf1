//! What the blocks of a unit's files do to its plan.

use super::{MODULE, clusters, status};
use crate::tree::{Tree, codes, skipped};

/// The answer of KFP001 for the only cluster of a tree.
fn nodes(files: &[(&str, &str)]) -> String {
    let found = clusters(&Tree::new(files), &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    status(&found[0], "KFP001")
}

/// That of a unit `u` with this text, and a module `m`.
fn of_unit(unit: &str, more: &[(&str, &str)]) -> String {
    let unit = format!("terraform {{\n  source = \"../m\"\n}}\n{unit}");
    nodes(&[&[("m/main.tf", MODULE), ("u/terragrunt.hcl", &*unit)], more].concat())
}

#[test]
fn feature_flags_have_their_defaults() {
    let unit = "feature \"few\" {\n  default = false\n}\ninputs = {\n  nodes = feature.few.value ? 1 : 4\n}\n";
    assert_eq!(of_unit(unit, &[]), "met: 4 nodes qualify");
}

#[test]
fn values_are_those_of_the_file_beside_the_unit_and_else_undecided() {
    let unit = "inputs = {\n  nodes = values.nodes\n}\n";
    assert_eq!(of_unit(unit, &[("u/terragrunt.values.hcl", "nodes = 5\n")]), "met: 5 nodes qualify");
    let open = of_unit(unit, &[]);
    assert!(open.starts_with("undecided: ") && open.contains("terragrunt.values.hcl"), "{open}");
}

#[test]
fn a_unit_that_is_not_planned_is_named_and_makes_nothing_undecided() {
    let ready = "terraform {\n  source = \"../m\"\n}\n";
    for block in [
        "exclude {\n  if      = true\n  actions = [\"all\"]\n}\n",
        "exclude {\n  if      = 1 < 2\n  actions = [\"plan\", \"apply\"]\n}\n",
        "skip = true\n",
    ] {
        let old = format!("{ready}inputs = {{\n  nodes = 1\n}}\n{block}");
        let root = Tree::new(&[("m/main.tf", MODULE), ("new/terragrunt.hcl", ready), ("old/terragrunt.hcl", &old)]);
        let report = root.json(&[]);
        assert_eq!(report["clusters"].as_array().map(Vec::len), Some(1), "{block}");
        assert_eq!(skipped(&report)[0].0, "old/terragrunt.hcl", "{block}");
        assert!(!codes(&report).contains(&"KFP001"), "{block}");
    }
    let unit = "include \"root\" {\n  path = \"../root.hcl\"\n}\n";
    assert!(of_unit(unit, &[("root.hcl", "skip = true\n")]).starts_with("met"), "each unit says it for itself");
    let kept = "exclude {\n  if      = true\n  actions = [\"destroy\"]\n}\ninputs = {\n  nodes = 1\n}\n";
    assert!(of_unit(kept, &[]).starts_with("unmet"));
}

#[test]
fn extra_arguments_count_after_inputs_in_the_order_of_their_blocks() {
    let block = |name: &str, rest: &str| {
        format!("  extra_arguments \"{name}\" {{\n    commands = [\"plan\"]\n    {rest}\n  }}\n")
    };
    let unit = |blocks: &str| format!("terraform {{\n  source = \"../m\"\n{blocks}}}\ninputs = {{\n  nodes = 2\n}}\n");
    let run = |blocks: &str| {
        let (unit, few, many) = (unit(blocks), "nodes = 1\n", "nodes = 4\n");
        nodes(&[("m/main.tf", MODULE), ("u/terragrunt.hcl", &unit), ("u/few.tfvars", few), ("u/many.tfvars", many)])
    };
    let few = block("a", "required_var_files = [\"few.tfvars\"]");
    let many = block("b", "arguments = [\"-var-file=${get_terragrunt_dir()}/many.tfvars\"]");
    assert_eq!(run(""), "unmet: 2 nodes in all; Kubeflow Pipelines needs 3");
    assert_eq!(run(&format!("{few}{many}")), "met: 4 nodes qualify");
    assert_eq!(run(&format!("{many}{few}")), "unmet: 1 node in all; Kubeflow Pipelines needs 3");
    assert_eq!(run(&block("c", "arguments = [\"-var\", \"nodes=6\"]")), "met: 6 nodes qualify");
    assert_eq!(run(&many.replace("[\"plan\"]", "[\"destroy\"]")), run(""), "it is not for plan");
    let needing_vars = many.replace("[\"plan\"]", "get_terraform_commands_that_need_vars()");
    assert_eq!(run(&needing_vars), "met: 4 nodes qualify");
}

#[test]
fn variables_have_inputs_as_the_environment_gives_them() {
    let module = "variable \"x\" {\n  TYPE\n}\noutput \"x\" {\n  value = var.x\n}\n";
    let show = |ty: &str, input: &str| {
        let unit = format!("terraform {{\n  source = \"../m\"\n}}\ninputs = {{\n  x = {input}\n}}\n");
        let root = Tree::new(&[("m/main.tf", &module.replace("TYPE", ty)), ("u/terragrunt.hcl", &unit)]);
        let run = root.run(&["evaluate", "u"]);
        let plan: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        plan["planned_values"]["outputs"]["x"]["value"].clone()
    };
    assert_eq!(show("type = string", "{ a = [1] }"), "{\"a\":[1]}");
    assert_eq!(show("", "[1]"), "[1]");
    assert_eq!(show("type = any", "[1]"), serde_json::json!([1]));
    assert_eq!(show("type = list(number)", "\"[1, 2]\""), serde_json::json!([1, 2]));
}

#[test]
fn the_last_of_several_includes_has_the_say_and_the_child_before_it() {
    let unit = "include \"a\" {\n  path = \"../a.hcl\"\n}\ninclude \"b\" {\n  path = \"../b.hcl\"\n}\n";
    let few = ("a.hcl", "inputs = {\n  nodes = 1\n}\n");
    let many = ("b.hcl", "inputs = {\n  nodes = 7\n}\n");
    assert_eq!(of_unit(unit, &[few, many]), "met: 7 nodes qualify");
    let own = format!("{unit}inputs = {{\n  nodes = 2\n}}\n");
    assert!(of_unit(&own, &[few, many]).starts_with("unmet: 2 nodes"));
}

#[test]
fn a_dependency_replaces_an_included_one_of_its_name_in_the_included_inputs_too() {
    let of = |nodes: u32| format!("terraform {{\n  source = \"../m\"\n}}\ninputs = {{\n  nodes = {nodes}\n}}\n");
    let common =
        "dependency \"net\" {\n  config_path = \"../many\"\n}\ninputs = {\n  nodes = dependency.net.outputs.nodes\n}\n";
    let unit =
        "include \"common\" {\n  path = \"../common.hcl\"\n}\ndependency \"net\" {\n  config_path = \"../few\"\n}
terraform {\n  source = \"../m\"\n}\n";
    let (few, many) = (of(1), of(8));
    let files = [
        ("m/main.tf", MODULE),
        ("common.hcl", common),
        ("few/terragrunt.hcl", &few),
        ("many/terragrunt.hcl", &many),
        ("u/terragrunt.hcl", unit),
    ];
    let found = clusters(&Tree::new(&files), &["u"]);
    assert!(status(&found[0], "KFP001").starts_with("unmet: 1 node"), "{}", status(&found[0], "KFP001"));
}

#[test]
fn sops_decrypts_files_with_its_metadata_and_fails_on_others() {
    let unit = "inputs = yamldecode(try(sops_decrypt_file(\"n.yaml\"), file(\"n.yaml\")))\n";
    assert_eq!(of_unit(unit, &[("u/n.yaml", "nodes: 4\n")]), "met: 4 nodes qualify");
    let encrypted = "nodes: ENC[AES256_GCM,data:Tr7o=,type:int]\nsops:\n    mac: ENC[AES256_GCM]\n    version: 3.9.0\n";
    let open = of_unit(unit, &[("u/n.yaml", encrypted)]);
    assert!(open.starts_with("undecided") && open.contains("sops_decrypt_file()"), "{open}");
}

#[test]
fn a_unit_runs_below_its_folder_with_the_files_beside_it() {
    let module = "locals {
  env   = regex(\"/live/([^/]+)/\", abspath(path.root))[0]
  nodes = tonumber(file(\"${path.module}/nodes.txt\"))
  files = fileset(path.module, \"*.txt\")
}
output \"env\" {
  value = local.env
}
output \"nodes\" {
  value = local.nodes
}
output \"files\" {
  value = local.files
}
";
    let files = [
        ("m/main.tf", module),
        ("m/own.txt", "1"),
        ("live/dev/terragrunt.hcl", "terraform {\n  source = \"../..//m\"\n}\n"),
        ("live/dev/nodes.txt", "3"),
    ];
    let root = Tree::new(&files);
    let report = root.json(&[]);
    assert!(codes(&report).is_empty(), "{report}");
    let plan: serde_json::Value = serde_json::from_str(&root.run(&["evaluate", "live/dev"]).stdout).expect("JSON");
    let outputs = &plan["planned_values"]["outputs"];
    assert_eq!(outputs["nodes"]["value"], 3);
    assert_eq!(outputs["files"]["value"], serde_json::json!(["nodes.txt", "own.txt"]));
}

#[test]
fn a_source_without_a_scheme_is_a_folder() {
    let root = Tree::new(&[("u/m/main.tf", MODULE), ("u/terragrunt.hcl", "terraform {\n  source = \"m\"\n}\n")]);
    assert_eq!(clusters(&root, &["u"]).len(), 1);
    let root = Tree::new(&[("u/terragrunt.hcl", "terraform {\n  source = \"gone\"\n}\n")]);
    let report = root.json(&[]);
    assert_eq!(codes(&report), ["TF005"]);
    assert!(report["diagnostics"][0]["message"].as_str().is_some_and(|m| m.contains("there is no folder `./gone`")));
}

#[test]
fn hooks_that_copy_files_bring_what_they_declare() {
    let hook = "terraform {\n  source = \"../m\"\n  before_hook \"copy\" {\n    commands = [\"init\"]
    execute  = [\"cp\", \"${get_terragrunt_dir()}/../common/locals.tf\", \".\"]\n  }\n}\n";
    let module = MODULE.replace("var.nodes\n  node", "local.nodes\n  node");
    let files = [
        ("m/main.tf", &*module),
        ("common/locals.tf", "locals {\n  nodes = 3 + var.nodes\n}\n"),
        ("u/terragrunt.hcl", hook),
    ];
    let root = Tree::new(&files);
    let report = root.json(&[]);
    assert!(!codes(&report).contains(&"TF002"), "{report}");
    assert_eq!(status(&clusters(&root, &[])[0], "KFP001"), "met: 6 nodes qualify");
}
