//! Each report names the configuration that was used and what it turns off; one that was found in the tree does not make
//! a cluster ready by turning off all that is asked of it.

use super::{READY, TOO_FEW, Tree, Value, outcome};
use kfplint::report::Format;

fn tree(config: &str) -> Tree {
    Tree::new(&[("main.tf", TOO_FEW), ("kfplint.toml", config), (".git/HEAD", ""), ("main.tfvars", "")])
}

fn turned_off(config: &str, args: &[&str]) -> Vec<String> {
    let report = tree(config).json(args);
    let all = report["configuration"]["turns_off"].as_array().unwrap_or_else(|| panic!("{report:#}"));
    all.iter().map(|text| text.as_str().unwrap().to_string()).collect()
}

#[test]
fn the_report_names_the_file_and_what_it_turns_off() {
    let report = tree("ignore = [\"KFP402\", \"TF\"]").json(&[]);
    assert_eq!(report["configuration"]["file"], "kfplint.toml");
    let off = turned_off("ignore = [\"KFP402\", \"TF\"]", &[]);
    assert!(off.contains(&"KFP402".into()) && off.contains(&"TF002".into()), "{off:?}");
    assert!(!off.contains(&"TF001".into()) && !off.contains(&"TF006".into()), "they are never off: {off:?}");
    let selected = turned_off("select = [\"KFP402\"]", &[]);
    assert!(selected.contains(&"KFP001".into()) && !selected.contains(&"KFP402".into()), "{selected:?}");
    assert_eq!(Tree::new(&[("main.tf", READY)]).json(&[])["configuration"], Value::Null);
    assert_eq!(tree("ignore = [\"KFP402\"]").json(&["--no-config"])["configuration"], Value::Null);
}

#[test]
fn anything_that_makes_less_of_a_cluster_is_named() {
    for (config, expected) in [
        ("[rules]\nKFP402 = \"off\"", "KFP402"),
        ("[rules]\nKFP001 = \"note\"", "lowers the level of KFP001 (now note)"),
        ("[[overrides]]\npaths = [\"old/**\"]\nignore = [\"KFP402\", \"TF002\"]", "suppresses KFP402, TF002 in old/**"),
        (
            "[[overrides]]\npaths = [\"old/**\"]\nrules = { KFP001 = \"warning\" }",
            "lowers the level of KFP001 in old/** (now warning)",
        ),
        ("undecided = \"ignore\"", "leaves out findings that are undecided (undecided = \"ignore\")"),
        ("fail-on = \"never\"", "keeps findings from failing the run (fail-on = \"never\")"),
        ("var-files = [\"main.tfvars\"]", "gives variables values of its own (var-files main.tfvars)"),
        (
            "[environment.dev]\nvars = { size = 3 }\n[environment.prod]",
            "gives variables values of its own (environments dev, prod)",
        ),
        ("[profile.small]\nnodes = 1", "requires 1 node instead of 3"),
        ("[profile.small]\nmemory = \"1GB\"", "requires 1024 MiB for a node instead of 4096"),
        ("[profile.small]\nvcpus = 1", "requires 1 vCPU for a node instead of 2"),
    ] {
        assert_eq!(turned_off(config, &[]), [expected], "{config}");
    }
    let all = turned_off("[profile.small]\napis = [\"iam.googleapis.com\"]", &[]);
    assert!(all[0].starts_with("does not require the APIs "), "{all:?}");
}

#[test]
fn a_configuration_that_turns_nothing_off_is_named_without_a_line() {
    for config in ["", "[rules]\nKFP402 = \"error\"", "[profile.big]\nnodes = 5", "ignores = \"off\""] {
        assert!(turned_off(config, &[]).is_empty(), "{config}");
        let shown = tree(config).run(&[]).stdout;
        assert!(!shown.contains("Configuration:"), "{shown}");
    }
    assert!(turned_off("undecided = \"ignore\"", &["--undecided", "fail"]).is_empty(), "the command line counts");
    assert!(turned_off("fail-on = \"never\"", &["--fail-on", "error"]).is_empty(), "the command line counts");
}

