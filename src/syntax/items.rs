//! Bodies, attributes and blocks.

use super::ast::{Attribute, Block, BlockLabel, Body, Ident};
use super::cursor::{Cursor, describe};
use super::lexer::TokenKind;
use super::{decode, expr};
use crate::base::budget::NESTING;
use crate::base::source::Span;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Parses the items up to the end of the file, or up to the `}` that closes the block.
pub fn body(c: &mut Cursor, indent: Option<usize>) -> Body {
    let start = c.last_end();
    let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span: c.span_from(start), json: false };
    let mut seen: FxHashMap<Arc<str>, Span> = FxHashMap::default();
    // Where the item before begins, if it is broken.
    let mut broken: Option<usize> = None;
    loop {
        let token = c.peek();
        match token.kind {
            TokenKind::Newline => {
                c.take();
            }
            TokenKind::End => break,
            TokenKind::CloseBrace if closes_item(c, broken, indent) => {
                c.take();
                broken = None;
            }
            TokenKind::CloseBrace if indent.is_some() => break,
            _ if broken.is_some_and(|column| goes_on(c, column)) => {
                let level = c.level();
                c.failed = true;
                c.recover(level, broken.unwrap_or_default());
            }
            TokenKind::Ident => {
                // A name at the start of a line inside a nested block, where the block's own `}` is missing.
                if c.recovering && indent.is_some() && c.column(token) == 0 && starts_top_level(c) {
                    break;
                }
                let column = c.column(token);
                c.failed = false;
                item(c, &mut body, &mut seen);
                broken = c.failed.then_some(column);
            }
            _ => {
                let column = c.column(token);
                c.failed = false;
                unexpected(c);
                broken = c.failed.then_some(column);
            }
        }
    }
    body.span = Span::new(c.file, start, c.span(c.raw()).start.max(start));
    body
}

/// Whether a `}` closes what the broken item before it opened: it stands below the item's beginning, and further in than the
/// block around both.
fn closes_item(c: &mut Cursor, broken: Option<usize>, around: Option<usize>) -> bool {
    let token = c.peek();
    let column = c.column(token);
    broken == Some(column) && around.is_none_or(|around| column > around)
}

/// Whether a line goes on with the broken item before it, which begins at this column: it stands deeper and is no item itself,
/// or closes what that opened. One error is enough for both.
fn goes_on(c: &mut Cursor, column: usize) -> bool {
    use TokenKind::{CloseBrace, CloseBracket, CloseParen, Equal, Ident, OpenBrace, OpenQuote};
    let token = c.peek();
    match token.kind {
        CloseBrace => false,
        CloseBracket | CloseParen => true,
        Ident => c.column(token) > column && !matches!(c.peek_second().kind, Equal | OpenBrace | OpenQuote | Ident),
        _ => c.column(token) > column,
    }
}

fn starts_top_level(c: &mut Cursor) -> bool {
    const KINDS: [&str; 13] = [
        "resource",
        "data",
        "variable",
        "output",
        "module",
        "locals",
        "provider",
        "terraform",
        "moved",
        "import",
        "removed",
        "check",
        "ephemeral",
    ];
    let token = c.peek();
    let next = c.peek_second().kind;
    KINDS.contains(&c.text_of(token)) && matches!(next, TokenKind::OpenQuote | TokenKind::OpenBrace)
}

fn unexpected(c: &mut Cursor) {
    let token = c.peek();
    let (span, level, indent) = (c.span(token), c.level(), c.column(token));
    let what = describe(token, c.text_of(token));
    let message = match token.kind {
        TokenKind::CloseBrace => "this `}` closes nothing".to_string(),
        TokenKind::OpenQuote => "an argument or block cannot start with a quote".to_string(),
        _ => format!("an argument or a block is needed here, not {what}"),
    };
    let help = match token.kind {
        TokenKind::OpenQuote => Some("names of arguments are written without quotes"),
        TokenKind::CloseBrace => Some("remove it, or add the `{` that it belongs to"),
        _ => None,
    };
    c.error(span, message, help);
    if token.kind == TokenKind::CloseBrace {
        c.take();
    } else {
        c.take();
        c.recover(level, indent);
    }
}

