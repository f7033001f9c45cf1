//! Expressions that would make endless values, or take endless time.

use super::{beside, findings, json, over};
use crate::tree::{READY, Tree};

/// A local that is made of the one before, many times over.
fn doubling(first: &str, step: &str, last: &str) -> String {
    let line = |i: usize| format!("  a{i} = {}\n", step.replace('A', &format!("local.a{}", i - 1)));
    let lines: String = (1..=40).map(line).collect();
    format!("locals {{\n  a0 = {first}\n{lines}}}\noutput \"o\" {{\n  value = {}\n}}\n", last.replace('A', "local.a40"))
}

#[test]
fn what_doubles_itself_has_an_end() {
    for (first, step, last) in [
        ("\"x\"", "join(\"\", [A, A])", "A"),
        ("\"x\"", "\"${A}${A}\"", "A"),
        ("[\"x\"]", "[A, A]", "jsonencode(A)"),
        ("[\"x\"]", "[A, A]", "length(flatten(A))"),
        ("[\"x\"]", "[A, A]", "A == A"),
        ("{ x = 1 }", "{ a = A, b = A }", "merge(A, {})"),
    ] {
        let (message, place) = over(&doubling(first, step, last));
        assert!(message.contains("elements") || message.contains("text"), "{step}: {message}");
        assert!(place.starts_with("more.tf:"), "{place}");
    }
}

#[test]
fn all_values_together_have_an_end() {
    let text = "locals {\n  k = join(\"\", [for i in range(1024) : \"0123456789\"])\n  s = join(\"\", [for i in range(1024) : local.k])\n  \
                a = [for i in range(1024) : \"${local.s}${i}\"]\n}\n";
    let (message, place) = over(text);
    assert!(message.contains("512 MiB"), "{message}");
    assert_eq!(place, "more.tf:4");
}

#[test]
fn try_and_can_do_not_hide_it() {
    let text = doubling("[\"x\"]", "[A, A]", "try(jsonencode(A), \"short\")");
    assert!(over(&text).0.contains("elements"));
    let size = "locals {\n  n = can([for p in setproduct(range(1024), range(1024)) : p]) ? 3 : 1\n}\n";
    let tree = Tree::new(&[("main.tf", &READY.replace("= 3", "= local.n")), ("more.tf", size)]);
    let (report, code) = json(&tree, &[]);
    assert_eq!((super::status(&report, "KFP001").as_str(), code), ("undecided", 1), "{report:#}");
}

#[test]
fn functions_refuse_what_is_too_much() {
    for call in [
        "setproduct(range(1000), range(1000), range(1000))",
        "format(\"%1000000000d\", 1)",
        "format(\"%.1000000000f\", 1.5)",
        "indent(60000000, \"a\\nb\\nc\")",
        "yamldecode(join(\"\\n\", concat([\"a0: &a0 [x, x]\"], [for i in range(40) : \"a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\"])))",
        "yamldecode(join(\"\\n\", concat([\"a0: &a0 {k: 1}\"], [for i in range(1000) : \"a${i + 1}: &a${i + 1} {<<: *a${i}, k${i}: 1}\"])))",
        "{ for p in setproduct(range(1000), range(1000), [1, 2]) : join(\"-\", p) => p }",
    ] {
        let (message, place) = over(&format!("locals {{\n  a = {call}\n}}\n"));
        assert_eq!(place, "more.tf:2", "{call}: {message}");
    }
}

#[test]
fn functions_that_fail_for_huge_numbers_fail_as_in_terraform() {
    for call in [
        "range(1e9)",
        "[for i in range(1e9) : i]",
        "1e1000000",
        "cidrsubnets(\"10.0.0.0/8\", [for i in range(1000) : 30]...)",
        "cidrhost(\"10.0.0.0/8\", 1e30)",
        "timeadd(\"2024-01-01T00:00:00Z\", \"999999999999h\")",
        "regexall(\"((a{100}){100}){100}\", \"aaa\")",
    ] {
        let report = beside(&format!("locals {{\n  a = {call}\n}}\n"));
        assert_eq!(findings(&report, "TF005").len(), 1, "{call}: {report:#}");
    }
}

#[test]
fn what_only_looks_slow_is_evaluated() {
    let text = "locals {\n  s = join(\"\", [for i in range(1000) : \"aaaaaaaaaaaaaaaaaaaa\"])\n  \
                a = can(regex(\"^(a*)*b$\", local.s))\n  b = length(regexall(\"(a|aa)+c\", local.s))\n  c = bcrypt(\"x\", 31)\n  \
                d = pow(9, 100)\n}\n";
    let (report, code) = json(&Tree::new(&[("main.tf", READY), ("more.tf", text)]), &[]);
    assert_eq!((findings(&report, "TF006"), code), (vec![], 0), "{report:#}");
}

#[test]
fn long_chains_and_cycles_of_references_are_followed() {
    let chain: String = (1..10_000).map(|i| format!("  a{i} = local.a{}\n", i - 1)).collect();
    let text = format!("locals {{\n  a0 = 3\n{chain}}}\n{}", READY.replace("= 3", "= local.a9999"));
    let (report, code) = json(&Tree::new(&[("main.tf", &text)]), &[]);
    assert_eq!((report["verdict"].as_str(), code), (Some("ready"), 0));
    let cycle: String = (0..10_000).map(|i| format!("  a{i} = local.a{}\n", (i + 1) % 10_000)).collect();
    let report = beside(&format!("locals {{\n{cycle}}}\n"));
    let [(message, _, help)] = findings(&report, "TF005").try_into().unwrap();
    assert!(message.contains("depends on itself") && help.contains("9980 more"), "{message}: {help}");
}

#[test]
fn templates_do_not_render_themselves() {
    let tree = Tree::new(&[("main.tf", READY), ("t.tftpl", "${templatefile(\"t.tftpl\", {})}")]);
    tree.write("more.tf", b"locals {\n  a = templatefile(\"t.tftpl\", {})\n}\n");
    let (report, _) = json(&tree, &[]);
    assert_eq!(findings(&report, "TF005").len(), 1, "{report:#}");
}
