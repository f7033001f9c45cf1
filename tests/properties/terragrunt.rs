//! Terragrunt units of up to four files: evaluated, judged, written in every format, the same each time; and nothing of the
//! environment, of `.git` or of files outside is in any report.

use super::judged::folder;
use super::{parts, reports};
use kfplint::base::source::Sources;
use kfplint::engine::{Session, Settings};
use kfplint::load::loader::Texts;
use kfplint::report::Report;
use kfplint::report::{Format, ReportStyle};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

/// The files that an input's parts are, in their order.
const FILES: [&str; 4] = ["live/a/terragrunt.hcl", "modules/m/main.tf", "root.hcl", "live/b/terragrunt.hcl"];

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| folder("terragrunt", &FILES));

/// Evaluates and judges the units that the bytes are.
pub fn check(bytes: &[u8]) {
    let texts: Texts =
        FILES.into_iter().zip(parts(bytes)).map(|(name, text)| (FOLDER.join(name), text.to_vec())).collect();
    let (report, sources) = units(&texts);
    reports::check(&report, &sources);
    if bytes.len().is_multiple_of(8) {
        let (again, sources_again) = units(&texts);
        let same = Format::Json.text(&report, &sources, ReportStyle::FILE)
            == Format::Json.text(&again, &sources_again, ReportStyle::FILE);
        assert!(same, "the same input has the same report");
    }
}

/// The report of all roots in the folder.
fn units(texts: &Texts) -> (Report, Arc<Sources>) {
    let settings = Settings { paths: vec![FOLDER.clone()], texts: texts.clone(), draws: true, ..Settings::default() };
    let outcome = Session::new(settings).expect("the folder is there").check(&()).expect("no values are read");
    (outcome.report, outcome.sources)
}
