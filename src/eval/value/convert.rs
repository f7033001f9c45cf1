//! Conversion between types and unification of types (cty's `convert` package).

use super::{Data, Marks, Number, Refinement, Type, Unknown, Value};
use crate::ty::Attr;
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
///
/// # Errors
/// The part of the value that has no equivalent in the type.
pub fn convert(value: &Value, to: &Type) -> Converted {
    convert_at(value, to, 0)
}

fn convert_at(value: &Value, to: &Type, depth: usize) -> Converted {
    if depth > MOST_DEPTH {
        return Err(ConvertError::new("nested too deeply"));
    }
    let data = match (&value.data, to) {
        (_, Type::Any) => return Ok(value.clone()),
        (Data::Bool(_), Type::Bool) | (Data::Number(_), Type::Number) | (Data::String(_), Type::String) => {
            return Ok(value.clone());
        }
        (Data::Null(ty), _) => match can_convert(ty, to) {
            true => Data::Null(to.without_optional()),
            false => return Err(mismatch(to)),
        },
        (Data::Unknown(u), _) => unknown(u, to)?,
        (Data::Bool(b), Type::String) => Data::String(if *b { "true" } else { "false" }.into()),
        (Data::Number(n), Type::String) => Data::String(n.to_string().into()),
        (Data::String(s), Type::Bool) => Data::Bool(boolean(s)?),
        (Data::String(s), Type::Number) => {
            Data::Number(Number::parse(s).ok_or_else(|| ConvertError::new("a number is required"))?)
        }
        (Data::List(of, items), Type::List(to)) if *of == **to => Data::List(of.clone(), items.clone()),
        (Data::Set(of, items), Type::Set(to)) if *of == **to => Data::Set(of.clone(), items.clone()),
        (Data::Map(of, items), Type::Map(to)) if *of == **to => Data::Map(of.clone(), items.clone()),
        (Data::List(_, items) | Data::Tuple(items) | Data::Set(_, items), Type::List(of)) => {
            let from_set = matches!(value.data, Data::Set(..));
            let (of, items) = elements(items, element_hint(value), of, from_set, depth)?;
            Data::List(of, Arc::new(items))
        }
        (Data::List(_, items) | Data::Tuple(items) | Data::Set(_, items), Type::Set(of)) => {
            let (of, items) = elements(items, element_hint(value), of, true, depth)?;
            return Ok(Value::set(of, items).mark(value.marks));
        }
        (Data::Map(_, entries) | Data::Object(entries), Type::Map(of)) => map(entries, element_hint(value), of, depth)?,
        (Data::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
            let converted = items.iter().zip(types.iter()).enumerate();
            let converted =
                converted.map(|(i, (v, ty))| convert_at(v, ty, depth + 1).map_err(|e| e.at(format!("[{i}]"))));
            Data::Tuple(Arc::new(converted.collect::<Result<_, _>>()?))
        }
        (Data::Tuple(items), Type::Tuple(types)) => {
            return Err(ConvertError::new(format!(
                "{} elements are required, but this has {}",
                types.len(),
                items.len()
            )));
        }
        (Data::Object(entries) | Data::Map(_, entries), Type::Object(attributes)) => {
            object(entries, attributes, depth)?
        }
        _ => return Err(mismatch(to)),
    };
    Ok(Value { data, marks: value.marks })
}

fn element_hint(value: &Value) -> Option<&Type> {
    match &value.data {
        Data::List(of, _) | Data::Set(of, _) | Data::Map(of, _) => Some(of),
        _ => None,
    }
}

fn boolean(text: &str) -> Result<bool, ConvertError> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        "True" | "TRUE" | "False" | "FALSE" => Err(ConvertError::new(format!(
            "a bool is required; to convert from string, use lowercase \"{}\"",
            text.to_lowercase()
        ))),
        _ => Err(ConvertError::new("a bool is required")),
    }
}

fn mismatch(to: &Type) -> ConvertError {
    ConvertError::new(match to {
        Type::Object(_) => "an object is required".to_string(),
        Type::Tuple(_) => "a tuple is required".to_string(),
        Type::List(_) | Type::Set(_) | Type::Map(_) => format!("{to} required"),
        _ => format!("a {to} is required"),
    })
}

