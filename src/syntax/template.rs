//! Templates: quoted strings, heredocs, template files.

use super::ast::{Expr, ExprKind, TemplateFor, TemplateIf, TemplatePart};
use super::cursor::Cursor;
use super::expr::{expression, for_intro};
use super::lexer::{Token, TokenKind};
use super::{decode, expr};
use crate::base::budget::NESTING;
use crate::base::source::Span;
use unicode_segmentation::UnicodeSegmentation;

/// A piece of a template before directives are matched and markers applied.
enum TemplatePiece {
    Text { text: String, span: Span },
    Value { expr: Expr, trim: Trim },
    If { condition: Expr, trim: Trim, span: Span },
    Else { trim: Trim, span: Span },
    EndIf { trim: Trim, span: Span },
    For { head: Box<(Option<super::ast::Ident>, super::ast::Ident, Expr)>, trim: Trim, span: Span },
    EndFor { trim: Trim, span: Span },
}

/// `~` before and after a sequence.
#[derive(Clone, Copy, Default)]
struct Trim {
    left: bool,
    right: bool,
}

impl TemplatePiece {
    fn trim(&self) -> Trim {
        match self {
            TemplatePiece::Text { .. } => Trim::default(),
            TemplatePiece::Value { trim, .. }
            | TemplatePiece::If { trim, .. }
            | TemplatePiece::Else { trim, .. }
            | TemplatePiece::EndIf { trim, .. }
            | TemplatePiece::For { trim, .. }
            | TemplatePiece::EndFor { trim, .. } => *trim,
        }
    }
}

/// A quoted string.
pub fn quoted(c: &mut Cursor) -> Expr {
    let open = c.take();
    let start = c.span(open).start;
    let mut pieces = pieces(c, decode::escapes);
    trim(&mut pieces);
    let token = c.peek();
    if token.kind == TokenKind::CloseQuote {
        c.take();
    } else if !c.failed {
        let span = Span::new(c.file, start, c.span(token).start.max(start + 1));
        let help = "close the quote on the same line; text of several lines is written as <<EOT … EOT";
        c.error(span, "this string is not closed on its line", Some(help));
    }
    let span = c.span_from(start);
    finish(c, pieces, span)
}

/// A heredoc.
pub fn heredoc(c: &mut Cursor) -> Expr {
    let open = c.take();
    let start = c.span(open).start;
    let flush = c.text_of(open).starts_with("<<-");
    let mut pieces = pieces(c, decode::heredoc);
    let token = c.peek();
    if token.kind == TokenKind::CloseHeredoc {
        c.take();
    } else if !c.failed {
        let marker = c.text_of(open).trim().trim_start_matches("<<").trim_start_matches('-').to_string();
        let span = c.span(open);
        c.error(
            span,
            format!("this text is never closed by a line with `{marker}` alone"),
            Some("the closing marker must stand alone on a line that ends with a line break"),
        );
    }
    pieces = by_line(pieces);
    trim(&mut pieces);
    if flush {
        dedent(&mut pieces);
    }
    let span = c.span_from(start);
    finish(c, joined(pieces), span)
}

/// The text of a heredoc or template file line by line: a trim marker reaches no further than its own line.
fn by_line(pieces: Vec<TemplatePiece>) -> Vec<TemplatePiece> {
    let mut out = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match piece {
            TemplatePiece::Text { text, span } => {
                out.extend(text.split_inclusive('\n').map(|line| TemplatePiece::Text { text: line.to_string(), span }));
            }
            other => out.push(other),
        }
    }
    out
}

/// A template without quotes: a template file, or a JSON string.
pub fn bare(c: &mut Cursor, span: Span) -> Expr {
    // Steps over a byte order mark.
    c.peek();
    let mut pieces = by_line(pieces(c, |c, token| c.text_of(token).to_string()));
    trim(&mut pieces);
    let token = c.peek();
    if token.kind != TokenKind::End && !c.failed {
        let at = c.span(token);
        c.error(at, "the template cannot be read from here on", None);
    }
    finish(c, joined(pieces), span)
}

