//! What only some versions of Terraform and OpenTofu read, and which of them a root module allows.

use crate::tree::{READY, Tree, skipped};
use serde_json::Value;

/// The levels, lines and messages of what a report says of Terraform itself.
fn said(report: &Value) -> Vec<String> {
    let own = |d: &&Value| d["code"].as_str().is_some_and(|code| code.starts_with("TF"));
    let shown = |d: &Value| {
        let text = |name: &str| d[name].as_str().unwrap_or_default().to_string();
        format!("{} {} {}", d["primary"]["start"]["line"], text("level"), text("message"))
    };
    report["diagnostics"].as_array().unwrap().iter().filter(own).map(shown).collect()
}

fn all(files: &[(&str, &str)]) -> Vec<String> {
    said(&Tree::new(files).json(&["."]))
}

/// What is said of a root module that asks for a version.
fn with(version: &str, text: &str) -> Vec<String> {
    all(&[("main.tf", text), ("versions.tf", &format!("terraform {{\n  required_version = \"{version}\"\n}}\n"))])
}

/// Accepted from this version on; refused by this one.
fn came(from: &str, refused: &str, text: &str) {
    assert_eq!(with(&format!(">= {from}"), text), [""; 0], "{text}");
    let before = with(&format!("~> {refused}.0"), text);
    assert!(before.iter().any(|line| line.contains("error no version that may run this module reads")), "{before:#?}");
    let either = with(">= 1.6", text);
    assert!(either.iter().any(|line| line.contains("warning")), "{either:#?}");
    assert!(either.iter().all(|line| line.contains(&format!("Terraform before {from}"))), "{either:#?}");
}

fn on_disk(rest: &str) -> String {
    format!("resource \"terraform_data\" \"a\" {{\n{rest}}}\n")
}

#[test]
fn newer_language_is_read_where_the_version_has_it() {
    let action = "action \"local_command\" \"tell\" {\n  count = 1\n  config {\n    command = \"echo\"\n  }\n}\n";
    let trigger = |events: &str, more: &str| {
        let actions = "actions = [action.local_command.tell[0]]";
        let block = format!(
            "  lifecycle {{\n    action_trigger {{\n      events = [{events}]\n      {actions}\n{more}    }}\n  }}\n"
        );
        format!("{action}{}", on_disk(&block))
    };
    came("1.14", "1.13", &trigger("after_create", ""));
    // Whether OpenTofu reads it is not certain, so that it makes no error.
    let typed = "output \"o\" {\n  value = \"3\"\n  type  = number\n}\n";
    assert_eq!(with(">= 1.15", typed), [""; 0]);
    assert_eq!(
        with("~> 1.11.0", typed),
        ["3 warning Terraform before 1.15 and OpenTofu until 1.12 refuse `type` of an output"]
    );
    came("1.15", "1.11", "variable \"a\" {\n  const   = true\n  default = \"x\"\n}\n");
    came("1.15", "1.9", "variable \"a\" {\n  default    = 1\n  deprecated = \"Use b.\"\n}\n");
    came("1.15", "1.11", "output \"o\" {\n  value = convert({ a = \"1\" }, object({ a = number }))\n}\n");
    came(
        "1.12",
        "1.11",
        &format!("import {{\n  to       = terraform_data.a\n  identity = {{ id = \"x\" }}\n}}\n{}", on_disk("")),
    );
    came("1.16", "1.11", &on_disk("  lifecycle {\n    destroy = false\n  }\n"));
    assert_eq!(with(">= 1.16", &trigger("before_destroy", "      on_failure = continue\n")), [""; 0]);
    let store = "  store {\n    input   = 1\n    version = 1\n  }\n";
    assert_eq!(with(">= 1.16", &on_disk(store)), [""; 0]);
}

