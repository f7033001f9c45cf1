//! Places as reports give them.

use super::path;
use crate::base::source::{Position, Sources, Span};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::fmt;

/// What may not stand in a URI's path as it is (RFC 3986), the slash aside.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    // In the first segment it would read as a scheme.
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A file's path as the path of a URI.
pub fn uri_path(path: &str) -> String {
    utf8_percent_encode(path, ESCAPED).to_string()
}

/// A range of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownPlace {
    /// The file's path, with forward slashes.
    pub file: String,
    /// Its first character.
    pub start: Position,
    /// The place after its last character.
    pub end: Position,
    /// The bytes before `start` and before `end` in their lines.
    pub bytes: (u32, u32),
}

impl ShownPlace {
    /// Where a span stands.
    pub fn of(span: Span, sources: &Sources) -> ShownPlace {
        let file = sources.get(span.file);
        let at = |offset| file.as_ref().map_or(Position { line: 1, column: 1, offset }, |f| f.position(offset));
        let before = |p: &Position| {
            let line = file.as_ref().and_then(|f| f.line(p.line));
            p.offset.saturating_sub(line.map_or(0, |l| l.start))
        };
        let (start, end) = (at(span.start), at(span.end));
        ShownPlace { file: path(span, sources), bytes: (before(&start), before(&end)), start, end }
    }
}

impl fmt::Display for ShownPlace {
    /// `file:line:column` of its first character.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.start.line, self.start.column)
    }
}
