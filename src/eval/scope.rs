//! What an expression can see: its module instance, and the values of `each`, `count`, `self` and `for` variables.

use crate::cty::value::Value;
use crate::eval::expr::eval;
use crate::eval::instance::Instance;
use crate::eval::reference::object_of;
use crate::module::error::EvalResult;
use crate::plan::Origin;
use crate::plan::scopes::{ScopeId, key_of};
use crate::resolve::PathPart;
use crate::syntax::ast::{Expr, ExprKind};
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
    /// The collection that the value was taken from.
    from: Option<Arc<Expr>>,
    /// The scope that the plan knows: this one, or the nearest around it.
    id: ScopeId,
    next: Option<Rc<Frame>>,
}

impl Scope {
    /// A module instance's own scope.
    pub fn of(instance: Rc<Instance>) -> Scope {
        Scope { instance, frame: None }
    }

    /// This scope with one more name.
    pub fn with(&self, name: Arc<str>, what: impl Into<Named>) -> Scope {
        self.bind(name, what.into(), None, self.id())
    }

    /// This scope with one more name, as a repetition gives it: the plan keeps it under the number that [`Scope::record`]
    /// gave. The value was taken from `collection`.
    pub fn repeated(&self, name: Arc<str>, what: Named, collection: Option<Arc<Expr>>, id: ScopeId) -> Scope {
        self.bind(name, what, collection, id)
    }

    fn bind(&self, name: Arc<str>, what: Named, from: Option<Arc<Expr>>, id: ScopeId) -> Scope {
        let frame = Frame { name, what, from, id, next: self.frame.clone() };
        Scope { instance: self.instance.clone(), frame: Some(Rc::new(frame)) }
    }

    /// Makes a scope with one more name known to the plan, and gives its number there.
    pub fn record(&self, name: &Arc<str>, what: &Named, collection: Option<&Arc<Expr>>) -> ScopeId {
        let key = match what {
            Named::Each(key, _) => key_of(key).unwrap_or(PathPart::Any),
            Named::Value(_) | Named::Count(_) => PathPart::Any,
        };
        let element = collection.map(|collection| (collection.clone(), key));
        self.instance.world.scopes.borrow_mut().add_name(self.id(), name.clone(), element)
    }

    /// The number under which the plan keeps it.
    pub fn id(&self) -> ScopeId {
        self.frame.as_ref().map_or(self.instance.scope_id, |frame| frame.id)
    }

    /// An expression in this scope, for the plan.
    pub fn origin(&self, expr: &Arc<Expr>) -> Origin {
        Origin::new(expr.clone(), self.id(), self.instance.world.plan_scopes.clone())
    }

    /// The value of a key, which is noted for the plan.
    pub fn key(&self, key: &Expr) -> EvalResult<Value> {
        let value = eval(self, key)?;
        self.note_key(key, &value);
        Ok(value)
    }

    /// Notes the value of a key for the plan.
    pub fn note_key(&self, key: &Expr, value: &Value) {
        if !matches!(key.kind, ExprKind::Number(_) | ExprKind::String(_)) {
            self.instance.world.scopes.borrow_mut().note_key(self.id(), key.span, value);
        }
    }

    /// Notes for the plan whether a condition is true.
    pub fn note_truth(&self, condition: &Expr, truth: bool) {
        self.instance.world.scopes.borrow_mut().note_truth(self.id(), condition.span, truth);
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

    /// The collection that a temporary name's value was taken from, with the scope that it was evaluated in.
    pub fn source_of(&self, name: &str) -> Option<(Arc<Expr>, Scope)> {
        let frame = self.find(name)?;
        Some((frame.from.clone()?, Scope { instance: self.instance.clone(), frame: frame.next.clone() }))
    }
}
