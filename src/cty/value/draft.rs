//! What text or a document that is not known is made of. Readers of manifests and commands see it; no expression does.

use super::{Data, Marks, Reasons, Refinement, Type, Value};
use std::sync::Arc;

/// The make of a value that is not known.
#[derive(Clone, Debug)]
pub enum ValueDraft {
    /// Text: strings, and between them values that are not known.
    Text(Vec<Value>),
    /// The value that is encoded as text, or that text is decoded to; parts of it are not known.
    Tree(Value),
}

/// The most parts that are kept: more is no manifest.
const MOST_PARTS: usize = 256;
/// The most text that is kept, in bytes.
const MOST_TEXT: usize = 1 << 18;

impl Value {
    /// What a value that is not known is made of, where that is kept.
    pub fn draft(&self) -> Option<&ValueDraft> {
        match &self.data {
            Data::Unknown(unknown) => unknown.refinement.draft.as_deref(),
            _ => None,
        }
    }
}

/// Puts text together of which parts are not known.
#[derive(Debug, Default)]
pub struct DraftWriter {
    parts: Vec<Value>,
    /// The text after them.
    tail: String,
    size: usize,
}

impl DraftWriter {
    /// Adds text.
    pub fn text(&mut self, text: &str) {
        self.size += text.len();
        if self.fits() {
            self.tail.push_str(text);
        }
    }

    /// Adds a value: text, or what is not known.
    pub fn value(&mut self, value: &Value) {
        match (&value.data, value.draft()) {
            (Data::String(text), _) => self.text(text),
            (_, Some(ValueDraft::Text(parts))) => parts.iter().for_each(|part| self.part(part)),
            _ => self.part(value),
        }
    }

    fn part(&mut self, part: &Value) {
        match &part.data {
            Data::String(text) => self.text(text),
            Data::Unknown(unknown) => {
                unknown.refinement.prefix.iter().for_each(|prefix| self.text(prefix));
                self.flush();
                self.parts.push(part.clone());
            }
            _ => self.parts.push(part.clone()),
        }
    }

    fn flush(&mut self) {
        if !self.tail.is_empty() {
            self.parts.push(Value::string(std::mem::take(&mut self.tail)));
        }
    }

    fn fits(&self) -> bool {
        self.size <= MOST_TEXT && self.parts.len() <= MOST_PARTS
    }

    /// What was put together; `None` where that is too much, or nothing of it is known.
    pub fn finish(mut self) -> Option<Arc<ValueDraft>> {
        self.flush();
        let tells = self.parts.iter().any(Value::is_known);
        (tells && self.fits()).then(|| Arc::new(ValueDraft::Text(self.parts)))
    }
}

/// Text with a letter of Unicode's private use area for each part that is not known.
#[derive(Clone, Debug, Default)]
pub struct OpenText {
    /// The text.
    pub text: String,
    holes: Vec<Value>,
}

/// The letter that stands for the first part that is not known.
const FIRST_HOLE: u32 = 0xE000;

impl OpenText {
    /// Text that is known, or of which parts are.
    pub fn of(value: &Value) -> Option<OpenText> {
        let mut open = OpenText::default();
        match (value.as_str(), value.draft()) {
            (Some(text), _) => open.text = text.to_string(),
            (None, Some(ValueDraft::Text(parts))) => parts.iter().for_each(|part| open.add(part)),
            _ => return None,
        }
        Some(open)
    }

    fn add(&mut self, part: &Value) {
        match part.as_str() {
            Some(text) => self.text.push_str(text),
            None => {
                self.text.extend(char::from_u32(FIRST_HOLE + self.holes.len() as u32));
                self.holes.push(part.clone());
            }
        }
    }

    fn hole(&self, letter: char) -> Option<&Value> {
        self.holes.get(u32::from(letter).checked_sub(FIRST_HOLE)? as usize)
    }

    /// The parts that are not known, each with the letter that stands for it.
    pub fn holes(&self) -> impl Iterator<Item = (char, &Value)> {
        self.holes.iter().zip(FIRST_HOLE..).filter_map(|(hole, letter)| Some((char::from_u32(letter)?, hole)))
    }

