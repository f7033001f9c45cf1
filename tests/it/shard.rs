//! Big repositories shared by several machines: `--shard` and `merge`.

use crate::tree::{OPEN, READY, TOO_FEW, Tree};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn estate() -> Tree {
    let call = "module \"c\" {\n  source = \"../../modules/c\"\n}\n";
    let broken = "locals {\n  a = \n}\n";
    let commented = READY.replace("= 3\n", "= 3 # kfplint: ignore[KFP001]\n");
    Tree::new(&[
        ("roots/a/main.tf", TOO_FEW),
        ("roots/b/main.tf", READY),
        ("roots/c/main.tf", &commented),
        ("roots/d/main.tf", call),
        ("roots/e/main.tf", call),
        ("roots/f/main.tf", OPEN),
        ("roots/g/main.tf", broken),
        ("modules/c/main.tf", &TOO_FEW.replace("= 1\n", "= 1 # kfplint: ignore[KFP001, KFP103]\n")),
    ])
}

fn shards(tree: &Tree, of: usize, format: &str) -> Vec<String> {
    let part = |i: usize| {
        let run = tree.run(&["--shard", &format!("{i}/{of}"), "--format", format]);
        let file = format!("{i}.{format}");
        tree.write(&file, run.stdout.as_bytes());
        file
    };
    (1..=of).map(part).collect()
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// A report without what depends on how a run is divided: comments are not judged where other shards may need them.
fn comparable(mut report: Value) -> Value {
    let findings = report["diagnostics"].as_array_mut().unwrap();
    findings.retain(|d| !(d["code"] == "LINT001" && d["primary"]["file"] == "modules/c/main.tf"));
    report["coverage"]["files"] = Value::Null;
    report["summary"] = Value::Null;
    report
}

#[test]
fn joined_shards_are_the_whole() {
    let tree = estate();
    let whole = tree.json(&[]);
    for of in [1, 2, 5, 12] {
        let files = shards(&tree, of, "json");
        let run = tree.run(&[&["merge"], files.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat());
        assert_eq!((run.code, run.stderr.as_str()), (1, ""));
        assert_eq!(comparable(read(&run.stdout)), comparable(whole.clone()), "{of} shards");
    }
}

#[test]
fn each_root_is_in_one_shard_and_big_ones_are_apart() {
    let tree = estate();
    let parts: Vec<BTreeSet<String>> = (1..=3)
        .map(|i| {
            let report = tree.json(&["--shard", &format!("{i}/3")]);
            let all = report["diagnostics"].as_array().unwrap().iter().chain(report["clusters"].as_array().unwrap());
            all.map(|d| d["root"].as_str().unwrap().to_string()).collect()
        })
        .collect();
    let all: BTreeSet<&String> = parts.iter().flatten().collect();
    assert_eq!(all.len(), 7);
    assert_eq!(parts.iter().map(BTreeSet::len).sum::<usize>(), 7, "{parts:?}");
    assert!(parts.iter().all(|part| part.len() >= 2), "{parts:?}");
}

#[test]
fn a_variable_of_another_shard_is_no_slip() {
    let tree = estate();
    for shard in ["1/3", "2/3", "3/3"] {
        assert_ne!(tree.run(&["--shard", shard, "-var", "size=3"]).code, 2, "{shard}");
        assert_eq!(tree.run(&["--shard", shard, "-var", "sice=3"]).code, 2, "{shard}");
    }
}

#[test]
fn sarif_is_joined_into_one_run() {
    let tree = estate();
    let files = shards(&tree, 3, "sarif");
    let run = tree.run(&[&["merge"], files.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat());
    let joined = read(&run.stdout);
    let whole = read(&tree.run(&["--format", "sarif"]).stdout);
    assert_eq!(joined["runs"].as_array().unwrap().len(), 1);
    assert_eq!(joined["runs"][0]["tool"], whole["runs"][0]["tool"]);
    let fingerprints = |log: &Value| {
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        let own = results.filter(|r| !r.to_string().contains("modules/c/main.tf") || r["ruleId"] != "LINT001");
        own.map(|r| r["partialFingerprints"].to_string()).collect::<BTreeSet<_>>()
    };
    assert_eq!(fingerprints(&joined), fingerprints(&whole));
    assert_eq!(run.code, 1);
}

#[test]
fn the_exit_code_follows_the_findings() {
    let tree = Tree::new(&[("main.tf", READY)]);
    tree.write("a.json", tree.run(&["--format", "json"]).stdout.as_bytes());
    assert_eq!(tree.run(&["merge", "a.json"]).code, 0);
    assert_eq!(tree.run(&["merge", "--fail-on", "note", "a.json"]).code, 1);
    assert_eq!(read(&tree.run(&["merge", "a.json", "a.json"]).stdout)["clusters"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_no_report_is_refused() {
    let tree = Tree::new(&[("main.tf", READY), ("x.json", "{\"version\": 1}"), ("y.json", "[1,")]);
    tree.write("a.json", tree.run(&["--format", "json"]).stdout.as_bytes());
    tree.write("a.sarif", tree.run(&["--format", "sarif"]).stdout.as_bytes());
    let fails = |args: &[&str], says: &str| {
        let run = tree.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        let said = run.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(said.contains(says), "{args:?}: {}", run.stderr);
    };
    fails(&["merge"], "FILE");
    fails(&["merge", "absent.json"], "cannot read `absent.json`: no such file");
    fails(&["merge", "y.json"], "cannot read `y.json`: EOF while parsing a value at line 1");
    fails(&["merge", "x.json"], "`x.json` is neither");
    fails(&["merge", "--timeout", "0", "a.json"], "it would take the run longer than 0 s");
    fails(&["merge", "a.json", "a.sarif"], "`a.json` is JSON, and `a.sarif` is SARIF");
    fails(&["--shard", "3/2"], "from 1 to 2");
}

#[test]
fn fields_of_other_versions_are_kept_or_refused() {
    let tree = Tree::new(&[("main.tf", TOO_FEW)]);
    let report = read(&tree.run(&["--format", "json"]).stdout);
    let merged = |report: &Value| {
        tree.write("a.json", report.to_string().as_bytes());
        tree.run(&["merge", "a.json"])
    };
    assert_eq!(read(&merged(&report).stdout), report, "joining one report changes nothing");
    let mut later = report.clone();
    later["diagnostics"][0]["effort"] = json!(1.50);
    later["clusters"][0]["requirements"][0]["since"] = json!("2027-01-01");
    assert_eq!(read(&merged(&later).stdout), later);
    let mut earlier = report.clone();
    for key in ["origin", "trace"] {
        earlier["diagnostics"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .for_each(|d| drop(d.as_object_mut().unwrap().remove(key)));
    }
    let joined = read(&merged(&earlier).stdout);
    assert_eq!((&joined["verdict"], &joined["summary"]), (&report["verdict"], &report["summary"]));
    later["diagnostics"][0]["primary"]["page"] = json!(1);
    let refused = merged(&later);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    let said = refused.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    assert!(said.contains("unknown field `page`") && said.contains("use the kfplint that wrote it"), "{said}");
}

#[test]
fn a_module_that_only_units_use_is_judged_with_them_in_whichever_shard() {
    let module =
        format!("variable \"unused\" {{}}\n{}", OPEN.replace("type = number", "type    = number\n  default = 3"));
    let unit =
        |size: u8| format!("terraform {{\n  source = \"../../modules/c\"\n}}\ninputs = {{\n  size = {size}\n}}\n");
    let (one, three) = (unit(1), unit(3));
    let tree = Tree::new(&[
        ("modules/c/main.tf", &module),
        ("live/a/terragrunt.hcl", &one),
        ("live/b/terragrunt.hcl", &three),
    ]);
    let whole = tree.json(&[]);
    assert_eq!(whole["clusters"].as_array().unwrap().len(), 2, "{whole}");
    let files = shards(&tree, 3, "json");
    let run = tree.run(&[&["merge"], files.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat());
    assert_eq!(comparable(read(&run.stdout)), comparable(whole));
}

#[test]
fn a_missing_or_repeated_shard_is_not_passed_over() {
    let tree = estate();
    for format in ["json", "sarif"] {
        let files = shards(&tree, 4, format);
        let fails = |files: &[&str], says: &str| {
            let run = tree.run(&[&["merge"], files].concat());
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{files:?}");
            assert!(run.stderr.split_whitespace().collect::<Vec<_>>().join(" ").contains(says), "{}", run.stderr);
        };
        let of = |i: usize| files[i - 1].as_str();
        fails(&[of(1), of(4)], "of 4 shards, reports are missing: 2, 3");
        fails(&[of(1), of(2), of(3), of(4), of(2)], "are both of the shard 2/4");
        let other = shards(&tree, 3, format)[2].clone();
        fails(&[of(4), &other], "not of the same division");
    }
}
