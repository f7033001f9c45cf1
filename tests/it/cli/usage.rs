//! Exit codes, flags, and kfplint's own failures.

use crate::tree::{OPEN, READY, TOO_FEW, Tree};

#[test]
fn exit_codes_follow_the_findings() {
    assert_eq!(Tree::new(&[("main.tf", READY)]).run(&[]).code, 0);
    let tree = Tree::new(&[("main.tf", TOO_FEW)]);
    assert_eq!(tree.run(&[]).code, 1);
    assert_eq!(tree.run(&["check", "."]).code, 1);
    assert_eq!(tree.run(&["--fail-on", "never"]).code, 0);
}

#[test]
fn undecided_is_a_warning_unless_told_otherwise() {
    let tree = Tree::new(&[("main.tf", OPEN)]);
    let run = tree.run(&[]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("UNDECIDED") && run.stdout.contains("warning[KFP001"), "{}", run.stdout);
    assert_eq!(tree.run(&["--undecided=fail"]).code, 1);
    assert_eq!(tree.run(&["--fail-on", "warning"]).code, 1);
    let ignored = tree.run(&["--undecided", "ignore", "--fail-on", "warning"]);
    assert_eq!(ignored.code, 0);
    assert!(ignored.stdout.contains("UNDECIDED") && !ignored.stdout.contains("warning["), "{}", ignored.stdout);
}

#[test]
fn variables_decide_in_the_order_given() {
    let tree = Tree::new(&[("main.tf", OPEN), ("one.tfvars", "size = 1\n"), ("three.tfvars", "size = 3\n")]);
    assert_eq!(tree.run(&["-var", "size=3", "--undecided=fail"]).code, 0);
    assert_eq!(tree.run(&["-var=size=1"]).code, 1);
    assert_eq!(tree.run(&["-var", "size=1", "-var-file", "three.tfvars"]).code, 0);
    assert_eq!(tree.run(&["-var-file=three.tfvars", "-var", "size=1"]).code, 1);
    assert_eq!(tree.run(&["-var-file=three.tfvars", "--var-file", "one.tfvars"]).code, 1);
    assert_eq!(tree.run_with(&[], &[("TF_VAR_size", "1")], "").code, 1);
    assert_eq!(tree.run_with(&["-var", "size=3"], &[("TF_VAR_size", "1")], "").code, 0);
}

#[test]
fn bad_usage_exits_with_2_and_says_what_to_write() {
    let tree = Tree::new(&[("main.tf", OPEN), ("plan.json", "{}")]);
    let fails = |args: &[&str], says: &str| {
        let run = tree.run(args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains(says), "{args:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{args:?}");
    };
    fails(&["--no-such-flag"], "--no-such-flag");
    fails(&["--format", "yaml"], "yaml");
    fails(&["--output", "report.json"], "FORMAT=FILE");
    fails(&["-var", "size"], "NAME=VALUE");
    fails(&["-var", "sise=3"], "did you mean `size`");
    fails(&["-var-file", "absent.tfvars"], "absent.tfvars");
    fails(&["absent"], "absent");
    fails(&["explian", "KFP001"], "did you mean the command `explain`");
    fails(&["plan.json"], "plan.json");
    fails(&["explain", "KFP999"], "KFP999");
    fails(&["--output", "json=absent/report.json"], "absent/report.json");
}

#[test]
fn nothing_to_check_exits_with_3() {
    let tree = Tree::new(&[("README.md", "# nothing\n")]);
    let run = tree.run(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""));
    assert!(run.stderr.contains("no Terraform files"), "{}", run.stderr);
    assert_eq!(tree.run(&["evaluate"]).code, 3);
}

