//! A root module whose files are in memory, evaluated and judged as `kfplint check` does.

use kfplint::base::budget::Budget;
use kfplint::base::source::Sources;
use kfplint::config::Config;
use kfplint::diagnostic::RootReport;
use kfplint::eval::{Evaluator, Options};
use kfplint::graph::{Graph, drawing::Drawing};
use kfplint::judge::check_root;
use kfplint::load::loader::{Loader, Texts};
use kfplint::plan::StaticPlan;
use kfplint::profile::Profile;
use kfplint::report::Report;
use kfplint::suppress::{Outline, Policy, Suppressions};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use time::macros::date;

/// A root module and what is said of it.
pub struct Judged {
    pub sources: Arc<Sources>,
    pub plan: StaticPlan,
    pub report: Report,
}

/// A folder of empty files with these names. Texts take their place, so it is the same for all runs, and kept.
pub fn folder(name: &str, files: &[&str]) -> PathBuf {
    let dir = std::env::temp_dir().join("kfplint-properties").join(name);
    for file in files {
        let path = dir.join(file);
        if !path.is_file() {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(&path, "").expect("a file");
        }
    }
    dir.canonicalize().expect("a folder")
}

/// Evaluates and judges the folder with these texts in its files.
pub fn judge(dir: &Path, texts: &[(&str, &[u8])]) -> Judged {
    let texts: Texts = texts.iter().map(|(name, bytes)| (dir.join(name), bytes.to_vec())).collect();
    judge_texts(dir, texts)
}

/// The same with real paths.
pub fn judge_texts(dir: &Path, texts: Texts) -> Judged {
    let sources = Arc::new(Sources::new());
    let loader = Arc::new(Loader::with(sources.clone(), texts));
    loader.name_folder(dir, Path::new("root"));
    let evaluator = Evaluator::new(sources.clone(), loader.clone(), Options::default());
    let plan = evaluator.evaluate(dir, "root");
    let mut root = judged(&plan);
    let policy = Policy { on: true, require_reason: false, today: date!(2026 - 11 - 24) };
    let mut suppressions = Suppressions::gather(&loader, &sources, &Config::default(), policy);
    suppressions.apply(&mut root, &Outline::of(&plan), &sources);
    let mut reports = vec![root];
    reports.extend(suppressions.lint(&BTreeSet::from(["root".to_string()]), &sources, |_| true));
    let report = Report::new(reports, loader.skipped(), loader.files_read(), &sources);
    Judged { sources, plan, report }
}

/// What is found in a plan, with its graph.
pub fn judged(plan: &StaticPlan) -> RootReport {
    let graph = Graph::build(plan, Profile::kfp(), &Budget::default());
    let mut root = check_root(plan, &graph, &Budget::default());
    let mut drawing = Drawing::of(plan, &graph);
    drop(graph);
    drawing.colour(&root.clusters, &root.findings);
    root.drawing = Some(drawing);
    root
}
