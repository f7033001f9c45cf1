//! The way back from an expression to the inputs that decide it: module arguments, variables, locals, tfvars lines.

use crate::eval::expr::eval;
use crate::eval::inputs::Input;
use crate::eval::plan::Origin;
use crate::eval::scope::Scope;
use crate::finding::Label;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, ObjectKey, SplatStep};
use std::sync::Arc;

/// The most steps that are followed: more would not help a reader.
const MOST: usize = 12;

/// See [`Origin::trace`].
pub fn trace(origin: &Origin) -> Vec<Label> {
    let mut tracer = Tracer { labels: Vec::new() };
    tracer.follow(&origin.scope, &origin.expr, &[]);
    tracer.labels
}

struct Tracer {
    labels: Vec<Label>,
}

impl Tracer {
    fn note(&mut self, span: Span, message: String) -> bool {
        if span.is_fact() {
            return true;
        }
        if self.labels.len() >= MOST || self.labels.iter().any(|l| l.span == span) {
            return false;
        }
        self.labels.push(Label { span, message });
        true
    }

    /// Follows an expression; `path` is what is then taken from its value (`.name`, `["key"]`), innermost first.
    fn follow(&mut self, scope: &Scope, expr: &Expr, path: &[Arc<str>]) {
        match &expr.kind {
            ExprKind::Wrap(inner) | ExprKind::Paren(inner) => self.follow(scope, inner, path),
            ExprKind::Conditional(c) => match eval(scope, &c.condition).ok().and_then(|v| v.as_bool()) {
                Some(true) => {
                    self.follow(scope, &c.yes, path);
                    self.follow(scope, &c.condition, &[]);
                }
                Some(false) => {
                    self.follow(scope, &c.no, path);
                    self.follow(scope, &c.condition, &[]);
                }
                None => {
                    self.follow(scope, &c.condition, &[]);
                    self.follow(scope, &c.yes, path);
                    self.follow(scope, &c.no, path);
                }
            },
            ExprKind::GetAttr(object, name) => {
                if !self.reference(scope, object, &name.name, path) {
                    self.follow(scope, object, &prepend(&name.name, path));
                }
            }
            ExprKind::Index(object, key) => match eval(scope, key).ok().and_then(|k| key_text(&k)) {
                Some(text) => self.follow(scope, object, &prepend(&text, path)),
                None => self.follow(scope, object, &[]),
            },
            ExprKind::Object(items) => match path.split_first() {
                Some((first, rest)) => {
                    for item in items {
                        let key = match &item.key {
                            ObjectKey::Name(name) => Some(name.name.clone()),
                            ObjectKey::Expr(key) => eval(scope, key).ok().and_then(|k| key_text(&k)),
                        };
                        if key.as_ref() == Some(first) {
                            self.place(item.value.span, &item.value);
                            self.follow(scope, &item.value, rest);
                        }
                    }
                }
                None => items.iter().for_each(|item| self.follow(scope, &item.value, &[])),
            },
            ExprKind::Tuple(items) => {
                match path.split_first().and_then(|(i, rest)| Some((i.parse::<usize>().ok()?, rest))) {
                    Some((i, rest)) => {
                        if let Some(item) = items.get(i) {
                            self.follow(scope, item, rest);
                        }
                    }
                    None => items.iter().for_each(|item| self.follow(scope, item, path)),
                }
            }
            ExprKind::Variable(name) => self.temporary(scope, name, path),
            ExprKind::Splat(s) => {
                let steps: Vec<Arc<str>> = s.steps.iter().filter_map(step_name).collect();
                self.follow(scope, &s.object, &steps);
            }
            ExprKind::For(f) => self.follow(scope, &f.collection, &[]),
            _ => crate::syntax::visit::children(expr, &mut |child| self.follow(scope, child, &[])),
        }
    }

    /// A literal inside a collection that was followed to here is a place of its own.
    fn place(&mut self, span: Span, expr: &Expr) {
        if crate::eval::calls::is_constant(expr) && !self.labels.is_empty() {
            self.note(span, "the value is given here".into());
        }
    }

    fn temporary(&mut self, scope: &Scope, name: &Arc<str>, path: &[Arc<str>]) {
        let Some((collection, outer)) = scope.source_of(name) else { return };
        let key = scope.part(name, "key").and_then(key_text);
        match (path.first().map(|p| &**p), key) {
            (Some("value"), Some(key)) => {
                let rest: Vec<Arc<str>> = std::iter::once(key).chain(path[1..].iter().cloned()).collect();
                self.follow(outer, collection, &rest);
            }
            _ => self.follow(outer, collection, &[]),
        }
    }

