//! Places as reports give them.

use super::{path, path_text};
use crate::base::source::{Position, SourceFile, Sources, Span};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::fmt;
use std::sync::{Arc, OnceLock};

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

/// The files of a run, for a report that names each of them often: a name is made once.
pub struct ShownFiles<'r> {
    files: Vec<Option<(Arc<SourceFile>, OnceLock<String>)>>,
    name: Box<dyn Fn(String) -> String + 'r>,
}

impl<'r> ShownFiles<'r> {
    /// All files, each named by its path.
    pub fn of(sources: &Sources) -> ShownFiles<'r> {
        ShownFiles::named(sources, |path| path)
    }

    /// All files, with what `name` makes of their paths.
    pub fn named(sources: &Sources, name: impl Fn(String) -> String + 'r) -> ShownFiles<'r> {
        let with_name = |file: Option<_>| file.map(|file| (file, OnceLock::new()));
        ShownFiles { files: sources.all().into_iter().map(with_name).collect(), name: Box::new(name) }
    }

    fn of_span(&self, span: Span) -> Option<&(Arc<SourceFile>, OnceLock<String>)> {
        self.files.get(span.file.0 as usize)?.as_ref()
    }

    /// The name of a span's file; empty where there is none.
    pub fn name(&self, span: Span) -> &str {
        self.of_span(span).map_or("", |(file, name)| name.get_or_init(|| (self.name)(path_text(&file.path))))
    }

    /// The first character of a span, and the place after its last one.
    pub fn positions(&self, span: Span) -> (Position, Position) {
        let file = self.of_span(span).map(|(file, _)| file);
        let at = |offset| file.map_or(Position { line: 1, column: 1, offset }, |file| file.position(offset));
        (at(span.start), at(span.end))
    }
}

impl fmt::Display for ShownPlace {
    /// `file:line:column` of its first character.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.start.line, self.start.column)
    }
}
