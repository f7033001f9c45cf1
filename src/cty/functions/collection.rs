//! Maps, objects and what works on several kinds of collection.

use super::sequence::{element_type, items};
use super::string::text;
use super::{FunctionError, FunctionResult, Host};
use crate::cty::value::refine::among_keys;
use crate::cty::value::{Data, MapEntries, Marks, Reasons, Refinement, Type, Value, convert, ops, unify_values};
use std::collections::BTreeMap;
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

fn entries(args: &[Value], i: usize) -> Result<&MapEntries, FunctionError> {
    args.get(i).and_then(Value::entries).ok_or_else(|| FunctionError::argument(i, "a map or object is required"))
}

fn unknown(ty: Type, args: &[Value]) -> Value {
    let reasons = args.iter().fold(Reasons::default(), |r, v| r.union(&v.collect_reasons()));
    Value::unknown(ty, reasons)
}

fn quantify(args: &[Value], stop: bool) -> FunctionResult {
    let list = items(args, 0)?;
    if list.iter().any(|v| v.as_bool() == Some(stop) || stop.eq(&false) && v.is_null()) {
        return Ok(Value::bool(stop));
    }
    Ok(if list.iter().any(|v| !v.is_known()) { unknown(Type::Bool, args) } else { Value::bool(!stop) })
}

pub fn alltrue(args: &[Value], _: &dyn Host) -> FunctionResult {
    quantify(args, false)
}

pub fn anytrue(args: &[Value], _: &dyn Host) -> FunctionResult {
    quantify(args, true)
}

pub fn coalesce(args: &[Value], _: &dyn Host) -> FunctionResult {
    if args.is_empty() {
        return Err(FunctionError::call("at least one argument is required"));
    }
    let Some((ty, values)) = unify_values(args) else {
        return Err(FunctionError::call("all arguments must have the same type"));
    };
    for value in values {
        match &value.data {
            Data::Unknown(u) => {
                let refinement = Refinement { not_null: true, ..Refinement::default() };
                return Ok(Value::unknown_refined(ty, u.reasons.clone(), refinement).mark(value.marks));
            }
            Data::Null(_) => {}
            Data::String(s) if s.is_empty() => {}
            _ => return Ok(value),
        }
    }
    Err(FunctionError::call("no non-null, non-empty-string arguments"))
}

pub fn coalescelist(args: &[Value], _: &dyn Host) -> FunctionResult {
    let is_list = |arg: &Value| match arg.ty() {
        Type::List(_) | Type::Tuple(_) => true,
        ty => ty == Type::Any && !arg.is_null(),
    };
    if let Some(i) = args.iter().position(|arg| !is_list(arg)) {
        return Err(FunctionError::argument(i, "coalescelist arguments must be lists or tuples"));
    }
    for (i, arg) in args.iter().enumerate().filter(|(_, arg)| !arg.is_null()) {
        if let Some(reasons) = arg.reasons() {
            return Ok(Value::unknown(Type::Any, reasons.clone()).mark(arg.marks));
        }
        if !items(args, i)?.is_empty() {
            return Ok(arg.clone());
        }
    }
    Err(FunctionError::call("no non-null arguments"))
}

pub fn contains(args: &[Value], _: &dyn Host) -> FunctionResult {
    let (list, needle) =
        (args.first().cloned().unwrap_or_else(Value::null), args.get(1).cloned().unwrap_or_else(Value::null));
    if list.is_null() || needle.is_null() {
        return Err(FunctionError::argument(usize::from(!list.is_null()), "argument must not be null"));
    }
    let marks = list.deep_marks().union(needle.deep_marks());
    if !list.is_known() {
        return Ok(unknown(Type::Bool, args).mark(marks));
    }
    let Some(elements) = list.elements() else {
        return Err(FunctionError::argument(0, "argument must be list, tuple, or set"));
    };
    let mut open = false;
    for element in elements {
        match ops::equals(element, &needle).as_bool() {
            Some(true) => return Ok(Value::bool(true).mark(marks)),
            Some(false) => {}
            None => open = true,
        }
    }
    Ok(if open { unknown(Type::Bool, args) } else { Value::bool(false) }.mark(marks))
}

