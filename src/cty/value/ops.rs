//! Operators on values, with Terraform's conversions and three-valued equality.

use super::{Data, MapEntries, Marks, Number, Reasons, Refinement, Type, Value, convert};
use crate::syntax::ast::{BinaryOp, UnaryOp};
use std::cmp::Ordering;
use std::fmt;

/// Which operand is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

/// Why an operator cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpError {
    /// The operand to blame, if one alone is.
    pub operand: Option<Operand>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for OpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for OpError {}

fn fail(operand: Option<Operand>, message: impl Into<String>) -> OpError {
    OpError { operand, message: message.into() }
}

/// Applies a unary operator.
///
/// # Errors
/// A null operand, or one that does not convert.
pub fn unary(op: UnaryOp, value: &Value) -> Result<Value, OpError> {
    let ty = if op == UnaryOp::Not { Type::Bool } else { Type::Number };
    let operand = prepare(value, &ty, None)?;
    let data = match (&operand.data, op) {
        (Data::Bool(b), _) => Data::Bool(!b),
        (Data::Number(n), _) => Data::Number(n.neg()),
        (Data::Unknown(u), UnaryOp::Negate) => {
            let flip = |bound: &Option<NumberBound>| bound.as_ref().map(|(n, closed)| (n.neg(), *closed));
            let (min, max) = (flip(&u.refinement.max), flip(&u.refinement.min));
            let refinement = Refinement { not_null: true, min, max, ..Refinement::default() };
            return Ok(Value::unknown_refined(ty, u.reasons.clone(), refinement).mark(operand.marks));
        }
        (Data::Unknown(u), UnaryOp::Not) => return Ok(undecided(u.reasons.clone()).mark(operand.marks)),
        _ => return Err(fail(None, "the operand has no value")),
    };
    Ok(Value { data, marks: operand.marks })
}

fn prepare(value: &Value, ty: &Type, operand: Option<Operand>) -> Result<Value, OpError> {
    if value.is_null() {
        return Err(fail(operand, "the operand is null"));
    }
    convert(value, ty).map_err(|e| fail(operand, format!("unsuitable operand: {e}")))
}

