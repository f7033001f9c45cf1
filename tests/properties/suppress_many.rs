//! Suppression at scale: thousands of comments and findings, which must cost no more than they are.

use super::judged::{Judged, folder, judge};
use super::{parts, reports};
use kfplint::base::source::FileId;
use kfplint::syntax;
use std::path::PathBuf;
use std::sync::LazyLock;

/// What each copy has unless the input says otherwise.
const BLOCK: &str = "output \"o{i}\" {\n  value = var.nope\n}\n";
/// The most bytes that copies come to.
const MOST: usize = 256 * 1024;
/// Reports of this many bytes are written in every format.
const SMALL: usize = 4 * 1024;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| folder("suppress_many", &["main.tf"]));

/// The first byte says how many copies; the first part is comments, the second what stands below them. `{i}` is the copy's
/// number in both.
pub fn check(bytes: &[u8]) {
    let Some((count, rest)) = bytes.split_first() else { return };
    let parts = parts(rest);
    let text = |index: usize| parts.get(index).and_then(|part| std::str::from_utf8(part).ok());
    let Some(comments) = text(0) else { return };
    let block = text(1).unwrap_or(BLOCK);
    let comments: String = comments.lines().map(|line| format!("# {line}\n")).collect();
    let one = format!("{comments}{block}\n");
    let count = (1usize << (count % 13)).min(MOST / one.len()).max(1);
    let copies = |one: &str| (0..count).map(|i| one.replace("{i}", &i.to_string())).collect::<String>();
    let all = copies(&one);
    let judged = judge(&FOLDER, &[("main.tf", all.as_bytes())]);
    if all.len() <= SMALL {
        reports::check(&judged.report, &judged.sources);
    }
    for suppressed in judged.report.diagnostics.iter().filter_map(|d| d.finding.suppressed.as_ref()) {
        let source = judged.sources.get(suppressed.location.file).expect("a file");
        let written = source.slice(suppressed.location.start, suppressed.location.end);
        assert!(written.starts_with("kfplint:"), "{written:?} suppresses nothing");
    }
    // What is open at a copy's end makes the next one's comments its own.
    if !syntax::parse(FileId(0), &one, &[]).errors.is_empty() {
        return;
    }
    let plain = judge(&FOLDER, &[("main.tf", copies(&format!("{}{block}\n", blank(&comments))).as_bytes())]);
    assert_eq!(codes(&judged), codes(&plain), "a comment takes no finding out of the report, and adds none");
}

/// As many lines without a word.
fn blank(comments: &str) -> String {
    comments.lines().map(|_| "#\n").collect()
}

fn codes(judged: &Judged) -> Vec<&'static str> {
    let mut codes: Vec<_> = judged.report.diagnostics.iter().map(|d| d.finding.code).collect();
    codes.retain(|code| *code != "LINT001");
    codes.sort();
    codes
}