pub fn index(args: &[Value], _: &dyn Host) -> FunctionResult {
    if matches!(args.first().map(|list| &list.data), Some(Data::Set(..))) {
        return Err(FunctionError::argument(0, "argument must be a list or tuple"));
    }
    let list = items(args, 0)?;
    if list.is_empty() {
        return Err(FunctionError::call("cannot search an empty list"));
    }
    let needle = args.get(1).cloned().unwrap_or_else(Value::null);
    for (i, element) in list.iter().enumerate() {
        let same = ops::equals(element, &needle);
        match (same.as_bool(), same.reasons()) {
            (Some(true), _) => return Ok(Value::number(i as i64)),
            (None, Some(reasons)) => return Ok(Value::unknown(Type::Number, reasons.clone())),
            _ => {}
        }
    }
    Err(FunctionError::call("item not found"))
}

pub fn keys(args: &[Value], _: &dyn Host) -> FunctionResult {
    let keys = entries(args, 0)?.keys().map(|k| Data::String(k.clone()).into()).collect();
    Ok(match args.first().map(|a| &a.data) {
        Some(Data::Map(..)) => Value::list(Type::String, keys),
        _ => Value::tuple(keys),
    })
}

pub fn values(args: &[Value], _: &dyn Host) -> FunctionResult {
    let values = entries(args, 0)?.values().cloned().collect();
    Ok(match args.first().map(|a| &a.data) {
        Some(Data::Map(of, _)) => Value::list(of.clone(), values),
        _ => Value::tuple(values),
    })
}

pub fn length(args: &[Value], _: &dyn Host) -> FunctionResult {
    let Some(value) = args.first() else { return Err(FunctionError::call("needs one argument")) };
    let by_type = value.reasons().and_then(|_| match value.ty() {
        Type::Tuple(types) => Some(types.len()),
        Type::Object(attributes) => Some(attributes.len()),
        _ => None,
    });
    if let Some(count) = by_type {
        return Ok(Value::number(count as i64).mark(value.marks));
    }
    let count = match &value.data {
        Data::Null(_) => return Err(FunctionError::argument(0, "argument must not be null")),
        Data::String(s) => s.graphemes(true).count(),
        Data::List(_, v) | Data::Tuple(v) => v.len(),
        Data::Set(_, v) if v.len() <= 1 || v.iter().all(Value::is_wholly_known) => v.len(),
        Data::Map(_, e) | Data::Object(e) => e.len(),
        Data::Set(..) => return Ok(unknown(Type::Number, args).mark(value.marks)),
        Data::Unknown(u) if !matches!(u.ty, Type::Bool | Type::Number) => {
            let bound = |n: Option<usize>| n.map(|n| (crate::cty::value::Number::Int(n as i64), true));
            let refinement = Refinement {
                not_null: true,
                min: bound(Some(u.refinement.min_len.unwrap_or(0))),
                max: bound(u.refinement.max_len),
                ..Refinement::default()
            };
            return Ok(Value::unknown_refined(Type::Number, u.reasons.clone(), refinement).mark(value.marks));
        }
        _ => return Err(FunctionError::call("argument must be a string, a collection type, or a structural type")),
    };
    Ok(Value::number(count as i64).mark(value.marks))
}

