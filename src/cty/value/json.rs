//! Values and JSON: Terraform's `jsonencode` text, decoding, and the trees of `terraform show -json`.

use super::{Data, Marks, Number, Type, Value};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

/// The text that `jsonencode` gives; `None` where something in the value is not known.
pub fn encode(value: &Value) -> Option<String> {
    let mut out = String::new();
    write_json(value, &mut out).then_some(out)
}

fn write_json(value: &Value, out: &mut String) -> bool {
    match &value.data {
        Data::Unknown(_) => return false,
        Data::Null(_) => out.push_str("null"),
        Data::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Data::Number(n) => {
            let _ = write!(out, "{n}");
        }
        Data::String(s) => quote(s, out),
        Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                if !write_json(item, out) {
                    return false;
                }
            }
            out.push(']');
        }
        Data::Map(_, entries) | Data::Object(entries) => {
            out.push('{');
            for (i, (key, item)) in entries.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                quote(key, out);
                out.push(':');
                if !write_json(item, out) {
                    return false;
                }
            }
            out.push('}');
        }
    }
    true
}

/// A JSON string as Go's encoder writes it, with HTML's special characters escaped.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Reads JSON text: exact numbers, tuples and objects.
///
/// # Errors
/// What is wrong with the text, and where.
pub fn decode(text: &str) -> Result<Value, String> {
    let json: Json = serde_json::from_str(text).map_err(|e| e.to_string())?;
    from_json(&json)
}

/// A value of a parsed JSON document.
///
/// # Errors
/// A number that Terraform cannot hold.
pub fn from_json(json: &Json) -> Result<Value, String> {
    Ok(match json {
        Json::Null => Value::null(),
        Json::Bool(b) => Value::bool(*b),
        Json::Number(n) => {
            let text = n.to_string();
            Value::number(
                Number::parse(&text).ok_or_else(|| format!("{text} is not a number that Terraform can hold"))?,
            )
        }
        Json::String(s) => Value::string(s),
        Json::Array(items) => Value::tuple(items.iter().map(from_json).collect::<Result<_, _>>()?),
        Json::Object(entries) => {
            let entry = |(k, v): (&String, &Json)| Ok((key(k), from_json(v)?));
            Value::object(entries.iter().map(entry).collect::<Result<BTreeMap<_, _>, String>>()?)
        }
    })
}

fn key(text: &str) -> Arc<str> {
    match Value::string(text).data {
        Data::String(s) => s,
        _ => text.into(),
    }
}

/// The value as JSON; what is not known is null.
pub fn plain(value: &Value) -> Json {
    match &value.data {
        Data::Unknown(_) | Data::Null(_) => Json::Null,
        Data::Bool(b) => (*b).into(),
        Data::Number(n) => number(n),
        Data::String(s) => (&**s).into(),
        Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => items.iter().map(plain).collect(),
        Data::Map(_, entries) | Data::Object(entries) => {
            Json::Object(entries.iter().map(|(k, v)| (k.to_string(), plain(v))).collect())
        }
    }
}

fn number(n: &Number) -> Json {
    match n {
        Number::Int(i) | Number::Counted(i) => (*i).into(),
        other => serde_json::from_str(&other.to_string()).unwrap_or(Json::Null),
    }
}

/// The known parts of a value, as `planned_values` has them: unknown attributes are left out, unknown elements are null.
///
/// Sensitive values stand in it beside their mark, as in Terraform's; ephemeral and private ones stand nowhere.
pub fn known(value: &Value) -> Json {
    if value.marks.without(Marks::ANY_SENSITIVE).is_hidden() {
        return Json::Null;
    }
    match &value.data {
        Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => items.iter().map(known).collect(),
        Data::Map(_, entries) | Data::Object(entries) => {
            let entries = entries.iter().filter(|(_, v)| is_in_part(v));
            Json::Object(entries.map(|(k, v)| (k.to_string(), known(v))).collect())
        }
        Data::Unknown(_) => value.whole_object().map_or(Json::Null, |object| known(&object)),
        _ => plain(value),
    }
}

