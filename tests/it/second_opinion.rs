//! kfplint's parser against `hcl-edit` on all HCL of the repository and on the corner cases, and its evaluator against `hcl-rs` on the
//! recorded expressions.

use crate::properties::second_opinion::{Difference, difference, known};
use crate::rules::examples::examples;
use crate::tree::{files, kfplint, repository};
use hcl::eval::{Context, Evaluate};
use serde_json::Value as Json;
use std::io::Write;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::process::Stdio;

/// All HCL of the repository: fixtures, recorded root modules, and rules' examples.
fn texts() -> Vec<(String, String)> {
    let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    let mut texts = Vec::new();
    for folder in ["fixtures", "tests/plan", "tests/values", "tests/console", "tests/unknown", "tests/properties"] {
        for extension in ["tf", "tofu", "tfvars", "hcl"] {
            let files = files(folder, extension);
            texts.extend(files.iter().map(|path| (path.display().to_string(), read(path))));
        }
    }
    for page in files("rules", "md") {
        for example in examples(&read(&page)) {
            let native = example.files.into_iter().filter(|(name, _)| !name.ends_with(".json"));
            texts.extend(native.map(|(name, text)| (format!("{}:{} {name}", page.display(), example.line), text)));
        }
    }
    texts
}

#[test]
fn hcl_edit_reads_the_same_in_all_configurations() {
    let texts = texts();
    assert!(texts.len() > 300, "{}", texts.len());
    let differ = texts.iter().filter_map(|(name, text)| Some(format!("{name}: {:?}", difference(text)?)));
    let differ: Vec<String> = differ.collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// The corner cases in which hcl-edit differs from HashiCorp's parser, and so from kfplint: FR it refuses, FA it accepts, MP it
/// reads something else.
const DIFFER: &[&str] = &[
    "FR1",
    "FR1b",
    "FR1c",
    "FR1d",
    "FR2",
    "FR3",
    "FR4",
    "FR5",
    "FR6",
    "FR7",
    "FR8",
    "FR9",
    "FR10",
    "FR11",
    "FA1",
    "FA2",
    "FA3",
    "FA4",
    "FA5",
    "FA6",
    "FA7",
    "FA8",
    "FA9",
    "FA10",
    "MP1",
    "MP2",
    "MP5",
    "MP8",
    "FA11",
    "FA11b",
    "FA11c",
    "FA11d",
    "t.ifesc",
    "t.ifstr",
    "h.flush_zero_then_interp",
    "h.empty_then_other",
    "e.nfd",
    "h.end_paren_sameline",
    "i.dotnl",
    "s.attrsplat2",
    "b.lbl_nl",
    "n.21(1e400)",
    "o.dup",
    "f.objml_cond",
    "f.objml_coll",
    "f.objml_key",
    "b.crcmt",
    "b.list_label_escape",
    "q.cr",
    "q.cr_before_interpolation",
    "h.cr",
    "f.tuple_for_name",
    "f.tuple_for_attribute",
    "s.splat_newline",
];

#[test]
fn hcl_edit_differs_in_the_known_corner_cases_alone() {
    let cases: serde_json::Value = serde_json::from_str(include_str!("../syntax/corner_cases.json")).unwrap();
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for case in cases.as_array().unwrap() {
        let (id, source) = (case["id"].as_str().unwrap(), case["source"].as_str().unwrap());
        let Some(difference) = difference(source) else { continue };
        let only_theirs = matches!(difference, Difference::OnlyTheirs(_));
        if only_theirs == case["accept"].as_bool().unwrap() || known(source, &difference).is_none() {
            wrong.push(format!("{id}: {source:?}: {difference:?}"));
        }
        found.push(id);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(found, DIFFER);
}

/// The value of an expression as hcl-rs has it; `None` where it has none, since it knows neither functions nor variables.
fn by_hcl(expression: &str) -> Option<Json> {
    let value = || {
        let expression: hcl::Expression = hcl::from_str(&format!("a = {expression}"))
            .ok()
            .and_then(|mut body: hcl::Map<String, hcl::Expression>| body.swap_remove("a"))?;
        serde_json::to_value(expression.evaluate(&Context::new()).ok()?).ok()
    };
    catch_unwind(value).ok().flatten()
}

/// The values of expressions as kfplint has them; `None` where it has none.
fn by_kfplint(expressions: &[&str]) -> Vec<Option<Json>> {
    let mut child =
        kfplint(&repository("tests/console"), &["console", "."]).stdin(Stdio::piped()).spawn().expect("kfplint runs");
    let mut input = child.stdin.take().expect("a pipe");
    let lines: Vec<String> = expressions.iter().map(|e| format!("try(jsonencode({e}), \"no\")\n")).collect();
    let writer =
        std::thread::spawn(move || lines.iter().for_each(|line| input.write_all(line.as_bytes()).expect("written")));
    let done = child.wait_with_output().expect("kfplint ends");
    writer.join().expect("all is written");
    let text = String::from_utf8_lossy(&done.stdout);
    let value = |line: &str| serde_json::from_str(&serde_json::from_str::<String>(line).ok()?).ok();
    text.lines().map(value).collect()
}

/// All pairs of these operands with all operators, alone and in a conditional, a template and a list.
fn combined() -> Vec<String> {
    let operands = [
        "0",
        "1",
        "7",
        "-3",
        "2.5",
        "true",
        "false",
        "null",
        "\"a\"",
        "\"7\"",
        "[1, 2]",
        "[]",
        "{ a = 1 }",
        "{ a = 1, b = [2] }.b[0]",
    ];
    let operators = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"];
    let pairs = operands.iter().flat_map(|a| operators.iter().map(move |op| (a, op)));
    // hcl-rs panics on a division by zero.
    let all = pairs
        .flat_map(|(a, op)| operands.iter().skip(usize::from("/%".contains(op))).map(move |b| format!("{a} {op} {b}")));
    let with = |e: String| {
        [format!("\"<${{{e}}}>\""), format!("[for x in [1, 2] : x if ({e})]"), format!("({e}) ? \"yes\" : \"no\""), e]
    };
    all.flat_map(with).collect()
}

/// Where hcl-rs has another value than Terraform: its objects keep the order in which they are written, and its numbers are 64
/// bits wide (see [`is_rounded`]).
const OTHER_VALUES: &[&str] = &["[for k, v in { b = 1, a = 2 } : \"${k}=${v}\"]"];

/// Whether two numbers, alone or in a template, differ by rounding only.
fn is_rounded(theirs: &Json, own: &Json) -> bool {
    let number = |value: &Json| value.to_string().trim_matches(['"', '<', '>']).parse::<f64>().ok();
    let (Some(theirs), Some(own)) = (number(theirs), number(own)) else { return false };
    (theirs - own).abs() <= own.abs() * 1e-12
}

#[test]
fn hcl_rs_has_the_same_values() {
    let recorded = include_str!("../console/expressions.jsonl").lines();
    let cases: Vec<Json> = recorded.map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let recorded = cases.iter().filter(|case| case["status"] == "ok").filter_map(|case| case["expr"].as_str());
    let expressions = recorded.filter(|e| !e.contains('\n')).map(str::to_string).chain(combined());
    let told: Vec<(String, Json)> = expressions.filter_map(|e| by_hcl(&e).map(|value| (e, value))).collect();
    assert!(told.len() > 500, "{}", told.len());
    let own = by_kfplint(&told.iter().map(|(e, _)| e.as_str()).collect::<Vec<_>>());
    assert_eq!(own.len(), told.len());
    let same = |theirs: &Json, own: &Json| theirs == own || is_rounded(theirs, own);
    let pairs = told.iter().zip(&own).filter(|((e, _), _)| !OTHER_VALUES.contains(&e.as_str()));
    let differ = pairs.filter(|((_, theirs), own)| !own.as_ref().is_some_and(|own| same(theirs, own)));
    let differ: Vec<String> = differ.map(|((e, theirs), own)| format!("{e}: {theirs} {own:?}")).collect();
    assert!(differ.is_empty(), "{} of {}\n{}", differ.len(), told.len(), differ.join("\n"));
}