pub fn lookup(args: &[Value], _: &dyn Host) -> FunctionResult {
    if args.len() > 3 {
        return Err(FunctionError::call("takes two or three arguments"));
    }
    let (map, key) =
        (args.first().cloned().unwrap_or_else(Value::null), args.get(1).cloned().unwrap_or_else(Value::null));
    let marks = map.marks.union(key.marks);
    if map.is_null() || key.is_null() {
        return Err(FunctionError::argument(usize::from(!map.is_null()), "argument must not be null"));
    }
    if !map.is_known() || !key.is_known() {
        let either = among_keys(&key, |key| map.get(key.as_str()?).or(args.get(2)).cloned());
        if let Some(either) = either.filter(|_| map.is_known()) {
            return Ok(either.mark(marks));
        }
        let ty = if let Type::Map(of) = map.ty() { (*of).clone() } else { Type::Any };
        return Ok(unknown(ty, &args[..2]).mark(marks));
    }
    let name = text(args, 1);
    if let Some(found) = entries(args, 0)?.get(name) {
        return Ok(found.clone().mark(marks));
    }
    match (args.get(2), &map.data) {
        (Some(default), Data::Map(of, _)) => convert(default, of).map(|v| v.mark(marks)).map_err(|e| {
            FunctionError::argument(2, format!("the default value must have the same type as the map elements: {e}"))
        }),
        (Some(default), _) => Ok(default.clone().mark(marks)),
        (None, _) => Err(FunctionError::call(format!("the given object has no attribute \"{name}\""))),
    }
}

pub fn merge(args: &[Value], _: &dyn Host) -> FunctionResult {
    let mut out: MapEntries = BTreeMap::new();
    let mut marks = Marks::NONE;
    for (i, arg) in args.iter().enumerate() {
        if arg.is_null() && matches!(arg.ty(), Type::Any | Type::Map(_) | Type::Object(_)) {
            continue;
        }
        marks = marks.union(arg.marks);
        out.extend(
            entries(args, i)
                .map_err(|_| {
                    FunctionError::argument(i, format!("arguments must be maps or objects, got \"{}\"", arg.ty()))
                })?
                .iter()
                .map(|(k, v)| (k.clone(), v.clone())),
        );
    }
    let maps: Vec<Type> = args.iter().map(Value::ty).filter(|ty| matches!(ty, Type::Map(_))).collect();
    let one_type = maps.len() == args.len() && maps.windows(2).all(|w| w[0] == w[1]);
    Ok(match maps.first() {
        Some(Type::Map(of)) if one_type => Value::map((**of).clone(), out),
        _ => Value::object(out),
    }
    .mark(marks))
}

pub fn transpose(args: &[Value], _: &dyn Host) -> FunctionResult {
    let mut out: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for (key, list) in entries(args, 0)? {
        let list = list.elements().ok_or_else(|| FunctionError::argument(0, "input must not contain null list"))?;
        for item in list {
            let Data::String(s) = &item.data else {
                return Err(FunctionError::argument(0, "input list must not contain null string"));
            };
            out.entry(s.clone()).or_default().push(key.clone());
        }
    }
    let list = |mut keys: Vec<Arc<str>>| {
        keys.sort();
        Value::list(Type::String, keys.into_iter().map(|k| Data::String(k).into()).collect())
    };
    let of = Type::List(Arc::new(Type::String));
    Ok(Value::map(of, out.into_iter().map(|(k, v)| (k, list(v))).collect()))
}

pub fn zipmap(args: &[Value], _: &dyn Host) -> FunctionResult {
    let (names, values) = (items(args, 0)?, items(args, 1)?);
    if names.len() != values.len() {
        let message = format!("number of keys ({}) does not match number of values ({})", names.len(), values.len());
        return Err(FunctionError::call(message));
    }
    if let Some(reasons) = names.iter().find_map(Value::reasons) {
        let marks = names.iter().fold(Marks::NONE, |marks, name| marks.union(name.marks));
        return Ok(Value::unknown(Type::Any, reasons.clone()).mark(marks));
    }
    let pairs = names.iter().zip(values).filter_map(|(k, v)| match &k.data {
        Data::String(k) => Some((k.clone(), v.clone())),
        _ => None,
    });
    let out: MapEntries = pairs.collect();
    // Keys have no marks of their own.
    let marks = names.iter().fold(Marks::NONE, |marks, name| marks.union(name.marks));
    Ok(match args.get(1).map(|v| (&v.data, element_type(v))) {
        Some((Data::List(..) | Data::Set(..), of)) => Value::map(of, out),
        _ => Value::object(out),
    }
    .mark(marks))
}