fn item(c: &mut Cursor, body: &mut Body, seen: &mut FxHashMap<Arc<str>, Span>) {
    let indent = {
        let token = c.peek();
        c.column(token)
    };
    let level = c.level();
    let name = c.take();
    let ident = Ident { name: c.text_of(name).into(), span: c.span(name) };
    match c.peek().kind {
        TokenKind::Equal => {
            c.take();
            let attribute = attribute(c, ident);
            if let Some(first) = seen.get(&attribute.name.name) {
                let first = *first;
                c.failed = false;
                let message = format!("the argument `{}` is set twice in this block", attribute.name.name);
                c.error(attribute.name.span, message, Some("remove one of them"));
                if let Some(e) = c.errors.last_mut() {
                    e.related = Some((first, "first set here".into()));
                }
                c.failed = false;
            } else {
                seen.insert(attribute.name.name.clone(), attribute.name.span);
            }
            body.attributes.push(attribute);
            end_of_item(c, level, indent);
        }
        TokenKind::OpenQuote | TokenKind::OpenBrace | TokenKind::Ident => {
            if let Some(block) = block(c, ident, level, indent) {
                body.blocks.push(block);
            }
        }
        _ => {
            let token = c.peek();
            let what = describe(token, c.text_of(token));
            let message = format!("after `{}` an `=` or a `{{` is needed, not {what}", ident.name);
            c.error(ident.span, message, Some("write `name = value` for an argument, or `name {` for a block"));
            c.recover(level, indent);
        }
    }
}

/// The `}` of a block of several lines stands behind its last item. It still closes the block.
fn brace_on_same_line(c: &mut Cursor) {
    let token = c.peek();
    let span = c.span(token);
    c.error(
        span,
        "the `}` of a block of several lines needs a line of its own",
        Some("start a new line before the `}`"),
    );
}

fn attribute(c: &mut Cursor, name: Ident) -> Attribute {
    let expr = expr::expression(c);
    let span = name.span.to(expr.span);
    Attribute { name, expr: Arc::new(expr), span }
}

/// After an argument or block: a line break, the end of the file, or the `}` of a block on one line.
fn end_of_item(c: &mut Cursor, level: usize, indent: usize) {
    if c.failed {
        return c.recover(level, indent);
    }
    let token = c.peek();
    match token.kind {
        TokenKind::Newline => {
            c.take();
        }
        TokenKind::CloseBrace if c.depth > 0 => brace_on_same_line(c),
        TokenKind::End | TokenKind::CloseBrace => {}
        _ => {
            let what = describe(token, c.text_of(token));
            let span = c.span(token);
            c.error(span, format!("the line must end here, but {what} follows"), Some("start a new line"));
            c.recover(level, indent);
        }
    }
}

fn block(c: &mut Cursor, kind: Ident, level: usize, indent: usize) -> Option<Block> {
    let mut labels = Vec::new();
    loop {
        let token = c.peek();
        match token.kind {
            TokenKind::OpenBrace => break,
            TokenKind::Ident => {
                c.take();
                labels.push(BlockLabel { text: c.text_of(token).into(), span: c.span(token) });
            }
            TokenKind::OpenQuote => labels.push(label(c)?),
            _ => {
                let what = describe(token, c.text_of(token));
                let span = c.span(token);
                let message = format!("a `{{` is needed to open the block `{}`, not {what}", kind.name);
                c.error(span, message, None);
                c.recover(level, indent);
                return None;
            }
        }
        if c.failed {
            c.recover(level, indent);
            return None;
        }
    }
    let header = kind.span.to(labels.last().map_or(kind.span, |l| l.span));
    let open = c.take();
    if c.depth >= NESTING {
        let span = c.span(open);
        c.too_deep(span, "this block lies");
        c.skip_braces();
        return None;
    }
    c.depth += 1;
    c.enter(true);
    let one_line = !matches!(c.peek().kind, TokenKind::Newline);
    let inner = stacker::maybe_grow(64 * 1024, 1024 * 1024, || match one_line {
        true => one_line_body(c, level, indent),
        false => body(c, Some(indent)),
    });
    c.leave_to(level);
    c.depth -= 1;
    let close = c.peek();
    if close.kind == TokenKind::CloseBrace {
        c.take();
    } else if !c.failed {
        let span = c.span(open);
        c.error(span, format!("this `{{` of the block `{}` is never closed", kind.name), Some("add the missing `}`"));
    }
    // A block that is not closed goes as far as what is in it.
    let span = Span::new(c.file, header.start, c.last_end().max(inner.span.end));
    if close.kind == TokenKind::CloseBrace {
        end_of_block(c, level, indent);
    }
    Some(Block { kind, labels, body: inner, header, span })
}

