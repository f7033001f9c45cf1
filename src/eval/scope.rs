//! What an expression can see: its module instance, and the values of `each`, `count`, `self` and `for` variables.

use crate::eval::instance::Instance;
use crate::eval::value::Value;
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

#[derive(Debug)]
struct Frame {
    name: Arc<str>,
    value: Value,
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
    pub fn with(&self, name: Arc<str>, value: Value) -> Scope {
        self.bind(name, value, None)
    }

    /// This scope with one more name whose value comes from a collection expression evaluated in `scope`.
    pub fn with_origin(&self, name: Arc<str>, value: Value, collection: Arc<Expr>, scope: Scope) -> Scope {
        self.bind(name, value, Some((collection, scope)))
    }

    fn bind(&self, name: Arc<str>, value: Value, from: Option<(Arc<Expr>, Scope)>) -> Scope {
        let frame = Frame { name, value, from, next: self.frame.clone() };
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

    /// The value of a temporary name.
    pub fn lookup(&self, name: &str) -> Option<&Value> {
        self.find(name).map(|f| &f.value)
    }

    /// The collection that a temporary name's value was taken from.
    pub fn source_of(&self, name: &str) -> Option<&(Arc<Expr>, Scope)> {
        self.find(name).and_then(|f| f.from.as_ref())
    }
}
