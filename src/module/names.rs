//! References that cannot be right whatever the values are: checked once for each module folder.

use crate::address::{ReferenceRoot, Subject};
use crate::base::source::Span;
use crate::cty::functions;
use crate::module::ModuleConfig;
use crate::module::error::EvalError;
use crate::module::report::{EVALUATION_ERROR, UNDECLARED_REFERENCE};
use crate::module::undeclared::{self, PATHS, TERRAFORM};
use crate::syntax::ast::{Body, Call, Expr, ExprKind, For, ObjectItem, TemplatePart};
use std::cell::Cell;
use std::sync::Arc;

/// Arguments whose expressions are not references to values: provider and dependency addresses, keywords.
const NOT_VALUES: [&str; 8] =
    ["provider", "providers", "depends_on", "ignore_changes", "replace_triggered_by", "type", "when", "on_failure"];

/// Reports every undeclared reference and unknown function in a module.
pub fn check(config: &ModuleConfig, report: &dyn Fn(&EvalError)) {
    let checker = NameChecker { config, report, conditional: Cell::new(false) };
    for variable in config.variables.values() {
        for validation in variable.block.body.blocks("validation") {
            checker.body(&validation.body, &mut Vec::new());
        }
    }
    for local in config.locals.values() {
        checker.expr(&local.expr, &mut Vec::new());
    }
    for output in config.outputs.values() {
        checker.body(&output.body, &mut Vec::new());
    }
    for block in config.resources.values() {
        checker.repeated(&block.body);
    }
    for block in config.calls.values() {
        checker.repeated(&block.body);
    }
    for check in config.checks.iter().filter(|c| c.body.blocks("data").next().is_none()) {
        checker.body(&check.body, &mut Vec::new());
    }
    for block in &config.providers {
        checker.repeated(&block.body);
    }
}

/// The iterator that a dynamic block in JSON names.
fn iterator_of(block: &Expr) -> Option<Arc<str>> {
    let items = match &block.kind {
        ExprKind::Object(items) => items,
        ExprKind::Tuple(blocks) => return blocks.iter().find_map(iterator_of),
        _ => return None,
    };
    let named = |item: &&ObjectItem| item.key.text() == Some("iterator");
    match &items.iter().find(named)?.value.kind {
        ExprKind::String(name) | ExprKind::Variable(name) => Some(name.clone()),
        _ => None,
    }
}

struct NameChecker<'c> {
    config: &'c ModuleConfig,
    report: &'c dyn Fn(&EvalError),
    /// Inside of what Terraform may never evaluate, or `try` and `can` catch: a function that does not exist is an error
    /// there only if evaluation comes to it.
    conditional: Cell<bool>,
}

type NameList = Vec<Arc<str>>;