fn unknown(u: &Arc<Unknown>, to: &Type) -> Result<Data, ConvertError> {
    if u.ty == *to {
        return Ok(Data::Unknown(u.clone()));
    }
    if !can_convert(&u.ty, to) {
        return Err(mismatch(to));
    }
    let mut refinement = Refinement { not_null: u.refinement.not_null, ..Refinement::default() };
    if u.ty == Type::Any || to.is_primitive() {
        refinement = u.refinement.clone();
        refinement.one_of =
            u.refinement.one_of.as_ref().and_then(|values| {
                values.iter().map(|v| convert(v, to).ok()).collect::<Option<Vec<_>>>().map(Arc::new)
            });
        if *to != Type::Number {
            (refinement.min, refinement.max) = (None, None);
        }
    }
    let ty = if to.has_any() && !u.ty.has_any() { filled(to, &u.ty) } else { to.without_optional() };
    Ok(Data::Unknown(Arc::new(Unknown { ty, reasons: u.reasons.clone(), refinement })))
}

/// `to` with its `any` filled in from a type that converts to it.
fn filled(to: &Type, from: &Type) -> Type {
    match (to, from) {
        (Type::Any, _) => from.clone(),
        (Type::List(a), Type::List(b) | Type::Set(b)) => Type::List(Arc::new(filled(a, b))),
        (Type::Set(a), Type::List(b) | Type::Set(b)) => Type::Set(Arc::new(filled(a, b))),
        (Type::Map(a), Type::Map(b)) => Type::Map(Arc::new(filled(a, b))),
        _ => to.without_optional(),
    }
}

fn elements(
    items: &[Value],
    hint: Option<&Type>,
    of: &Type,
    from_set: bool,
    depth: usize,
) -> Result<(Type, Vec<Value>), ConvertError> {
    let step = |i: usize| if from_set { String::new() } else { format!("[{i}]") };
    if !of.has_any() {
        let converted = items.iter().enumerate();
        let converted = converted.map(|(i, v)| convert_at(v, of, depth + 1).map_err(|e| e.at(step(i))));
        return Ok((of.without_optional(), converted.collect::<Result<_, _>>()?));
    }
    let partly = items.iter().enumerate();
    let partly: Vec<Value> =
        partly.map(|(i, v)| convert_at(v, of, depth + 1).map_err(|e| e.at(step(i)))).collect::<Result<_, _>>()?;
    if partly.is_empty() {
        let ty = hint.map_or_else(|| of.without_optional(), |hint| filled(of, hint));
        return Ok((ty, partly));
    }
    unify_values(&partly).ok_or_else(|| ConvertError::new("all elements must be of one type"))
}

fn map(
    entries: &BTreeMap<Arc<str>, Value>,
    hint: Option<&Type>,
    of: &Type,
    depth: usize,
) -> Result<Data, ConvertError> {
    let keys = || entries.keys().cloned();
    let converted = |v: &Value, k: &Arc<str>| convert_at(v, of, depth + 1).map_err(|e| e.at(format!("[\"{k}\"]")));
    let values: Vec<Value> = entries.iter().map(|(k, v)| converted(v, k)).collect::<Result<_, _>>()?;
    let (ty, values) = match of.has_any() {
        false => (of.without_optional(), values),
        true if values.is_empty() => (hint.map_or_else(|| of.without_optional(), |hint| filled(of, hint)), values),
        true => unify_values(&values).ok_or_else(|| ConvertError::new("all map elements must have the same type"))?,
    };
    Ok(Data::Map(ty, Arc::new(keys().zip(values).collect())))
}

fn object(
    entries: &BTreeMap<Arc<str>, Value>,
    attributes: &BTreeMap<Arc<str>, Attr>,
    depth: usize,
) -> Result<Data, ConvertError> {
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
        (a, b) if a == b => true,
        (Type::String | Type::Number | Type::Bool, Type::String) | (Type::String, Type::Number | Type::Bool) => true,
        (Type::List(a) | Type::Set(a), Type::List(b) | Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            can_convert(a, b)
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
        _ => false,
    }
}