/// The same without what is private or ephemeral. As `terraform show -json` does, it has what is sensitive.
pub fn shown(value: &Value) -> Json {
    match &value.data {
        _ if is_left_out(value) => Json::Null,
        Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => items.iter().map(shown).collect(),
        Data::Map(_, entries) | Data::Object(entries) => {
            let entries = entries.iter().filter(|(_, v)| is_in_part(v) && !is_left_out(v));
            Json::Object(entries.map(|(k, v)| (k.to_string(), shown(v))).collect())
        }
        Data::Unknown(_) => value.whole_object().map_or(Json::Null, |object| shown(&object)),
        _ => plain(value),
    }
}

/// Whether a value is known, or is an object of which the attributes are told.
fn is_in_part(value: &Value) -> bool {
    value.is_known() || value.whole_object().is_some()
}

/// Whether a value is never written.
fn is_left_out(value: &Value) -> bool {
    value.marks.without(Marks::ANY_SENSITIVE).is_hidden()
}

/// A type as go-cty writes it in JSON.
pub fn of_type(ty: &Type) -> Json {
    match ty {
        Type::Any => "dynamic".into(),
        Type::Bool => "bool".into(),
        Type::Number => "number".into(),
        Type::String => "string".into(),
        Type::List(of) => Json::Array(vec!["list".into(), of_type(of)]),
        Type::Set(of) => Json::Array(vec!["set".into(), of_type(of)]),
        Type::Map(of) => Json::Array(vec!["map".into(), of_type(of)]),
        Type::Tuple(types) => Json::Array(vec!["tuple".into(), types.iter().map(of_type).collect()]),
        Type::Object(attributes) => {
            let attributes = attributes.iter().map(|(name, attribute)| (name.to_string(), of_type(&attribute.ty)));
            Json::Array(vec!["object".into(), Json::Object(attributes.collect())])
        }
    }
}

/// The type that go-cty wrote as JSON; `None` where that is not a type.
pub fn type_of(json: &Json) -> Option<Type> {
    if let Some(name) = json.as_str() {
        return Some(match name {
            "dynamic" => Type::Any,
            "bool" => Type::Bool,
            "number" => Type::Number,
            "string" => Type::String,
            _ => return None,
        });
    }
    let [kind, of] = json.as_array()?.as_slice() else { return None };
    Some(match kind.as_str()? {
        "list" => Type::List(Arc::new(type_of(of)?)),
        "set" => Type::Set(Arc::new(type_of(of)?)),
        "map" => Type::Map(Arc::new(type_of(of)?)),
        "tuple" => Type::Tuple(Arc::new(of.as_array()?.iter().map(type_of).collect::<Option<_>>()?)),
        "object" => {
            let attribute = |(name, ty): (&String, &Json)| Some((name.as_str().into(), type_of(ty)?));
            Type::object_of(of.as_object()?.iter().map(attribute).collect::<Option<Vec<_>>>()?)
        }
        _ => return None,
    })
}

/// `after_unknown`: `true` where a value is not known; known attributes are left out, known elements are `false`.
pub fn unknown_tree(value: &Value) -> Option<Json> {
    match &value.data {
        Data::Unknown(_) => value.whole_object().map_or(Some(true.into()), |object| unknown_tree(&object)),
        _ if is_left_out(value) => None,
        Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => {
            Some(items.iter().map(|v| unknown_tree(v).unwrap_or(false.into())).collect())
        }
        Data::Map(_, entries) | Data::Object(entries) => Some(tree(entries, unknown_tree)),
        _ => None,
    }
}

/// `after_sensitive`, in the same way.
pub fn sensitive_tree(value: &Value) -> Option<Json> {
    if value.marks.is_hidden() {
        return Some(true.into());
    }
    match &value.data {
        Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => {
            Some(items.iter().map(|v| sensitive_tree(v).unwrap_or(false.into())).collect())
        }
        Data::Map(_, entries) | Data::Object(entries) => Some(tree(entries, sensitive_tree)),
        Data::Unknown(_) => sensitive_tree(&value.whole_object()?),
        _ => None,
    }
}

fn tree(entries: &BTreeMap<Arc<str>, Value>, below: fn(&Value) -> Option<Json>) -> Json {
    let some = entries.iter().filter_map(|(k, v)| Some((k.to_string(), below(v)?)));
    Json::Object(some.collect::<Map<_, _>>())
}
