//! What a comment stands for: its line or the one below, the block or argument that begins there, or the whole file.

use crate::base::source::{FileId, SourceFile, Span};
use crate::syntax::ast::{Body, Comment, File};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::ops::Range;

/// The most module calls on one line that a comment stands for; a file with more was not written by hand. Findings in
/// further ones are not suppressed, and so are seen.
const CALLS: usize = 100;

/// The places that a comment covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommentScope {
    /// Parts of the file; all of it for a comment that stands for the file.
    pub places: Vec<Span>,
    /// Headers of module calls whose instances are covered too.
    pub calls: Vec<Span>,
    /// Headers of the resources and module calls that the comment is in or stands for.
    pub blocks: Vec<Span>,
}

impl CommentScope {
    /// All of the places, which overlap or touch each other.
    pub fn range(&self) -> Option<Span> {
        self.places.iter().copied().reduce(Span::to)
    }
}

/// The lines of a file, for its comments.
#[derive(Debug)]
pub struct Lines<'f> {
    id: FileId,
    source: &'f SourceFile,
    /// Blocks and arguments with the lines on which they begin, in the order of lines.
    items: Vec<(u32, Item)>,
    /// Resources and module calls, in their order.
    named: Vec<Item>,
    /// The first and the last of lines that hold nothing but comments, without gaps between them, in their order.
    comments: Vec<(u32, u32)>,
    /// What of a line is not blank, where it was asked for.
    filled: RefCell<FxHashMap<u32, Option<Range<u32>>>>,
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
        let (items, named, comments) = (Vec::new(), Vec::new(), Vec::new());
        let mut lines = Lines { id: file.id, source, items, named, comments, filled: RefCell::default() };
        lines.add(&file.body, true);
        lines.items.sort_by_key(|(line, _)| *line);
        lines.named = lines.items.iter().map(|(_, item)| *item).filter(|item| item.block.is_some()).collect();
        lines.named.sort_by_key(|item| item.span.start);
        let native = file.comments.iter().filter(|c| c.within.is_none()).map(|c| c.span);
        let alone = native.filter(|span| lines.stands_alone(*span));
        let mut comments: Vec<(u32, u32)> = Vec::new();
        for (first, last) in alone.map(|span| (lines.line(span.start), lines.line(span.end))) {
            match comments.last_mut().filter(|before| first <= before.1 + 1) {
                Some(before) => before.1 = before.1.max(last),
                None => comments.push((first, last)),
            }
        }
        lines.comments = comments;
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

    /// The bytes of a line from the first to the last that is not blank.
    fn filled(&self, line: u32) -> Option<Range<u32>> {
        let read = || {
            let place = self.source.line(line)?;
            let text = self.source.slice(place.start, place.end);
            let rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            let start = place.end - rest.len() as u32;
            (!rest.is_empty()).then(|| start..start + rest.trim_end().len() as u32)
        };
        self.filled.borrow_mut().entry(line).or_insert_with(read).clone()
    }

    /// Whether nothing else is on the lines of a comment.
    fn stands_alone(&self, comment: Span) -> bool {
        let (first, last) = (self.filled(self.line(comment.start)), self.filled(self.line(comment.end)));
        first.is_none_or(|line| comment.start <= line.start) && last.is_none_or(|line| line.end <= comment.end)
    }

    /// The first line after this one, or itself, that does not hold comments alone.
    fn past_comments(&self, line: u32) -> u32 {
        let next = self.comments.partition_point(|(_, last)| *last < line);
        self.comments.get(next).filter(|(first, _)| *first <= line).map_or(line, |(_, last)| last + 1)
    }

    /// What a comment stands for. One on a line of its own is for the next line, past further comments; where that is
    /// blank and nothing but comments came before, it is for the file.
    pub fn scope(&self, comment: &Comment) -> CommentScope {
        match comment.within {
            Some(object) => self.scope_of_object(object),
            None => self.scope_of_lines(comment.span),
        }
    }

    /// In JSON, a comment stands for the object that it is in, with the block or argument whose value that is.
    fn scope_of_object(&self, object: Span) -> CommentScope {
        let own = |item: &&Item| item.span.end == object.end && item.span.start <= object.start;
        let owner = self.items.iter().map(|(_, item)| item).filter(own).map(|item| item.span).next();
        let all = owner.unwrap_or(object);
        let inside = |item: &&Item| all.start <= item.span.start && item.span.end <= all.end;
        let around = |item: &&Item| item.span.start <= all.start && all.end <= item.span.end;
        let named = || self.named.iter().filter(|item| inside(item) || around(item));
        CommentScope {
            places: vec![all],
            calls: self.named.iter().filter(inside).filter(|i| i.is_call).take(CALLS).filter_map(|i| i.block).collect(),
            blocks: named().take(CALLS).filter_map(|item| item.block).collect(),
        }
    }

    fn scope_of_lines(&self, comment: Span) -> CommentScope {
        let mut line = self.line(comment.start);
        if self.stands_alone(comment) {
            line = self.past_comments(self.line(comment.end) + 1);
            // The items of the first line begin with the first item.
            if self.filled(line).is_none() && self.items.first().is_none_or(|(_, i)| i.span.start > comment.start) {
                let all = Span::new(self.id, 0, u32::MAX);
                return CommentScope { places: vec![all], ..CommentScope::default() };
            }
        }
        let own = self.source.line(line).map(|l| Span::new(self.id, l.start, l.end.max(l.start + 1)));
        let from = self.items.partition_point(|(at, _)| *at < line);
        let count = self.items.get(from..).map_or(0, |rest| rest.partition_point(|(at, _)| *at == line));
        let here = || self.items.iter().skip(from).take(count).map(|(_, item)| item);
        let mut scope = CommentScope { places: own.into_iter().collect(), ..CommentScope::default() };
        // The line itself covers the others.
        scope.places.extend(here().map(|item| item.span).max_by_key(|span| (span.end, std::cmp::Reverse(span.start))));
        let blocks = || here().filter(|item| item.block.is_some()).take(CALLS);
        scope.calls.extend(blocks().filter(|item| item.is_call).filter_map(|item| item.block));
        scope.blocks.extend(blocks().filter_map(|item| item.block));
        let around = self.named.partition_point(|item| item.span.start <= comment.start);
        let around = around.checked_sub(1).and_then(|at| self.named.get(at));
        scope.blocks.extend(around.filter(|item| comment.start < item.span.end).and_then(|item| item.block));
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
        let scope = Lines::new(&file, &source).scope(comment);
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
