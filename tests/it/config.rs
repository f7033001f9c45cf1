//! `kfplint.toml` as a user writes it: where it is found, what each key does, and what is said of a wrong one.

use crate::tree::{OPEN, READY, TOO_FEW, Tree, codes, repository};
use serde_json::{Value, json};

/// A tree with this configuration beside a cluster of one node.
fn too_few(config: &str) -> Tree {
    Tree::new(&[("main.tf", TOO_FEW), ("kfplint.toml", config)])
}

fn find<'r>(report: &'r Value, code: &str) -> &'r Value {
    report["diagnostics"].as_array().unwrap().iter().find(|d| d["code"] == code).unwrap_or(&Value::Null)
}

#[test]
fn the_nearest_file_upward_counts_but_not_beyond_the_repository() {
    let tree = Tree::new(&[("kfplint.toml", "ignore = [\"KFP001\"]"), ("repo/infra/main.tf", TOO_FEW)]);
    assert_eq!(tree.run(&["repo/infra"]).code, 0);
    assert_eq!(tree.run(&["repo/infra/main.tf"]).code, 0, "a file stands for its folder");
    assert_eq!(tree.run(&["--no-config", "repo/infra"]).code, 1);
    tree.write("repo/.git/HEAD", b"");
    assert_eq!(tree.run(&["repo/infra"]).code, 1, "the file is outside of the repository");
    assert_eq!(tree.run(&["--config", "kfplint.toml", "repo/infra"]).code, 0);
    tree.write("repo/kfplint.toml", b"fail-on = \"never\"\n");
    let report = tree.json(&["repo/infra"]);
    assert!(codes(&report).contains(&"KFP001"), "the nearest one counts alone");
    assert_eq!(tree.run(&["repo/infra"]).code, 0);
}