    /// Follows `object.name` where that is a variable, local or module output.
    fn reference(&mut self, scope: &Scope, object: &Expr, name: &Arc<str>, path: &[Arc<str>]) -> bool {
        let instance = &scope.instance;
        if let ExprKind::Variable(root) = &object.kind
            && !scope.has(root)
        {
            match &**root {
                "var" => self.variable(scope, name, path),
                "local" => {
                    if let Some(attribute) = instance.config.locals.get(name)
                        && self.note(attribute.span, format!("local.{name} is set here"))
                    {
                        self.follow(&instance.scope(), &attribute.expr, path);
                    }
                }
                _ => return false,
            }
            return true;
        }
        let (call, key) = match &object.kind {
            ExprKind::Index(inner, key) => (crate::eval::reference::module_call(scope, inner), Some(key)),
            _ => (crate::eval::reference::module_call(scope, object), None),
        };
        let Some(call) = call else { return false };
        let Ok(state) = instance.call_state(call, object.span) else { return true };
        let wanted = key.and_then(|k| eval(scope, k).ok()).and_then(|k| key_text(&k));
        let child = state.instances.iter().find(|(k, _)| match (k, &wanted) {
            (_, None) => true,
            (crate::eval::plan::InstanceKey::Index(i), Some(w)) => i.to_string() == **w,
            (k, Some(w)) => k.name() == Some(w),
        });
        if let Some((_, child)) = child
            && let Some(value) = child.config.outputs.get(name).and_then(|o| o.body.attribute("value"))
            && self.note(value.expr.span, format!("module.{call}'s output {name} is set here"))
        {
            self.follow(&child.scope(), &value.expr, path);
        }
        true
    }

    fn variable(&mut self, scope: &Scope, name: &Arc<str>, path: &[Arc<str>]) {
        let instance = &scope.instance;
        let Some(config) = instance.config.variables.get(name) else { return };
        if let Some((parent, call_scope, site)) = instance.call_block() {
            let argument = parent.config.calls.get(&site.name).and_then(|b| b.body.attribute(name));
            match argument {
                Some(argument) => {
                    let given = self.note(argument.expr.span, format!("given to {} here", instance.address));
                    self.note(config.header(), format!("through var.{name}"));
                    if given {
                        self.follow(&call_scope, &argument.expr, path);
                    }
                }
                None => self.default(config, name, path, scope),
            }
            return;
        }
        match instance.world.inputs.get(name) {
            Some(Input::Expr(expr, span)) => {
                self.note(config.header(), format!("through var.{name}"));
                if path.is_empty() {
                    self.note(*span, format!("var.{name} is set here"));
                } else {
                    self.follow(scope, expr, path);
                    self.note(*span, format!("var.{name} is set here"));
                }
            }
            Some(Input::Preset(_, span)) => {
                self.note(config.header(), format!("through var.{name}"));
                self.note(*span, format!("var.{name} is set here"));
            }
            Some(Input::Text(_, from, _)) => {
                self.note(config.header(), format!("var.{name} is set by {from}"));
            }
            None => self.default(config, name, path, scope),
        }
    }

    fn default(&mut self, config: &crate::eval::config::VariableConfig, name: &str, path: &[Arc<str>], scope: &Scope) {
        match &config.default {
            Some(default) => {
                if self.note(default.span, format!("the default of var.{name}")) {
                    self.follow(scope, default, path);
                }
            }
            None => {
                self.note(config.header(), format!("var.{name} has no default and no value"));
            }
        }
    }
}

fn prepend(name: &Arc<str>, path: &[Arc<str>]) -> Vec<Arc<str>> {
    std::iter::once(name.clone()).chain(path.iter().cloned()).collect()
}

fn step_name(step: &SplatStep) -> Option<Arc<str>> {
    match step {
        SplatStep::Attr(name) => Some(name.name.clone()),
        SplatStep::Index(_) | SplatStep::Splat(_) => None,
    }
}

fn key_text(key: &crate::eval::value::Value) -> Option<Arc<str>> {
    match key.as_str() {
        Some(text) => Some(text.into()),
        None => key.as_number().map(|n| n.to_string().into()),
    }
}
