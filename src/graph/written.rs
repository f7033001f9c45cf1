//! The parts of an argument as they are written, for fixes and for what a value does not tell.

use super::view::View;
use crate::address::{Mode, Reference, Subject, TraversalStep};
use crate::base::source::Span;
use crate::syntax::ast::{Expr, ExprKind, ObjectKey};

/// A list that is written out: `[a, b]`.
#[derive(Clone, Debug)]
pub struct WrittenList<'p> {
    /// Its place.
    pub span: Span,
    /// The text of each item that is a literal string, and its place.
    pub items: Vec<(Option<&'p str>, Span)>,
}

/// An entry of an object that is written out: `{ key = value }`.
#[derive(Clone, Debug)]
pub struct WrittenEntry<'p> {
    /// The key, where it is literal, and its place.
    pub key: Option<(&'p str, Span)>,
    value: &'p Expr,
}

impl WrittenEntry<'_> {
    /// Whether the value is nothing but an attribute of a managed resource of this type.
    pub fn is_attribute(&self, type_name: &str, attribute: &str) -> bool {
        let Some(Reference { subject: Subject::Resource(address), rest, .. }) = Reference::of(self.value, |_| false)
        else {
            return false;
        };
        let last = matches!(rest.last(), Some(TraversalStep::Attribute(name)) if &*name.name == attribute);
        let one = !rest.iter().any(|step| matches!(step, TraversalStep::Each));
        address.mode == Mode::Managed && &*address.type_name == type_name && last && one
    }
}

impl<'p> View<'p> {
    fn expression(&self, name: &str) -> Option<&'p Expr> {
        Some(&self.written(name)?.origin.as_ref()?.expr)
    }

    /// The place of an argument that is written as a plain literal, as a fix may replace it.
    pub fn literal(&self, name: &str) -> Option<Span> {
        let expr = self.expression(name)?;
        let literal =
            matches!(expr.kind, ExprKind::String(_) | ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Null);
        (literal && self.written(name)?.span == Some(expr.span)).then_some(expr.span)
    }

    /// The last attribute of an argument that is nothing but an attribute of a managed resource of a type, and its place.
    pub fn written_attribute(&self, name: &str, type_name: &str) -> Option<(&'p str, Span)> {
        let reference = Reference::of(self.expression(name)?, |_| false)?;
        let Subject::Resource(address) = reference.subject else { return None };
        let Some(TraversalStep::Attribute(last)) = reference.rest.last() else { return None };
        (address.mode == Mode::Managed && &*address.type_name == type_name).then_some((&*last.name, last.span))
    }

    /// An argument that is written as a list; `None` for other expressions.
    pub fn written_list(&self, name: &str) -> Option<WrittenList<'p>> {
        let expr = self.expression(name)?;
        let ExprKind::Tuple(items) = &expr.kind else { return None };
        Some(WrittenList { span: expr.span, items: items.iter().map(|item| (item.as_str(), item.span)).collect() })
    }

    /// The place of an entry's value in an argument that is written as an object.
    pub fn written_entry(&self, name: &str, key: &str) -> Option<Span> {
        let ExprKind::Object(items) = &self.expression(name)?.kind else { return None };
        items.iter().find(|item| item.key.text() == Some(key)).map(|item| item.value.span)
    }

    /// The entries of an argument that is written as an object; `None` for other expressions.
    pub fn written_entries(&self, name: &str) -> Option<Vec<WrittenEntry<'p>>> {
        let ExprKind::Object(items) = &self.expression(name)?.kind else { return None };
        let place = |key: &ObjectKey| match key {
            ObjectKey::Name(name) => name.span,
            ObjectKey::Expr(key) => key.span,
        };
        let entry = |key: &'p ObjectKey| key.text().map(|text| (text, place(key)));
        Some(items.iter().map(|item| WrittenEntry { key: entry(&item.key), value: &item.value }).collect())
    }
}
