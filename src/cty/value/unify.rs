//! The one type to which several types convert (go-cty `convert/unify.go`, its "unsafe" form, which Terraform uses).

use super::convert::can_convert;
use super::{Data, Reasons, Type, Value, convert};
use std::cmp::Ordering;
use std::sync::Arc;

/// How many types of each kind there are.
#[derive(Default)]
struct Kinds {
    any: usize,
    maps: usize,
    lists: usize,
    sets: usize,
    objects: usize,
    tuples: usize,
}

impl Kinds {
    fn of(types: &[Type]) -> Kinds {
        let mut kinds = Kinds::default();
        for ty in types {
            match ty {
                Type::Any => kinds.any += 1,
                Type::Map(_) => kinds.maps += 1,
                Type::List(_) => kinds.lists += 1,
                Type::Set(_) => kinds.sets += 1,
                Type::Object(_) => kinds.objects += 1,
                Type::Tuple(_) => kinds.tuples += 1,
                Type::Bool | Type::Number | Type::String => {}
            }
        }
        kinds
    }
}

/// The one type that all these types convert to; `None` where there is none, and for no types at all. Where structural
/// types stand beside ones that are not known, the result is not known either ([`Type::Any`]).
pub fn unify(types: &[Type]) -> Option<Type> {
    let first = types.first()?;
    if types.iter().all(|t| t == first) {
        return Some(first.clone());
    }
    let kinds = Kinds::of(types);
    let all = types.len() - kinds.any;
    let or_any = |unified: fn(&[Type]) -> Option<Type>| if kinds.any > 0 { Some(Type::Any) } else { unified(types) };
    match () {
        () if kinds.maps > 0 && kinds.maps == all => return or_any(collections),
        () if kinds.maps > 0 && kinds.maps + kinds.objects == all => {
            if let Some(ty) = structures_as_collections(types) {
                return Some(ty);
            }
        }
        () if kinds.lists > 0 && kinds.lists == all => return or_any(collections),
        () if kinds.lists > 0 && kinds.lists + kinds.tuples == all => {
            if let Some(ty) = structures_as_collections(types) {
                return Some(ty);
            }
        }
        () if kinds.sets > 0 && kinds.sets == all => return or_any(collections),
        () if kinds.objects > 0 && kinds.objects == all => return or_any(objects),
        () if kinds.tuples > 0 && kinds.tuples == all => return or_any(tuples),
        () if kinds.objects > 0 && kinds.tuples > 0 => return None,
        () => {}
    }
    let convert_all = |wanted: &&Type| types.iter().all(|t| t == *wanted || can_convert(t, wanted));
    by_preference(types).into_iter().filter_map(|i| types.get(i)).find(convert_all).cloned()
}

/// Collections of one kind.
fn collections(types: &[Type]) -> Option<Type> {
    let elements: Option<Vec<Type>> = types.iter().map(|t| t.element().cloned()).collect();
    let element = Arc::new(unify(&elements?)?);
    Some(match types.first()? {
        Type::Map(_) => Type::Map(element),
        Type::Set(_) => Type::Set(element),
        _ => Type::List(element),
    })
}

/// Maps beside objects, or lists beside tuples: the structural ones are taken as the collections that they convert to.
fn structures_as_collections(types: &[Type]) -> Option<Type> {
    let structural: Vec<Type> =
        types.iter().filter(|t| matches!(t, Type::Object(_) | Type::Tuple(_))).cloned().collect();
    let collection = match structural.first()? {
        Type::Object(_) => objects_as_map(&structural)?,
        _ => tuples_as_list(&structural)?,
    };
    let replaced =
        |t: &Type| if matches!(t, Type::Object(_) | Type::Tuple(_)) { collection.clone() } else { t.clone() };
    let types: Vec<Type> = types.iter().map(replaced).collect();
    unify(&types).filter(|ty| matches!(ty, Type::Map(_) | Type::List(_)))
}

