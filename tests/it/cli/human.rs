//! The human report.

use crate::tree::{FAULT, OPEN, READY, TOO_FEW, Tree};
use kfplint::report::{Detail, Report, ReportStyle, human};

#[test]
fn the_verdict_comes_first_and_the_counts_at_the_end() {
    let out = Tree::new(&[("a/main.tf", READY), ("b/main.tf", OPEN), ("c/main.tf", TOO_FEW)]).run(&[]).stdout;
    let first = out.lines().next().unwrap();
    assert_eq!(first, "NOT READY  google_container_cluster.c  c/main.tf:2");
    let place = |text: &str| out.find(text).unwrap_or_else(|| panic!("{text} is not in\n{out}"));
    assert!(place("NOT READY") < place("UNDECIDED") && place("UNDECIDED") < place("\nREADY"));
    assert!(place("\nREADY") < place("error[KFP001 node-count]"));
    let last = out.rsplit("\n\n").next().unwrap().replace(" \n", " ").replace('\n', " · ");
    assert!(last.starts_with("1 cluster not ready · 1 cluster undecided · 1 cluster ready · 1 error"), "{last}");
    assert!(last.contains(" · 3 root modules, 3 files · "), "{last}");
}

#[test]
fn quiet_leaves_errors_and_verbose_adds_what_is_met() {
    let tree = Tree::new(&[("a/main.tf", OPEN), ("c/main.tf", TOO_FEW)]);
    let quiet = tree.run(&["--quiet"]).stdout;
    assert!(quiet.contains("error[KFP001") && !quiet.contains("warning["), "{quiet}");
    let normal = tree.run(&[]).stdout;
    assert!(normal.contains("requirements met") && !normal.contains("access-scope"), "{normal}");
    let verbose = tree.run(&["--verbose"]).stdout;
    assert!(verbose.contains("✓ KFP101 access-scope") && verbose.contains("Node pools"), "{verbose}");
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let tree = Tree::new(&[("main.tf", TOO_FEW)]);
    assert!(!tree.run(&[]).stdout.contains('\x1b'));
    assert!(tree.run(&["--color", "always"]).stdout.contains("\x1b["));
    assert!(!tree.run(&["--color", "never"]).stdout.contains('\x1b'));
}

#[test]
fn nothing_in_a_file_steers_the_terminal() {
    let text = "locals {\n  x = \"\x1b[2J\u{202e}\u{9b}31m${var.nowhere}\" # \x1b]0;title\x07\r\n}\n";
    let out = Tree::new(&[("main.tf", text), ("\x1b[31mred.tf", FAULT)]).run(&["--verbose"]).stdout;
    assert!(out.contains("nowhere"), "{out:?}");
    let bad: Vec<char> =
        out.chars().filter(|c| (c.is_control() && *c != '\n') || ['\u{202e}', '\u{9b}'].contains(c)).collect();
    assert!(bad.is_empty(), "{bad:?} in {out:?}");
}

#[test]
fn a_long_line_is_cut_around_the_fault() {
    let filler = "\"0123456789\", ".repeat(2000);
    let text = format!("locals {{\n  x = [{filler}var.nowhere, {filler}]\n}}\n");
    let out = Tree::new(&[("main.tf", &text)]).run(&[]).stdout;
    assert!(out.lines().all(|line| line.chars().count() < 260), "{out}");
    let at = out.lines().position(|line| line.contains("var.nowhere, ")).unwrap();
    let (source, marks) = (out.lines().nth(at).unwrap(), out.lines().nth(at + 1).unwrap());
    let column = |line: &str, text: &str| line.find(text).map(|i| line[..i].chars().count()).unwrap();
    assert_eq!(column(source, "nowhere"), column(marks, "^"), "{source}\n{marks}");
    assert!(out.contains(&format!("main.tf:2:{}", 8 + filler.len() + "var.".len())), "{out}");
}

