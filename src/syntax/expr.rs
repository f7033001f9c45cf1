//! Expressions: recursive descent over the operator levels of the HCL native syntax specification.

use super::ast::{Binary, BinaryOp, Call, Conditional, Expr, ExprKind, For, Ident, ObjectItem, ObjectKey, UnaryOp};
use super::cursor::{Cursor, describe};
use super::lexer::{Token, TokenKind};
use super::{template, traversal};
use crate::base::budget::NESTING;
use crate::base::source::Span;
use std::sync::Arc;

/// Parses an expression. After an error (reported) the result is an error node.
pub fn expression(c: &mut Cursor) -> Expr {
    if c.depth >= NESTING {
        let token = c.peek();
        let span = c.span(token);
        c.too_deep(span, "this expression lies");
        return c.broken(span);
    }
    c.depth += 1;
    let (expr, height) = stacker::maybe_grow(64 * 1024, 1024 * 1024, || c.measured(conditional));
    c.depth -= 1;
    c.reach(height + 1);
    expr
}

fn conditional(c: &mut Cursor) -> Expr {
    let condition = binary(c, 0);
    if c.failed || c.eat(TokenKind::Question).is_none() {
        return condition;
    }
    let yes = expression(c);
    if c.failed {
        return c.broken(condition.span);
    }
    if c.eat(TokenKind::Colon).is_none() {
        let token = c.peek();
        let span = c.span(token);
        let what = describe(token, c.text_of(token));
        c.error(span, format!("a `:` is needed in a conditional, not {what}"), Some("write `condition ? yes : no`"));
        return c.broken(condition.span);
    }
    let no = expression(c);
    let span = condition.span.to(no.span);
    Expr::new(ExprKind::Conditional(Box::new(Conditional { condition, yes, no })), span)
}

/// An operator with its level: the higher, the tighter it binds.
fn operator(kind: TokenKind) -> Option<(usize, BinaryOp)> {
    Some(match kind {
        TokenKind::Or => (0, BinaryOp::Or),
        TokenKind::And => (1, BinaryOp::And),
        TokenKind::EqualEqual => (2, BinaryOp::Eq),
        TokenKind::NotEqual => (2, BinaryOp::NotEq),
        TokenKind::Greater => (3, BinaryOp::Greater),
        TokenKind::GreaterEqual => (3, BinaryOp::GreaterEq),
        TokenKind::Less => (3, BinaryOp::Less),
        TokenKind::LessEqual => (3, BinaryOp::LessEq),
        TokenKind::Plus => (4, BinaryOp::Add),
        TokenKind::Minus => (4, BinaryOp::Sub),
        TokenKind::Star => (5, BinaryOp::Mul),
        TokenKind::Slash => (5, BinaryOp::Div),
        TokenKind::Percent => (5, BinaryOp::Mod),
        _ => return None,
    })
}

/// Operands with the operators between them that bind at least as tightly as this level (precedence climbing).
fn binary(c: &mut Cursor, loosest: usize) -> Expr {
    let (mut left, mut height) = c.measured(unary);
    while !c.failed {
        let Some((level, op)) = operator(c.peek().kind).filter(|(level, _)| *level >= loosest) else { break };
        c.take();
        let (right, other) = c.measured(|c| binary(c, level + 1));
        let span = left.span.to(right.span);
        left = Expr::new(ExprKind::Binary(Box::new(Binary { op, left, right })), span);
        height = height.max(other) + 1;
        c.reach(height);
    }
    c.reach(height);
    left
}

fn unary(c: &mut Cursor) -> Expr {
    let token = c.peek();
    let op = match token.kind {
        TokenKind::Not => UnaryOp::Not,
        TokenKind::Minus => UnaryOp::Negate,
        _ => return with_traversals(c),
    };
    let span = c.span(token);
    if c.depth >= NESTING {
        c.too_deep(span, "this expression lies");
        return c.broken(span);
    }
    c.take();
    c.depth += 1;
    let (operand, height) = stacker::maybe_grow(64 * 1024, 1024 * 1024, || c.measured(unary));
    c.depth -= 1;
    c.reach(height + 1);
    let span = span.to(operand.span);
    Expr::new(ExprKind::Unary(op, Box::new(operand)), span)
}

