//! Root modules of one run that belong together: node pools in one, their cluster in another.

use crate::tree::{Tree, codes, skipped};
use serde_json::Value;

const PROVIDER: &str = "provider \"google\" {\n  project = \"acme\"\n}\n";

/// A cluster without a pool of its own.
const CLUSTER: &str = r#"
resource "google_container_cluster" "c" {
  name                     = "shared"
  location                 = "us-central1"
  initial_node_count       = 1
  remove_default_node_pool = true
}
"#;

/// A pool for it, in whichever root module: three nodes that qualify.
const POOL: &str = r#"
resource "google_container_node_pool" "p" {
  name       = "p"
  cluster    = "shared"
  location   = "us-central1"
  node_count = 1
  node_config {
    machine_type = "e2-standard-4"
    oauth_scopes = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}
"#;

fn cluster() -> String {
    PROVIDER.to_string() + CLUSTER
}

fn pool() -> String {
    PROVIDER.to_string() + POOL
}

fn split(cluster: &str, pool: &str) -> Tree {
    Tree::new(&[("gke/main.tf", cluster), ("pools/main.tf", pool)])
}

/// Root module, verdict, and the answers about nodes and scopes of each cluster.
fn verdicts(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_string();
    let answer = |cluster: &Value, code: &str| {
        let all = cluster["requirements"].as_array().unwrap();
        text(&all.iter().find(|r| r["code"] == code).unwrap()["status"])
    };
    let clusters = report["clusters"].as_array().unwrap().iter();
    clusters
        .map(|c| {
            let parts = [text(&c["root"]), text(&c["verdict"]), answer(c, "KFP001"), answer(c, "KFP101")];
            parts.join(" ")
        })
        .collect()
}

/// Where the findings of a rule stand: root module, address, file and level.
fn findings(report: &Value, code: &str) -> Vec<String> {
    let all = report["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == code);
    let text = |value: &Value| value.as_str().unwrap().to_string();
    let of = |d: &Value| [&d["root"], &d["address"], &d["primary"]["file"], &d["level"]].map(text).join(" ");
    all.map(of).collect()
}

const NO_POOL: &str = "gke not-ready unmet not-applicable";
/// The cluster of a pool that no root module has a cluster for.
const LOOSE: &str = "pools undecided undecided met";

#[test]
fn a_pool_counts_for_the_cluster_that_another_root_module_makes() {
    let by_data =
        "data \"google_container_cluster\" \"c\" {\n  name     = \"shared\"\n  location = \"us-central1\"\n}\n";
    let by_data = pool().replace("\"shared\"", "data.google_container_cluster.c.name")
        + by_data
        + "output \"x\" {\n  value = data.google_container_cluster.c.endpoint\n}\n";
    let by_id = pool().replace("\"shared\"", "\"projects/acme/locations/us-central1/clusters/shared\"");
    let by_link = pool().replace(
        "\"shared\"",
        "\"https://container.googleapis.com/v1/projects/acme/locations/us-central1/clusters/shared\"",
    );
    for pool in [pool(), by_data, by_id.replace(PROVIDER, ""), by_link] {
        let report = split(&cluster(), &pool).json(&[]);
        assert_eq!(verdicts(&report), ["gke ready met met"], "{pool}");
        let pools = &report["clusters"][0]["node_pools"];
        assert_eq!(pools[0]["address"], "pools:google_container_node_pool.p", "{pool}");
        assert_eq!(pools[0]["nodes"]["min"], 3, "the zones are the cluster's: {pool}");
    }
}

#[test]
fn a_fault_of_the_pool_stands_in_its_own_file_and_names_its_root_module() {
    let small = pool().replace("e2-standard-4", "e2-small");
    let report = split(&cluster(), &small).json(&[]);
    assert_eq!(verdicts(&report)[0].split(' ').nth(1), Some("not-ready"));
    assert_eq!(findings(&report, "KFP002"), ["gke pools:google_container_node_pool.p pools/main.tf error"]);
    let one = split(
        &cluster(),
        &pool().replace("node_count = 1", "node_count     = 1\n  node_locations = [\"us-central1-a\"]"),
    );
    assert_eq!(findings(&one.json(&[]), "KFP001"), ["gke pools:google_container_node_pool.p pools/main.tf error"]);
    let closed = split(&cluster(), &pool().replace("cloud-platform", "monitoring"));
    assert_eq!(findings(&closed.json(&[]), "KFP101"), ["gke pools:google_container_node_pool.p pools/main.tf error"]);
}

#[test]
fn another_project_location_or_name_is_another_cluster() {
    for (from, to) in [("\"acme\"", "\"other\""), ("us-central1", "us-east1"), ("\"shared\"", "\"mine\"")] {
        let report = split(&cluster(), &pool().replace(from, to)).json(&[]);
        // Whose the pool is, nothing here says; so the cluster may have pools elsewhere.
        assert_eq!(verdicts(&report), ["gke undecided undecided not-applicable", LOOSE], "{to}");
    }
}

#[test]
fn what_is_not_known_on_either_side_is_undecided_and_says_what_decides() {
    let variable = "variable \"it\" {\n  type = string\n}\n";
    let named = |text: &str, what: &str| text.replacen(what, "var.it", 1) + variable;
    let cases = [
        (cluster(), named(&pool(), "\"shared\""), "var.it"),
        (cluster(), named(&pool(), "\"us-central1\""), "var.it"),
        (named(&cluster(), "\"acme\""), pool(), "var.it"),
        (named(&cluster(), "\"shared\""), pool(), "var.it"),
        // The same input of two root modules may have two values.
        (named(&cluster(), "\"shared\""), named(&pool(), "\"shared\""), "var.it"),
        (cluster(), POOL.to_string(), "provider.google.project"),
    ];
    for (cluster, pool, decides) in cases {
        let report = split(&cluster, &pool).json(&[]);
        assert_eq!(verdicts(&report), ["gke undecided undecided met"], "{cluster}{pool}");
        let all = report["clusters"][0]["requirements"].as_array().unwrap();
        let nodes = all.iter().find(|r| r["code"] == "KFP001").unwrap();
        assert_eq!(nodes["decides"], serde_json::json!([decides]), "{cluster}{pool}");
    }
    let remote = "data \"terraform_remote_state\" \"gke\" {\n  backend = \"gcs\"\n}\n".to_string()
        + &pool().replace("\"shared\"", "data.terraform_remote_state.gke.outputs.name");
    assert_eq!(verdicts(&split(&cluster(), &remote).json(&[])), ["gke undecided undecided met"]);
    let given = split(&cluster(), &named(&pool(), "\"shared\""));
    assert_eq!(verdicts(&given.json(&["--var", "it=shared"])), ["gke ready met met"]);
}

#[test]
fn a_pool_belongs_to_the_cluster_of_its_own_root_module_first_and_copies_are_not_mixed_up() {
    let copy = cluster() + POOL;
    let tree = Tree::new(&[("a/main.tf", &copy), ("b/main.tf", &copy), ("c/main.tf", &cluster())]);
    let own = ["a ready met met", "b ready met met", "c not-ready unmet not-applicable"];
    assert_eq!(verdicts(&tree.json(&[])), own);
    // A pool by itself belongs to one of two copies of the cluster, or to the other.
    let tree = Tree::new(&[("a/main.tf", &cluster()), ("b/main.tf", &cluster()), ("c/main.tf", &pool())]);
    let report = tree.json(&[]);
    assert_eq!(verdicts(&report), ["a undecided undecided met", "b undecided undecided met"]);
    let said = report["diagnostics"].to_string();
    assert!(
        said.contains("which of several root modules makes the cluster of c:google_container_node_pool.p"),
        "{said}"
    );
    // The cluster of a missing module is that module's.
    let missing =
        pool().replace("\"shared\"", "module.gke.name") + "module \"gke\" {\n  source = \"corp/gke/google\"\n}\n";
    assert_eq!(verdicts(&split(&cluster(), &missing).json(&[])), [NO_POOL]);
    for i in 1..=3 {
        let part = verdicts(&tree.json(&["--shard", &format!("{i}/3")]));
        assert!(part.iter().all(|cluster| cluster.ends_with("undecided undecided met")), "{part:?}");
    }
    // In a module that nothing calls, its callers decide where it belongs.
    let module = POOL.replace("\"shared\"", "var.it") + "variable \"it\" {}\n";
    let tree = Tree::new(&[("gke/main.tf", &cluster()), ("modules/pool/main.tf", &module)]);
    assert_eq!(verdicts(&tree.json(&[])), [NO_POOL]);
}

#[test]
fn units_of_terragrunt_are_linked_by_what_they_hand_on() {
    let unit = |module: &str| format!("terraform {{\n  source = \"../../modules/{module}\"\n}}\n");
    let name = "output \"name\" {\n  value = google_container_cluster.c.name\n}\n";
    let within = |text: &str| {
        text.replace("\"us-central1\"", "var.location\n  project = \"acme\"")
            + "variable \"location\" {\n  default = \"us-central1\"\n}\n"
    };
    let handed =
        "dependency \"gke\" {\n  config_path = \"../gke\"\n}\ninputs = {\n  it = dependency.gke.outputs.name\n}\n";
    let tree = Tree::new(&[
        ("live/gke/terragrunt.hcl", &unit("gke")),
        ("live/pools/terragrunt.hcl", &(unit("pools") + handed)),
        ("modules/gke/main.tf", &(within(CLUSTER) + name)),
        ("modules/pools/main.tf", &(within(POOL).replace("\"shared\"", "var.it") + "variable \"it\" {}\n")),
    ]);
    assert_eq!(verdicts(&tree.json(&[])), ["live/gke ready met met"]);
    assert_eq!(verdicts(&tree.json(&["--changed", "live/gke/terragrunt.hcl"])), ["live/gke ready met met"]);
}

#[test]
fn a_limit_on_links_is_said_and_never_silent() {
    let many = |text: &str| text.replace("name  ", "count = 101\n  name  ").replace("\"shared\"", "var.it");
    let unset = "variable \"it\" {\n  type = string\n}\n";
    let tree = split(&(many(&cluster()) + unset), &(many(&pool()) + unset));
    let report = tree.json(&[]);
    assert_eq!(codes(&report).iter().filter(|code| **code == "TF006").count(), 1, "{report}");
    let said = report["diagnostics"].to_string();
    assert!(said.contains("the clusters of other root modules are not looked through for 1 node pool"), "{said}");
}

/// An account that a root module makes, with what nodes need.
const ACCOUNT: &str = r#"
resource "google_service_account" "nodes" {
  account_id = "kfp-nodes"
}
resource "google_project_iam_member" "nodes" {
  for_each = toset(["roles/container.defaultNodeServiceAccount", "roles/storage.objectAdmin", "roles/artifactregistry.reader"])
  project  = "acme"
  role     = each.key
  member   = "serviceAccount:${google_service_account.nodes.email}"
}
"#;

#[test]
fn grants_count_where_the_root_module_of_the_pool_makes_them() {
    let with = |text: &str| {
        text.replace("node_config {", "node_config {\n    service_account = google_service_account.nodes.email")
    };
    let roles = |cluster: &str, pool: &str| {
        let report = split(cluster, pool).json(&[]);
        let all = report["clusters"][0]["requirements"].as_array().unwrap();
        let status = all.iter().find(|r| r["code"] == "KFP201").unwrap()["status"].clone();
        (status.as_str().unwrap().to_string(), findings(&report, "KFP201"))
    };
    let granted = with(&pool()) + ACCOUNT;
    assert_eq!(roles(&cluster(), &granted).0, "met");
    // An account of the same address in the cluster's root module is another one.
    let namesake = cluster() + &ACCOUNT.replace("\"nodes\"\n}", "\"other\"\n}");
    assert_eq!(roles(&namesake, &granted).0, "met");
    let bare = with(&pool()) + "resource \"google_service_account\" \"nodes\" {\n  account_id = \"nodes\"\n}\n";
    let (status, found) =
        roles(&(cluster() + ACCOUNT).replace("account_id = \"nodes\"", "account_id = \"other\""), &bare);
    assert_eq!(status, "undecided", "nothing here grants to it, and another root module may");
    assert_eq!(found, ["gke pools:google_container_node_pool.p pools/main.tf warning"]);
    // Its e-mail is not known: neither is whether the namesake of the cluster's root module is it.
    let open = bare.replace("\"nodes\"\n}", "var.id\n}") + "variable \"id\" {\n  type = string\n}\n";
    assert_eq!(roles(&(cluster() + ACCOUNT), &open).0, "undecided");
}

#[test]
fn environments_link_with_the_same_environment_only() {
    let variable = "variable \"env\" {\n  default = \"dev\"\n}\n";
    let named = |text: String| text.replace("\"shared\"", "\"shared-${var.env}\"") + variable;
    let tree = split(&named(cluster()), &named(pool()));
    tree.write("kfplint.toml", b"[environment.dev.vars]\nenv = \"dev\"\n[environment.prod.vars]\nenv = \"prod\"\n");
    assert_eq!(verdicts(&tree.json(&[])), ["gke ready met met", "gke ready met met"]);
    let in_prod = named(pool()).replace("node_count = 1", "node_count = var.env == \"prod\" ? 0 : 1");
    tree.write("pools/main.tf", in_prod.as_bytes());
    let report = tree.json(&[]);
    let verdict = |of: &str| {
        let clusters = report["clusters"].as_array().unwrap();
        clusters.iter().find(|c| c["environment"] == of).unwrap()["verdict"].clone()
    };
    assert_eq!((verdict("dev"), verdict("prod")), ("ready".into(), "not-ready".into()));
}

#[test]
fn comments_and_baselines_hold_for_pools_of_other_root_modules() {
    let closed = pool().replace("cloud-platform\"]", "monitoring\"] # kfplint: ignore[KFP101]");
    let report = split(&cluster(), &closed).json(&[]);
    assert!(verdicts(&report)[0].starts_with("gke ready "), "{report}");
    assert_eq!(report["summary"]["suppressed"], 1);
    assert!(!codes(&report).contains(&"LINT001"), "the comment is used");

    let call = "# kfplint: ignore[KFP101]\nmodule \"m\" {\n  source = \"../modules/m\"\n}\n";
    let module = POOL.replace("cloud-platform", "monitoring");
    let tree = Tree::new(&[
        ("gke/main.tf", &cluster()),
        ("pools/main.tf", &(PROVIDER.to_string() + call)),
        ("modules/m/main.tf", &module),
    ]);
    let report = tree.json(&[]);
    assert_eq!(
        findings(&report, "KFP101"),
        ["gke pools:module.m.google_container_node_pool.p modules/m/main.tf error"]
    );
    assert_eq!(
        (report["summary"]["suppressed"].clone(), report["clusters"][0]["verdict"].clone()),
        (1.into(), "ready".into())
    );

    let tree = split(&cluster(), &pool().replace("e2-standard-4", "e2-small"));
    assert_eq!(tree.run(&[]).code, 1);
    assert_eq!(tree.run(&["baseline"]).code, 0);
    assert_eq!(tree.run(&["--baseline", "kfplint-baseline.json"]).code, 0);
}

#[test]
fn a_part_of_the_root_modules_sees_the_pools_of_the_others() {
    let tree = Tree::new(&[("a/main.tf", &pool()), ("gke/main.tf", &cluster()), ("z/main.tf", &(cluster() + POOL))]);
    tree.write("z/main.tf", (cluster() + POOL).replace("shared", "own").as_bytes());
    let whole = verdicts(&tree.json(&[]));
    assert_eq!(whole, ["gke ready met met", "z ready met met"]);
    let mut parts: Vec<String> = (1..=3).flat_map(|i| verdicts(&tree.json(&["--shard", &format!("{i}/3")]))).collect();
    parts.sort();
    assert_eq!(parts, whole);
    let changed = tree.json(&["--changed", "gke/main.tf"]);
    assert_eq!(verdicts(&changed), ["gke ready met met"]);
    // The cluster of a pool that changed is judged too, and so are those that may be.
    let changed = tree.json(&["--changed", "a/main.tf"]);
    assert_eq!((verdicts(&changed), skipped(&changed)), (vec!["gke ready met met".into()], Vec::new()));
    tree.write("a/main.tf", pool().replace("e2-standard-4", "e2-small").as_bytes());
    assert_eq!(verdicts(&tree.json(&["--changed", "a/main.tf"])), ["gke not-ready unmet met"]);
    let open = pool().replace("\"shared\"", "var.it") + "variable \"it\" {\n  type = string\n}\n";
    tree.write("a/main.tf", open.as_bytes());
    let changed = tree.json(&["--changed", "a/main.tf"]);
    assert_eq!(verdicts(&changed), ["gke undecided undecided met", "z ready met met"]);
    tree.write("a/main.tf", pool().as_bytes());
    assert_eq!(verdicts(&tree.json(&["gke"])), [NO_POOL], "the others are not of this run");
}

/// A root module that calls the folder `modules/it`, and makes nothing of it.
const NONE_OF_IT: &str = "module \"it\" {\n  source = \"../modules/it\"\n  count  = 0\n}\n";

#[test]
fn a_folder_of_which_no_call_makes_anything_is_linked_too() {
    let with = |module: &str, other: (&str, &str)| {
        // With a provider of its own, the folder would be a root module.
        let module = module.replace("\"us-central1\"", "\"us-central1\"\n  project = \"acme\"");
        Tree::new(&[("app/main.tf", NONE_OF_IT), ("modules/it/main.tf", &module), other])
    };
    let tree = with(CLUSTER, ("pools/main.tf", &pool()));
    assert_eq!(verdicts(&tree.json(&[])), ["modules/it ready met met"]);
    // Nothing says that the pool is ever made: that another root module calls it with a count of 0 speaks against it.
    let tree = with(POOL, ("gke/main.tf", &cluster()));
    let report = tree.json(&[]);
    assert_eq!(verdicts(&report), ["gke undecided undecided met"]);
    assert!(report["clusters"].to_string().contains("whether `modules/it` is applied"), "{report}");
}

#[test]
fn drawings_and_fit_have_the_pools_of_other_root_modules() {
    let workload = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: train}\nspec:\n  replicas: 3\n  template:\n    spec:\n      \
                    containers: [{resources: {requests: {cpu: \"2\", memory: 8Gi}}}]\n";
    let tree = split(&cluster(), &pool());
    tree.write("train.yaml", workload.as_bytes());
    let drawn = |tree: &Tree| {
        let graph = tree.run(&["graph", "--format", "json"]).json();
        let root = graph["roots"].as_array().unwrap().iter().find(|r| r["root"] == "gke").unwrap().clone();
        let address =
            |at: &Value| root["nodes"][at.as_u64().unwrap() as usize]["address"].as_str().unwrap().to_string();
        let has = root["edges"].as_array().unwrap().iter().filter(|e| e["label"] == "has");
        has.map(|e| format!("{} {}", address(&e["from"]), address(&e["to"]))).collect::<Vec<_>>()
    };
    let edge = ["google_container_cluster.c pools:google_container_node_pool.p"];
    assert_eq!(drawn(&tree), edge);
    let fit = |tree: &Tree| tree.run(&["fit", "--manifests", "train.yaml"]);
    let run = fit(&tree);
    assert!(
        run.code == 0 && run.stdout.contains("FITS       google_container_cluster.c: on 3 nodes"),
        "{}",
        run.stdout
    );
    let open = pool().replace("\"shared\"", "var.it") + "variable \"it\" {\n  type = string\n}\n";
    tree.write("pools/main.tf", open.as_bytes());
    assert_eq!(drawn(&tree), edge);
    let run = fit(&tree);
    assert!(run.stdout.contains("UNDECIDED  google_container_cluster.c"), "{}", run.stdout);
    assert!(run.stdout.contains("not known: the nodes of pools:google_container_node_pool.p"), "{}", run.stdout);
    tree.write("pools/main.tf", pool().replace("\"shared\"", "\"mine\"").as_bytes());
    assert_eq!(drawn(&tree), Vec::<String>::new());
    // The pools of another cluster may not be all that there are.
    assert!(fit(&tree).stdout.contains("UNDECIDED  google_container_cluster.c"), "{}", fit(&tree).stdout);
}
