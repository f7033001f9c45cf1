//! Every root under `fixtures/` is checked as a user would check it; `expected.snap` next to its files has the report.

use crate::snapshot::snapshots;
use crate::tree::{entries, repository, run_in};

#[test]
fn reports_are_as_expected() {
    let roots = entries("fixtures");
    assert!(roots.len() >= 15, "only {} fixtures", roots.len());
    snapshots(roots.iter().map(|root| {
        let folder = format!("fixtures/{}", root.file_name().unwrap_or_default().to_string_lossy());
        let run = run_in(&repository(""), &[&folder]);
        let text = format!("{}\nexit code {}\n", run.stdout, run.code);
        (folder, "expected".into(), text)
    }));
}
