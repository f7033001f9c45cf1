//! Values as Terraform knows them (cty): known, null or unknown with its reasons, with marks.

mod access;
pub mod console;
mod convert;
mod deciders;
mod decimal;
mod defaults;
mod draft;
mod float;
pub mod json;
pub mod mismatch;
mod number;
pub mod ops;
mod reason;
pub mod refine;
mod set;
mod show;
mod types;
mod unify;

pub use crate::cty::ty::{Attr, Type};
pub use access::{AccessError, get_attr, index};
pub use console::format_console;
pub use convert::{ConvertError, can_convert, convert};
pub use deciders::Deciders;
pub use defaults::Defaults;
pub use draft::{DraftWriter, OpenText, ValueDraft};
pub use number::Number;
pub use reason::{Reason, ReasonKind, Reasons};
pub use show::{HIDDEN, shown_or};
pub use unify::{unify, unify_values};

use std::collections::BTreeMap;
use std::sync::Arc;

/// What a map or an object has for each key.
pub type MapEntries = BTreeMap<Arc<str>, Value>;

/// Marks that travel with a value (cty marks).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Marks(u8);

impl Marks {
    /// No mark.
    pub const NONE: Marks = Marks(0);
    /// Set by `sensitive = true`, `sensitive()` and by a provider's schema.
    pub const SENSITIVE: Marks = Marks(1);
    /// Set by `ephemeral = true` and ephemeral resources.
    pub const EPHEMERAL: Marks = Marks(2);
    /// Set by its source: the environment, a state, key or credential file, or a file outside of the repository, behind a
    /// link or ignored by Git.
    pub const PRIVATE: Marks = Marks(4);
    /// Set by functions that give the path of a folder on this machine: such text finds files, and is not known as a value.
    pub const PLACE: Marks = Marks(8);
    /// Set by `sensitive = true` of an output of a called module: Terraform before 1.13 forgets it.
    pub const OUTPUT: Marks = Marks(16);
    /// Both marks of what is sensitive.
    pub const ANY_SENSITIVE: Marks = Marks(1 | 16);
    /// Every mark that keeps a value out of reports.
    pub const HIDDEN: Marks = Marks(1 | 2 | 4 | 16);

