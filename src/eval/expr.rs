//! Evaluates expressions (HCL native syntax specification, "Expressions").

use crate::base::source::Span;
use crate::cty::functions;
use crate::cty::value::{Data, Marks, ReasonKind, Reasons, Refinement, Type, Value, convert, mismatch, ops, refine};
use crate::eval::scope::Scope;
use crate::eval::{calls, places, reference, splat, template};
use crate::load::private;
use crate::module::error::{EvalError, EvalResult, poison};
use crate::syntax::ast::{Binary, BinaryOp, Conditional, Expr, ExprKind, For, Ident, ObjectItem, ObjectKey, UnaryOp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Evaluates an expression.
///
/// # Errors
/// What Terraform would say at plan time, at the place to blame. Nothing is reported here.
pub fn eval(scope: &Scope, expr: &Expr) -> EvalResult<Value> {
    let world = &scope.instance.world;
    world.spend(1, expr.span)?;
    let mut value = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || eval_kind(scope, expr))?;
    value.marks = value.marks.union(world.marks_of(expr.span.file));
    if !value.marks.is_empty() {
        value = places::made(&expr.kind, value);
        world.note_marks(value.marks);
    }
    match &expr.kind {
        ExprKind::Tuple(_) | ExprKind::Object(_) | ExprKind::For(_) | ExprKind::Splat(_) => {
            world.make(value, 0, expr.span)
        }
        ExprKind::Template(_) => world.make_text(value, expr.span),
        ExprKind::Call(call) if functions::makes_text(&call.name.name) => world.make_text(value, expr.span),
        ExprKind::Call(_) => world.make(value, 0, expr.span),
        _ => Ok(value),
    }
}

fn eval_kind(scope: &Scope, expr: &Expr) -> EvalResult<Value> {
    match &expr.kind {
        ExprKind::Null => Ok(Value::null()),
        ExprKind::Bool(b) => Ok(Value::bool(*b)),
        ExprKind::Number(text) => number(text, expr.span),
        ExprKind::String(text) if is_key(text) => Ok(Value::from(Data::String(text.clone())).mark(Marks::PRIVATE)),
        ExprKind::String(text) => Ok(Data::String(text.clone()).into()),
        ExprKind::Template(parts) => template::render(scope, parts),
        ExprKind::Wrap(inner) | ExprKind::Paren(inner) => eval(scope, inner),
        ExprKind::Variable(name) => reference::root(scope, name, expr.span),
        ExprKind::GetAttr(object, name) => reference::attribute(scope, object, name),
        ExprKind::Index(object, key) => index(scope, object, key),
        ExprKind::Splat(s) => splat::splat(scope, s),
        ExprKind::Call(call) => calls::call(scope, call, expr.span),
        ExprKind::Tuple(items) => {
            Ok(Value::tuple(items.iter().map(|item| eval(scope, item)).collect::<EvalResult<Vec<_>>>()?))
        }
        ExprKind::Object(items) => object(scope, items),
        ExprKind::For(f) => for_expr(scope, f),
        ExprKind::Conditional(c) => conditional(scope, c),
        ExprKind::Binary(b) => binary(scope, b),
        ExprKind::Unary(op, operand) => {
            let value = eval(scope, operand)?;
            ops::unary(*op, &value).map_err(|e| EvalError::new(operand.span, e.to_string()))
        }
        ExprKind::Error => Ok(unread(scope, expr.span)),
    }
}

/// The value of a text that is not read: it cannot be parsed, or is generated from values that are not known.
fn unread(scope: &Scope, span: Span) -> Value {
    let file = scope.instance.world.evaluator.sources.get(span.file);
    match file.as_ref().and_then(|file| file.generated.as_ref()) {
        None => poison("this text cannot be parsed", Some(span)),
        Some(generated) => {
            let kind = ReasonKind::NotGiven("a part of a generated file".into(), generated.decides.clone());
            Value::unknown(Type::Any, Reasons::one(kind, Some(generated.by)))
        }
    }
}

/// Whether a text that is written out has a private key in it.
fn is_key(text: &str) -> bool {
    // The shortest has more than its frame.
    const LEAST: usize = 64;
    text.len() >= LEAST && private::is_key(text)
}

