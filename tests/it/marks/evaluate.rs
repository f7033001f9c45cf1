//! `kfplint evaluate` marks sensitive values, and leaves out private and ephemeral ones.

use crate::tree::{READY, Tree};
use serde_json::{Value, json};

fn evaluated(tree: &Tree, env: &[(&str, &str)]) -> (Value, String) {
    let run = tree.run_with(&["evaluate", "."], env, "");
    let plan = serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", run.stdout, run.stderr));
    (plan, run.stdout + &run.stderr)
}

#[test]
fn outputs_have_types_and_sensitive_ones_no_value() {
    let text = r#"
variable "s" {
  sensitive = 1 == 1
  default   = "markersecret"
}
variable "e" {
  type = map(string)
}
output "plain" {
  value = { a = 1, b = ["x"] }
}
output "secret" {
  value     = var.s
  sensitive = true
}
output "derived" {
  value = "x-${var.s}"
}
output "private" {
  value = var.e
}
"#;
    let tree = Tree::new(&[("main.tf", text)]);
    let (plan, all) = evaluated(&tree, &[("TF_VAR_e", "{ markerkey = \"markervalue\" }")]);
    let outputs = &plan["planned_values"]["outputs"];
    let ty = json!(["object", { "a": "number", "b": ["tuple", ["string"]] }]);
    assert_eq!(outputs["plain"], json!({ "sensitive": false, "type": ty, "value": { "a": 1, "b": ["x"] } }));
    assert_eq!(outputs["secret"], json!({ "sensitive": true, "type": "string" }));
    assert_eq!(outputs["derived"], json!({ "sensitive": true, "type": "string" }));
    assert_eq!(outputs["private"], json!({ "sensitive": true, "type": "dynamic" }));
    assert!(!all.contains("marker"), "{all}");
}

#[test]
fn sensitive_arguments_are_marked_and_private_ones_left_out() {
    let text = r#"
variable "s" {
  sensitive = true
  default   = "shown-with-its-mark"
}
variable "p" {}
resource "google_service_account" "a" {
  account_id   = "stable"
  display_name = var.s
  description  = var.p
}
resource "kubernetes_secret" "k" {
  data = { "wrong.json" = "data" }
}
resource "kubernetes_manifest" "m" {
  manifest = {
    kind     = "Secret"
    metadata = { name = "n" }
    data     = { x = "data" }
  }
}
resource "random_password" "r" {
  length = 8
}
output "password" {
  value = random_password.r.result
}
"#;
    let tree = Tree::new(&[("main.tf", text)]);
    let (plan, all) = evaluated(&tree, &[("TF_VAR_p", "markerprivate")]);
    assert!(!all.contains("markerprivate"), "{all}");
    let resources = plan["planned_values"]["root_module"]["resources"].as_array().unwrap();
    let of = |address: &str| resources.iter().find(|r| r["address"] == address).unwrap();
    let account = of("google_service_account.a");
    assert_eq!(account["values"]["display_name"], "shown-with-its-mark");
    assert_eq!(account["sensitive_values"]["display_name"], true);
    assert!(account["values"].get("description").is_none(), "{account}");
    assert_eq!(account["sensitive_values"]["description"], true);
    assert!(account["sensitive_values"].get("account_id").is_none(), "{account}");
    let secret = &of("kubernetes_secret.k")["sensitive_values"]["data"];
    assert!(*secret == true || secret["wrong.json"] == true, "{secret}");
    let manifest = &of("kubernetes_manifest.m")["sensitive_values"]["manifest"];
    assert_eq!((&manifest["data"]["x"], manifest.get("kind")), (&json!(true), None));
    assert_eq!(plan["planned_values"]["outputs"]["password"]["sensitive"], true);
}

#[test]
fn the_literals_of_sensitive_values_are_in_no_excerpt() {
    let text = format!(
        r#"
variable "s" {{
  sensitive = true
  default = {{ markerkey = "markervalue", n = 48151623 }}
}}
locals {{
  way = 1 == 1 ? "markerlocal" : "markerother"
}}
module "m" {{
  source = "./m"
  s = local.way
}}
resource "kubectl_manifest" "s" {{
  yaml_body = <<-E
    kind: Secret
    metadata:
      name: user-gcp-sa
      namespace: kubeflow
    stringData:
      x: markeryaml
  E
}}
output "wrong" {{
  value = var.s["nothing"]
}}
{READY}"#
    );
    let tree = Tree::new(&[
        ("main.tf", text.as_str()),
        ("m/main.tf", "variable \"s\" {\n  sensitive = true\n  type = number\n}\n"),
    ]);
    for format in ["human", "html", "json"] {
        let run = tree.run(&["--verbose", "--format", format]);
        for marker in ["markervalue", "48151623", "markerlocal", "markerother", "markeryaml"] {
            assert!(!run.stdout.contains(marker), "{format} shows {marker}: {}", run.stdout);
        }
    }
}
