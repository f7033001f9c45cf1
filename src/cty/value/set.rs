//! Sets in Terraform's order (go-cty `set_internals.go`): text and numbers ascending, false before true, everything else
//! by a text that stands for the value.

use super::{Data, Type, Value};
use std::cmp::Ordering;
use std::fmt::Write;
use std::sync::Arc;

impl Value {
    /// A set of these elements, which must be of type `element` already: sorted, without duplicates.
    pub fn set(element: Type, mut values: Vec<Value>) -> Value {
        let marks = values.iter().map(Value::deep_marks).fold(super::Marks::NONE, super::Marks::union);
        if element.is_primitive() {
            values.sort_by(order);
        } else {
            values.sort_by_cached_key(|v| (v.is_null(), !v.is_known(), text_of(v)));
        }
        values.dedup_by(|a, b| a.is_wholly_known() && super::ops::equals(a, b).as_bool() == Some(true));
        Value::from(Data::Set(element, Arc::new(values))).mark(marks)
    }

    /// A set of nested blocks, whose types may differ where something in them is not known.
    pub fn set_of_blocks(values: Vec<Value>) -> Value {
        let ty = values.first().map_or(Type::Any, Value::ty);
        let one_type = values.iter().all(|v| v.ty() == ty);
        match Value::set(if one_type { ty } else { Type::Any }, values) {
            Value { data: Data::Set(_, items), marks } if !one_type => Value::from(Data::Tuple(items)).mark(marks),
            set => set,
        }
    }
}

fn order(a: &Value, b: &Value) -> Ordering {
    match (&a.data, &b.data) {
        (Data::Null(_), Data::Null(_)) => Ordering::Equal,
        (Data::Null(_), _) => Ordering::Greater,
        (_, Data::Null(_)) => Ordering::Less,
        (Data::Unknown(_), Data::Unknown(_)) => Ordering::Equal,
        (Data::Unknown(_), _) => Ordering::Greater,
        (_, Data::Unknown(_)) => Ordering::Less,
        (Data::String(a), Data::String(b)) => a.cmp(b),
        (Data::Number(a), Data::Number(b)) => a.cmp(b),
        (Data::Bool(a), Data::Bool(b)) => a.cmp(b),
        _ => text_of(a).cmp(&text_of(b)),
    }
}

fn text_of(value: &Value) -> String {
    let mut out = String::new();
    write_text(value, &mut out);
    out
}

fn write_text(value: &Value, out: &mut String) {
    match &value.data {
        Data::Unknown(_) => out.push('?'),
        Data::Null(_) => out.push('~'),
        Data::Bool(b) => out.push(if *b { 'T' } else { 'F' }),
        Data::Number(n) => out.push_str(&n.ten_digits()),
        Data::String(s) => {
            // Go's %q.
            let _ = write!(out, "{}", super::console::quote_go(s));
        }
        Data::List(_, items) | Data::Set(_, items) => sequence(items, '[', ']', out),
        Data::Tuple(items) => sequence(items, '<', '>', out),
        Data::Object(entries) => {
            out.push('<');
            for v in entries.values() {
                write_text(v, out);
                out.push(';');
            }
            out.push('>');
        }
        Data::Map(_, entries) => {
            out.push('{');
            for (k, v) in entries.iter() {
                let _ = write!(out, "{}:", super::console::quote_go(k));
                write_text(v, out);
                out.push(';');
            }
            out.push('}');
        }
    }
}

fn sequence(items: &[Value], open: char, close: char, out: &mut String) {
    out.push(open);
    for item in items {
        write_text(item, out);
        out.push(';');
    }
    out.push(close);
}
