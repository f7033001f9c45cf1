//! One cause, one finding: requirements that another finding tells of.

use crate::tree::Tree;
use serde_json::{Value, json};

/// Enough nodes, all of them too small; `comment` stands at the machine type.
fn small(comment: &str) -> String {
    format!(
        "provider \"google\" {{\n  project = \"acme\"\n}}\nresource \"google_storage_bucket\" \"b\" {{\n  name     = \"acme-runs\"\n  \
         location = \"US\"\n}}\nresource \"google_container_cluster\" \"c\" {{\n  name               = \"c\"\n  location           = \
         \"us-central1-a\"\n  initial_node_count = 3\n  node_config {{\n    machine_type = \"e2-small\" {comment}\n    oauth_scopes = \
         [\"cloud-platform\"]\n  }}\n}}\n"
    )
}

/// The report, the answer to KFP001, and the codes of what is found; notes aside, and what small nodes have no room for.
fn judged(tree: &Tree) -> (Value, Value, Vec<String>) {
    let report = tree.json(&[]);
    let all = report["clusters"][0]["requirements"].as_array().unwrap();
    let count = all.iter().find(|r| r["code"] == "KFP001").cloned().unwrap_or_default();
    let found = report["diagnostics"].as_array().unwrap().iter();
    let found = found.filter(|d| d["level"] != "note" && d["code"] != "KFP008" && d["suppressed"].is_null());
    let codes = found.map(|d| d["code"].as_str().unwrap().to_string()).collect();
    (report, count, codes)
}

#[test]
fn too_few_nodes_that_qualify_are_told_where_they_do_not() {
    let tree = Tree::new(&[("main.tf", &small(""))]);
    let (report, count, codes) = judged(&tree);
    assert_eq!((&report["verdict"], codes), (&json!("not-ready"), vec!["KFP002".to_string()]));
    assert_eq!((&count["status"], &count["because_of"]), (&json!("unmet"), &json!(["KFP002"])));
    let human = tree.run(&[]).stdout;
    assert!(human.contains("0 of 3 nodes qualify; Kubeflow Pipelines needs 3 (see KFP002)"), "{human}");
}

#[test]
fn a_requirement_follows_its_causes_where_they_are_suppressed() {
    let tree = Tree::new(&[("main.tf", &small("# kfplint: ignore[KFP001, KFP002] reason=\"a test cluster\""))]);
    let (report, count, codes) = judged(&tree);
    assert_eq!((&report["clusters"][0]["verdict"], codes), (&json!("ready"), Vec::<String>::new()));
    assert!(count["reason"].as_str().unwrap().contains("suppressed at main.tf:13: a test cluster"), "{count}");
}

#[test]
fn a_requirement_whose_causes_are_not_checked_has_its_own_finding() {
    for settings in ["ignore = [\"KFP002\"]\n", "[rules]\nnode-capacity = \"off\"\n"] {
        let tree = Tree::new(&[("main.tf", &small("")), ("kfplint.toml", settings)]);
        let (report, count, codes) = judged(&tree);
        assert_eq!((&report["verdict"], codes), (&json!("not-ready"), vec!["KFP001".to_string()]), "{settings}");
        assert_eq!((&count["status"], &count["because_of"]), (&json!("unmet"), &json!([])), "{settings}");
    }
}

#[test]
fn a_requirement_is_as_bad_as_its_causes_are_said_to_be() {
    let tree = Tree::new(&[("main.tf", &small("")), ("kfplint.toml", "[rules]\nKFP002 = \"warning\"\n")]);
    let (report, count, codes) = judged(&tree);
    assert_eq!((&report["verdict"], codes), (&json!("ready"), vec!["KFP002".to_string()]));
    assert_eq!((&count["status"], &count["because_of"]), (&json!("unmet"), &json!(["KFP002"])));
}

#[test]
fn a_machine_type_that_may_be_new_is_told_once() {
    let tree = Tree::new(&[("main.tf", &small("").replace("e2-small", "n2-standard-44"))]);
    let (report, count, codes) = judged(&tree);
    assert_eq!((&report["verdict"], codes), (&json!("undecided"), vec!["KFP007".to_string()]));
    assert_eq!((&count["status"], &count["because_of"]), (&json!("undecided"), &json!(["KFP007"])));
}