fn with_traversals(c: &mut Cursor) -> Expr {
    let (mut expr, mut height) = c.measured(term);
    while !c.failed {
        let (next, other) = match c.peek().kind {
            TokenKind::Dot => c.measured(|c| traversal::dot(c, expr)),
            TokenKind::OpenBracket => c.measured(|c| traversal::bracket(c, expr)),
            _ => break,
        };
        expr = next;
        height = height.max(other) + 1;
        c.reach(height);
    }
    c.reach(height);
    expr
}

/// Reports that a bracket is not closed where it should be.
pub fn missing_close(c: &mut Cursor, open: Token, close: &str) {
    let token = c.peek();
    let what = describe(token, c.text_of(token));
    let span = c.span(token);
    let opened = c.span(open);
    if !c.failed {
        c.error(span, format!("a `{close}` is needed here, not {what}"), None);
        if let Some(e) = c.errors.last_mut() {
            e.related = Some((opened, "opened here".into()));
        }
    }
}

fn term(c: &mut Cursor) -> Expr {
    let token = c.peek();
    let span = c.span(token);
    match token.kind {
        TokenKind::Number => {
            c.take();
            number(c, token)
        }
        TokenKind::Ident => {
            c.take();
            name_or_call(c, token)
        }
        TokenKind::OpenQuote => template::quoted(c),
        TokenKind::OpenHeredoc => template::heredoc(c),
        TokenKind::OpenParen => {
            c.take();
            c.enter(false);
            let inner = expression(c);
            if !c.failed && !c.is(TokenKind::CloseParen) {
                missing_close(c, token, ")");
            }
            close(c, TokenKind::CloseParen);
            let span = Span::new(c.file, span.start, c.last_end());
            Expr::new(ExprKind::Paren(Box::new(inner)), span)
        }
        TokenKind::OpenBracket => {
            c.take();
            tuple(c, token)
        }
        TokenKind::OpenBrace => {
            c.take();
            object(c, token)
        }
        _ => {
            let what = describe(token, c.text_of(token));
            let help = match token.kind {
                TokenKind::Newline => Some("the value must start on the same line"),
                _ => None,
            };
            let at = if token.kind == TokenKind::Newline { span.at_start() } else { span };
            c.error(at, format!("a value is needed here, not {what}"), help);
            c.broken(span.at_start())
        }
    }
}

/// Leaves a bracket and takes the token that closes it, if it is there.
fn close(c: &mut Cursor, kind: TokenKind) {
    let there = c.is(kind);
    c.leave();
    if there && !c.failed {
        c.take();
    }
}

fn number(c: &mut Cursor, token: Token) -> Expr {
    let (text, span) = (c.text_of(token), c.span(token));
    let dots = text.bytes().filter(|b| *b == b'.').count();
    let exponents = text.bytes().filter(|b| matches!(b, b'e' | b'E')).count();
    let late_dot = text.find(['e', 'E']).is_some_and(|e| text[e..].contains('.'));
    if dots > 1 || exponents > 1 || late_dot || text.contains("..") {
        c.error(span, format!("`{text}` is not a number"), None);
        return c.broken(span);
    }
    Expr::new(ExprKind::Number(text.into()), span)
}

fn name_or_call(c: &mut Cursor, token: Token) -> Expr {
    let span = c.span(token);
    let text = c.text_of(token);
    if matches!(c.peek().kind, TokenKind::OpenParen | TokenKind::DoubleColon) {
        return call(c, token);
    }
    let kind = match text {
        "null" => ExprKind::Null,
        "true" => ExprKind::Bool(true),
        "false" => ExprKind::Bool(false),
        name => ExprKind::Variable(name.into()),
    };
    Expr::new(kind, span)
}

