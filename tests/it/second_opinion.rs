//! kfplint's parser against `hcl-edit` on all HCL of the repository and on the corner cases.

use crate::properties::second_opinion::{Difference, difference, known};
use crate::rules::examples::examples;
use crate::tree::files;
use std::path::PathBuf;

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