#[test]
fn one_run_has_one_configuration() {
    let tree = Tree::new(&[("a/main.tf", READY), ("a/kfplint.toml", ""), ("b/main.tf", READY)]);
    let run = tree.run(&["a", "b"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("--config FILE"), "{}", run.stderr);
    assert_eq!(tree.run(&["--no-config", "a", "b"]).code, 0);
    assert_eq!(tree.run(&["a"]).code, 0);
    assert_eq!(tree.run(&["--config", "absent.toml", "a"]).code, 2);
}

#[test]
fn levels_and_choices_of_rules() {
    let report = too_few("[rules]\nnode-count = \"warning\"\n").json(&[]);
    assert_eq!(find(&report, "KFP001")["level"], "warning");
    assert_eq!(report["clusters"][0]["verdict"], "ready", "a warning does not decide");
    assert_eq!(too_few("[rules]\nKFP103 = \"error\"\nKFP0 = \"note\"").run(&[]).code, 1);
    let report = too_few("[rules]\nKFP0 = \"note\"\nKFP001 = \"off\"").json(&[]);
    assert!(!codes(&report).contains(&"KFP001"), "the closer name wins");
    let named: Vec<&Value> =
        report["clusters"][0]["requirements"].as_array().unwrap().iter().map(|r| &r["code"]).collect();
    assert!(!named.contains(&&json!("KFP001")) && named.contains(&&json!("KFP002")), "{named:?}");
    assert_eq!(codes(&too_few("select = [\"KFP1\", \"gcp-secret\"]").json(&[])), ["KFP103"]);
    assert_eq!(codes(&too_few("select = [\"KFP\"]\nignore = [\"KFP001\", \"KFP4\"]").json(&[])), ["KFP103"]);
}

#[test]
fn what_is_undecided_does_not_become_worse() {
    let tree = Tree::new(&[("main.tf", OPEN), ("kfplint.toml", "[rules]\nKFP001 = \"error\"\n")]);
    assert_eq!((find(&tree.json(&[]), "KFP001")["level"].as_str(), tree.run(&[]).code), (Some("warning"), 0));
}

#[test]
fn a_file_that_cannot_be_parsed_is_always_said() {
    let tree = too_few("select = [\"KFP103\"]");
    tree.write("broken.tf", b"locals {\n  a = \n}\n");
    assert_eq!(codes(&tree.json(&[])), ["TF001", "KFP103"]);
    let run = too_few("[rules]\nTF001 = \"off\"").run(&[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("TF001 cannot be off"), "{}", run.stderr);
}

#[test]
fn overrides_are_for_parts_of_the_tree() {
    let config = r#"
[[overrides]]
paths = ["legacy", "**/sandbox.tf"]
ignore = ["KFP001"]
reason = "to be replaced"
until = "2099-12-31"

[[overrides]]
paths = ["infra/**"]
rules = { KFP001 = "warning" }
"#;
    let cluster = |name: &str| TOO_FEW.replace("\"c\"", &format!("\"{name}\""));
    let tree = Tree::new(&[
        ("repo/kfplint.toml", config),
        ("repo/legacy/a/main.tf", TOO_FEW),
        ("repo/infra/main.tf", TOO_FEW),
        ("repo/other/main.tf", &cluster("m")),
        ("repo/other/sandbox.tf", &cluster("s")),
    ]);
    let report = tree.json(&["repo"]);
    let counts = report["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == "KFP001");
    let told = |d: &Value| {
        let suppressed = if d["suppressed"].is_null() { "" } else { " suppressed" };
        format!("{} {}{suppressed}", d["primary"]["file"].as_str().unwrap(), d["level"].as_str().unwrap())
    };
    let expected = [
        "repo/infra/main.tf warning",
        "repo/legacy/a/main.tf error suppressed",
        "repo/other/main.tf error",
        "repo/other/sandbox.tf error suppressed",
    ];
    assert_eq!(counts.map(told).collect::<Vec<_>>(), expected);
    let suppressed =
        &report["diagnostics"].as_array().unwrap().iter().find(|d| !d["suppressed"].is_null()).unwrap()["suppressed"];
    assert_eq!((&suppressed["reason"], &suppressed["until"]), (&json!("to be replaced"), &json!("2099-12-31")));
    assert_eq!(suppressed["location"]["file"], "repo/kfplint.toml");
    assert_eq!(suppressed["location"]["start"]["line"], 4);
    let verdicts: Vec<&Value> = report["clusters"].as_array().unwrap().iter().map(|c| &c["verdict"]).collect();
    assert_eq!(verdicts, ["ready", "ready", "not-ready", "ready"]);
    let list = tree.run(&["suppressions", "repo"]).stdout;
    assert!(list.starts_with("repo/kfplint.toml:4  KFP001  2 findings  until 2099-12-31  to be replaced\n"), "{list}");
    assert_eq!(tree.json(&["repo", "--ignores", "off"])["summary"]["suppressed"], 0);
}

#[test]
fn an_override_that_has_ended_or_gives_no_reason_is_reported() {
    let over = "[[overrides]]\npaths = [\"**\"]\nignore = [\"KFP001\"]\n";
    let tree = too_few(&format!("{over}until = \"2020-01-01\"\n"));
    let report = tree.json(&[]);
    assert_eq!(find(&report, "KFP001")["suppressed"], Value::Null);
    assert_eq!(find(&report, "LINT001")["primary"]["start"], json!({"line": 4, "column": 9, "offset": 57}));
    let tree = too_few(&format!("ignores = \"require-reason\"\n{over}"));
    assert_eq!(find(&tree.json(&[]), "LINT001")["primary"]["start"]["line"], 4);
    assert_eq!(tree.run(&[]).code, 1);
}

#[test]
fn options_of_the_command_line_win() {
    let tree = too_few("fail-on = \"never\"\nformat = \"json\"\noutput = [\"human=report.txt\"]\n");
    let run = tree.run(&[]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.starts_with('{'), "{}", run.stdout);
    assert!(std::fs::read_to_string(tree.path("report.txt")).unwrap().starts_with("NOT READY"));
    let run = tree.run(&["--fail-on=error", "--format", "human"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("NOT READY"), "{}", run.stdout);
    let open = |config: &str| Tree::new(&[("main.tf", OPEN), ("kfplint.toml", config)]);
    let tree = open("undecided = \"fail\"\n");
    assert_eq!((tree.run(&[]).code, tree.run(&["--undecided", "warn"]).code), (1, 0));
    let ignored = TOO_FEW.replace("= 1\n", "= 1 # kfplint: ignore[KFP001]\n");
    let tree = Tree::new(&[("main.tf", &ignored), ("kfplint.toml", "ignores = \"off\"\n")]);
    assert_eq!((tree.run(&[]).code, tree.run(&["--ignores", "on"]).code), (1, 0));
}

#[test]
fn variable_files_come_before_those_of_the_command_line() {
    let tree = Tree::new(&[
        ("repo/infra/main.tf", OPEN),
        ("repo/vars/small.tfvars", "size = 1\n"),
        ("repo/kfplint.toml", "var-files = [\"vars/small.tfvars\"]\n"),
    ]);
    let report = tree.json(&["repo/infra"]);
    assert_eq!(report["verdict"], "not-ready");
    assert_eq!(find(&report, "KFP001")["origin"]["file"], "repo/vars/small.tfvars");
    assert_eq!(tree.run(&["repo/infra", "-var", "size=3"]).code, 0);
}

#[test]
fn a_profile_says_what_is_needed() {
    let verdict = |config: &str| too_few(config).json(&[])["verdict"].as_str().unwrap().to_string();
    assert_eq!(verdict("profile = \"kfp\""), "not-ready");
    assert_eq!(verdict("[profile.small]\nnodes = 1\n"), "ready", "the only one is used");
    assert_eq!(verdict("[profile]\nuse = \"kfp\"\n[profile.small]\nnodes = 1\n"), "not-ready");
    let chain = "[profile]\nuse = \"big\"\n[profile.small]\nextends = \"kfp\"\nnodes = 1\n[profile.big]\nextends = \"small\"\nmemory = ";
    assert_eq!(verdict(&format!("{chain}16384")), "ready", "e2-standard-4 has 16 GiB");
    assert_eq!(verdict(&format!("{chain}\"16 GB\"")), "ready");
    assert_eq!(verdict(&format!("{chain}\"17GiB\"")), "not-ready");
}

#[test]
fn what_is_wrong_is_shown_at_its_place() {
    let wrong = |config: &str, place: &str, says: &[&str]| {
        let run = too_few(config).run(&[]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{config}");
        let said = run.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        for says in [&format!("kfplint.toml:{place}]").as_str()].iter().copied().chain(says) {
            assert!(said.contains(says), "{config}: {says}\n{}", run.stderr);
        }
    };
    wrong("fail-on = \"error\"\nselct = []", "2:1", &["there is no key `selct`", "did you mean `select`?"]);
    wrong("select = [\"KFP13\"]", "1:11", &["there is no rule `KFP13`", "`KFP103`?"]);
    wrong("[rules]\nKFP001 = \"eror\"", "2:10", &["there is no level `eror`", "`error`?"]);
    wrong("[[overrides]]\npaths = [\"a{b\"]\nignore = []", "2:10", &["not a pattern"]);
    wrong("[[overrides]]\npaths = [\"a\"]\nrules = { KFP001 = \"off\" }", "3:20", &["ignore = [\"KFP001\"]"]);
    wrong("[[overrides]]\npaths = []\nignore = []\nuntil = \"soon\"", "4:9", &["`soon` is not a day"]);
    wrong("fail-on = \"warnings\"", "1:11", &["`warning`?"]);
    wrong("output = [\"jsn=a\"]", "1:11", &["there is no format `jsn`"]);
    wrong("var-files = [\"absent.tfvars\"]", "1:14", &["cannot read `absent.tfvars`"]);
    wrong("profile = \"mine\"", "1:11", &["there is no profile `mine`"]);
    wrong("[profile.a]\n[profile.b]\n", "1:2", &["several profiles"]);
    wrong("[profile.a]\nextends = \"b\"\n[profile.b]\nextends = \"a\"\n", "1:10", &["extends itself"]);
    wrong("[profile.a]\nmemory = \"lots\"", "2:10", &["not an amount of memory"]);
    wrong("[profile.a]\nnodes = 0", "2:9", &["1 at least"]);
    wrong("[profile.a]\nnodes = -1", "2:9", &["-1"]);
    wrong("[profile.a]\nroles = [\"roles/logging.logWritr\"]", "2:10", &["`roles/logging.logWriter`?"]);
    wrong("[profile.a]\nscopes = [\"cloud-platfrm\"]", "2:11", &["`cloud-platform`?"]);
    wrong("[profile.a]\napis = [\"container\"]", "2:9", &["not the name of an API"]);
    wrong("[profile.a]\nnamespace = \"Kube Flow\"", "2:13", &["not a name that Kubernetes allows"]);
    wrong("[environment.p]\nvars = { a = 2020-01-01 }", "2:14", &["Terraform has no date type"]);
    wrong("rules = [", "1:10", &["unclosed array"]);
    wrong("select = \"KFP\"", "1:10", &["a list is expected here", "write it in brackets"]);
    wrong("[rules]\nKFP001 = 3", "2:10", &["text is expected here"]);
    wrong("[[overrides]]\npaths = []\nuntil = 2027-01-01", "3:9", &["text is expected here", "write it in quotes"]);
}

#[test]
fn the_published_schema_knows_right_from_wrong() {
    let read = |path: &str| std::fs::read_to_string(repository(path)).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&read("docs/kfplint.schema.json")).unwrap()).unwrap();
    let is_valid = |config: &str| {
        let table: toml::Table = config.parse().unwrap_or_else(|e| panic!("{config}: {e}"));
        schema.is_valid(&serde_json::to_value(table).unwrap())
    };
    let page = read("docs/configuration.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    for right in [example, ENVIRONMENTS, "", "profile = \"kfp\"", "[profile.a]\nmemory = 4096"] {
        assert!(is_valid(right), "{right}");
    }
    for wrong in [
        "selct = []",
        "select = \"KFP\"",
        "fail-on = \"warnings\"",
        "format = \"jsn\"",
        "[rules]\nKFP001 = \"eror\"",
        "[[overrides]]\nignore = []",
        "[[overrides]]\npaths = []\nrules = { KFP001 = \"bad\" }",
        "[profile.a]\nmemory = \"lots\"",
        "[profile.a]\nnode = 3",
        "[profile.a]\nnodes = -1",
        "[environment.p]\nvar-file = []",
    ] {
        assert!(!is_valid(wrong), "{wrong}");
    }
}

/// One cluster whose size and machine the environments decide.
const BY_ENVIRONMENT: &str = r#"
variable "size" {
  type = number
}

resource "google_container_cluster" "c" {
  name               = "c-${terraform.workspace}"
  location           = "us-central1-a"
  initial_node_count = var.size
  node_config {
    machine_type = "e2-standard-4"
    oauth_scopes = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}
"#;

const ENVIRONMENTS: &str = r#"
[environment.dev]
vars = { size = 1 }

[environment.test]
var-files = ["test.tfvars"]

[environment.prod]
var-files = ["test.tfvars"]
vars.size = 3
workspace = "production"
"#;

fn environments() -> Tree {
    let files = [("infra/main.tf", BY_ENVIRONMENT), ("kfplint.toml", ENVIRONMENTS), ("test.tfvars", "size = 1\n")];
    Tree::new(&files)
}

#[test]
fn each_root_is_checked_for_each_environment() {
    let tree = environments();
    let report = tree.json(&[]);
    let told = |c: &Value| format!("{} {}", c["environment"].as_str().unwrap(), c["verdict"].as_str().unwrap());
    let clusters: Vec<String> = report["clusters"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(clusters, ["dev not-ready", "test not-ready", "prod ready"]);
    let counts: Vec<&Value> =
        report["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == "KFP001").collect();
    assert_eq!(counts.len(), 1, "what holds in several is said once");
    assert_eq!(counts[0]["environments"], json!(["dev", "test"]));
    assert_eq!(find(&report, "KFP103")["environments"], json!(["dev", "test", "prod"]));
    assert_eq!(report["summary"]["errors"], 1);
    let origin = &counts[0]["origin"];
    assert_eq!(origin["file"], "kfplint.toml");
    assert_eq!(origin["start"], json!({"line": 3, "column": 10, "offset": 28}));
    let run = tree.run(&[]);
    assert!(run.stdout.contains("= in the environments dev, test\n"), "{}", run.stdout);
    assert!(run.stdout.contains("NOT READY  google_container_cluster.c (test)"), "{}", run.stdout);
    assert!(run.stdout.contains("1 root module"), "{}", run.stdout);
}

#[test]
fn one_environment_can_be_chosen_and_the_command_line_wins() {
    let tree = environments();
    assert_eq!(tree.run(&["--environment", "prod"]).code, 0);
    assert_eq!(tree.run(&["--environment", "prod", "--environment", "dev"]).code, 1);
    assert_eq!(tree.run(&["-var", "size=3"]).code, 0);
    std::fs::remove_file(tree.path("test.tfvars")).unwrap();
    assert_eq!(tree.run(&["--environment", "dev"]).code, 1, "files of the others are not needed");
    assert!(tree.run(&[]).stderr.contains("cannot read `test.tfvars`"));
    let wrong = tree.run(&["--environment", "prd"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("did you mean `prod`?"), "{}", wrong.stderr);
}

#[test]
fn environments_have_fingerprints_of_their_own() {
    let tree = environments();
    tree.run(&["baseline", "--environment", "dev"]);
    let report = tree.json(&["--baseline", "kfplint-baseline.json"]);
    assert_eq!(find(&report, "KFP001")["environments"], json!(["test"]), "known in dev, new in test");
    assert_eq!(find(&report, "KFP103")["environments"], json!(["test", "prod"]));
    tree.run(&["baseline"]);
    assert_eq!(codes(&tree.json(&["--baseline", "kfplint-baseline.json"])), [""; 0]);
    assert_eq!(tree.run(&["--baseline", "kfplint-baseline.json"]).code, 0);
    let prod = tree.json(&["--baseline", "kfplint-baseline.json", "--environment", "prod"]);
    assert_eq!(prod["baseline"]["gone"], json!([]), "the others were not looked at");
}

#[test]
fn comments_are_judged_over_all_environments() {
    let ignored = BY_ENVIRONMENT.replace("= var.size\n", "= var.size # kfplint: ignore[KFP001]\n");
    let tree = environments();
    tree.write("infra/main.tf", ignored.as_bytes());
    let report = tree.json(&[]);
    assert!(!codes(&report).contains(&"LINT001"), "it holds something back in dev");
    let prod = tree.json(&["--environment", "prod"]);
    assert_eq!(find(&prod, "LINT001")["environments"], Value::Null, "it depends on none");
}

#[test]
fn commands_that_look_at_one_state_take_one_environment() {
    let tree = environments();
    tree.write("pod.yaml", b"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{resources: {requests: {cpu: \"3\"}}}]}\n");
    let size = |args: &[&str]| tree.run_with(&[&["console", "infra"], args].concat(), &[], "var.size\n").stdout;
    assert_eq!(size(&["--environment", "prod"]), "3\n");
    assert_eq!(size(&["--environment", "test", "--no-config"]), "", "no configuration, no environment");
    assert_eq!(size(&["--environment", "dev", "-var", "size=7"]), "7\n");
    let plan = tree.run(&["evaluate", "infra", "--environment", "prod"]).stdout;
    assert!(plan.contains("\"initial_node_count\": 3"), "{plan}");
    let picture = tree.run(&["graph", "--environment", "prod", "infra"]).stdout;
    assert!(picture.contains("3 nodes"), "{picture}");
    let fit = |name: &str| tree.run(&["fit", "--manifests", "pod.yaml", "--environment", name, "infra"]).stdout;
    assert!(fit("prod").contains("FITS") && fit("prod").contains("on 3 nodes"), "{}", fit("prod"));
    let several = tree.run(&["evaluate", "infra", "--environment", "prod", "--environment", "dev"]);
    assert_eq!(several.code, 2);
    assert!(several.stderr.contains("leave out `--environment dev`"), "{}", several.stderr);
    tree.write("kfplint.toml", b"[environment.made-later]\nvar-files = [\"later.tfvars\"]\n");
    assert_eq!(size(&["-var", "size=7"]), "7\n", "no environment's values are needed");
    assert!(tree.run(&["console", "infra", "--environment", "made-later"]).stderr.contains("later.tfvars"));
}
