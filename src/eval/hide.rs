//! Keeps the places of literals out of excerpts: those that a sensitive value is made of.

use crate::address::ResourceAddr;
use crate::base::source::Span;
use crate::eval::inputs::Input;
use crate::eval::scope::Scope;
use crate::plan::scopes::part;
use crate::resolve::provenance::Step;
use crate::resolve::{Follower, Names, PathPart, VariableSource, follow, follow_variable};
use crate::syntax::ast::{Expr, ExprKind, Ident, TemplatePart};
use std::rc::Rc;
use std::sync::Arc;

/// Hides the literals of an expression in full: text, numbers, truths, collections with their keys; also those that come
/// in through locals, variables, outputs of modules and `each`.
pub fn source(scope: &Scope, expr: &Expr) {
    follow(scope, expr, &mut Hider);
}

/// The same for an object whose keys are no secret.
pub fn entries(scope: &Scope, expr: &Expr) {
    match &expr.kind {
        ExprKind::Object(items) => items.iter().for_each(|item| source(scope, &item.value)),
        ExprKind::Paren(inner) | ExprKind::Wrap(inner) => entries(scope, inner),
        _ => source(scope, expr),
    }
}

/// Hides the literals that stand in an expression itself, and nothing around them: a value among others is sensitive.
pub fn literals(scope: &Scope, expr: &Expr) {
    match &expr.kind {
        ExprKind::String(_) | ExprKind::Template(_) | ExprKind::Number(_) => {
            scope.instance.world.evaluator.sources.hide(expr.span);
        }
        // Keys are no part of the values.
        ExprKind::Object(items) => items.iter().for_each(|item| literals(scope, &item.value)),
        _ => stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            crate::syntax::visit::children(expr, &mut |child| literals(scope, child));
        }),
    }
}

/// Hides `data` and `stringData` of the Kubernetes Secrets in a manifest: where it is not written as an object, all of it.
pub fn manifest(scope: &Scope, expr: &Expr) {
    match &expr.kind {
        ExprKind::Paren(inner) | ExprKind::Wrap(inner) => manifest(scope, inner),
        ExprKind::Tuple(items) => items.iter().for_each(|item| manifest(scope, item)),
        ExprKind::Object(items) => items.iter().for_each(|item| match item.key.text() {
            Some("data" | "stringData") => entries(scope, &item.value),
            Some("apiVersion" | "kind" | "metadata") => {}
            _ => manifest(scope, &item.value),
        }),
        _ => source(scope, expr),
    }
}

/// Hides the literals that a value is made of.
struct Hider;

impl Follower<Scope> for Hider {
    fn every_way(&self) -> bool {
        true
    }

    fn whole(&self) -> bool {
        true
    }

    fn enter(&mut self, scope: &Scope, expr: &Expr) -> bool {
        let hide = || scope.instance.world.evaluator.sources.hide(expr.span);
        match &expr.kind {
            ExprKind::String(_) | ExprKind::Number(_) | ExprKind::Bool(_) => hide(),
            ExprKind::Object(_) | ExprKind::Tuple(_) => hide(),
            // A text that only joins others has nothing of its own.
            ExprKind::Template(parts) if parts.iter().any(|part| !matches!(part, TemplatePart::Interpolation(_))) => {
                hide()
            }
            _ => {}
        }
        scope.instance.world.hidden.borrow_mut().insert((scope.module(), expr.span))
    }

    fn value(&mut self, scope: &Scope, at: Span) {
        scope.instance.world.evaluator.sources.hide(at);
    }

    fn step(&mut self, _: Step) -> bool {
        true
    }

    fn resource(&mut self, _: &Scope, _: ResourceAddr, _: &[PathPart]) {}
}

/// What names stand for while the root module is evaluated. The values of keys and conditions are not asked for.
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

    fn truth(&self, _: &Expr) -> Option<bool> {
        None
    }

    fn key(&self, _: &Expr) -> Option<PathPart> {
        None
    }

    fn element(&self, name: &str) -> Option<(Arc<Expr>, Scope, PathPart)> {
        let (collection, outer) = self.source_of(name)?;
        Some((collection, outer, PathPart::Any))
    }

    fn local(&self, name: &str) -> Option<(Arc<Expr>, Span, Scope)> {
        let local = self.instance.config.locals.get(name)?;
        Some((local.expr.clone(), local.span, self.instance.scope()))
    }

    fn variable(&self, name: &str) -> Option<(Span, VariableSource<Scope>)> {
        let instance = &self.instance;
        let config = instance.config.variables.get(name)?;
        let given = match instance.call_block() {
            Some((parent, outer, site)) => {
                let argument = parent.config.calls.get(&site.name).and_then(|call| call.body.attribute(name));
                argument.map(|a| VariableSource::Argument(a.expr.clone(), outer, instance.address.clone()))
            }
            None => instance.world.inputs.get(name).map(|input| match input {
                Input::Expr(expr, span) => VariableSource::File(expr.clone(), *span),
                Input::Preset(_, span) => VariableSource::Value(*span),
                Input::Text(_, from, _) => VariableSource::Text(from.clone()),
            }),
        };
        let default = || config.default.clone().map_or(VariableSource::Nothing, VariableSource::Default);
        Some((config.header(), given.unwrap_or_else(default)))
    }

    fn instances(&self, call: &Ident) -> Vec<(Option<PathPart>, Scope)> {
        let Ok(state) = self.instance.call_state(&call.name, call.span) else { return Vec::new() };
        state.instances.iter().map(|(key, child)| (part(key), child.scope())).collect()
    }

    fn output(&self, name: &str) -> Option<Arc<Expr>> {
        let output = self.instance.config.outputs.get(name)?;
        output.body.attribute("value").map(|a| a.expr.clone())
    }

    fn outputs(&self) -> Vec<Arc<str>> {
        self.instance.config.outputs.keys().cloned().collect()
    }

    fn default(&self, variable: &str) -> Option<Arc<Expr>> {
        self.instance.config.variables.get(variable)?.default.clone()
    }
}

/// Hides the literals that give a variable its value.
pub fn variable(scope: &Scope, name: &Arc<str>) {
    follow_variable(scope, name, &mut Hider);
}
