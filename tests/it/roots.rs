//! Which folders are root modules, and which of them count.

use crate::tree::{Tree, codes, skipped};

const CLUSTER: &str = "resource \"google_container_cluster\" \"c\" {
  name               = \"c\"
  location           = \"europe-west4-a\"
  initial_node_count = 3
  node_config {
    machine_type = \"e2-standard-4\"
    oauth_scopes = [\"cloud-platform\"]
  }
}
";
const FEW: &str = "resource \"google_container_cluster\" \"c\" {
  name               = \"c\"
  location           = \"europe-west4-a\"
  initial_node_count = 1
}
";

#[test]
fn a_called_module_with_a_provider_is_no_root_module() {
    let call = "module \"m\" {\n  source = \"./m\"\n  ca     = \"YWJj\"\n}\n";
    let module = "variable \"ca\" {\n  default = \"?\"\n}\nprovider \"kubernetes\" {\n  host                   = \"h\"\n  cluster_ca_certificate = base64decode(var.ca)\n}\n";
    let tree = Tree::new(&[("main.tf", call), ("m/main.tf", module)]);
    assert!(codes(&tree.json(&[])).is_empty());
    assert!(tree.run(&["--color", "never"]).stdout.contains("1 root module"));
}

#[test]
fn examples_are_judged_and_count_only_by_name_or_alone() {
    let tree = Tree::new(&[("main.tf", CLUSTER), ("examples/few/main.tf", FEW)]);
    let report = tree.json(&[]);
    assert!(codes(&report).contains(&"KFP001"), "{report}");
    assert_eq!(report["verdict"], "ready");
    assert_eq!(tree.run(&[]).code, 0);
    let said = skipped(&report);
    assert!(said[0].0 == "examples/few" && said[0].1.contains("does not count"), "{said:?}");
    assert!(tree.run(&["--color", "never"]).stdout.contains("Not counted\n  examples/few: it is an example"));
    assert_eq!(tree.run(&["examples/few"]).code, 1, "named");
    assert_eq!(tree.run(&["examples"]).code, 1, "named");
    let alone = Tree::new(&[("examples/few/main.tf", FEW)]);
    assert_eq!(alone.run(&[]).code, 1, "there is nothing else");
}

#[test]
fn files_that_each_stand_by_themselves_are_no_root_module() {
    let file =
        |zone: &str| format!("variable \"zone\" {{\n  default = \"{zone}\"\n}}\nlocals {{\n  x = var.gone\n}}\n");
    let (a, b, c) = (file("a"), file("b"), file("c"));
    let tree = Tree::new(&[("main.tf", CLUSTER), ("s/a.tf", &a), ("s/b.tf", &b), ("s/c.tf", &c)]);
    let report = tree.json(&[]);
    assert!(!codes(&report).iter().any(|code| code.starts_with("TF")), "{report}");
    assert!(skipped(&report)[0].1.contains("each stands by itself"));
    let two = Tree::new(&[("s/a.tf", &a), ("s/b.tf", &b)]);
    assert!(codes(&two.json(&[])).contains(&"TF005"), "two files may be one with a mistake");
}

#[test]
fn templates_of_configurations_are_no_root_module() {
    let template =
        "resource \"google_project\" \"p\" {\n  name = {{ .Name }}\n  {{ if .X }}\n  x = 1\n  {{ end }}\n}\n";
    let tree = Tree::new(&[("main.tf", CLUSTER), ("t/p.tf", template)]);
    let report = tree.json(&[]);
    assert!(!codes(&report).iter().any(|code| code.starts_with("TF")), "{report}");
    assert!(skipped(&report)[0].1.contains("templates"), "{report}");
}

#[test]
fn strict_runs_count_examples_and_what_units_include() {
    let tree = Tree::new(&[("main.tf", CLUSTER), ("examples/few/main.tf", FEW)]);
    assert_eq!(tree.run(&["--strict"]).code, 1);
    let unit = "include \"x\" {\n  path = \"../x/terragrunt.hcl\"\n}\n";
    let hidden = "terraform {\n  source = \"../m\"\n}\n";
    let tree = Tree::new(&[("m/main.tf", FEW), ("x/terragrunt.hcl", hidden), ("y/terragrunt.hcl", unit)]);
    let clusters = |args: &[&str]| tree.json(args)["clusters"].as_array().map(Vec::len);
    assert_eq!((clusters(&[]), clusters(&["--strict"])), (Some(1), Some(2)));
    assert!(skipped(&tree.json(&[])).iter().any(|(path, why)| path == "x" && why.contains("units include it")));
}