fn end_of_block(c: &mut Cursor, level: usize, indent: usize) {
    let token = c.peek();
    match token.kind {
        TokenKind::Newline => {
            c.take();
        }
        TokenKind::CloseBrace if c.depth > 0 => brace_on_same_line(c),
        TokenKind::End | TokenKind::CloseBrace => {}
        _ => {
            c.failed = false;
            let span = c.span(token);
            c.error(span, "a new line is needed after a block", None);
            c.recover(level, indent);
        }
    }
}

/// `{}` and `{ name = value }`.
fn one_line_body(c: &mut Cursor, level: usize, indent: usize) -> Body {
    let start = c.last_end();
    let mut out = Body { attributes: Vec::new(), blocks: Vec::new(), span: c.span_from(start), json: false };
    match c.peek().kind {
        TokenKind::CloseBrace | TokenKind::End => {}
        TokenKind::Ident if c.peek_second().kind == TokenKind::Equal => {
            let token = c.take();
            let name = Ident { name: c.text_of(token).into(), span: c.span(token) };
            c.take();
            out.attributes.push(attribute(c, name));
            let next = c.peek();
            if !c.failed && !matches!(next.kind, TokenKind::CloseBrace) {
                let span = c.span(next);
                let help = "write one argument a line, and the closing brace on a line of its own";
                c.error(span, "a block on one line holds one argument only", Some(help));
            }
            if c.failed {
                rest_of_block(c, level, indent, &mut out);
            }
        }
        _ => {
            let token = c.peek();
            let span = c.span(token);
            let help = "start a new line after the `{`";
            c.error(span, "a block on one line holds at most one argument", Some(help));
            rest_of_block(c, level, indent, &mut out);
        }
    }
    out.span = Span::new(c.file, start, c.span(c.raw()).start.max(start));
    out
}

/// After an error on a block's first line: what can still be read of its body.
fn rest_of_block(c: &mut Cursor, level: usize, indent: usize, out: &mut Body) {
    c.recover(level + 1, indent);
    if c.is(TokenKind::Newline) {
        let rest = body(c, Some(indent));
        out.attributes.extend(rest.attributes);
        out.blocks.extend(rest.blocks);
        c.failed = true;
    }
}

fn label(c: &mut Cursor) -> Option<BlockLabel> {
    let open = c.take();
    let start = c.span(open).start;
    let mut text = String::new();
    loop {
        let token = c.take();
        match token.kind {
            TokenKind::Text => text.push_str(&decode::escapes(c, token)),
            TokenKind::CloseQuote => break,
            TokenKind::Interpolation | TokenKind::Directive => {
                let span = c.span(token);
                c.error(span, "a label cannot be computed", Some("labels are plain text in quotes"));
                return Some(BlockLabel { text: text.into(), span: c.span_from(start) });
            }
            _ => {
                let span = c.span_from(start);
                c.error(span, "this label is not closed on its line", Some("add the missing quote"));
                return Some(BlockLabel { text: text.into(), span });
            }
        }
    }
    Some(BlockLabel { text: decode::nfc(&text), span: c.span_from(start) })
}