#[test]
fn what_every_version_refuses_is_an_error() {
    let action = "action \"local_command\" \"tell\" {\n}\n";
    let trigger = |events: &str, actions: &str| {
        let block = format!(
            "  lifecycle {{\n    action_trigger {{\n      events = [{events}]\n      actions = [{actions}]\n    }}\n  }}\n"
        );
        with(">= 1.16", &format!("{action}{}", on_disk(&block)))
    };
    let tell = "action.local_command.tell";
    assert_eq!(trigger("after_creat", tell), ["6 error there is no event `after_creat`"]);
    assert_eq!(trigger("after_create, after_create", tell), ["6 error the event `after_create` stands here twice"]);
    assert_eq!(trigger("", tell), ["6 error an `action_trigger` needs at least one event"]);
    assert_eq!(trigger("after_create", "action.local_command.tel"), ["7 error there is no action `local_command.tel`"]);
    assert_eq!(
        trigger("after_create", "path.module"),
        ["7 error an element of `actions` must name one action of this module"]
    );
    assert_eq!(with(">= 1.15", "output \"o\" {\n  value = convert(\"x\", number)\n}\n").len(), 1);
    assert_eq!(
        with(">= 1.15", "output \"o\" {\n  value = \"x\"\n  type  = number\n}\n"),
        ["2 error the value of the output `o` is not of its type: a number is required"]
    );
    let in_override = [
        ("main.tf", &*on_disk("")),
        ("a_override.tf", "moved {\n  from = terraform_data.b\n  to   = terraform_data.a\n}\n"),
    ];
    assert_eq!(all(&in_override), ["1 error an override file cannot have a block `moved`"]);
}

#[test]
fn signs_of_a_tool_decide_whose_language_it_is() {
    let encryption = "terraform {\n  encryption {\n    state {\n    }\n  }\n}\n";
    let each = "provider \"google\" {\n  alias    = \"by\"\n  for_each = toset([\"a\"])\n  region   = each.key\n}\n";
    let prevent = on_disk("  lifecycle {\n    prevent_destroy = path.root == \".\"\n  }\n");
    let language = "language {\n  compatible_with {\n    opentofu = \">= 1.12\"\n  }\n}\n";
    for text in [encryption, each, &prevent, language] {
        assert_eq!(all(&[("main.tofu", text)]), [""; 0], "{text}");
        assert_eq!(all(&[("main.tf", text), (".opentofu-version", "1.12.1\n")]), [""; 0], "{text}");
        for sign in [(".terraform-version", "1.11.4\n"), ("cloud.tf", "terraform {\n  cloud {\n  }\n}\n")] {
            let said = all(&[("main.tf", text), sign]);
            assert!(said.len() == 1 && said[0].contains("error no version that may run"), "{text}\n{said:#?}");
        }
        let either = all(&[("main.tf", text)]);
        assert!(either.len() == 1 && either[0].contains("warning Terraform until 1.17"), "{text}\n{either:#?}");
    }
    let action = "action \"local_command\" \"tell\" {\n}\n";
    assert_eq!(all(&[("main.tofu", action)]), ["1 error no version that may run this module reads `action` blocks"]);
    assert_eq!(
        all(&[("main.tofu", "provider \"google\" {\n  for_each = toset([])\n}\n")]),
        ["2 error a provider configuration with `for_each` needs an `alias`"]
    );
}

/// The value of the output `o`, as `evaluate` prints it.
fn output(files: &[(&str, &str)], env: &[(&str, &str)]) -> Value {
    let run = Tree::new(files).run_with(&["evaluate", "."], env, "");
    let plan: Value = serde_json::from_str(&run.stdout).unwrap_or_default();
    plan["planned_values"]["outputs"]["o"]["value"].clone()
}

#[test]
fn a_module_that_is_not_enabled_makes_nothing() {
    let call = "variable \"on\" {\n  default = false\n}\nmodule \"m\" {\n  source = \"./m\"\n  lifecycle {\n    enabled = var.on\n  }\n}\n";
    let none = format!("{call}output \"o\" {{\n  value = module.m == null ? \"none\" : module.m.x\n}}\n");
    let module = ("m/main.tf", "output \"x\" {\n  value = \"one\"\n}\n");
    assert_eq!(output(&[("main.tofu", &none), module], &[]), "none");
    assert_eq!(output(&[("main.tofu", &none.replace("false", "true")), module], &[]), "one");
    let used = format!("{call}output \"o\" {{\n  value = module.m.x\n}}\n");
    let said = all(&[("main.tofu", &used), module]);
    assert!(said.len() == 1 && said[0].contains("error module.m is not enabled, so it is null"), "{said:#?}");
    let counted = on_disk("  count = 1\n  lifecycle {\n    enabled = true\n  }\n");
    assert_eq!(all(&[("main.tofu", &counted)]), ["2 error `count` and `enabled` cannot both be set"]);
}

