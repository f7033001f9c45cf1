//! What is derived from a sensitive value is judged, and not shown; names that only look like one are.

use super::run;
use crate::tree::Tree;
use kfplint::report::Format;

const CLUSTER: &str = "\nresource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = \"us-central1-a\"\n  initial_node_count = 3\n  node_config {\n    machine_type = MACHINE\n  }\n}\n";

/// Everything that all formats say of a folder.
fn said(tree: &Tree, paths: &[&str]) -> String {
    let one = |format: Format| {
        let ended = run(tree, &[&["--verbose", "--format", format.name()], paths].concat());
        format!("{}{}", ended.stdout, ended.stderr)
    };
    Format::ALL.into_iter().map(one).collect()
}

fn variable(default: &str) -> String {
    format!("variable \"s\" {{\n  sensitive = true\n  default = {default}\n}}\n")
}

#[test]
fn short_texts_numbers_keys_and_what_is_made_of_them_are_not_shown() {
    let node = |machine: &str| CLUSTER.replace("MACHINE", machine);
    let cases = [
        (variable("\"q7z\"") + &node("var.s"), "q7z"),
        (variable("48151623") + &node("var.s"), "48151623"),
        (variable("\"hunter2\"") + &node("upper(var.s)"), "HUNTER2"),
        (variable("{ hunter2 = \"x\" }") + &node("var.s[\"hunterX\"]"), "hunter2"),
        (variable("\"qqzz\"").replace("= true", "= 1 == 1") + &node("var.s"), "qqzz"),
        (
            variable("\"hunter2\"")
                + "check \"c\" {\n  assert {\n    condition = var.s == \"\"\n    error_message = \"bad ${upper(var.s)}\"\n  }\n}\n",
            "HUNTER2",
        ),
    ];
    let local = "locals {\n  pw = \"hunter2\"\n  s = sensitive(local.pw)\n}\n";
    let module = "locals {\n  pw = \"hunter2\"\n}\nmodule \"m\" {\n  source = \"./m\"\n  s = local.pw\n}\n";
    let wrong = "variable \"s\" {\n  sensitive = true\n  type = map(number)\n  default = { hunter2 = \"x\" }\n}\n";
    let more = [
        (format!("{local}{}", node("local.s")), "hunter2"),
        (module.to_string(), "hunter2"),
        (format!("{wrong}{}", node("var.s.x")), "hunter2"),
    ];
    for (text, secret) in cases.into_iter().chain(more) {
        let called = variable("\"x\"") + &node("var.s");
        let tree = Tree::new(&[("main.tf", &text), ("m/main.tf", &called)]);
        let said = said(&tree, &[]);
        assert!(!said.contains(secret), "{secret} is shown of {text}");
        assert!(said.contains("sensitive"), "{said}");
    }
}

#[test]
fn the_data_of_secrets_is_shown_neither_in_manifests_nor_in_differences() {
    let manifests = r#"
resource "kubernetes_manifest" "s" {
  manifest = {
    apiVersion = "v1"
    kind       = "Secret"
    metadata   = { name = "user-gcp-sa", namespace = "kubeflow" }
    data       = { x = "hunter2" }
  }
}
resource "kubectl_manifest" "s" {
  yaml_body = <<-E
    kind: Secret
    metadata:
      name: user-gcp-sa
      namespace: kubeflow
    stringData:
      x: hunter2
  E
}
resource "kubernetes_secret_v1" "u" {
  metadata {
    name      = "user-gcp-sa"
    namespace = "kubeflow"
  }
  data = { "wrong.json" = "hunter2" }
}
"#;
    let tree = Tree::new(&[("main.tf", &format!("{manifests}{}", CLUSTER.replace("MACHINE", "\"e2-standard-4\"")))]);
    let said = said(&tree, &[]);
    assert!(!said.contains("hunter2"), "{said}");
    let diff = run(&tree, &["--diff", "--unsafe-fixes"]);
    let changed = "+  data = { \"user-gcp-sa.json\" = (sensitive value) }";
    assert!(diff.stdout.contains(changed), "{}", diff.stdout);
    assert!(!diff.stdout.contains("hunter2"), "{}", diff.stdout);
    assert!(diff.stderr.contains("sensitive values of main.tf are not in the difference"), "{}", diff.stderr);
    let fixed = run(&tree, &["--fix", "--unsafe-fixes", "--quiet"]);
    assert!(!fixed.stdout.contains("hunter2"), "{}", fixed.stdout);
    let text = std::fs::read_to_string(tree.path("main.tf")).unwrap();
    assert_eq!(text.matches("hunter2").count(), 3, "a fix loses nothing: {text}");
}

