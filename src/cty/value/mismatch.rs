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

/// How the types of a conditional's two results differ: which attribute or element does, as Terraform names it.
pub fn between(yes: &Type, no: &Type) -> String {
    let only = |has: &str, name: &str, lacks: &str| {
        format!("the '{has}' value has attribute \"{name}\", which the '{lacks}' value lacks")
    };
    match (yes, no) {
        (Type::Object(yes), Type::Object(no)) => {
            if let Some((name, _)) = yes.iter().find(|(name, _)| !no.contains_key(*name)) {
                return only("true", name, "false");
            }
            if let Some((name, _)) = no.iter().find(|(name, _)| !yes.contains_key(*name)) {
                return only("false", name, "true");
            }
            let differs = |(name, a): (&Arc<str>, &Attr)| {
                let b = no.get(name)?;
                (a.ty != b.ty).then(|| format!("attribute \"{name}\" differs: {}", between(&a.ty, &b.ty)))
            };
            yes.iter().find_map(differs).unwrap_or_else(|| "their attributes differ".into())
        }
        (Type::Tuple(yes), Type::Tuple(no)) if yes.len() != no.len() => {
            format!("the 'true' tuple has length {} and the 'false' tuple has length {}", yes.len(), no.len())
        }
        (Type::Tuple(yes), Type::Tuple(no)) => {
            let differs = |(i, (a, b)): (usize, (&Type, &Type))| {
                (a != b).then(|| format!("element {i} differs: {}", between(a, b)))
            };
            yes.iter().zip(no.iter()).enumerate().find_map(differs).unwrap_or_else(|| "their elements differ".into())
        }
        (Type::List(yes), Type::List(no)) | (Type::Set(yes), Type::Set(no)) | (Type::Map(yes), Type::Map(no)) => {
            format!("their elements differ: {}", between(yes, no))
        }
        _ => format!("the 'true' value is {} and the 'false' value is {}", yes.constraint_name(), no.constraint_name()),
    }
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
    fn the_difference_of_two_types_is_named() {
        let pair = |a: &str, b: &str| {
            let ty = |text: &str| json::decode(text).unwrap_or_else(|e| panic!("{text}: {e}")).ty();
            super::between(&ty(a), &ty(b))
        };
        assert_eq!(pair("{}", r#"{"min":0}"#), "the 'false' value has attribute \"min\", which the 'true' value lacks");
        assert_eq!(
            pair(r#"{"a":{"b":1}}"#, r#"{"a":{"b":"x"}}"#),
            "attribute \"a\" differs: attribute \"b\" differs: the 'true' value is number and the 'false' value is string"
        );
        assert_eq!(pair("[1]", "[1,2]"), "the 'true' tuple has length 1 and the 'false' tuple has length 2");
        assert_eq!(
            pair("[1,1]", r#"[1,[]]"#),
            "element 1 differs: the 'true' value is number and the 'false' value is tuple"
        );
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
