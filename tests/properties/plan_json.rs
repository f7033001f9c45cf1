//! Plans, states and what gcloud and kubectl say: read or refused, judged with and without a configuration.

use super::judged::{folder, judge};
use super::{parts, reports};
use kfplint::eval::plan_json;
use kfplint::plan_json::{Document, Subject};
use kfplint::profile::Profile;
use kfplint::report::Report;
use kfplint::source::Sources;
use std::path::PathBuf;
use std::sync::LazyLock;

/// A configuration that a document may be of.
const MAIN: &[u8] = include_bytes!("../../fixtures/ready-zonal/main.tf");

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| folder("plan_json", &["main.tf"]));

/// Reads the documents that the bytes are, and judges those that are some.
pub fn check(bytes: &[u8]) {
    let mut read = Vec::new();
    for (index, part) in parts(bytes).into_iter().enumerate().take(8) {
        match Document::read(&format!("{index}.json"), part.to_vec()) {
            Ok(document) => read.push(document),
            Err(error) => {
                let mut text = String::new();
                let handler = miette::GraphicalReportHandler::new();
                handler.render_report(&mut text, &error).expect("an error can be shown");
                assert!(text.contains(&format!("{index}.json")), "{text}");
            }
        }
    }
    let judged = judge(&FOLDER, &[("main.tf", MAIN)]);
    let own = plan_json::write(&judged.plan);
    for document in &read {
        document.compare(&own);
        document.variables();
    }
    for subject in Subject::all(read) {
        let sources = Sources::new();
        let report = subject.check(None, Profile::kfp());
        reports::check(&Report::new(vec![report], Vec::new(), subject.files(), &sources), &sources);
        if subject.has_source() {
            let report = subject.check(Some(judged.plan.clone()), Profile::kfp());
            reports::check(&Report::new(vec![report], Vec::new(), subject.files(), &judged.sources), &judged.sources);
        }
    }
}
