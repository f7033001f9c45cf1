//! What is known of unknown results.

use super::{Data, Reasons, Refinement, Type, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The result of a conditional whose condition is not known; both arms are of one type already.
pub fn either(why: &Reasons, yes: &Value, no: &Value) -> Value {
    let marks = yes.marks.union(no.marks);
    if yes.is_wholly_known() && no.is_wholly_known() && super::ops::equals(yes, no).as_bool() == Some(true) {
        return yes.clone().mark(marks);
    }
    let (a, b) = (yes.ty(), no.ty());
    let ty = if a == b { a } else { Type::Any };
    let reasons = why.union(&yes.collect_reasons()).union(&no.collect_reasons());
    let refinement = Refinement {
        not_null: is_not_null(yes) && is_not_null(no),
        one_of: possible(yes).zip(possible(no)).map(|(mut a, b)| {
            a.extend(b);
            Arc::new(a)
        }),
        min_len: len(yes).zip(len(no)).map(|(a, b)| a.min(b)),
        max_len: len(yes).zip(len(no)).map(|(a, b)| a.max(b)),
        ..Refinement::default()
    };
    Value::unknown_refined(ty, reasons, refinement).mark(marks)
}

fn is_not_null(value: &Value) -> bool {
    match &value.data {
        Data::Null(_) => false,
        Data::Unknown(u) => u.refinement.not_null,
        _ => true,
    }
}

fn len(value: &Value) -> Option<usize> {
    value.elements().map(<[Value]>::len).or_else(|| value.entries().map(BTreeMap::len))
}

/// The values that it can have, where they are few and known.
fn possible(value: &Value) -> Option<Vec<Value>> {
    const MOST: usize = 16;
    match &value.data {
        Data::Unknown(u) => u.refinement.one_of.as_ref().filter(|v| v.len() < MOST).map(|v| v.to_vec()),
        _ if value.is_wholly_known() => Some(vec![value.clone()]),
        _ => None,
    }
}

impl Value {
    /// An object of which only some attributes are known; all others are unknown for these reasons.
    pub fn open_object(attributes: BTreeMap<Arc<str>, Value>, reasons: Reasons) -> Value {
        let refinement = Refinement { not_null: true, attributes: Some(Arc::new(attributes)), ..Refinement::default() };
        Value::unknown_refined(Type::Any, reasons, refinement)
    }

    /// The marks of the value and everything in it.
    pub fn deep_marks(&self) -> super::Marks {
        let below = match &self.data {
            Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => {
                items.iter().map(Value::deep_marks).fold(super::Marks::NONE, super::Marks::union)
            }
            Data::Map(_, entries) | Data::Object(entries) => {
                entries.values().map(Value::deep_marks).fold(super::Marks::NONE, super::Marks::union)
            }
            _ => super::Marks::NONE,
        };
        self.marks.union(below)
    }

    /// Whether nothing in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match &self.data {
            Data::Unknown(_) => false,
            Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => items.iter().all(Value::is_wholly_known),
            Data::Map(_, entries) | Data::Object(entries) => entries.values().all(Value::is_wholly_known),
            _ => true,
        }
    }

    /// Why anything in it is not known; empty where all is.
    pub fn collect_reasons(&self) -> Reasons {
        let all = |values: &mut dyn Iterator<Item = &Value>| {
            values.fold(Reasons::default(), |reasons, v| reasons.union(&v.collect_reasons()))
        };
        match &self.data {
            Data::Unknown(u) => u.reasons.clone(),
            Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => all(&mut items.iter()),
            Data::Map(_, entries) | Data::Object(entries) => all(&mut entries.values()),
            _ => Reasons::default(),
        }
    }

    /// The same value without these marks, also inside.
    pub fn unmark_deep(&self, marks: super::Marks) -> Value {
        if self.deep_marks().is_empty() {
            return self.clone();
        }
        let list = |items: &[Value]| Arc::new(items.iter().map(|v| v.unmark_deep(marks)).collect::<Vec<_>>());
        let entries = |entries: &BTreeMap<Arc<str>, Value>| {
            Arc::new(entries.iter().map(|(k, v)| (k.clone(), v.unmark_deep(marks))).collect::<BTreeMap<_, _>>())
        };
        let data = match &self.data {
            Data::List(of, items) => Data::List(of.clone(), list(items)),
            Data::Set(of, items) => Data::Set(of.clone(), list(items)),
            Data::Tuple(items) => Data::Tuple(list(items)),
            Data::Map(of, e) => Data::Map(of.clone(), entries(e)),
            Data::Object(e) => Data::Object(entries(e)),
            other => other.clone(),
        };
        Value { data, marks: self.marks.without(marks) }
    }
}
