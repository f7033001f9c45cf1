//! The parser, as users meet it: what is accepted and refused, what strings mean, what survives an error.

use crate::tree::Tree;
use kfplint::base::source::{FileId, SourceFile};
use kfplint::engine::{Session, Settings};
use kfplint::syntax::{self, ast::File, lexer};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value as Json;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Cases on which HCL parsers disagree, with what HashiCorp's own parser (hcl v2.24) says.
fn corner_cases() -> Vec<Json> {
    serde_json::from_str(include_str!("../syntax/corner_cases.json")).expect("the fixture is JSON")
}

fn parse(text: &str) -> File {
    syntax::parse(FileId(0), text, &[])
}

fn text<'c>(case: &'c Json, key: &str) -> &'c str {
    case[key].as_str().unwrap_or_default()
}

/// Errors as `line:column message`.
fn errors(source: &str) -> Vec<String> {
    let file = SourceFile::new(PathBuf::from("x.tf"), source.as_bytes().to_vec());
    let shown = |e: &syntax::ast::SyntaxError| {
        let at = file.position(e.span.start);
        format!("{}:{} {}", at.line, at.column, e.message)
    };
    parse(source).errors.iter().map(shown).collect()
}

#[test]
fn corner_cases_are_accepted_and_refused_as_by_hcl() {
    let wrong: Vec<String> = corner_cases()
        .iter()
        .filter(|case| parse(text(case, "source")).errors.is_empty() != case["accept"].as_bool().unwrap_or_default())
        .map(|case| format!("{} {:?} {:?}", case["id"], text(case, "source"), errors(text(case, "source"))))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn corner_cases_have_the_values_of_hcl() {
    let tree = Tree::new(&[("main.tf", "terraform {}\n")]);
    let session = Session::new(Settings::of(&tree.path(""))).expect("a folder");
    let console = session.console(&session.roots()[0], None).expect("an evaluator");
    let names = r#"{ a = "A", n = 5, t = true, f = false, nul = null, s5 = "5", l = ["x", "y", "z"], nums = [1, 2, 3],
        o = { k = "v", b = 2 }, m = { k = "v" }, e = [], objs = [{ tags = ["p", "q"] }, { tags = ["r", "s"] }] }"#
        .replace('\n', " ");
    let mut wrong = Vec::new();
    for (i, case) in corner_cases().iter().enumerate() {
        let (Some(value), Some(expr)) = (case["value"].as_str(), text(case, "source").strip_prefix("x = ")) else {
            continue;
        };
        let file = tree.path(&format!("{i}.tftpl"));
        std::fs::write(&file, format!("${{jsonencode({expr})}}")).expect("written");
        let answer = console.answer(&format!("templatefile(\"{i}.tftpl\", {names})"));
        // The console prints the JSON text as a quoted string.
        let got = answer.map_err(|e| e.message.clone()).and_then(|quoted| {
            serde_json::from_str::<String>(&quoted.replace("$${", "${")).map_err(|e| format!("{e}: {quoted}"))
        });
        let same = got
            .as_ref()
            .is_ok_and(|got| serde_json::from_str::<Json>(got).ok() == serde_json::from_str::<Json>(value).ok());
        if !same {
            wrong.push(format!("{} {:?}: want {value}, got {got:?}", case["id"], text(case, "source")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// JSON configurations with what `terraform validate` 1.11 says of them.
#[test]
fn json_is_accepted_and_refused_as_by_terraform() {
    let cases: Vec<Json> =
        serde_json::from_str(include_str!("../syntax/json_cases.json")).expect("the fixture is JSON");
    let parse = |source: &str| syntax::parse_json(FileId(0), source).errors;
    let wrong: Vec<String> = cases
        .iter()
        .filter(|case| parse(text(case, "source")).is_empty() != case["accept"].as_bool().unwrap_or_default())
        .map(|case| format!("{} {:?}", case["source"], parse(text(case, "source"))))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn json_block_bodies_may_be_arrays_and_hold_comments() {
    let source = r#"{"resource": {"a": {"b": [[{"x": 1}, {"//": "no", "y": 2}], null, {"z": 3}]}}}"#;
    let file = syntax::parse_json(FileId(0), source);
    let names = |b: &syntax::ast::Block| b.body.attributes.iter().map(|a| a.name.name.to_string()).collect::<Vec<_>>();
    let found: Vec<Vec<String>> = file.body.blocks("resource").map(names).collect();
    assert_eq!(found, [vec!["x".to_string(), "y".into()], vec![], vec!["z".into()]]);
}

#[test]
fn json_tells_what_is_set_twice_from_repeated_nested_blocks() {
    let resource = |members: &str| {
        let file = syntax::parse_json(FileId(0), &format!(r#"{{"resource": {{"a": {{"b": {{{members}}}}}}}}}"#));
        file.errors.into_iter().map(|e| e.message).collect::<Vec<_>>()
    };
    assert_eq!(resource(r#""zone": "a", "zone": "b""#), ["`zone` is set twice here"]);
    assert!(resource(r#""rule": {"p": 1}, "rule": {"p": 2}"#).is_empty());
    assert_eq!(resource(r#""rule": {"p": 1, "p": 2}"#), ["`p` is set twice here"]);
}

#[test]
fn values_in_json_may_be_commented_but_not_set_twice() {
    let values = |source: &str| syntax::parse_tfvars_json(FileId(0), source);
    let file = values(r#"{"//": "who owns this", "a": "${b}"}"#);
    assert!(file.errors.is_empty());
    let read: Vec<_> = file.body.attributes.iter().map(|a| (a.name.name.to_string(), a.expr.as_str())).collect();
    assert_eq!(read, [("a".to_string(), Some("${b}"))]);
    assert_eq!(values(r#"{"a": 1, "a": 2}"#).errors.len(), 1);
}

#[test]
fn guesses_by_layout_are_made_only_in_broken_files() {
    let nested = parse("module \"m\" {\nresource \"a\" \"b\" {}\n  c = 1\n}\noutput \"o\" {}\n");
    let kinds = |file: &File| file.body.blocks.iter().map(|b| b.kind.name.to_string()).collect::<Vec<_>>();
    assert!(nested.errors.is_empty());
    assert_eq!(kinds(&nested), ["module", "output"]);
    let open = parse("module \"m\" {\n  c = 1\n\nresource \"a\" \"b\" {}\n\noutput \"o\" {}\n");
    assert_eq!(open.errors.len(), 1);
    assert_eq!(kinds(&open), ["module", "resource", "output"]);
}

#[test]
fn a_lone_expression_may_go_over_several_lines() {
    for source in ["1\n+ 2\n", "\n{\n a = 1\n}", "a\n? b\n: c", "# why\nx"] {
        let (_, errors) = syntax::parse_expression(FileId(0), source);
        assert!(errors.is_empty(), "{source:?} {errors:?}");
    }
    assert_eq!(syntax::parse_expression(FileId(0), "a b").1.len(), 1);
}

#[test]
fn errors_say_where_and_what() {
    assert_eq!(errors("a = \nb = 1\n"), ["1:5 a value is needed here, not the end of the line"]);
    assert_eq!(errors("x = var.\ny = 1\n"), ["1:8 a name is needed after the dot"]);
    assert_eq!(errors("x = \"a\nb = 1\n"), ["1:5 this string is not closed on its line"]);
    assert_eq!(errors("x = 1\nx = 2\n"), ["2:1 the argument `x` is set twice in this block"]);
    assert_eq!(errors("b {\n  a = 1\n"), ["1:3 this `{` of the block `b` is never closed"]);
    assert_eq!(errors("b {\n  a = 1}\nc = 1\n"), ["2:8 the `}` of a block of several lines needs a line of its own"]);
    assert_eq!(errors("x = \"a\rb\"\n"), ["1:7 a carriage return cannot stand in this string"]);
    assert_eq!(errors("}\na = 1\n"), ["1:1 this `}` closes nothing"]);
    let half = parse("x = \"é${var.a\ny = 1\n");
    assert_eq!(half.body.attribute("y").map(|a| a.expr.span.start), Some(19));
}

#[test]
fn lines_that_go_on_with_a_broken_item_are_part_of_its_error() {
    let source = "locals {\n  a = true ?\n    [\"x\",\n     \"y\"] :\n    foo(1)\n  b = 2\n  c = (1 +\n  ]\n}\nlocals {\n  d = \n}\n";
    let all = errors(source);
    let lines: Vec<&str> = all.iter().filter_map(|error| error.split(':').next()).collect();
    assert_eq!(lines, ["2", "8", "11"], "{all:?}");
    let file = parse(source);
    let names = file.body.blocks.iter().flat_map(|b| &b.body.attributes).map(|a| a.name.name.to_string());
    assert!(names.collect::<Vec<_>>().contains(&"b".to_string()), "what follows is read");
}

#[test]
fn a_brace_that_closes_a_broken_item_is_no_error_of_its_own() {
    let all = errors("inputs = {\n  a = [1,\n}\nb = 2\n");
    assert_eq!(all, ["3:1 a value is needed here, not `}`"]);
    let source = "locals {\n  a = {\n    x = [1,\n  }\n  b = 2\n}\nc = 3\n";
    assert_eq!(errors(source), ["4:3 a value is needed here, not `}`"]);
    let file = parse(source);
    assert!(file.body.attribute("c").is_some() && file.body.blocks[0].body.attribute("b").is_some());
}

#[test]
fn deep_and_long_input_gives_one_clean_error_fast() {
    let n = 100_000;
    let inputs = [
        format!("x = {}\n", "[".repeat(n)),
        format!("x = {}1\n", "(".repeat(n)),
        format!("x = {}1\n", "!".repeat(n)),
        format!("x = {}1\n", "-".repeat(n)),
        format!("x = a{}\n", ".b".repeat(n)),
        format!("x = a{}\n", "[0]".repeat(n)),
        format!("x = a{}\n", "[*]".repeat(n)),
        format!("x = 1{}\n", "+1".repeat(n)),
        format!("x = {}1\n", "a?".repeat(n)),
        format!("x = {}\n", "\"${".repeat(n)),
        "a {\n".repeat(n),
        format!("x = {}\n", "{a=".repeat(n)),
        format!("x = a[*]{}\n", ".b".repeat(n)),
        // Each nesting and each chain is within its bounds, but not the tree that they make together.
        format!("x = {}a{}\n", "(".repeat(200), format!("{})", ".b".repeat(500)).repeat(200)),
        format!("x = {}1{}\n", "(".repeat(200), format!("{})", "+1".repeat(500)).repeat(200)),
        format!(
            "x = {}a{}\n",
            format!("\"{}${{", "%{ if a }".repeat(100)).repeat(100),
            format!("}}{}\"", "%{ endif }".repeat(100)).repeat(100)
        ),
    ];
    for input in inputs {
        let start = Instant::now();
        let file = parse(&input);
        assert!(!file.errors.is_empty(), "{}", &input[..20]);
        assert!(file.errors.len() <= 3, "{} errors for {}", file.errors.len(), &input[..20]);
        assert!(start.elapsed() < Duration::from_secs(5), "{}", &input[..20]);
    }
}

#[test]
fn long_chains_within_bounds_are_accepted() {
    for input in [format!("x = 1{}\n", "+1".repeat(900)), format!("x = {}\n", vec!["a.b[0].c"; 900].join(" + "))] {
        assert!(parse(&input).errors.is_empty(), "{}", &input[..20]);
    }
}

#[test]
fn unclosed_strings_and_heredocs_cost_linear_time() {
    let inputs =
        ["x = <<A\n".repeat(20_000), "x = \"\n".repeat(20_000), "x = /*\n".repeat(20_000), "x = \"${\n".repeat(20_000)];
    for input in inputs {
        let start = Instant::now();
        assert!(!parse(&input).errors.is_empty());
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", &input[..8]);
    }
}

/// A configuration of many items, as users write them.
fn sample() -> String {
    let item = |i: usize| {
        format!(
            "# Pool {i}.\nresource \"google_container_node_pool\" \"p{i}\" {{\n  name       = \"pool-{i}\"\n  cluster    = \
             google_container_cluster.c.id\n  node_count = var.nodes[\"p{i}\"]\n\n  node_config {{\n    machine_type = \
             \"e2-standard-${{var.size}}\"\n    labels = {{\n      pool = \"p{i}\"\n    }}\n    oauth_scopes = [\n      \
             \"cloud-platform\",\n    ]\n  }}\n}}\n\n"
        )
    };
    (0..12).map(item).collect()
}

/// Blocks that are read whole and right.
fn whole(file: &File) -> usize {
    let right = |b: &&syntax::ast::Block| {
        &*b.kind.name == "resource"
            && b.body.attributes.len() == 3
            && b.body.blocks.len() == 1
            && b.body.blocks.iter().all(|n| n.body.attributes.len() == 3)
    };
    file.body.blocks.iter().filter(right).count()
}

#[test]
fn in_a_half_typed_file_the_other_items_survive() {
    let sample = sample();
    assert_eq!(whole(&parse(&sample)), 12);
    let (mut kept, mut all) = (0, 0);
    for cut in (0..sample.len()).step_by(7).filter(|i| sample.is_char_boundary(*i)) {
        // The rest of the line under the cursor is not typed yet.
        let line_end = sample[cut..].find('\n').map_or(sample.len(), |i| cut + i);
        let half = format!("{}{}", &sample[..cut], &sample[line_end..]);
        kept += whole(&parse(&half)).min(11);
        all += 11;
    }
    let share = kept as f64 / all as f64;
    assert!(share >= 0.84, "only {:.1} % of the other items survive", share * 100.0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_parsed_and_the_tokens_are_the_text(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let file = SourceFile::new(PathBuf::from("x.tf"), bytes);
        let tokens = lexer::lex(&file.text);
        let joined: String = tokens.iter().map(|t| file.slice(t.start, t.end)).collect();
        prop_assert_eq!(joined, file.text.to_string());
        syntax::parse(FileId(0), &file.text, &file.invalid_utf8);
        syntax::parse_json(FileId(0), &file.text);
    }

    #[test]
    fn any_mixture_of_syntax_is_parsed(parts in proptest::collection::vec(prop::sample::select(vec![
        "a", "b ", "=", "{", "}", "[", "]", "(", ")", "\"", "${", "%{", "~}", "}", "<<EOT\n", "EOT\n", "<<-E\n", "E\n",
        "\n", ".", "*", "[*]", "for ", "in ", ":", "=>", "...", "if ", "?", "!", "-", "1", "1.5e3", "#x\n", "/*", "*/",
        "\\", "$${", ",", "é", "\u{feff}", "\r\n", "endif", "else", "::",
    ]), 0..60)) {
        let text = parts.concat();
        for tokens in [lexer::lex(&text), lexer::lex_broken(&text)] {
            let joined: String = tokens.iter().map(|t| &text[t.start as usize..t.end as usize]).collect();
            prop_assert_eq!(&joined, &text);
        }
        for e in &parse(&text).errors {
            prop_assert!(e.span.start <= e.span.end && e.span.end as usize <= text.len());
        }
        syntax::parse_template(FileId(0), 0, &text);
        syntax::parse_expression(FileId(0), &text);
    }
}
