//! Source files: bytes, ids, spans. The only place that turns offsets into lines and columns.

use super::reads::{Read, note};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock};

/// Identifies one file of a [`Sources`] store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

impl FileId {
    /// The file of everything that kfplint knows by itself: no file of the user's, and never shown.
    pub const FACTS: FileId = FileId(u32::MAX);
}

/// A half-open byte range `start..end` in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file that the range is in.
    pub file: FileId,
    /// First byte, from 0.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `file` from byte `start` to before byte `end`.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// The smallest span that covers both; `self` if they are in different files.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span::new(self.file, self.start.min(other.start), self.end.max(other.end))
    }

    /// Whether it is in what kfplint knows by itself, not in the user's files.
    pub fn is_fact(self) -> bool {
        self.file == FileId::FACTS
    }

    /// The empty span at the start of this one.
    pub fn at_start(self) -> Span {
        Span::new(self.file, self.start, self.start)
    }
}

/// A place in a file as people count: lines and columns from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters (Unicode scalar values), from 1.
    pub column: u32,
    /// Byte offset, from 0.
    pub offset: u32,
}

/// One file as it was read.
#[derive(Debug)]
pub struct SourceFile {
    /// The path as the user would write it: relative to the working directory where possible.
    pub path: PathBuf,
    /// The text. Bytes that are not UTF-8 are replaced one for one by U+001A, so that offsets are those of the file.
    pub text: Arc<str>,
    /// Offsets of the bytes that were not UTF-8, sorted.
    pub invalid_utf8: Vec<u32>,
    /// Its text is judged but never shown, not a token of it: a key file, one behind a link, outside of the repository or
    /// ignored by Git. The places in it may be shown.
    pub private: bool,
    /// It is no file of the user's: its text comes from elsewhere.
    pub generated: Option<GeneratedText>,
    line_starts: Vec<u32>,
    /// How many characters begin before each whole [`CHUNK`]; counted when a place on a long line is asked for.
    characters: OnceLock<Vec<u32>>,
    long_lines: Mutex<BTreeMap<u32, Option<Range<usize>>>>,
}

/// Text that a tool writes before Terraform reads it.
#[derive(Clone, Debug)]
pub struct GeneratedText {
    /// Where the user writes it.
    pub by: Span,
    /// Which input decides its parts that are not known.
    pub decides: Arc<str>,
}

/// Places on a line count the characters of less than two of so many bytes.
const CHUNK: usize = 4096;

impl SourceFile {
    /// Takes the bytes of a file. Never fails: bytes that are not UTF-8 are noted in `invalid_utf8`.
    pub fn new(path: PathBuf, bytes: Vec<u8>) -> Self {
        let (text, invalid_utf8) = match String::from_utf8(bytes) {
            Ok(text) => (text, Vec::new()),
            Err(error) => replace_invalid(error.into_bytes()),
        };
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1))
            .collect();
        Self {
            path,
            text: text.into(),
            invalid_utf8,
            private: false,
            generated: None,
            line_starts,
            characters: OnceLock::new(),
            long_lines: Mutex::default(),
        }
    }

    /// The same file, private or not.
    pub fn private(self, private: bool) -> Self {
        Self { private, ..self }
    }

    /// The same text, which a tool writes.
    pub fn generated(self, by: GeneratedText) -> Self {
        Self { generated: Some(by), ..self }
    }

    /// Where a byte offset stands. An offset past the end is the end; one inside a character is that character.
    pub fn position(&self, offset: u32) -> Position {
        let mut offset = offset.min(self.text.len() as u32);
        while !self.text.is_char_boundary(offset as usize) {
            offset -= 1;
        }
        let line = self.line_starts.partition_point(|start| *start <= offset) - 1;
        let start = self.line_starts[line] as usize;
        let before = match offset as usize - start {
            ..CHUNK => count(self.text.as_bytes().get(start..offset as usize)),
            _ => self.characters_before(offset as usize) - self.characters_before(start),
        };
        Position { line: line as u32 + 1, column: before + 1, offset }
    }

    /// How many characters begin before a byte.
    fn characters_before(&self, offset: usize) -> u32 {
        let bytes = self.text.as_bytes();
        let sums = self.characters.get_or_init(|| {
            let sum = |sum: &mut u32, chunk| Some(std::mem::replace(sum, *sum + count(Some(chunk))));
            bytes.chunks(CHUNK).scan(0, sum).collect()
        });
        let chunk = (offset / CHUNK).min(sums.len().saturating_sub(1));
        sums.get(chunk).map_or(0, |sum| sum + count(bytes.get(chunk * CHUNK..offset)))
    }

    /// The bytes of a line, counted from 1, without its line break; `None` where there is no such line.
    pub fn line(&self, number: u32) -> Option<std::ops::Range<u32>> {
        let index = (number as usize).checked_sub(1)?;
        let start = *self.line_starts.get(index)?;
        let end = self.line_starts.get(index + 1).map_or(self.text.len() as u32, |next| *next);
        let text = self.slice(start, end);
        let text = text.strip_suffix('\n').unwrap_or(text);
        Some(start..start + text.strip_suffix('\r').unwrap_or(text).len() as u32)
    }

    /// What `find` says of the line that starts at this byte, which it is asked once: for lines that are so long that nobody
    /// reads them twice.
    pub fn long_line(&self, start: u32, find: impl Fn(&str) -> Option<Range<usize>>) -> Option<Range<usize>> {
        let mut found = self.long_lines.lock().unwrap_or_else(|e| e.into_inner());
        let look = || {
            let line = self.line(self.position(start).line)?;
            find(self.slice(line.start, line.end))
        };
        found.entry(start).or_insert_with(look).clone()
    }

    /// The text of a byte range; empty where the range is not in the file.
    pub fn slice(&self, start: u32, end: u32) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }
}

