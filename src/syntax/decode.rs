//! What the text of strings means: escapes, normal form, indentation of heredocs.

use super::cursor::Cursor;
use super::lexer::Token;
use crate::source::Span;
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
    if !text.contains(['\\', '$', '%']) {
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
            ch => out.push(ch),
        }
    }
    out
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
            // A lone surrogate is the replacement character, as in Go.
            (Some(decoded.unwrap_or('\u{fffd}')), 2 + digits)
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
