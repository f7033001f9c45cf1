//! What follows a term: attributes, indexes, splats.

use super::ast::{Expr, ExprKind, Ident, Splat, SplatStep};
use super::cursor::Cursor;
use super::expr::{expression, missing_close};
use super::lexer::{Token, TokenKind};
use crate::base::budget::NESTING;
use crate::base::source::Span;

/// `object.name`, `object.0`, `object.*…`.
pub fn dot(c: &mut Cursor, object: Expr) -> Expr {
    let marker = c.take();
    let token = c.peek();
    match token.kind {
        TokenKind::Ident => {
            c.take();
            let name = Ident { name: c.text_of(token).into(), span: c.span(token) };
            let span = object.span.to(name.span);
            Expr::new(ExprKind::GetAttr(Box::new(object), name), span)
        }
        TokenKind::Number => match legacy_index(c) {
            Some(key) => {
                let span = object.span.to(key.span);
                Expr::new(ExprKind::Index(Box::new(object), Box::new(key)), span)
            }
            None => c.broken(object.span),
        },
        TokenKind::Star => {
            c.take();
            attribute_splat(c, object, marker)
        }
        _ => {
            let span = c.span(marker);
            c.error(span, "a name is needed after the dot", Some("name the attribute, as in `var.region`"));
            c.broken(object.span.to(span))
        }
    }
}

fn legacy_index(c: &mut Cursor) -> Option<Expr> {
    let token = c.take();
    let (text, span) = (c.text_of(token), c.span(token));
    if text.contains('.') {
        let message = format!("`.{text}` is not an index that HCL can read");
        c.error(span, message, Some("write indexes in square brackets, as in `list[0][1]`"));
        return None;
    }
    Some(Expr::new(ExprKind::Number(text.into()), span))
}

/// `.*` and the names and legacy indexes after it.
fn attribute_splat(c: &mut Cursor, object: Expr, marker: Token) -> Expr {
    let marker = Span::new(c.file, c.span(marker).start, c.last_end());
    let mut steps = Vec::new();
    while !c.failed && c.is(TokenKind::Dot) {
        c.reach(steps.len());
        c.take();
        let token = c.peek();
        match token.kind {
            TokenKind::Ident => {
                c.take();
                steps.push(SplatStep::Attr(Ident { name: c.text_of(token).into(), span: c.span(token) }));
            }
            TokenKind::Number => steps.extend(legacy_index(c).map(SplatStep::Index)),
            TokenKind::Star => {
                let span = c.span(token);
                c.error(span, "a `.*` cannot stand inside another one", Some("use `[*]` for nested lists"));
            }
            _ => {
                let span = c.span(token);
                c.error(span, "a name is needed after the dot", None);
            }
        }
    }
    let span = Span::new(c.file, object.span.start, c.last_end());
    Expr::new(ExprKind::Splat(Box::new(Splat { object, attribute_only: true, marker, steps })), span)
}

/// `object[key]`, `object[*]…`.
pub fn bracket(c: &mut Cursor, object: Expr) -> Expr {
    let open = c.take();
    if splat_marker(c) {
        let marker = Span::new(c.file, c.span(open).start, c.last_end());
        let steps = full_steps(c);
        let span = Span::new(c.file, object.span.start, c.last_end());
        return Expr::new(ExprKind::Splat(Box::new(Splat { object, attribute_only: false, marker, steps })), span);
    }
    match index_key(c, open) {
        Some(key) => {
            let span = Span::new(c.file, object.span.start, c.last_end());
            Expr::new(ExprKind::Index(Box::new(object), Box::new(key)), span)
        }
        None => c.broken(object.span),
    }
}

/// Takes `*]` after a `[`. The brackets of a splat are no brackets that make line breaks insignificant.
fn splat_marker(c: &mut Cursor) -> bool {
    let there = c.is(TokenKind::Star) && c.peek_second().kind == TokenKind::CloseBracket;
    if there {
        c.take();
        c.take();
    }
    there
}

/// The key between brackets, and the closing bracket.
fn index_key(c: &mut Cursor, open: Token) -> Option<Expr> {
    c.enter(false);
    let key = expression(c);
    let closed = !c.failed && c.eat(TokenKind::CloseBracket).is_some();
    if !closed && !c.failed {
        missing_close(c, open, "]");
    }
    c.leave();
    closed.then_some(key)
}

/// The steps after `[*]`: all that follows applies to each element.
fn full_steps(c: &mut Cursor) -> Vec<SplatStep> {
    let mut steps = Vec::new();
    while !c.failed {
        c.reach(steps.len());
        match c.peek().kind {
            TokenKind::Dot => {
                c.take();
                let token = c.peek();
                match token.kind {
                    TokenKind::Ident => {
                        c.take();
                        steps.push(SplatStep::Attr(Ident { name: c.text_of(token).into(), span: c.span(token) }));
                    }
                    TokenKind::Number => steps.extend(legacy_index(c).map(SplatStep::Index)),
                    TokenKind::Star => {
                        c.take();
                        steps.push(SplatStep::Splat(nested_steps(c)));
                        break;
                    }
                    _ => {
                        let span = c.span(token);
                        c.error(span, "a name is needed after the dot", None);
                    }
                }
            }
            TokenKind::OpenBracket => {
                let open = c.take();
                if splat_marker(c) {
                    steps.push(SplatStep::Splat(nested_steps(c)));
                    break;
                }
                steps.extend(index_key(c, open).map(SplatStep::Index));
            }
            _ => break,
        }
    }
    steps
}

fn nested_steps(c: &mut Cursor) -> Vec<SplatStep> {
    if c.depth >= NESTING {
        let token = c.peek();
        let span = c.span(token);
        c.too_deep(span, "this expression lies");
        return Vec::new();
    }
    c.depth += 1;
    let (steps, height) = c.measured(full_steps);
    c.depth -= 1;
    c.reach(height + 1);
    steps
}
