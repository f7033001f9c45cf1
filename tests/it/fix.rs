//! `--fix` and `--diff` as a user sees them: what files become, and what is left alone.

use crate::tree::{Tree, check, codes};
use std::process::Command;

/// A cluster that is ready but for its account, whose roles a safe fix grants.
const NO_ROLES: &str = r#"# The nodes' account.
resource "google_service_account" "nodes" {
  account_id = "kfp-nodes" # short
  project    = "p"
}

resource "google_container_cluster" "c" {
  name               = "c"
  project            = "p"
  location           = "us-central1-a"
  initial_node_count = 3
  node_config {
    machine_type    = "e2-standard-4"
    service_account = google_service_account.nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}
"#;

/// A misspelt argument whose value is wrong too: the second fault shows only when the first is mended.
const MISSPELT: &str = r#"resource "google_container_cluster" "c" {
  name               = "c"
  location           = "us-central1-a"
  initial_node_count = 3
  node_config {
    machine_typ  = "e2-small" # cheap
    oauth_scopes = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}
"#;

#[test]
fn safe_fixes_are_made_and_the_rest_of_the_file_stays() {
    let tree = Tree::new(&[("main.tf", NO_ROLES)]);
    assert!(codes(&tree.json(&[])).contains(&"KFP201"));
    let run = tree.run(&["check", "--fix"]);
    assert_eq!(run.stderr, "fixed 1 finding in 1 file\n");
    assert_eq!(run.code, 0, "{}", run.stdout);
    let text = tree.read("main.tf");
    let grants = text.find("\n\nresource \"google_project_iam_member\"").unwrap();
    let end = grants + text[grants + 2..].find("\n}\n").unwrap() + "\n\n\n}".len();
    assert_eq!(format!("{}{}", &text[..grants], &text[end..]), NO_ROLES);
    assert!(!codes(&tree.json(&[])).contains(&"KFP201"));
    let again = tree.run(&["fix"]);
    assert_eq!((again.stderr.as_str(), tree.read("main.tf")), ("fixed 0 findings in 0 files\n", text));
}

#[test]
fn what_a_fix_adds_has_a_name_of_its_own() {
    let tree = Tree::new(&[("main.tf", NO_ROLES)]);
    tree.run(&["fix"]);
    let fixed = tree.read("main.tf");
    let one_less: Vec<&str> = fixed.lines().filter(|line| !line.contains("roles/storage.objectViewer")).collect();
    tree.write("main.tf", one_less.join("\n").as_bytes());
    assert!(codes(&tree.json(&[])).contains(&"KFP201"), "{}", one_less.join("\n"));
    assert_eq!(tree.run(&["check", "--fix"]).stderr, "fixed 1 finding in 1 file\n");
    let text = tree.read("main.tf");
    assert_eq!(text.matches("_kubeflow_pipelines\" {").count(), 1, "{text}");
    assert_eq!(text.matches("_kubeflow_pipelines_2\" {").count(), 1, "{text}");
    assert_eq!(codes(&tree.json(&[])).iter().filter(|code| **code == "KFP201" || code.starts_with("TF")).count(), 0);
}

#[test]
fn unsafe_fixes_are_made_only_when_asked_for_and_until_nothing_changes() {
    let tree = Tree::new(&[("main.tf", MISSPELT)]);
    assert_eq!(tree.run(&["fix"]).stderr, "fixed 0 findings in 0 files\n");
    assert_eq!(tree.read("main.tf"), MISSPELT);
    let alone = tree.run(&["--unsafe-fixes"]);
    assert_eq!(alone.code, 2);
    assert!(alone.stderr.contains("add --fix"), "{}", alone.stderr);
    let run = tree.run(&["fix", "--unsafe-fixes"]);
    assert_eq!(run.stderr, "fixed 2 findings in 1 file\n");
    let expected = MISSPELT.replace("machine_typ ", "machine_type ").replace("e2-small", "e2-standard-2");
    assert_eq!(tree.read("main.tf"), expected);
    assert_eq!(run.code, 0, "{}", run.stdout);
}

#[test]
fn diff_shows_what_fix_does_and_writes_nothing() {
    let named = |text: &str, name: &str| text.replace("\"c\"", &format!("\"{name}\""));
    let (b, w) = (named(NO_ROLES, "b"), named(MISSPELT, "w"));
    let files = [("infra/main.tf", MISSPELT), ("infra/b.tf", &b), ("infra/w.tf", &w)];
    let (shown, made) = (Tree::new(&files), Tree::new(&files));
    let run = shown.run(&["--diff", "--unsafe-fixes", "infra"]);
    assert_eq!(run.stderr, "would fix 5 findings in 3 files\n");
    assert_eq!(run.code, 1, "the files are as bad as before");
    for (path, text) in files {
        assert_eq!(shown.read(path), text);
    }
    assert_eq!(made.run(&["--fix", "--unsafe-fixes", "infra"]).stderr, "fixed 5 findings in 3 files\n");
    shown.write("a.patch", run.stdout.as_bytes());
    let patch = Command::new("git").args(["apply", "a.patch"]).current_dir(shown.path("")).output().unwrap();
    assert!(patch.status.success(), "{}\n{}", run.stdout, String::from_utf8_lossy(&patch.stderr));
    for (path, _) in files {
        assert_eq!(shown.read(path), made.read(path));
    }
}

#[test]
fn a_patch_names_files_as_git_does() {
    let name = "a \u{fc} b/main.tf";
    let tree = Tree::new(&[(name, NO_ROLES)]);
    assert!(tree.run(&["--diff"]).stdout.starts_with(&format!("--- a/{name}\t\n+++ b/{name}\t\n")));
    #[cfg(unix)]
    {
        let tree = Tree::new(&[("t\tb\"/main.tf", NO_ROLES)]);
        let patch = tree.run(&["--diff"]).stdout;
        assert!(patch.starts_with("--- \"a/t\\011b\\\"/main.tf\"\n"), "{patch}");
        tree.write("a.patch", patch.as_bytes());
        let done = Command::new("git").args(["apply", "a.patch"]).current_dir(tree.path("")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert_ne!(tree.read("t\tb\"/main.tf"), NO_ROLES);
    }
}

#[test]
fn line_breaks_and_bytes_that_are_not_text_are_kept() {
    let text = NO_ROLES.replace('\n', "\r\n").replace("# short", "# k\u{fc}rzer");
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
    let tree = Tree::new(&[]);
    tree.write("main.tf", &latin);
    assert_eq!(tree.run(&["fix"]).stderr, "fixed 1 finding in 1 file\n");
    let bytes = std::fs::read(tree.path("main.tf")).unwrap();
    assert!(bytes.windows(4).any(|w| w == b"# k\xfc"), "the byte that is not UTF-8 is still there");
    let (lf, crlf) = (bytes.iter().filter(|b| **b == b'\n').count(), bytes.windows(2).filter(|w| w == b"\r\n").count());
    assert!(lf > text.lines().count() && lf == crlf, "{lf} line breaks, {crlf} of them CR LF");
}

#[test]
fn a_json_file_gets_json() {
    let json = r#"{
  "resource": {
    "google_service_account": {"nodes": {"account_id": "kfp-nodes", "project": "p"}},
    "google_container_cluster": {"c": {
      "name": "c", "project": "p", "location": "us-central1-a", "initial_node_count": 3,
      "node_config": {
        "machine_type": "e2-standard-4",
        "service_account": "${google_service_account.nodes.email}",
        "oauth_scopes": ["https://www.googleapis.com/auth/cloud-platform"]
      }
    }}
  }
}
"#;
    let tree = Tree::new(&[("main.tf.json", json)]);
    let run = tree.run(&["fix"]);
    assert_eq!((run.stderr.as_str(), run.code), ("fixed 1 finding in 1 file\n", 0), "{}", run.stdout);
    let added = r#""google_project_iam_member": {"nodes_kubeflow_pipelines":"#;
    let fixed = tree.read("main.tf.json");
    assert!(fixed.contains(added) && serde_json::from_str::<serde_json::Value>(&fixed).is_ok(), "{fixed}");
}

#[test]
fn nothing_is_written_outside_of_what_was_named() {
    let call = "module \"c\" {\n  source = \"../c\"\n}\n";
    let tree = Tree::new(&[("infra/main.tf", call), ("c/main.tf", NO_ROLES)]);
    let run = tree.run(&["fix", "infra"]);
    let says =
        "fixed 0 findings in 0 files\nleft the fixes in c/main.tf: it is outside of the folders that are checked";
    assert!(run.stderr.starts_with(says), "{}", run.stderr);
    assert_eq!(tree.read("c/main.tf"), NO_ROLES);
    assert_eq!(tree.run(&["fix", "."]).stderr, "fixed 1 finding in 1 file\n");
}

#[test]
fn what_terraform_init_has_installed_is_left() {
    let call = "module \"c\" {\n  source  = \"corp/c/google\"\n  version = \"1.0.0\"\n}\n";
    let installed =
        r#"{"Modules": [{"Key": "c", "Source": "corp/c/google", "Version": "1.0.0", "Dir": ".terraform/modules/c"}]}"#;
    let tree = Tree::new(&[
        ("main.tf", call),
        (".terraform/modules/modules.json", installed),
        (".terraform/modules/c/main.tf", NO_ROLES),
    ]);
    let run = tree.run(&["fix"]);
    assert!(run.stderr.contains("left the fixes in .terraform/modules/c/main.tf"), "{}", run.stderr);
    assert_eq!(tree.read(".terraform/modules/c/main.tf"), NO_ROLES);
}

#[cfg(unix)]
#[test]
fn links_stay_links_and_permissions_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::new(&[("shared/nodes.tf", NO_ROLES), ("infra/main.tf", "locals {}\n")]);
    tree.link("../shared/nodes.tf", "infra/nodes.tf");
    std::fs::set_permissions(tree.path("shared/nodes.tf"), PermissionsExt::from_mode(0o640)).unwrap();
    assert!(tree.run(&["fix", "infra"]).stderr.contains("outside of the folders"), "the link's target is not in infra");
    assert_eq!(tree.read("shared/nodes.tf"), NO_ROLES);
    assert_eq!(tree.run(&["fix"]).stderr, "fixed 1 finding in 1 file\n");
    assert!(std::fs::symlink_metadata(tree.path("infra/nodes.tf")).unwrap().is_symlink());
    let written = std::fs::metadata(tree.path("shared/nodes.tf")).unwrap();
    assert_eq!(written.permissions().mode() & 0o777, 0o640);
    assert_ne!(tree.read("shared/nodes.tf"), NO_ROLES);
    let beside = std::fs::read_dir(tree.path("shared")).unwrap().count();
    assert_eq!(beside, 1, "no temporary file is left");
}

