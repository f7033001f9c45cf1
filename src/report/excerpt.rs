//! The lines of source that a finding's labels stand on, ready to be shown: without characters that steer a terminal, and
//! with long lines cut to what matters.

use super::text::visible;
use crate::base::source::{FileId, SourceFile, Sources, Span};
use crate::cty::value::HIDDEN;
use std::ops::Range;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How much of a cut line is kept before the first label on it, in characters.
const BEFORE_LABEL: usize = 40;
/// Of lines of so many bytes it is kept where key material is.
const LONG: usize = 4096;

/// Excerpts of the files that a finding has labels in.
#[derive(Debug, Default)]
pub struct Excerpts {
    /// In the order of the labels.
    pub files: Vec<Excerpt>,
}

/// Some lines of one file.
#[derive(Debug)]
pub struct Excerpt {
    id: FileId,
    /// Its path as it is shown.
    pub name: String,
    /// Sorted by number.
    pub lines: Vec<ExcerptLine>,
}

/// One line of an excerpt.
#[derive(Debug)]
pub struct ExcerptLine {
    /// Its number in the file, from 1.
    pub number: usize,
    /// Its text as it is shown; a tab is two spaces.
    pub text: String,
    /// Offsets in the file's line, and in the text, of each character kept.
    map: Vec<(usize, usize)>,
}

/// Where a label stands in an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcerptPlace {
    /// The index of the file.
    pub file: usize,
    /// The line's number in the file.
    pub line: usize,
    /// The bytes of the line's text; of a label on several lines, those on the first.
    pub range: Range<usize>,
    /// The column in the file, in characters from 1.
    pub column: usize,
}

impl Excerpts {
    /// The excerpts that these labels need, the first of them the most important; no line is wider than `columns`.
    pub fn new(spans: &[Span], sources: &Sources, columns: usize) -> Excerpts {
        let mut excerpts = Excerpts::default();
        for span in spans {
            if excerpts.files.iter().any(|f| f.id == span.file) {
                continue;
            }
            if let Some(file) = sources.get(span.file) {
                let here: Vec<Span> = spans.iter().filter(|s| s.file == span.file).copied().collect();
                excerpts.files.push(excerpt(span.file, &file, &here, &sources.hidden(span.file), columns));
            }
        }
        excerpts
    }

    /// Where a span stands.
    pub fn locate(&self, span: Span, sources: &Sources) -> Option<ExcerptPlace> {
        let file = self.files.iter().position(|f| f.id == span.file)?;
        let source = sources.get(span.file)?;
        let (start, end) = (source.position(span.start), trimmed_end(&source, span));
        let line = self.files.get(file)?.lines.iter().find(|line| line.number == start.line as usize)?;
        let from = line.offset(before_in_line(&source, span.start));
        let to = match source.position(end).line == start.line {
            true => line.offset(before_in_line(&source, end)),
            false => line.text.trim_end().len(),
        };
        let place = ExcerptPlace { file, line: line.number, range: from..to.max(from), column: start.column as usize };
        Some(place)
    }

    /// The digits of the largest line number.
    pub fn digits(&self) -> usize {
        let numbers = self.files.iter().flat_map(|file| &file.lines).map(|line| line.number);
        numbers.max().unwrap_or(1).to_string().len()
    }
}

/// The part of a line that is key material: a PEM private key, or a line of its base64.
fn key_material(line: &str) -> Option<Range<usize>> {
    const LEAST: usize = 40;
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    if let Some(at) = line.find("PRIVATE KEY") {
        return Some(line[..at].rfind("-----").unwrap_or(at)..line.len());
    }
    let body = line.trim();
    (body.len() >= LEAST && body.chars().all(base64)).then_some(0..line.len())
}

/// The end of a span without the line breaks and spaces there.
fn trimmed_end(file: &SourceFile, span: Span) -> u32 {
    span.start + file.slice(span.start, span.end).trim_end().len() as u32
}

fn excerpt(id: FileId, file: &SourceFile, spans: &[Span], hidden: &[Span], columns: usize) -> Excerpt {
    // The first label on a line is the one that a cut keeps.
    let mut marks: Vec<(usize, usize)> = Vec::new();
    for span in spans {
        let line = file.position(span.start).line as usize;
        if !marks.iter().any(|(other, _)| *other == line) {
            marks.push((line, before_in_line(file, span.start)));
        }
    }
    marks.sort_unstable();
    let line = |(number, mark): (usize, usize)| {
        let range = file.line(number as u32).unwrap_or_default();
        let text = file.slice(range.start, range.end);
        let key = match text.len() {
            ..LONG => key_material(text),
            _ => file.long_line(range.start, key_material),
        };
        let secret = |at: usize| {
            let offset = range.start + at as u32;
            file.private
                || key.as_ref().is_some_and(|k| k.contains(&at))
                || hidden.iter().any(|s| s.start <= offset && offset < s.end)
        };
        ExcerptLine::new(number, text, mark, columns, secret)
    };
    Excerpt {
        id,
        name: super::text::line(&file.path.to_string_lossy().replace('\\', "/")).into_owned(),
        lines: marks.into_iter().map(line).collect(),
    }
}

impl ExcerptLine {
    /// A line, cut around the byte `mark` if it is long, and with other text for what is secret.
    fn new(number: usize, line: &str, mark: usize, columns: usize, secret: impl Fn(usize) -> bool) -> ExcerptLine {
        let long = line.chars().nth(columns / 2).is_some() && {
            let start: String = line.chars().take(columns + 1).collect();
            columns_of(&start) > columns
        };
        let before = line.get(..mark).filter(|_| long).unwrap_or("");
        let first = before.char_indices().nth_back(BEFORE_LABEL - 1).map_or(0, |(at, _)| at);
        let (mut text, mut map) = (String::new(), Vec::new());
        if first > 0 {
            text.push('…');
        }
        let mut used = text.width();
        // Where what stands for hidden text begins, while in it: how long the text is must not be seen either.
        let mut hidden: Option<usize> = None;
        let mut end = line.len();
        for (at, c) in line.get(first..).unwrap_or("").char_indices().map(|(at, c)| (first + at, c)) {
            if secret(at)
                && let Some(here) = hidden
            {
                map.push((at, here));
                continue;
            }
            let piece = match secret(at) {
                true => HIDDEN.to_string(),
                false if c == '\t' => "  ".to_string(),
                false => visible(c).to_string(),
            };
            // The column at the end is for the sign of a cut.
            let last = line.len() == at + c.len_utf8();
            if used + piece.width() + usize::from(!last) > columns && !map.is_empty() {
                end = at;
                break;
            }
            hidden = secret(at).then_some(text.len());
            map.push((at, text.len()));
            used += piece.width();
            text.push_str(&piece);
        }
        map.push((end, text.len()));
        if end < line.len() {
            text.push('…');
        }
        ExcerptLine { number, text, map }
    }

    /// The offset in the text of an offset in the file's line; the nearest one kept where that is cut off.
    fn offset(&self, before: usize) -> usize {
        let index = self.map.partition_point(|(at, _)| *at < before).min(self.map.len().saturating_sub(1));
        self.map.get(index).map_or(0, |(_, here)| *here)
    }
}

/// Columns of a text of the file.
fn columns_of(text: &str) -> usize {
    text.chars().map(|c| if c == '\t' { 2 } else { visible(c).width().unwrap_or(0) }).sum()
}

/// How many bytes of its line stand before an offset.
fn before_in_line(file: &SourceFile, offset: u32) -> usize {
    let line = file.line(file.position(offset).line);
    line.map_or(0, |line| (offset.saturating_sub(line.start)) as usize)
}
