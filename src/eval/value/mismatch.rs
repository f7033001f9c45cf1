//! Why a type does not convert to another, in Terraform's words (go-cty `convert/mismatch_msg.go`).

use super::Type;
use super::convert::can_convert;
use crate::ty::Attr;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a value of type `got` is not fit where `want` is needed.
pub fn message(got: &Type, want: &Type) -> String {
    match (got, want) {
        (Type::Object(got), Type::Object(want)) => objects(got, want),
        (Type::Tuple(_), Type::List(of)) if **of == Type::Any => "all list elements must have the same type".into(),
        (Type::Tuple(_), Type::Set(of)) if **of == Type::Any => "all set elements must have the same type".into(),
        (Type::Object(_), Type::Map(of)) if **of == Type::Any => "all map elements must have the same type".into(),
        (Type::Tuple(types), Type::List(of) | Type::Set(of)) => {
            match types.iter().enumerate().find(|(_, t)| !can_convert(t, of)) {
                Some((i, ty)) => format!("element {i}: {}", message(ty, of)),
                None => format!("all elements must be {}", of.constraint_name()),
            }
        }
        (Type::Object(attributes), Type::Map(of)) => match attributes.iter().find(|(_, a)| !can_convert(&a.ty, of)) {
            Some((name, a)) => format!("element \"{name}\": {}", message(&a.ty, of)),
            None => format!("all elements must be {}", of.constraint_name()),
        },
        (Type::List(got) | Type::Set(got), Type::List(of)) => {
            format!("incorrect list element type: {}", message(got, of))
        }
        (Type::List(got) | Type::Set(got), Type::Set(of)) => {
            format!("incorrect set element type: {}", message(got, of))
        }
        (Type::Map(got), Type::Map(of)) => format!("incorrect map element type: {}", message(got, of)),
        (Type::String, Type::Number | Type::Bool) => format!("a {want} is required"),
        _ => format!("{} required", want.constraint_name()),
    }
}

type Attributes = BTreeMap<Arc<str>, Attr>;

fn objects(got: &Attributes, want: &Attributes) -> String {
    let missing = want.iter().filter(|(name, a)| !a.optional && !got.contains_key(*name));
    let missing: Vec<String> = missing.map(|(name, _)| format!("\"{name}\"")).collect();
    match missing.as_slice() {
        [] => {}
        [one] => return format!("attribute {one} is required"),
        [one, other] => return format!("attributes {one} and {other} are required"),
        [most @ .., last] => return format!("attributes {}, and {last} are required", most.join(", ")),
    }
    let wrong = want.iter().find_map(|(name, wanted)| {
        let have = got.get(name)?;
        (!can_convert(&have.ty, &wanted.ty)).then(|| format!("attribute \"{name}\": {}", message(&have.ty, &wanted.ty)))
    });
    wrong.unwrap_or_else(|| "incorrect object attributes".into())
}
