//! References: `var.x`, `local.x`, `module.x.y`, `data.t.n`, `t.n`, `each.key`, `count.index`, `path.module`,
//! `terraform.workspace`, `self`.

use crate::address::{ResourceAddr, Subject};
use crate::base::source::Span;
use crate::cty::value::{ReasonKind, Reasons, Type, Value, get_attr};
use crate::eval::scope::Scope;
use crate::module::error::{EvalError, EvalResult};
use crate::module::undeclared;
use crate::syntax::ast::{Expr, ExprKind, Ident};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A bare root name: only temporary names have a value of their own.
pub fn root(scope: &Scope, name: &Arc<str>, span: Span) -> EvalResult<Value> {
    if let Some(value) = scope.lookup(name) {
        return Ok(value);
    }
    Err(undeclared::root(name, span))
}

/// `object.name`, which may be a reference, or follow one.
pub fn attribute(scope: &Scope, object: &Expr, name: &Ident) -> EvalResult<Value> {
    if let Some(subject) = Subject::of_attribute(object, name, |root| scope.has(root)) {
        return of_subject(scope, &subject, object.span.to(name.span), name.span);
    }
    let instance = &scope.instance;
    match &object.kind {
        ExprKind::Variable(root) => {
            if let Some(part) = scope.part(root, &name.name) {
                return Ok(part.clone());
            }
        }
        ExprKind::GetAttr(..) => match Subject::of(object, |root| scope.has(root)) {
            Some(Subject::Call(call)) => {
                return instance.output(&call.name, None, &name.name, object.span, name.span);
            }
            // Most references are to an attribute of the one instance of a resource, and need no more of it.
            Some(Subject::Resource(address)) if own(scope, &address).is_some() => {}
            Some(Subject::Resource(address)) if instance.config.resources.contains_key(&address) => {
                let state = instance.resource_state(&address, object.span)?;
                if let Some(value) = state.single().and_then(|resource| resource.attribute(&name.name)) {
                    return Ok(value);
                }
            }
            _ => {}
        },
        ExprKind::Index(inner, key) => {
            if let Some(call) = module_call(scope, inner) {
                let key_value = scope.key(key)?;
                return instance.output(call, Some((&key_value, key.span)), &name.name, inner.span, name.span);
            }
        }
        _ => {}
    }
    let value = crate::eval::expr::eval(scope, object)?;
    get_attr(&value, &name.name).map_err(|e| EvalError::new(name.span, e.to_string()))
}

/// The value of a resource in its own provisioners.
fn own(scope: &Scope, address: &ResourceAddr) -> Option<Value> {
    if scope.has("self") { scope.lookup(&address.address()) } else { None }
}

/// The value of a reference's subject. `all` is its place, `name` that of its last name.
pub fn of_subject(scope: &Scope, subject: &Subject, all: Span, name: Span) -> EvalResult<Value> {
    let instance = &scope.instance;
    match subject {
        Subject::Variable(ident) => instance.variable(&ident.name, name),
        Subject::Local(ident) => instance.local(&ident.name, name),
        Subject::Call(ident) => module_instance(scope, &ident.name, None, all, name),
        Subject::Resource(address) => own(scope, address).map_or_else(|| instance.resource(address, all), Ok),
        Subject::Path(ident) => path(scope, ident),
        Subject::Terraform(ident) => workspace(scope, ident),
        Subject::Name(root) => self::root(scope, root, all),
    }
}

/// The call's name where the expression is `module.name`.
pub fn module_call<'e>(scope: &Scope, expr: &'e Expr) -> Option<&'e Arc<str>> {
    match Subject::of(expr, |root| scope.has(root)) {
        Some(Subject::Call(call)) => Some(&call.name),
        _ => None,
    }
}

/// `module.name` or `module.name[key]` as a whole: an object of outputs (or of instances).
pub fn module_instance(
    scope: &Scope,
    call: &Arc<str>,
    key: Option<&Value>,
    span: Span,
    key_span: Span,
) -> EvalResult<Value> {
    let whole = scope.instance.module(call, span)?;
    match key {
        None => Ok(whole),
        Some(key) => crate::cty::value::index(&whole, key).map_err(|e| EvalError::new(key_span, e.to_string())),
    }
}

/// One output of every instance of a module call, in the shape of the call (a tuple, or one value).
pub fn module_outputs(
    scope: &Scope,
    call: &Arc<str>,
    output: &Arc<str>,
    span: Span,
    output_span: Span,
) -> EvalResult<Value> {
    scope.instance.outputs_of_all(call, output, span, output_span)
}

fn path(scope: &Scope, name: &Ident) -> EvalResult<Value> {
    let instance = &scope.instance;
    match &*name.name {
        "module" => Ok(Value::string(instance.path_from_root())),
        "root" => Ok(Value::string(".")),
        "cwd" if !instance.world.strict() => {
            let kind = ReasonKind::Impure("the folder in which Terraform runs (path.cwd)".into());
            Ok(Value::unknown(Type::String, Reasons::one(kind, Some(name.span))))
        }
        "cwd" => Ok(Value::string(instance.world.absolute("."))),
        _ => Err(undeclared::path(name)),
    }
}

fn workspace(scope: &Scope, name: &Ident) -> EvalResult<Value> {
    match &*name.name {
        "workspace" => Ok(Value::string(&scope.instance.world.inputs.workspace)),
        "applying" => Ok(Value::bool(false).mark(crate::cty::value::Marks::EPHEMERAL)),
        _ => Err(undeclared::terraform(name)),
    }
}

/// An object with these entries.
pub fn object_of<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::object(entries.into_iter().map(|(k, v)| (Arc::from(k), v)).collect::<BTreeMap<_, _>>())
}