/// A cluster that is ready, with a manifest, and KFP401's answer about it.
fn with_manifest(manifest: &str, files: &[(&str, &str)]) -> (Value, Value, Vec<String>) {
    let cluster = small("").replace("e2-small", "e2-standard-4");
    let main = format!("{cluster}resource \"kubernetes_manifest\" \"m\" {{\n  manifest = {manifest}\n}}\n");
    let (report, _, codes) = judged(&Tree::new(&[&[("main.tf", main.as_str())], files].concat()));
    let all = report["clusters"][0]["requirements"].as_array().unwrap();
    let installed = all.iter().find(|r| r["code"] == "KFP401").cloned().unwrap_or_default();
    (report, installed, codes)
}

#[test]
fn a_manifest_that_cannot_be_evaluated_may_install_pipelines() {
    let (report, installed, codes) = with_manifest("yamldecode(\"kind: [\")", &[]);
    assert_eq!((&report["clusters"][0]["verdict"], codes), (&json!("undecided"), vec!["TF005".to_string()]));
    assert_eq!((&installed["status"], &installed["because_of"]), (&json!("undecided"), &json!(["TF005"])));
}

#[test]
fn the_text_of_a_manifest_that_cannot_be_decoded_tells_whether_it_installs_pipelines() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: kubeflow\n---\n";
    let server = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ml-pipeline\n  namespace: kubeflow\n";
    let read = "yamldecode(file(\"${path.module}/app.yaml\"))";
    let (report, installed, _) = with_manifest(read, &[("app.yaml", &[namespace, server].concat())]);
    assert_eq!((&report["verdict"], &installed["status"]), (&json!("not-ready"), &json!("unmet")));
    let (_, installed, codes) = with_manifest(read, &[("app.yaml", &[namespace, namespace].concat())]);
    assert_eq!((&installed["status"], codes), (&json!("met"), vec!["TF005".to_string()]));
}

/// A cluster whose nodes have an account with all roles, and more.
fn with_roles(account: &str, more: &str) -> String {
    format!(
        "provider \"google\" {{\n  project = \"acme\"\n}}\nresource \"google_service_account\" \"nodes\" {{\n  account_id = \"gke-nodes\"\n{account}}}\n\
         resource \"google_project_iam_member\" \"nodes\" {{\n  for_each = toset([\"roles/logging.logWriter\", \"roles/monitoring.metricWriter\", \"roles/monitoring.viewer\", \"roles/storage.objectViewer\"])\n  \
         project  = \"acme\"\n  role     = each.value\n  member   = google_service_account.nodes.member\n}}\n\
         resource \"google_container_cluster\" \"kfp\" {{\n  name               = \"kfp\"\n  location           = \"us-central1\"\n  initial_node_count = 1\n  node_config {{\n    \
         machine_type    = \"e2-standard-4\"\n    service_account = google_service_account.nodes.email\n    oauth_scopes    = [\"cloud-platform\"]\n  }}\n}}\n{more}"
    )
}

#[test]
fn roles_without_effect_fold_into_what_takes_it() {
    let binding = "resource \"google_project_iam_binding\" \"logs\" {\n  project = \"acme\"\n  role    = \"roles/logging.logWriter\"\n  members = [\"group:logs@example.com\"]\n}\n";
    for (text, cause) in [(with_roles("  disabled   = true\n", ""), "KFP207"), (with_roles("", binding), "KFP205")] {
        let tree = crate::tree::Tree::new(&[("main.tf", &text)]);
        let of = |report: &serde_json::Value| {
            let all = report["clusters"][0]["requirements"].as_array().unwrap().clone();
            all.into_iter().find(|r| r["code"] == "KFP201").unwrap()
        };
        let report = tree.json(&["."]);
        let own = of(&report);
        assert_eq!((&own["status"], &own["because_of"]), (&"unmet".into(), &serde_json::json!([cause])), "{own}");
        let codes = |report: &serde_json::Value| {
            let all = report["diagnostics"].as_array().unwrap().iter().filter(|d| d["level"] == "error");
            all.map(|d| d["code"].as_str().unwrap().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(codes(&report), [cause]);
        let alone = tree.json(&["--select", "KFP201", "."]);
        assert_eq!((codes(&alone), &alone["verdict"]), (vec!["KFP201".to_string()], &"not-ready".into()));
    }
    assert_eq!(crate::tree::check(&with_roles("", ""))["verdict"], "ready");
}
