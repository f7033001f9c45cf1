//! Makes the changes that findings propose: which of them go together, what a file becomes, and writing it.

use crate::base::budget::Budget;
use crate::base::source::{FileId, SourceFile};
use crate::diagnostic::{Edit, Fix};
use std::collections::BTreeMap;
use std::time::Duration;

/// The longest that the smallest difference of a file is looked for.
const DIFF: Duration = Duration::from_secs(10);

/// The edits of a round, by file and place: none overlaps another.
pub type Edits<'f> = BTreeMap<FileId, BTreeMap<u32, &'f Edit>>;

/// Chooses the fixes that can be made at once: their indices, and all their edits. A fix is made whole or not at all; one
/// that touches what an earlier one changes is left for the next round.
pub fn choose<'f>(fixes: &[&'f Fix]) -> (Vec<usize>, Edits<'f>) {
    let mut chosen = Vec::new();
    let mut edits = Edits::new();
    for (index, fix) in fixes.iter().enumerate() {
        if fix.edits.is_empty() || !fix.edits.iter().all(|edit| fits(edit, &edits)) {
            continue;
        }
        chosen.push(index);
        for edit in &fix.edits {
            edits.entry(edit.span.file).or_default().insert(edit.span.start, edit);
        }
    }
    (chosen, edits)
}

/// The most that is `good` together, in its order: where all is not, the good half of each half. What is not good even by
/// itself goes into `bad`; the rest is left out, for a later round.
pub fn together<T: Copy>(all: &[T], good: &impl Fn(&[T]) -> bool, bad: &mut Vec<T>) -> Vec<T> {
    if all.is_empty() || good(all) {
        return all.to_vec();
    }
    if let [one] = all {
        bad.push(*one);
        return Vec::new();
    }
    let (first, second) = all.split_at(all.len() / 2);
    let mut kept = together(first, good, bad);
    let count = kept.len();
    kept.extend(together(second, good, bad));
    if !good(&kept) {
        kept.truncate(count);
    }
    kept
}

/// Whether an edit is among the others already, or touches none of them.
fn fits(edit: &Edit, edits: &Edits) -> bool {
    let Some(others) = edits.get(&edit.span.file) else { return true };
    let before = others.range(..=edit.span.start).next_back();
    let after = others.range(edit.span.start..).next();
    before.into_iter().chain(after).all(|(_, other)| *other == edit || !touch(other, edit))
}

/// Whether two edits of one file overlap or insert at the same place.
fn touch(a: &Edit, b: &Edit) -> bool {
    let inside = a.span.start < b.span.end && b.span.start < a.span.end;
    inside || a.span.start == b.span.start
}

/// The bytes with the edits made; `None` where an edit is not in them. Line breaks of new text are written as the file
/// writes its own.
pub fn apply(bytes: &[u8], edits: &BTreeMap<u32, &Edit>) -> Option<Vec<u8>> {
    let windows = bytes.iter().position(|b| *b == b'\n').is_some_and(|at| at > 0 && bytes.get(at - 1) == Some(&b'\r'));
    let mut out = Vec::with_capacity(bytes.len() + 256);
    let mut at = 0;
    for edit in edits.values() {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        out.extend_from_slice(bytes.get(at..start)?);
        match windows {
            true => out.extend_from_slice(edit.text.replace('\n', "\r\n").as_bytes()),
            false => out.extend_from_slice(edit.text.as_bytes()),
        }
        bytes.get(start..end)?;
        at = end;
    }
    out.extend_from_slice(bytes.get(at..)?);
    Some(out)
}

/// The difference between two versions of a file, as `diff -u` and `git apply` have it. Where the time does not suffice for
/// the smallest one, it is larger than it need be.
pub fn diff(shown: &str, before: &[u8], after: &[u8], budget: &Budget) -> Vec<u8> {
    let (old, new) = (header(&format!("a/{shown}")), header(&format!("b/{shown}")));
    let time = budget.left().min(DIFF);
    let diff = similar::TextDiff::configure().timeout(time).diff_lines(before, after);
    let mut out = Vec::new();
    // Writing into memory does not fail.
    let _ = diff.unified_diff().header(&old, &new).to_writer(&mut out);
    out
}

/// A file's name as git writes it: with a tab behind one that has spaces, in quotes where characters need escapes.
fn header(name: &str) -> String {
    if name.chars().any(|c| c.is_control() || matches!(c, '"' | '\\')) {
        let escape = |c: char| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_ascii_control() => format!("\\{:03o}", u32::from(c)),
            c => c.to_string(),
        };
        return format!("\"{}\"", name.chars().map(escape).collect::<String>());
    }
    if name.contains(' ') { format!("{name}\t") } else { name.to_string() }
}

/// How many syntax errors a text has, read as this file.
pub fn errors(id: FileId, bytes: &[u8], syntax: crate::load::Syntax) -> usize {
    let file = SourceFile::new(Default::default(), bytes.to_vec());
    crate::load::loader::parse(id, &file, syntax).errors.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Span;
    use crate::diagnostic::Safety;

    fn fix(edits: &[(u32, u32, &str)]) -> Fix {
        let edit = |(start, end, text): &(u32, u32, &str)| Edit {
            span: Span::new(FileId(0), *start, *end),
            text: (*text).into(),
        };
        Fix { title: String::new(), safety: Safety::Safe, edits: edits.iter().map(edit).collect() }
    }

    fn fixed(text: &str, fixes: &[Fix]) -> (Vec<usize>, String) {
        let (chosen, edits) = choose(&fixes.iter().collect::<Vec<_>>());
        let done = apply(text.as_bytes(), &edits[&FileId(0)]).unwrap();
        (chosen, String::from_utf8(done).unwrap())
    }

    #[test]
    fn fixes_that_overlap_wait_and_the_same_edit_is_made_once() {
        let fixes = [
            fix(&[(4, 6, "XY")]),
            fix(&[(5, 7, "no")]),
            fix(&[(0, 0, ">"), (4, 6, "XY")]),
            fix(&[(0, 0, "no")]),
            fix(&[(8, 8, "<"), (6, 8, "")]),
        ];
        assert_eq!(fixed("abcdefgh", &fixes), (vec![0, 2, 4], ">abcdXY<".into()));
    }

    #[test]
    fn what_does_not_go_together_waits_and_what_is_bad_by_itself_is_told() {
        let good = |some: &[i32]| !(some.contains(&3) || some.contains(&1) && some.contains(&4));
        let mut bad = Vec::new();
        assert_eq!(together(&[1, 2, 3, 4, 5], &good, &mut bad), [1, 2]);
        assert_eq!(together(&[4, 5], &good, &mut bad), [4, 5]);
        assert_eq!(bad, [3]);
    }

    #[test]
    fn new_text_has_the_line_breaks_of_the_file() {
        assert_eq!(fixed("a\r\nb\r\n", &[fix(&[(3, 4, "x\ny")])]).1, "a\r\nx\r\ny\r\n");
        assert_eq!(fixed("a\nb\r\n", &[fix(&[(2, 3, "x\ny")])]).1, "a\nx\ny\r\n");
    }
}
