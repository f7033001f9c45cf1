//! Root modules with one fault that Terraform refuses, and what it accepts although it looks like one.

use crate::tree::{Tree, check};
use serde_json::Value;

/// The levels, codes, messages and lines of what a report says of Terraform itself.
fn said(report: &Value) -> Vec<String> {
    let diagnostics = report["diagnostics"].as_array().unwrap().iter();
    let own = diagnostics.filter(|d| d["code"].as_str().unwrap().starts_with("TF"));
    own.map(|d| {
        let text = |name: &str| d[name].as_str().unwrap().to_string();
        format!("{} {} {} {}", d["primary"]["start"]["line"], text("level"), text("code"), text("message"))
    })
    .collect()
}

/// Each text has just one fault: at this line, with this code and in these words.
fn refuses(faults: &[(&str, &str)]) {
    for (text, fault) in faults {
        let said = said(&check(text));
        assert!(said.len() == 1 && said[0].starts_with(fault), "{text}\nwanted {fault}\ngot    {said:#?}");
    }
}

fn accepts(texts: &[&str]) {
    for text in texts {
        let said = said(&check(text));
        assert!(said.is_empty(), "{text}\n{said:#?}");
    }
}

#[test]
fn blocks_of_terraform_hold_what_it_reads_in_them() {
    refuses(&[
        ("variable \"size\" {\n  defualt = 3\n}\n", "2 error TF003 a block `variable` has no argument `defualt`"),
        ("variable \"size\" {\n  check {\n  }\n}\n", "2 error TF003 a block `variable` has no block `check`"),
        (
            "output \"a\" {\n  value = 1\n  secret = true\n}\n",
            "3 error TF003 a block `output` has no argument `secret`",
        ),
        ("output \"a\" {\n}\n", "1 error TF003 a block `output` needs the argument `value`"),
        ("terraform {\n  backnd \"gcs\" {\n  }\n}\n", "2 error TF003 a block `terraform` has no block `backnd`"),
        ("locals {\n  sub {\n  }\n}\n", "2 error TF003 a block `locals` has no block `sub`"),
        ("check \"c\" {\n}\n", "1 error TF003 a block `check` needs a block `assert`"),
        ("moved {\n  from = terraform_data.a\n}\n", "1 error TF003 a block `moved` needs the argument `to`"),
        ("provider \"google\" {\n  count = 2\n}\n", "2 error TF003 a provider configuration has no `count`"),
        (
            "output \"a\" {\n  value = 1\n  postcondition {\n    condition     = self > 0\n    error_message = \"No.\"\n  }\n}\n",
            "3 error TF003 an output has no `postcondition`",
        ),
        (
            "terraform {\n  backend \"gcs\" {\n  }\n  backend \"gcs\" {\n  }\n}\n",
            "4 error TF005 the place of the state `backend` is declared twice",
        ),
    ]);
}

#[test]
fn blocks_have_the_labels_that_they_need() {
    refuses(&[
        ("output {\n  value = 1\n}\n", "1 error TF003 this block `output` has no name"),
        ("resource \"terraform_data\" {\n}\n", "1 error TF003 this block `resource` has no name"),
        ("output \"a\" \"b\" {\n  value = 1\n}\n", "1 error TF003 a block `output` takes no label after its name"),
        ("terraform \"x\" {\n}\n", "1 error TF003 a block `terraform` takes no label"),
        ("variable \"for_each\" {\n}\n", "1 error TF005 a variable cannot be named `for_each`"),
    ]);
}

