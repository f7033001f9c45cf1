//! Where a finding stands.

use crate::base::source::Span;
use std::fmt;
use std::sync::Arc;

/// Where a finding stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// Text in a file.
    Span(Span),
    /// A value in a plan, a state or a description of a cluster.
    Pointer(Pointer),
    /// A root module, a document or a run as a whole: no text is to blame.
    Whole,
}

/// A value in a JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// The document's file as the user would write it.
    pub document: Arc<str>,
    /// The JSON pointer of the value (RFC 6901).
    pub pointer: String,
}

impl Location {
    /// The text, if it is in a file.
    pub fn span(&self) -> Option<Span> {
        match self {
            Location::Span(span) => Some(*span),
            Location::Pointer(_) | Location::Whole => None,
        }
    }
}

impl From<Span> for Location {
    fn from(span: Span) -> Location {
        Location::Span(span)
    }
}

impl From<Option<Span>> for Location {
    fn from(span: Option<Span>) -> Location {
        span.map_or(Location::Whole, Location::Span)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}#{}", self.document, self.pointer)
    }
}
