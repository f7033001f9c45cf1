//! What would decide a value or an answer that is not known.

use super::{Reason, ReasonKind, Reasons};
use std::sync::Arc;

/// The inputs that would decide something, and the errors of the configuration that leave it undecided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deciders {
    /// The inputs, as the user writes them: `var.size`.
    pub inputs: Vec<String>,
    /// The messages of the errors.
    pub errors: Vec<Arc<str>>,
}

impl Deciders {
    /// Whether nothing would decide it.
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty() && self.errors.is_empty()
    }
}

impl From<String> for Deciders {
    fn from(input: String) -> Deciders {
        vec![input].into()
    }
}

impl From<Vec<String>> for Deciders {
    fn from(inputs: Vec<String>) -> Deciders {
        Deciders { inputs, errors: Vec::new() }
    }
}

impl From<&Reasons> for Deciders {
    fn from(reasons: &Reasons) -> Deciders {
        let error = |reason: &Reason| match &reason.kind {
            ReasonKind::Error(message) => Some(message.clone()),
            _ => None,
        };
        Deciders { inputs: reasons.decides(), errors: reasons.iter().filter_map(error).collect() }
    }
}

impl Extend<Deciders> for Deciders {
    fn extend<I: IntoIterator<Item = Deciders>>(&mut self, all: I) {
        for other in all {
            self.inputs.extend(other.inputs);
            self.errors.extend(other.errors);
        }
    }
}

impl FromIterator<Deciders> for Deciders {
    fn from_iter<I: IntoIterator<Item = Deciders>>(all: I) -> Deciders {
        let mut deciders = Deciders::default();
        deciders.extend(all);
        deciders
    }
}