#[test]
fn some_arguments_must_be_written_out() {
    refuses(&[
        ("variable \"a\" {\n  default = upper(\"x\")\n}\n", "2 error TF005 a function cannot be called here"),
        ("variable \"a\" {\n  default = path.module\n}\n", "2 error TF005 a reference cannot stand here"),
        ("variable \"a\" {\n  nullable = \"no\"\n}\n", "2 error TF003 `nullable` must be `true` or `false`"),
        ("variable \"a\" {\n  description = [\"x\"]\n}\n", "2 error TF003 `description` must be a text"),
        (
            "variable \"a\" {\n  nullable = false\n  default  = null\n}\n",
            "3 error TF005 the default of var.a must not be null",
        ),
    ]);
    accepts(&["variable \"a\" {\n  default   = [for n in [1, 2] : n * 2]\n  sensitive = \"true\"\n}\n"]);
}

#[test]
fn conditions_refer_to_something_and_are_true_or_false() {
    let validation = |condition: &str| {
        format!(
            "variable \"a\" {{\n  default = 1\n  validation {{\n    condition     = {condition}\n    error_message = \"No.\"\n  }}\n}}\n"
        )
    };
    refuses(&[
        (&validation("1 > 0"), "4 error TF005 the condition of a validation must refer to its own variable"),
        (
            &validation("var.a > 0 ? null : true"),
            "4 error TF005 a condition must be true or false, and this one is null",
        ),
        (&validation("regex(\"x\", var.a) == \"x\""), "4 error TF005 regex"),
        (
            "output \"a\" {\n  value = 1\n  precondition {\n    condition     = true\n    error_message = \"No.\"\n  }\n}\n",
            "4 error TF005 this condition refers to nothing",
        ),
        (
            "variable \"a\" {\n  validation {\n    condition = var.a > 0\n  }\n}\n",
            "2 error TF003 a block `validation` needs the argument `error_message`",
        ),
    ]);
}

fn data(body: &str) -> String {
    format!("variable \"v\" {{\n  default = \"x\"\n}}\nresource \"terraform_data\" \"a\" {{\n{body}\n}}\n")
}

#[test]
fn lifecycles_and_dependencies_name_what_there_is() {
    refuses(&[
        (&data("  lifecycle {\n    prevent_destory = true\n  }"), "6 error TF003 a block `lifecycle` has no argument"),
        (&data("  lifecycle {\n  }\n  lifecycle {\n  }"), "7 error TF003 a second block `lifecycle`"),
        (&data("  lifecycle {\n    ignore_changes = [var.v + 1]\n  }"), "6 error TF005 an element of `ignore_changes`"),
        (
            &data("  lifecycle {\n    ignore_changes = [inputs]\n  }"),
            "6 error TF002 terraform_data has no argument `inputs`",
        ),
        (
            &data("  lifecycle {\n    replace_triggered_by = [var.v]\n  }"),
            "6 error TF005 an element of `replace_triggered_by`",
        ),
        (
            &data("  lifecycle {\n    prevent_destroy = var.v == \"x\"\n  }"),
            "6 warning TF003 Terraform until 1.17 and OpenTofu before 1.12 refuse",
        ),
        (&data("  depends_on = [terraform_data.b]"), "5 error TF002 there is no resource `terraform_data.b`"),
        (
            &(data("  depends_on = [terraform_data.b[0]]") + "resource \"terraform_data\" \"b\" {\n}\n"),
            "5 error TF002 terraform_data.b has no `count` and no `for_each`",
        ),
        (&data("  depends_on = [lower(\"a\")]"), "5 error TF005 an element of `depends_on` must be a reference"),
    ]);
    accepts(&[
        &data("  lifecycle {\n    ignore_changes = all\n  }"),
        &data("  lifecycle {\n    ignore_changes = [input, triggers_replace[0]]\n  }\n  depends_on = [var.v]"),
    ]);
}

