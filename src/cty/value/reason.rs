//! Why a value is not known.

use crate::base::source::Span;
use std::sync::Arc;

/// One cause for which a value is not known: the input that would decide it, never the path to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reason {
    /// What kind of cause.
    pub kind: ReasonKind,
    /// Where the cause stands, if it has a place.
    pub span: Option<Span>,
}

/// Kinds of cause.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReasonKind {
    /// An input variable of the root module without default and without value: its name.
    Variable(Arc<str>),
    /// An input variable with a default that callers of this module may replace: its name.
    Default(Arc<str>),
    /// An attribute that only `terraform apply` computes: resource address and attribute.
    Computed(Arc<str>, Arc<str>),
    /// A data source that is read from the cloud: its address.
    DataSource(Arc<str>),
    /// A module that is not on disk: call address and source.
    MissingModule(Arc<str>, Arc<str>),
    /// A setting that neither the provider's configuration nor its environment gives: provider and argument.
    Provider(Arc<str>, Arc<str>),
    /// A function that reads the clock, randomness, state or a file that may not be read: what it is.
    Impure(Arc<str>),
    /// An error in the configuration, reported where it is: its message, a sentence.
    Error(Arc<str>),
    /// A file that a function reads and that may be there when Terraform runs: the function's message, a sentence.
    File(Arc<str>),
    /// Something that would take more than a budget allows, and was reported there: what, as a sentence.
    Budget(Arc<str>),
    /// Something that kfplint does not model: a few words.
    Unsupported(Arc<str>),
    /// Something that the documents given do not tell: what would, such as a command whose output to add.
    NotGiven(Arc<str>),
}

/// A small, sorted set of reasons.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Reasons(Arc<Vec<Reason>>);

impl Reasons {
    /// How many reasons are kept; more would help nobody.
    const MOST: usize = 8;

    /// One reason.
    pub fn one(kind: ReasonKind, span: Option<Span>) -> Self {
        Self(Arc::new(vec![Reason { kind, span }]))
    }

    /// All reasons of both.
    pub fn union(&self, other: &Reasons) -> Reasons {
        if Arc::ptr_eq(&self.0, &other.0) || other.0.is_empty() {
            return self.clone();
        }
        if self.0.is_empty() {
            return other.clone();
        }
        let mut all: Vec<Reason> = self.0.iter().chain(other.0.iter()).cloned().collect();
        all.sort();
        all.dedup();
        all.truncate(Self::MOST);
        Self(Arc::new(all))
    }

    /// The reasons, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &Reason> {
        self.0.iter()
    }

    /// The inputs that would decide it, as the user writes them.
    pub fn decides(&self) -> Vec<String> {
        self.iter().map(|r| r.kind.decides()).collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl ReasonKind {
    /// The input that would decide it, as the user writes it: `var.size`, `google_x.y.id`, `module.z`.
    pub fn decides(&self) -> String {
        match self {
            ReasonKind::Variable(name) | ReasonKind::Default(name) => format!("var.{name}"),
            ReasonKind::Computed(address, attribute) => format!("{address}.{attribute}"),
            ReasonKind::Provider(name, argument) => format!("provider.{name}.{argument}"),
            ReasonKind::DataSource(address) | ReasonKind::MissingModule(address, _) => address.to_string(),
            ReasonKind::Impure(what)
            | ReasonKind::Error(what)
            | ReasonKind::File(what)
            | ReasonKind::Budget(what)
            | ReasonKind::Unsupported(what)
            | ReasonKind::NotGiven(what) => what.to_string(),
        }
    }
}