#[test]
fn sources_are_computed_from_what_is_known_before_anything_else() {
    let call = "locals {\n  path = \"./m/${var.e}\"\n}\nmodule \"m\" {\n  source = local.path\n}\noutput \"o\" {\n  value = module.m.x\n}\n";
    let variable = |more: &str| format!("variable \"e\" {{\n  default = \"dev\"\n{more}}}\n{call}");
    let module = ("m/dev/main.tf", "output \"x\" {\n  value = \"dev\"\n}\n");
    assert_eq!(output(&[("main.tf", &variable("  const = true\n")), module], &[]), "dev");
    assert_eq!(output(&[("main.tofu", &variable("")), module], &[]), "dev");
    let terraform = all(&[("main.tf", &variable("")), module, (".terraform-version", "1.15.2\n")]);
    assert!(terraform.len() == 1 && terraform[0].contains("error no version that may run"), "{terraform:#?}");
    let open = variable("").replace("  default = \"dev\"\n", "");
    assert_eq!(all(&[("main.tofu", &open), module]), [""; 0]);
    let dynamic = format!("module \"m\" {{\n  source = \"./${{terraform_data.a.id}}\"\n}}\n{}", on_disk(""));
    let said = all(&[("main.tf", &dynamic)]);
    assert!(said.len() == 1 && said[0].starts_with("2 error `source` of a module must be known"), "{said:#?}");
}

#[test]
fn instances_of_a_module_are_attributes_of_it() {
    let call = "module \"m\" {\n  source   = \"./m\"\n  for_each = { blue = 3 }\n  n        = each.value\n}\n";
    let module = ("m/main.tf", "variable \"n\" {\n}\noutput \"size\" {\n  value = var.n\n}\n");
    let main = |value: &str| format!("{call}output \"o\" {{\n  value = {value}\n}}\n");
    assert_eq!(output(&[("main.tf", &main("module.m.blue.size")), module], &[]), 3);
    assert_eq!(all(&[("main.tf", &main("module.m.red.size")), module]).len(), 1);
}

#[test]
fn the_environment_gives_arguments_and_the_workspace() {
    let main =
        ("main.tf", "variable \"n\" {\n  default = \"default\"\n}\noutput \"o\" {\n  value = nonsensitive(var.n)\n}\n");
    let file = ("prod.tfvars", "n = \"prod\"\n");
    let args = |text| output(&[main, file], &[("TF_CLI_ARGS_plan", text)]);
    assert_eq!(args("-lock=false -var-file=prod.tfvars"), "prod");
    assert_eq!(output(&[main, file], &[("TF_CLI_ARGS", "-var-file 'prod.tfvars'")]), "prod");
    let run = Tree::new(&[main]).run_with(&["."], &[("TF_CLI_ARGS_plan", "-var-file=no.tfvars")], "");
    assert!(run.stdout.contains("TF_CLI_ARGS_plan names a variable file that cannot be read"), "{}", run.stdout);
    let main = ("main.tf", "output \"o\" {\n  value = terraform.workspace\n}\n");
    let selected = (".terraform/environment", "prod");
    assert_eq!(output(&[main, selected], &[]), "prod");
    assert_eq!(output(&[main, selected], &[("TF_WORKSPACE", "stage")]), "stage");
    assert_eq!(output(&[main], &[]), "default");
}

#[test]
fn both_operands_count_where_only_old_versions_are_allowed() {
    let guarded = "output \"o\" {\n  value = false && tobool(\"x\")\n}\n";
    assert_eq!(with(">= 1.12", guarded), [""; 0]);
    assert_eq!(with(">= 1.5", guarded), [""; 0]);
    assert_eq!(all(&[("main.tf", guarded)]), [""; 0]);
    let old = with("~> 1.9.0", guarded);
    assert!(old.len() == 1 && old[0].starts_with("2 error tobool"), "{old:#?}");
    let report = Tree::new(&[("main.tf", guarded), (".terraform-version", "1.9.8\n")]).json(&["."]);
    let help = report["diagnostics"][0]["help"][0].as_str().unwrap();
    assert!(help.contains("Terraform before 1.12") && help.contains("evaluate both operands"), "{help}");
}

