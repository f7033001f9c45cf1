//! What the text of strings means: escapes, normal form, indentation of heredocs.

use super::cursor::Cursor;
use super::lexer::Token;
use crate::base::source::Span;
use std::sync::Arc;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Text in Unicode normal form C, as Terraform keeps strings.
pub fn nfc(text: &str) -> Arc<str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text.into();
    }
    text.nfc().collect::<String>().into()
}

/// Decodes the escapes of a piece of a quoted string; a wrong one is reported and kept as it is.
pub fn escapes(c: &mut Cursor, token: Token) -> String {
    let text = c.text_of(token);
    if !text.contains(['\\', '$', '%', '\r']) {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.char_indices();
    while let Some((i, ch)) = rest.next() {
        match ch {
            '\\' => {
                let (decoded, len) = escape(&text[i..]);
                let start = token.start + i as u32 + c.base;
                match decoded {
                    Some(decoded) => out.push(decoded),
                    None => {
                        let span = Span::new(c.file, start, start + len as u32);
                        let shown = &text[i..i + len];
                        let help =
                            "escapes are \\n \\r \\t \\\" \\\\ \\uXXXX and \\UXXXXXXXX; write \\\\ for a backslash";
                        c.error(span, format!("`{shown}` is not an escape that HCL knows"), Some(help));
                        out.push_str(shown);
                    }
                }
                skip(&mut rest, &text[i..i + len]);
            }
            '$' | '%' if text[i + 1..].starts_with(ch) && text[i + 2..].starts_with('{') => {
                out.push(ch);
                out.push('{');
                skip(&mut rest, &text[i..i + 3]);
            }
            '\r' => {
                carriage_return(c, token, i);
                out.push(ch);
            }
            ch => out.push(ch),
        }
    }
    out
}

/// The text of a heredoc, where only a carriage return without a line feed is wrong.
pub fn heredoc(c: &mut Cursor, token: Token) -> String {
    let text = c.text_of(token);
    let bytes = text.as_bytes();
    if let Some((at, _)) = text.match_indices('\r').find(|(i, _)| bytes.get(i + 1) != Some(&b'\n')) {
        carriage_return(c, token, at);
    }
    text.to_string()
}

fn carriage_return(c: &mut Cursor, token: Token, at: usize) {
    let start = token.start + at as u32 + c.base;
    let help = "write \\r in a quoted string, or end the line with a line feed";
    c.error(Span::new(c.file, start, start + 1), "a carriage return cannot stand in this string", Some(help));
}

fn skip(chars: &mut std::str::CharIndices, piece: &str) {
    for _ in 1..piece.chars().count() {
        chars.next();
    }
}

/// The character of an escape at the start of a text, and the escape's length in bytes.
fn escape(text: &str) -> (Option<char>, usize) {
    let Some(letter) = text[1..].chars().next() else { return (None, 1) };
    let simple = match letter {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '"' => '"',
        '\\' => '\\',
        'u' => return unicode(text, 4),
        'U' => return unicode(text, 8),
        other => return (None, 1 + other.len_utf8()),
    };
    (Some(simple), 2)
}

fn unicode(text: &str, digits: usize) -> (Option<char>, usize) {
    match text.get(2..2 + digits) {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
            let decoded = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
            (decoded, 2 + digits)
        }
        _ => (None, 2),
    }
}

/// Decodes the doubled markers of a heredoc or template file: `$${` and `%%{`.
pub fn markers(text: &str) -> String {
    if !text.contains("$${") && !text.contains("%%{") {
        return text.to_string();
    }
    text.replace("$${", "${").replace("%%{", "%{")
}
