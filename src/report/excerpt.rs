//! The lines of source that a finding's labels stand on, ready to be shown: without characters that steer a terminal, and
//! with very long lines cut to what matters.

use super::text::visible;
use crate::base::source::{FileId, SourceFile, Sources, Span};
use crate::cty::value::HIDDEN;
use codespan_reporting::files::{Error, Files};
use std::collections::BTreeSet;
use std::ops::Range;

/// Lines longer than this, in characters, are cut.
const LONGEST_LINE: usize = 160;
/// How much of a cut line is kept before the first label on it, in characters.
const BEFORE_LABEL: usize = 40;
/// Of lines of so many bytes it is kept where key material is.
const LONG: usize = 4096;
/// How many lines of a long label are shown at its start.
const HEAD_LINES: usize = 3;

/// Excerpts of the files that a finding has labels in.
#[derive(Debug, Default)]
pub struct Excerpts {
    files: Vec<Excerpt>,
}

/// Some lines of one file.
#[derive(Debug)]
struct Excerpt {
    id: FileId,
    name: String,
    text: String,
    lines: Vec<Line>,
    /// Where labels start: offset in `text`, column in the file.
    columns: Vec<(usize, usize)>,
}

/// One line of an excerpt.
#[derive(Debug)]
struct Line {
    /// Where it starts in the excerpt's text.
    start: usize,
    /// Its number in the file, from 1.
    number: usize,
    /// Offsets in the file's line, and in the excerpt's, of each character kept; empty for a line that stands for others.
    map: Vec<(usize, usize)>,
}

impl Excerpts {
    /// The excerpts that these labels need, the first of them the most important.
    pub fn new(spans: &[Span], sources: &Sources) -> Excerpts {
        let mut excerpts = Excerpts::default();
        for span in spans {
            if excerpts.files.iter().any(|f| f.id == span.file) {
                continue;
            }
            if let Some(file) = sources.get(span.file) {
                let here: Vec<Span> = spans.iter().filter(|s| s.file == span.file).copied().collect();
                excerpts.files.push(excerpt(span.file, &file, &here, &sources.hidden(span.file)));
            }
        }
        excerpts
    }