#[test]
fn provisioners_are_of_a_type_that_there_is() {
    let exec = |kind: &str, body: &str| data(&format!("  provisioner \"{kind}\" {{\n{body}\n  }}"));
    refuses(&[
        (
            &exec("local-exec", "    comand = \"x\"\n    command = \"x\""),
            "6 error TF003 a provisioner `local-exec` has no argument",
        ),
        (
            &exec("local-exec", "    quiet = true"),
            "5 error TF003 a provisioner `local-exec` needs the argument `command`",
        ),
        (&exec("local_exec", "    command = \"x\""), "5 error TF003 there is no provisioner `local_exec`"),
        (&exec("puppet", "    server = \"x\""), "5 error TF003 Terraform has had no provisioner `puppet`"),
        (&exec("local-exec", "    command = \"x\"\n    when    = never"), "7 error TF003 `when` must be one of"),
        (
            &exec("local-exec", "    command = var.v\n    when    = destroy"),
            "6 error TF002 a provisioner with `when = destroy`",
        ),
        (&exec("file", "    source = \"x\""), "5 error TF003 a provisioner `file` needs the argument `destination`"),
        (
            &exec("remote-exec", "    script = \"x\"\n    inline = [\"y\"]"),
            "6 error TF003 a provisioner `remote-exec` takes one of",
        ),
        (
            &exec("remote-exec", "    script = \"x\"\n    connection {\n      hst = \"h\"\n      host = \"h\"\n    }"),
            "8 error TF003 a block `connection` has no argument `hst`",
        ),
        (
            &exec("remote-exec", "    script = \"x\"\n    connection {\n      user = \"u\"\n    }"),
            "7 error TF003 a block `connection` needs the argument `host`",
        ),
    ]);
    accepts(&[
        &exec("local-exec", "    command = \"echo ${self.id} ${path.module}\"\n    when    = destroy"),
        &exec("local-exec", "    command = \"echo ${terraform_data.a.id}\""),
        &data(
            "  connection {\n    host = \"h\"\n  }\n  provisioner \"remote-exec\" {\n    script = \"x\"\n    connection {\n      user = self.id\n    }\n  }",
        ),
    ]);
}

#[test]
fn names_are_declared_once() {
    let check =
        "check \"c\" {\n  assert {\n    condition     = path.module == \".\"\n    error_message = \"No.\"\n  }\n}\n";
    refuses(&[
        (&check.repeat(2), "7 error TF005 the check `c` is declared twice"),
        (
            "provider \"google\" {\n  project = \"a\"\n}\nprovider \"google\" {\n  project = \"b\"\n}\n",
            "4 error TF005 the provider configuration `google` is declared twice",
        ),
        (
            "terraform {\n  backend \"gcs\" {\n  }\n  cloud {\n  }\n}\n",
            "4 error TF005 the place of the state `cloud` is declared twice",
        ),
    ]);
    accepts(&["provider \"google\" {\n}\nprovider \"google\" {\n  alias = \"b\"\n}\n"]);
}

#[test]
fn versions_and_sources_are_written_as_terraform_reads_them() {
    let provider = |body: &str| format!("terraform {{\n  required_providers {{\n    google = {{ {body} }}\n  }}\n}}\n");
    refuses(&[
        ("terraform {\n  required_version = \"latest\"\n}\n", "2 error TF003 `latest` is not a version constraint"),
        ("terraform {\n  required_version = \">= 50\"\n}\n", "2 warning TF003 `>= 50` asks for a version"),
        ("terraform {\n  required_version = \">= 1.9, < 1.5\"\n}\n", "2 error TF003 no version of Terraform fits"),
        (&provider("sourc = \"hashicorp/google\""), "3 error TF003 a required provider has no `sourc`"),
        (&provider("source = \"one/two/three/four\""), "3 error TF003 `one/two/three/four` is not the source"),
        (&provider("source = local.from"), "3 error TF005 the source of a required provider must be written out"),
        (&provider("version = \"~> 6, < 5\""), "3 error TF005 no version of the provider hashicorp/google fits"),
        ("terraform {\n  backend \"disk\" {\n  }\n}\n", "2 error TF003 there is no backend `disk`"),
        (
            "terraform {\n  backend \"etcd\" {\n  }\n}\n",
            "2 error TF003 no version that may run this module reads the backend `etcd`",
        ),
    ]);
    accepts(&["terraform {\n  required_version = \"~> 0.12\"\n}\n", &provider("version = \"~> 6\"")]);
}

