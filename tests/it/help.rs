//! Help works: written as it says, the finding vanishes, the files parse, and nothing new is an error.

use crate::rules::examples::{Example, examples};
use crate::rules::{Checked, check, folder_of, mended, pages};
use crate::tree::{entries, repository};
use kfplint::diagnostic::{Finding, Fix, Level, Safety};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Whether a help has code that is to be written: text in backticks after "write", or lines of Terraform.
fn has_code(help: &str) -> bool {
    // Where a word stands for what only the user knows, there is nothing to write as it is.
    let has_placeholder = ["…", "CODE", "PROJECT_ID"].iter().any(|word| help.contains(word));
    (help.contains("write `") || help.contains('\n')) && !has_placeholder
}

/// What tells a finding from others wherever lines go.
fn identity(finding: &Finding) -> (String, String, String) {
    (finding.code.into(), format!("{:?} {:?}", finding.address, finding.attribute), finding.message.clone())
}

/// The errors of a report; of a message only what does not count something.
fn errors(checked: &Checked) -> BTreeSet<(String, String)> {
    let errors = checked.report.findings.iter().filter(|f| f.level == Level::Error);
    errors.map(|f| (f.code.to_string(), format!("{:?} {:?}", f.address, f.cluster))).collect()
}

/// What is wrong with a change that is said to take a finding away.
fn fault(example: &Example, before: &Checked, finding: &Finding, fix: &Fix) -> Option<String> {
    let Some(files) = mended(example, fix, &before.sources) else { return Some("is outside of the example".into()) };
    let after = check(&files);
    if after.report.findings.iter().any(|f| identity(f) == identity(finding)) {
        return Some(format!("is still found after {:?}", fix.edits.iter().map(|e| &e.text).collect::<Vec<_>>()));
    }
    let requirements = before.report.clusters.iter().flat_map(|c| &c.requirements);
    // A requirement that this finding stood for may now have its own.
    let folded: BTreeSet<&str> =
        requirements.filter(|r| r.because_of.contains(&finding.code)).map(|r| r.code).collect();
    // What was not read may be at fault as well.
    if before.report.findings.iter().any(|f| f.code == "TF001") {
        return None;
    }
    let (old, new) = (errors(before), errors(&after));
    let mut more = new.difference(&old).filter(|(code, _)| !folded.contains(code.as_str()));
    // What could not be evaluated before may now be seen to be wrong: only errors of its kind count.
    let more = more.find(|(code, _)| !finding.code.starts_with("TF") || code.starts_with("TF"))?;
    let said = after.report.findings.iter().find(|f| f.code == more.0).map(|f| f.message.as_str());
    Some(format!("brings {}: {}", more.0, said.unwrap_or_default()))
}

/// Tries the help and all fixes of an example's findings. Gives how many were tried.
fn try_all(place: &str, example: &Example, faults: &mut Vec<String>) -> (usize, usize) {
    let before = check(&example.files);
    let (mut helps, mut fixes) = (0, 0);
    for finding in &before.report.findings {
        let said = |why: String| format!("{place}: {} {:?} {why}", finding.code, finding.help);
        let written = finding.written();
        if written.is_empty() && finding.help.iter().any(|help| has_code(help)) {
            faults.push(said("has no place".into()));
        }
        if !written.is_empty() {
            helps += 1;
            let fix = Fix { title: String::new(), safety: Safety::Unsafe, edits: written.to_vec() };
            faults.extend(fault(example, &before, finding, &fix).map(said));
        }
        for fix in &finding.fixes {
            fixes += 1;
            faults.extend(fault(example, &before, finding, fix).map(said));
        }
    }
    (helps, fixes)
}

/// The native and JSON files of a fixture's folder, as an example.
fn fixture(folder: &Path) -> Example {
    fn gather(folder: &Path, top: &Path, files: &mut Vec<(String, String)>) {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                gather(&path, top, files);
            } else if let Ok(text) = std::fs::read_to_string(&path)
                && path.extension().is_some_and(|e| e != "snap")
            {
                let name = path.strip_prefix(top).expect("below it").to_string_lossy().into_owned();
                files.push((name, text));
            }
        }
    }
    let mut files = Vec::new();
    gather(folder, folder, &mut files);
    Example { files, ..Example::default() }
}

#[test]
fn help_and_fixes_of_all_rules_do_what_they_say() {
    let mut faults = Vec::new();
    let (mut helps, mut fixes) = (0, 0);
    for rule in kfplint::rules::all() {
        let folder = repository("rules").join(folder_of(rule.code, rule.name));
        for (file, text) in pages(&folder, rule.page) {
            for example in examples(&text) {
                let place =
                    format!("{}/{file}:{}", folder.file_name().unwrap_or_default().to_string_lossy(), example.line);
                let (more, fixed) = try_all(&place, &example, &mut faults);
                (helps, fixes) = (helps + more, fixes + fixed);
            }
        }
    }
    for folder in entries("fixtures").into_iter().filter(|entry| entry.is_dir()) {
        let place = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (more, fixed) = try_all(&place, &fixture(&folder), &mut faults);
        (helps, fixes) = (helps + more, fixes + fixed);
    }
    assert!(faults.is_empty(), "{} of {helps} helps and {fixes} fixes:\n{}", faults.len(), faults.join("\n"));
    assert!(helps > 100 && fixes > 100, "only {helps} helps and {fixes} fixes were tried");
}