    /// The files' paths as they are shown.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.files.iter().map(|f| f.name.as_str())
    }

    /// The excerpt that a span is in, and the span's range there.
    pub fn locate(&self, span: Span, sources: &Sources) -> Option<(usize, Range<usize>)> {
        let index = self.files.iter().position(|f| f.id == span.file)?;
        let file = sources.get(span.file)?;
        let (start, end) = trim(&file, span);
        let excerpt = self.files.get(index)?;
        let from = excerpt.offset(&file, start);
        Some((index, from..excerpt.offset(&file, end).max(from)))
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

/// A span without the line breaks and spaces at its end, so that its last line is one with something on it.
fn trim(file: &SourceFile, span: Span) -> (u32, u32) {
    let text = file.slice(span.start, span.end);
    let kept = text.trim_end().len() as u32;
    (span.start, if kept == 0 { span.start } else { span.start + kept })
}

fn excerpt(id: FileId, file: &SourceFile, spans: &[Span], hidden: &[Span]) -> Excerpt {
    let mut wanted = BTreeSet::new();
    let mut marks: Vec<(usize, usize)> = Vec::new();
    let mut starts = Vec::new();
    for span in spans {
        let (start, end) = trim(file, *span);
        let (first, last) = (file.position(start), file.position(end));
        let (a, b) = (first.line as usize, last.line as usize);
        wanted.extend((a..=b.min(a + HEAD_LINES - 1)).chain(a.max(b.saturating_sub(1))..=b));
        marks.push((a, before_in_line(file, first.offset)));
        starts.push((start, first.column as usize));
    }
    let mut excerpt = Excerpt {
        id,
        name: super::text::line(&file.path.to_string_lossy().replace('\\', "/")).into_owned(),
        text: String::new(),
        lines: Vec::new(),
        columns: Vec::new(),
    };
    let mut previous: Option<usize> = None;
    for number in wanted {
        let range = file.line(number as u32).unwrap_or_default();
        if previous.is_some_and(|p| p + 1 < number) {
            // Three lines that are never shown make the renderer draw a gap.
            (0..3).for_each(|_| excerpt.push(number, "", 0, |_| false));
        }
        previous = Some(number);
        let mark = marks.iter().find(|(line, _)| *line == number).map_or(0, |(_, before)| *before);
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
        excerpt.push(number, text, mark, secret);
    }
    excerpt.columns = starts.iter().map(|(offset, column)| (excerpt.offset(file, *offset), *column)).collect();
    excerpt
}

impl Excerpt {
    /// Adds a line, cut around the byte `mark` if it is long, and with other text for what is secret.
    fn push(&mut self, number: usize, line: &str, mark: usize, secret: impl Fn(usize) -> bool) {
        let start = self.text.len();
        let long = line.chars().nth(LONGEST_LINE).is_some();
        let before = line.get(..mark).filter(|_| long).unwrap_or("");
        let first = before.char_indices().nth_back(BEFORE_LABEL - 1).map_or(0, |(at, _)| at);
        let mut map = Vec::new();
        if first > 0 {
            self.text.push('…');
        }
        // Where what stands for hidden text begins, while in it: how long the text is must not be seen either.
        let mut hidden: Option<usize> = None;
        let kept = line.get(first..).unwrap_or("").char_indices().map(|(at, c)| (first + at, c));
        for (at, c) in kept.take(LONGEST_LINE) {
            if secret(at) {
                let here = *hidden.get_or_insert_with(|| {
                    let here = self.text.len() - start;
                    self.text.push_str(HIDDEN);
                    here
                });
                map.push((at, here));
                continue;
            }
            hidden = None;
            map.push((at, self.text.len() - start));
            self.text.push(if c == '\t' { c } else { visible(c) });
        }
        let kept = map.last().map_or(0, |(at, _)| at + line[*at..].chars().next().map_or(0, char::len_utf8));
        map.push((if map.is_empty() { line.len() } else { kept }, self.text.len() - start));
        if kept < line.len() && long {
            self.text.push('…');
        }
        self.text.push('\n');
        self.lines.push(Line { start, number, map });
    }

    /// The offset in the excerpt of an offset in the file; the nearest one kept where that is cut off.
    fn offset(&self, file: &SourceFile, offset: u32) -> usize {
        let position = file.position(offset);
        let Some(line) = self.lines.iter().rfind(|l| l.number == position.line as usize) else { return 0 };
        let before: usize = before_in_line(file, position.offset);
        let index = line.map.partition_point(|(at, _)| *at < before).min(line.map.len().saturating_sub(1));
        line.start + line.map.get(index).map_or(0, |(_, here)| *here)
    }

    fn line_end(&self, index: usize) -> usize {
        self.lines.get(index + 1).map_or(self.text.len(), |next| next.start)
    }
}

/// How many bytes of its line stand before an offset.
fn before_in_line(file: &SourceFile, offset: u32) -> usize {
    let line = file.line(file.position(offset).line);
    line.map_or(0, |line| (offset.saturating_sub(line.start)) as usize)
}

impl<'a> Files<'a> for Excerpts {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        self.files.get(id).map(|f| f.name.as_str()).ok_or(Error::FileMissing)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        self.files.get(id).map(|f| f.text.as_str()).ok_or(Error::FileMissing)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, Error> {
        let file = self.files.get(id).ok_or(Error::FileMissing)?;
        Ok(file.lines.partition_point(|line| line.start <= byte).saturating_sub(1))
    }

    fn line_number(&'a self, id: usize, index: usize) -> Result<usize, Error> {
        let file = self.files.get(id).ok_or(Error::FileMissing)?;
        let max = file.lines.len();
        file.lines.get(index).map(|line| line.number).ok_or(Error::LineTooLarge { given: index, max })
    }

    fn column_number(&'a self, id: usize, _line: usize, byte: usize) -> Result<usize, Error> {
        let file = self.files.get(id).ok_or(Error::FileMissing)?;
        Ok(file.columns.iter().find(|(at, _)| *at == byte).map_or(1, |(_, column)| *column))
    }

    fn line_range(&'a self, id: usize, index: usize) -> Result<Range<usize>, Error> {
        let file = self.files.get(id).ok_or(Error::FileMissing)?;
        let max = file.lines.len();
        let line = file.lines.get(index).ok_or(Error::LineTooLarge { given: index, max })?;
        Ok(line.start..file.line_end(index))
    }
}
