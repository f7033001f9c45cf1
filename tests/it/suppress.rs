//! Comments that suppress findings, as a user sees them.

use crate::tree::{Tree, check};
use serde_json::{Value, json};

/// A cluster with a note (KFP103 on line 7) and an error (KFP001 on line 4); `{}` marks places for comments.
fn cluster(name: &str, header: &str, count: &str, scopes: &str) -> String {
    format!(
        r#"resource "google_container_cluster" "{name}" {{{header}
  name               = "{name}"
  location           = "us-central1-a"
  initial_node_count = 1{count}
  node_config {{
    machine_type = "e2-standard-4"
    oauth_scopes = ["cloud-platform"]{scopes}
  }}
}}
"#
    )
}

fn plain(name: &str) -> String {
    cluster(name, "", "", "")
}

/// The findings of KFP001, KFP103 and LINT001 that are not suppressed, as `code file:line`.
fn open(report: &Value) -> Vec<String> {
    let all = report["diagnostics"].as_array().unwrap().iter();
    let wanted = all.filter(|d| ["KFP001", "KFP103", "LINT001"].contains(&d["code"].as_str().unwrap()));
    let open = wanted.filter(|d| d["suppressed"].is_null());
    let text = |d: &Value| {
        let place = &d["primary"];
        format!("{} {}:{}", d["code"].as_str().unwrap(), place["file"].as_str().unwrap(), place["start"]["line"])
    };
    open.map(text).collect()
}

fn open_in(files: &[(&str, &str)], args: &[&str]) -> Vec<String> {
    open(&Tree::new(files).json(args))
}

#[test]
fn on_the_line_and_above_it_by_code_name_and_beginning() {
    let both = ["KFP001 main.tf:4", "KFP103 main.tf:7"];
    assert_eq!(open_in(&[("main.tf", &plain("c"))], &[]), both);
    let here = cluster("c", "", " # kfplint: ignore[KFP001]", " // kfplint: ignore[broad-access]");
    assert_eq!(open_in(&[("main.tf", &here)], &[]), [""; 0]);
    let above = cluster("c", "", "\n  # kfplint: ignore[KFP10]\n  /* kfplint: ignore[KFP0] */", "");
    assert_eq!(open_in(&[("main.tf", &above)], &[]), ["KFP001 main.tf:4", "LINT001 main.tf:6"]);
    let above = above.replace("  initial_node_count = 1\n", "").replace("*/\n", "*/\n  initial_node_count = 1\n");
    assert_eq!(open_in(&[("main.tf", &above)], &[]), ["LINT001 main.tf:4", "KFP103 main.tf:9"]);
}

#[test]
fn on_a_block_for_all_that_is_in_it() {
    let other = plain("d");
    let all = "kfplint: ignore[KFP001, KFP103]";
    let above = format!("# {all}\n{}{other}", plain("c"));
    assert_eq!(open_in(&[("main.tf", &above)], &[]), ["KFP001 main.tf:14", "KFP103 main.tf:17"]);
    let header = cluster("c", &format!(" # {all}"), "", "") + &other;
    assert_eq!(open_in(&[("main.tf", &header)], &[]), ["KFP001 main.tf:13", "KFP103 main.tf:16"]);
}

#[test]
fn in_the_first_comment_for_the_file() {
    let text = format!("# Copyright\n# kfplint: ignore[KFP103]\n\n{}{}", plain("c"), plain("d"));
    let files = [("a.tf", text.as_str()), ("b.tf", &plain("e"))];
    assert_eq!(open_in(&files, &[]), ["KFP001 a.tf:7", "KFP001 a.tf:16", "KFP001 b.tf:4", "KFP103 b.tf:7"]);
}