    /// The text with another in the place of a letter that stands for a part.
    pub fn with(&self, letter: char, text: &str) -> OpenText {
        OpenText { text: self.text.replace(letter, text), holes: self.holes.clone() }
    }

    /// Whether all of it is known.
    pub fn is_known(&self) -> bool {
        self.holes.is_empty()
    }

    /// The value of a piece of the text.
    pub fn value_of(&self, piece: &str) -> Value {
        let mut letters = piece.chars();
        if let (Some(only), None) = (letters.next().and_then(|c| self.hole(c)), letters.next()) {
            return only.clone();
        }
        let holes: Vec<&Value> = piece.chars().filter_map(|c| self.hole(c)).collect();
        if holes.is_empty() {
            return Value::string(piece);
        }
        let reasons = holes.iter().fold(Reasons::default(), |all, hole| all.union(&hole.collect_reasons()));
        let marks = holes.iter().fold(Marks::NONE, |all, hole| all.union(hole.marks));
        let mut draft = DraftWriter::default();
        for part in piece.split_inclusive(|c| self.hole(c).is_some()) {
            let known = part.trim_end_matches(|c| self.hole(c).is_some());
            draft.text(known);
            part.chars().next_back().and_then(|c| self.hole(c)).into_iter().for_each(|hole| draft.value(hole));
        }
        let refinement = Refinement { not_null: true, draft: draft.finish(), ..Refinement::default() };
        Value::unknown_refined(Type::String, reasons, refinement).mark(marks)
    }

    /// A value that was read from the text, with what is not known in its places.
    pub fn restore(&self, value: &Value) -> Value {
        if self.is_known() {
            return value.clone();
        }
        let all = |values: &[Value]| values.iter().map(|v| self.restore(v)).collect();
        match &value.data {
            Data::String(text) => self.value_of(text).mark(value.marks),
            Data::Tuple(values) | Data::List(_, values) => Value::tuple(all(values)).mark(value.marks),
            Data::Object(entries) | Data::Map(_, entries) => {
                let open = entries.keys().flat_map(|key| key.chars()).filter_map(|c| self.hole(c));
                let reasons = open.fold(Reasons::default(), |all, hole| all.union(&hole.collect_reasons()));
                if !reasons.is_empty() {
                    return Value::unknown(Type::Any, reasons).mark(value.marks);
                }
                let entries = entries.iter().map(|(key, value)| (key.clone(), self.restore(value)));
                Value::object(entries.collect()).mark(value.marks)
            }
            _ => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cty::value::ReasonKind;

    fn unknown(name: &str) -> Value {
        Value::unknown(Type::String, Reasons::one(ReasonKind::Variable(name.into()), None))
    }

    fn open(parts: &[Value]) -> OpenText {
        let mut draft = DraftWriter::default();
        parts.iter().for_each(|part| draft.value(part));
        let refinement = Refinement { draft: draft.finish(), ..Refinement::default() };
        OpenText::of(&Value::unknown_refined(Type::String, Reasons::default(), refinement)).expect("a draft")
    }

    #[test]
    fn what_is_not_known_keeps_its_place_and_its_reasons() {
        let open = open(&[Value::string("a: "), unknown("x"), Value::string("-b\nc: d\n")]);
        let (first, rest) = open.text.split_once('\n').expect("two lines");
        assert_eq!(rest, "c: d\n");
        let value = open.value_of(first.trim_start_matches("a: "));
        assert_eq!(value.reasons().expect("unknown").decides(), ["var.x"]);
        let Some(ValueDraft::Text(parts)) = value.draft() else { panic!("no draft") };
        assert_eq!((parts.len(), parts.last().and_then(Value::as_str)), (2, Some("-b")));
        assert_eq!(open.value_of("d").as_str(), Some("d"));
    }

    #[test]
    fn names_that_are_not_known_leave_the_object_unknown() {
        let open = open(&[Value::string("x"), unknown("k")]);
        let entries = [(open.text.as_str().into(), Value::string("v"))].into_iter().collect();
        let restored = open.restore(&Value::object(entries));
        assert_eq!(restored.reasons().expect("unknown").decides(), ["var.k"]);
    }
}
