//! Conversion of values to types (go-cty's `convert` package, its "unsafe" form, which Terraform uses).

use super::mismatch::message;
use super::unify::unify;
use super::{Data, MapEntries, Marks, Number, Refinement, Type, Unknown, Value};
use crate::cty::ty::Attr;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// How deep a value may be; deeper ones are refused.
pub const MOST_DEPTH: usize = 1000;

/// Why a value does not convert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvertError {
    /// The way to the part that does not, outermost first: `.name`, `[0]`, `["key"]`.
    pub path: Vec<String>,
    /// What is wrong with that part.
    pub message: String,
}

impl ConvertError {
    fn new(message: impl Into<String>) -> ConvertError {
        ConvertError { path: Vec::new(), message: message.into() }
    }

    fn at(mut self, step: String) -> ConvertError {
        self.path.insert(0, step);
        self
    }
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.is_empty() {
            true => f.write_str(&self.message),
            false => write!(f, "{}: {}", self.path.concat(), self.message),
        }
    }
}

impl std::error::Error for ConvertError {}

type Converted = Result<Value, ConvertError>;

/// Converts a value to a type. `any` inside the type is filled in from the value; missing optional attributes are null.
/// A value that is of the type already is returned as it is, sharing its parts.
///
/// # Errors
/// The part of the value that has no equivalent in the type.
pub fn convert(value: &Value, to: &Type) -> Converted {
    convert_at(value, to, 0).map_err(|e| {
        if value.is_hidden() {
            return ConvertError::new(format!("{} required", to.constraint_name()));
        }
        let from = value.ty();
        // Where the types alone rule it out, that says more than the first part that does not fit.
        if can_convert(&from, to) { e } else { ConvertError::new(message(&from, to)) }
    })
}

fn convert_at(value: &Value, to: &Type, depth: usize) -> Converted {
    if *to == Type::Any || value.is_of(to) {
        return Ok(value.clone());
    }
    if depth > MOST_DEPTH {
        return Err(ConvertError::new("nested too deeply"));
    }
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || convert_parts(value, to, depth))
}

/// Converts a value that is not of the type yet.
fn convert_parts(value: &Value, to: &Type, depth: usize) -> Converted {
    let mismatch = || ConvertError::new(message(&value.ty(), to));
    let data = match (&value.data, to) {
        (Data::Null(ty), _) => match can_convert(ty, to) {
            true => Data::Null(filled(&to.without_optional(), ty)),
            false => return Err(mismatch()),
        },
        (Data::Unknown(u), _) => match can_convert(&u.ty, to) {
            true => return Ok(unknown(u, to).mark(value.marks)),
            false => return Err(mismatch()),
        },
        (Data::Bool(b), Type::String) => Data::String(if *b { "true" } else { "false" }.into()),
        (Data::Number(n), Type::String) => Data::String(n.to_string().into()),
        (Data::String(s), Type::Bool) => Data::Bool(boolean(s)?),
        (Data::String(s), Type::Number) => {
            Data::Number(Number::parse(s).ok_or_else(|| ConvertError::new("a number is required"))?)
        }
        (Data::List(from, items) | Data::Set(from, items), Type::List(of) | Type::Set(of)) => {
            if matches!((&value.data, to), (Data::Set(..), Type::List(_))) && !value.is_wholly_known() {
                // How many elements such a set has is not known.
                return Ok(Value::unknown(
                    Type::List(Arc::new(filled(&of.without_optional(), from))),
                    value.collect_reasons(),
                )
                .mark(value.marks));
            }
            if let (Data::List(..), Type::List(of)) | (Data::Set(..), Type::Set(of)) = (&value.data, to)
                && **of == Type::Any
            {
                return Ok(value.clone());
            }
            return collection(each(items, of, depth)?, of, from, to, value.marks);
        }
        (Data::Tuple(items), Type::List(of) | Type::Set(of)) => return from_tuple(value, items, of, to, depth),
        (Data::Map(from, entries), Type::Map(of)) => mapping(each_entry(entries, of, depth)?, of, from)?,
        (Data::Object(entries), Type::Map(of)) => return from_object(value, entries, of, depth),
        (Data::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
            let one = |(i, (v, ty)): (usize, (&Value, &Type))| {
                convert_at(v, ty, depth + 1).map_err(|e| e.at(format!("[{i}]")))
            };
            Data::Tuple(Arc::new(items.iter().zip(types.iter()).enumerate().map(one).collect::<Result<_, _>>()?))
        }
        (Data::Object(entries), Type::Object(attributes)) => object(entries, attributes, depth)?,
        (Data::Map(_, entries), Type::Object(attributes)) => object(entries, attributes, depth)?,
        _ => return Err(mismatch()),
    };
    Ok(Value { data, marks: value.marks })
}

