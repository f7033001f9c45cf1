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

#[test]
fn a_generated_override_merges_into_what_is_known_of_a_published_module() {
    let unit = |block: &str| {
        let inputs = "project_id = \"p\"\n  name = \"c\"\n  region = \"us-central1\"\n  network = \"n\"\n  subnetwork = \"s\"\n  \
                      ip_range_pods = \"pods\"\n  ip_range_services = \"services\"\n  remove_default_node_pool = true\n  \
                      node_pools = [{ name = \"main\", machine_type = \"e2-standard-4\", min_count = 1, max_count = 3 }]";
        let source = "tfr:///terraform-google-modules/kubernetes-engine/google?version=44.0.0";
        let text = format!(
            "terraform {{\n  source = \"{source}\"\n}}\ngenerate \"g\" {{\n  path = \"extra_override.tf\"\n  \
             if_exists = \"overwrite_terragrunt\"\n  contents = <<-EOF\n{block}\nEOF\n}}\ninputs = {{\n  {inputs}\n}}\n"
        );
        Tree::new(&[("u/terragrunt.hcl", &text)]).json(&[])
    };
    let codes = |report: &serde_json::Value| {
        let all = report["diagnostics"].as_array().unwrap().iter();
        all.map(|d| d["code"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    let cluster = |argument: &str| format!("resource \"google_container_cluster\" \"primary\" {{\n  {argument}\n}}");
    let plain = unit(&cluster("allow_net_admin = true"));
    assert_eq!(plain["clusters"].as_array().unwrap().len(), 1, "{plain:#}");
    assert!(plain["coverage"]["skipped"].as_array().unwrap().is_empty(), "{plain:#}");
    assert!(!codes(&plain).contains(&"KFP009".to_string()), "{plain:#}");
    let moved = unit(&cluster("location = \"us-central1-q\""));
    assert!(codes(&moved).contains(&"KFP009".to_string()), "the location is that of the override: {moved:#}");
    // What the facts do not have may be in the module.
    let other = unit("resource \"google_compute_network\" \"other\" {\n  name = \"x\"\n}");
    assert_eq!(other["coverage"]["skipped"][0]["path"], "u/extra_override.tf", "{other:#}");
}

/// A root module whose cluster has as many nodes as a unit's input says.
fn sized() -> String {
    READY.replace("= 3", "= var.n") + "variable \"n\" {\n  type    = number\n  default = 3\n}\n"
}

/// The outcome of a unit `live/a` whose source is sized, in a repository with this text for the unit.
fn placed(text: &str) -> (i32, String) {
    let files = [
        ("m/main.tf", sized()),
        ("m1/main.tf", sized().replace("default = 3", "default = 1")),
        ("live/root.hcl", "locals {\n  n = 3\n}\n".into()),
        ("live/n.tfvars", "n = 1\n".into()),
        ("live/n.yaml", "size: 1\n".into()),
        ("live/a/terragrunt.hcl", text.into()),
        (".git/HEAD", String::new()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    outcome(&Tree::new(&files), &["live/a"])
}

#[test]
fn where_the_repository_lies_finds_files_and_decides_nothing() {
    let source = |source: &str, inputs: &str| placed(&format!("terraform {{\n  source = {source}\n}}\n{inputs}\n"));
    let here = "\"${get_repo_root()}/m\"";
    let inputs =
        |n: &str| source(here, &format!("locals {{\n  root = get_repo_root()\n}}\ninputs = {{\n  n = {n}\n}}"));
    for known in [
        "3",
        "length(basename(get_terragrunt_dir())) + 2",
        "yamldecode(file(\"${get_terragrunt_dir()}/../n.yaml\")).size + 2",
        "yamldecode(file(format(\"%s/n.yaml\", dirname(find_in_parent_folders(\"root.hcl\"))))).size + 2",
        "read_terragrunt_config(find_in_parent_folders(\"root.hcl\")).locals.n",
        "fileexists(\"${get_repo_root()}/live/root.hcl\") ? 3 : 1",
        "length(fileset(local.root, \"live/*.yaml\")) + 2",
        "try(read_terragrunt_config(\"${local.root}/live/none.hcl\").locals.n, 3)",
        "length(split(\"/\", get_path_from_repo_root())) + 1",
        "merge({ n = 3 }, { root = local.root }).n",
    ] {
        assert_eq!(inputs(known), (0, "ready".into()), "{known}");
    }
    for unknown in [
        "length(get_repo_root())",
        "startswith(get_terragrunt_dir(), \"/\") ? 3 : 1",
        "get_repo_root() != \"/builds/x\" ? 3 : 1",
        "local.root == \"/builds/x\" ? 1 : 3",
        "lookup({ \"/builds/x\" = 1 }, get_repo_root(), 3)",
        "try({ \"/builds/x\" = 1 }[get_parent_terragrunt_dir()], 3)",
        "try(regex(\"^/builds\", get_original_terragrunt_dir()) == \"\" ? 1 : 3, 3)",
        "contains([local.root], \"/builds/x\") ? 1 : 3",
        "length({ (local.root) = 1, \"/builds/x\" = 2 }) + 1",
        "length([for x in [local.root] : x if x != \"/builds/x\"]) + 2",
        "length(\"%{ if local.root == \"/builds/x\" }%{ else }xxx%{ endif }\")",
        "can(regex(\"builds\", find_in_parent_folders(\"root.hcl\"))) ? 1 : 3",
        "length(get_working_dir())",
    ] {
        assert_eq!(inputs(unknown), (1, "undecided".into()), "{unknown}");
    }
    assert_eq!(source(here, ""), (0, "ready".into()));
    let other = "get_repo_root() == \"/builds/x\" ? \"../../m1\" : \"../../m\"";
    assert_eq!(source(other, ""), (1, "undecided".into()), "which module it is depends on the machine");
    let named = "lookup({ \"/builds/x\" = \"../../m1\" }, get_repo_root(), \"../../m\")";
    assert_eq!(source(named, ""), (1, "undecided".into()));
}

#[test]
fn arguments_that_set_variables_count() {
    let unit = |block: &str| {
        placed(&format!(
            "terraform {{\n  source = \"../../m\"\n  extra_arguments \"x\" {{\n    commands = [\"plan\"]\n    {block}\n  }}\n}}\n"
        ))
    };
    assert_eq!(unit(""), (0, "ready".into()));
    for fewer in [
        "arguments = [\"-var\", \"n=1\"]",
        "arguments = [\"-var=n=1\"]",
        "arguments = [\"-var-file=${get_terragrunt_dir()}/../n.tfvars\"]",
        "arguments = [\"-var-file\", \"../n.tfvars\"]",
        "required_var_files = [\"${get_repo_root()}/live/n.tfvars\"]",
        "env_vars = { TF_VAR_n = \"1\" }",
        "env_vars = { TF_VAR_n = 1 }",
    ] {
        assert_eq!(unit(fewer), (1, "not-ready".into()), "{fewer}");
    }
    for unknown in [
        "arguments = [\"-var\", \"n=${get_env(\"NOT_SET_HERE\")}\"]",
        "arguments = [\"-var\", \"n=${length(get_repo_root())}\"]",
        "arguments = run_cmd(\"x\")",
        "required_var_files = [get_env(\"NOT_SET_HERE\")]",
        "env_vars = { TF_VAR_n = get_env(\"NOT_SET_HERE\") }",
        "env_vars = { TF_VAR_n = length(get_repo_root()) }",
        "env_vars = run_cmd(\"x\")",
    ] {
        assert_eq!(unit(unknown), (1, "undecided".into()), "{unknown}");
    }
}

#[test]
fn json_and_stacks_are_named() {
    for name in ["terragrunt.hcl.json", "terragrunt.stack.hcl"] {
        for folder in ["live", ".hidden", "."] {
            let path = if folder == "." { name.to_string() } else { format!("{folder}/{name}") };
            let tree = Tree::new(&[("main.tf", READY), (&path, "{}")]);
            assert_eq!(outcome(&tree, &[]), (1, "undecided".into()), "{path}");
            assert_eq!(tree.json(&[])["coverage"]["skipped"][0]["path"], path.as_str());
        }
    }
}
