//! The budgets: each is met at its value and not before, says where, and which option raises it; what was left out is
//! undecided.

use super::{findings, json, over, run, status};
use crate::tree::{READY, TOO_FEW, Tree, skipped};

#[test]
fn instances_count_over_all_blocks() {
    let two =
        "resource \"null_resource\" \"a\" {\n  count = 6\n}\nresource \"null_resource\" \"b\" {\n  count = 5\n}\n";
    let tree = Tree::new(&[("main.tf", READY), ("more.tf", two)]);
    let (report, code) = json(&tree, &["--max-instances", "12"]);
    assert_eq!((findings(&report, "TF006"), code), (vec![], 0));
    let (report, code) = json(&tree, &["--max-instances", "11"]);
    let [(message, place, help)] = findings(&report, "TF006").try_into().unwrap();
    assert_eq!((place.as_str(), code), ("more.tf:5", 1));
    assert!(message.contains("5") && message.contains("11") && help.contains("--max-instances"), "{message} {help}");
    assert_eq!(report["coverage"]["undecided_blocks"][0]["address"], "null_resource.b");
}

#[test]
fn a_pool_without_a_number_leaves_its_cluster_undecided() {
    let pools = "resource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = \"us-central1-a\"\n  \
                 remove_default_node_pool = true\n  initial_node_count = 1\n}\n\
                 resource \"google_container_node_pool\" \"p\" {\n  count = 1000000000\n  name = \"p${count.index}\"\n  \
                 cluster = google_container_cluster.c.name\n  node_count = 1\n}\n";
    let (report, code) = json(&Tree::new(&[("main.tf", pools)]), &[]);
    assert_eq!((status(&report, "KFP001").as_str(), code), ("undecided", 1));
    assert_eq!(findings(&report, "TF006")[0].1, "main.tf:8");
}

/// A chain of modules, with a cluster at its end.
fn chain(levels: usize) -> Tree {
    let tree = Tree::new(&[("main.tf", "module \"m\" {\n  source = \"./m1\"\n}\n")]);
    for i in 1..levels {
        tree.write(&format!("m{i}/main.tf"), format!("module \"m\" {{\n  source = \"../m{}\"\n}}\n", i + 1).as_bytes());
    }
    tree.write(&format!("m{levels}/main.tf"), READY.as_bytes());
    tree
}

#[test]
fn modules_lie_so_deep_and_no_deeper() {
    let tree = chain(5);
    let (report, code) = json(&tree, &["--max-depth", "5", "."]);
    assert_eq!((findings(&report, "TF006"), code), (vec![], 0));
    assert_eq!(report["clusters"].as_array().unwrap().len(), 1);
    let (report, code) = json(&tree, &["--max-depth", "4", "."]);
    let [(message, place, help)] = findings(&report, "TF006").try_into().unwrap();
    assert_eq!((place.as_str(), code), ("m4/main.tf:2", 1));
    assert!(message.contains("4") && help.contains("--max-depth"), "{message} {help}");
    assert_ne!(report["verdict"], "ready");
    let (report, code) = json(&chain(300), &["."]);
    let (found, code) = (findings(&report, "TF006"), code);
    assert!(!found.is_empty() && code == 1, "{found:?}");
}

#[test]
fn modules_that_multiply_end_with_the_instances() {
    let two = |i| format!("module \"a\" {{\n  source = \"../m{i}\"\n}}\nmodule \"b\" {{\n  source = \"../m{i}\"\n}}\n");
    let tree = Tree::new(&[("main.tf", READY), ("more.tf", "module \"m\" {\n  source = \"./m1\"\n}\n")]);
    (1..40).for_each(|i| tree.write(&format!("m{i}/main.tf"), two(i + 1).as_bytes()));
    tree.write("m40/main.tf", b"locals {\n}\n");
    let (report, code) = json(&tree, &["--max-instances", "500", "."]);
    assert_eq!((report["clusters"][0]["verdict"].as_str(), code), (Some("ready"), 1));
    assert!(!findings(&report, "TF006").is_empty());
}

#[test]
fn modules_that_call_themselves_are_errors_of_their_own() {
    for modules in [&["m"][..], &["m", "n"]] {
        let tree = Tree::new(&[("main.tf", "module \"m\" {\n  source = \"./m\"\n}\n")]);
        for (i, name) in modules.iter().enumerate() {
            let next = modules[(i + 1) % modules.len()];
            let text = format!("module \"x\" {{\n  source = \"../{next}\"\n}}\n");
            tree.write(&format!("{name}/main.tf"), text.as_bytes());
        }
        let (report, code) = json(&tree, &["."]);
        assert_eq!((findings(&report, "TF005").len(), code), (1, 1), "{report:#}");
    }
}

