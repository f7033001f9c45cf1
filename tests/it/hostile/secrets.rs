//! What is sensitive, and key material, is in no report, graph or list.

use super::run;
use crate::tree::Tree;
use kfplint::report::Format;

/// Values that must never be seen, each given in another way.
const SECRETS: [&str; 5] = ["marker-variable", "marker-data", "marker-function", "MARKERKEYMATERIAL", "marker-output"];

const CONFIGURATION: &str = r#"
variable "key" {
  default   = "marker-variable"
  sensitive = true
}
locals {
  hidden = sensitive("marker-function")
  pem    = "-----BEGIN PRIVATE KEY-----\nMARKERKEYMATERIAL\n-----END PRIVATE KEY-----\n"
}
resource "google_container_cluster" "c" {
  name               = local.hidden
  location           = "us-central1-a"
  initial_node_count = 1
  node_config {
    machine_type    = var.key
    service_account = local.hidden
    labels          = { pem = local.pem }
  }
}
resource "kubernetes_secret" "s" {
  metadata {
    name = "user-gcp-sa"
  }
  data = {
    "key.json" = "marker-data"
    "pem"      = local.pem
  }
}
resource "local_file" "key" {
  filename = "key.pem"
  content  = local.pem
}
output "o" {
  value     = "marker-output${element([], 0)}"
  sensitive = true
}
output "failing" {
  value = tonumber(var.key)
}
"#;

#[test]
fn secrets_are_in_no_output() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c}]}\n";
    let tree = Tree::new(&[("main.tf", CONFIGURATION), ("k8s/pod.yaml", pod)]);
    let formats = Format::ALL.map(Format::name);
    let mut runs: Vec<Vec<&str>> = formats.iter().map(|f| vec!["--verbose", "--format", f]).collect();
    runs.extend(["dot", "mermaid", "json", "svg"].map(|f| vec!["graph", "--format", f]));
    runs.extend([
        vec!["suppressions", "--format", "json"],
        vec!["fit", "--manifests", "k8s"],
        vec!["baseline", "--output", "baseline.json"],
        vec!["--diff", "--unsafe-fixes"],
    ]);
    for args in runs {
        let ended = run(&tree, &args);
        for secret in SECRETS {
            let seen = ended.stdout.contains(secret) || ended.stderr.contains(secret);
            assert!(!seen, "{args:?} shows {secret}:\n{}\n{}", ended.stdout, ended.stderr);
        }
    }
    let baseline = std::fs::read_to_string(tree.path("baseline.json")).unwrap();
    assert!(SECRETS.iter().all(|secret| !baseline.contains(secret)), "{baseline}");
}

/// An error on the line of a text that is sensitive: the excerpt leaves the text out.
fn is_hidden(files: &[(&str, &str)]) {
    let tree = Tree::new(files);
    let ended = run(&tree, &["--verbose"]);
    let said = ended.stdout + &ended.stderr;
    assert!(said.contains("there is no variable `nowhere`"), "{said}");
    assert!(!said.contains("marker"), "{said}");
}

#[test]
fn a_sensitive_value_is_hidden_however_large_it_is() {
    let many: String = (0..12_000).map(|i| format!("    \"x{i}\",\n")).collect();
    let text = format!(
        "locals {{\n  list = [\n{many}    \"marker-last${{var.nowhere}}\",\n  ]\n}}\noutput \"o\" {{\n  value     = local.list\n  sensitive = true\n}}\n"
    );
    is_hidden(&[("main.tf", &text)]);
}

#[test]
fn the_outputs_of_a_module_are_hidden_where_the_whole_of_it_is_taken() {
    let root = "module \"m\" {\n  source = \"./m\"\n}\nlocals {\n  all = module.m\n}\noutput \"o\" {\n  value     = local.all.key\n  sensitive = true\n}\n";
    let module = "output \"key\" {\n  value = \"marker-inner${var.nowhere}\"\n}\n";
    is_hidden(&[("main.tf", root), ("m/main.tf", module)]);
}