#[test]
fn on_a_module_call_for_all_that_it_makes() {
    let calls = r#"
module "a" { # kfplint: ignore[KFP103]
  source = "./c"
}
module "b" {
  source = "./c"
}
# kfplint: ignore[KFP001, KFP103]
module "many" {
  source = "./outer"
}
"#;
    let outer = "module \"c\" {\n  for_each = toset([\"x\", \"y\"])\n  source = \"../c\"\n}\n";
    let tree = Tree::new(&[("main.tf", calls), ("c/main.tf", &plain("c")), ("outer/main.tf", outer)]);
    let report = tree.json(&["main.tf"]);
    let all = report["diagnostics"].as_array().unwrap().iter();
    let left: Vec<String> = all
        .filter(|d| ["KFP001", "KFP103"].contains(&d["code"].as_str().unwrap()) && d["suppressed"].is_null())
        .map(|d| format!("{} {}", d["code"].as_str().unwrap(), d["address"].as_str().unwrap()))
        .collect();
    let cluster = "google_container_cluster.c";
    assert_eq!(
        left,
        ["a", "b", "b"]
            .iter()
            .zip(["KFP001", "KFP001", "KFP103"])
            .map(|(m, c)| format!("{c} module.{m}.{cluster}"))
            .collect::<Vec<_>>()
    );
}

#[test]
fn a_suppressed_finding_stays_in_the_report_and_counts_nowhere() {
    let text = cluster("c", "", " # kfplint: ignore[KFP001] reason=\"grows later\" until=2099-12-31", "");
    let tree = Tree::new(&[("main.tf", &text)]);
    let report = tree.json(&[]);
    let found = report["diagnostics"].as_array().unwrap().iter().find(|d| d["code"] == "KFP001").unwrap();
    let suppressed = &found["suppressed"];
    assert_eq!((&suppressed["reason"], &suppressed["until"]), (&json!("grows later"), &json!("2099-12-31")));
    assert_eq!(suppressed["location"]["start"], json!({"line": 4, "column": 28, "offset": 135}));
    assert_eq!(report["summary"]["suppressed"], 1);
    assert_eq!(report["summary"]["errors"], 0);
    let cluster = &report["clusters"][0];
    assert_eq!((&report["verdict"], &cluster["verdict"]), (&json!("ready"), &json!("ready")));
    let requirements = cluster["requirements"].as_array().unwrap();
    let count = requirements.iter().find(|r| r["code"] == "KFP001").unwrap();
    assert_eq!(count["status"], "unmet");
    let reason = count["reason"].as_str().unwrap();
    assert!(reason.ends_with(" (suppressed at main.tf:4: grows later)"), "{reason}");
    let run = tree.run(&[]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("READY") && run.stdout.contains("· 1 suppressed ·"), "{}", run.stdout);
    assert!(!run.stdout.contains("error[KFP001"), "{}", run.stdout);
}

#[test]
fn one_of_several_findings_does_not_excuse_the_cluster() {
    let pool = |name: &str, comment: &str| {
        format!(
            r#"
resource "google_container_node_pool" "{name}" {{
  name       = "{name}"
  cluster    = google_container_cluster.c.id
  node_count = 3
  node_config {{
    machine_type = "e2-micro"{comment}
    oauth_scopes = ["cloud-platform"]
  }}
}}
"#
        )
    };
    let cluster = "resource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = \"us-central1-a\"\n  initial_node_count = 1\n  remove_default_node_pool = true\n}\n";
    let ignore = " # kfplint: ignore[KFP002]";
    let verdict = |text: String| {
        let report = check(&format!("# kfplint: ignore[KFP001]\n\n{cluster}{text}"));
        report["clusters"][0]["verdict"].as_str().unwrap().to_string()
    };
    assert_eq!(verdict(pool("a", ignore) + &pool("b", "")), "not-ready");
    assert_eq!(verdict(pool("a", ignore) + &pool("b", ignore)), "ready");
}

#[test]
fn which_comments_count_can_be_chosen() {
    let text = cluster("c", "", " # kfplint: ignore[KFP001]", " # kfplint: ignore[KFP103] reason=\"agreed\"");
    let files = [("main.tf", text.as_str())];
    assert_eq!(open_in(&files, &["--ignores", "on"]), [""; 0]);
    assert_eq!(open_in(&files, &["--ignores=off"]), ["KFP001 main.tf:4", "KFP103 main.tf:7"]);
    assert_eq!(open_in(&files, &["--ignores=require-reason"]), ["KFP001 main.tf:4", "LINT001 main.tf:4"]);
}

