//! A JSON reader that keeps positions and goes on after an error where it can.

use super::super::ast::SyntaxError;
use crate::base::budget::{Limit, NESTING};
use crate::base::source::{FileId, Span};

/// A JSON value with its place.
#[derive(Debug, Clone)]
pub struct Json {
    /// What it is.
    pub kind: JsonKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of JSON value.
#[derive(Debug, Clone)]
pub enum JsonKind {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number as written.
    Number(String),
    /// A string, decoded. Whether its text has escapes: then offsets inside it are not those of the file.
    String(String, bool),
    /// An array.
    Array(Vec<Json>),
    /// An object, in file order, duplicates kept.
    Object(Vec<(JsonKey, Json)>),
}

/// An object's key with its place.
#[derive(Debug, Clone)]
pub struct JsonKey {
    /// Decoded.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// Reads JSON text.
pub struct JsonReader<'t> {
    id: FileId,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// What cannot be read.
    pub errors: Vec<SyntaxError>,
}

impl<'t> JsonReader<'t> {
    /// A reader at the start.
    pub fn new(id: FileId, text: &'t str) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        JsonReader { id, text, bytes: text.as_bytes(), at, errors: Vec::new() }
    }

    /// The whole document; `None` where nothing could be read.
    pub fn document(&mut self) -> Option<Json> {
        if self.at > 0 {
            let help = Some("save the file as UTF-8 without a byte order mark");
            self.error(0, self.at, "Terraform reads no JSON that starts with a byte order mark", help);
        }
        self.space();
        let value = self.value(0);
        self.space();
        if value.is_some() && self.errors.is_empty() && self.at < self.bytes.len() {
            self.error(self.at, self.after(self.at), "the file should end here: JSON has one value", None);
        }
        value
    }

    fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.id, from as u32, to as u32)
    }

    fn error(&mut self, from: usize, to: usize, message: &str, help: Option<&str>) {
        let span = self.span(from, to);
        let (message, help) = (message.into(), help.map(Into::into));
        self.errors.push(SyntaxError { span, message, help, related: None, limit: None });
    }

    /// The end of the character at an offset, or of the text.
    fn after(&self, at: usize) -> usize {
        at + self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
    }

    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        let start = self.at;
        if depth > NESTING {
            self.error(start, self.after(start), &format!("this JSON is nested more than {NESTING} deep"), None);
            self.errors.last_mut().into_iter().for_each(|e| e.limit = Some(Limit::Fixed));
            return None;
        }
        let kind = match self.bytes.get(self.at) {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => {
                let (text, escaped) = self.string()?;
                JsonKind::String(text, escaped)
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') if self.word("true") => JsonKind::Bool(true),
            Some(b'f') if self.word("false") => JsonKind::Bool(false),
            Some(b'n') if self.word("null") => JsonKind::Null,
            Some(_) => {
                self.error(start, self.after(start), "a JSON value is needed here", Some("text needs double quotes"));
                return None;
            }
            None => {
                self.error(start, start, "the file ends where a JSON value is needed", None);
                return None;
            }
        };
        Some(Json { kind, span: self.span(start, self.at) })
    }

    fn word(&mut self, word: &str) -> bool {
        let there = self.bytes[self.at..].starts_with(word.as_bytes());
        if there {
            self.at += word.len();
        }
        there
    }

    fn number(&mut self) -> Option<JsonKind> {
        let start = self.at;
        while matches!(self.bytes.get(self.at), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        if serde_json::from_str::<serde_json::Number>(text).is_err() {
            self.error(start, self.at, "this is not a JSON number", None);
            return None;
        }
        Some(JsonKind::Number(text.to_string()))
    }

    fn string(&mut self) -> Option<(String, bool)> {
        let start = self.at;
        let mut end = start + 1;
        let mut escaped = false;
        loop {
            match self.bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(b'\n') | None => {
                    self.at = end.min(self.bytes.len());
                    self.error(start, self.at, "this string is not closed on its line", Some("add the missing quote"));
                    return None;
                }
                Some(_) => end += 1,
            }
        }
        self.at = end + 1;
        let raw = &self.text[start..self.at];
        let decode = |text: &str| serde_json::from_str::<String>(text);
        match decode(raw).or_else(|e| if escaped { decode(&replace_lone_surrogates(raw)) } else { Err(e) }) {
            Ok(text) => Some((text, escaped)),
            Err(_) => {
                self.error(
                    start,
                    self.at,
                    "this JSON string has an escape or character that JSON does not allow",
                    None,
                );
                None
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<JsonKind> {
        let open = self.at;
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.space();
            if self.bytes.get(self.at) == Some(&b']') && items.is_empty() {
                break;
            }
            match self.value(depth + 1) {
                Some(item) => items.push(item),
                None => {
                    self.at = self.bytes.len();
                    return Some(JsonKind::Array(items));
                }
            }
            self.space();
            match self.bytes.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => {
                    self.separator(open, "]");
                    return Some(JsonKind::Array(items));
                }
            }
        }
        self.at += 1;
        Some(JsonKind::Array(items))
    }

    fn separator(&mut self, open: usize, close: &str) {
        let at = self.at;
        self.error(at, self.after(at), &format!("a comma or `{close}` is needed here"), None);
        let opened = self.span(open, open + 1);
        if let Some(e) = self.errors.last_mut() {
            e.related = Some((opened, "opened here".into()));
        }
        self.at = self.bytes.len();
    }

    fn object(&mut self, depth: usize) -> Option<JsonKind> {
        let open = self.at;
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.space();
            let start = self.at;
            match self.bytes.get(self.at) {
                Some(b'}') if members.is_empty() => break,
                Some(b'"') => {}
                _ => {
                    let help = Some("keys need double quotes, and no comma may follow the last member");
                    self.error(start, self.after(start), "a key is needed here", help);
                    self.at = self.bytes.len();
                    return Some(JsonKind::Object(members));
                }
            }
            let Some((text, _)) = self.string() else {
                self.at = self.bytes.len();
                return Some(JsonKind::Object(members));
            };
            let key = JsonKey { text, span: self.span(start, self.at) };
            self.space();
            if self.bytes.get(self.at) != Some(&b':') {
                let at = self.at;
                self.error(at, self.after(at), "a `:` is needed after a key", None);
                self.at = self.bytes.len();
                return Some(JsonKind::Object(members));
            }
            self.at += 1;
            self.space();
            match self.value(depth + 1) {
                Some(value) => members.push((key, value)),
                None => {
                    self.at = self.bytes.len();
                    return Some(JsonKind::Object(members));
                }
            }
            self.space();
            match self.bytes.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => {
                    self.separator(open, "}");
                    return Some(JsonKind::Object(members));
                }
            }
        }
        self.at += 1;
        Some(JsonKind::Object(members))
    }
}

/// The text of a JSON string in which every escaped half of a surrogate pair without its other half is an escaped
/// replacement character, as Go (and so Terraform) reads it.
fn replace_lone_surrogates(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (first, second) = (escaped_unit(rest), rest.get(6..).and_then(escaped_unit));
        let pair = matches!((first, second), (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)));
        let lone = !pair && matches!(first, Some(0xd800..=0xdfff));
        let next = rest[1..].chars().next().map_or(0, char::len_utf8);
        let len = if pair {
            12
        } else if first.is_some() {
            6
        } else {
            1 + next
        };
        out.push_str(if lone { "\\ufffd" } else { &rest[..len] });
        rest = &rest[len..];
    }
    out.push_str(rest);
    out
}

/// The UTF-16 unit of a `\uXXXX` at the start of a text.
fn escaped_unit(text: &str) -> Option<u16> {
    let hex = text.strip_prefix("\\u")?.get(..4)?;
    hex.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u16::from_str_radix(hex, 16).ok())?
}
