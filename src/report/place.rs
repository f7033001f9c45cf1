//! Places as reports give them.

use super::path;
use crate::source::{Position, Sources, Span};

/// A range of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's path, with forward slashes.
    pub file: String,
    /// Its first character.
    pub start: Position,
    /// The place after its last character.
    pub end: Position,
    /// The bytes before `start` and before `end` in their lines.
    pub bytes: (u32, u32),
}

impl Place {
    /// Where a span stands.
    pub fn of(span: Span, sources: &Sources) -> Place {
        let file = sources.get(span.file);
        let at = |offset| file.as_ref().map_or(Position { line: 1, column: 1, offset }, |f| f.position(offset));
        let before = |p: &Position| {
            let line = file.as_ref().and_then(|f| f.line(p.line));
            p.offset.saturating_sub(line.map_or(0, |l| l.start))
        };
        let (start, end) = (at(span.start), at(span.end));
        Place { file: path(span, sources), bytes: (before(&start), before(&end)), start, end }
    }
}
