//! Splat expressions: `list[*].name`, `list.*.name`.

use crate::base::source::Span;
use crate::cty::value::{Data, Type, Value, get_attr, index};
use crate::eval::expr::eval;
use crate::eval::reference;
use crate::eval::scope::Scope;
use crate::module::error::{EvalError, EvalResult};
use crate::syntax::ast::{Splat, SplatStep};

/// Evaluates a splat expression.
///
/// # Errors
/// As the steps of the splat have them.
pub fn splat(scope: &Scope, s: &Splat) -> EvalResult<Value> {
    if let (Some(call), Some(SplatStep::Attr(output))) = (reference::module_call(scope, &s.object), s.steps.first()) {
        // Only this output of each instance is asked for: the others may depend on what is being evaluated.
        let source = reference::module_outputs(scope, call, &output.name, s.object.span, output.span)?;
        return each(scope, &source, s.steps.get(1..).unwrap_or_default(), s.object.span);
    }
    let source = eval(scope, &s.object)?;
    each(scope, &source, &s.steps, s.object.span)
}

fn each(scope: &Scope, source: &Value, steps: &[SplatStep], at: Span) -> EvalResult<Value> {
    let marks = source.marks;
    match &source.data {
        Data::Null(ty) => match ty {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => {
                Err(EvalError::new(at, "a splat cannot be applied to a null sequence"))
            }
            _ => Ok(Value::tuple(Vec::new()).mark(marks)),
        },
        Data::Unknown(u) if u.refinement.not_null && (u.ty.is_primitive() || u.refinement.attributes.is_some()) => {
            Ok(Value::tuple(vec![one(scope, source.clone(), steps, at)?]))
        }
        Data::Unknown(u) => Ok(Value::unknown(Type::Any, u.reasons.clone()).mark(marks)),
        Data::Tuple(items) => Ok(Value::tuple(all(scope, items, steps, at)?).mark(marks)),
        Data::List(element, items) | Data::Set(element, items) => {
            let values = all(scope, items, steps, at)?;
            let ty = match values.first() {
                Some(first) => first.ty(),
                None => type_after(element, steps),
            };
            Ok(match values.iter().all(|v| v.ty() == ty) {
                true => Value::list(ty, values),
                false => Value::tuple(values),
            }
            .mark(marks))
        }
        _ => Ok(Value::tuple(vec![one(scope, source.clone(), steps, at)?])),
    }
}

fn all(scope: &Scope, items: &[Value], steps: &[SplatStep], at: Span) -> EvalResult<Vec<Value>> {
    items.iter().map(|item| one(scope, item.clone(), steps, at)).collect()
}

fn one(scope: &Scope, mut value: Value, steps: &[SplatStep], at: Span) -> EvalResult<Value> {
    for step in steps {
        value = match step {
            SplatStep::Attr(name) => {
                get_attr(&value, &name.name).map_err(|e| EvalError::new(name.span, e.to_string()))?
            }
            SplatStep::Index(key) => {
                let k = scope.key(key)?;
                index(&value, &k).map_err(|e| EvalError::new(key.span, e.to_string()))?
            }
            SplatStep::Splat(inner) => return each(scope, &value, inner, at),
        };
    }
    Ok(value)
}

fn type_after(element: &Type, steps: &[SplatStep]) -> Type {
    steps.iter().fold(element.clone(), |ty, step| match (ty, step) {
        (Type::Object(attributes), SplatStep::Attr(name)) => {
            attributes.get(&name.name).map_or(Type::Any, |a| a.ty.clone())
        }
        (Type::List(of) | Type::Map(of), _) => (*of).clone(),
        _ => Type::Any,
    })
}