/// Decoded text of heredocs and template files (there only doubled markers are escapes).
fn joined(pieces: Vec<TemplatePiece>) -> Vec<TemplatePiece> {
    let decode = |piece| match piece {
        TemplatePiece::Text { text, span } => TemplatePiece::Text { text: decode::markers(&text), span },
        other => other,
    };
    pieces.into_iter().map(decode).collect()
}

/// The pieces up to the closing quote or marker, which is not taken, with their text as `read` has it.
fn pieces(c: &mut Cursor, read: fn(&mut Cursor, Token) -> String) -> Vec<TemplatePiece> {
    let mut out = Vec::new();
    loop {
        let token = c.raw();
        match token.kind {
            TokenKind::Text => {
                c.take();
                let span = c.span(token);
                let text = read(c, token);
                push_text(&mut out, text, span);
            }
            TokenKind::Interpolation => {
                c.take();
                let left = c.text_of(token).ends_with('~');
                c.enter(false);
                let expr = expression(c);
                let right = end_sequence(c, token);
                c.leave();
                out.push(TemplatePiece::Value { expr, trim: Trim { left, right } });
            }
            TokenKind::Directive => {
                c.take();
                c.enter(false);
                let piece = directive(c, token);
                c.leave();
                out.extend(piece);
            }
            _ => return out,
        }
        if c.failed {
            skip_to_end(c);
            return out;
        }
    }
}

fn push_text(out: &mut Vec<TemplatePiece>, text: String, span: Span) {
    match out.last_mut() {
        Some(TemplatePiece::Text { text: before, span: at }) => {
            before.push_str(&text);
            *at = at.to(span);
        }
        _ => out.push(TemplatePiece::Text { text, span }),
    }
}

/// After an error inside a sequence: on to the end of the string, so that what follows it is read well.
fn skip_to_end(c: &mut Cursor) {
    let mut open = 0usize;
    loop {
        match c.raw().kind {
            TokenKind::End | TokenKind::Unterminated => return,
            TokenKind::OpenQuote | TokenKind::OpenHeredoc => open += 1,
            TokenKind::CloseQuote | TokenKind::CloseHeredoc if open == 0 => return,
            TokenKind::CloseQuote | TokenKind::CloseHeredoc => open -= 1,
            _ => {}
        }
        if c.take().kind == TokenKind::End {
            return;
        }
    }
}

/// Takes the `}` of a sequence; whether it was `~}`.
fn end_sequence(c: &mut Cursor, open: Token) -> bool {
    let token = c.peek();
    if token.kind == TokenKind::EndSequence {
        c.take();
        return c.text_of(token).starts_with('~');
    }
    if !c.failed {
        let (span, opened) = (c.span(token), c.span(open));
        c.error(span, "a `}` is needed to close this template sequence", None);
        if let Some(e) = c.errors.last_mut() {
            e.related = Some((opened, "opened here".into()));
        }
    }
    false
}

fn directive(c: &mut Cursor, open: Token) -> Option<TemplatePiece> {
    let start = c.span(open).start;
    let left = c.text_of(open).ends_with('~');
    let word = c.peek();
    let name = if word.kind == TokenKind::Ident { c.text_of(word) } else { "" };
    if !matches!(name, "if" | "else" | "endif" | "for" | "endfor") {
        let span = c.span(word);
        let help =
            "template directives are %{ if }, %{ else }, %{ endif }, %{ for } and %{ endfor }; write %%{ for the text";
        c.error(span, "this is not a template directive", Some(help));
        return None;
    }
    c.take();
    let (mut condition, mut head) = (None, None);
    match name {
        "if" => condition = Some(expression(c)),
        "for" => head = Some(Box::new(for_intro(c)?)),
        _ => {}
    }
    let right = end_sequence(c, open);
    let (trim, span) = (Trim { left, right }, c.span_from(start));
    Some(match (condition, head, name) {
        (Some(condition), _, _) => TemplatePiece::If { condition, trim, span },
        (_, Some(head), _) => TemplatePiece::For { head, trim, span },
        (_, _, "else") => TemplatePiece::Else { trim, span },
        (_, _, "endif") => TemplatePiece::EndIf { trim, span },
        _ => TemplatePiece::EndFor { trim, span },
    })
}

