//! `terraform.tfvars`, native or JSON: read for variables of every type, and given values have the type that is declared.

use super::judged::{folder, judge};
use super::tree;
use kfplint::base::source::{FileId, SourceFile};
use kfplint::report::{Format, ReportStyle};
use kfplint::syntax;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Variables of every type, and what is made of them.
const MAIN: &str = include_str!("tfvars.tf");

static NATIVE: LazyLock<PathBuf> = LazyLock::new(|| folder("tfvars", &["main.tf", "terraform.tfvars"]));
static JSON: LazyLock<PathBuf> = LazyLock::new(|| folder("tfvars-json", &["main.tf", "terraform.tfvars.json"]));

/// Gives the values that the bytes are; they are JSON if they begin like that.
pub fn check(bytes: &[u8]) {
    let json = bytes.trim_ascii_start().first() == Some(&b'{');
    let (dir, name) = if json { (&*JSON, "terraform.tfvars.json") } else { (&*NATIVE, "terraform.tfvars") };
    let source = SourceFile::new(name.into(), bytes.to_vec());
    let file = match json {
        true => syntax::parse_tfvars_json(FileId(0), &source.text),
        false => syntax::parse(FileId(0), &source.text, &source.invalid_utf8),
    };
    tree::check(&file, &source);
    let judged = judge(dir, &[("main.tf", MAIN.as_bytes()), (name, bytes)]);
    for (name, value) in &judged.plan().variables {
        let known = value.is_known() && !value.is_null();
        let right = match &**name {
            "text" => value.as_str().is_some(),
            "number" => value.as_number().is_some(),
            "flag" => value.as_bool().is_some(),
            "list" => value.elements().is_some(),
            "map" | "object" => value.entries().is_some(),
            _ => true,
        };
        assert!(right || !known, "{name} is {value:?}");
    }
    Format::Json.text(&judged.report, &judged.sources, ReportStyle::FILE);
}
