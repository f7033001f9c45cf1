//! Fixes: each is in its file, none makes a file parse worse, and rounds of them come to an end.

use super::judged::{Judged, folder, judge_texts};
use kfplint::base::budget::Budget;
use kfplint::base::source::{FileId, SourceFile};
use kfplint::diagnostic::{Fix, Safety};
use kfplint::fix;
use kfplint::load::Syntax;
use kfplint::load::loader::Texts;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| folder("fix", &["main.tf"]));

/// Most rounds, as in `kfplint --fix`.
const ROUNDS: usize = 10;

/// Makes the fixes of what is found in the bytes, until there is nothing more to do.
pub fn check(bytes: &[u8]) {
    rounds(bytes, false);
    if bytes.len().is_multiple_of(2) {
        rounds(bytes, true);
    }
}

fn rounds(bytes: &[u8], unsafe_fixes: bool) {
    let path = FOLDER.join("main.tf");
    let mut text = bytes.to_vec();
    let mut stuck: BTreeSet<(&'static str, Option<String>, String)> = BTreeSet::new();
    for round in 0.. {
        let judged = judge_texts(&FOLDER, Texts::from([(path.clone(), text.clone())]));
        let open = open(&judged, unsafe_fixes);
        let fixes: Vec<&Fix> = open.iter().filter(|(kind, _)| !stuck.contains(kind)).map(|(_, fix)| *fix).collect();
        let made = |some: &[&Fix]| made(&text, some);
        let before = fix::errors(FileId(0), &text, Syntax::Native);
        let good = |some: &[&Fix]| fix::errors(FileId(0), &made(some), Syntax::Native) <= before;
        let mut bad = Vec::new();
        let fixes = fix::together(&fixes, &good, &mut bad);
        // What a broken file means is a guess: not all that is proposed there can be made.
        assert!(before > 0 || bad.is_empty(), "a fix breaks the file: {bad:?}\n{}", shown(&text));
        let (chosen, edits) = fix::choose(&fixes);
        if edits.is_empty() {
            assert!(chosen.is_empty());
            return;
        }
        assert!(round < ROUNDS, "still {} fixes after {ROUNDS} rounds: {fixes:?}", fixes.len());
        let next = made(&fixes);
        // A fix after which the finding is still there is not made again.
        let after = judge_texts(&FOLDER, Texts::from([(path.clone(), next.clone())]));
        let still: BTreeSet<_> = self::open(&after, unsafe_fixes).into_iter().map(|(kind, _)| kind).collect();
        let done = chosen.iter().filter_map(|i| fixes.get(*i));
        let done: Vec<_> = open.iter().filter(|(_, fix)| done.clone().any(|d| std::ptr::eq(*d, *fix))).collect();
        stuck.extend(done.into_iter().map(|(kind, _)| kind.clone()).filter(|kind| still.contains(kind)));
        fix::diff("main.tf", &text, &next, &Budget::default());
        text = next;
    }
}

/// The text with these fixes made.
fn made(text: &[u8], fixes: &[&Fix]) -> Vec<u8> {
    let mut out = text.to_vec();
    for (id, edits) in &fix::choose(fixes).1 {
        assert_eq!(*id, FileId(0), "only this file is fixed");
        let spans: Vec<_> = edits.values().map(|e| (e.span.start as usize, e.span.end as usize)).collect();
        assert!(spans.windows(2).all(|w| w[0].1 <= w[1].0), "edits overlap: {spans:?}");
        let source = SourceFile::new("main.tf".into(), text.to_vec());
        assert!(
            spans.iter().all(|(start, end)| source.text.get(*start..*end).is_some()),
            "{spans:?} is not in the file"
        );
        out = fix::apply(text, edits).expect("edits that are in the file can be made");
    }
    out
}

type Kind = (&'static str, Option<String>, String);

fn open(judged: &Judged, unsafe_fixes: bool) -> Vec<(Kind, &Fix)> {
    let allowed = |fix: &&Fix| unsafe_fixes || fix.safety == Safety::Safe;
    let open = judged.report.open().filter_map(|d| Some((&d.finding, d.finding.fixes.iter().find(allowed)?)));
    open.map(|(f, fix)| ((f.code, f.address.clone(), f.message.clone()), fix)).collect()
}

fn shown(bytes: &[u8]) -> String {
    SourceFile::new("main.tf".into(), bytes.to_vec()).text.to_string()
}
