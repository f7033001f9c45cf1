//! The types of values, and how Terraform names types.

use super::{Data, Type, Value};
use crate::cty::ty::Attr;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

impl Value {
    /// The value's type.
    pub fn ty(&self) -> Type {
        match &self.data {
            Data::Null(ty) => ty.clone(),
            Data::Unknown(u) => u.ty.clone(),
            Data::Bool(_) => Type::Bool,
            Data::Number(_) => Type::Number,
            Data::String(_) => Type::String,
            Data::List(of, _) => Type::List(Arc::new(of.clone())),
            Data::Set(of, _) => Type::Set(Arc::new(of.clone())),
            Data::Map(of, _) => Type::Map(Arc::new(of.clone())),
            Data::Tuple(items) => Type::Tuple(Arc::new(items.iter().map(Value::ty).collect())),
            Data::Object(entries) => Type::Object(Arc::new(
                entries.iter().map(|(k, v)| (k.clone(), Attr { ty: v.ty(), optional: false })).collect(),
            )),
        }
    }
}

impl Value {
    /// Whether the value is of exactly this type, so that conversion changes nothing.
    pub fn is_of(&self, ty: &Type) -> bool {
        match (&self.data, ty) {
            (Data::Bool(_), Type::Bool) | (Data::Number(_), Type::Number) | (Data::String(_), Type::String) => true,
            (Data::Null(have), _) => have == ty,
            (Data::Unknown(u), _) => u.ty == *ty,
            (Data::List(of, _), Type::List(want)) | (Data::Set(of, _), Type::Set(want)) => of == &**want,
            (Data::Map(of, _), Type::Map(want)) => of == &**want,
            (Data::Tuple(items), Type::Tuple(types)) => {
                items.len() == types.len() && items.iter().zip(types.iter()).all(|(v, ty)| v.is_of(ty))
            }
            (Data::Object(entries), Type::Object(attributes)) => {
                entries.len() == attributes.len()
                    && entries.iter().zip(attributes.iter()).all(|((k, v), (name, a))| k == name && v.is_of(&a.ty))
            }
            _ => false,
        }
    }
}

impl Type {
    /// An object type of attributes that are all required.
    pub fn object_of(attributes: impl IntoIterator<Item = (Arc<str>, Type)>) -> Type {
        let attributes = attributes.into_iter().map(|(k, ty)| (k, Attr { ty, optional: false }));
        Type::Object(Arc::new(attributes.collect::<BTreeMap<_, _>>()))
    }

    /// Whether `any` stands anywhere in it.
    pub fn has_any(&self) -> bool {
        match self {
            Type::Any => true,
            Type::Bool | Type::Number | Type::String => false,
            Type::List(of) | Type::Set(of) | Type::Map(of) => of.has_any(),
            Type::Tuple(types) => types.iter().any(Type::has_any),
            Type::Object(attributes) => attributes.values().any(|a| a.ty.has_any()),
        }
    }

    /// The type of values of this constraint: no attribute is optional.
    pub fn without_optional(&self) -> Type {
        match self {
            Type::List(of) => Type::List(Arc::new(of.without_optional())),
            Type::Set(of) => Type::Set(Arc::new(of.without_optional())),
            Type::Map(of) => Type::Map(Arc::new(of.without_optional())),
            Type::Tuple(types) => Type::Tuple(Arc::new(types.iter().map(Type::without_optional).collect())),
            Type::Object(attributes) => {
                Type::object_of(attributes.iter().map(|(k, a)| (k.clone(), a.ty.without_optional())))
            }
            primitive => primitive.clone(),
        }
    }

    /// The element type of a list, set or map.
    pub fn element(&self) -> Option<&Type> {
        match self {
            Type::List(of) | Type::Set(of) | Type::Map(of) => Some(of),
            _ => None,
        }
    }

    /// How messages name it where it is what is wanted: `any type`, `list of any single type`.
    pub fn constraint_name(&self) -> String {
        match self {
            Type::Any => "any type".into(),
            Type::List(of) if **of == Type::Any => "list of any single type".into(),
            Type::Set(of) if **of == Type::Any => "set of any single type".into(),
            Type::Map(of) if **of == Type::Any => "map of any single type".into(),
            other => other.to_string(),
        }
    }

    /// Whether values of both types can be equal, or could once every `any` is known.
    pub fn may_equal(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Any, _) | (_, Type::Any) => true,
            (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
                a.may_equal(b)
            }
            (Type::Tuple(a), Type::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.may_equal(b))
            }
            (Type::Object(a), Type::Object(b)) => {
                a.len() == b.len()
                    && a.keys().eq(b.keys())
                    && a.values().zip(b.values()).all(|(a, b)| a.ty.may_equal(&b.ty))
            }
            (a, b) => a == b,
        }
    }

    /// Whether it is `bool`, `number` or `string`.
    pub fn is_primitive(&self) -> bool {
        matches!(self, Type::Bool | Type::Number | Type::String)
    }
}

/// As Terraform's messages name it: `list of string`, `object`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("dynamic"),
            Type::Bool => f.write_str("bool"),
            Type::Number => f.write_str("number"),
            Type::String => f.write_str("string"),
            Type::List(of) => write!(f, "list of {of}"),
            Type::Set(of) => write!(f, "set of {of}"),
            Type::Map(of) => write!(f, "map of {of}"),
            Type::Tuple(_) => f.write_str("tuple"),
            Type::Object(_) => f.write_str("object"),
        }
    }
}