fn number(text: &str, span: Span) -> EvalResult<Value> {
    match crate::cty::value::Number::parse(text) {
        Some(number) => Ok(Value::number(number)),
        None => Err(EvalError::new(span, format!("`{text}` is not a number that Terraform can hold"))),
    }
}

/// Evaluates to a value converted to `ty`; null is an error.
pub fn eval_as(scope: &Scope, expr: &Expr, ty: &Type, what: &str) -> EvalResult<Value> {
    let value = eval(scope, expr)?;
    if value.is_null() {
        return Err(EvalError::new(expr.span, format!("{what} must not be null")));
    }
    convert(&value, ty).map_err(|e| EvalError::new(expr.span, format!("{what}: {e}")))
}

fn index(scope: &Scope, object: &Expr, key: &Expr) -> EvalResult<Value> {
    let key_value = scope.key(key)?;
    if let Some(unknown) = places::at_key(&key_value) {
        return Ok(unknown);
    }
    if let Some(call) = reference::module_call(scope, object) {
        return reference::module_instance(scope, call, Some(&key_value), object.span, key.span);
    }
    let collection = eval(scope, object)?;
    crate::cty::value::index(&collection, &key_value).map_err(|e| EvalError::new(key.span, e.to_string()))
}

fn object(scope: &Scope, items: &[ObjectItem]) -> EvalResult<Value> {
    let mut entries = BTreeMap::new();
    let mut unknown_key: Option<Value> = None;
    let mut marks = Marks::NONE;
    for item in items {
        let key = match &item.key {
            ObjectKey::Name(name) => Data::String(name.name.clone()).into(),
            ObjectKey::Expr(key) if matches!(key.kind, ExprKind::GetAttr(..) | ExprKind::Index(..)) => {
                return Err(EvalError::new(key.span, "this key could mean its value or its text")
                    .help("put it in parentheses to use its value, or in quotes to use its text"));
            }
            ObjectKey::Expr(key) => {
                let value = eval_as(scope, key, &Type::String, "an object key")?;
                scope.note_key(key, &value);
                value
            }
        };
        let value = eval(scope, &item.value)?;
        marks = marks.union(key.marks);
        match &key.data {
            Data::String(text) => {
                entries.insert(text.clone(), value);
            }
            _ => unknown_key = Some(key),
        }
    }
    Ok(match unknown_key.as_ref().and_then(Value::reasons) {
        // Which of the values is under which key is not known, but that they are in it.
        Some(reasons) => Value::unknown(Type::Any, reasons.clone()).mark(marks),
        None => Value::object(entries).mark(marks),
    })
}

/// Why the right operand counts although the left one decides.
const BOTH_OPERANDS: &str = "the versions that this root module allows, Terraform before 1.12 or OpenTofu before 1.10, evaluate both \
                             operands of `&&` and `||`: use a conditional instead";

fn binary(scope: &Scope, b: &Binary) -> EvalResult<Value> {
    let left = eval(scope, &b.left);
    if let (BinaryOp::And | BinaryOp::Or, Ok(value)) = (b.op, &left) {
        // A left operand that decides: what the right one gets wrong does not matter.
        let decides = b.op == BinaryOp::Or;
        if let Ok(Data::Bool(known)) = convert(value, &Type::Bool).map(|v| v.data)
            && known == decides
        {
            let marks = value.marks;
            return Ok(match scope.instance.world.perhaps_aside(true, || eval(scope, &b.right)) {
                Ok(right) => Value::bool(decides).mark(marks.union(right.marks)),
                Err(e) if !e.is_dynamic() => return Err(e),
                Err(e) if scope.instance.evaluates_both_operands() => return Err(e.help(BOTH_OPERANDS)),
                Err(_) => Value::bool(decides).mark(marks),
            });
        }
    }
    let (left, right) = (left?, eval(scope, &b.right)?);
    let compares = matches!(b.op, BinaryOp::Eq | BinaryOp::NotEq) && (left.is_null() || right.is_null());
    if compares && !scope.instance.compares_parts_with_null() {
        let same = ops::is_null_as(&left, &right);
        return match b.op {
            BinaryOp::NotEq => ops::unary(UnaryOp::Not, &same).map_err(|e| EvalError::new(b.left.span, e.to_string())),
            _ => Ok(same),
        };
    }
    ops::binary(b.op, &left, &right).map_err(|e| {
        let span = match e.operand {
            Some(ops::Operand::Left) => b.left.span,
            Some(ops::Operand::Right) => b.right.span,
            None => b.left.span.to(b.right.span),
        };
        EvalError::new(span, e.to_string())
    })
}

