//! Lists and tuples.

use super::string::whole;
use super::{FunctionError, FunctionResult, Host, MOST_ELEMENTS};
use crate::base::budget::Limit;
use crate::cty::value::{Data, Number, Reasons, Type, Value, convert, ops, unify};

/// The elements of an argument that is a list, set or tuple.
pub fn items(args: &[Value], i: usize) -> Result<&[Value], FunctionError> {
    args.get(i).and_then(Value::elements).ok_or_else(|| FunctionError::argument(i, "a list, set or tuple is required"))
}

/// The element type of a collection; `any` for tuples.
pub fn element_type(value: &Value) -> Type {
    match &value.data {
        Data::List(of, _) | Data::Set(of, _) | Data::Map(of, _) => of.clone(),
        _ => Type::Any,
    }
}

/// A list or tuple with these elements, as the original was.
fn like(original: &Value, values: Vec<Value>) -> Value {
    match &original.data {
        Data::Tuple(_) => Value::tuple(values),
        _ => Value::list(element_type(original), values),
    }
}

pub fn chunklist(args: &[Value], _: &dyn Host) -> FunctionResult {
    let list = items(args, 0)?;
    let size = usize::try_from(whole(args, 1)?)
        .map_err(|_| FunctionError::argument(1, "the size argument must be positive"))?;
    let of = args.first().map(element_type).unwrap_or(Type::Any);
    let inner = Type::List(std::sync::Arc::new(of.clone()));
    let size = if size == 0 { list.len().max(1) } else { size };
    Ok(Value::list(inner, list.chunks(size).map(|c| Value::list(of.clone(), c.to_vec())).collect()))
}

pub fn compact(args: &[Value], _: &dyn Host) -> FunctionResult {
    let list = items(args, 0)?;
    let kept = list.iter().filter(|v| v.as_str().is_some_and(|s| !s.is_empty()));
    Ok(Value::list(Type::String, kept.cloned().collect()))
}

pub fn concat(args: &[Value], _: &dyn Host) -> FunctionResult {
    if args.is_empty() {
        return Err(FunctionError::call("at least one argument is required"));
    }
    let mut all = Vec::new();
    for (i, arg) in args.iter().enumerate() {
        let list = match &arg.data {
            Data::List(..) | Data::Tuple(_) => items(args, i)?,
            _ => return Err(FunctionError::argument(i, "all arguments must be lists or tuples")),
        };
        all.extend(list.iter().cloned());
    }
    let lists: Vec<Type> = args.iter().filter(|a| matches!(a.data, Data::List(..))).map(element_type).collect();
    if lists.len() == args.len()
        && let Some(of) = unify(&lists)
    {
        let converted = all.iter().map(|v| convert(v, &of)).collect::<Result<Vec<_>, _>>();
        if let Ok(converted) = converted {
            return Ok(Value::list(of, converted));
        }
    }
    Ok(Value::tuple(all))
}