/// `<<-`: takes away the indentation that all lines share, as HCL counts it: after the trim markers have done their
/// work, so that a line whose line break was trimmed away does not start a new one. Lines of white space alone do not
/// count and keep what they have; a sequence at the start of a line has no indentation.
fn dedent(pieces: &mut [TemplatePiece]) {
    let mut least = usize::MAX;
    let mut starts = Vec::new();
    let mut line_start = true;
    for (i, piece) in pieces.iter().enumerate() {
        let TemplatePiece::Text { text, .. } = piece else {
            if line_start {
                least = 0;
            }
            line_start = false;
            continue;
        };
        let blank = text.ends_with('\n') && text.trim().is_empty();
        if line_start && !blank {
            least = least.min(leading(text));
            starts.push(i);
        }
        line_start = text.ends_with('\n');
    }
    for i in starts {
        if let Some(TemplatePiece::Text { text, .. }) = pieces.get_mut(i) {
            text.drain(..characters(text, least));
        }
    }
}

/// How many characters of white space a line starts with, of whatever width in bytes.
fn leading(line: &str) -> usize {
    let blanks = line.len() - line.trim_start().len();
    line.get(..blanks).unwrap_or("").graphemes(true).count()
}

/// The bytes of the first `count` characters as readers see them.
fn characters(line: &str, count: usize) -> usize {
    line.graphemes(true).take(count).map(str::len).sum()
}

/// Matches the directives and makes the expression.
fn finish(c: &mut Cursor, mut pieces: Vec<TemplatePiece>, span: Span) -> Expr {
    c.reach(c.height() + nesting(&pieces));
    if c.failed {
        return c.broken(span);
    }
    let single = matches!(pieces.as_slice(), [TemplatePiece::Value { .. }]);
    if single && let Some(TemplatePiece::Value { expr, .. }) = pieces.pop() {
        return Expr::new(ExprKind::Wrap(Box::new(expr)), span);
    }
    let mut rest = pieces.into_iter();
    let (mut parts, end) = group(c, &mut rest, 0);
    if let Some(stray) = end {
        c.error(stray, "this directive closes nothing", None);
    }
    if c.failed {
        return c.broken(span);
    }
    coalesce(&mut parts);
    match parts.as_slice() {
        [] => expr::literal("".into(), span),
        [TemplatePart::Text(text)] => expr::literal(text.clone(), span),
        _ => Expr::new(ExprKind::Template(parts), span),
    }
}

