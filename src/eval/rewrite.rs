//! Where the plan shows a written argument otherwise than it was written: the provider's state functions and diff
//! suppression (`catalog::provider_defaults`, rewrites).

use crate::catalog::provider_defaults::{self, Rewrite};
use crate::catalog::{schema, scope};
use crate::cty::value::{Data, Type, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

type Values = BTreeMap<Arc<str>, Value>;

/// Rewrites the arguments of a resource as the provider does at plan time.
pub fn apply(type_name: &str, values: &mut Values) {
    rewrite(type_name, values, |_, _| true);
}

/// The same of what the provider's defaults put in: on Autopilot some of them are not planned.
pub fn apply_to_defaults(type_name: &str, values: &mut Values) {
    rewrite(type_name, values, |rewrite, value| rewrite == Rewrite::NullWhenAutopilot && value.is_known());
}

fn rewrite(type_name: &str, values: &mut Values, counts: impl Fn(Rewrite, &Value) -> bool) {
    let autopilot = values.get("enable_autopilot").and_then(Value::as_bool) == Some(true);
    for lines in provider_defaults::rewrites(type_name).chunk_by(|a, b| a.name == b.name) {
        let Some(value) = lines.first().and_then(|line| values.get_mut(line.name)) else { continue };
        for line in lines {
            let change = |value: &Value| one(value, line.rewrite, autopilot).filter(|_| counts(line.rewrite, value));
            if let Some(changed) = inside(value, line.below, &change) {
                *value = changed;
            }
        }
    }
}

/// The value with what stands at the path changed; `None` where nothing changes.
fn inside(value: &Value, path: Option<&str>, change: &dyn Fn(&Value) -> Option<Value>) -> Option<Value> {
    let Some(names) = path else { return change(value) };
    let data = match &value.data {
        Data::Object(entries) => {
            let (first, rest) = provider_defaults::split(names);
            let changed = inside(entries.get(first)?, rest, change)?;
            let mut entries = (**entries).clone();
            entries.insert(Arc::from(first), changed);
            Data::Object(Arc::new(entries))
        }
        Data::Tuple(items) => {
            let new: Vec<Option<Value>> = items.iter().map(|item| inside(item, path, change)).collect();
            new.iter().any(Option::is_some).then_some(())?;
            let all = items.iter().zip(new).map(|(item, new)| new.unwrap_or_else(|| item.clone()));
            Data::Tuple(Arc::new(all.collect()))
        }
        _ => return None,
    };
    Some(Value { data, marks: value.marks })
}

fn one(value: &Value, rewrite: Rewrite, autopilot: bool) -> Option<Value> {
    match rewrite {
        Rewrite::NullIf(text) => {
            let this = json::encode(value)?;
            (this == text).then(|| Value::null_of(value.ty()))
        }
        Rewrite::NullWhenAutopilot if autopilot => Some(match &value.data {
            Data::Tuple(_) => Value::tuple(Vec::new()),
            _ => Value::null_of(value.ty()),
        }),
        Rewrite::NullWhenAutopilot => None,
        Rewrite::UpperCase => each_text(value, &|text| text.to_uppercase()),
        Rewrite::ScopeAliases => each_text(value, &|text| scope::canonical(text).to_string()),
        Rewrite::NormalJson => {
            let decoded = json::decode(value.as_str()?).ok()?;
            Some(Value::string(json::encode(&decoded)?).mark(value.marks))
        }
        Rewrite::NullIfOnly(key) => {
            let entries = value.entries()?;
            (entries.len() == 1 && entries.contains_key(key)).then(|| Value::null_of(value.ty()))
        }
        Rewrite::DropZeroCounts => {
            let zero = |block: &Value| block.get("count").and_then(Value::as_number).is_some_and(|n| n.signum() == 0);
            let blocks = value.elements()?;
            (!blocks.is_empty() && blocks.iter().all(zero)).then(|| Value::tuple(Vec::new()).mark(value.marks))
        }
        Rewrite::StripPrefix(prefix) => each_text(value, &|text| text.strip_prefix(prefix).unwrap_or(text).to_string()),
    }
}

fn each_text(value: &Value, change: &dyn Fn(&str) -> String) -> Option<Value> {
    let all = |items: &[Value]| -> Vec<Value> {
        items.iter().map(|v| each_text(v, change).unwrap_or_else(|| v.clone())).collect()
    };
    Some(
        match &value.data {
            Data::String(text) => Value::string(change(text)),
            Data::List(of, items) => Value::list(of.clone(), all(items)),
            Data::Set(of, items) => Value::set(of.clone(), all(items)),
            Data::Tuple(items) => Value::tuple(all(items)),
            _ => return None,
        }
        .mark(value.marks),
    )
}

/// An argument that the provider can compute and that is written as an empty text or collection counts as not written. Any
/// other set or map that is empty is null; a list stays (real plans: `tags = []`, `enable_components = []`).
pub fn drop_empty(values: &mut Values, schema: &schema::BlockSchema, unknown: &dyn Fn(&str, Type) -> Value) {
    values.extend(emptied(values, schema, unknown, None));
}

/// A name in a resource, and those of the blocks around it.
struct ArgumentPath<'a> {
    around: Option<&'a ArgumentPath<'a>>,
    name: &'a str,
}

impl ArgumentPath<'_> {
    fn path(&self) -> String {
        self.around.map_or_else(|| self.name.to_string(), |around| [&around.path(), ".", self.name].concat())
    }
}

/// What takes the place of empty values in a block, by name.
fn emptied(
    values: &Values,
    schema: &schema::BlockSchema,
    unknown: &dyn Fn(&str, Type) -> Value,
    around: Option<&ArgumentPath>,
) -> Vec<(Arc<str>, Value)> {
    let replaced = |(name, value): (&Arc<str>, &Value)| {
        let at = ArgumentPath { around, name };
        let empty = value.elements().map(<[Value]>::is_empty).or_else(|| value.entries().map(Values::is_empty));
        if value.as_str() == Some("") || empty == Some(true) {
            let attribute = schema.attribute(name)?;
            let ty = attribute.ty.clone();
            return match &ty {
                _ if attribute.optional && attribute.computed => Some((name.clone(), unknown(&at.path(), ty))),
                Type::Set(_) | Type::Map(_) => Some((name.clone(), Value::null_of(ty))),
                _ => None,
            };
        }
        let Data::Tuple(items) = &value.data else { return None };
        let nested = schema.block(name)?;
        let inside = |item: &Value| match &item.data {
            Data::Object(entries) => emptied(entries, &nested.block, unknown, Some(&at)),
            _ => Vec::new(),
        };
        let inner: Vec<_> = items.iter().map(inside).collect();
        inner.iter().any(|new| !new.is_empty()).then(|| {
            let all = items.iter().zip(inner).map(|(item, new)| match &item.data {
                Data::Object(entries) if !new.is_empty() => {
                    let mut entries = (**entries).clone();
                    entries.extend(new);
                    Value::object(entries)
                }
                _ => item.clone(),
            });
            (name.clone(), Value::tuple(all.collect()))
        })
    };
    values.iter().filter_map(replaced).collect()
}