/// Applies a binary operator to evaluated operands.
///
/// # Errors
/// A null operand, or one that does not convert.
pub fn binary(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, OpError> {
    match op {
        BinaryOp::Eq => return Ok(equals(left, right)),
        BinaryOp::NotEq => return unary(UnaryOp::Not, &equals(left, right)),
        _ => {}
    }
    let ty = if matches!(op, BinaryOp::And | BinaryOp::Or) { Type::Bool } else { Type::Number };
    let left = prepare(left, &ty, Some(Operand::Left))?;
    let right = prepare(right, &ty, Some(Operand::Right))?;
    let marks = left.marks.union(right.marks);
    let result = match (&left.data, &right.data) {
        (Data::Bool(a), Data::Bool(b)) => Value::bool(if op == BinaryOp::And { *a && *b } else { *a || *b }),
        (Data::Number(a), Data::Number(b)) => numbers(op, a, b)?,
        _ if ty == Type::Bool => logic(op, &left, &right),
        _ => ranges(op, &left, &right),
    };
    Ok(result.mark(marks))
}

fn numbers(op: BinaryOp, a: &Number, b: &Number) -> Result<Value, OpError> {
    Ok(match op {
        BinaryOp::Add => Value::number(a.add(b)),
        BinaryOp::Sub => Value::number(a.sub(b)),
        BinaryOp::Mul => Value::number(a.mul(b)),
        // Terraform divides by zero: the result is infinite, and a remainder is the left operand.
        BinaryOp::Div => {
            Value::number(a.div(b).ok_or_else(|| fail(None, "zero by zero, or infinity by infinity, has no quotient"))?)
        }
        BinaryOp::Mod => Value::number(a.rem(b).ok_or_else(|| fail(None, "zero and infinity have no remainder"))?),
        BinaryOp::Less => Value::bool(a < b),
        BinaryOp::LessEq => Value::bool(a <= b),
        BinaryOp::Greater => Value::bool(a > b),
        BinaryOp::GreaterEq => Value::bool(a >= b),
        BinaryOp::And | BinaryOp::Or | BinaryOp::Eq | BinaryOp::NotEq => return Err(fail(None, "not for numbers")),
    })
}

fn reasons(left: &Value, right: &Value) -> Reasons {
    left.collect_reasons().union(&right.collect_reasons())
}

/// `&&` and `||` with an unknown operand: decided where the known one decides.
fn logic(op: BinaryOp, left: &Value, right: &Value) -> Value {
    let decides = op == BinaryOp::Or;
    if left.as_bool() == Some(decides) || right.as_bool() == Some(decides) {
        return Value::bool(decides);
    }
    undecided(reasons(left, right))
}

/// A truth that is not known, but is certainly not null.
fn undecided(why: Reasons) -> Value {
    Value::unknown_refined(Type::Bool, why, Refinement { not_null: true, ..Refinement::default() })
}

/// A number, and whether it is possible itself.
type NumberBound = (Number, bool);

/// The least and greatest possible value of a number, and whether these are possible themselves.
pub(super) fn bounds(value: &Value) -> (Option<NumberBound>, Option<NumberBound>) {
    match &value.data {
        Data::Number(n) => (Some((n.clone(), true)), Some((n.clone(), true))),
        Data::Unknown(u) => match &u.refinement.one_of {
            Some(values) => {
                let numbers: Option<Vec<Number>> = values.iter().map(|v| v.as_number().cloned()).collect();
                let numbers = numbers.unwrap_or_default();
                let closed = |n: Option<&Number>| n.map(|n| (n.clone(), true));
                (closed(numbers.iter().min()), closed(numbers.iter().max()))
            }
            None => (u.refinement.min.clone(), u.refinement.max.clone()),
        },
        _ => (None, None),
    }
}

fn ranges(op: BinaryOp, left: &Value, right: &Value) -> Value {
    let ((left_min, left_max), (right_min, right_max)) = (bounds(left), bounds(right));
    let why = reasons(left, right);
    let below = |max: &Option<NumberBound>, min: &Option<NumberBound>, or_equal: bool| match (max, min) {
        (Some((a, a_closed)), Some((b, b_closed))) => match a.cmp(b) {
            Ordering::Less => true,
            Ordering::Equal => or_equal || !(*a_closed && *b_closed),
            Ordering::Greater => false,
        },
        _ => false,
    };
    let compare = |or_equal: bool, yes: (&_, &_), no: (&_, &_)| {
        if below(yes.0, yes.1, or_equal) {
            Value::bool(true)
        } else if below(no.0, no.1, !or_equal) {
            Value::bool(false)
        } else {
            undecided(why.clone())
        }
    };
    match op {
        BinaryOp::Less => compare(false, (&left_max, &right_min), (&right_max, &left_min)),
        BinaryOp::LessEq => compare(true, (&left_max, &right_min), (&right_max, &left_min)),
        BinaryOp::Greater => compare(false, (&right_max, &left_min), (&left_max, &right_min)),
        BinaryOp::GreaterEq => compare(true, (&right_max, &left_min), (&left_max, &right_min)),
        BinaryOp::Add | BinaryOp::Sub => {
            let join = |a: &Option<NumberBound>, b: &Option<NumberBound>| match (a, b) {
                (Some((a, x)), Some((b, y))) => Some((if op == BinaryOp::Add { a.add(b) } else { a.sub(b) }, *x && *y)),
                _ => None,
            };
            let (min, max) = match op {
                BinaryOp::Add => (join(&left_min, &right_min), join(&left_max, &right_max)),
                _ => (join(&left_min, &right_max), join(&left_max, &right_min)),
            };
            number_between(why, min, max)
        }
        BinaryOp::Mul => {
            let (factor, (min, max)) = match (left.as_number(), right.as_number()) {
                (Some(factor), _) => (factor, (right_min, right_max)),
                (_, Some(factor)) => (factor, (left_min, left_max)),
                _ => return number_between(why, None, None),
            };
            let scale = |b: Option<NumberBound>| b.map(|(n, closed)| (n.mul(factor), closed));
            match factor.signum() {
                1 => number_between(why, scale(min), scale(max)),
                -1 => number_between(why, scale(max), scale(min)),
                _ => number_between(why, None, None),
            }
        }
        _ => number_between(why, None, None),
    }
}

fn number_between(why: Reasons, min: Option<NumberBound>, max: Option<NumberBound>) -> Value {
    Value::unknown_refined(Type::Number, why, Refinement { not_null: true, min, max, ..Refinement::default() })
}

/// Equality as `==` has it: nothing is converted, and values of different types are not equal.
pub fn equals(left: &Value, right: &Value) -> Value {
    let marks = left.deep_marks().union(right.deep_marks());
    equality(left, right).mark(marks)
}

/// The same where one of them is null, as newer versions have it: marks of parts do not count.
pub fn is_null_as(left: &Value, right: &Value) -> Value {
    equality(left, right).mark(left.marks.union(right.marks))
}

fn equality(left: &Value, right: &Value) -> Value {
    let undecided = || undecided(reasons(left, right));
    match (&left.data, &right.data) {
        (Data::Null(_), Data::Null(_)) => Value::bool(true),
        (Data::Unknown(_), Data::Unknown(_)) => undecided(),
        (Data::Unknown(u), Data::Null(_)) | (Data::Null(_), Data::Unknown(u)) => match u.refinement.not_null {
            true => Value::bool(false),
            false => undecided(),
        },
        (Data::Unknown(u), other) | (other, Data::Unknown(u)) => {
            // The other one is known and not null: were this one null, they would differ all the same.
            let known = if left.is_known() { left } else { right };
            let of_another_type = match u.ty.has_any() {
                true => !u.ty.may_equal(&known.ty()),
                false => !known.is_of(&u.ty) && !has_open_type(known),
            };
            if of_another_type || other_length(u.refinement.min_len, u.refinement.max_len, known) {
                return Value::bool(false);
            }
            if let (Data::String(text), Some(prefix)) = (other, &u.refinement.prefix)
                && !text.starts_with(&**prefix)
            {
                return Value::bool(false);
            }
            if let Some(values) = &u.refinement.one_of {
                let other = Value { data: other.clone(), marks: Marks::NONE };
                if values.iter().all(|v| v.is_known() && equality(v, &other).as_bool() == Some(false)) {
                    return Value::bool(false);
                }
            }
            if outside(u.refinement.min.as_ref(), u.refinement.max.as_ref(), other) {
                return Value::bool(false);
            }
            undecided()
        }
        (Data::Null(_), _) | (_, Data::Null(_)) => Value::bool(false),
        (Data::Bool(a), Data::Bool(b)) => Value::bool(a == b),
        (Data::Number(a), Data::Number(b)) => Value::bool(a == b),
        (Data::String(a), Data::String(b)) => Value::bool(a == b),
        _ if differ_in_type(left, right) => Value::bool(false),
        (Data::List(_, a), Data::List(_, b)) => sequences(a, b, left, right),
        (Data::Set(_, a), Data::Set(_, b)) => match a.iter().chain(b.iter()).all(Value::is_wholly_known) {
            true => sequences(a, b, left, right),
            false => undecided(),
        },
        (Data::Tuple(a), Data::Tuple(b)) => sequences(a, b, left, right),
        (Data::Map(_, a), Data::Map(_, b)) => mappings(a, b, left, right),
        (Data::Object(a), Data::Object(b)) => mappings(a, b, left, right),
        _ => Value::bool(false),
    }
}

/// Whether the types rule out that two known values are equal.
fn differ_in_type(left: &Value, right: &Value) -> bool {
    let (a, b) = (left.ty(), right.ty());
    a != b && (!a.may_equal(&b) || !has_open_type(left) && !has_open_type(right))
}

/// Whether anything in the value is of a type that is not known yet. A null without a type is not: it stays one.
fn has_open_type(value: &Value) -> bool {
    match &value.data {
        Data::Unknown(u) => u.ty.has_any(),
        Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => items.iter().any(has_open_type),
        Data::Map(_, entries) | Data::Object(entries) => entries.values().any(has_open_type),
        _ => false,
    }
}

/// Whether a known collection has fewer or more elements than an unknown one can have.
fn other_length(min: Option<usize>, max: Option<usize>, known: &Value) -> bool {
    let count = match &known.data {
        // Elements of a set that are not known may turn out to be one.
        Data::Set(..) if !known.is_wholly_known() => None,
        Data::List(_, items) | Data::Set(_, items) => Some(items.len()),
        Data::Map(_, entries) => Some(entries.len()),
        _ => None,
    };
    count.is_some_and(|n| min.is_some_and(|min| n < min) || max.is_some_and(|max| n > max))
}

fn outside(min: Option<&NumberBound>, max: Option<&NumberBound>, other: &Data) -> bool {
    let Data::Number(n) = other else { return false };
    let under = min.is_some_and(|(least, closed)| n < least || n == least && !closed);
    let over = max.is_some_and(|(most, closed)| n > most || n == most && !closed);
    under || over
}

fn sequences(a: &[Value], b: &[Value], left: &Value, right: &Value) -> Value {
    if a.len() != b.len() {
        return Value::bool(false);
    }
    all_equal(a.iter().zip(b), left, right)
}

fn mappings(a: &MapEntries, b: &MapEntries, left: &Value, right: &Value) -> Value {
    if a.len() != b.len() || !a.keys().eq(b.keys()) {
        return Value::bool(false);
    }
    all_equal(a.values().zip(b.values()), left, right)
}

fn all_equal<'v>(pairs: impl Iterator<Item = (&'v Value, &'v Value)>, left: &Value, right: &Value) -> Value {
    let mut known = true;
    for (a, b) in pairs {
        match equality(a, b).as_bool() {
            Some(true) => {}
            Some(false) => return Value::bool(false),
            None => known = false,
        }
    }
    if known { Value::bool(true) } else { undecided(reasons(left, right)) }
}
