//! Reads Terraform files into a syntax tree with spans; recovers after an error.
//!
//! Lossless: [`lexer`] cuts the text into tokens that together are the source, comments and white space included; the
//! tree of [`ast`] is built from them by recursive descent, every part with its byte span.

pub mod ast;
mod cursor;
mod decode;
mod expr;
mod items;
pub mod json;
pub mod lexer;
mod template;
mod traversal;
pub mod visit;

use crate::base::source::{FileId, Span};
use ast::{Expr, File, SyntaxError};
use cursor::Cursor;
pub use json::resources_around;
use lexer::{Token, TokenKind};

/// Parses native syntax: `.tf`, `.tofu`, `.tfvars`. Never fails: what cannot be parsed is in the file's `errors`.
pub fn parse(id: FileId, text: &str, invalid_utf8: &[u32]) -> File {
    let tokens = lexer::lex(text);
    let mut file = parse_tokens(id, text, &tokens, false);
    if file.errors.iter().any(|e| e.limit.is_none()) {
        // Only a text that is broken for sure is read by what its lines look like.
        file = parse_tokens(id, text, &lexer::lex_broken(text), true);
    }
    file.errors.extend(encoding_errors(id, invalid_utf8, &tokens));
    file.errors.sort_by_key(|e| e.span.start);
    file
}

fn parse_tokens(id: FileId, text: &str, tokens: &[Token], recovering: bool) -> File {
    let mut cursor = Cursor::new(id, text, 0, tokens);
    cursor.recovering = recovering;
    let body = items::body(&mut cursor, None);
    File { id, body, errors: cursor.errors, comments: cursor.comments }
}

/// Bytes that are not UTF-8 matter only outside of comments; one error says it for all.
fn encoding_errors(id: FileId, invalid: &[u32], tokens: &[Token]) -> Option<SyntaxError> {
    let in_comment = |at: u32| {
        let i = tokens.partition_point(|t| t.end <= at);
        tokens.get(i).is_some_and(|t| matches!(t.kind, TokenKind::LineComment | TokenKind::BlockComment))
    };
    let at = invalid.iter().copied().find(|at| !in_comment(*at))?;
    Some(SyntaxError {
        span: Span::new(id, at, at + 1),
        message: "this byte is not UTF-8".into(),
        help: Some("save the file in UTF-8".into()),
        related: None,
        limit: None,
    })
}

/// Parses JSON syntax: `.tf.json`, `.tofu.json`.
pub fn parse_json(id: FileId, text: &str) -> File {
    json::parse_configuration(id, text)
}

/// Parses `.tfvars.json`: literal values, no templates.
pub fn parse_tfvars_json(id: FileId, text: &str) -> File {
    json::parse_values(id, text)
}

/// Parses one expression, as for `console`; all of the text must be it.
pub fn parse_expression(id: FileId, text: &str) -> (Expr, Vec<SyntaxError>) {
    expression_at(id, 0, text)
}

/// Parses an expression that stands at an offset of a file.
pub(crate) fn expression_at(id: FileId, base: u32, text: &str) -> (Expr, Vec<SyntaxError>) {
    let tokens = lexer::lex(text);
    let mut cursor = Cursor::new(id, text, base, &tokens);
    // Line breaks mean nothing: there is no item that they could end.
    cursor.enter(false);
    let expr = expr::expression(&mut cursor);
    let token = cursor.peek();
    if token.kind != TokenKind::End {
        let span = cursor.span(token);
        cursor.error(span, "the expression should end here", None);
    }
    let expr = if cursor.failed { cursor.broken(expr.span) } else { expr };
    (expr, cursor.errors)
}

/// Parses template text without quotes, as of `templatefile`, `templatestring` and JSON strings. Offsets count from
/// `base`.
pub fn parse_template(id: FileId, base: u32, text: &str) -> (Expr, Vec<SyntaxError>) {
    let tokens = lexer::lex_template(text);
    let mut cursor = Cursor::new(id, text, base, &tokens);
    let span = Span::new(id, base, base + text.len() as u32);
    let expr = template::bare(&mut cursor, span);
    (expr, cursor.errors)
}
