//! `docs/threat-model.md` names tests that exist, and all files of hostile tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders of tests that the page must name file by file.
const HOSTILE: [&str; 3] = ["hostile", "hidden", "marks"];

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it")
}

/// What the page has between backquotes that is a path of Rust's.
fn named() -> BTreeSet<String> {
    let page = std::fs::read_to_string(tests().join("../../docs/threat-model.md")).unwrap();
    let is_name = |text: &&str| {
        text.contains("::")
            && !text.contains("NAME")
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "_:".contains(c))
    };
    page.split('`')
        .skip(1)
        .step_by(2)
        .filter(is_name)
        .filter(|text| !text.starts_with(':'))
        .map(str::to_string)
        .collect()
}

/// The file of a module.
fn file(parts: &[&str]) -> Option<String> {
    let path = tests().join(parts.join("/")).with_extension("rs");
    std::fs::read_to_string(path).ok()
}

#[test]
fn each_test_that_the_threat_model_names_exists() {
    let exists = |name: &String| {
        let parts: Vec<&str> = name.split("::").collect();
        let (last, module) = parts.split_last().unwrap();
        file(&parts).is_some() || file(module).is_some_and(|text| text.contains(&format!("\nfn {last}()")))
    };
    let missing: Vec<String> = named().into_iter().filter(|name| !exists(name)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn the_threat_model_names_every_file_of_hostile_tests() {
    let named = named();
    for folder in HOSTILE {
        for entry in std::fs::read_dir(tests().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let module = format!("{folder}::{}", path.file_stem().unwrap().to_str().unwrap());
            let within = format!("{module}::");
            assert!(named.iter().any(|name| *name == module || name.starts_with(&within)), "{module} is not named");
        }
    }
}
