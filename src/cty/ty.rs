//! cty's types, shared by the catalog (provider schemas) and the evaluation.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A type, as in Terraform's type constraints.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `any`: not known, or a placeholder that conversion fills in (cty's DynamicPseudoType).
    Any,
    /// `bool`.
    Bool,
    /// `number`.
    Number,
    /// `string`.
    String,
    /// `list(T)`.
    List(Arc<Type>),
    /// `set(T)`.
    Set(Arc<Type>),
    /// `map(T)`.
    Map(Arc<Type>),
    /// `tuple([T, …])`.
    Tuple(Arc<Vec<Type>>),
    /// `object({ name = T, … })`.
    Object(Arc<BTreeMap<Arc<str>, Attr>>),
}

/// An attribute of an object type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attr {
    /// Its type.
    pub ty: Type,
    /// `optional(T)`: may be left out. Only in type constraints, never in the type of a value.
    pub optional: bool,
}
