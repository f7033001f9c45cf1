//! The types of values, and how Terraform names types.

use super::{Data, Type, Value};
use crate::ty::Attr;
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
