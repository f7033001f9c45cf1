//! Pages under `docs/` that are written from the facts: `UPDATE=1 cargo test --test cli docs` writes them anew.

use kfplint::catalog::kfp;
use std::fmt::Write;
use std::path::PathBuf;

fn hold(path: &str, expected: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, expected).unwrap();
    }
    let have = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(have == expected, "{} is out of date: run UPDATE=1 cargo test --test cli docs", path.display());
}

#[test]
fn every_reported_breakage_has_its_rule_or_the_reason_why_none_can_predict_it() {
    let codes: Vec<&str> = kfplint::rules::all().iter().map(|r| r.meta().code).collect();
    let mut page = String::from(
        "# Reported breakages\n\nWhat users of Kubeflow Pipelines on GKE reported, and the rule that predicts it before the \
         cluster exists, or the reason why none can.\n\n| breakage | cause | rule |\n|---|---|---|\n",
    );
    let cell = |text: &str| text.replace('|', "\\|");
    for issue in kfp::issues() {
        let rules: Vec<&str> = issue.rules.split_whitespace().collect();
        assert!(rules.iter().all(|r| codes.contains(r)), "{}: {rules:?}", issue.id);
        assert!(rules.is_empty() == issue.unpredicted.is_some(), "{}: a rule, or a reason", issue.id);
        let answer = issue.unpredicted.map_or_else(|| rules.join(", "), |why| format!("none: {why}"));
        let symptom = match issue.url.starts_with("https://github.com/kubeflow/website (") {
            true => cell(issue.symptom),
            false => format!("[{}]({})", cell(issue.symptom), issue.url.trim_matches(['(', ')'])),
        };
        let symptom = if issue.url.starts_with("http") { symptom } else { cell(issue.symptom) };
        let _ = writeln!(page, "| {symptom} | {} | {} |", cell(issue.cause), cell(&answer));
    }
    hold("docs/breakages.md", &page);
}