#[test]
fn one_that_has_ended_does_not_count_and_fix_deletes_what_is_idle() {
    let text = cluster(
        "c",
        "",
        "\n  # kfplint: ignore[KFP001] until=2020-01-01\n  enable_tpu = false # kfplint: ignore[KFP001, KFP005]",
        " # kfplint: ignore[KFP101, KFP103]",
    );
    let tree = Tree::new(&[("main.tf", &text)]);
    let found = open(&tree.json(&[]));
    assert_eq!(
        found,
        ["KFP001 main.tf:4", "LINT001 main.tf:5", "LINT001 main.tf:6", "LINT001 main.tf:6", "LINT001 main.tf:9"]
    );
    let run = tree.run(&["fix"]);
    assert_eq!(run.stderr, "fixed 4 findings in 1 file\n");
    let expected = cluster("c", "", "\n  enable_tpu = false", " # kfplint: ignore[KFP103]");
    assert_eq!(std::fs::read_to_string(tree.path("main.tf")).unwrap(), expected);
}

#[test]
fn unknown_names_get_a_suggestion() {
    let text = cluster("c", "", " # kfplint: ignore[node-conut]", " # kfplint: ignore[ELEPHANT]");
    let run = Tree::new(&[("main.tf", &text)]).run(&[]);
    assert!(run.stdout.contains("there is no rule `node-conut`"), "{}", run.stdout);
    assert!(run.stdout.contains("did you mean `node-count`?"), "{}", run.stdout);
    assert!(run.stdout.contains("`kfplint rules` lists all rules"), "{}", run.stdout);
}

#[test]
fn a_shared_module_is_judged_by_all_roots_and_not_by_one_alone() {
    let module = format!(
        "variable \"size\" {{\n  type = number\n}}\n{}",
        plain("c").replace("= 1", "= var.size # kfplint: ignore[KFP001]")
    );
    let call = |size: u8| format!("module \"c\" {{\n  source = \"../c\"\n  size = {size}\n}}\n");
    let (one, three) = (call(1), call(3));
    let files = [("a/main.tf", three.as_str()), ("b/main.tf", &one), ("c/main.tf", &module)];
    let lint =
        |files: &[(&str, &str)], args: &[&str]| open_in(files, args).iter().filter(|f| f.starts_with("LINT")).count();
    assert_eq!(lint(&files, &["a"]), 0, "who else calls the module is not known");
    assert_eq!(lint(&files, &["."]), 0, "b needs it");
    assert_eq!(lint(&[files[0], files[2]], &["."]), 1);
}

#[test]
fn all_suppressions_are_listed() {
    let text = cluster(
        "c",
        " # kfplint: ignore[KFP1]",
        " # kfplint: ignore[KFP001, KFP005] reason=\"grows\" until=2099-12-31",
        "",
    );
    let tree = Tree::new(&[
        ("infra/main.tf", &text),
        ("infra/b.tf", "# kfplint: ignore[KFP001] until=2020-01-01\nlocals {}\n"),
    ]);
    let run = tree.run(&["suppressions", "infra"]);
    let expected = "\
infra/b.tf:1     KFP001          0 findings  ended 2020-01-01  no reason given
infra/main.tf:1  KFP1            1 finding                     no reason given
infra/main.tf:4  KFP001, KFP005  1 finding   until 2099-12-31  grows
3 suppressions
";
    assert_eq!((run.stdout.as_str(), run.code), (expected, 0));
    let json: Value = serde_json::from_str(&tree.run(&["suppressions", "infra", "--format", "json"]).stdout).unwrap();
    let last = &json["suppressions"][2];
    assert_eq!(last["rules"], json!(["KFP001", "KFP005"]));
    assert_eq!((&last["findings"], &last["ended"], &last["until"]), (&json!(1), &json!(false), &json!("2099-12-31")));
}

#[test]
fn comments_of_roots_that_were_not_looked_at_are_left_alone() {
    let idle = "locals {\n  a = 1 # kfplint: ignore[KFP001]\n}\n";
    let tree = Tree::new(&[("a/main.tf", idle), ("b/main.tf", idle), ("modules/m/main.tf", idle)]);
    assert_eq!(open_in(&[("a/main.tf", idle)], &["--changed", "a/main.tf"]), ["LINT001 a/main.tf:2"]);
    assert_eq!(open(&tree.json(&["--changed", "a/main.tf"])), ["LINT001 a/main.tf:2"]);
    assert_eq!(open(&tree.json(&[])).len(), 3);
}