#[test]
fn one_fault_in_a_module_that_several_roots_share_is_fixed_once() {
    let call = "module \"c\" {\n  source = \"../c\"\n}\n";
    let tree = Tree::new(&[("a/main.tf", call), ("b/main.tf", call), ("c/main.tf", NO_ROLES)]);
    assert_eq!(tree.run(&["fix"]).stderr, "fixed 1 finding in 1 file\n");
    assert_eq!(tree.read("c/main.tf").matches("google_project_iam_member").count(), 1);
}

#[cfg(unix)]
#[test]
fn a_file_that_nobody_may_write_is_left() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::new(&[("main.tf", NO_ROLES)]);
    std::fs::set_permissions(tree.path("main.tf"), PermissionsExt::from_mode(0o444)).unwrap();
    let run = tree.run(&["fix"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("cannot write `main.tf`: it is read-only"), "{}", run.stderr);
    assert_eq!(tree.read("main.tf"), NO_ROLES);
}

#[test]
fn a_misspelt_module_is_one_fault_with_one_fix() {
    let wrong =
        "module \"platform\" {\n  source = \"./platform\"\n}\n\noutput \"all\" {\n  value = module.platfrom\n}\n";
    let tree = Tree::new(&[("main.tf", wrong), ("platform/main.tf", "output \"id\" {\n  value = 1\n}\n")]);
    assert_eq!(codes(&tree.json(&[])), ["TF002"]);
    tree.run(&["check", "--fix", "--unsafe-fixes"]);
    assert_eq!(tree.read("main.tf"), wrong.replace("platfrom", "platform"));
}

