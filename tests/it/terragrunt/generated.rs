//! Files that units generate, and folders of modules that are not on disk.

use super::MODULE;
use crate::tree::{Tree, codes};

/// A unit that generates a file with this text.
fn generating(name: &str, source: &str, text: &str) -> String {
    format!(
        "terraform {{\n  source = \"{source}\"\n}}\ndependency \"account\" {{\n  config_path = \"../account\"\n}}
generate \"file\" {{\n  path      = \"{name}\"\n  if_exists = \"overwrite\"\n  contents  = <<-EOF\n{text}\n  EOF\n}}\n"
    )
}

const REMOTE: &str = "git::https://example.com/modules.git//gke?ref=v1";

#[test]
fn a_text_with_parts_that_are_not_known_declares_what_it_declares() {
    let text = "    data \"google_client_config\" \"current\" {}\n    provider \"google\" {\n      project = \"${dependency.account.outputs.id}\"\n    }";
    let unit = generating("providers.tf", "../m", text);
    let module = "output \"project\" {\n  value = data.google_client_config.current.project\n}\n";
    let root = Tree::new(&[("m/main.tf", module), ("u/terragrunt.hcl", &unit)]);
    let report = root.json(&[]);
    assert!(codes(&report).is_empty(), "{report}");
    let shown = root.run(&["--color", "never"]).stdout;
    assert!(shown.contains("1 root module"), "the module is judged as the unit's source: {shown}");
}

#[test]
fn the_value_of_an_unknown_part_is_undecided() {
    let text = "    locals {\n      nodes = ${dependency.account.outputs.nodes}\n    }";
    let unit = generating("locals.tf", "../m", text);
    let module = MODULE.replace("var.nodes\n  node", "local.nodes\n  node");
    let root = Tree::new(&[("m/main.tf", &*module), ("u/terragrunt.hcl", &unit)]);
    let report = root.json(&["u"]);
    assert!(!codes(&report).iter().any(|code| code.starts_with("TF")), "{report}");
    let requirement = &report["clusters"][0]["requirements"][0];
    assert_eq!(
        (&requirement["status"], &requirement["decides"][0]),
        (&"undecided".into(), &"dependency.account".into())
    );
}

#[test]
fn a_text_of_which_nothing_is_known_may_declare_anything() {
    let unit = "terraform {\n  source = \"../m\"\n}\ngenerate \"x\" {\n  path      = \"x.tf\"\n  if_exists = \"overwrite\"\n  contents  = run_cmd(\"x\")\n}\n";
    let module = "output \"x\" {\n  value = local.x\n}\n";
    let root = Tree::new(&[("m/main.tf", module), ("u/terragrunt.hcl", unit)]);
    let report = root.json(&["u"]);
    assert!(codes(&report).is_empty(), "{report}");
    assert_eq!(report["verdict"], "undecided");
}

#[test]
fn an_error_in_a_generated_text_is_one_and_stands_at_its_block() {
    let unit = generating(
        "x.tf",
        "../m",
        "    output \"a\" {\n      value = var.a\n    }\n    output \"b\" {\n      value = var.b\n    }",
    );
    let root = Tree::new(&[("m/main.tf", "locals {}\n"), ("u/terragrunt.hcl", &unit)]);
    let report = root.json(&["u"]);
    assert_eq!(codes(&report), ["TF002"]);
    let place = &report["diagnostics"][0]["primary"];
    assert_eq!((place["file"].as_str(), place["start"]["line"].as_u64()), (Some("u/terragrunt.hcl"), Some(7)));
}

#[test]
fn what_a_disabled_block_or_one_for_another_folder_generates_is_not_read() {
    let text = "    output \"a\" {\n      value = var.a\n    }";
    let below = generating("sub/x.tf", "../m", text);
    let disabled = generating("x.tf", "../m", text)
        .replace("if_exists = \"overwrite\"", "if_exists = \"overwrite\"\n  disable   = true");
    for unit in [below, disabled] {
        let root = Tree::new(&[("m/main.tf", "locals {}\n"), ("u/terragrunt.hcl", &unit)]);
        assert!(codes(&root.json(&["u"])).is_empty(), "{unit}");
    }
}

#[test]
fn a_file_that_exists_stays_where_the_block_says_so() {
    let text = "    variable \"nodes\" {\n      default = 1\n    }";
    let unit = generating("main.tf", "../m", text).replace("\"overwrite\"", "\"skip\"");
    let root = Tree::new(&[("m/main.tf", MODULE), ("u/terragrunt.hcl", &unit)]);
    assert_eq!(root.json(&["u"])["clusters"].as_array().map(Vec::len), Some(1));
}

#[test]
fn files_beside_a_module_that_is_not_on_disk_may_name_what_it_declares() {
    let text = "    output \"a\" {\n      value = local.of_the_module\n    }";
    let unit = generating("x.tf", REMOTE, text).replace("dependency", "inputs = {\n  region = \"r\"\n}\ndependency");
    let own = "variable \"region\" {}\noutput \"b\" {\n  value = var.unseen + length(google_x.unseen.id)\n}\n";
    let root = Tree::new(&[("u/main.tf", own), ("u/terragrunt.hcl", &unit)]);
    assert_eq!(codes(&root.json(&["u"])), ["TF004"]);
}

#[test]
fn folders_of_units_and_inputs_have_any_name() {
    let unit = "terraform {\n  source = \"tfr:///terraform-google-modules/kubernetes-engine/google?version=44.0.0\"\n}
inputs = {\n  project_id = \"p\"\n  depends_on = 1\n  \"a b\"     = 1\n}\n";
    for folder in ["01-gke", "gke.v2", "-x", "été"] {
        let root = Tree::new(&[(&format!("{folder}/terragrunt.hcl"), unit)]);
        let report = root.json(&[]);
        let errors = codes(&report).into_iter().filter(|code| ["TF003", "TF005"].contains(code)).count();
        assert_eq!(errors, 0, "{folder}: {report}");
        assert_eq!(report["clusters"].as_array().map(Vec::len), Some(1), "{folder}");
    }
}