#[test]
fn a_fault_in_a_shared_module_is_shown_once_with_all_roots() {
    let call = "module \"m\" {\n  source = \"../m\"\n}\n";
    let tree = Tree::new(&[("a/main.tf", call), ("b/main.tf", call), ("m/main.tf", FAULT)]);
    let out = tree.run(&[]).stdout;
    assert_eq!(out.matches("error[TF002").count(), 1, "{out}");
    assert!(out.contains("in root modules a, b"), "{out}");
    assert_eq!(tree.json(&[])["summary"]["errors"], 2, "each root counts");
}

#[test]
fn a_root_without_cluster_says_so() {
    let out = Tree::new(&[("main.tf", "module \"g\" {\n  source = \"corp/gke/google\"\n}\n")]).run(&[]).stdout;
    assert!(out.starts_with("NO CLUSTER"), "{out}");
    assert!(out.contains("1 module not on disk may create one") && out.contains("corp/gke/google"), "{out}");
}

#[test]
fn any_bytes_give_a_report() {
    let junk: Vec<Vec<u8>> = vec![
        vec![],
        vec![0xef, 0xbb, 0xbf],
        vec![0xff; 300],
        (0..=255).collect(),
        "\"${".repeat(3000).into_bytes(),
        "[".repeat(100_000).into_bytes(),
        "a = <<E\n".repeat(500).into_bytes(),
        "%{ if ".repeat(2000).into_bytes(),
        b"resource \"a\" \"b\" {\r\n\tx = \xc3\x28\r\n".to_vec(),
        "{".repeat(50_000).into_bytes(),
    ];
    for bytes in junk {
        for name in ["main.tf", "main.tf.json", "terraform.tfvars", "terraform.tfvars.json"] {
            let tree = Tree::new(&[("keep.tf", TOO_FEW)]);
            tree.write(name, &bytes);
            let run = tree.run(&[]);
            assert!(
                run.code == 1 && run.stdout.contains("error[KFP001"),
                "{name} {:?}: {}",
                &bytes[..bytes.len().min(20)],
                run.stderr
            );
        }
    }
}

#[test]
fn findings_stand_with_their_cluster_and_errors_come_first() {
    let two = format!(
        "{TOO_FEW}{}",
        TOO_FEW.replace("\"c\"", "\"d\"").replace("initial_node_count = 1", "initial_node_count = 2")
    );
    let out = Tree::new(&[("main.tf", &two), ("fault.tf", FAULT)]).run(&[]).stdout;
    let place = |text: &str| out.find(text).unwrap_or_else(|| panic!("{text} is not in\n{out}"));
    let (whole, c) = (place("── the configuration as a whole ──"), place("── google_container_cluster.c ──"));
    let d = place("── google_container_cluster.d ──");
    assert!(d < whole && whole < place("error[TF002"), "{out}");
    let of_c = &out[c..d];
    assert!(of_c.contains("main.tf:5:24") && !of_c.contains("main.tf:14:24"), "{of_c}");
    assert!(of_c.find("error[KFP001").unwrap() < of_c.find("note[KFP402").unwrap(), "{of_c}");
    let alone = Tree::new(&[("main.tf", TOO_FEW)]).run(&[]).stdout;
    assert!(!alone.contains("──"), "one cluster needs no headings: {alone}");
}

#[test]
fn the_same_fault_of_several_clusters_is_shown_once_and_names_them() {
    let many = TOO_FEW.replace("\"c\" {", "\"c\" {\n  for_each = toset([\"dev\", \"prod\"])");
    let out = Tree::new(&[("main.tf", &many)]).run(&[]).stdout;
    assert_eq!(out.matches("error[KFP001").count(), 1, "{out}");
    assert!(out.contains("= the same for google_container_cluster.c[\"prod\"]"), "{out}");
    assert!(out.contains("2 errors"), "{out}");
}

