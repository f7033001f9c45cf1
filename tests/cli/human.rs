//! The human report.

use crate::tree::{FAULT, OPEN, READY, TOO_FEW, Tree};

#[test]
fn the_verdict_comes_first_and_the_counts_last() {
    let out = Tree::new(&[("a/main.tf", READY), ("b/main.tf", OPEN), ("c/main.tf", TOO_FEW)]).run(&[]).stdout;
    let first = out.lines().next().unwrap();
    assert_eq!(first, "NOT READY  google_container_cluster.c  c/main.tf:2");
    let place = |text: &str| out.find(text).unwrap_or_else(|| panic!("{text} is not in\n{out}"));
    assert!(place("NOT READY") < place("UNDECIDED") && place("UNDECIDED") < place("\nREADY"));
    assert!(place("\nREADY") < place("error[KFP001 node-count]"));
    let last = out.lines().last().unwrap();
    assert!(last.starts_with("1 cluster not ready · 1 cluster undecided · 1 cluster ready · 1 error"), "{last}");
    assert!(last.ends_with("3 root modules, 3 files"), "{last}");
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
    assert!(out.contains("1 module not on disk may make one") && out.contains("corp/gke/google"), "{out}");
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