#[test]
fn in_json_a_comment_covers_the_object_that_it_is_in() {
    let comment = r#""//": "kfplint: ignore[KFP001, KFP103] reason=\"lab\"","#;
    let text = |file: &str, kind: &str, block: &str, nodes: &str| {
        format!(
            r#"{{{file}
 "resource": {{"google_container_cluster": {{{kind}
  "a": {{{block}
   "name": "a", "location": "us-central1-a",
   "initial_node_count": 1,
   "node_config": {{{nodes} "machine_type": "e2-standard-4",
    "oauth_scopes": ["cloud-platform"]}}}}}}}}}}"#
        )
    };
    let open = |text: String| open_in(&[("main.tf.json", &text)], &[]);
    assert_eq!(open(text("", "", "", "")), ["KFP001 main.tf.json:5", "KFP103 main.tf.json:7"]);
    assert_eq!(open(text(comment, "", "", "")), [""; 0]);
    assert_eq!(open(text("", comment, "", "")), [""; 0]);
    assert_eq!(open(text("", "", comment, "")), [""; 0]);
    let only = comment.replace("KFP001, ", "");
    assert_eq!(open(text("", "", "", &only)), ["KFP001 main.tf.json:5"]);
    let unused = r#""//": "kfplint: ignore[KFP204]","#;
    assert_eq!(
        open(text("", "", "", unused)),
        ["KFP001 main.tf.json:5", "LINT001 main.tf.json:6", "KFP103 main.tf.json:7"]
    );
}

#[test]
fn at_one_entry_of_a_map_and_at_a_line_of_tfvars() {
    let root = |first: &str, second: &str| {
        format!(
            r#"locals {{
  zones = {{
    a = 1{first}
    b = 2{second}
  }}
}}

resource "google_container_cluster" "c" {{
  for_each           = local.zones
  name               = each.key
  location           = "us-central1-a"
  initial_node_count = each.value
  node_config {{
    machine_type = "e2-standard-4"
  }}
}}
"#
        )
    };
    let open = |text: &str| {
        let report = check(text);
        let all = report["diagnostics"].as_array().unwrap().clone();
        let nodes = all.into_iter().filter(|d| d["code"] == "KFP001" && d["suppressed"].is_null());
        nodes.map(|d| d["address"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    let address = |key: &str| format!("google_container_cluster.c[\"{key}\"]");
    assert_eq!(open(&root("", "")), [address("a"), address("b")]);
    assert_eq!(open(&root("", " # kfplint: ignore[KFP001]")), [address("a")]);
    let files = [
        (
            "main.tf",
            "variable \"n\" {}\nresource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = \"us-central1-a\"\n  initial_node_count = var.n\n}\n",
        ),
        ("terraform.tfvars", "n = 1 # kfplint: ignore[KFP001]\n"),
    ];
    assert!(!open_in(&files, &[]).iter().any(|line| line.starts_with("KFP001") || line.starts_with("LINT001")));
}

#[test]
fn a_suppressed_finding_of_the_root_module_is_out_of_the_verdict() {
    let secret = |comment: &str| {
        format!(
            "{}\nresource \"kubernetes_secret\" \"key\" {{\n  metadata {{\n    name      = \"user-gcp-sa\"\n    namespace = \"kubeflow\"\n  }}\n  data = {{ \"key.json\" = \"x\" }}{comment}\n}}\n",
            crate::tree::READY
        )
    };
    let verdict = |text: &str| {
        let report = check(text);
        let requirements = report["clusters"][0]["requirements"].as_array().unwrap().clone();
        let secret = requirements.into_iter().find(|r| r["code"] == "KFP301").unwrap();
        let open = report["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|d| d["code"] == "KFP301" && d["suppressed"].is_null());
        (secret["status"].clone(), open.count(), report["verdict"].clone(), report["clusters"][0]["verdict"].clone())
    };
    assert_eq!(verdict(&secret("")), (json!("unmet"), 1, json!("not-ready"), json!("not-ready")));
    assert_eq!(verdict(&secret(" # kfplint: ignore[KFP301]")), (json!("unmet"), 0, json!("ready"), json!("ready")));
}