fn objects(types: &[Type]) -> Option<Type> {
    let attributes: Vec<_> =
        types.iter().filter_map(|t| if let Type::Object(a) = t { Some(a) } else { None }).collect();
    let first = attributes.first()?;
    if !attributes.iter().all(|o| o.len() == first.len() && o.keys().eq(first.keys())) {
        return objects_as_map(types);
    }
    let unified = first.keys().map(|name| {
        let across: Option<Vec<Type>> = attributes.iter().map(|o| o.get(name).map(|a| a.ty.clone())).collect();
        Some((name.clone(), unify(&across?)?))
    });
    let ty = Type::object_of(unified.collect::<Option<Vec<_>>>()?);
    if types.iter().all(|t| can_convert(t, &ty)) { Some(ty) } else { objects_as_map(types) }
}

fn objects_as_map(types: &[Type]) -> Option<Type> {
    let attributes = types.iter().filter_map(|t| if let Type::Object(a) = t { Some(a) } else { None });
    let all: Vec<Type> = attributes.flat_map(|a| a.values().map(|a| a.ty.clone())).collect();
    let ty = Type::Map(Arc::new(unify(&all)?));
    types.iter().all(|t| can_convert(t, &ty)).then_some(ty)
}

fn tuples(types: &[Type]) -> Option<Type> {
    let elements: Vec<_> = types.iter().filter_map(|t| if let Type::Tuple(e) = t { Some(e) } else { None }).collect();
    let first = elements.first()?;
    if !elements.iter().all(|t| t.len() == first.len()) {
        return tuples_as_list(types);
    }
    let unified = (0..first.len()).map(|i| {
        let across: Option<Vec<Type>> = elements.iter().map(|t| t.get(i).cloned()).collect();
        unify(&across?)
    });
    let ty = Type::Tuple(Arc::new(unified.collect::<Option<Vec<_>>>()?));
    if types.iter().all(|t| can_convert(t, &ty)) { Some(ty) } else { tuples_as_list(types) }
}

fn tuples_as_list(types: &[Type]) -> Option<Type> {
    let elements = types.iter().filter_map(|t| if let Type::Tuple(e) = t { Some(e) } else { None });
    let all: Vec<Type> = elements.flat_map(|e| e.iter().cloned()).collect();
    let ty = Type::List(Arc::new(unify(&all)?));
    types.iter().all(|t| can_convert(t, &ty)).then_some(ty)
}

/// The types' indexes, the more general ones first (go-cty `convert/sort_types.go`: a topological order).
fn by_preference(types: &[Type]) -> Vec<usize> {
    let n = types.len();
    let mut edges: Vec<Vec<usize>> = vec![Vec::new(); n];
    let mut incoming = vec![0usize; n];
    for (i, a) in types.iter().enumerate() {
        for (j, b) in types.iter().enumerate().skip(i + 1) {
            let (from, to) = match preference(a, b) {
                Ordering::Less => (i, j),
                Ordering::Greater => (j, i),
                Ordering::Equal => continue,
            };
            if let (Some(out), Some(count)) = (edges.get_mut(from), incoming.get_mut(to)) {
                out.push(to);
                *count += 1;
            }
        }
    }
    let mut order: Vec<usize> = (0..n).filter(|i| incoming.get(*i) == Some(&0)).collect();
    let mut done = 0;
    while let Some(&next) = order.get(done) {
        done += 1;
        for &to in edges.get(next).into_iter().flatten() {
            if let Some(count) = incoming.get_mut(to) {
                *count -= 1;
                if *count == 0 {
                    order.push(to);
                }
            }
        }
    }
    order
}