#[test]
fn what_moves_moves_to_one_place() {
    let moved = |from: &str, to: &str| format!("moved {{\n  from = {from}\n  to   = {to}\n}}\n");
    let a = "resource \"terraform_data\" \"a\" {\n}\n";
    refuses(&[
        (
            &(moved("terraform_data.b", "terraform_data.a") + &moved("terraform_data.c", "terraform_data.a") + a),
            "5 error TF005 two `moved` blocks move two objects to one place",
        ),
        (
            &(moved("terraform_data.b", "terraform_data.c") + &moved("terraform_data.c", "terraform_data.b")),
            "1 error TF005 these `moved` blocks move objects in a circle",
        ),
        (
            &(moved("terraform_data.a", "terraform_data.a") + a),
            "1 error TF005 this `moved` block moves an object to where it is",
        ),
        (&(moved("terraform_data.a", "terraform_data.b") + a), "2 error TF005 this object is still declared"),
        (&(moved("lower(\"a\")", "terraform_data.a") + a), "2 error TF005 `from` must be the address"),
        (&(moved("module.b", "terraform_data.a") + a), "1 error TF005 `from` and `to` of a `moved` block must both"),
        (&("removed {\n  from = terraform_data.a\n}\n".to_string() + a), "2 error TF005 this is still declared"),
        ("removed {\n  from = terraform_data.b[0]\n}\n", "2 error TF005 `from` of a `removed` block names a whole"),
    ]);
    accepts(&[
        &(moved("terraform_data.b", "terraform_data.c") + &moved("terraform_data.c", "terraform_data.a") + a),
        &(moved("terraform_data.a", "terraform_data.a[\"x\"]")
            + "resource \"terraform_data\" \"a\" {\n  for_each = toset([\"x\"])\n}\n"),
    ]);
}

#[test]
fn imports_name_an_id_and_a_target() {
    let import = |body: &str| format!("import {{\n{body}\n}}\nresource \"terraform_data\" \"a\" {{\n}}\n");
    let one = "import {\n  to = terraform_data.a\n  id = \"x\"\n}\n";
    refuses(&[
        (&import("  to = terraform_data.a"), "1 error TF003 a block `import` needs the argument `id`"),
        (&import("  to = terraform_data.a\n  id = \"\""), "3 error TF005 the id of an import must not be empty"),
        (&import("  to = terraform_data.b\n  id = \"x\""), "2 error TF002 there is no resource `terraform_data.b`"),
    ]);
    refuses(&[(
        &(one.to_string() + &import("  to = terraform_data.a\n  id = \"y\"")),
        "5 error TF005 two imports have one target",
    )]);
    let tree = Tree::new(&[
        ("main.tf", "module \"m\" {\n  source = \"./m\"\n}\n"),
        ("m/main.tf", &import("  to = terraform_data.a\n  id = \"x\"")),
    ]);
    let said = said(&tree.json(&["."]));
    assert!(matches!(&said[..], [one] if one.starts_with("1 warning TF003 Terraform before 1.16")), "{said:#?}");
}