#[test]
fn what_a_plan_marks_sensitive_is_not_shown() {
    let plan = r#"{"format_version":"1.2","planned_values":{"root_module":{"resources":[
{"address":"google_container_cluster.c","mode":"managed","type":"google_container_cluster","name":"c",
 "values":{"name":"c","location":"us-central1-a","initial_node_count":3,"node_config":[{"machine_type":"hunter2-mt","service_account":"hunter2-sa","oauth_scopes":["hunter2-scope"]}]},
 "sensitive_values":{"node_config":[{"machine_type":true,"service_account":true,"oauth_scopes":true}]}},
{"address":"google_project_iam_member.m","mode":"managed","type":"google_project_iam_member","name":"m",
 "values":{"role":"hunter2-role","member":"hunter2-member","project":"p"},"sensitive_values":{"role":true,"member":true}}]}}}"#;
    let tree = Tree::new(&[("plan.json", plan)]);
    let said = said(&tree, &["plan.json"]);
    assert!(!said.to_lowercase().contains("hunter2"), "{said}");
    assert!(said.contains("there is no role \"(sensitive value)\""), "{said}");
}

#[test]
fn an_address_that_looks_like_a_password_is_shown() {
    let text = "resource \"google_container_cluster\" \"pipelines_cluster\" {\n  name = \"c\"\n  location = \"us-central1-a\"\n  initial_node_count = 1\n}\nresource \"google_sql_user\" \"u\" {\n  name = \"u\"\n  instance = \"i\"\n  password = \"pipelines\"\n}\n";
    let tree = Tree::new(&[("main.tf", text)]);
    let said = said(&tree, &[]);
    assert!(said.contains("google_container_cluster.pipelines_cluster") && !said.contains("value)_cluster"), "{said}");
}

#[test]
fn a_sensitive_project_is_in_no_code_to_write() {
    let project = "variable \"s\" {\n  sensitive = true\n  default = \"hunter2\"\n}\n";
    let cluster = |more: &str| {
        let resource = CLUSTER.replace("MACHINE", "\"e2-standard-4\"");
        project.to_string()
            + &resource.replace("  initial_node_count", &format!("  project = var.s\n{more}  initial_node_count"))
    };
    let asks = "workload_metadata_config {\n      mode = \"GKE_METADATA\"\n    }\n    machine_type";
    let other = "  workload_identity_config {\n    workload_pool = \"other.svc.id.goog\"\n  }\n";
    let own = "  workload_identity_config {\n    workload_pool = \"${var.s}.svc.id.goog\"\n  }\n";
    let binding = "resource \"google_service_account\" \"a\" {\n  project = \"p-1\"\n  account_id = \"runner\"\n}\nresource \"google_service_account_iam_member\" \"m\" {\n  service_account_id = google_service_account.a.name\n  role = \"roles/iam.workloadIdentityUser\"\n  member = \"serviceAccount:other.svc.id.goog[kubeflow/pipeline-runner]\"\n}\n";
    let cases = [
        (cluster(""), "\"my-project-kubeflow-pipelines\""),
        (cluster("").replace("machine_type", asks), "workload_pool = \"PROJECT_ID.svc.id.goog\""),
        (cluster(other), "is that of another project"),
        (cluster(own) + binding, "binds an account in an identity pool that no cluster here has"),
    ];
    for (text, expected) in cases {
        let said = said(&Tree::new(&[("main.tf", &text)]), &[]);
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(!said.contains("hunter2"), "{text}: {said}");
    }
}
