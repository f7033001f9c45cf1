//! Keys of the instances of resources and module calls.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// An instance's key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// Neither `count` nor `for_each`.
    None,
    /// `[0]`.
    Index(u64),
    /// `["name"]`.
    Name(Arc<str>),
    /// The same, but what it is made of is never shown.
    Hidden(HiddenKey),
    /// `count` or `for_each` is not known: this one instance stands for any number of them, none included.
    Unknown,
}

/// A key that is never shown, and a number that stands for it in addresses. Keys are the same where their names are.
#[derive(Clone, Debug)]
pub struct HiddenKey {
    /// The name.
    pub name: Arc<str>,
    /// Which of its `for_each` it is, from 1; 0 where that is not known.
    pub nth: usize,
}

impl PartialEq for HiddenKey {
    fn eq(&self, other: &HiddenKey) -> bool {
        self.name == other.name
    }
}

impl Eq for HiddenKey {}

impl std::hash::Hash for HiddenKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl PartialOrd for HiddenKey {
    fn partial_cmp(&self, other: &HiddenKey) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for HiddenKey {
    fn cmp(&self, other: &HiddenKey) -> std::cmp::Ordering {
        self.name.cmp(&other.name)
    }
}

impl InstanceKey {
    /// The key of a `for_each`, shown or not.
    pub fn name(&self) -> Option<&Arc<str>> {
        match self {
            InstanceKey::Name(name) | InstanceKey::Hidden(HiddenKey { name, .. }) => Some(name),
            _ => None,
        }
    }

    /// Whether both are one key, whether or not they may be shown.
    pub fn is(&self, other: &InstanceKey) -> bool {
        match (self.name(), other.name()) {
            (Some(a), Some(b)) => a == b,
            _ => self == other,
        }
    }

    /// The address of an instance: that of what is repeated, with this key.
    pub fn added_to(&self, address: &str) -> String {
        match self {
            InstanceKey::None => address.to_string(),
            InstanceKey::Name(name) => [address, "[\"", &escaped(name), "\"]"].concat(),
            InstanceKey::Index(_) | InstanceKey::Hidden(_) | InstanceKey::Unknown => format!("{address}{self}"),
        }
    }
}

impl Display for InstanceKey {
    /// As in an address: `[0]`, `["name"]`, `[*]`, or nothing.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            InstanceKey::None => Ok(()),
            InstanceKey::Index(i) => write!(f, "[{i}]"),
            InstanceKey::Name(name) => write!(f, "[\"{}\"]", escaped(name)),
            InstanceKey::Hidden(HiddenKey { nth: 0 | 1, .. }) => f.write_str("[\"(sensitive value)\"]"),
            InstanceKey::Hidden(HiddenKey { nth, .. }) => write!(f, "[\"(sensitive value {nth})\"]"),
            InstanceKey::Unknown => f.write_str("[*]"),
        }
    }
}

/// A text as it stands between quotes.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['"', '\\', '\n', '\r', '\t', '$', '%']) {
        return text.into();
    }
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.replace("${", "$${").replace("%{", "%%{").into()
}
