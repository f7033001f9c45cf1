//! Arguments that must be written out, or name things.

use super::super::report::{EVALUATION_ERROR, INVALID_ARGUMENT, UNDECLARED_REFERENCE, add, error};
use super::actions;
use super::table::ArgumentForm;
use crate::address::{Mode, Reference, ReferenceRoot, Subject, TraversalStep};
use crate::base::source::Span;
use crate::diagnostic::Finding;
use crate::module::required::is_constraint;
use crate::syntax::ast::{Attribute, Body, Expr, ExprKind, TemplatePart};
use crate::syntax::visit;
use std::sync::Arc;

/// Checks the value of an argument against what may stand there.
pub fn check(attribute: &Attribute, form: ArgumentForm, findings: &mut Vec<Finding>) {
    let name = &*attribute.name.name;
    let expr = &attribute.expr;
    match form {
        ArgumentForm::Any => {}
        ArgumentForm::Constant => {
            constant(name, expr, findings);
        }
        ArgumentForm::Flag if !constant(name, expr, findings) => {}
        ArgumentForm::Switch if not_constant(expr).is_some() => {}
        ArgumentForm::Flag | ArgumentForm::Switch => {
            let wrong = match &expr.kind {
                ExprKind::Bool(_) => false,
                ExprKind::String(text) => !matches!(&**text, "true" | "false" | "1" | "0"),
                ExprKind::Number(_) | ExprKind::Null | ExprKind::Tuple(_) | ExprKind::Object(_) => true,
                _ => false,
            };
            if wrong {
                let message = format!("`{name}` must be `true` or `false`");
                report(findings, INVALID_ARGUMENT, expr.span, message, &format!("write {name} = true"));
            }
        }
        ArgumentForm::Text => {
            let wrong = matches!(expr.kind, ExprKind::Null | ExprKind::Tuple(_) | ExprKind::Object(_));
            if constant(name, expr, findings) && wrong {
                let message = format!("`{name}` must be a text");
                report(findings, INVALID_ARGUMENT, expr.span, message, &format!("write {name} = \"…\""));
            }
        }
        ArgumentForm::Keyword(words) => {
            let word = match &expr.kind {
                ExprKind::Variable(word) | ExprKind::String(word) => Some(word),
                _ => None,
            };
            if !word.is_some_and(|word| words.contains(&&**word)) && !matches!(expr.kind, ExprKind::Error) {
                let all: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                let message = format!("`{name}` must be one of {}", all.join(", "));
                report(findings, INVALID_ARGUMENT, expr.span, message, "write one of these words, without quotes");
            }
        }
        ArgumentForm::AnyText | ArgumentForm::AnyList | ArgumentForm::AnyMap => kind(name, expr, form, findings),
        ArgumentForm::Version => {
            if constant(name, expr, findings) && expr.as_str().is_some_and(|text| !is_constraint(text)) {
                let message = format!("`{name}` is not a version constraint");
                report(findings, INVALID_ARGUMENT, expr.span, message, "write one such as \"~> 7.1\"");
            }
        }
        ArgumentForm::Dependencies => each(name, expr, findings, dependency),
        ArgumentForm::OwnAttributes => own_attributes(name, expr, findings),
        ArgumentForm::Triggers => each(name, expr, findings, trigger),
        ArgumentForm::Events => actions::events(expr, findings),
        ArgumentForm::Actions => each(name, expr, findings, actions::reference),
    }
}

/// A value that is written out is of the right kind.
fn kind(name: &str, expr: &Expr, form: ArgumentForm, findings: &mut Vec<Finding>) {
    let text =
        matches!(expr.kind, ExprKind::String(_) | ExprKind::Template(_) | ExprKind::Number(_) | ExprKind::Bool(_));
    let (list, map) = (matches!(expr.kind, ExprKind::Tuple(_)), matches!(expr.kind, ExprKind::Object(_)));
    let (wrong, what) = match form {
        ArgumentForm::AnyText => (list || map, "a text"),
        ArgumentForm::AnyList => (text || map, "a list"),
        _ => (text || list, "a map"),
    };
    if wrong {
        let message = format!("`{name}` must be {what}");
        report(findings, INVALID_ARGUMENT, expr.span, message, &format!("write {what} in its place"));
    }
}