#[test]
fn files_of_other_commands_do_not_count() {
    let files = [
        ("main.tf", &*on_disk("")),
        ("tests/a.tftest.hcl", "run \"a\" {\n}\n"),
        ("b.tfquery.hcl", "list \"x\" \"y\" {\n}\n"),
        ("c.tfcomponent.hcl", "component \"gke\" {\n  source = \"./gke\"\n}\n"),
        ("d.tfdeploy.hcl", "deployment \"prod\" {\n}\n"),
        ("e.tfstack.hcl", "component \"gke\" {\n  source = \"./gke\"\n}\n"),
    ];
    let report = Tree::new(&files).json(&["."]);
    let left: Vec<String> = skipped(&report).into_iter().map(|(path, _)| path).collect();
    let names = ["b.tfquery.hcl", "c.tfcomponent.hcl", "d.tfdeploy.hcl", "e.tfstack.hcl", "tests/a.tftest.hcl"];
    assert_eq!(left, names);
    assert_eq!(said(&report), [""; 0]);
    let run = Tree::new(&[("main.tf", READY), ("e.tfstack.hcl", "component \"gke\" {\n}\n")]).run(&["."]);
    assert!(run.stdout.contains("READY") && run.stdout.contains("e.tfstack.hcl"), "{}", run.stdout);
    // Where nothing else is there, nothing is checked.
    for (name, text) in files.iter().filter(|(name, _)| *name != "main.tf") {
        let run = Tree::new(&[(name, text)]).run(&["."]);
        assert_eq!(run.code, 3, "{name}: {}{}", run.stdout, run.stderr);
    }
}

#[test]
fn the_version_that_runs_a_root_module_is_pinned_in_files_and_options() {
    let main = ("main.tf", "variable \"a\" {\n  const   = true\n  default = \"x\"\n}\n");
    let refused = ["2 error no version that may run this module reads `const` of a variable"];
    let tools = |text| all(&[main, (".tool-versions", text)]);
    assert_eq!(tools("golang 1.22\nterraform 1.11.4 1.9.0 # as in the pipeline\n"), refused);
    assert_eq!(tools("opentofu 1.10.0\n"), refused);
    assert_eq!(tools("terraform 1.15.2\n"), [""; 0]);
    assert_eq!(tools("opentofu 1.12.1\n"), [""; 0]);
    // Another tool's line says nothing.
    assert!(tools("nodejs 20\n")[0].contains("warning Terraform before 1.15 and OpenTofu before 1.12"));
    let given = |args: &[&str], files: &[(&str, &str)]| said(&Tree::new(files).json(args));
    assert_eq!(given(&[".", "--terraform-version", "1.11"], &[main]), refused);
    assert_eq!(
        given(&[".", "--terraform-version", "1.15.2"], &[main, (".tool-versions", "terraform 1.11.4\n")]),
        [""; 0]
    );
    let toml = ("kfplint.toml", "terraform-version = \"1.11.4\"\n");
    assert_eq!(given(&["."], &[main, toml]), refused);
    assert_eq!(given(&[".", "--terraform-version", "1.15"], &[main, toml]), [""; 0]);
    // A root module of OpenTofu keeps its own.
    assert_eq!(given(&[".", "--terraform-version", "1.9"], &[main, (".opentofu-version", "1.12.0\n")]), [""; 0]);
    let run = Tree::new(&[main]).run(&[".", "--terraform-version", "latest"]);
    assert!(run.code == 2 && run.stderr.contains("such as 1.9.5 or 1.9"), "{}", run.stderr);
    let run = Tree::new(&[main, ("kfplint.toml", "terraform-version = \"newest\"\n")]).run(&["."]);
    assert!(run.code == 2 && run.stderr.contains("`newest` is not a version of Terraform"), "{}", run.stderr);
}

#[test]
fn a_version_that_a_module_does_not_ask_for_is_named() {
    let main = ("main.tf", "terraform {\n  required_version = \">= 1.9.3\"\n}\n");
    let message = "Terraform 1.5.7 is not a version that this module asks for, and refuses it";
    let given = |args: &[&str], files: &[(&str, &str)]| said(&Tree::new(files).json(args));
    assert_eq!(given(&[".", "--terraform-version", "1.5.7"], &[main]), [format!("2 error {message}")]);
    for file in [(".terraform-version", "1.5.7\n"), (".tool-versions", "terraform 1.5.7\n")] {
        assert_eq!(given(&["."], &[main, file]), [format!("2 warning {message}")]);
    }
    for version in ["1.9", "1.9.3", "1.12", "v1.10.0"] {
        assert_eq!(given(&[".", "--terraform-version", version], &[main]), [""; 0], "{version}");
    }
    assert_eq!(given(&["."], &[main, (".terraform-version", "latest\n")]), [""; 0]);
}