fn boolean(text: &str) -> Result<bool, ConvertError> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ConvertError::new(match text.to_lowercase().as_str() {
            lower @ ("true" | "false") => {
                format!("a bool is required; to convert from string, use lowercase \"{lower}\"")
            }
            _ => "a bool is required".to_string(),
        })),
    }
}

fn unknown(u: &Unknown, to: &Type) -> Value {
    let known = &u.refinement;
    let ty = filled(&to.without_optional(), &u.ty);
    let mut refinement = Refinement { not_null: known.not_null, ..Refinement::default() };
    (refinement.min_len, refinement.max_len) = lengths(u, to);
    if u.ty == Type::Any || to.is_primitive() {
        refinement.attributes = known.attributes.clone();
        refinement.one_of = known
            .one_of
            .as_ref()
            .and_then(|values| values.iter().map(|v| convert(v, to).ok()).collect::<Option<Vec<_>>>().map(Arc::new));
        if *to == Type::Number {
            (refinement.min, refinement.max) = (known.min.clone(), known.max.clone());
        }
        if *to == Type::String && matches!(u.ty, Type::String | Type::Any) {
            refinement.prefix = known.prefix.clone();
        }
        if matches!(to, Type::String | Type::Any) {
            refinement.draft = known.draft.clone();
        }
    }
    Value::unknown_refined(ty, u.reasons.clone(), refinement)
}

/// How many elements a collection made of an unknown value has.
fn lengths(u: &Unknown, to: &Type) -> (Option<usize>, Option<usize>) {
    let known = &u.refinement;
    match (&u.ty, to) {
        (Type::Object(attributes), Type::Map(_)) => (Some(attributes.len()), Some(attributes.len())),
        (Type::Tuple(types), Type::List(_)) => (Some(types.len()), Some(types.len())),
        (Type::Tuple(types), Type::Set(_)) => (Some(types.len().min(1)), Some(types.len())),
        (Type::List(_), Type::Set(_)) => (known.min_len.map(|n| n.min(1)), known.max_len),
        (Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Any, Type::List(_) | Type::Set(_) | Type::Map(_)) => {
            (known.min_len, known.max_len)
        }
        _ => (None, None),
    }
}

