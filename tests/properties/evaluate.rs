//! Configurations of one to four files: evaluated, judged, written in every format.

use super::judged::{folder, judge};
use super::{parts, reports};
use kfplint::plan_json::{self, Document, DocumentKind};
use kfplint::report::{Format, ReportStyle};
use std::path::PathBuf;
use std::sync::LazyLock;

/// The files that an input's parts are, in their order.
const FILES: [&str; 4] = ["main.tf", "module/main.tf", "terraform.tfvars", "main_override.tf"];

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| folder("evaluate", &FILES));

/// Evaluates and judges the files that the bytes are.
pub fn check(bytes: &[u8]) {
    let texts: Vec<(&str, &[u8])> = FILES.into_iter().zip(parts(bytes)).collect();
    let judged = judge(&FOLDER, &texts);
    reports::check(&judged.report, &judged.sources);
    let plan = plan_json::write(&judged.plan());
    let text = serde_json::to_vec(&plan).expect("JSON is written");
    let document = Document::read("plan.json", text).expect("a plan of ours is a plan");
    assert_eq!(document.kind, DocumentKind::Plan);
    let compared = document.compare(&plan);
    assert!(compared.differences.is_empty(), "a plan is itself: {:?}", compared.differences);
    if bytes.len().is_multiple_of(8) {
        let again = judge(&FOLDER, &texts);
        let json =
            |judged: &super::judged::Judged| Format::Json.text(&judged.report, &judged.sources, ReportStyle::FILE);
        assert_eq!(json(&judged), json(&again), "the same input has the same report");
    }
}
