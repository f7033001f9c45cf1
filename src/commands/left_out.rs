//! What a command says on stderr of what was left out, where its output on stdout has no place for it.

use super::output;
use crate::base::source::Sources;
use crate::diagnostic::{ALWAYS, RootReport};
use crate::load::loader::Loader;
use crate::report::{self, Detail, Diagnostic, Report};

/// Prints on stderr what kfplint could not read or left out (TF001, TF006), where the output on stdout has no place for
/// it. Whether there is anything.
pub fn say(report: &Report, loader: &Loader, sources: &Sources) -> bool {
    let root = |d: &Diagnostic| RootReport {
        root: d.root.clone(),
        findings: vec![d.finding.clone()],
        ..RootReport::default()
    };
    let roots: Vec<RootReport> = report.open().filter(|d| ALWAYS.contains(&d.finding.code)).map(root).collect();
    let over = !roots.is_empty();
    if over {
        let report = Report::new(roots, loader.skipped(), loader.files_read(), sources);
        let text = report::findings(&report, sources, Detail::Normal, output::width());
        output::stderr(&text);
    }
    over
}