pub fn distinct(args: &[Value], _: &dyn Host) -> FunctionResult {
    let list = items(args, 0)?;
    let of = args.first().map(element_type).unwrap_or(Type::Any);
    if list.len() > 64 && list.iter().all(|v| v.as_str().is_some()) {
        let mut seen = rustc_hash::FxHashSet::default();
        let kept = list.iter().filter(|v| seen.insert(v.as_str().unwrap_or("").to_string()));
        return Ok(Value::list(of, kept.cloned().collect()));
    }
    let mut kept: Vec<Value> = Vec::new();
    for item in list {
        if !kept.iter().any(|k| ops::equals(k, item).as_bool() == Some(true)) {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(of, kept))
}

pub fn element(args: &[Value], _: &dyn Host) -> FunctionResult {
    let value = args.first().cloned().unwrap_or_else(Value::null);
    if matches!(value.data, Data::Set(..)) {
        return Err(FunctionError::argument(0, "cannot read elements from set"));
    }
    let list = value
        .elements()
        .ok_or_else(|| FunctionError::argument(0, format!("cannot read elements from {}", value.ty())))?;
    let index = whole(args, 1)?;
    // A negative index counts from the end, as Terraform has it since 1.12.
    let wrapped = index.checked_rem_euclid(list.len() as i64).and_then(|i| list.get(i as usize));
    wrapped.cloned().ok_or_else(|| FunctionError::call("cannot use element function with an empty list"))
}

pub fn flatten(args: &[Value], _: &dyn Host) -> FunctionResult {
    let mut out = Vec::new();
    let mut unknown: Option<Reasons> = None;
    flatten_into(items(args, 0)?, &mut out, &mut unknown);
    Ok(match unknown {
        Some(reasons) => Value::unknown(Type::Any, reasons),
        None => Value::tuple(out),
    })
}

fn flatten_into(list: &[Value], out: &mut Vec<Value>, unknown: &mut Option<Reasons>) {
    for item in list {
        match &item.data {
            Data::List(_, inner) | Data::Set(_, inner) | Data::Tuple(inner) => {
                let from = out.len();
                flatten_into(inner, out, unknown);
                out.iter_mut().skip(from).for_each(|v| v.marks = v.marks.union(item.marks));
            }
            Data::Unknown(u) if !u.ty.is_primitive() && !matches!(u.ty, Type::Object(_) | Type::Map(_)) => {
                *unknown = Some(u.reasons.union(&unknown.take().unwrap_or_default()));
            }
            _ => out.push(item.clone()),
        }
    }
}

pub fn matchkeys(args: &[Value], _: &dyn Host) -> FunctionResult {
    let (values, keys, wanted) = (items(args, 0)?, items(args, 1)?, items(args, 2)?);
    if values.len() != keys.len() {
        return Err(FunctionError::call("length of keys and values should be equal"));
    }
    let of = |i: usize| args.get(i).map(element_type).unwrap_or(Type::Any);
    let Some(ty) = unify(&[of(1), of(2)]) else {
        return Err(FunctionError::call("keys and searchset must be of the same type"));
    };
    let same = |values: &[Value]| values.iter().map(|v| convert(v, &ty).unwrap_or_else(|_| v.clone())).collect();
    let (keys, wanted): (Vec<Value>, Vec<Value>) = (same(keys), same(wanted));
    let hit = |k: &Value| wanted.iter().any(|w| ops::equals(k, w).as_bool() == Some(true));
    let kept = values.iter().zip(&keys).filter(|(_, k)| hit(k)).map(|(v, _)| v.clone());
    Ok(Value::list(args.first().map(element_type).unwrap_or(Type::Any), kept.collect()))
}

pub fn one(args: &[Value], _: &dyn Host) -> FunctionResult {
    let value = args.first().cloned().unwrap_or_else(Value::null);
    match items(args, 0)? {
        [] => Ok(Value::null_of(element_type(&value))),
        [only] => Ok(only.clone()),
        _ => Err(FunctionError::argument(0, "must be a list, set, or tuple value with either zero or one elements")),
    }
}

pub fn range(args: &[Value], _: &dyn Host) -> FunctionResult {
    let numbers: Vec<Number> = args.iter().filter_map(Value::as_number).cloned().collect();
    let (start, end, step) = match numbers.as_slice() {
        [end] => (Number::Int(0), end.clone(), Number::Int(if end.signum() < 0 { -1 } else { 1 })),
        [start, end] => (start.clone(), end.clone(), Number::Int(if end < start { -1 } else { 1 })),
        [start, end, step] => (start.clone(), end.clone(), step.clone()),
        _ => return Err(FunctionError::call("must have one, two, or three arguments")),
    };
    let down = step.signum() < 0;
    match step.signum() {
        0 => return Err(FunctionError::argument(2, "step must not be zero")),
        1 if start > end => return Err(FunctionError::call("end must be greater than start when step is positive")),
        -1 if start < end => return Err(FunctionError::call("end must be less than start when step is negative")),
        _ => {}
    }
    let mut out = Vec::new();
    let mut at = start;
    while if down { at > end } else { at < end } {
        if out.len() >= 1024 {
            return Err(FunctionError::call(
                "more than 1024 values were generated; either decrease the difference between start and end or use a smaller step",
            ));
        }
        out.push(Value::number(at.clone()));
        at = at.add(&step);
    }
    Ok(Value::list(Type::Number, out))
}

pub fn reverse(args: &[Value], _: &dyn Host) -> FunctionResult {
    let mut list = items(args, 0)?.to_vec();
    list.reverse();
    Ok(args.first().map_or_else(Value::null, |original| like(original, list)))
}

pub fn slice(args: &[Value], _: &dyn Host) -> FunctionResult {
    let value = args.first().cloned().unwrap_or_else(Value::null);
    if matches!(value.data, Data::Set(..)) {
        return Err(FunctionError::argument(0, "cannot slice a set, because its elements do not have indices"));
    }
    let list = items(args, 0)?;
    let bound = |i: usize| -> Result<usize, FunctionError> {
        let n = whole(args, i)?;
        let n = usize::try_from(n).map_err(|_| FunctionError::argument(i, "index must not be negative"))?;
        match n <= list.len() {
            true => Ok(n),
            false => Err(FunctionError::argument(i, "index must not be greater than the length of the list")),
        }
    };
    let (start, end) = (bound(1)?, bound(2)?);
    match list.get(start..end) {
        Some(part) => Ok(like(&value, part.to_vec())),
        None => Err(FunctionError::argument(1, "start index must not be greater than end index")),
    }
}

pub fn sort(args: &[Value], _: &dyn Host) -> FunctionResult {
    let mut list = items(args, 0)?.to_vec();
    if list.iter().any(Value::is_null) {
        return Err(FunctionError::argument(0, "given list element is null; a null string cannot be sorted"));
    }
    let reasons = list.iter().filter_map(Value::reasons).fold(Reasons::default(), |all, r| all.union(r));
    if !reasons.is_empty() {
        // Which element comes where is not known, but how many there are.
        list.fill(Value::unknown(Type::String, reasons));
        return Ok(Value::list(Type::String, list));
    }
    list.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    Ok(Value::list(Type::String, list))
}

/// Refuses to make more elements than any configuration needs.
pub fn within_budget(count: usize) -> Result<(), FunctionError> {
    match count <= MOST_ELEMENTS {
        true => Ok(()),
        false => Err(FunctionError::over(Limit::Fixed, format!("the result has more than {MOST_ELEMENTS} elements"))),
    }
}
