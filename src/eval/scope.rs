//! What an expression can see: its module instance, and the values of `each`, `count`, `self` and `for` variables.

use crate::cty::value::Value;
use crate::eval::instance::Instance;
use crate::eval::reference::object_of;
use crate::syntax::ast::Expr;
use std::rc::Rc;
use std::sync::Arc;

/// A module instance's names, and the temporary names around one expression. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The module instance.
    pub instance: Rc<Instance>,
    /// Temporary names, innermost first.
    frame: Option<Rc<Frame>>,
}

/// What a temporary name stands for. Every instance of a resource has its own `count` or `each`: these are kept as what they
/// are made of, which is far smaller.
#[derive(Clone, Debug)]
pub enum Named {
    /// Any value.
    Value(Value),
    /// `count`: its `index`.
    Count(Value),
    /// `each`, and the iterator of a `dynamic` block: `key` and `value`.
    Each(Value, Value),
}

impl From<Value> for Named {
    fn from(value: Value) -> Named {
        Named::Value(value)
    }
}

impl Named {
    fn whole(&self) -> Value {
        match self {
            Named::Value(value) => value.clone(),
            Named::Count(index) => object_of([("index", index.clone())]),
            Named::Each(key, value) => object_of([("key", key.clone()), ("value", value.clone())]),
        }
    }
}

#[derive(Debug)]
struct Frame {
    name: Arc<str>,
    what: Named,
    /// The collection that the value was taken from: the way on when the value's origin is asked for.
    from: Option<(Arc<Expr>, Scope)>,
    next: Option<Rc<Frame>>,
}

impl Scope {
    /// A module instance's own scope.
    pub fn of(instance: Rc<Instance>) -> Scope {
        Scope { instance, frame: None }
    }

    /// This scope with one more name.
    pub fn with(&self, name: Arc<str>, what: impl Into<Named>) -> Scope {
        self.bind(name, what.into(), None)
    }

    /// This scope with one more name whose value comes from a collection expression evaluated in `scope`.
    pub fn with_origin(&self, name: Arc<str>, what: Named, collection: Arc<Expr>, scope: Scope) -> Scope {
        self.bind(name, what, Some((collection, scope)))
    }

    fn bind(&self, name: Arc<str>, what: Named, from: Option<(Arc<Expr>, Scope)>) -> Scope {
        let frame = Frame { name, what, from, next: self.frame.clone() };
        Scope { instance: self.instance.clone(), frame: Some(Rc::new(frame)) }
    }

    fn find(&self, name: &str) -> Option<&Frame> {
        let mut frame = self.frame.as_deref();
        while let Some(here) = frame {
            if &*here.name == name {
                return Some(here);
            }
            frame = here.next.as_deref();
        }
        None
    }

    /// Whether there is a temporary name.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The value of a temporary name.
    pub fn lookup(&self, name: &str) -> Option<Value> {
        self.find(name).map(|f| f.what.whole())
    }

    /// `each.key`, `each.value` or `count.index`, without the whole that it is of; `None` for anything else.
    pub fn part(&self, name: &str, attribute: &str) -> Option<&Value> {
        match (&self.find(name)?.what, attribute) {
            (Named::Count(part), "index") | (Named::Each(part, _), "key") | (Named::Each(_, part), "value") => {
                Some(part)
            }
            _ => None,
        }
    }

    /// The collection that a temporary name's value was taken from.
    pub fn source_of(&self, name: &str) -> Option<&(Arc<Expr>, Scope)> {
        self.find(name).and_then(|f| f.from.as_ref())
    }
}