/// Less where `a` is the more general type (go-cty `convert/compare_types.go`).
fn preference(a: &Type, b: &Type) -> Ordering {
    match (a, b) {
        (Type::Any, Type::Any) => Ordering::Equal,
        (_, Type::Any) => Ordering::Less,
        (Type::Any, _) => Ordering::Greater,
        (Type::String, Type::String) => Ordering::Equal,
        (Type::String, Type::Bool | Type::Number) => Ordering::Less,
        (Type::Bool | Type::Number, Type::String) => Ordering::Greater,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            preference(a, b)
        }
        (Type::Tuple(_) | Type::List(_), Type::Set(_)) | (Type::List(_), Type::Tuple(_)) => Ordering::Less,
        (Type::Set(_), Type::Tuple(_) | Type::List(_)) | (Type::Tuple(_), Type::List(_)) => Ordering::Greater,
        (Type::Map(_), Type::Object(_)) => Ordering::Less,
        (Type::Object(_), Type::Map(_)) => Ordering::Greater,
        (Type::Object(a), Type::Object(b)) if a.len() == b.len() && a.keys().eq(b.keys()) => {
            agreed(a.values().zip(b.values()).map(|(a, b)| preference(&a.ty, &b.ty)))
        }
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            agreed(a.iter().zip(b.iter()).map(|(a, b)| preference(a, b)))
        }
        _ => Ordering::Equal,
    }
}

/// The one direction in which the parts differ; equal where they do not agree.
fn agreed(parts: impl Iterator<Item = Ordering>) -> Ordering {
    let (mut less, mut greater) = (false, false);
    for part in parts {
        less |= part == Ordering::Less;
        greater |= part == Ordering::Greater;
    }
    match (less, greater) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

/// Converts values to their one common type; `None` where there is none. Where that type hangs on a value that is not
/// known, every value becomes unknown.
pub fn unify_values(values: &[Value]) -> Option<(Type, Vec<Value>)> {
    if values.is_empty() {
        return Some((Type::Any, Vec::new()));
    }
    let types: Vec<Type> = values.iter().map(Value::ty).collect();
    let ty = unify(&types)?;
    if ty == Type::Any && types.iter().any(|t| *t != Type::Any) {
        let reasons = values.iter().filter(|v| v.ty() == Type::Any).map(Value::collect_reasons);
        let reasons = reasons.fold(Reasons::default(), |all, r| all.union(&r));
        if reasons.is_empty() {
            // Only bare nulls hold it up: they are of the others' type.
            return beside_nulls(values);
        }
        let unknown = |v: &Value| Value::unknown(Type::Any, reasons.clone()).mark(v.deep_marks());
        return Some((Type::Any, values.iter().map(unknown).collect()));
    }
    let converted: Option<Vec<Value>> = values.iter().map(|v| convert(v, &ty).ok()).collect();
    Some((ty, converted?))
}

fn beside_nulls(values: &[Value]) -> Option<(Type, Vec<Value>)> {
    let bare = |v: &&Value| !matches!(v.data, Data::Null(Type::Any));
    let types: Vec<Type> = values.iter().filter(bare).map(Value::ty).collect();
    let ty = unify(&types)?;
    let converted: Option<Vec<Value>> = values.iter().map(|v| convert(v, &ty).ok()).collect();
    Some((ty, converted?))
}

#[cfg(test)]
mod tests {
    use super::unify;
    use crate::cty::ty::Type;
    use std::sync::Arc;

    #[test]
    fn prefers_the_more_general_type() {
        let list = |ty| Type::List(Arc::new(ty));
        let set = |ty| Type::Set(Arc::new(ty));
        assert_eq!(unify(&[Type::Number, Type::String, Type::Bool]), Some(Type::String));
        assert_eq!(unify(&[Type::Number, Type::Bool]), None);
        assert_eq!(unify(&[Type::Any, Type::Number]), Some(Type::Number));
        assert_eq!(unify(&[set(Type::String), list(Type::String)]), Some(list(Type::String)));
        assert_eq!(unify(&[set(Type::String), list(Type::Number)]), Some(list(Type::Number)));
        assert_eq!(unify(&[Type::Any, list(Type::Number)]), Some(Type::Any));
        assert_eq!(unify(&[]), None);
    }
}