    /// Both sets together.
    pub fn union(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// These marks without `other`.
    pub fn without(self, other: Marks) -> Marks {
        Marks(self.0 & !other.0)
    }

    /// Whether all of `other` is here.
    pub fn contains(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether a value with these marks is sensitive, for whatever reason.
    pub fn is_sensitive(self) -> bool {
        self.0 & Marks::ANY_SENSITIVE.0 != 0
    }

    /// Whether a value with these marks is judged but never shown.
    pub fn is_hidden(self) -> bool {
        self.0 & Marks::HIDDEN.0 != 0
    }

    /// Whether there is no mark.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// A value with its marks. Cheap to clone: what is large is shared.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Its own marks; those of its elements are on them.
    pub marks: Marks,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Data {
    /// Null of a type ([`Type::Any`] where the type is not known: the literal `null`).
    Null(Type),
    /// Not known, and why.
    Unknown(Arc<Unknown>),
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string in Unicode normal form C.
    String(Arc<str>),
    /// A list: element type and elements.
    List(Type, Arc<Vec<Value>>),
    /// A set: element type and elements, without duplicates, in Terraform's order. Elements may be unknown.
    Set(Type, Arc<Vec<Value>>),
    /// A map: element type and elements.
    Map(Type, Arc<BTreeMap<Arc<str>, Value>>),
    /// A tuple.
    Tuple(Arc<Vec<Value>>),
    /// An object.
    Object(Arc<BTreeMap<Arc<str>, Value>>),
}

/// A value that is not known statically.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// Its type; [`Type::Any`] where that is not known either.
    pub ty: Type,
    /// Why it is not known. Never empty.
    pub reasons: Reasons,
    /// What is known of it all the same.
    pub refinement: Refinement,
}

/// What is known of an unknown value (cty refinements, and narrowing by the configuration).
#[derive(Clone, Debug, Default)]
pub struct Refinement {
    /// It is certainly not null.
    pub not_null: bool,
    /// A string that starts with this.
    pub prefix: Option<Arc<str>>,
    /// A number: least value, and whether that value itself is possible.
    pub min: Option<(Number, bool)>,
    /// A number: greatest value, and whether that value itself is possible.
    pub max: Option<(Number, bool)>,
    /// A collection: fewest elements.
    pub min_len: Option<usize>,
    /// A collection: most elements.
    pub max_len: Option<usize>,
    /// An object of a type that kfplint does not know: the attributes that are known.
    pub attributes: Option<Arc<BTreeMap<Arc<str>, Value>>>,
    /// These are all that the newest schema has, known or not: only another version of the provider has others.
    pub whole: bool,
    /// One of these (both arms of a conditional, or a validation such as `contains(["a", "b"], var.x)`).
    pub one_of: Option<Arc<Vec<Value>>>,
    /// Text, or what it is decoded to: what it is made of.
    pub draft: Option<Arc<ValueDraft>>,
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Value { data, marks: Marks::NONE }
    }
}

impl Value {
    /// The literal `null`.
    pub fn null() -> Value {
        Data::Null(Type::Any).into()
    }
    /// Null of a type.
    pub fn null_of(ty: Type) -> Value {
        Data::Null(ty).into()
    }
    /// A boolean.
    pub fn bool(value: bool) -> Value {
        Data::Bool(value).into()
    }
    /// A number.
    pub fn number(value: impl Into<Number>) -> Value {
        Data::Number(value.into()).into()
    }
    /// A string, brought into normal form C.
    pub fn string(text: impl AsRef<str>) -> Value {
        use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
        let text = text.as_ref();
        let text: Arc<str> = match text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
            true => text.into(),
            false => text.nfc().collect::<String>().into(),
        };
        Data::String(text).into()
    }
    /// A list. The elements must be of type `element` already.
    pub fn list(element: Type, values: Vec<Value>) -> Value {
        Data::List(element, Arc::new(values)).into()
    }
    /// A map. The elements must be of type `element` already.
    pub fn map(element: Type, values: BTreeMap<Arc<str>, Value>) -> Value {
        Data::Map(element, Arc::new(values)).into()
    }
    /// A tuple.
    pub fn tuple(values: Vec<Value>) -> Value {
        Data::Tuple(Arc::new(values)).into()
    }
    /// An object.
    pub fn object(values: BTreeMap<Arc<str>, Value>) -> Value {
        Data::Object(Arc::new(values)).into()
    }
    /// An unknown value of a type.
    pub fn unknown(ty: Type, reasons: Reasons) -> Value {
        Value::unknown_refined(ty, reasons, Refinement::default())
    }
    /// An unknown value of which something is known; where that leaves one value only, that value.
    pub fn unknown_refined(ty: Type, reasons: Reasons, refinement: Refinement) -> Value {
        if let Some(only) = refine::only_value(&ty, &reasons, &refinement) {
            return only;
        }
        Data::Unknown(Arc::new(Unknown { ty, reasons, refinement })).into()
    }
    /// The same value with these marks added.
    pub fn mark(mut self, marks: Marks) -> Value {
        self.marks = self.marks.union(marks);
        self
    }
    /// Whether this value itself (not its elements) is known. Null is known.
    pub fn is_known(&self) -> bool {
        !matches!(self.data, Data::Unknown(_))
    }
    /// Whether this value is null.
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null(_))
    }
    /// The text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(s) => Some(s),
            _ => None,
        }
    }
    /// A known boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.data {
            Data::Bool(b) => Some(*b),
            _ => None,
        }
    }
    /// A known number.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.data {
            Data::Number(n) => Some(n),
            _ => None,
        }
    }
    /// The elements of a known list, set or tuple.
    pub fn elements(&self) -> Option<&[Value]> {
        match &self.data {
            Data::List(_, v) | Data::Set(_, v) | Data::Tuple(v) => Some(v),
            _ => None,
        }
    }
    /// The entries of a known map or object.
    pub fn entries(&self) -> Option<&BTreeMap<Arc<str>, Value>> {
        match &self.data {
            Data::Map(_, v) | Data::Object(v) => Some(v),
            _ => None,
        }
    }
    /// The entry of this name in a known map or object.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.entries()?.get(name)
    }
    /// Why this value itself is not known.
    pub fn reasons(&self) -> Option<&Reasons> {
        match &self.data {
            Data::Unknown(u) => Some(&u.reasons),
            _ => None,
        }
    }
}
