//! What is known of unknown results.

use super::{Data, Reasons, Refinement, Type, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

/// The result of a conditional whose condition is not known; both arms are of one type already.
pub fn either(why: &Reasons, yes: &Value, no: &Value) -> Value {
    let marks = yes.marks.union(no.marks);
    if yes.is_wholly_known() && no.is_wholly_known() && super::ops::equals(yes, no).as_bool() == Some(true) {
        return yes.clone().mark(marks);
    }
    let (a, b) = (yes.ty(), no.ty());
    let ty = if a == b { a } else { Type::Any };
    let reasons = why.union(&yes.collect_reasons()).union(&no.collect_reasons());
    if yes.is_null() && no.is_null() {
        return Value::null_of(ty).mark(marks);
    }
    let ((yes_min, yes_max), (no_min, no_max)) = (super::ops::bounds(yes), super::ops::bounds(no));
    let ((yes_few, yes_many), (no_few, no_many)) = (lengths(yes), lengths(no));
    let refinement = Refinement {
        not_null: is_not_null(yes) && is_not_null(no),
        one_of: possible(yes).zip(possible(no)).map(|(mut a, b)| {
            a.extend(b);
            Arc::new(a)
        }),
        // The lesser of both, and of equal ones the one that is possible itself.
        min: yes_min.zip(no_min).map(|(a, b)| if (&a.0, !a.1) <= (&b.0, !b.1) { a } else { b }),
        max: yes_max.zip(no_max).map(|(a, b)| if (&a.0, a.1) >= (&b.0, b.1) { a } else { b }),
        min_len: yes_few.zip(no_few).map(|(a, b)| a.min(b)),
        max_len: yes_many.zip(no_many).map(|(a, b)| a.max(b)),
        ..Refinement::default()
    };
    Value::unknown_refined(ty, reasons, refinement).mark(marks)
}

/// What a collection gives for a key that is not known but one of a few, each of which has its element.
pub fn among_keys(key: &Value, element: impl Fn(&Value) -> Option<Value>) -> Option<Value> {
    let Data::Unknown(unknown) = &key.data else { return None };
    let mut elements = unknown.refinement.one_of.as_ref()?.iter().map(element);
    let first = elements.next()??;
    elements.try_fold(first, |sum, one| Some(either(&unknown.reasons, &sum, &one?)))
}

fn is_not_null(value: &Value) -> bool {
    match &value.data {
        Data::Null(_) => false,
        Data::Unknown(u) => u.refinement.not_null,
        _ => true,
    }
}

/// The least and greatest number of elements.
fn lengths(value: &Value) -> (Option<usize>, Option<usize>) {
    match &value.data {
        Data::Unknown(u) => (u.refinement.min_len, u.refinement.max_len),
        // Elements of a set that are not known may turn out to be one.
        Data::Set(_, items) if !value.is_wholly_known() => (Some(items.len().min(1)), Some(items.len())),
        _ => {
            let count = value.elements().map(<[Value]>::len).or_else(|| value.entries().map(BTreeMap::len));
            (count, count)
        }
    }
}

/// The two arms of a conditional, converted to one type; `None` where they have none. An arm of a type that is not known
/// leaves both as they are, and a null without a type takes the type of the other.
pub fn arms(yes: &Value, no: &Value) -> Option<(Value, Value)> {
    let bare = |v: &Value| matches!(v.data, Data::Null(Type::Any));
    let open = |v: &Value| matches!(&v.data, Data::Unknown(u) if u.ty == Type::Any);
    if bare(yes) {
        return Some((Value::null_of(no.ty()).mark(yes.marks), no.clone()));
    }
    if bare(no) {
        return Some((yes.clone(), Value::null_of(yes.ty()).mark(no.marks)));
    }
    if open(yes) || open(no) {
        return Some((yes.clone(), no.clone()));
    }
    let (_, mut values) = super::unify_values(&[yes.clone(), no.clone()])?;
    let no = values.pop()?;
    Some((values.pop()?, no))
}

/// The part of a text that stays its beginning whatever follows: a last letter could still combine with a mark that
/// follows it, a delimiter could not (go-cty `ctystrings.SafeKnownPrefix`).
pub fn safe_prefix(text: &str) -> &str {
    const DELIMITERS: &str = "-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'";
    match text.grapheme_indices(true).next_back() {
        Some((at, last)) if !DELIMITERS.contains(last) => text.get(..at).unwrap_or_default(),
        _ => text,
    }
}

/// The values that it can have, where they are few and known.
fn possible(value: &Value) -> Option<Vec<Value>> {
    // More make no difference: without them, the value is not known at all.
    const MOST: usize = 16;
    match &value.data {
        Data::Unknown(u) => u.refinement.one_of.as_ref().filter(|v| v.len() < MOST).map(|v| v.to_vec()),
        _ if value.is_wholly_known() => Some(vec![value.clone()]),
        _ => None,
    }
}

/// The value that a refinement leaves, if it leaves one: a number between equal bounds, a list of so many unknown elements.
pub(super) fn only_value(ty: &Type, reasons: &Reasons, refinement: &Refinement) -> Option<Value> {
    // A longer list stays one that is not known, with its length.
    const MOST: usize = 1024;
    if !refinement.not_null {
        return None;
    }
    if let (Type::Number, Some((min, true)), Some((max, true))) = (ty, &refinement.min, &refinement.max)
        && min == max
    {
        return Some(Value::number(min.clone()));
    }
    let count = refinement.min_len.filter(|n| Some(*n) == refinement.max_len && *n <= MOST)?;
    let element = || Value::unknown((*ty.element().unwrap_or(&Type::Any)).clone(), reasons.clone());
    match (ty, count) {
        (Type::List(of), n) => Some(Value::list((**of).clone(), (0..n).map(|_| element()).collect())),
        (Type::Set(of), 0 | 1) => {
            Some(Data::Set((**of).clone(), Arc::new((0..count).map(|_| element()).collect())).into())
        }
        (Type::Map(of), 0) => Some(Value::map((**of).clone(), BTreeMap::new())),
        _ => None,
    }
}

impl Value {
    /// The same value; one that is not known is at least not null.
    pub fn not_null(&self) -> Value {
        match &self.data {
            Data::Unknown(u) if !u.refinement.not_null && u.ty != Type::Any => {
                let refinement = Refinement { not_null: true, ..u.refinement.clone() };
                Value::unknown_refined(u.ty.clone(), u.reasons.clone(), refinement).mark(self.marks)
            }
            _ => self.clone(),
        }
    }

    /// An object of which only some attributes are known; all others are unknown for these reasons.
    pub fn open_object(attributes: BTreeMap<Arc<str>, Value>, reasons: Reasons) -> Value {
        let refinement = Refinement { not_null: true, attributes: Some(Arc::new(attributes)), ..Refinement::default() };
        Value::unknown_refined(Type::Any, reasons, refinement)
    }

    /// An object with all attributes of its newest schema; other versions may have more.
    pub fn whole_object_of(attributes: BTreeMap<Arc<str>, Value>, reasons: Reasons) -> Value {
        let attributes = Some(Arc::new(attributes));
        let refinement = Refinement { not_null: true, attributes, whole: true, ..Refinement::default() };
        Value::unknown_refined(Type::Any, reasons, refinement)
    }

    /// An object of [`Value::whole_object_of`] as one that has no further attributes.
    pub fn whole_object(&self) -> Option<Value> {
        let Data::Unknown(u) = &self.data else { return None };
        let attributes = u.refinement.attributes.as_ref().filter(|_| u.refinement.whole)?;
        Some(Value { data: Data::Object(attributes.clone()), marks: self.marks })
    }

    /// The marks of the value and everything in it.
    pub fn deep_marks(&self) -> super::Marks {
        let below = match &self.data {
            Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => {
                items.iter().map(Value::deep_marks).fold(super::Marks::NONE, super::Marks::union)
            }
            Data::Map(_, entries) | Data::Object(entries) => {
                entries.values().map(Value::deep_marks).fold(super::Marks::NONE, super::Marks::union)
            }
            Data::Unknown(u) => {
                let attributes = u.refinement.attributes.iter().flat_map(|a| a.values());
                let possible = u.refinement.one_of.iter().flat_map(|all| all.iter());
                attributes.chain(possible).map(Value::deep_marks).fold(super::Marks::NONE, super::Marks::union)
            }
            _ => super::Marks::NONE,
        };
        self.marks.union(below)
    }

    /// The same value with these marks on everything in it that is not a collection. Sets have the marks themselves.
    pub fn mark_leaves(&self, marks: super::Marks) -> Value {
        let each = |items: &[Value]| Arc::new(items.iter().map(|v| v.mark_leaves(marks)).collect::<Vec<_>>());
        let entries = |entries: &BTreeMap<Arc<str>, Value>| {
            Arc::new(entries.iter().map(|(k, v)| (k.clone(), v.mark_leaves(marks))).collect::<BTreeMap<_, _>>())
        };
        let data = match &self.data {
            Data::List(of, items) => Data::List(of.clone(), each(items)),
            Data::Tuple(items) => Data::Tuple(each(items)),
            Data::Map(of, e) => Data::Map(of.clone(), entries(e)),
            Data::Object(e) => Data::Object(entries(e)),
            _ => return self.clone().mark(marks),
        };
        Value { data, marks: self.marks }
    }

    /// The same value with the marks of each collection also on what is in it, for readers that look at parts alone.
    pub fn spread(self) -> Value {
        if !self.deep_marks().is_hidden() {
            return self;
        }
        self.spread_below(super::Marks::NONE)
    }

    fn spread_below(&self, above: super::Marks) -> Value {
        let marks = self.marks.union(above);
        let each = |items: &[Value]| Arc::new(items.iter().map(|v| v.spread_below(marks)).collect::<Vec<_>>());
        let entries = |entries: &BTreeMap<Arc<str>, Value>| {
            Arc::new(entries.iter().map(|(k, v)| (k.clone(), v.spread_below(marks))).collect::<BTreeMap<_, _>>())
        };
        let data = match &self.data {
            Data::List(of, items) => Data::List(of.clone(), each(items)),
            Data::Set(of, items) => Data::Set(of.clone(), each(items)),
            Data::Tuple(items) => Data::Tuple(each(items)),
            Data::Map(of, e) => Data::Map(of.clone(), entries(e)),
            Data::Object(e) => Data::Object(entries(e)),
            other => other.clone(),
        };
        Value { data, marks }
    }

    /// Whether nothing in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match &self.data {
            Data::Unknown(_) => false,
            Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => items.iter().all(Value::is_wholly_known),
            Data::Map(_, entries) | Data::Object(entries) => entries.values().all(Value::is_wholly_known),
            _ => true,
        }
    }

    /// Why anything in it is not known; empty where all is.
    pub fn collect_reasons(&self) -> Reasons {
        let all = |values: &mut dyn Iterator<Item = &Value>| {
            values.fold(Reasons::default(), |reasons, v| reasons.union(&v.collect_reasons()))
        };
        match &self.data {
            Data::Unknown(u) => u.reasons.clone(),
            Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => all(&mut items.iter()),
            Data::Map(_, entries) | Data::Object(entries) => all(&mut entries.values()),
            _ => Reasons::default(),
        }
    }

    /// The same value without these marks, also inside.
    pub fn unmark_deep(&self, marks: super::Marks) -> Value {
        if self.deep_marks().is_empty() {
            return self.clone();
        }
        let list = |items: &[Value]| Arc::new(items.iter().map(|v| v.unmark_deep(marks)).collect::<Vec<_>>());
        let entries = |entries: &BTreeMap<Arc<str>, Value>| {
            Arc::new(entries.iter().map(|(k, v)| (k.clone(), v.unmark_deep(marks))).collect::<BTreeMap<_, _>>())
        };
        let data = match &self.data {
            Data::List(of, items) => Data::List(of.clone(), list(items)),
            Data::Set(of, items) => Data::Set(of.clone(), list(items)),
            Data::Tuple(items) => Data::Tuple(list(items)),
            Data::Map(of, e) => Data::Map(of.clone(), entries(e)),
            Data::Object(e) => Data::Object(entries(e)),
            other => other.clone(),
        };
        Value { data, marks: self.marks.without(marks) }
    }
}

#[cfg(test)]
mod tests {
    use super::safe_prefix;

    #[test]
    fn keeps_what_no_mark_can_change() {
        assert_eq!(safe_prefix("serviceAccount:"), "serviceAccount:");
        assert_eq!(safe_prefix("pool-a"), "pool-");
        assert_eq!(safe_prefix("a"), "");
        assert_eq!(safe_prefix(""), "");
        assert_eq!(safe_prefix("x-e\u{301}"), "x-");
    }
}
