//! What is taken from a value: names and keys.

use crate::address::TraversalStep;
use crate::syntax::ast::{Expr, SplatStep};
use std::sync::Arc;

/// One name or key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PathPart {
    /// An attribute's name, or a key as text.
    Name(Arc<str>),
    /// The same, but what it is made of is never shown.
    Hidden(Arc<str>),
    /// A key that is not known.
    Any,
    /// Each element of a list; what is not a list is the one element itself.
    Each,
    /// The element of a list whose attribute of this name is this text.
    With(Arc<str>, Arc<str>),
}

/// Parts, the next one first.
pub type Path = Vec<PathPart>;

impl PathPart {
    /// The name or key as text, where it is known.
    pub fn text(&self) -> Option<&Arc<str>> {
        match self {
            PathPart::Name(text) | PathPart::Hidden(text) => Some(text),
            PathPart::Any | PathPart::Each | PathPart::With(..) => None,
        }
    }

    /// Whether both may be the same key.
    pub fn may_be(&self, other: &PathPart) -> bool {
        self.text().zip(other.text()).is_none_or(|(a, b)| a == b)
    }
}

/// A path with one part before it.
pub fn with(part: PathPart, path: &[PathPart]) -> Path {
    std::iter::once(part).chain(path.iter().cloned()).collect()
}

/// The steps of a traversal and what is taken from that.
pub fn joined(steps: &[TraversalStep], path: &[PathPart], key: impl Fn(&Expr) -> PathPart) -> Path {
    let mut out: Path = Vec::with_capacity(steps.len() + path.len());
    out.extend(steps.iter().map(|step| match step {
        TraversalStep::Attribute(name) => PathPart::Name(name.name.clone()),
        TraversalStep::Key(expr) => key(expr),
        TraversalStep::Each => PathPart::Each,
    }));
    let path = if out.contains(&PathPart::Each) { element(path).1 } else { path };
    out.extend(path.iter().cloned());
    out
}

/// The steps of a splat and what is taken from the list that it gives.
pub fn splat(steps: &[SplatStep], path: &[PathPart], key: impl Fn(&Expr) -> PathPart) -> Path {
    let mut all = vec![TraversalStep::Each];
    all.extend(crate::address::splat_steps(steps));
    joined(&all, path, key)
}

/// The index of the element that a path takes from a list, where it is known, and what it takes from that. Where the path
/// does not begin with an index, the list's elements stand for it.
pub fn element(path: &[PathPart]) -> (Option<usize>, &[PathPart]) {
    match path.split_first().map(|(first, rest)| (first.text(), rest)) {
        Some((None, rest)) => (None, rest),
        Some((Some(text), rest)) => text.parse().map_or((None, path), |i| (Some(i), rest)),
        None => (None, path),
    }
}