fn conditional(scope: &Scope, c: &Conditional) -> EvalResult<Value> {
    let condition = eval(scope, &c.condition)?;
    if condition.is_null() {
        return Err(EvalError::new(c.condition.span, "the condition of a conditional must not be null"));
    }
    let condition = convert(&condition, &Type::Bool)
        .map_err(|e| EvalError::new(c.condition.span, format!("the condition must be true or false: {e}")))?;
    if let Data::Bool(truth) = condition.data {
        scope.note_truth(&c.condition, truth);
    }
    // Terraform evaluates both arms, for their types; an error in the arm that is not chosen does not count.
    let arm = |truth: bool, expr: &Expr| {
        let is_chosen = matches!(condition.data, Data::Bool(chosen) if chosen == truth);
        scope.instance.world.perhaps_aside(!is_chosen, || eval(scope, expr))
    };
    let (yes, no) = (arm(true, &c.yes), arm(false, &c.no));
    let (yes, no) = match (&condition.data, yes, no) {
        (_, Ok(yes), Ok(no)) => (yes, no),
        (Data::Bool(true), Ok(yes), Err(e)) if e.is_dynamic() => return Ok(yes.mark(condition.marks)),
        (Data::Bool(false), Err(e), Ok(no)) if e.is_dynamic() => return Ok(no.mark(condition.marks)),
        // Which arm is taken is not known: the error may never happen.
        (Data::Unknown(u), Err(e), _) | (Data::Unknown(u), _, Err(e)) if e.is_dynamic() => {
            return Ok(Value::unknown(Type::Any, u.reasons.clone()).mark(condition.marks));
        }
        (_, Err(e), _) | (_, _, Err(e)) => return Err(e),
    };
    let Some((yes, no)) = refine::arms(&yes, &no) else {
        return Err(EvalError::new(
            c.yes.span.to(c.no.span),
            format!(
                "the two results of a conditional must be of one type, but {}",
                mismatch::between(&yes.ty(), &no.ty())
            ),
        ));
    };
    Ok(match &condition.data {
        Data::Bool(true) => yes.mark(condition.marks),
        Data::Bool(false) => no.mark(condition.marks),
        Data::Unknown(u) => refine::either(&u.reasons, &yes, &no).mark(condition.marks),
        _ => poison("the condition is neither true nor false", Some(c.condition.span)),
    })
}

/// The elements of a collection, with their keys.
pub struct ForItems {
    /// Key and value of each. They have the collection's marks but for [`Marks::ANY_SENSITIVE`]: Terraform takes that off while
    /// it goes through the elements, which `nonsensitive` then finds without.
    pub items: Vec<(Value, Value)>,
    /// The collection's own marks.
    pub marks: Marks,
}

impl ForItems {
    /// An error in what is done for each element, without what it says of elements of a sensitive collection.
    pub fn conceal(&self, span: Span) -> impl Fn(Box<EvalError>) -> Box<EvalError> + use<> {
        let hidden = self.marks.is_hidden();
        move |error| if hidden { error.without_values(span) } else { error }
    }
}

/// The elements to iterate, or the unknown result.
fn iterate(collection: &Expr, value: &Value) -> EvalResult<Result<ForItems, Reasons>> {
    if value.is_null() {
        return Err(EvalError::new(collection.span, "a null value cannot be iterated"));
    }
    if let Some(reasons) = value.reasons() {
        return match value.ty() {
            Type::Bool | Type::Number | Type::String => Err(not_iterable(collection.span, value)),
            _ => Ok(Err(reasons.clone())),
        };
    }
    match value.iterate() {
        Some(mut items) => {
            let marks = value.marks.without(Marks::ANY_SENSITIVE);
            if !marks.is_empty() {
                for (key, value) in &mut items {
                    key.marks = key.marks.union(marks);
                    value.marks = value.marks.union(marks);
                }
            }
            Ok(Ok(ForItems { items, marks: value.marks }))
        }
        None => Err(not_iterable(collection.span, value)),
    }
}