#[test]
fn clusters_that_are_alike_share_their_answers_and_findings() {
    let cluster = |i: usize| TOO_FEW.replace("\"c\"", &format!("\"c{i:03}\""));
    let text: String = (0..250).map(cluster).collect();
    let tree = Tree::new(&[("main.tf", &text)]);
    let out = tree.run(&[]).stdout;
    let line = |i: usize| format!("NOT READY  google_container_cluster.c{i:03}  main.tf:{}\n", 2 + 10 * i);
    let folded = format!("{}{}and 230 more clusters (--verbose lists them)\n  ✗ KFP001", line(18), line(19));
    assert!(out.contains(&folded), "{out}");
    assert_eq!(out.matches("error[KFP001").count(), 1, "{out}");
    assert!(out.contains("= the same at main.tf:15, :25, :35, "), "{out}");
    assert!(out.contains("250 clusters not ready · 250 errors"), "{out}");
    let verbose = tree.run(&["--verbose"]).stdout;
    assert_eq!(verbose.matches("error[KFP001").count(), 250);
    assert!(!verbose.contains(" more (--verbose"), "nothing is folded");
}

#[test]
fn long_lists_are_folded() {
    let cluster = |i: usize| {
        TOO_FEW.replace("\"c\"", &format!("\"c{i:03}\"")).replace("e2-standard-4", &format!("x9-standard-{}", 4 + i))
    };
    let text: String = (0..250).map(cluster).collect();
    let out = Tree::new(&[("main.tf", &text)]).run(&[]).stdout;
    assert!(out.contains("and 30 more clusters (--verbose lists them)"), "{out}");
    assert!(out.contains(" more (--verbose shows them)\n"), "{out}");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let widest = |out: &str| out.lines().map(unicode_width::UnicodeWidthStr::width).max().unwrap();
    for folder in crate::tree::entries("fixtures").into_iter().filter(|entry| entry.is_dir()) {
        for (columns, most) in [("60", 60), ("80", 80), ("100", 100), ("120", 120), ("500", 120)] {
            let mut command = crate::tree::kfplint(&folder, &[]);
            let out = command.env("COLUMNS", columns).output().unwrap();
            let out = String::from_utf8(out.stdout).unwrap();
            // Code to copy is not broken.
            let shown: Vec<&str> = out.lines().filter(|line| !line.starts_with("    ")).collect();
            assert!(shown.is_empty() || widest(&shown.join("\n")) <= most, "{columns} {}\n{out}", folder.display());
        }
    }
}

#[test]
fn a_longer_message_goes_on_beneath_its_place() {
    let out = Tree::new(&[("main.tf", TOO_FEW)]).run_with(&[], &[("COLUMNS", "60")], "").stdout;
    let note = out.split("\n\n").find(|part| part.starts_with("note[KFP402")).unwrap();
    let expected = "  │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ its pipelines\n  │                                         need a bucket\n";
    assert!(note.contains(expected), "{note}");
}

#[test]
fn answers_for_the_same_reasons_name_them_once() {
    let out = Tree::new(&[("main.tf", OPEN)]).run(&[]).stdout;
    assert_eq!(out.matches("not known: var.size has no default and no").count(), 1, "{out}");
    assert!(out.contains("KFP008 workload-fit  undecided for the same reasons as KFP001\n"), "{out}");
}

#[test]
fn inputs_of_which_the_same_is_said_are_named_together() {
    let variable = "variable \"a\" {\n  type = number\n}\nvariable \"b\" {\n  type = number\n}\nvariable";
    let main = OPEN.replacen("variable", variable, 1).replace("= var.size\n", "= var.size + var.a + var.b\n");
    let out = Tree::new(&[("main.tf", &main)]).run(&[]).stdout;
    assert!(out.contains("not known: var.a, var.b and var.size have no\n"), "{out}");
    let named = "= var.size (main.tf:8), var.a (:2) and var.b (:5) have no default and no value\n";
    assert!(out.contains(named) && !out.contains("│ variable"), "{out}");
}

