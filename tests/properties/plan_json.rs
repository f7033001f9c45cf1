//! Plans, states and what gcloud and kubectl say: read or refused, judged with and without a configuration.

use super::judged::{Judged, folder, judge};
use super::{parts, reports};
use kfplint::base::budget::Budget;
use kfplint::base::source::Sources;
use kfplint::engine::check_document;
use kfplint::plan_json::{self, Document, DocumentSubject};
use kfplint::profile::Profile;
use kfplint::report::Report;

/// A configuration that a document may be of.
const MAIN: &[u8] = include_bytes!("../../fixtures/ready-zonal/main.tf");

thread_local! {
    static SOURCE: Judged = judge(&folder("plan_json", &["main.tf"]), &[("main.tf", MAIN)]);
}

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
    SOURCE.with(|source| all(read, source));
}

fn all(read: Vec<Document>, judged: &Judged) {
    let own = plan_json::write(&judged.plan());
    for document in &read {
        document.compare(&own);
        document.variables();
    }
    for subject in DocumentSubject::all(read) {
        let sources = Sources::new();
        let report = check_document(&subject, None, Profile::kfp(), &Budget::default());
        reports::check(&Report::new(vec![report], Vec::new(), subject.files(), &sources), &sources);
        if subject.has_source() {
            let report = check_document(&subject, Some(judged.plan()), Profile::kfp(), &Budget::default());
            reports::check(&Report::new(vec![report], Vec::new(), subject.files(), &judged.sources), &judged.sources);
        }
    }
}