#[test]
fn a_file_that_is_too_large_is_said_and_what_it_may_declare_is_not_known() {
    let padding = format!("# {}\n", "x".repeat(3000));
    let tree = Tree::new(&[("main.tf", &READY.replace("= 3", "= local.size")), ("size.tf", &padding)]);
    tree.write("size.tf", format!("{padding}locals {{\n  size = 3\n}}\n").as_bytes());
    let (report, code) = json(&tree, &["--max-file-size", "3KB"]);
    assert_eq!(code, 0, "{report:#}");
    let (report, code) = json(&tree, &["--max-file-size", "2KB"]);
    let [(message, place, help)] = findings(&report, "TF006").try_into().unwrap();
    assert_eq!((place.as_str(), code), ("size.tf:1", 1));
    assert!(message.contains("2 KiB") && help.contains("--max-file-size"), "{message} {help}");
    assert_eq!(findings(&report, "TF002"), [], "what is not read may declare it");
    assert_eq!(status(&report, "KFP001"), "undecided");
    assert_eq!(skipped(&report), [("size.tf".to_string(), "larger than 2 KiB".to_string())]);
}

#[test]
fn values_that_are_not_read_are_not_the_defaults() {
    let text = READY.replace("= 3", "= var.size") + "variable \"size\" {\n  default = 3\n}\n";
    let tree = Tree::new(&[("main.tf", &text)]);
    tree.write("terraform.tfvars", format!("size = 1\n# {}\n", "x".repeat(3000)).as_bytes());
    let (report, code) = json(&tree, &["--max-file-size", "2KB"]);
    assert_eq!((status(&report, "KFP001").as_str(), code), ("undecided", 1));
}

#[test]
fn when_the_time_is_over_every_root_says_so() {
    let tree = Tree::new(&[("a/main.tf", READY), ("b/main.tf", READY)]);
    let (report, code) = json(&tree, &["--timeout", "0", "a", "b"]);
    let found = findings(&report, "TF006");
    assert_eq!((found.len() >= 2, code), (true, 1), "{report:#}");
    assert!(found.iter().any(|(_, _, help)| help.contains("--timeout")), "{found:?}");
    assert_eq!(report["clusters"].as_array().unwrap().len(), 0);
    let paths: Vec<String> = skipped(&report).into_iter().map(|(path, _)| path).collect();
    assert!(paths.contains(&"a".into()) && paths.contains(&"b".into()), "{paths:?}");
    let human = run(&tree, &["--timeout", "0", "a", "b"]);
    assert!(human.stdout.contains("Not checked"), "{}", human.stdout);
}

#[test]
fn other_commands_say_it_too() {
    let many = "resource \"null_resource\" \"a\" {\n  count = 1000000\n}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c}]}\n";
    let tree = Tree::new(&[("main.tf", READY), ("more.tf", many), ("k8s/pod.yaml", pod)]);
    for args in [
        &["evaluate"][..],
        &["graph"],
        &["fit", "--manifests", "k8s"],
        &["baseline", "--output", "b.json"],
        &["suppressions"],
    ] {
        let ended = run(&tree, args);
        assert_eq!(ended.code, 1, "{args:?}");
        assert!(ended.stderr.contains("TF006") && ended.stderr.contains("more.tf:2"), "{args:?}: {}", ended.stderr);
    }
    let (report, code) = json(&tree, &["--baseline", "b.json"]);
    assert_eq!((findings(&report, "TF006").len(), code), (1, 1), "a baseline does not hold it");
}

#[test]
fn it_cannot_be_switched_off() {
    let many = "resource \"null_resource\" \"a\" {\n  count = 1000000\n}\n";
    let tree = Tree::new(&[("main.tf", many), ("kfplint.toml", "ignore = [\"TF\"]\n")]);
    assert_eq!(run(&tree, &[]).code, 1);
}

#[test]
fn budgets_are_numbers_and_sizes() {
    let tree = Tree::new(&[("main.tf", READY)]);
    for (args, code) in [
        (["--max-file-size", "20MB"], 0),
        (["--max-file-size", "4GB"], 2),
        (["--max-file-size", "20 apples"], 2),
        (["--max-instances", "-1"], 2),
        (["--timeout", "soon"], 2),
    ] {
        assert_eq!(run(&tree, &args).code, code, "{args:?}");
    }
}