/// The type with every `any` in it replaced by what the type `from` of the value has in that place.
fn filled(to: &Type, from: &Type) -> Type {
    if !to.has_any() {
        return to.clone();
    }
    let joined = |of: &Type, parts: Vec<Type>| unify(&parts).map_or_else(|| of.clone(), |from| filled(of, &from));
    match (to, from) {
        (_, Type::Any) => to.clone(),
        (Type::Any, _) => from.clone(),
        (Type::List(of), Type::List(from) | Type::Set(from)) => Type::List(Arc::new(filled(of, from))),
        (Type::Set(of), Type::List(from) | Type::Set(from)) => Type::Set(Arc::new(filled(of, from))),
        (Type::List(of), Type::Tuple(types)) => Type::List(Arc::new(joined(of, types.to_vec()))),
        (Type::Set(of), Type::Tuple(types)) => Type::Set(Arc::new(joined(of, types.to_vec()))),
        (Type::Map(of), Type::Map(from)) => Type::Map(Arc::new(filled(of, from))),
        (Type::Map(of), Type::Object(attributes)) => {
            Type::Map(Arc::new(joined(of, attributes.values().map(|a| a.ty.clone()).collect())))
        }
        (Type::Tuple(to), Type::Tuple(from)) if to.len() == from.len() => {
            Type::Tuple(Arc::new(to.iter().zip(from.iter()).map(|(to, from)| filled(to, from)).collect()))
        }
        (Type::Object(to), Type::Object(from)) => Type::object_of(to.iter().map(|(name, to)| match from.get(name) {
            Some(from) => (name.clone(), filled(&to.ty, &from.ty)),
            None => (name.clone(), to.ty.clone()),
        })),
        (Type::Object(to), Type::Map(from)) => {
            Type::object_of(to.iter().map(|(name, to)| (name.clone(), filled(&to.ty, from))))
        }
        _ => to.clone(),
    }
}

fn each(items: &[Value], of: &Type, depth: usize) -> Result<Vec<Value>, ConvertError> {
    let one = |(i, v): (usize, &Value)| convert_at(v, of, depth + 1).map_err(|e| e.at(format!("[{i}]")));
    items.iter().enumerate().map(one).collect()
}

fn each_entry(entries: &MapEntries, of: &Type, depth: usize) -> Result<MapEntries, ConvertError> {
    let one = |(k, v): (&Arc<str>, &Value)| {
        let converted = convert_at(v, of, depth + 1).map_err(|e| e.at(format!("[\"{k}\"]")))?;
        Ok((k.clone(), converted))
    };
    entries.iter().map(one).collect()
}

/// A list or set of converted elements.
fn collection(items: Vec<Value>, of: &Type, from: &Type, to: &Type, marks: Marks) -> Converted {
    let (ty, items) = one_type(items, of, from, "element types must all match for conversion to list")?;
    Ok(match to {
        Type::Set(_) => Value::set(ty, items),
        _ => Value::list(ty, items),
    }
    .mark(marks))
}

fn mapping(entries: MapEntries, of: &Type, from: &Type) -> Result<Data, ConvertError> {
    let keys: Vec<Arc<str>> = entries.keys().cloned().collect();
    let values: Vec<Value> = entries.into_values().collect();
    let (ty, values) = one_type(values, of, from, "element types must all match for conversion to map")?;
    Ok(Data::Map(ty, Arc::new(keys.into_iter().zip(values).collect())))
}

/// The element type of a collection of these elements, which were converted to `of`, and the elements with that type.
fn one_type(mut items: Vec<Value>, of: &Type, from: &Type, problem: &str) -> Result<(Type, Vec<Value>), ConvertError> {
    if !of.has_any() {
        return Ok((of.without_optional(), items));
    }
    if items.is_empty() {
        return Ok((if *of == Type::Any { from.clone() } else { of.without_optional() }, items));
    }
    let mut types: Vec<Type> = items.iter().map(Value::ty).collect();
    if *of != Type::Any && types.windows(2).any(|pair| pair.first() != pair.last()) {
        let ty = unify(&types).ok_or_else(|| ConvertError::new("cannot find a common base type for all elements"))?;
        items = items.iter().map(|v| convert(v, &ty)).collect::<Result<_, _>>()?;
        types = items.iter().map(Value::ty).collect();
    }
    // What has no type of its own takes that of the others.
    let ty = types.iter().find(|t| **t != Type::Any).cloned().unwrap_or(Type::Any);
    if types.iter().any(|t| *t != Type::Any && *t != ty) {
        return Err(ConvertError::new(problem));
    }
    for item in &mut items {
        if item.ty() == Type::Any && ty != Type::Any {
            *item = convert(item, &ty)?;
        }
    }
    Ok((ty, items))
}

