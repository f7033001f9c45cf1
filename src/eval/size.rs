//! How large values are, all that lies in them counted: what holds the same list twice counts it twice, as whoever walks
//! through it would.

use crate::base::budget::{ELEMENTS, LEVELS, TEXT, size};
use crate::cty::value::{Data, Value};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

/// The size of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Elements, those of its elements too.
    pub elements: u64,
    /// Bytes of text.
    pub text: u64,
    /// How deep lists and objects lie in each other.
    pub levels: u32,
}

impl Size {
    fn add(&mut self, inner: Size) {
        self.elements = self.elements.saturating_add(inner.elements + 1);
        self.text = self.text.saturating_add(inner.text);
        self.levels = self.levels.max(inner.levels + 1);
    }

    /// What of it is more than one value may have.
    pub fn excess(&self) -> Option<String> {
        match self {
            s if s.elements > ELEMENTS => Some(format!("this value has more than {ELEMENTS} elements")),
            s if s.text > TEXT => Some(format!("this value has more than {} of text", size(TEXT))),
            s if s.levels > LEVELS => Some(format!("this value is nested more than {LEVELS} deep")),
            _ => None,
        }
    }
}

/// Keeps a place in memory from being taken by another collection while its size is remembered.
#[derive(Debug)]
enum KeptAlive {
    List(#[allow(dead_code)] Weak<Vec<Value>>),
    Map(#[allow(dead_code)] Weak<BTreeMap<Arc<str>, Value>>),
}

/// The sizes of the larger collections that were seen, so that each is looked through once.
#[derive(Debug, Default)]
pub struct Sizes(FxHashMap<usize, (Size, KeptAlive)>);

/// From how many elements on a collection is remembered.
const LARGE: u64 = 16;

impl Sizes {
    /// A value's size, and how many bytes the collections take that were not seen before.
    pub fn of(&mut self, value: &Value) -> (Size, u64) {
        let mut new = 0;
        (self.look(value, &mut new), new)
    }

    fn look(&mut self, value: &Value, new: &mut u64) -> Size {
        let place = match &value.data {
            Data::String(text) => return Size { text: text.len() as u64, ..Size::default() },
            Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => Arc::as_ptr(items) as usize,
            Data::Map(_, entries) | Data::Object(entries) => Arc::as_ptr(entries) as usize,
            _ => return Size::default(),
        };
        if let Some((size, _)) = self.0.get(&place) {
            return *size;
        }
        let mut size = Size { levels: 1, ..Size::default() };
        for inner in value.elements().unwrap_or_default() {
            size.add(self.look(inner, new));
        }
        for (key, inner) in value.entries().into_iter().flatten() {
            size.add(self.look(inner, new));
            size.text = size.text.saturating_add(key.len() as u64);
        }
        let own = value.elements().map_or(0, <[Value]>::len) + 2 * value.entries().map_or(0, BTreeMap::len);
        *new += (own * size_of::<Value>()) as u64;
        if size.elements >= LARGE {
            let kept = match &value.data {
                Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => {
                    KeptAlive::List(Arc::downgrade(items))
                }
                Data::Map(_, entries) | Data::Object(entries) => KeptAlive::Map(Arc::downgrade(entries)),
                _ => return size,
            };
            self.0.insert(place, (size, kept));
        }
        size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_twice_counts_twice_and_is_looked_at_once() {
        let mut sizes = Sizes::default();
        let mut value = Value::tuple(vec![Value::string("abc"); 20]);
        for _ in 0..40 {
            value = Value::tuple(vec![value.clone(), value]);
        }
        let (size, new) = sizes.of(&value);
        assert_eq!((size.levels, size.text), (41, 60 << 40));
        assert_eq!(new, (20 + 80) * size_of::<Value>() as u64);
        assert!(size.excess().is_some_and(|why| why.contains("elements")));
        assert_eq!(sizes.of(&value), (size, 0));
    }
}
