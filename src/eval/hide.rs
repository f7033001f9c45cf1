//! Keeps the places of literals out of excerpts: those that a sensitive value is made of.

use crate::eval::inputs::Input;
use crate::eval::reference::module_call;
use crate::eval::scope::Scope;
use crate::syntax::ast::{Expr, ExprKind, ObjectItem, ObjectKey, TemplatePart};
use std::rc::Rc;
use std::sync::Arc;

/// The most expressions that are followed for one value.
const MOST: usize = 10_000;

/// Hides the literals of an expression in full: text, numbers, truths, collections with their keys; also those that come
/// in through locals, variables, outputs of modules and `each`.
pub fn source(scope: &Scope, expr: &Expr) {
    Hider { left: MOST }.follow(scope, expr);
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
        ExprKind::Object(items) => items.iter().for_each(|item| match key_text(item) {
            Some("data" | "stringData") => entries(scope, &item.value),
            Some("apiVersion" | "kind" | "metadata") => {}
            _ => manifest(scope, &item.value),
        }),
        _ => source(scope, expr),
    }
}

fn key_text(item: &ObjectItem) -> Option<&str> {
    match &item.key {
        ObjectKey::Name(name) => Some(&name.name),
        ObjectKey::Expr(key) => key.as_str(),
    }
}

struct Hider {
    /// How many expressions may still be followed.
    left: usize,
}

impl Hider {
    fn follow(&mut self, scope: &Scope, expr: &Expr) {
        let world = &scope.instance.world;
        let at = (Rc::as_ptr(&scope.instance) as usize, expr.span);
        if self.left == 0 || !world.hidden.borrow_mut().insert(at) {
            return;
        }
        self.left -= 1;
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.follow_kind(scope, expr));
    }

    fn follow_kind(&mut self, scope: &Scope, expr: &Expr) {
        let hide = || scope.instance.world.evaluator.sources.hide(expr.span);
        match &expr.kind {
            ExprKind::String(_) | ExprKind::Number(_) | ExprKind::Bool(_) => hide(),
            ExprKind::Object(_) | ExprKind::Tuple(_) => {
                hide();
                crate::syntax::visit::children(expr, &mut |child| self.follow(scope, child));
            }
            ExprKind::Template(parts) => {
                // A text that only joins others has nothing of its own.
                if parts.iter().any(|part| !matches!(part, TemplatePart::Interpolation(_))) {
                    hide();
                }
                crate::syntax::visit::children(expr, &mut |child| self.follow(scope, child));
            }
            ExprKind::Conditional(c) => {
                self.follow(scope, &c.yes);
                self.follow(scope, &c.no);
            }
            ExprKind::Index(object, _) => self.follow(scope, object),
            ExprKind::Variable(name) => {
                if let Some((collection, outer)) = scope.source_of(name) {
                    self.follow(&outer, &collection);
                }
            }
            ExprKind::GetAttr(object, name) => {
                if !self.reference(scope, object, &name.name) {
                    self.follow(scope, object);
                }
            }
            _ => crate::syntax::visit::children(expr, &mut |child| self.follow(scope, child)),
        }
    }

    /// Follows `object.name` where that is a variable, local or module output.
    fn reference(&mut self, scope: &Scope, object: &Expr, name: &Arc<str>) -> bool {
        let instance = &scope.instance;
        if let ExprKind::Variable(root) = &object.kind
            && !scope.has(root)
        {
            match &**root {
                "local" => {
                    if let Some(local) = instance.config.locals.get(name) {
                        self.follow(&instance.scope(), &local.expr);
                    }
                }
                "var" => self.variable(scope, name),
                _ => return false,
            }
            return true;
        }
        let inner = if let ExprKind::Index(inner, _) = &object.kind { inner } else { object };
        let Some(call) = module_call(scope, inner) else { return false };
        let Ok(state) = instance.call_state(call, object.span) else { return true };
        for (_, child) in &state.instances {
            let value = child.config.outputs.get(name).and_then(|output| output.body.attribute("value"));
            value.into_iter().for_each(|value| self.follow(&child.scope(), &value.expr));
        }
        true
    }

    fn variable(&mut self, scope: &Scope, name: &Arc<str>) {
        let instance = &scope.instance;
        let Some(config) = instance.config.variables.get(name) else { return };
        config.default.iter().for_each(|default| self.follow(&instance.scope(), default));
        match instance.call_block() {
            Some((parent, outer, site)) => {
                let argument = parent.config.calls.get(&site.name).and_then(|call| call.body.attribute(name));
                argument.into_iter().for_each(|argument| self.follow(&outer, &argument.expr));
            }
            None => match instance.world.inputs.get(name) {
                Some(Input::Expr(expr, _)) => self.follow(scope, &expr.clone()),
                Some(Input::Preset(_, span)) => instance.world.evaluator.sources.hide(*span),
                Some(Input::Text(..)) | None => {}
            },
        }
    }
}

/// Hides the literals that give a variable its value.
pub fn variable(scope: &Scope, name: &Arc<str>) {
    Hider { left: MOST }.variable(scope, name);
}
