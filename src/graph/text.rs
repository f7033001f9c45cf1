//! Text that is judged as it is and shown only where it may be.

use crate::cty::value::{HIDDEN, Marks, Value};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A string of the configuration. It dereferences to the string itself, for judging; what it displays as is
/// `(sensitive value)` where the string must not be shown. Only the strings count for equality and order.
#[derive(Clone, Debug)]
pub struct Text {
    text: Arc<str>,
    hidden: bool,
}

impl Text {
    /// A string, hidden or not.
    pub fn new(text: impl Into<Arc<str>>, hidden: bool) -> Text {
        Text { text: text.into(), hidden }
    }

    /// The string itself, which no message may have.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it must not be shown, nor anything that is derived from it.
    pub fn is_hidden(&self) -> bool {
        self.hidden
    }

    /// The string as messages have it.
    pub fn shown(&self) -> &str {
        if self.hidden { HIDDEN } else { &self.text }
    }

    /// Text that is derived from this one, and hidden where it is.
    pub fn derive(&self, text: impl Into<Arc<str>>) -> Text {
        Text::new(text, self.hidden)
    }

    /// The string of a known value.
    pub fn of(value: &Value) -> Option<Text> {
        Some(Text::new(value.as_str()?, value.marks.is_hidden()))
    }

    /// A value with this string.
    pub fn value(&self) -> Value {
        Value::string(&*self.text).mark(if self.hidden { Marks::PRIVATE } else { Marks::NONE })
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown())
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::new(text, false)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.text == other.text
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Text) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Text) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_text_is_compared_but_not_displayed() {
        let (hidden, open) = (Text::new("e2-small", true), Text::from("e2-small"));
        assert_eq!(hidden, open);
        assert_eq!((hidden.to_string(), open.to_string()), (HIDDEN.into(), "e2-small".into()));
        assert_eq!(hidden.derive("e2").to_string(), HIDDEN);
        assert!(hidden.starts_with("e2-"));
    }
}