/// How deep the directives are nested.
fn nesting(pieces: &[TemplatePiece]) -> usize {
    let (mut open, mut most) = (0usize, 0);
    for piece in pieces {
        match piece {
            TemplatePiece::If { .. } | TemplatePiece::For { .. } => open += 1,
            TemplatePiece::EndIf { .. } | TemplatePiece::EndFor { .. } => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

/// Joins neighbouring texts and drops empty ones.
fn coalesce(parts: &mut Vec<TemplatePart>) {
    let mut out: Vec<TemplatePart> = Vec::with_capacity(parts.len());
    let mut text = String::new();
    for part in parts.drain(..) {
        match part {
            TemplatePart::Text(more) => text.push_str(&more),
            other => {
                if !text.is_empty() {
                    out.push(TemplatePart::Text(decode::nfc(&std::mem::take(&mut text))));
                }
                out.push(other);
            }
        }
    }
    if !text.is_empty() {
        out.push(TemplatePart::Text(decode::nfc(&text)));
    }
    *parts = out;
}

fn trim(pieces: &mut [TemplatePiece]) {
    for i in 0..pieces.len() {
        let Some(Trim { left, right }) = pieces.get(i).map(TemplatePiece::trim) else { continue };
        if left
            && i > 0
            && let Some(TemplatePiece::Text { text, .. }) = pieces.get_mut(i - 1)
        {
            text.truncate(text.trim_end_matches(char::is_whitespace).len());
        }
        if right && let Some(TemplatePiece::Text { text, .. }) = pieces.get_mut(i + 1) {
            *text = text.trim_start_matches(char::is_whitespace).to_string();
        }
    }
}

/// The parts up to a closing directive, and the place of that directive.
fn group(
    c: &mut Cursor,
    rest: &mut std::vec::IntoIter<TemplatePiece>,
    depth: usize,
) -> (Vec<TemplatePart>, Option<Span>) {
    let mut parts = Vec::new();
    while let Some(piece) = rest.next() {
        match piece {
            TemplatePiece::Text { text, .. } => parts.push(TemplatePart::Text(decode::nfc(&text))),
            TemplatePiece::Value { expr, .. } => parts.push(TemplatePart::Interpolation(expr)),
            TemplatePiece::If { span, .. } | TemplatePiece::For { span, .. } if depth >= NESTING => {
                c.too_deep(span, "this directive lies");
                return (parts, None);
            }
            TemplatePiece::If { condition, span, .. } => parts.extend(if_part(c, rest, condition, span, depth)),
            TemplatePiece::For { head, span, .. } => parts.extend(for_part(c, rest, *head, span, depth)),
            TemplatePiece::Else { span, .. }
            | TemplatePiece::EndIf { span, .. }
            | TemplatePiece::EndFor { span, .. } => {
                return (parts, Some(span));
            }
        }
        if c.failed {
            return (parts, None);
        }
    }
    (parts, None)
}

fn if_part(
    c: &mut Cursor,
    rest: &mut std::vec::IntoIter<TemplatePiece>,
    condition: Expr,
    span: Span,
    depth: usize,
) -> Option<TemplatePart> {
    let (mut yes, mut end) = group(c, rest, depth + 1);
    let mut no = Vec::new();
    if let Some(at) = end
        && word_at(c, at) == "else"
    {
        (no, end) = group(c, rest, depth + 1);
    }
    let close = end_directive(c, end, "endif", span)?;
    coalesce(&mut yes);
    coalesce(&mut no);
    Some(TemplatePart::If(Box::new(TemplateIf { condition, yes, no, span: span.to(close) })))
}

fn for_part(
    c: &mut Cursor,
    rest: &mut std::vec::IntoIter<TemplatePiece>,
    head: (Option<super::ast::Ident>, super::ast::Ident, Expr),
    span: Span,
    depth: usize,
) -> Option<TemplatePart> {
    let (mut body, end) = group(c, rest, depth + 1);
    let close = end_directive(c, end, "endfor", span)?;
    coalesce(&mut body);
    let (key, value, collection) = head;
    Some(TemplatePart::For(Box::new(TemplateFor { key, value, collection, body, span: span.to(close) })))
}

fn end_directive(c: &mut Cursor, end: Option<Span>, wanted: &str, open: Span) -> Option<Span> {
    match end {
        Some(at) if word_at(c, at) == wanted => Some(at),
        Some(at) => {
            c.error(at, format!("`%{{ {wanted} }}` is needed here"), None);
            None
        }
        None => {
            c.error(open, format!("this directive is never closed by `%{{ {wanted} }}`"), None);
            None
        }
    }
}

/// The word of a directive at a place.
fn word_at<'t>(c: &Cursor<'t>, at: Span) -> &'t str {
    let (from, to) = ((at.start - c.base) as usize, (at.end - c.base) as usize);
    let text = c.text.get(from..to).unwrap_or("");
    text.trim_matches(|ch: char| matches!(ch, '%' | '{' | '}' | '~') || ch.is_whitespace())
}