fn call(c: &mut Cursor, first: Token) -> Expr {
    let start = c.span(first).start;
    let mut name = c.text_of(first).to_string();
    while c.eat(TokenKind::DoubleColon).is_some() {
        let token = c.peek();
        if token.kind != TokenKind::Ident {
            let span = c.span(token);
            c.error(span, "a function's name is needed after `::`", None);
            return c.broken(span);
        }
        c.take();
        name.push_str("::");
        name.push_str(c.text_of(token));
    }
    let name = Ident { name: name.into(), span: c.span_from(start) };
    let open = c.peek();
    if open.kind != TokenKind::OpenParen {
        let span = c.span(open);
        c.error(span, "a `(` is needed after a function's name", None);
        return c.broken(name.span);
    }
    c.take();
    c.enter(false);
    let (mut args, mut expand) = (Vec::new(), false);
    while !c.failed && !c.is(TokenKind::CloseParen) {
        args.push(expression(c));
        if c.failed {
            break;
        }
        if c.eat(TokenKind::Ellipsis).is_some() {
            expand = true;
            c.eat(TokenKind::Comma);
            if !c.is(TokenKind::CloseParen) {
                missing_close(c, open, ")");
            }
            break;
        }
        if c.eat(TokenKind::Comma).is_none() {
            if !c.is(TokenKind::CloseParen) {
                missing_close(c, open, ")");
            }
            break;
        }
    }
    close(c, TokenKind::CloseParen);
    let span = c.span_from(start);
    Expr::new(ExprKind::Call(Box::new(Call { name, args, expand })), span)
}

fn tuple(c: &mut Cursor, open: Token) -> Expr {
    let start = c.span(open).start;
    c.enter(false);
    if c.is_word("for") {
        return for_expr(c, open, TokenKind::CloseBracket);
    }
    let mut items = Vec::new();
    while !c.failed && !c.is(TokenKind::CloseBracket) {
        items.push(expression(c));
        if c.failed {
            break;
        }
        if c.eat(TokenKind::Comma).is_none() {
            if !c.is(TokenKind::CloseBracket) {
                missing_close(c, open, "]");
            }
            break;
        }
    }
    close(c, TokenKind::CloseBracket);
    Expr::new(ExprKind::Tuple(items), c.span_from(start))
}

fn object(c: &mut Cursor, open: Token) -> Expr {
    let start = c.span(open).start;
    c.enter(false);
    if c.is_word("for") {
        return for_expr(c, open, TokenKind::CloseBrace);
    }
    c.leave();
    c.enter(true);
    let mut items = Vec::new();
    loop {
        while c.eat(TokenKind::Newline).is_some() {}
        if c.failed || c.is(TokenKind::CloseBrace) {
            break;
        }
        match object_item(c, open) {
            Some(item) => items.push(item),
            None => break,
        }
        if !matches!(c.peek().kind, TokenKind::Comma | TokenKind::Newline | TokenKind::CloseBrace) {
            let token = c.peek();
            let span = c.span(token);
            let what = describe(token, c.text_of(token));
            c.error(span, format!("a comma or a new line is needed between the items of an object, not {what}"), None);
            break;
        }
        c.eat(TokenKind::Comma);
    }
    close(c, TokenKind::CloseBrace);
    Expr::new(ExprKind::Object(items), c.span_from(start))
}