#[test]
fn a_cluster_can_be_required() {
    let tree = Tree::new(&[("main.tf", "locals {\n  a = 1\n}\n")]);
    assert_eq!(tree.run(&[]).code, 0);
    let run = tree.run(&["--require-cluster"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("--require-cluster"), "{}", run.stderr);
}

#[test]
fn a_broken_file_is_an_error_and_the_others_still_count() {
    let tree = Tree::new(&[("main.tf", TOO_FEW), ("broken.tf", "resource \"x\" \"y\" {\n  a = \n}\n")]);
    let run = tree.run(&[]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("TF001") && run.stdout.contains("KFP001"), "{}", run.stdout);
    let tree = Tree::new(&[("main.tf", READY), ("broken.tf", "locals {\n  a = \n}\n")]);
    assert_eq!(tree.run(&[]).code, 1);
}

#[test]
fn explain_prints_the_page_by_code_or_name() {
    let tree = Tree::new(&[]);
    let by_code = tree.run(&["explain", "kfp001"]);
    assert_eq!(by_code.code, 0);
    assert!(by_code.stdout.starts_with("# KFP001 node-count"), "{}", by_code.stdout);
    assert_eq!(tree.run(&["explain", "node-count"]).stdout, by_code.stdout);
    assert!(tree.run(&["explain", "node-cuont"]).stderr.contains("node-count"));
}

#[test]
fn explain_renders_the_page_for_a_terminal() {
    let tree = Tree::new(&[]);
    for rule in kfplint::rules::all() {
        let shown = tree.run_with(&["explain", rule.code, "--color", "always"], &[("COLUMNS", "80")], "").stdout;
        let heading = "\x1b[0m\x1b[1m\x1b[4mWhat\x1b[0m";
        assert!(shown.contains(heading) && !shown.contains("\n## ") && !shown.contains("```"), "{shown}");
        assert!(!shown.contains("/rule.md)"), "{shown}");
    }
    let linked = tree.run_with(&["explain", "KFP201", "--color", "always"], &[("FORCE_HYPERLINK", "1")], "").stdout;
    let url = kfplint::report::url("KFP206").unwrap();
    assert!(linked.contains(&format!("\x1b]8;;{url}\x1b\\")), "{linked}");
}

#[test]
fn rules_lists_every_rule_once() {
    let run = Tree::new(&[]).run(&["rules"]);
    assert_eq!(run.code, 0);
    for rule in kfplint::rules::all() {
        let rows = run.stdout.lines().filter(|line| line.starts_with(rule.code)).collect::<Vec<_>>();
        assert!(rows.len() == 1 && rows.iter().all(|row| row.contains(rule.name)), "{}: {rows:?}", rule.code);
    }
}

#[test]
fn evaluate_prints_the_plan() {
    let tree = Tree::new(&[("infra/main.tf", OPEN)]);
    let run = tree.run(&["evaluate", "infra", "-var", "size=3"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let plan: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let resource = &plan["planned_values"]["root_module"]["resources"][0];
    assert_eq!(resource["address"], "google_container_cluster.c");
    assert_eq!(resource["values"]["initial_node_count"], 3);
    let broken = Tree::new(&[("main.tf", "locals {\n  a = \n}\n")]).run(&["evaluate"]);
    assert_eq!(broken.code, 1);
    assert!(broken.stderr.contains("TF001"), "{}", broken.stderr);
}

#[test]
fn console_answers_line_by_line() {
    let tree = Tree::new(&[("main.tf", "variable \"a\" {\n  default = 2\n}\n")]);
    let run = tree.run_with(&["console"], &[], "var.a + 1\nvar.b\n\"x\"\n");
    assert_eq!(run.stdout, "3\n\"x\"\n");
    assert!(run.stderr.contains("`b`"), "{}", run.stderr);
    assert_eq!(run.code, 1);
}

#[test]
fn reports_go_to_files_beside_stdout() {
    let tree = Tree::new(&[("main.tf", TOO_FEW)]);
    let run = tree.run(&["--output", "json=report.json", "--output", "human=report.txt"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("NOT READY"));
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(tree.path("report.json")).unwrap()).unwrap();
    assert_eq!(json["verdict"], "not-ready");
    assert!(std::fs::read_to_string(tree.path("report.txt")).unwrap().contains("NOT READY"));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = Tree::new(&[]).command(&["explain", "KFP001"]).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn a_missing_module_is_filled_in_by_module_dir() {
    let main = "module \"gke\" {\n  source  = \"corp/gke/google\"\n  version = \"1.0.0\"\n}\n";
    let tree = Tree::new(&[("main.tf", main), ("vendor/gke/main.tf", TOO_FEW)]);
    let hollow = tree.run(&["main.tf"]);
    assert_eq!(hollow.code, 1, "the folder below is a root of its own: {}", hollow.stdout);
    let filled = tree.json(&["--module-dir", "corp/gke/google=vendor/gke"]);
    let addresses: Vec<&str> =
        filled["clusters"].as_array().unwrap().iter().map(|c| c["address"].as_str().unwrap()).collect();
    assert!(addresses.contains(&"module.gke.google_container_cluster.c"), "{addresses:?}");
}

#[test]
fn rules_are_chosen_on_the_command_line() {
    let tree = Tree::new(&[("main.tf", crate::tree::TOO_FEW), ("kfplint.toml", "ignore = [\"KFP402\"]\n")]);
    let found =
        |args: &[&str]| crate::tree::codes(&tree.json(args)).into_iter().map(str::to_string).collect::<Vec<_>>();
    assert_eq!(found(&[]), ["KFP001", "KFP103"]);
    assert_eq!(found(&["--select", "node-count,KFP4"]), ["KFP001"]);
    assert_eq!(found(&["--ignore", "KFP1", "--ignore", "node-count"]), [""; 0]);
    assert_eq!(tree.run(&["--ignore", "KFP001"]).code, 0);
    let wrong = tree.run(&["--select", "node-cuont"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("did you mean `node-count`?"), "{}", wrong.stderr);
    assert!(tree.run(&["--ignore", "TF001"]).stderr.contains("it cannot be turned off"));
}

#[test]
fn statistics_count_the_findings_of_each_rule() {
    let tree = Tree::new(&[(
        "main.tf",
        &format!("{0}{1}", crate::tree::TOO_FEW, crate::tree::TOO_FEW.replace("\"c\"", "\"d\"")),
    )]);
    let shown = tree.run(&["--statistics"]).stdout;
    assert!(shown.lines().any(|line| line == "2  KFP001 node-count       error    2 fixable"), "{shown}");
    assert!(!shown.contains("error[KFP001"), "{shown}");
}

#[test]
fn rules_are_listed_as_json() {
    let run = Tree::new(&[]).run(&["rules", "--format", "json"]);
    let rules: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(rules.as_array().expect("a list").len(), kfplint::rules::all().len());
    assert_eq!(
        (&rules[0]["code"], &rules[0]["name"], &rules[0]["level"]),
        (&"KFP001".into(), &"node-count".into(), &"error".into())
    );
}

#[test]
fn the_version_has_the_days_of_the_facts() {
    let run = Tree::new(&[]).run(&["--version"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[0], concat!("kfplint ", env!("CARGO_PKG_VERSION")));
    assert!(lines[1].starts_with("facts: ") && lines[1].contains(kfplint::catalog::kfp::HEAD_DATE), "{lines:?}");
}

#[test]
fn the_report_ends_with_what_to_do_next() {
    let tree = Tree::new(&[("main.tf", crate::tree::TOO_FEW)]);
    let last = |args: &[&str]| tree.run(args).stdout.lines().last().unwrap_or_default().to_string();
    assert_eq!(last(&[]), "1 fixable with --fix --unsafe-fixes · kfplint explain KFP001");
    assert_eq!(last(&["fix", "--unsafe-fixes"]), "kfplint explain KFP103");
    let ready = Tree::new(&[("main.tf", crate::tree::READY)]).run(&["--select", "KFP001"]).stdout;
    assert!(ready.lines().last().is_some_and(|line| line.contains("1 root module")), "{ready}");
}
