//! Indexes and attributes, and iteration.

use super::refine::among_keys;
use super::{Data, Type, Value, convert, shown_or};
use std::fmt;
use std::sync::Arc;

/// Why there is no such element or attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessError(String);

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AccessError {}

fn fail(message: impl Into<String>) -> AccessError {
    AccessError(message.into())
}

/// `collection[key]`.
///
/// # Errors
/// A null collection or key, a key of the wrong type, or one that is not there.
pub fn index(collection: &Value, key: &Value) -> Result<Value, AccessError> {
    element(collection, key).map_err(|AccessError(why)| {
        fail(shown_or([collection, key], || why, "there is no such element, and the value or the key is sensitive"))
    })
}

fn element(collection: &Value, key: &Value) -> Result<Value, AccessError> {
    if collection.is_null() {
        return Err(fail("a null value has no elements"));
    }
    if key.is_null() {
        return Err(fail("an index must not be null"));
    }
    let marks = collection.marks.union(key.marks);
    let found = match &collection.data {
        Data::Unknown(u) => match (&u.refinement.attributes, key.as_str()) {
            (Some(known), Some(name)) if known.contains_key(name) => known[name].clone(),
            _ => unknown_element(&u.ty, collection, key)?,
        },
        Data::List(..) | Data::Tuple(_) => sequence(collection, key)?,
        Data::Map(..) | Data::Object(_) => mapping(collection, key)?,
        Data::Set(..) => return Err(fail(SET)),
        _ => return Err(fail(format!("a {} has no elements", collection.ty()))),
    };
    Ok(found.mark(marks))
}

fn unknown_element(ty: &Type, collection: &Value, key: &Value) -> Result<Value, AccessError> {
    let reasons = collection.collect_reasons().union(&key.collect_reasons());
    let element = match ty {
        Type::List(of) => {
            // Terraform looks at the number only once there is a list.
            convert(key, &Type::Number).map_err(|_| fail("the index must be a number"))?;
            (**of).clone()
        }
        Type::Tuple(types) => match position(key)? {
            Some(at) => types.get(at).cloned().ok_or_else(|| out_of_range(at as i64, types.len()))?,
            None => Type::Any,
        },
        Type::Map(of) => {
            convert(key, &Type::String).map_err(|_| fail("the key must be a string"))?;
            (**of).clone()
        }
        // Terraform does not look into the type here.
        Type::Object(attributes) => {
            let name = convert(key, &Type::String).map_err(|_| fail("the key must be a string"))?;
            name.as_str().and_then(|name| attributes.get(name)).map_or(Type::Any, |a| a.ty.clone())
        }
        Type::Any => Type::Any,
        Type::Set(_) => return Err(fail(SET)),
        other => return Err(fail(format!("a {other} has no elements"))),
    };
    Ok(Value::unknown(element, reasons))
}

const SET: &str = "the elements of a set have no index; `tolist(…)` gives them an order";

/// A key as a position; `None` where the key is not known.
fn position(key: &Value) -> Result<Option<usize>, AccessError> {
    let key = convert(key, &Type::Number).map_err(|_| fail("the index must be a number"))?;
    let Some(number) = key.as_number() else { return Ok(None) };
    if !number.is_integer() {
        return Err(fail(format!("the index must be a whole number, not {number}")));
    }
    if number.signum() < 0 {
        return Err(fail(format!("the index must not be negative, and this is {number}")));
    }
    Ok(Some(number.to_i64().and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX)))
}

fn out_of_range(position: i64, count: usize) -> AccessError {
    match count {
        0 => fail(format!("there is no element {position}: the collection is empty")),
        1 => fail(format!("there is no element {position}: the collection has one element")),
        n => fail(format!("there is no element {position}: the collection has {n} elements, counted from 0")),
    }
}

