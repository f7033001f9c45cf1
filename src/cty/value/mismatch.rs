//! Why a type does not convert to another, in Terraform's words (go-cty `convert/mismatch_msg.go`).

use super::Type;
use super::convert::can_convert;
use crate::cty::ty::Attr;
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

#[cfg(test)]
mod tests {
    use crate::cty::value::{Data, Type, Value, convert, json};
    use std::sync::Arc;

    fn list(of: Type) -> Type {
        Type::List(Arc::new(of))
    }

    fn set(of: Type) -> Type {
        Type::Set(Arc::new(of))
    }

    fn map(of: Type) -> Type {
        Type::Map(Arc::new(of))
    }

    fn object<const N: usize>(attributes: [(&str, Type); N]) -> Type {
        Type::object_of(attributes.map(|(name, ty)| (Arc::from(name), ty)))
    }

    /// Each is what `terraform validate` (1.11.4) says of a variable's default.
    #[test]
    fn says_what_terraform_says() {
        let (any, text, number) = (Type::Any, Type::String, Type::Number);
        let three = || object([("a", Type::String), ("b", Type::String), ("c", Type::String)]);
        let cases = [
            (list(text.clone()), "[[]]", "element 0: string required"),
            (
                object([("a", text.clone()), ("b", number.clone())]),
                r#"{"a":[],"b":1}"#,
                r#"attribute "a": string required"#,
            ),
            (object([("a", text.clone())]), "{}", r#"attribute "a" is required"#),
            (object([("a", text.clone()), ("b", text.clone())]), "{}", r#"attributes "a" and "b" are required"#),
            (three(), "{}", r#"attributes "a", "b", and "c" are required"#),
            (list(any.clone()), "[1,[]]", "all list elements must have the same type"),
            (map(number.clone()), r#"{"a":"x"}"#, r#"["a"]: a number is required"#),
            (map(number.clone()), r#"{"a":[]}"#, r#"element "a": number required"#),
            (number.clone(), r#""x""#, "a number is required"),
            (number.clone(), "[]", "number required"),
            (Type::Bool, r#""True""#, r#"a bool is required; to convert from string, use lowercase "true""#),
            (set(list(number.clone())), r#"[[1],["x"]]"#, "[1][0]: a number is required"),
            (Type::Tuple(Arc::new(vec![text.clone()])), r#"["a","b"]"#, "tuple required"),
            (list(object([("a", number.clone())])), r#"[{"a":1},{"b":1}]"#, r#"element 1: attribute "a" is required"#),
            (map(any.clone()), r#"{"a":1,"b":[]}"#, "all map elements must have the same type"),
            (list(text.clone()), r#"{"a":1}"#, "list of string required"),
            (text.clone(), "{}", "string required"),
            (object([("a", list(number))]), r#"{"a":[1,"y"]}"#, ".a[1]: a number is required"),
            (map(text), "[1]", "map of string required"),
            (set(any), "[{},[]]", "all set elements must have the same type"),
        ];
        for (ty, value, wanted) in cases {
            let value = json::decode(value).unwrap_or_else(|e| panic!("{value}: {e}"));
            assert_eq!(convert(&value, &ty).map_err(|e| e.to_string()).err().as_deref(), Some(wanted), "{ty:?}");
        }
    }

    #[test]
    fn a_conversion_that_changes_nothing_shares_the_elements() {
        let value = Value::list(Type::String, vec![Value::string("a")]);
        // `any` stands for the element type that is there.
        match (&value.data, convert(&value, &list(Type::Any)).map(|v| v.data)) {
            (Data::List(_, a), Ok(Data::List(_, b))) => assert!(Arc::ptr_eq(a, &b)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn refuses_what_is_nested_too_deeply() {
        let (mut value, mut ty) = (Value::number(1), Type::String);
        for _ in 0..1100 {
            value = Value::tuple(vec![value]);
            ty = list(ty);
        }
        let error = convert(&value, &ty).err().map(|e| e.message);
        assert_eq!(error.as_deref(), Some("nested too deeply"));
    }
}