fn constant(name: &str, expr: &Expr, findings: &mut Vec<Finding>) -> bool {
    let Some((span, call)) = not_constant(expr) else { return true };
    let what = if call { "a function cannot be called here" } else { "a reference cannot stand here" };
    let message = format!("{what}: `{name}` must be written out");
    report(findings, EVALUATION_ERROR, span, message, "write the value itself, or take it from where it is used");
    false
}

/// The first reference or call in an expression, and whether it is a call. Names that a `for` gives are none.
pub fn not_constant(expr: &Expr) -> Option<(Span, bool)> {
    let given = given_names(expr);
    let mut found: Vec<(Span, Option<Arc<str>>)> = Vec::new();
    visit::expr(expr, &mut |e| match &e.kind {
        ExprKind::Variable(name) => found.push((e.span, Some(name.clone()))),
        ExprKind::Call(call) => found.push((call.name.span, None)),
        _ => {}
    });
    let free = |name: &Option<Arc<str>>| name.as_ref().is_none_or(|name| !given.contains(name));
    found.into_iter().find(|(_, name)| free(name)).map(|(span, name)| (span, name.is_none()))
}

/// The names that the `for` expressions and loops of templates in an expression give.
fn given_names(expr: &Expr) -> Vec<Arc<str>> {
    let mut given: Vec<Arc<str>> = Vec::new();
    visit::expr(expr, &mut |e| match &e.kind {
        ExprKind::For(f) => given.extend(f.key.iter().chain([&f.value]).map(|name| name.name.clone())),
        ExprKind::Template(parts) => loops(parts, &mut given),
        _ => {}
    });
    given
}

fn loops(parts: &[TemplatePart], given: &mut Vec<Arc<str>>) {
    for part in parts {
        match part {
            TemplatePart::For(f) => {
                given.extend(f.key.iter().chain([&f.value]).map(|name| name.name.clone()));
                loops(&f.body, given);
            }
            TemplatePart::If(directive) => {
                loops(&directive.yes, given);
                loops(&directive.no, given);
            }
            TemplatePart::Text(_) | TemplatePart::Interpolation(_) => {}
        }
    }
}

/// Checks each element of a list that must be written out.
fn each(name: &str, expr: &Expr, findings: &mut Vec<Finding>, check: fn(&str, &Expr, &mut Vec<Finding>)) {
    match &expr.kind {
        ExprKind::Tuple(items) => items.iter().for_each(|item| check(name, item, findings)),
        ExprKind::Paren(inner) => each(name, inner, findings, check),
        ExprKind::Error => {}
        // Native syntax takes nothing but a list; in JSON one text may stand for it.
        ExprKind::String(_) => {}
        _ => not_a_list(name, expr, findings),
    }
}

fn not_a_list(name: &str, expr: &Expr, findings: &mut Vec<Finding>) {
    let message = format!("`{name}` must be a list that is written out");
    report(findings, EVALUATION_ERROR, expr.span, message, &format!("write {name} = [ … ] with references in it"));
}

/// An element of `depends_on`: a whole object, such as `google_compute_network.main` or `module.network`.
fn dependency(name: &str, expr: &Expr, findings: &mut Vec<Finding>) {
    if let ExprKind::String(_) | ExprKind::Error = &expr.kind {
        // Quoted references of old: Terraform still reads them.
        return;
    }
    let Some(reference) = static_reference(expr) else {
        let message = format!("an element of `{name}` must be a reference, without calculations and calls");
        let help = "write the address of a resource or a module, such as google_compute_network.main";
        return report(findings, EVALUATION_ERROR, expr.span, message, help);
    };
    let whole = match &reference.subject {
        Subject::Resource(_) => !reference.rest.iter().any(|s| !matches!(s, TraversalStep::Key(_))),
        _ => true,
    };
    if !whole {
        let message = format!("an element of `{name}` must be a whole resource, not one of its attributes");
        report(findings, EVALUATION_ERROR, expr.span, message, &format!("write {}", reference.subject));
    }
}

