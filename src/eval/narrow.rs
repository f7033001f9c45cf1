//! What the configuration itself says of a variable that nobody gave: bounds from its `validation` blocks.

use crate::address::Subject;
use crate::cty::value::{Data, Number, Refinement, Value};
use crate::module::VariableConfig;
use crate::syntax::ast::{Binary, BinaryOp, Block, Expr, ExprKind, UnaryOp};
use std::sync::Arc;

/// The bounds that all validations of a variable together set.
pub fn by_validations(name: &str, config: &VariableConfig) -> Refinement {
    let mut refinement = Refinement::default();
    for validation in config.block.body.blocks("validation") {
        if let Some(condition) = validation.body.attribute("condition") {
            narrow(name, &condition.expr, &mut refinement);
        }
    }
    refinement
}

fn narrow(name: &str, condition: &Expr, out: &mut Refinement) {
    match &condition.kind {
        ExprKind::Paren(inner) | ExprKind::Wrap(inner) => narrow(name, inner, out),
        ExprKind::Binary(b) if b.op == BinaryOp::And => {
            narrow(name, &b.left, out);
            narrow(name, &b.right, out);
        }
        ExprKind::Binary(b) => compare(name, b, out),
        ExprKind::Call(call) if &*call.name.name == "contains" => {
            if let [list, needle] = call.args.as_slice()
                && is_variable(name, needle)
                && let ExprKind::Tuple(items) = &list.kind
                && let Some(values) = items.iter().map(literal).collect::<Option<Vec<_>>>()
            {
                out.one_of = Some(Arc::new(values));
                out.not_null = true;
            }
        }
        _ => {}
    }
}

fn compare(name: &str, b: &Binary, out: &mut Refinement) {
    if let Some(length_of) = length_argument(&b.left)
        && is_variable(name, length_of)
        && let Some(bound) = literal(&b.right).and_then(|v| v.as_number().and_then(Number::to_i64))
    {
        return length(b.op, bound, out);
    }
    let (op, literal_side) = if is_variable(name, &b.left) {
        (b.op, &b.right)
    } else if is_variable(name, &b.right) {
        (mirrored(b.op), &b.left)
    } else {
        return;
    };
    if matches!(literal_side.kind, ExprKind::Null) {
        out.not_null |= op == BinaryOp::NotEq;
        return;
    }
    let Some(value) = literal(literal_side) else { return };
    let number = value.as_number().cloned();
    match (op, number) {
        (BinaryOp::Eq, _) => out.one_of = Some(Arc::new(vec![value])),
        (BinaryOp::Greater, Some(n)) => out.min = Some((n, false)),
        (BinaryOp::GreaterEq, Some(n)) => out.min = Some((n, true)),
        (BinaryOp::Less, Some(n)) => out.max = Some((n, false)),
        (BinaryOp::LessEq, Some(n)) => out.max = Some((n, true)),
        _ => return,
    }
    out.not_null = true;
}

fn length(op: BinaryOp, bound: i64, out: &mut Refinement) {
    let at_least = |n: i64| usize::try_from(n).ok();
    match op {
        BinaryOp::Greater => out.min_len = at_least(bound.saturating_add(1)),
        BinaryOp::GreaterEq => out.min_len = at_least(bound),
        BinaryOp::Less => out.max_len = at_least(bound.saturating_sub(1)),
        BinaryOp::LessEq => out.max_len = at_least(bound),
        BinaryOp::Eq => (out.min_len, out.max_len) = (at_least(bound), at_least(bound)),
        _ => return,
    }
    out.not_null = true;
}

fn length_argument(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Call(call) if &*call.name.name == "length" => call.args.first(),
        _ => None,
    }
}

fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessEq => BinaryOp::GreaterEq,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterEq => BinaryOp::LessEq,
        other => other,
    }
}

fn is_variable(name: &str, expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Paren(inner) => is_variable(name, inner),
        _ => matches!(Subject::of(expr, |_| false), Some(Subject::Variable(ident)) if &*ident.name == name),
    }
}

fn literal(expr: &Expr) -> Option<Value> {
    Some(match &expr.kind {
        ExprKind::Number(text) => Value::number(Number::parse(text)?),
        ExprKind::String(text) => Data::String(text.clone()).into(),
        ExprKind::Bool(b) => Value::bool(*b),
        ExprKind::Paren(inner) => literal(inner)?,
        ExprKind::Unary(UnaryOp::Negate, inner) => Value::number(literal(inner)?.as_number()?.neg()),
        _ => return None,
    })
}

/// Whether a block's expressions mention `var.name` anywhere.
pub fn mentions(block: &Block, name: &str) -> bool {
    let mut found = false;
    crate::syntax::visit::block(block, &mut |expr| found |= is_variable(name, expr));
    found
}
