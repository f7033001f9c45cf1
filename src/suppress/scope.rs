//! What a comment stands for: its line or the one below, the block or argument that begins there, or the whole file.

use crate::source::{FileId, SourceFile, Span};
use crate::syntax::ast::{Body, File};
use std::collections::BTreeSet;

/// The places that a comment covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Parts of the file; all of it for a comment that stands for the file.
    pub places: Vec<Span>,
    /// Headers of module calls whose instances are covered too.
    pub calls: Vec<Span>,
    /// Headers of the resources and module calls that the comment is in or stands for.
    pub blocks: Vec<Span>,
}

impl Scope {
    /// Whether it covers a finding at this place.
    pub fn covers(&self, primary: Span) -> bool {
        self.places.iter().any(|p| p.file == primary.file && p.start <= primary.start && primary.start < p.end)
    }
}

/// The lines of a file, for its comments.
#[derive(Debug)]
pub struct Lines<'f> {
    id: FileId,
    source: &'f SourceFile,
    /// Blocks and arguments with the lines on which they begin.
    items: Vec<(u32, Item)>,
    /// Lines that hold nothing but comments.
    comments: BTreeSet<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Item {
    span: Span,
    /// The header of a resource or module call.
    block: Option<Span>,
    is_call: bool,
}

impl<'f> Lines<'f> {
    /// Reads a file.
    pub fn new(file: &File, source: &'f SourceFile) -> Lines<'f> {
        let mut lines = Lines { id: file.id, source, items: Vec::new(), comments: BTreeSet::new() };
        lines.add(&file.body, true);
        let alone = file.comments.iter().map(|c| c.span).filter(|span| lines.stands_alone(*span));
        lines.comments = alone.flat_map(|span| lines.line(span.start)..=lines.line(span.end)).collect();
        lines
    }

    fn add(&mut self, body: &Body, top: bool) {
        for attribute in &body.attributes {
            self.items
                .push((self.line(attribute.span.start), Item { span: attribute.span, block: None, is_call: false }));
        }
        for block in &body.blocks {
            let is_call = top && &*block.kind.name == "module";
            let named = is_call || top && &*block.kind.name == "resource";
            let item = Item { span: block.span, block: named.then_some(block.header), is_call };
            self.items.push((self.line(block.span.start), item));
            self.add(&block.body, false);
        }
    }

    fn line(&self, offset: u32) -> u32 {
        self.source.position(offset).line
    }

    /// Whether nothing else is on the lines of a comment.
    fn stands_alone(&self, comment: Span) -> bool {
        let (first, last) = (self.source.line(self.line(comment.start)), self.source.line(self.line(comment.end)));
        let (Some(first), Some(last)) = (first, last) else { return false };
        let before = self.source.slice(first.start, comment.start);
        let after = self.source.slice(comment.end, last.end.max(comment.end));
        before.trim_matches('\u{feff}').trim().is_empty() && after.trim().is_empty()
    }

    /// What a comment stands for. One on a line of its own is for the next line, past further comments; where that is
    /// blank and nothing but comments came before, it is for the file.
    pub fn scope(&self, comment: Span) -> Scope {
        let mut line = self.line(comment.start);
        if self.stands_alone(comment) {
            line = self.line(comment.end) + 1;
            while self.comments.contains(&line) {
                line += 1;
            }
            let blank = self.source.line(line).is_none_or(|l| self.source.slice(l.start, l.end).trim().is_empty());
            if blank && self.items.iter().all(|(_, item)| item.span.start > comment.start) {
                let all = Span::new(self.id, 0, u32::MAX);
                return Scope { places: vec![all], ..Scope::default() };
            }
        }
        let own = self.source.line(line).map(|l| Span::new(self.id, l.start, l.end.max(l.start + 1)));
        let mut scope = Scope { places: own.into_iter().collect(), ..Scope::default() };
        for (at, item) in &self.items {
            if *at == line {
                scope.places.push(item.span);
                scope.calls.extend(item.block.filter(|_| item.is_call));
            }
            let inside = item.span.start <= comment.start && comment.start < item.span.end;
            scope.blocks.extend(item.block.filter(|_| *at == line || inside));
        }
        scope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts that the only comment of a file covers.
    fn covered(text: &str) -> Vec<String> {
        let id = FileId(0);
        let source = SourceFile::new("main.tf".into(), text.as_bytes().to_vec());
        let file = crate::syntax::parse(id, text, &[]);
        let comment = file.comments.iter().find(|c| source.slice(c.span.start, c.span.end).contains("HERE")).unwrap();
        let scope = Lines::new(&file, &source).scope(comment.span);
        let text = |s: &Span| source.slice(s.start, s.end.min(source.text.len() as u32)).to_string();
        scope.places.iter().map(text).collect()
    }

    const BLOCK: &str = "a \"b\" {\n  x = [\n    1,\n  ]\n}";

    #[test]
    fn on_the_line_or_above_it() {
        assert_eq!(covered("x = 1\ny = 2 # HERE\n"), ["y = 2 # HERE", "y = 2"]);
        assert_eq!(covered("x = 1\n/* HERE */ y = 2\n"), ["/* HERE */ y = 2", "y = 2"]);
        assert_eq!(covered("x = 1\n# HERE\ny = 2\nz = 3\n"), ["y = 2", "y = 2"]);
        assert_eq!(covered("x = 1\n# HERE\n# more\n/* and\n more */\ny = 2\n"), ["y = 2", "y = 2"]);
        assert_eq!(
            covered("a \"b\" {\n  x = [ # HERE\n    1,\n  ]\n}\n"),
            ["  x = [ # HERE", "x = [ # HERE\n    1,\n  ]"]
        );
        assert_eq!(covered("a \"b\" {\n  x = [\n    1,\n  ]\n} # HERE\n"), ["} # HERE"]);
        assert_eq!(covered("x = 1\n# HERE\n\ny = 2\n"), ["\n"]);
    }

    #[test]
    fn a_block_is_covered_from_its_header() {
        assert_eq!(covered(&format!("x = 1\n# HERE\n{BLOCK}\n")), ["a \"b\" {", BLOCK]);
        let own = BLOCK.replacen('{', "{ # HERE", 1);
        assert_eq!(covered(&format!("{own}\nx = 1\n")), ["a \"b\" { # HERE", &own]);
        assert_eq!(covered(&format!("# HERE\n{BLOCK}\nx = 1\n")), ["a \"b\" {", BLOCK], "it stands on the first block");
    }

    #[test]
    fn a_first_comment_that_stands_by_itself_is_for_the_file() {
        let text = format!("# Copyright\n\n# HERE\n\n{BLOCK}\n");
        assert_eq!(covered(&text), [text.as_str()]);
        let text = format!("\u{feff}# HERE\n# more\n\n{BLOCK}\n");
        assert_eq!(covered(&text), [text.as_str()]);
    }
}