/// A misspelt argument, and what is to be added because it is not there: both are right, but not together.
#[test]
fn fixes_that_break_a_file_only_together_are_made_one_after_the_other() {
    let wrong = MISSPELT
        .replace("machine_typ ", "machine_type")
        .replace("oauth_scopes", "oauth_0copes")
        .replace("small", "standard-4");
    let tree = Tree::new(&[("main.tf", &wrong)]);
    let run = tree.run(&["check", "--fix", "--unsafe-fixes"]);
    assert_eq!(tree.read("main.tf"), wrong.replace("0copes", "scopes"), "{}", run.stderr);
    assert!(!run.stderr.contains("left the fixes"), "{}", run.stderr);
}

#[test]
fn a_default_pool_whose_nodes_are_needed_is_not_removed() {
    let root = |min: u32, max: u32| {
        format!(
            r#"resource "google_container_cluster" "c" {{
  name               = "c"
  location           = "us-central1-a"
  initial_node_count = 1
  node_config {{
    machine_type = "e2-standard-4"
    oauth_scopes = ["cloud-platform"]
  }}
}}

resource "google_container_node_pool" "workers" {{
  cluster  = google_container_cluster.c.name
  location = "us-central1-a"
  autoscaling {{
    min_node_count = {min}
    max_node_count = {max}
  }}
  node_config {{
    machine_type = "e2-standard-4"
    oauth_scopes = ["cloud-platform"]
  }}
}}
"#
        )
    };
    let removes = |text: &str| {
        let tree = Tree::new(&[("main.tf", text)]);
        tree.run(&["--diff", "--unsafe-fixes"]).stdout.contains("+  remove_default_node_pool = true")
    };
    assert!(!removes(&root(0, 2)));
    assert!(removes(&root(0, 3)));
    let help =
        check(&root(0, 2))["diagnostics"].as_array().unwrap().iter().find(|d| d["code"] == "KFP006").unwrap()["help"]
            .clone();
    assert!(help[0].as_str().unwrap().starts_with("give the other pools 3 nodes that qualify"), "{help}");
}

#[test]
fn no_project_is_made_up_where_it_is_not_known() {
    let cluster = crate::tree::READY
        .replace("oauth_scopes", "workload_metadata_config {\n      mode = \"GKE_METADATA\"\n    }\n    oauth_scopes");
    let finding = |text: &str| {
        let report = crate::tree::check(text);
        report["diagnostics"].as_array().unwrap().iter().find(|d| d["code"] == "KFP105").unwrap().clone()
    };
    let unknown = finding(&cluster);
    assert!(unknown["help"][0].as_str().unwrap().contains("PROJECT_ID.svc.id.goog"), "{unknown}");
    assert!(unknown["write"].as_array().is_none_or(Vec::is_empty), "{unknown}");
    let known = finding(&cluster.replace("location ", "project  = \"acme\"\n  location "));
    assert!(known["write"][0]["text"].as_str().unwrap().contains("\"acme.svc.id.goog\""), "{known}");
}
