//! Sets.

use super::sequence::{element_type, items, within_budget};
use super::{FunctionError, FunctionResult, Host};
use crate::cty::value::{Data, Type, Value, convert, unify, unify_values};
use std::sync::Arc;

/// All sets with one element type.
fn unified(args: &[Value]) -> Result<(Type, Vec<Vec<Value>>), FunctionError> {
    if args.is_empty() {
        return Err(FunctionError::call("at least one set is required"));
    }
    let filled = args.iter().filter(|a| a.elements().is_some_and(|e| !e.is_empty()) || element_type(a) != Type::Any);
    let types: Vec<Type> = filled.map(element_type).collect();
    let of = if types.is_empty() { Some(Type::Any) } else { unify(&types) };
    let of = of.ok_or_else(|| FunctionError::call("given sets must all have compatible element types"))?;
    let mut sets = Vec::new();
    for (i, _) in args.iter().enumerate() {
        let converted = items(args, i)?.iter().map(|v| convert(v, &of)).collect::<Result<Vec<_>, _>>();
        sets.push(converted.map_err(|e| FunctionError::argument(i, e.to_string()))?);
    }
    Ok((of, sets))
}

fn keys(values: &[Value]) -> std::collections::BTreeSet<String> {
    values.iter().map(key).collect()
}

fn key(value: &Value) -> String {
    format!("{}|{}", value.ty(), crate::cty::value::json::encode(value).unwrap_or_default())
}

pub fn union(args: &[Value], _: &dyn Host) -> FunctionResult {
    let (of, sets) = unified(args)?;
    Ok(Value::set(of, sets.concat()))
}

pub fn intersection(args: &[Value], _: &dyn Host) -> FunctionResult {
    let (of, sets) = unified(args)?;
    let mut sets = sets.into_iter();
    let mut kept = sets.next().unwrap_or_default();
    for other in sets {
        let have = keys(&other);
        kept.retain(|v| have.contains(&key(v)));
    }
    Ok(Value::set(of, kept))
}

pub fn subtract(args: &[Value], _: &dyn Host) -> FunctionResult {
    let (of, sets) = unified(args)?;
    let mut sets = sets.into_iter();
    let mut kept = sets.next().unwrap_or_default();
    let gone = keys(&sets.next().unwrap_or_default());
    kept.retain(|v| !gone.contains(&key(v)));
    Ok(Value::set(of, kept))
}

pub fn product(args: &[Value], _: &dyn Host) -> FunctionResult {
    if args.len() < 2 {
        return Err(FunctionError::call("at least two arguments are required"));
    }
    let mut lists = Vec::new();
    let mut types = Vec::new();
    for (i, arg) in args.iter().enumerate() {
        let list = items(args, i)?;
        let (of, list) = match &arg.data {
            Data::Tuple(_) => {
                unify_values(list).ok_or_else(|| FunctionError::argument(i, "all elements must be of the same type"))?
            }
            _ => (element_type(arg), list.to_vec()),
        };
        types.push(of);
        lists.push(list);
    }
    let count = lists.iter().map(Vec::len).fold(1usize, usize::saturating_mul);
    within_budget(count.saturating_mul(lists.len()))?;
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for list in &lists {
        rows = rows
            .iter()
            .flat_map(|row| list.iter().map(|v| [row.as_slice(), std::slice::from_ref(v)].concat()))
            .collect();
    }
    let rows: Vec<Value> = rows.into_iter().map(Value::tuple).collect();
    let of = if rows.is_empty() { Type::Any } else { Type::Tuple(Arc::new(types)) };
    let sets = args.iter().all(|a| matches!(a.data, Data::Set(..)));
    let mixed = args.iter().any(|a| matches!(a.data, Data::Set(..)));
    Ok(if sets || mixed && args.iter().all(|a| !matches!(a.data, Data::List(..))) {
        Value::set(of, rows)
    } else {
        Value::list(of, rows)
    })
}
