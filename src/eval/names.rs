//! What the names in an expression stand for, for the resolver.

use crate::base::source::Span;
use crate::cty::value::Value;
use crate::eval::expr::eval;
use crate::eval::inputs::Input;
use crate::eval::plan::InstanceKey;
use crate::eval::scope::Scope;
use crate::resolve::{Given, Names, Part};
use crate::syntax::ast::{Expr, Ident};
use std::rc::Rc;
use std::sync::Arc;

impl Names for Scope {
    fn module(&self) -> usize {
        Rc::as_ptr(&self.instance) as usize
    }

    fn spend(&self, at: Span) -> bool {
        self.instance.world.spend(1, at).is_ok()
    }

    fn gives(&self, name: &str) -> bool {
        self.has(name)
    }

    fn truth(&self, condition: &Expr) -> Option<bool> {
        eval(self, condition).ok()?.as_bool()
    }

    fn key(&self, key: &Expr) -> Option<Part> {
        key_of(&eval(self, key).ok()?)
    }

    fn element(&self, name: &str) -> Option<(Arc<Expr>, Scope, Part)> {
        let (collection, outer) = self.source_of(name)?;
        Some((collection.clone(), outer.clone(), self.part(name, "key").and_then(key_of).unwrap_or(Part::Any)))
    }

    fn local(&self, name: &str) -> Option<(Arc<Expr>, Span, Scope)> {
        let local = self.instance.config.locals.get(name)?;
        Some((local.expr.clone(), local.span, self.instance.scope()))
    }

    fn variable(&self, name: &str) -> Option<(Span, Given<Scope>)> {
        let instance = &self.instance;
        let config = instance.config.variables.get(name)?;
        let default = || config.default.clone().map_or(Given::Nothing, Given::Default);
        let given = match instance.call_block() {
            Some((parent, scope, site)) => {
                let argument = parent.config.calls.get(&site.name).and_then(|call| call.body.attribute(name));
                argument.map_or_else(default, |a| Given::Argument(a.expr.clone(), scope, instance.address.clone()))
            }
            None => match instance.world.inputs.get(name) {
                Some(Input::Expr(expr, span)) => Given::File(expr.clone(), *span),
                Some(Input::Preset(_, span)) => Given::Value(*span),
                Some(Input::Text(_, from, _)) => Given::Text(from.clone()),
                None => default(),
            },
        };
        Some((config.header(), given))
    }

    fn instances(&self, call: &Ident) -> Vec<(Option<Part>, Scope)> {
        let state = self.instance.call_state(&call.name, call.span).ok();
        let instances = state.iter().flat_map(|state| &state.instances);
        instances.map(|(key, child)| (part(key), child.scope())).collect()
    }

    fn output(&self, name: &str) -> Option<Arc<Expr>> {
        let output = self.instance.config.outputs.get(name)?;
        output.body.attribute("value").map(|a| a.expr.clone())
    }
}

/// An instance's key as the resolver has it; `None` for the instance of what is not repeated.
pub fn part(key: &InstanceKey) -> Option<Part> {
    match key {
        InstanceKey::None => None,
        InstanceKey::Index(i) => Some(Part::Name(i.to_string().into())),
        InstanceKey::Name(name) => Some(Part::Name(name.clone())),
        InstanceKey::Hidden(hidden) => Some(Part::Hidden(hidden.name.clone())),
        InstanceKey::Unknown => Some(Part::Any),
    }
}

fn key_of(key: &Value) -> Option<Part> {
    let text: Arc<str> = match key.as_str() {
        Some(text) => text.into(),
        None => key.as_number()?.to_string().into(),
    };
    Some(if key.marks.is_hidden() { Part::Hidden(text) } else { Part::Name(text) })
}