#[test]
fn every_format_says_it() {
    let tree = tree("ignore = [\"KFP\"]\n[profile.small]\nnodes = 1");
    let last = tree.json(&[])["configuration"]["turns_off"].as_array().unwrap().len();
    assert!(last > 10);
    for format in Format::ALL.into_iter().filter(|f| *f != Format::Json).map(Format::name) {
        let shown = tree.run(&["--format", format]).stdout;
        assert!(shown.contains("kfplint.toml turns off KFP001 to KFP"), "{format}: {shown}");
        assert!(shown.contains("requires 1 node instead of 3"), "{format}: {shown}");
    }
    let quiet = tree.run(&["--quiet"]).stdout;
    assert!(quiet.contains("\nConfiguration: kfplint.toml turns off KFP001 to "), "{quiet}");
    let sarif: Value = tree.run(&["--format", "sarif"]).json();
    assert_eq!(sarif["runs"][0]["properties"]["configuration"]["file"], "kfplint.toml");
    let github = tree.run(&["--format", "github"]).stdout;
    assert!(github.starts_with("::notice file=kfplint.toml,line=1,"), "{github}");
}

#[test]
fn patterns_cannot_break_a_format() {
    let tree = tree("[[overrides]]\npaths = [\"a-->b\\n::error::x\", \"<b>--\"]\nignore = [\"KFP402\"]");
    let comment = tree.run(&["--format", "checkstyle"]).stdout;
    let inside = comment.split_once("<!--").unwrap().1.split_once("-->").unwrap();
    assert!(inside.0.contains("suppresses KFP402") && inside.1.trim_start().starts_with("<file"), "{comment}");
    assert!(!inside.0.contains("--"), "{comment}");
    let github = tree.run(&["--format", "github"]).stdout;
    assert!(!github.contains("\n::error::x"), "{github}");
    let page = tree.run(&["--format", "html"]).stdout;
    assert!(page.contains("&lt;b&gt;--") && !page.contains("<b>--"), "{page}");
}

#[test]
fn a_found_configuration_that_leaves_nothing_to_decide_makes_no_cluster_ready() {
    for config in [
        "ignore = [\"KFP\"]",
        "ignore = [\"KFP0\", \"KFP1\", \"KFP2\", \"KFP3\", \"KFP4\"]",
        "select = [\"TF\"]",
        "[rules]\nKFP = \"off\"",
        "[rules]\nKFP = \"note\"",
        "[rules]\nKFP = \"warning\"",
        "[[overrides]]\npaths = [\"**\"]\nignore = [\"KFP\"]",
        "[[overrides]]\npaths = [\"*.tf\"]\nignore = [\"KFP\"]\nreason = \"legacy\"",
        "[[overrides]]\npaths = [\"**\"]\nrules = { KFP = \"note\" }",
        "ignore = [\"KFP0\"]\n[[overrides]]\npaths = [\"main.tf\"]\nignore = [\"KFP\"]",
    ] {
        for text in [TOO_FEW, READY] {
            let tree = Tree::new(&[("main.tf", text), ("kfplint.toml", config), (".git/HEAD", "")]);
            assert_eq!(outcome(&tree, &[]), (1, "undecided".into()), "{config}");
            let report = tree.json(&[]);
            assert_eq!(report["clusters"][0]["verdict"], "undecided", "{config}");
            assert_eq!(report["coverage"]["skipped"][0]["path"], "kfplint.toml", "{config}");
            let shown = tree.run(&[]).stdout;
            assert!(
                shown.contains("kfplint.toml: it turns off, suppresses or lowers all rules that decide"),
                "{shown}"
            );
            assert_eq!(outcome(&tree, &["--config", "kfplint.toml"]), (0, "ready".into()), "{config}: it is trusted");
        }
    }
    assert_eq!(outcome(&tree("ignore = [\"KFP402\"]"), &[]).1, "not-ready", "others still decide");
}

#[test]
fn merged_reports_name_it_too() {
    let tree = Tree::new(&[("a/main.tf", READY), ("b/main.tf", READY), ("kfplint.toml", "ignore = [\"KFP402\"]")]);
    for (format, path) in [("json", "/configuration"), ("sarif", "/runs/0/properties/configuration")] {
        for shard in ["1/2", "2/2"] {
            let report = tree.run(&["--shard", shard, "--format", format]).stdout;
            tree.write(&format!("{}.json", &shard[..1]), report.as_bytes());
        }
        let merged = tree.run(&["merge", "1.json", "2.json"]).json();
        let expected = serde_json::json!({ "file": "kfplint.toml", "turns_off": ["KFP402"] });
        assert_eq!(merged.pointer(path), Some(&expected), "{format}");
    }
}

#[test]
fn reports_without_it_can_be_merged() {
    let tree = Tree::new(&[("main.tf", READY)]);
    let mut report = tree.json(&[]);
    report.as_object_mut().unwrap().remove("configuration");
    tree.write("old.json", report.to_string().as_bytes());
    let merged = tree.run(&["merge", "old.json"]).json();
    assert_eq!((&merged["verdict"], &merged["configuration"]), (&"ready".into(), &Value::Null));
}
