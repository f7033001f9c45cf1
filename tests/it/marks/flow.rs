//! Marks go along with whatever is made of a value.

use super::{HIDDEN, answers, differing};
use crate::tree::Tree;

const MODULE: &str = r#"
variable "in" {}
output "out" {
  value = { x = upper(var.in) }
}
"#;

const CONFIGURATION: &str = r#"
variable "none" {
  type = string
}
locals {
  key  = trimspace(file(".env"))
  doc  = jsondecode(file("sa.json"))
  list = [local.key, "plain"]
  map  = { a = local.key, b = "plain" }
}
module "m" {
  source = "./m"
  in     = local.key
}
module "each" {
  source   = "./m"
  for_each = toset([local.key])
  in       = each.key
}
"#;

fn tree() -> Tree {
    Tree::new(&[
        ("main.tf", CONFIGURATION),
        ("m/main.tf", MODULE),
        (".env", "abc\n"),
        ("sa.json", r#"{"private_key": "abc", "n": 3, "l": ["x", "y"]}"#),
    ])
}

#[test]
fn whatever_is_made_of_a_private_value_is_private() {
    let hidden = [
        // Functions that look at elements, keys and types.
        "local.key",
        "upper(local.key)",
        "length(local.key)",
        "format(\"%s-%v\", \"a\", local.list)",
        "format(local.key)",
        "formatlist(\"%s\", local.list)",
        "join(\",\", local.list)",
        "sort(local.list)",
        "index(local.list, \"abc\")",
        "contains(local.list, \"abc\")",
        "anytrue([local.key == \"abc\", false])",
        "alltrue([local.key == \"abc\"])",
        "toset(local.list)",
        "zipmap(local.list, [1, 2])",
        "jsonencode(local.map)",
        "yamlencode({ deep = { er = local.list } })",
        "base64encode(local.key)",
        "sha256(local.key)",
        "merge({ a = 1 }, local.doc)",
        "keys(local.doc)",
        "lookup({ abc = 1 }, local.key, 2)",
        "lookup(local.map, \"a\", \"\")",
        "element(local.list, 0)",
        "coalesce(null, local.key)",
        "regexall(\".\", local.key)",
        "replace(\"xyz\", \"x\", local.key)",
        "type(local.doc)",
        "try(local.doc.nothing, local.key)",
        "try(tonumber(local.key), \"no number\")",
        "can(regex(\"^a\", local.key))",
        "can(tonumber(local.key))",
        "tostring(local.doc.n)",
        "nonsensitive(sensitive(local.key))",
        "templatestring(local.key, {})",
        // Operators, conditionals, indexes, splats, templates.
        "local.key == \"abc\"",
        "local.doc.n + 1",
        "!(local.doc.n > 2)",
        "local.doc.n > 2 || false",
        "local.key == \"abc\" ? 1 : 3",
        "{ abc = 1 }[local.key]",
        "[1, 2, 3, 4][local.doc.n]",
        "\"x-${local.key}\"",
        "\"%{ if local.key == \"abc\" }yes%{ endif }\"",
        "\"%{ for x in local.doc.l }y%{ endfor }\"",
        "local.doc.l[*]",
        "{ (local.key) = 1 }",
        // `for` expressions: elements, keys, conditions, groups.
        "[for x in local.doc.l : 1]",
        "[for c in [\"a\", \"b\"] : c if c == substr(local.key, 0, 1)]",
        "[for c in [\"a\", \"b\"] : c if can(regex(\"^${c}\", local.key))]",
        "{ for x in local.list : x => 1 }",
        "{ for x in local.list : x => 1... }",
        // Modules.
        "module.m.out.x",
        "module.each[local.key].out.x",
        "module.each",
    ];
    assert_eq!(differing(&tree(), &["--var", "none=x"], &hidden, HIDDEN), []);
}

#[test]
fn what_has_nothing_to_do_with_it_is_shown() {
    let shown = [
        ("local.map.b", "\"plain\""),
        ("local.list[1]", "\"plain\""),
        ("length(local.list)", "2"),
        ("keys(local.map)", "[\n  \"a\",\n  \"b\",\n]"),
        ("issensitive(sensitive(1))", "true"),
        ("can(tonumber(sensitive(\"x\")))", "false"),
        ("nonsensitive(sensitive(1))", "1"),
        ("nonsensitive([for x in sensitive([1]) : x])", "[\n  1,\n]"),
    ];
    for (expression, want) in shown {
        assert_eq!(answers(&tree(), &["--var", "none=x"], &[expression]), [want], "{expression}");
    }
}

#[test]
fn errors_do_not_tell_private_values() {
    let failing = [
        "tonumber(local.key)",
        "regex(\"^x\", local.key)",
        "[for x in local.doc.l : tonumber(x)]",
        "[for x in sensitive([\"markerlist\"]) : tonumber(x)]",
        "{ for x in sensitive([\"markerkey\", \"markerkey\"]) : x => 1 }",
        "\"%{ for x in sensitive([\"markerlist\"]) }${tonumber(x)}%{ endfor }\"",
        "file(\"${sensitive(\"markerpath\")}.txt\")",
    ];
    for (expression, answer) in failing.iter().zip(answers(&tree(), &["--var", "none=x"], &failing)) {
        assert!(answer.starts_with("error:"), "{expression}: {answer}");
        assert!(!answer.contains("abc") && !answer.contains("marker"), "{expression}: {answer}");
    }
}

#[test]
fn keys_of_instances_are_hidden_but_lead_to_them() {
    let tree = Tree::new(&[
        (".env", "markerkey\n"),
        (
            "main.tf",
            r#"
locals {
  names = toset([trimspace(file(".env")), "${trimspace(file(".env"))}-2"])
}
resource "google_service_account" "a" {
  for_each   = local.names
  account_id = "stable"
  project    = "p"
}
output "shown" {
  value = google_service_account.a["markerkey"].account_id == "stable"
}
"#,
        ),
    ]);
    let run = tree.run(&["evaluate", "."]);
    assert!(run.stdout.contains(r#"google_service_account.a[\"(sensitive value)\"]"#), "{}", run.stdout);
    assert!(run.stdout.contains(r#"google_service_account.a[\"(sensitive value 2)\"]"#), "{}", run.stdout);
    assert!(!run.stdout.contains("markerkey") && !run.stderr.contains("markerkey"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn keys_must_not_be_sensitive() {
    let tree =
        Tree::new(&[("main.tf", "resource \"terraform_data\" \"a\" {\n  for_each = sensitive(toset([\"a\"]))\n}\n")]);
    let run = tree.run(&["--format", "compact"]);
    assert!(run.stdout.contains("`for_each` must not be sensitive"), "{}", run.stdout);
}

#[test]
fn literals_of_sensitive_arguments_are_hidden_where_others_refer_to_them() {
    let text = r#"
data "tls_public_key" "d" {
  private_key_pem = "markerkey"
}
resource "tls_cert_request" "t" {
  private_key_pem = "markerkey"
}
resource "kubernetes_secret_v1" "k" {
  count = 1
  data  = { plainname = "markerkey" }
}
resource "helm_release" "h" {
  set_sensitive {
    name  = "n"
    value = "markerkey"
  }
}
resource "kubectl_manifest" "m" {
  yaml_body = "markerkey"
}
resource "google_sql_user" "u" {
  for_each = toset(["a"])
  name     = "n"
  instance = "i"
  password = "markerkey"
}
resource "google_compute_backend_service" "b" {
  name = "b"
  dynamic "iap" {
    for_each = ["markerkey"]
    content {
      enabled              = true
      oauth2_client_secret = iap.value
    }
  }
}
resource "google_container_cluster" "c" {
  name            = "c"
  location        = "us-central1-a"
  resource_labels = { a = data.tls_public_key.d.private_key_pem }
  node_locations  = [google_sql_user.u["a"].password]
}
"#;
    let hidden = [
        "data.tls_public_key.d.private_key_pem",
        "tls_cert_request.t.private_key_pem",
        "upper(tls_cert_request.t.private_key_pem)",
        "kubernetes_secret_v1.k[0].data.plainname",
        "kubernetes_secret_v1.k[*].data.plainname == [\"a\"]",
        "one(kubernetes_secret_v1.k).data[\"plainname\"]",
        "helm_release.h.set_sensitive[0].value",
        "kubectl_manifest.m.yaml_body",
        "google_sql_user.u[\"a\"].password",
        "join(\",\", values(google_sql_user.u)[*].password)",
        "join(\",\", [for u in google_sql_user.u : u.password])",
        "google_compute_backend_service.b.iap[0].oauth2_client_secret",
    ];
    let tree = Tree::new(&[("main.tf", text)]);
    assert_eq!(differing(&tree, &[], &hidden, HIDDEN), []);
    let whole =
        ["tls_cert_request.t", "kubernetes_secret_v1.k", "google_sql_user.u", "google_compute_backend_service.b"];
    for (expression, answer) in whole.iter().zip(answers(&tree, &[], &whole)) {
        assert!(!answer.contains("markerkey"), "{expression}: {answer}");
    }
    for format in ["human", "json", "html", "sarif", "markdown"] {
        let run = tree.run(&["--format", format, "--verbose"]);
        assert!(!run.stdout.contains("markerkey") && !run.stderr.contains("markerkey"), "{format}: {}", run.stdout);
    }
}