#[test]
fn nesting_has_an_end() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{ a = ", "}"), ("!", ""), ("\"${", "}\""), ("abs(", ")")] {
        let text = format!("locals {{\n  a = {}1{}\n}}\n", open.repeat(20_000), close.repeat(20_000));
        let (message, place) = over(&text);
        assert!(message.contains("deep") || message.contains("operators"), "{open}: {message}");
        assert_eq!(place, "more.tf:2", "{open}");
    }
    let tree = Tree::new(&[("main.tf", READY)]);
    let deep = format!("{{\"locals\": {{\"a\": {}{}}}}}", "[".repeat(20_000), "]".repeat(20_000));
    tree.write("deep.tf.json", deep.as_bytes());
    let (report, code) = json(&tree, &[]);
    assert_eq!((findings(&report, "TF006").len(), code), (1, 1), "{report:#}");
}

#[test]
fn only_so_many_clusters_are_judged() {
    let tree = Tree::new(&[("main.tf", &TOO_FEW.replacen("{\n", "{\n  count = 5001\n", 1))]);
    let (report, code) = json(&tree, &["."]);
    assert_eq!(report["clusters"].as_array().unwrap().len(), 5000);
    let [(message, ..)] = &findings(&report, "TF006")[..] else { panic!("{:?}", findings(&report, "TF006")) };
    assert_eq!(message, "this root module has 5001 clusters, of which only 5000 are judged");
    assert_eq!((&report["verdict"], code), (&"not-ready".into(), 1));
}

#[test]
fn only_so_many_findings_are_kept() {
    let tree = Tree::new(&[("main.tf", &(READY.to_string() + &"a {}\n".repeat(20_500)))]);
    let (report, code) = json(&tree, &["."]);
    assert_eq!(report["diagnostics"].as_array().unwrap().len(), 20_001);
    let [(message, ..)] = &findings(&report, "TF006")[..] else { panic!("{:?}", findings(&report, "TF006")) };
    assert_eq!(message, "this root module has more than 20000 findings: the others are not listed");
    assert_eq!(code, 1);
}

#[test]
fn only_so_many_errors_of_a_file_are_listed() {
    let tree = Tree::new(&[("main.tf", &"a {\n  b = *\n}\n".repeat(150))]);
    let (report, _) = json(&tree, &["."]);
    assert_eq!(findings(&report, "TF001").len(), 100);
    let [(message, ..)] = &findings(&report, "TF006")[..] else { panic!("{:?}", findings(&report, "TF006")) };
    assert_eq!(message, "this file has more than 100 errors: the others are not listed");
}

#[test]
fn the_references_of_a_plan_that_are_not_followed_are_told() {
    let plan = |count: usize| {
        let references: Vec<String> = (0..count).map(|i| format!("null_resource.r{i}")).collect();
        let own = |more: (&str, serde_json::Value)| {
            let mut own = serde_json::json!({ "address": "google_storage_bucket.b", "mode": "managed",
                "type": "google_storage_bucket", "name": "b" });
            own[more.0] = more.1;
            own
        };
        serde_json::json!({
            "format_version": "1.2", "terraform_version": "1.11.4",
            "planned_values": { "root_module": { "resources": [own(("values", serde_json::json!({ "location": "US" })))] } },
            "resource_changes": [own(("change", serde_json::json!({
                "actions": ["create"], "before": null, "after": { "location": "US" }, "after_unknown": { "name": true } })))],
            "configuration": { "root_module": { "resources":
                [own(("expressions", serde_json::json!({ "name": { "references": references } })))] } },
        })
    };
    let told = |count: usize| {
        let tree = Tree::new(&[("plan.json", &plan(count).to_string())]);
        let (report, _) = json(&tree, &["plan.json"]);
        findings(&report, "TF006").len()
    };
    assert_eq!((told(2000), told(2001)), (0, 1));
}

#[test]
fn the_console_has_the_time_for_each_expression() {
    let tree = Tree::new(&[("main.tf", "")]);
    let long = "length([for a in range(1000) : [for b in range(1000) : a * b]])";
    let ended = tree.run_with(&["console", "--timeout", "0"], &[], &format!("{long}\n1 + 1\n"));
    assert_eq!((ended.code, ended.stdout.as_str()), (1, "2\n"), "{}", ended.stderr);
    assert!(ended.stderr.contains("the run took longer than 0 s"), "{}", ended.stderr);
}

#[test]
fn a_file_of_too_many_tokens_is_not_read() {
    let tree = Tree::new(&[("main.tf", READY), ("dense.tf", &"a=b\n".repeat(2_000_100))]);
    tree.write("dense.tf.json", format!("[{}]", "[],".repeat(4_000_100)).as_bytes());
    let (report, code) = json(&tree, &["."]);
    let found = findings(&report, "TF006");
    let places: Vec<&str> = found.iter().map(|(_, place, _)| place.as_str()).collect();
    assert_eq!(places, ["dense.tf:1", "dense.tf.json:1"]);
    assert!(found.iter().all(|(m, ..)| m == "this file is not read: more than 8000000 tokens"), "{found:?}");
    assert_eq!(code, 1);
}
