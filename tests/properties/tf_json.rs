//! `.tf.json`: what no JSON reader takes is an error, every part has its place, and it evaluates.

use super::judged::{folder, judge};
use super::tree;
use kfplint::base::source::{FileId, SourceFile};
use kfplint::report::{Format, ReportStyle};
use kfplint::syntax;
use std::path::PathBuf;
use std::sync::LazyLock;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| folder("tf_json", &["main.tf.json"]));

/// Parses, evaluates and judges the bytes as a configuration in JSON.
pub fn check(bytes: &[u8]) {
    let source = SourceFile::new("main.tf.json".into(), bytes.to_vec());
    let file = syntax::parse_json(FileId(0), &source.text);
    tree::check(&file, &source);
    tree::check(&syntax::parse_tfvars_json(FileId(0), &source.text), &source);
    // Half of a surrogate pair is no error in Go's reader, which Terraform has.
    if file.errors.is_empty() && source.invalid_utf8.is_empty() && !source.text.contains("\\u") {
        let read = serde_json::from_str::<serde_json::Value>(source.text.trim_start_matches('\u{feff}'));
        assert!(read.is_ok() || read.as_ref().is_err_and(|e| e.to_string().contains("recursion")), "{read:?}");
    }
    let judged = judge(&FOLDER, &[("main.tf.json", bytes)]);
    Format::Json.text(&judged.report, &judged.sources, ReportStyle::FILE);
}
