//! Defaults of optional object attributes, `optional(T, default)`, as HCL's `typeexpr` applies them: before conversion,
//! to every object on the way that lacks the attribute or has null there.

use super::{Data, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The defaults in one type constraint.
#[derive(Clone, Debug)]
pub enum Defaults {
    /// An object: defaults of its attributes, and what lies inside these.
    Object {
        /// By attribute.
        values: BTreeMap<Arc<str>, Value>,
        /// Defaults inside an attribute.
        children: BTreeMap<Arc<str>, Defaults>,
    },
    /// A list, set or map: the same for every element.
    Elements(Box<Defaults>),
    /// A tuple: for each element its own.
    Tuple(Vec<Option<Defaults>>),
}

impl Defaults {
    /// Of an object; `None` where there is nothing to fill in.
    pub fn of_object(values: BTreeMap<Arc<str>, Value>, children: BTreeMap<Arc<str>, Defaults>) -> Option<Defaults> {
        (!values.is_empty() || !children.is_empty()).then_some(Defaults::Object { values, children })
    }

    /// Of a collection.
    pub fn of_elements(element: Defaults) -> Defaults {
        Defaults::Elements(Box::new(element))
    }

    /// Of a tuple; `None` where there is nothing to fill in.
    pub fn of_tuple(elements: Vec<Option<Defaults>>) -> Option<Defaults> {
        elements.iter().any(Option::is_some).then_some(Defaults::Tuple(elements))
    }

    /// The value with what is missing filled in.
    pub fn apply(&self, value: &Value) -> Value {
        let data = match (self, &value.data) {
            (_, Data::Null(_) | Data::Unknown(_)) => return value.clone(),
            (Defaults::Object { values, children }, Data::Object(entries) | Data::Map(_, entries)) => {
                Data::Object(Arc::new(fill(entries, values, children)))
            }
            (Defaults::Elements(each), Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items)) => {
                Data::Tuple(Arc::new(items.iter().map(|v| each.apply(v)).collect()))
            }
            (Defaults::Elements(each), Data::Map(_, entries) | Data::Object(entries)) => {
                Data::Object(Arc::new(entries.iter().map(|(k, v)| (k.clone(), each.apply(v))).collect()))
            }
            (Defaults::Tuple(each), Data::Tuple(items)) => {
                let one = |(i, v): (usize, &Value)| match each.get(i) {
                    Some(Some(defaults)) => defaults.apply(v),
                    _ => v.clone(),
                };
                Data::Tuple(Arc::new(items.iter().enumerate().map(one).collect()))
            }
            _ => return value.clone(),
        };
        Value { data, marks: value.marks }
    }
}

fn fill(
    entries: &BTreeMap<Arc<str>, Value>,
    values: &BTreeMap<Arc<str>, Value>,
    children: &BTreeMap<Arc<str>, Defaults>,
) -> BTreeMap<Arc<str>, Value> {
    let mut out = entries.clone();
    for (name, default) in values {
        if out.get(name).is_none_or(Value::is_null) {
            out.insert(name.clone(), default.clone());
        } else if !default.is_null()
            && let Some(value) = out.get_mut(name)
        {
            *value = value.not_null();
        }
    }
    for (name, child) in children {
        if let Some(value) = out.get(name) {
            out.insert(name.clone(), child.apply(value));
        }
    }
    out
}
