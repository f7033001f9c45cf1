//! Changes to files that make a finding vanish.

use crate::base::source::Span;
use serde::{Deserialize, Serialize};

/// Whether a fix may be applied without a second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Safety {
    /// Keeps the meaning apart from the fault.
    Safe,
    /// May change more than the fault; to be read first.
    Unsafe,
}

/// A change to the files that makes a finding vanish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative.
    pub title: String,
    /// Whether it may be applied unseen.
    pub safety: Safety,
    /// Replacements; an empty span inserts.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// One edit, to be read before it is made.
    pub fn unsafe_edit(title: String, edit: Edit) -> Fix {
        Fix { title, safety: Safety::Unsafe, edits: vec![edit] }
    }
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

impl Edit {
    /// Whether it only adds text.
    pub fn inserts(&self) -> bool {
        self.span.start == self.span.end
    }
}