#[test]
fn what_newer_versions_took_away_is_refused_by_them() {
    let experiment = "terraform {\n  experiments = [module_variable_optional_attrs]\n}\n";
    assert_eq!(all(&[("main.tf", experiment)]), ["2 error no version that may run this module reads `experiments`"]);
    assert_eq!(with("~> 1.2.0", experiment), [""; 0]);
    let optional = "variable \"a\" {\n  type    = object({ n = optional(number) })\n  default = {}\n}\n";
    assert_eq!(with("~> 1.2.0", &format!("{experiment}{optional}")), [""; 0]);
    let backend = "terraform {\n  backend \"etcd\" {\n  }\n}\n";
    assert_eq!(all(&[("main.tf", backend)]), ["2 error no version that may run this module reads the backend `etcd`"]);
    assert_eq!(with("~> 1.2.0", backend), [""; 0]);
    let trigger = format!(
        "{}resource \"terraform_data\" \"b\" {{\n}}\n",
        on_disk("  lifecycle {\n    replace_triggered_by = [terraform_data.b.nope]\n  }\n")
    );
    assert_eq!(with(">= 1.15", &trigger), ["3 error terraform_data.b has no attribute `nope`"]);
    assert_eq!(all(&[("main.tf", &trigger)]), ["3 warning terraform_data.b has no attribute `nope`"]);
    assert_eq!(with("~> 1.11.0", &trigger), [""; 0]);
}

#[test]
fn what_older_versions_lack_is_refused_by_them() {
    came(
        "1.9",
        "1.5",
        "variable \"b\" {\n  default = 1\n}\nvariable \"a\" {\n  default = 1\n  validation {\n    condition     = var.a >= var.b\n    error_message = \"Too few.\"\n  }\n}\n",
    );
    let optional = "variable \"a\" {\n  type    = object({ n = optional(number, 1) })\n  default = {}\n}\n";
    assert_eq!(
        with("~> 1.2.0", optional),
        ["2 error no version that may run this module reads `optional` attributes of an object type"]
    );
    assert_eq!(with(">= 1.3", optional), [""; 0]);
    assert_eq!(
        with("~> 1.3.0", &on_disk("")),
        ["1 error no version that may run this module reads the resource type `terraform_data`"]
    );
    let value = |call: &str| format!("output \"o\" {{\n  value = {call}\n}}\n");
    let null = value("contains([\"a\", null], null)");
    assert_eq!(with("~> 1.16.0", &null), [""; 0]);
    assert!(with("~> 1.10.0", &null)[0].contains("`contains` with null"));
    let guarded = value("try(null, null) == null || contains([\"a\"], null)");
    assert_eq!(all(&[("main.tf", &guarded)]), [""; 0], "the left operand decides");
    let chosen = value("try(null, null) == null ? true : contains([\"a\"], null)");
    assert_eq!(all(&[("main.tf", &chosen)]), [""; 0], "the other arm is chosen");
    let class = value("regex(\"\\\\p{Letter}+\", \"1ab\")");
    assert_eq!(with("~> 1.14.0", &class), [""; 0]);
    assert_eq!(output(&[("main.tf", &class)], &[]), "ab");
    assert!(with("~> 1.10.0", &class)[0].contains("error no version"));
    let last = value("element(tolist([\"a\", \"b\"]), -1)");
    assert_eq!(with("~> 1.12.0", &last), [""; 0]);
    assert!(with("~> 1.9.0", &last)[0].contains("error no version"));
}

#[test]
fn a_comparison_with_null_is_sensitive_as_a_whole_alone() {
    let main = "variable \"s\" {\n  sensitive = true\n  default   = \"x\"\n}\nresource \"terraform_data\" \"a\" {\n  for_each = { a = var.s } == null ? toset([]) : toset([\"a\"])\n}\n";
    assert_eq!(with(">= 1.15", main), [""; 0]);
    assert!(with("~> 1.11.0", main)[0].contains("error `for_each` must not be sensitive"));
}