/// A reference without calculations: its keys are written out.
fn static_reference(expr: &Expr) -> Option<Reference<'_>> {
    if matches!(expr.kind, ExprKind::Paren(_) | ExprKind::Wrap(_)) {
        return None;
    }
    let reference = Reference::of(expr, |_| false)?;
    let literal = |key: &Expr| matches!(key.kind, ExprKind::Number(_) | ExprKind::String(_));
    let plain = reference.rest.iter().all(|step| match step {
        TraversalStep::Attribute(_) => true,
        TraversalStep::Key(key) => literal(key),
        TraversalStep::Each => false,
    });
    plain.then_some(reference)
}

/// `ignore_changes`: attributes of the resource itself, or `all`.
fn own_attributes(name: &str, expr: &Expr, findings: &mut Vec<Finding>) {
    match &expr.kind {
        ExprKind::Variable(word) if &**word == "all" => {}
        ExprKind::String(word) if &**word == "all" => {}
        ExprKind::Error => {}
        ExprKind::Tuple(items) => {
            for item in items {
                if matches!(&item.kind, ExprKind::String(text) if &**text == "*") {
                    let message = "`ignore_changes` no longer takes `\"*\"`".to_string();
                    report(findings, EVALUATION_ERROR, item.span, message, "write ignore_changes = all");
                } else if !is_own(item) {
                    let message = format!("an element of `{name}` must name an argument of the resource");
                    let help = "write its name as it stands in the resource, such as labels";
                    report(findings, EVALUATION_ERROR, item.span, message, help);
                }
            }
        }
        _ => {
            let message = format!("`{name}` must be a list of arguments, or `all`");
            report(findings, EVALUATION_ERROR, expr.span, message, "write ignore_changes = [labels], or = all");
        }
    }
}

fn is_own(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) | ExprKind::String(_) | ExprKind::Error => true,
        ExprKind::GetAttr(object, _) => is_own(object),
        ExprKind::Index(object, key) => is_own(object) && matches!(key.kind, ExprKind::Number(_) | ExprKind::String(_)),
        _ => false,
    }
}

/// An element of `replace_triggered_by`: a managed resource or one of its attributes.
fn trigger(name: &str, expr: &Expr, findings: &mut Vec<Finding>) {
    if matches!(expr.kind, ExprKind::String(_) | ExprKind::Error) {
        return;
    }
    let reference = Reference::of(expr, |_| false);
    let managed = |r: &Reference| matches!(&r.subject, Subject::Resource(address) if address.mode == Mode::Managed);
    if !reference.as_ref().is_some_and(managed) {
        let message = format!("an element of `{name}` must be a managed resource or one of its attributes");
        let help = "write its address, such as google_compute_network.main; `terraform_data` makes one of a value";
        report(findings, EVALUATION_ERROR, expr.span, message, help);
    }
}

/// A condition that names nothing cannot be wrong or right: Terraform refuses it.
pub fn condition(kind: &str, body: &Body, findings: &mut Vec<Finding>) {
    if !matches!(kind, "precondition" | "postcondition" | "assert") {
        return;
    }
    let Some(condition) = body.attribute("condition") else { return };
    let mut refers = false;
    visit::expr(&condition.expr, &mut |e| {
        refers |= matches!(&e.kind, ExprKind::Variable(_) | ExprKind::Error)
            || matches!(&e.kind, ExprKind::Call(call) if call.name.name.contains("::"));
    });
    if !refers {
        let message = "this condition refers to nothing, so it checks nothing".to_string();
        let help = "name what it is about, such as var.size or self.id, or remove the block";
        report(findings, EVALUATION_ERROR, condition.expr.span, message, help);
    }
}