fn object_item(c: &mut Cursor, open: Token) -> Option<ObjectItem> {
    let key = expression(c);
    if c.failed {
        return None;
    }
    let key = match key.kind {
        ExprKind::Variable(name) => ObjectKey::Name(Ident { name, span: key.span }),
        ExprKind::Null => ObjectKey::Name(Ident { name: "null".into(), span: key.span }),
        ExprKind::Bool(b) => ObjectKey::Name(Ident { name: b.to_string().into(), span: key.span }),
        _ => ObjectKey::Expr(key),
    };
    if c.eat(TokenKind::Equal).is_none() && c.eat(TokenKind::Colon).is_none() {
        let token = c.peek();
        let span = c.span(token);
        let what = describe(token, c.text_of(token));
        let opened = c.span(open);
        c.error(span, format!("an `=` or `:` is needed after an object's key, not {what}"), None);
        if let Some(e) = c.errors.last_mut() {
            e.related = Some((opened, "the object starts here".into()));
        }
        return None;
    }
    let value = expression(c);
    (!c.failed).then_some(ObjectItem { key, value })
}

/// `for …` up to the closing bracket; line breaks are insignificant already.
fn for_expr(c: &mut Cursor, open: Token, closing: TokenKind) -> Expr {
    let start = c.span(open).start;
    c.take();
    let parsed = for_parts(c, closing);
    if parsed.is_some() && !c.is(closing) {
        missing_close(c, open, if closing == TokenKind::CloseBrace { "}" } else { "]" });
    }
    close(c, closing);
    let span = c.span_from(start);
    match parsed {
        Some(f) => Expr::new(ExprKind::For(Box::new(f)), span),
        None => c.broken(span),
    }
}

/// `key, value in collection` of a `for`, after the word itself.
pub fn for_intro(c: &mut Cursor) -> Option<(Option<Ident>, Ident, Expr)> {
    let first = for_name(c)?;
    let (key, value) = match c.eat(TokenKind::Comma) {
        Some(_) => (Some(first), for_name(c)?),
        None => (None, first),
    };
    if !c.is_word("in") {
        let token = c.peek();
        let span = c.span(token);
        c.error(span, "`in` is needed after the names of a `for`", Some("write `for value in collection`"));
        return None;
    }
    c.take();
    let collection = expression(c);
    (!c.failed).then_some((key, value, collection))
}

fn for_name(c: &mut Cursor) -> Option<Ident> {
    let token = c.peek();
    if token.kind != TokenKind::Ident {
        let span = c.span(token);
        c.error(span, "a name is needed in this `for`", Some("write `for value in collection`"));
        return None;
    }
    c.take();
    Some(Ident { name: c.text_of(token).into(), span: c.span(token) })
}

fn for_parts(c: &mut Cursor, closing: TokenKind) -> Option<For> {
    let (key, value, collection) = for_intro(c)?;
    if c.eat(TokenKind::Colon).is_none() {
        let token = c.peek();
        let span = c.span(token);
        c.error(span, "a `:` is needed after the collection of a `for`", None);
        return None;
    }
    let mut result = expression(c);
    let mut result_key = None;
    if !c.failed && c.is(TokenKind::Arrow) {
        let token = c.take();
        if closing == TokenKind::CloseBracket {
            let span = c.span(token);
            c.error(span, "a `for` in square brackets has no keys", Some("use braces for `key => value`"));
            return None;
        }
        result_key = Some(std::mem::replace(&mut result, expression(c)));
    } else if !c.failed && closing == TokenKind::CloseBrace {
        let token = c.peek();
        let span = c.span(token);
        c.error(span, "a `for` in braces needs `key => value`", None);
        return None;
    }
    let ellipsis = if c.failed { None } else { c.eat(TokenKind::Ellipsis) };
    if let (Some(token), TokenKind::CloseBracket) = (ellipsis, closing) {
        let span = c.span(token);
        c.error(span, "`...` groups the values of one key: it needs `key => value` in braces", None);
        return None;
    }
    let mut condition = None;
    if !c.failed && c.is_word("if") {
        c.take();
        condition = Some(expression(c));
    }
    let group = ellipsis.is_some();
    (!c.failed).then_some(For { key, value, collection, result_key, result, group, condition })
}

/// A string's text as an expression.
pub fn literal(text: Arc<str>, span: Span) -> Expr {
    Expr::new(ExprKind::String(text), span)
}