#[test]
fn conditions_and_types_are_refused_where_they_cannot_stand() {
    let main = ("main.tf", "variable \"a\" {\n  default = 1\n}\noutput \"o\" {\n  value = 1\n}\n");
    let lifecycle = on_disk(
        "  lifecycle {\n    precondition {\n      condition     = path.root != \"\"\n      error_message = \"X.\"\n    }\n  }\n",
    );
    for (over, kind) in [
        (
            "variable \"a\" {\n  validation {\n    condition     = var.a == 1\n    error_message = \"X.\"\n  }\n}\n",
            "validation",
        ),
        (
            "output \"o\" {\n  precondition {\n    condition     = path.root != \"\"\n    error_message = \"X.\"\n  }\n}\n",
            "precondition",
        ),
        (&*lifecycle, "precondition"),
    ] {
        let said = all(&[main, ("data.tf", &on_disk("")), ("x_override.tf", over)]);
        assert!(
            said.len() == 1 && said[0].contains(&format!("error an override file cannot have a block `{kind}`")),
            "{said:#?}"
        );
    }
    let twice = "variable \"a\" {\n  type = object({ n = string, n = number })\n}\n";
    assert_eq!(all(&[("main.tf", twice)]), ["2 error the object type has two attributes `n`"]);
    let import = format!(
        "import {{\n  for_each = toset([terraform_data.a.id])\n  to       = terraform_data.a\n  id       = each.key\n}}\n{}",
        on_disk("")
    );
    assert_eq!(
        with(">= 1.7", &import),
        ["2 error `for_each` of an import cannot refer to the resource that it imports"]
    );
    // Terraform looks at a connection only for a provisioner.
    assert_eq!(all(&[("main.tf", &on_disk("  connection {\n    hots = \"h\"\n  }\n"))]), [""; 0]);
}

#[test]
fn uses_of_what_a_module_deprecates_are_warned_of() {
    let module = "variable \"size\" {\n  default    = null\n  deprecated = \"Use node_count.\"\n}\nvariable \"node_count\" {\n  default = 3\n}\noutput \"endpoint\" {\n  value      = \"x\"\n  deprecated = \"Use host.\"\n}\n";
    let call = |more: &str| format!("module \"gke\" {{\n  source = \"./gke\"\n{more}}}\n");
    let version = ("versions.tf", "terraform {\n  required_version = \">= 1.15\"\n}\n");
    let check = |main: &str| all(&[("main.tf", main), ("gke/main.tf", module), version]);
    assert_eq!(check(&call("  node_count = 4\n")), [""; 0]);
    assert_eq!(
        check(&call("  size = 4\n")),
        ["3 warning the variable `size` of module.gke is deprecated: Use node_count."]
    );
    let used = format!("{}output \"o\" {{\n  value = module.gke.endpoint\n}}\n", call(""));
    assert_eq!(check(&used), ["5 warning the output `endpoint` of module.gke is deprecated: Use host."]);
    // A call can say that what its module uses does not matter.
    let outer = |flag: &str| format!("module \"outer\" {{\n  source = \"./outer\"\n{flag}}}\n");
    let nested = |flag: &str| {
        let inner = "module \"gke\" {\n  source = \"../gke\"\n  size   = 4\n}\n";
        all(&[("main.tf", &outer(flag)), ("outer/main.tf", inner), ("gke/main.tf", module), version])
    };
    assert_eq!(nested("").len(), 1);
    assert_eq!(nested("  ignore_nested_deprecations = true\n"), [""; 0]);
}

#[test]
fn sensitive_outputs_of_modules_are_refused_where_all_versions_know_of_them() {
    let main = |use_of: &str| format!("module \"m\" {{\n  source = \"./m\"\n}}\n{use_of}");
    let child = ("m/main.tf", "output \"key\" {\n  value     = \"abc\"\n  sensitive = true\n}\n");
    let said = |version: &str, use_of: &str| {
        let versions = format!("terraform {{\n  required_version = \"{version}\"\n}}\n");
        all(&[("main.tf", &main(use_of)), child, ("versions.tf", &versions)])
    };
    let shown = "output \"o\" {\n  value = module.m.key\n}\n";
    assert_eq!(said(">= 1.13", shown), ["5 error the output `o` shows a sensitive value"]);
    assert_eq!(said(">= 1.9", shown), ["5 warning the output `o` shows a sensitive value"]);
    let keys = "resource \"terraform_data\" \"a\" {\n  for_each = toset([module.m.key])\n}\n";
    assert!(said(">= 1.13", keys)[0].starts_with("5 error `for_each` must not be sensitive"));
    let lines = said(">= 1.9", keys);
    assert!(lines.len() == 1 && lines[0].starts_with("5 warning `for_each` must not be sensitive"), "{lines:#?}");
    // It is hidden all the same.
    let run = Tree::new(&[("main.tf", &main(shown)), child]).run(&["evaluate", "."]);
    assert!(!run.stdout.contains("abc"), "{}", run.stdout);
}