fn not_iterable(span: Span, value: &Value) -> Box<EvalError> {
    EvalError::new(span, format!("a {} cannot be iterated, only a list, set, map, tuple or object", value.ty()))
}

/// Binds a `for` expression's or directive's names for one element.
pub fn bind_element(scope: &Scope, key: Option<&Ident>, value: &Ident, element: (Value, Value)) -> Scope {
    let inner = match key {
        Some(name) => scope.with(name.name.clone(), element.0),
        None => scope.clone(),
    };
    inner.with(value.name.clone(), element.1)
}

/// The elements of the collection of a `%{ for }`; `Err` holds why it is not known.
pub fn elements_of(scope: &Scope, collection: &Expr) -> EvalResult<Result<ForItems, Reasons>> {
    let value = eval(scope, collection)?;
    iterate(collection, &value)
}

fn for_expr(scope: &Scope, f: &For) -> EvalResult<Value> {
    let collection = eval(scope, &f.collection)?;
    let found = match iterate(&f.collection, &collection)? {
        Ok(found) => found,
        Err(reasons) => return Ok(Value::unknown(Type::Any, reasons).mark(collection.marks)),
    };
    let conceal = found.conceal(f.result.span);
    let mut out = ForResult { marks: found.marks, ..ForResult::default() };
    for (key, value) in found.items {
        scope.instance.world.spend(1, f.result.span)?;
        let inner = bind_element(scope, f.key.as_ref(), &f.value, (key, value));
        if let Some(condition) = &f.condition {
            let keep = eval_as(&inner, condition, &Type::Bool, "the `if` of a `for` expression").map_err(&conceal)?;
            out.marks = out.marks.union(keep.marks);
            match &keep.data {
                Data::Bool(true) => {}
                Data::Bool(false) => continue,
                _ => {
                    out.not_known(&keep);
                    continue;
                }
            }
        }
        match &f.result_key {
            None => out.list.push(eval(&inner, &f.result).map_err(&conceal)?),
            Some(key) => for_entry(&inner, f, key, &mut out).map_err(&conceal)?,
        }
    }
    Ok(out.finish(f))
}

#[derive(Default)]
struct ForResult {
    marks: Marks,
    unknown: Option<Reasons>,
    list: Vec<Value>,
    map: BTreeMap<Arc<str>, Value>,
    groups: BTreeMap<Arc<str>, Vec<Value>>,
}

impl ForResult {
    fn not_known(&mut self, value: &Value) {
        if let Some(reasons) = value.reasons() {
            self.unknown = Some(match &self.unknown {
                Some(have) => have.union(reasons),
                None => reasons.clone(),
            });
        }
    }

    fn finish(self, f: &For) -> Value {
        if let Some(reasons) = self.unknown {
            return Value::unknown_refined(Type::Any, reasons, Refinement { not_null: true, ..Refinement::default() })
                .mark(self.marks);
        }
        let value = match (&f.result_key, f.group) {
            (None, _) => Value::tuple(self.list),
            (Some(_), false) => Value::object(self.map),
            (Some(_), true) => Value::object(self.groups.into_iter().map(|(k, v)| (k, Value::tuple(v))).collect()),
        };
        value.mark(self.marks)
    }
}

fn for_entry(scope: &Scope, f: &For, key: &Expr, out: &mut ForResult) -> EvalResult<()> {
    let key_value = eval_as(scope, key, &Type::String, "the key of a `for` expression")?;
    let value = eval(scope, &f.result)?;
    out.marks = out.marks.union(key_value.marks);
    let Data::String(text) = &key_value.data else {
        out.not_known(&key_value);
        return Ok(());
    };
    if f.group {
        out.groups.entry(text.clone()).or_default().push(value);
    } else if out.map.insert(text.clone(), value).is_some() {
        let which = if out.marks.is_hidden() { "the same key".into() } else { format!("the key \"{text}\"") };
        return Err(EvalError::new(key.span, format!("two elements of this `for` expression have {which}"))
            .help("add `...` after the value to group the values of one key"));
    }
    Ok(())
}