#[test]
fn verbose_tells_what_was_set_aside() {
    let text = TOO_FEW.replace("= 1\n", "= 1 # kfplint: ignore[KFP001] reason=\"a sandbox\" until=2999-01-31\n");
    let tree = Tree::new(&[("main.tf", &text)]);
    let normal = tree.run(&[]).stdout;
    assert!(normal.contains("1 suppressed") && !normal.contains("a sandbox"), "{normal}");
    assert!(
        normal.ends_with("1 root module, 1 file\nkfplint explain KFP103\n"),
        "the same input gives the same text: {normal}"
    );
    let verbose = tree.run(&["--verbose"]).stdout;
    let expected = "Suppressed\n  KFP001 node-count  main.tf:5\n    google_container_cluster.c: 1 node in all; Kubeflow \
                    Pipelines needs 3\n    suppressed at main.tf:5, until 2999-01-31: a sandbox\n";
    assert!(verbose.contains(expected), "{verbose}");
}

#[test]
fn terminals_that_have_hyperlinks_get_them() {
    let tree = Tree::new(&[("in fra/main.tf", TOO_FEW)]);
    let out = tree.run_with(&[], &[("FORCE_HYPERLINK", "1")], "").stdout;
    let file = tree.path("in fra/main.tf").canonicalize().unwrap();
    let url = format!("file://{}", file.to_str().unwrap().replace(' ', "%20"));
    let link = |url: &str, text: &str| format!("\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\");
    let rule = kfplint::report::url("KFP001").unwrap();
    assert!(out.contains(&link(&url, "in fra/main.tf:2")), "{out:?}");
    assert!(out.contains(&format!("┌─ {}", link(&url, "in fra/main.tf:5:24"))), "{out:?}");
    assert_eq!(out.matches(&link(&rule, "KFP001 node-count")).count(), 2, "in the table and above the source: {out:?}");
    let never = tree.run_with(&["--color", "never"], &[("FORCE_HYPERLINK", "1")], "").stdout;
    assert_eq!(never, tree.run(&[]).stdout);
}

#[test]
fn a_terminal_is_told_how_long_it_took() {
    let sources = kfplint::base::source::Sources::new();
    let report = Report::new(Vec::new(), Vec::new(), 0, &sources);
    let view =
        ReportStyle { took: Some(std::time::Duration::from_millis(1234)), ..ReportStyle::plain(Detail::Normal, 80) };
    let text = String::from_utf8(human(&report, &sources, view)).unwrap();
    assert!(text.ends_with("no cluster · 0 root modules, 0 files · 1.23 s\n"), "{text}");
}

#[test]
fn a_missing_source_is_one_finding_and_a_note_where_nothing_depends_on_it() {
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"corp/net/google\"\n}}\n");
    let main = format!("{READY}{}{}", call("a"), call("b"));
    let found = |main: &str| {
        let report = Tree::new(&[("main.tf", main)]).json(&[]);
        let all = report["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == "TF004");
        all.map(|d| format!("{} {}", d["level"].as_str().unwrap(), d["related"].as_array().unwrap().len()))
            .collect::<Vec<_>>()
    };
    // Whether there is a bucket depends on both.
    assert_eq!(found(&main), ["warning 1"]);
    let bucket = "resource \"google_storage_bucket\" \"b\" {\n  name     = \"b\"\n  location = \"US\"\n}\n";
    assert_eq!(found(&format!("{main}{bucket}")), ["note 1"]);
    assert_eq!(found(&call("a")), ["warning 0"], "it may create a cluster");
}

#[test]
fn root_modules_without_a_cluster_have_a_line_each() {
    let network = "resource \"google_compute_network\" \"n\" {\n  name = \"n\"\n}\n";
    let tree = Tree::new(&[("a/main.tf", network), ("b/main.tf", READY), ("c/main.tf", network)]);
    let shown = tree.run(&["--select", "KFP001"]).stdout;
    assert!(shown.contains("\nNO CLUSTER  a\nNO CLUSTER  c\n\n"), "{shown}");
}