/// The one type that all these types convert to without loss, as cty's `convert.Unify` finds it.
pub fn unify(types: &[Type]) -> Option<Type> {
    let first = types.first()?;
    if types.iter().all(|t| t == first) {
        return Some(first.clone());
    }
    let known: Vec<&Type> = types.iter().filter(|t| **t != Type::Any).collect();
    if known.len() < types.len() {
        return Some(Type::Any);
    }
    if types.iter().all(|t| matches!(t, Type::Object(_) | Type::Map(_))) {
        return unify_mappings(types);
    }
    if types.iter().all(|t| matches!(t, Type::Tuple(_) | Type::List(_) | Type::Set(_))) {
        return unify_sequences(types);
    }
    if types.iter().all(Type::is_primitive) {
        let has = |ty: &Type| types.contains(ty);
        return match (has(&Type::Number), has(&Type::Bool)) {
            (true, true) if !has(&Type::String) => None,
            _ => Some(Type::String),
        };
    }
    None
}

fn unify_mappings(types: &[Type]) -> Option<Type> {
    let objects: Vec<_> = types.iter().filter_map(|t| if let Type::Object(a) = t { Some(a) } else { None }).collect();
    if objects.len() == types.len() {
        let first = objects.first()?;
        let same = objects.iter().all(|o| o.len() == first.len() && o.keys().eq(first.keys()));
        if same {
            let unified = first.keys().map(|name| {
                let attributes: Option<Vec<Type>> = objects.iter().map(|o| o.get(name).map(|a| a.ty.clone())).collect();
                Some((name.clone(), unify(&attributes?)?))
            });
            return Some(Type::object_of(unified.collect::<Option<Vec<_>>>()?));
        }
    }
    let mut elements = Vec::new();
    for ty in types {
        match ty {
            Type::Map(of) => elements.push((**of).clone()),
            Type::Object(attributes) => elements.extend(attributes.values().map(|a| a.ty.clone())),
            _ => return None,
        }
    }
    if elements.is_empty() {
        return Some(Type::Map(Arc::new(Type::Any)));
    }
    Some(Type::Map(Arc::new(unify(&elements)?)))
}

fn unify_sequences(types: &[Type]) -> Option<Type> {
    let tuples: Vec<_> = types.iter().filter_map(|t| if let Type::Tuple(a) = t { Some(a) } else { None }).collect();
    if tuples.len() == types.len() {
        let first = tuples.first()?;
        if tuples.iter().all(|t| t.len() == first.len()) {
            let unified = (0..first.len()).map(|i| {
                let column: Option<Vec<Type>> = tuples.iter().map(|t| t.get(i).cloned()).collect();
                unify(&column?)
            });
            return Some(Type::Tuple(Arc::new(unified.collect::<Option<Vec<_>>>()?)));
        }
    }
    let mut elements = Vec::new();
    for ty in types {
        match ty {
            Type::List(of) | Type::Set(of) => elements.push((**of).clone()),
            Type::Tuple(items) => elements.extend(items.iter().cloned()),
            _ => return None,
        }
    }
    let element = Arc::new(if elements.is_empty() { Type::Any } else { unify(&elements)? });
    let all_sets = types.iter().all(|t| matches!(t, Type::Set(_) | Type::Tuple(_)));
    Some(if all_sets && types.iter().any(|t| matches!(t, Type::Set(_))) {
        Type::Set(element)
    } else {
        Type::List(element)
    })
}

/// Converts values to their one common type; `None` where there is none.
pub fn unify_values(values: &[Value]) -> Option<(Type, Vec<Value>)> {
    // A null without a type takes the type of the others.
    let bare = |v: &&Value| matches!(v.data, Data::Null(Type::Any));
    let types: Vec<Type> = values.iter().filter(|v| !bare(v)).map(Value::ty).collect();
    if types.is_empty() {
        return Some((Type::Any, values.to_vec()));
    }
    let ty = unify(&types)?;
    let converted = values.iter().map(|v| match (&v.data, &ty) {
        (Data::Null(Type::Any), ty) => Some(Value::null_of(ty.clone()).mark(v.marks)),
        _ => convert(v, &ty).ok(),
    });
    let converted: Vec<Value> = converted.collect::<Option<_>>()?;
    Some((ty, converted))
}

/// The marks of a value and everything in it.
pub fn deep_marks(value: &Value) -> Marks {
    let below = match &value.data {
        Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => {
            items.iter().map(deep_marks).fold(Marks::NONE, Marks::union)
        }
        Data::Map(_, entries) | Data::Object(entries) => {
            entries.values().map(deep_marks).fold(Marks::NONE, Marks::union)
        }
        _ => Marks::NONE,
    };
    value.marks.union(below)
}
