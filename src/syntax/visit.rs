//! Walks all expressions below a block, body or expression.

use crate::syntax::ast::{Block, Body, Expr, ExprKind, ObjectKey, SplatStep, TemplatePart};

/// Calls `visit` on every expression in a block, outer ones first.
pub fn block(block: &Block, visit: &mut dyn FnMut(&Expr)) {
    body(&block.body, visit);
}

/// Calls `visit` on every expression in a body, outer ones first.
pub fn body(b: &Body, visit: &mut dyn FnMut(&Expr)) {
    for attribute in &b.attributes {
        expr(&attribute.expr, visit);
    }
    for nested in &b.blocks {
        block(nested, visit);
    }
}

/// Calls `visit` on an expression and all below it, outer ones first.
pub fn expr(e: &Expr, visit: &mut dyn FnMut(&Expr)) {
    visit(e);
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || children(e, &mut |child| expr(child, visit)));
}

/// Calls `visit` on the expressions directly below an expression.
pub fn children<'e>(e: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    match &e.kind {
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::String(_)
        | ExprKind::Variable(_)
        | ExprKind::Error => {}
        ExprKind::Template(parts) => template(parts, visit),
        ExprKind::Wrap(inner) | ExprKind::Paren(inner) | ExprKind::GetAttr(inner, _) | ExprKind::Unary(_, inner) => {
            visit(inner);
        }
        ExprKind::Index(object, key) => {
            visit(object);
            visit(key);
        }
        ExprKind::Splat(s) => {
            visit(&s.object);
            for step in &s.steps {
                if let SplatStep::Index(key) = step {
                    visit(key);
                }
            }
        }
        ExprKind::Call(call) => call.args.iter().for_each(visit),
        ExprKind::Tuple(items) => items.iter().for_each(visit),
        ExprKind::Object(items) => {
            for item in items {
                if let ObjectKey::Expr(key) = &item.key {
                    visit(key);
                }
                visit(&item.value);
            }
        }
        ExprKind::For(f) => {
            visit(&f.collection);
            f.result_key.iter().for_each(&mut *visit);
            visit(&f.result);
            f.condition.iter().for_each(visit);
        }
        ExprKind::Conditional(c) => {
            visit(&c.condition);
            visit(&c.yes);
            visit(&c.no);
        }
        ExprKind::Binary(b) => {
            visit(&b.left);
            visit(&b.right);
        }
    }
}

fn template<'e>(parts: &'e [TemplatePart], visit: &mut dyn FnMut(&'e Expr)) {
    for part in parts {
        match part {
            TemplatePart::Text(_) => {}
            TemplatePart::Interpolation(e) => visit(e),
            TemplatePart::If(directive) => {
                visit(&directive.condition);
                template(&directive.yes, visit);
                template(&directive.no, visit);
            }
            TemplatePart::For(directive) => {
                visit(&directive.collection);
                template(&directive.body, visit);
            }
        }
    }
}

/// Whether an expression is a literal that needs no scope: no references and no calls.
pub fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => true,
        ExprKind::Tuple(items) => items.iter().all(is_constant),
        ExprKind::Object(items) => items.iter().all(|i| is_constant(&i.value)),
        ExprKind::Paren(e) | ExprKind::Wrap(e) | ExprKind::Unary(_, e) => is_constant(e),
        _ => false,
    }
}
