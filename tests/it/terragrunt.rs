//! Terragrunt units: found as roots, evaluated as their source with their inputs. `fixtures/terragrunt` has a whole tree.

use crate::tree::Tree;
use serde_json::Value as Json;

/// The clusters of the report, with `args`.
fn clusters(tree: &Tree, args: &[&str]) -> Vec<Json> {
    tree.json(args)["clusters"].as_array().cloned().unwrap_or_default()
}

fn status(cluster: &Json, code: &str) -> String {
    let all = cluster["requirements"].as_array().expect("requirements");
    let found = all.iter().find(|r| r["code"] == code).expect("the rule");
    format!("{}: {}", found["status"].as_str().unwrap_or_default(), found["reason"].as_str().unwrap_or_default())
}

const MODULE: &str = r#"
variable "nodes" { default = 3 }
resource "google_container_cluster" "c" {
  name               = "c"
  location           = "europe-west4-a"
  initial_node_count = var.nodes
  node_config { oauth_scopes = ["cloud-platform"] }
}
output "nodes" { value = var.nodes }
"#;

#[test]
fn a_unit_is_its_source_with_its_inputs_and_the_module_alone_is_not_judged() {
    let root = Tree::new(&[
        ("modules/gke/main.tf", MODULE),
        ("live/a/terragrunt.hcl", "terraform {\n  source = \"../../modules//gke\"\n}\ninputs = {\n  nodes = 1\n}\n"),
    ]);
    let found = clusters(&root, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["root"], "live/a");
    assert_eq!(status(&found[0], "KFP001"), "unmet: 1 node in all; Kubeflow Pipelines needs 3");
    let found = clusters(&root, &["live/a/terragrunt.hcl"]);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn modules_beside_a_unit_are_its_source() {
    let root = Tree::new(&[("main.tf", MODULE), ("terragrunt.hcl", "inputs = { nodes = 2 }\n")]);
    let found = clusters(&root, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(status(&found[0], "KFP001"), "unmet: 2 nodes in all; Kubeflow Pipelines needs 3");
}

#[test]
fn what_only_a_run_of_terragrunt_knows_is_undecided() {
    let unit = "terraform { source = \"../m\" }\ninputs = { nodes = tonumber(run_cmd(\"./count.sh\")) }\n";
    let root = Tree::new(&[("m/main.tf", MODULE), ("u/terragrunt.hcl", unit)]);
    let found = clusters(&root, &["u"]);
    let status = status(&found[0], "KFP001");
    assert_eq!(status, "undecided: whether 3 nodes qualify is not known: run_cmd() is not known before apply");
}

#[test]
fn a_parent_that_cannot_be_read_may_set_any_input() {
    let unit = "include { path = find_in_parent_folders(\"nowhere.hcl\") }\nterraform { source = \"../m\" }\n";
    let root = Tree::new(&[("m/main.tf", MODULE), ("u/terragrunt.hcl", unit)]);
    let found = clusters(&root, &["u"]);
    let status = status(&found[0], "KFP001");
    assert!(
        status.starts_with("undecided: ") && status.contains("no folder above has a file \"nowhere.hcl\""),
        "{status}"
    );
}

#[test]
fn outputs_come_from_the_unit_that_is_depended_on_and_never_from_mocks() {
    let used = "terraform { source = \"../m\" }\ninputs = { nodes = 5 }\n";
    let user = "terraform { source = \"../m\" }
dependency \"a\" {
  config_path = \"../a\"
  mock_outputs = { nodes = 1, other = 1 }
}
";
    let known = format!("{user}inputs = {{ nodes = dependency.a.outputs.nodes }}\n");
    let mocked = format!("{user}inputs = {{ nodes = dependency.a.outputs.other }}\n");
    let files = [
        ("m/main.tf", MODULE),
        ("a/terragrunt.hcl", used),
        ("b/terragrunt.hcl", &known),
        ("c/terragrunt.hcl", &mocked),
    ];
    let root = Tree::new(&files);
    let found = clusters(&root, &["b", "c"]);
    assert_eq!(status(&found[0], "KFP001"), "met: 5 nodes qualify");
    let open = status(&found[1], "KFP001");
    assert!(open.starts_with("undecided: ") && open.contains("the state that dependency.a is read from"), "{open}");
}

#[test]
fn includes_merge_as_they_say() {
    let parent = "inputs = {\n  nodes = 1\n  zones = { a = 1 }\n}\n";
    let unit = "include \"root\" {\n  path = find_in_parent_folders(\"root.hcl\")\n  merge_strategy = \"STRATEGY\"\n}
terraform { source = \"../m\" }\n";
    let module = format!("{MODULE}\nvariable \"zones\" {{ default = {{}} }}\n");
    for (strategy, expected) in [("shallow", "unmet: 1 node in all"), ("deep", "unmet: 1 node"), ("no_merge", "met: 3")]
    {
        let unit = unit.replace("STRATEGY", strategy);
        let root = Tree::new(&[("root.hcl", parent), ("m/main.tf", &module), ("u/terragrunt.hcl", &unit)]);
        let status = status(&clusters(&root, &["u"])[0], "KFP001");
        assert!(status.starts_with(expected), "{strategy}: {status}");
    }
}

#[test]
fn circles_end() {
    let unit = |other: &str| {
        format!(
            "include \"self\" {{ path = \"terragrunt.hcl\" }}\nterraform {{ source = \"../m\" }}
dependency \"x\" {{ config_path = \"../{other}\" }}\ninputs = {{ nodes = dependency.x.outputs.nodes }}
locals {{ own = read_terragrunt_config(\"terragrunt.hcl\") }}\n"
        )
    };
    let (a, b) = (unit("b"), unit("a"));
    let root = Tree::new(&[("m/main.tf", MODULE), ("a/terragrunt.hcl", &a), ("b/terragrunt.hcl", &b)]);
    let found = clusters(&root, &[]);
    assert_eq!(found.len(), 2);
    assert!(status(&found[0], "KFP001").starts_with("undecided"), "{}", status(&found[0], "KFP001"));
}

#[test]
fn files_that_read_themselves_cost_no_time() {
    let read = "read_terragrunt_config(\"../b/terragrunt.hcl\")";
    let unit = format!(
        "locals {{\n  a = {read}\n  b = [local.a, {read}]\n}}\nterraform {{\n  source = \"../m\"\n}}
inputs = {{\n  a = local.a\n  b = local.b\n}}\ngenerate \"g\" {{\n  path = \"g.tf\"\n  contents = \"# ${{jsonencode(local.b)}}\"\n}}\n"
    );
    let root = Tree::new(&[("m/main.tf", MODULE), ("b/terragrunt.hcl", &unit)]);
    (0..12).for_each(|i| root.write(&format!("u{i}/terragrunt.hcl"), unit.as_bytes()));
    let found = clusters(&root, &["--timeout", "2"]);
    assert_eq!(found.len(), 13, "each level of the circle doubles the work: the time would be used up");
}

#[test]
fn a_file_that_is_only_included_is_no_unit() {
    let root = Tree::new(&[("terragrunt.hcl", "locals { a = 1 }\n"), ("m/main.tf", MODULE)]);
    let found = clusters(&root, &[]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["root"], "m");
}

mod configs;
mod generated;
mod stacks;