fn from_tuple(value: &Value, items: &[Value], of: &Type, to: &Type, depth: usize) -> Converted {
    if items.is_empty() {
        return collection(Vec::new(), &of.without_optional(), of, to, value.marks);
    }
    let mut element = of.clone();
    if *of == Type::Any {
        let types: Vec<Type> = items.iter().map(Value::ty).collect();
        element = unify(&types).ok_or_else(|| ConvertError::new(message(&value.ty(), to)))?;
        if element == Type::Any && types.iter().any(|t| *t != Type::Any) {
            return undecided(value, to);
        }
    }
    collection(each(items, &element, depth)?, &element, &element, to, value.marks)
}

fn from_object(value: &Value, entries: &MapEntries, of: &Type, depth: usize) -> Converted {
    let mut element = of.clone();
    if *of == Type::Any && !entries.is_empty() {
        let types: Vec<Type> = entries.values().map(Value::ty).collect();
        let to = Type::Map(Arc::new(Type::Any));
        element = unify(&types).ok_or_else(|| ConvertError::new(message(&value.ty(), &to)))?;
    }
    let data = mapping(each_entry(entries, &element, depth)?, &element, &element)?;
    Ok(Value { data, marks: value.marks })
}

/// A list or set whose element type hangs on an element that is not known. (A null without a type beside structural
/// elements is an error, as in Terraform.)
fn undecided(value: &Value, to: &Type) -> Converted {
    let reasons = value.collect_reasons();
    if reasons.is_empty() {
        return Err(ConvertError::new(message(&value.ty(), to)));
    }
    let count = value.elements().map(<[Value]>::len);
    let refinement = match to {
        Type::Set(_) => Refinement { not_null: true, min_len: Some(1), max_len: count, ..Refinement::default() },
        _ => Refinement { not_null: true, min_len: count, max_len: count, ..Refinement::default() },
    };
    Ok(Value::unknown_refined(to.without_optional(), reasons, refinement).mark(value.deep_marks()))
}

fn object(entries: &MapEntries, attributes: &BTreeMap<Arc<str>, Attr>, depth: usize) -> Result<Data, ConvertError> {
    let mut out = BTreeMap::new();
    for (name, attribute) in attributes {
        let value = match entries.get(name) {
            Some(value) => convert_at(value, &attribute.ty, depth + 1).map_err(|e| e.at(format!(".{name}")))?,
            None if attribute.optional => Value::null_of(attribute.ty.without_optional()),
            None => return Err(ConvertError::new(format!("attribute \"{name}\" is required"))),
        };
        out.insert(name.clone(), value);
    }
    Ok(Data::Object(Arc::new(out)))
}

/// Whether values of one type may convert to another (some may still fail, such as a string that is no number).
pub fn can_convert(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::String | Type::Number | Type::Bool, Type::String) | (Type::String, Type::Number | Type::Bool) => true,
        (Type::List(a) | Type::Set(a), Type::List(b) | Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            can_convert(a, b)
        }
        (Type::Tuple(types), Type::List(of) | Type::Set(of)) if **of == Type::Any => {
            types.is_empty() || unify(types).is_some()
        }
        (Type::Object(attributes), Type::Map(of)) if **of == Type::Any => {
            let types: Vec<Type> = attributes.values().map(|a| a.ty.clone()).collect();
            types.is_empty() || unify(&types).is_some()
        }
        (Type::Tuple(types), Type::List(b) | Type::Set(b)) => types.iter().all(|a| can_convert(a, b)),
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| can_convert(a, b))
        }
        (Type::Object(attributes), Type::Map(b)) => attributes.values().all(|a| can_convert(&a.ty, b)),
        (Type::Map(a), Type::Object(attributes)) => attributes.values().all(|b| b.optional || can_convert(a, &b.ty)),
        (Type::Object(a), Type::Object(b)) => b.iter().all(|(name, wanted)| match a.get(name) {
            Some(have) => can_convert(&have.ty, &wanted.ty),
            None => wanted.optional,
        }),
        (a, b) => a == b,
    }
}