#[test]
fn references_are_to_attributes_that_there_are() {
    let output = |value: &str| {
        format!(
            "resource \"google_service_account\" \"a\" {{\n  account_id = \"account-a\"\n}}\noutput \"o\" {{\n  value = {value}\n}}\n"
        )
    };
    refuses(&[
        (&output("google_service_account.a.emial"), "5 error TF002 google_service_account.a has no attribute `emial`"),
        (
            &output("google_service_account.a[*].emial"),
            "5 error TF002 google_service_account.a has no attribute `emial`",
        ),
        (
            &output("try(google_service_account.a.emial, 1)"),
            "5 error TF002 google_service_account.a has no attribute `emial`",
        ),
        (
            &output("data.google_client_config.c.tokn")
                .replace("output", "data \"google_client_config\" \"c\" {\n}\noutput"),
            "7 error TF002 data.google_client_config.c has no attribute `tokn`",
        ),
        (
            &output("[for x in [google_service_account.a] : x.emial]"),
            "5 error TF002 google_service_account.a has no attribute `emial`",
        ),
        (
            "resource \"null_resource\" \"a\" {\n}\noutput \"o\" {\n  value = null_resource.a.name\n}\n",
            "4 error TF002 null_resource.a has no attribute `name`",
        ),
    ]);
    accepts(&[
        &output("google_service_account.a.email"),
        &output("[for x in [google_service_account.a] : x.email]"),
        &output("[for x in [google_service_account.a] : try(x.emial, 1)]"),
        &output("try([for x in [google_service_account.a] : x.emial], 1)"),
        &output("[for google_service_account in [{ a = { emial = 1 } }] : google_service_account.a.emial]"),
        "resource \"other_thing\" \"a\" {\n}\noutput \"o\" {\n  value = other_thing.a.name\n}\n",
    ]);
}

#[test]
fn what_terraform_shows_is_neither_sensitive_nor_ephemeral() {
    let variable =
        |mark: &str, rest: &str| format!("variable \"v\" {{\n  default = \"x\"\n  {mark} = true\n}}\n{rest}");
    refuses(&[
        (
            &variable("sensitive", "output \"o\" {\n  value = \"${var.v}-1\"\n}\n"),
            "6 error TF005 the output `o` shows a sensitive value",
        ),
        (
            &variable("ephemeral", "output \"o\" {\n  value = var.v\n}\n"),
            "6 error TF005 the output `o` of a root module cannot have",
        ),
        (
            "output \"o\" {\n  value     = 1\n  ephemeral = true\n}\n",
            "3 error TF005 the output `o` of a root module cannot be ephemeral",
        ),
        (
            &variable("ephemeral", "resource \"terraform_data\" \"a\" {\n  input = var.v\n}\n"),
            "6 error TF003 `input` must not be ephemeral",
        ),
        (
            "resource \"terraform_data\" \"a\" {\n}\nresource \"terraform_data\" \"b\" {\n  count = length(terraform_data.a.id)\n}\n",
            "4 error TF005 `count` must be known before apply, and terraform_data.a.id is not",
        ),
    ]);
    accepts(&[&variable("sensitive", "output \"o\" {\n  value     = var.v\n  sensitive = true\n}\n")]);
}

#[test]
fn files_that_functions_read_are_there() {
    let reads = |call: &str| format!("resource \"terraform_data\" \"a\" {{\n  input = {call}\n}}\n");
    refuses(&[
        (&reads("file(\"none.txt\")"), "2 error TF005 file: there is no file \"none.txt\" here"),
        (&reads("filesha256(\"none.txt\")"), "2 error TF005 filesha256: there is no file"),
        (&reads("templatefile(\"main.tf\", { \"a b\" = 1 })"), "2 error TF005 templatefile: the name `a b` cannot be"),
        (&reads("type(1)"), "2 error TF005 the function `type` is there in `terraform console` alone"),
        (&reads("provider::other::f(1)"), "2 error TF005 there is no provider `other`"),
    ]);
    accepts(&[
        &reads("try(file(\"none.txt\"), \"\")"),
        &reads("file(\"out/none.txt\")"),
        &(reads("file(\"made.txt\")")
            + "resource \"local_file\" \"b\" {\n  filename = \"made.txt\"\n  content  = \"x\"\n}\n"),
    ]);
    let tree = Tree::new(&[(".gitignore", "*.json\n"), ("main.tf", &reads("file(\"key.json\")")), (".git/HEAD", "")]);
    assert_eq!(said(&tree.json(&["."])), Vec::<String>::new());
}