impl NameChecker<'_> {
    fn repeated(&self, body: &Body) {
        let mut names: NameList = Vec::new();
        if body.attribute("for_each").is_some() {
            names.push("each".into());
        }
        if body.attribute("count").is_some() {
            names.push("count".into());
        }
        self.body(body, &mut names);
    }

    fn body(&self, body: &Body, names: &mut NameList) {
        for attribute in &body.attributes {
            if NOT_VALUES.contains(&&*attribute.name.name) {
                continue;
            }
            match body.json {
                true => self.json(&attribute.name.name, &attribute.expr, names),
                false => self.expr(&attribute.expr, names),
            }
        }
        for block in &body.blocks {
            let before = names.len();
            match &*block.kind.name {
                "provisioner" | "connection" | "postcondition" => names.push("self".into()),
                "dynamic" => {
                    let iterator = match block.body.attribute("iterator").map(|a| &a.expr.kind) {
                        Some(ExprKind::Variable(name) | ExprKind::String(name)) => name.clone(),
                        _ => block.label(0).into(),
                    };
                    names.push(iterator);
                }
                _ => {}
            }
            if &*block.kind.name == "dynamic" {
                self.dynamic(&block.body, names);
            } else {
                self.body(&block.body, names);
            }
            names.truncate(before);
        }
    }

    /// A member of a JSON object, which may stand for blocks: `dynamic` names what its `content` may use.
    fn json(&self, name: &str, expr: &Expr, names: &mut NameList) {
        let items = match &expr.kind {
            ExprKind::Tuple(items) => return items.iter().for_each(|item| self.json(name, item, names)),
            ExprKind::Object(items) => items,
            _ => return self.expr(expr, names),
        };
        for item in items {
            let key = item.key.text().unwrap_or_default();
            if name == "dynamic" {
                let before = names.len();
                names.push(iterator_of(&item.value).unwrap_or_else(|| key.into()));
                self.json(key, &item.value, names);
                names.truncate(before);
            } else if key != "iterator" {
                self.json(key, &item.value, names);
            }
        }
    }

    fn dynamic(&self, body: &Body, names: &mut NameList) {
        for attribute in body.attributes.iter().filter(|a| &*a.name.name != "iterator") {
            self.expr(&attribute.expr, names);
        }
        for block in &body.blocks {
            self.body(&block.body, names);
        }
    }

    fn expr(&self, expr: &Expr, names: &mut NameList) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expr_kind(expr, names));
    }

    fn expr_kind(&self, expr: &Expr, names: &mut NameList) {
        match &expr.kind {
            ExprKind::For(f) => return self.for_expr(f, names),
            ExprKind::Template(parts) => return self.template(parts, names),
            ExprKind::GetAttr(object, name) => {
                if let Some(subject) = Subject::of_attribute(object, name, |root| names.iter().any(|n| **n == *root)) {
                    if let Some(e) = self.undeclared(&subject, object.span.to(name.span), name.span) {
                        (self.report)(&e);
                    }
                    return;
                }
                if matches!(&object.kind, ExprKind::Variable(root) if matches!(ReferenceRoot::of(root), ReferenceRoot::Mode(_)))
                {
                    return;
                }
            }
            ExprKind::Variable(root) if !names.contains(root) => {
                let mut e = undeclared::root(root, expr.span);
                e.rule = UNDECLARED_REFERENCE;
                (self.report)(&e);
            }
            ExprKind::Call(call) => self.function(call),
            _ => {}
        }
        let catches = |call: &Call| matches!(&*call.name.name, "try" | "can");
        let mut walk = |child: &Expr| self.expr(child, &mut names.clone());
        match &expr.kind {
            ExprKind::Conditional(c) => {
                walk(&c.condition);
                self.perhaps(|| [&c.yes, &c.no].into_iter().for_each(walk));
            }
            ExprKind::Call(call) if catches(call) => self.perhaps(|| call.args.iter().for_each(walk)),
            _ => crate::syntax::visit::children(expr, &mut walk),
        }
    }

    /// Checks what Terraform may never evaluate.
    fn perhaps(&self, check: impl FnOnce()) {
        let before = self.conditional.replace(true);
        check();
        self.conditional.set(before);
    }

    fn function(&self, call: &Call) {
        let name = call.name.name.strip_prefix("core::").unwrap_or(&call.name.name);
        let known = matches!(name, "try" | "can") || name.starts_with("provider::") || functions::exists(name);
        if known || self.conditional.get() {
            return;
        }
        let mut e = EvalError::undeclared(call.name.span, "function", name, functions::names());
        e.rule = EVALUATION_ERROR;
        (self.report)(&e);
    }

    fn for_expr(&self, f: &For, names: &mut NameList) {
        self.expr(&f.collection, names);
        let before = names.len();
        names.extend(f.key.iter().map(|k| k.name.clone()));
        names.push(f.value.name.clone());
        self.perhaps(|| {
            for part in f.result_key.iter().chain([&f.result]).chain(&f.condition) {
                self.expr(part, names);
            }
        });
        names.truncate(before);
    }

    fn template(&self, parts: &[TemplatePart], names: &mut NameList) {
        for part in parts {
            match part {
                TemplatePart::Text(_) => {}
                TemplatePart::Interpolation(e) => self.expr(e, names),
                TemplatePart::If(directive) => {
                    self.expr(&directive.condition, names);
                    self.perhaps(|| self.template(&directive.yes, names));
                    self.perhaps(|| self.template(&directive.no, names));
                }
                TemplatePart::For(directive) => {
                    self.expr(&directive.collection, names);
                    let before = names.len();
                    names.extend(directive.key.iter().map(|k| k.name.clone()));
                    names.push(directive.value.name.clone());
                    self.perhaps(|| self.template(&directive.body, names));
                    names.truncate(before);
                }
            }
        }
    }

    /// The error of a reference's subject that is not declared; `all` is its place, `name` that of its last name.
    fn undeclared(&self, subject: &Subject, all: Span, name: Span) -> Option<Box<EvalError>> {
        let config = self.config;
        let may_be_elsewhere = !config.left_out.is_empty();
        let unless = |declared: bool, error: &dyn Fn() -> Box<EvalError>| (!declared).then(error);
        match subject {
            Subject::Path(ident) => unless(PATHS.contains(&&*ident.name), &|| undeclared::path(ident)),
            Subject::Terraform(ident) => unless(TERRAFORM.contains(&&*ident.name), &|| undeclared::terraform(ident)),
            Subject::Name(root) => Some(undeclared::root(root, all)),
            _ if may_be_elsewhere => None,
            Subject::Variable(ident) => {
                unless(config.variables.contains_key(&ident.name), &|| config.undeclared_variable(&ident.name, name))
            }
            Subject::Local(ident) => {
                unless(config.locals.contains_key(&ident.name), &|| config.undeclared_local(&ident.name, name))
            }
            Subject::Call(ident) => {
                unless(config.calls.contains_key(&ident.name), &|| config.undeclared_call(&ident.name, all))
            }
            Subject::Resource(address) => {
                unless(config.resources.contains_key(address), &|| config.undeclared_resource(address, all))
            }
        }
    }
}