/// A validation must name its own variable.
pub fn validation(variable: &str, body: &Body, findings: &mut Vec<Finding>) {
    let Some(condition) = body.attribute("condition") else { return };
    let mut named = false;
    visit::expr(&condition.expr, &mut |e| {
        named |= match &e.kind {
            ExprKind::GetAttr(object, name) => {
                matches!(&object.kind, ExprKind::Variable(root) if ReferenceRoot::of(root) == ReferenceRoot::Var)
                    && &*name.name == variable
            }
            ExprKind::Error => true,
            _ => false,
        };
    });
    if !named {
        let message = format!("the condition of a validation must refer to its own variable, `var.{variable}`");
        let help = "check this variable in it, or move the check to where the other value is declared";
        report(findings, EVALUATION_ERROR, condition.expr.span, message, help);
    }
}

/// The first reference in a validation that is not to its own variable.
pub fn refers_to_others(variable: &str, body: &Body) -> Option<Span> {
    let mut found = None;
    for attribute in &body.attributes {
        let given = given_names(&attribute.expr);
        visit::expr(&attribute.expr, &mut |e| {
            let ExprKind::GetAttr(object, name) = &e.kind else { return };
            let ExprKind::Variable(root) = &object.kind else { return };
            let own = ReferenceRoot::of(root) == ReferenceRoot::Var && &*name.name == variable;
            if !own && !given.contains(root) {
                found.get_or_insert(e.span);
            }
        });
    }
    found
}

/// The first use of `each` or `count` in an expression.
pub fn of_an_instance(expr: &Expr) -> Option<Span> {
    let given = given_names(expr);
    let mut found = None;
    visit::expr(expr, &mut |e| match &e.kind {
        ExprKind::Variable(root) if !given.contains(root) => {
            if matches!(ReferenceRoot::of(root), ReferenceRoot::Each | ReferenceRoot::Count) {
                found.get_or_insert(e.span);
            }
        }
        _ => {}
    });
    found
}

/// The first attribute of a type that is optional.
pub fn optional(ty: &Expr) -> Option<Span> {
    let mut found = None;
    visit::expr(ty, &mut |e| match &e.kind {
        ExprKind::Call(call) if &*call.name.name == "optional" => {
            found.get_or_insert(call.name.span);
        }
        _ => {}
    });
    found
}

/// Whether the `for_each` of an import refers to the resource that it imports.
pub fn repeats_target(body: &Body) -> bool {
    let target = body.attribute("to").and_then(|to| Reference::of(&to.expr, |_| false));
    let (Some(target), Some(each)) = (target, body.attribute("for_each")) else { return false };
    let mut repeats = false;
    visit::expr(&each.expr, &mut |e| repeats |= Subject::of(e, |_| false).is_some_and(|s| s == target.subject));
    repeats && matches!(target.subject, Subject::Resource(_))
}

/// Reports an error at a place.
pub fn report(
    findings: &mut Vec<Finding>,
    rule: (&'static str, &'static str),
    span: Span,
    message: String,
    help: &str,
) {
    add(findings, || Finding { help: vec![help.into()], ..error(rule, span, message, "") });
}

/// A destroy-time provisioner refers to its own resource alone.
pub fn own_references(body: &Body, findings: &mut Vec<Finding>) {
    visit::body(body, &mut |e| {
        let ExprKind::GetAttr(object, name) = &e.kind else { return };
        let ExprKind::Variable(root) = &object.kind else { return };
        let foreign = match ReferenceRoot::of(root) {
            ReferenceRoot::Var | ReferenceRoot::Local | ReferenceRoot::Module | ReferenceRoot::Mode(_) => true,
            ReferenceRoot::Each => &*name.name != "key",
            _ => false,
        };
        if foreign {
            let message = format!("a provisioner with `when = destroy` cannot refer to `{root}.{}`", name.name);
            let help = "refer to `self`, `count.index` or `each.key`; `triggers` can keep other values for it";
            report(findings, UNDECLARED_REFERENCE, e.span, message, help);
        }
    });
}