fn sequence(collection: &Value, key: &Value) -> Result<Value, AccessError> {
    let items = collection.elements().unwrap_or_default();
    match position(key)? {
        Some(at) => items.get(at).cloned().ok_or_else(|| out_of_range(at as i64, items.len())),
        None => {
            let ty = match &collection.data {
                Data::List(of, _) => of.clone(),
                _ => Type::Any,
            };
            let one = |key: &Value| items.get(position(key).ok()??).cloned();
            Ok(among_keys(key, one).unwrap_or_else(|| Value::unknown(ty, key.collect_reasons())))
        }
    }
}

fn mapping(collection: &Value, key: &Value) -> Result<Value, AccessError> {
    let key = convert(key, &Type::String).map_err(|_| fail("the key must be a string"))?;
    let Some(name) = key.as_str() else {
        let ty = match &collection.data {
            Data::Map(of, _) => of.clone(),
            _ => Type::Any,
        };
        let one = |key: &Value| collection.get(key.as_str()?).cloned();
        return Ok(among_keys(&key, one).unwrap_or_else(|| Value::unknown(ty, key.collect_reasons())));
    };
    collection.get(name).cloned().ok_or_else(|| missing(collection, name, "key"))
}

fn missing(collection: &Value, name: &str, what: &str) -> AccessError {
    let open = collection.entries().filter(|_| !collection.is_hidden());
    let names = open.into_iter().flat_map(|e| e.keys()).map(|k| &**k);
    match crate::base::suggest::suggest(name, names) {
        Some(near) => fail(format!("there is no {what} \"{name}\" here; did you mean \"{near}\"?")),
        None => fail(format!("there is no {what} \"{name}\" here")),
    }
}

/// `object.name`.
///
/// # Errors
/// A null value, one without attributes, or one without this attribute.
pub fn get_attr(object: &Value, name: &str) -> Result<Value, AccessError> {
    if object.is_null() {
        return Err(fail(format!("a null value has no attribute \"{name}\"")));
    }
    let found = match &object.data {
        Data::Unknown(u) => match u.refinement.attributes.as_ref().and_then(|known| known.get(name)) {
            Some(known) => known.clone(),
            None => {
                let ty = match &u.ty {
                    Type::Any => Type::Any,
                    Type::Map(of) => (**of).clone(),
                    Type::Object(attributes) => match attributes.get(name) {
                        Some(attribute) => attribute.ty.clone(),
                        None => return Err(fail(format!("there is no attribute \"{name}\" here"))),
                    },
                    other => return Err(fail(format!("a {other} has no attributes"))),
                };
                Value::unknown(ty, u.reasons.clone())
            }
        },
        Data::Map(..) => object.get(name).cloned().ok_or_else(|| missing(object, name, "key"))?,
        Data::Object(_) => object.get(name).cloned().ok_or_else(|| missing(object, name, "attribute"))?,
        Data::List(..) | Data::Set(..) | Data::Tuple(_) => {
            return Err(fail(format!("a {} has no attributes; name an element, or use [*] for all", object.ty())));
        }
        _ => return Err(fail(format!("a {} has no attributes", object.ty()))),
    };
    Ok(found.mark(object.marks))
}

impl Value {
    /// Keys and values in the order in which `for` takes them: indexes for lists and tuples, the elements themselves
    /// for sets; `None` for what cannot be iterated.
    pub fn iterate(&self) -> Option<Vec<(Value, Value)>> {
        match &self.data {
            Data::List(_, items) | Data::Tuple(items) => {
                Some(items.iter().enumerate().map(|(i, v)| (Value::number(i as i64), v.clone())).collect())
            }
            Data::Set(_, items) => Some(items.iter().map(|v| (v.clone(), v.clone())).collect()),
            Data::Map(_, entries) | Data::Object(entries) => {
                Some(entries.iter().map(|(k, v)| (Data::String(Arc::clone(k)).into(), v.clone())).collect())
            }
            _ => None,
        }
    }
}
