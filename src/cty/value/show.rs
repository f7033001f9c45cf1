//! Whether a value may be shown, and what stands for one that must not be.

use super::Value;

/// What reports have in the place of a value that must not be shown.
pub const HIDDEN: &str = "(sensitive value)";

impl Value {
    /// Whether this value or something in it must not be shown, nor anything that is derived from it.
    pub fn is_hidden(&self) -> bool {
        self.deep_marks().is_hidden()
    }
}

/// A message that quotes some values, or else, where one of them must not be shown, one that quotes none.
pub fn shown_or<'v>(
    values: impl IntoIterator<Item = &'v Value>,
    message: impl FnOnce() -> String,
    instead: impl Into<String>,
) -> String {
    match values.into_iter().any(Value::is_hidden) {
        true => instead.into(),
        false => message(),
    }
}