/// How many characters begin in some bytes of UTF-8.
fn count(bytes: Option<&[u8]>) -> u32 {
    bytes.into_iter().flatten().filter(|byte| **byte & 0xc0 != 0x80).count() as u32
}

fn replace_invalid(mut bytes: Vec<u8>) -> (String, Vec<u32>) {
    let mut invalid = Vec::new();
    let mut from = 0;
    while let Err(error) = std::str::from_utf8(&bytes[from..]) {
        let at = from + error.valid_up_to();
        let len = error.error_len().unwrap_or(bytes.len() - at);
        if let Some(wrong) = bytes.get_mut(at..at + len) {
            wrong.fill(0x1a);
        }
        invalid.extend(at as u32..(at + len) as u32);
        from = at + len;
    }
    (String::from_utf8_lossy(&bytes).into_owned(), invalid)
}

/// All files of a state of the tree, shared between threads. What is added stays; a later state is another store, made by
/// [`Sources::next`].
#[derive(Debug, Default)]
pub struct Sources {
    files: RwLock<Vec<Option<Arc<SourceFile>>>>,
    /// Ids below the highest that stand for no file, the lowest last: they are given again.
    free: Mutex<Vec<FileId>>,
    hidden: RwLock<BTreeSet<Span>>,
    /// Some file is private.
    private: AtomicBool,
}

impl Sources {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and gives its id. The same path added twice gets two ids.
    pub fn add(&self, file: SourceFile) -> FileId {
        let free = self.free.lock().unwrap_or_else(|e| e.into_inner()).pop();
        let id = match free {
            Some(id) => {
                self.put(id, file);
                id
            }
            None => {
                self.private.fetch_or(file.private, Ordering::Relaxed);
                let mut files = self.files.write().unwrap_or_else(|e| e.into_inner());
                files.push(Some(Arc::new(file)));
                FileId(files.len() as u32 - 1)
            }
        };
        note(|| Read::Made(id));
        id
    }

    /// Puts a file in the place of an id of this store.
    pub fn put(&self, id: FileId, file: SourceFile) {
        self.private.fetch_or(file.private, Ordering::Relaxed);
        let mut files = self.files.write().unwrap_or_else(|e| e.into_inner());
        if let Some(place) = files.get_mut(id.0 as usize) {
            *place = Some(Arc::new(file));
        }
    }

    /// A store for the next state of the tree: with the files that are `kept`, under the same ids, and places for those that
    /// are `changed`. All other texts are let go with this store.
    pub fn next(&self, kept: &FxHashSet<FileId>, changed: &FxHashSet<FileId>) -> Sources {
        let files = self.files.read().unwrap_or_else(|e| e.into_inner());
        let ids = || (0..files.len() as u32).map(FileId);
        let keep = |id: FileId| files.get(id.0 as usize).cloned().flatten().filter(|_| kept.contains(&id));
        let next: Vec<Option<Arc<SourceFile>>> = ids().map(keep).collect();
        let free = ids().rev().filter(|id| !kept.contains(id) && !changed.contains(id)).collect();
        Sources {
            private: AtomicBool::new(next.iter().flatten().any(|file| file.private)),
            files: RwLock::new(next),
            free: Mutex::new(free),
            hidden: RwLock::default(),
        }
    }

    /// Whether a file is private: see [`SourceFile::private`]. Costs nothing where none is.
    pub fn is_private(&self, id: FileId) -> bool {
        self.private.load(Ordering::Relaxed) && self.get(id).is_some_and(|file| file.private)
    }

    /// Keeps a text out of every report: it is a sensitive value.
    pub fn hide(&self, span: Span) {
        note(|| Read::Hidden(span));
        self.hidden.write().unwrap_or_else(|e| e.into_inner()).insert(span);
    }

    /// The texts of a file that no report may show.
    pub fn hidden(&self, file: FileId) -> Vec<Span> {
        let hidden = self.hidden.read().unwrap_or_else(|e| e.into_inner());
        hidden.range(Span::new(file, 0, 0)..=Span::new(file, u32::MAX, u32::MAX)).copied().collect()
    }

    /// The file with this id, if it is of this store.
    pub fn get(&self, id: FileId) -> Option<Arc<SourceFile>> {
        self.files.read().unwrap_or_else(|e| e.into_inner()).get(id.0 as usize).cloned().flatten()
    }

    /// All files by their ids; `None` for an id that stands for no file.
    pub fn all(&self) -> Vec<Option<Arc<SourceFile>>> {
        self.files.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// Where the user writes a text: the place that generates it, for one that a tool writes.
    pub fn written(&self, span: Span) -> Span {
        self.get(span.file).and_then(|file| Some(file.generated.as_ref()?.by)).unwrap_or(span)
    }

    /// The path of a file; empty where there is none.
    pub fn path(&self, id: FileId) -> PathBuf {
        self.get(id).map(|f| f.path.clone()).unwrap_or_default()
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> String {
        self.get(span.file).map(|f| f.slice(span.start, span.end).to_string()).unwrap_or_default()
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.read().unwrap_or_else(|e| e.into_inner()).iter().flatten().count()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_on_long_lines_count_characters() {
        let text = format!("é\n{}x\ny", "aé€😀".repeat(3000));
        let file = SourceFile::new("main.tf".into(), text.clone().into_bytes());
        let (mut line, mut column) = (1, 1);
        for (at, c) in text.char_indices() {
            assert_eq!(file.position(at as u32), Position { line, column, offset: at as u32 });
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        assert_eq!(file.position(u32::MAX).column, 2);
    }
}
