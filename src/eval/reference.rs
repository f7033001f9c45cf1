//! References: `var.x`, `local.x`, `module.x.y`, `data.t.n`, `t.n`, `each.key`, `count.index`, `path.module`,
//! `terraform.workspace`, `self`.

use crate::eval::config::ResourceId;
use crate::eval::error::{EvalError, EvalResult};
use crate::eval::plan::Mode;
use crate::eval::scope::Scope;
use crate::eval::value::{Value, get_attr};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A bare root name: only temporary names have a value of their own.
pub fn root(scope: &Scope, name: &Arc<str>, span: Span) -> EvalResult<Value> {
    if let Some(value) = scope.lookup(name) {
        return Ok(value);
    }
    Err(match &**name {
        "var" | "local" | "module" | "data" | "resource" | "ephemeral" | "path" | "terraform" => {
            EvalError::new(span, format!("`{name}` must be followed by a name, as in `{name}.example`"))
        }
        "each" => out_of_place(span, "each", "`for_each`"),
        "count" => out_of_place(span, "count", "`count`"),
        "self" => out_of_place(span, "self", "`provisioner`, `connection` or `postcondition`"),
        _ => {
            let mut e = EvalError::undeclared(span, "name", name, std::iter::empty());
            e.message = format!("`{name}` is not a reference that Terraform knows");
            e.help("write text in quotes, or name a resource by its type and its name")
        }
    })
}

fn out_of_place(span: Span, name: &str, needs: &str) -> Box<EvalError> {
    let mut e = EvalError::new(span, format!("`{name}` can be used only where {needs} is set"));
    e.rule = crate::eval::report::UNDECLARED_REFERENCE;
    e.fixed = true;
    e
}

/// `object.name`, where `object` may be the start of a reference.
pub fn attribute(scope: &Scope, object: &Expr, name: &Ident) -> EvalResult<Value> {
    let instance = &scope.instance;
    match &object.kind {
        ExprKind::Variable(root) if scope.has(root) => {
            if let Some(part) = scope.part(root, &name.name) {
                return Ok(part.clone());
            }
        }
        ExprKind::Variable(root) => match &**root {
            "var" => return instance.variable(&name.name, name.span),
            "local" => return instance.local(&name.name, name.span),
            "module" => {
                return module_instance(scope, &name.name, None, object.span.to(name.span), name.span);
            }
            "path" => return path(scope, name),
            "terraform" | "tofu" => return workspace(scope, name),
            "data" | "resource" | "ephemeral" | "each" | "count" | "self" => {}
            _ => {
                let id = ResourceId { mode: Mode::Managed, type_name: root.clone(), name: name.name.clone() };
                return instance.resource(&id, object.span.to(name.span));
            }
        },
        ExprKind::GetAttr(inner, type_name) => {
            if let ExprKind::Variable(root) = &inner.kind
                && !scope.has(root)
                && let Some(mode) = mode_of(root)
            {
                let id = ResourceId { mode, type_name: type_name.name.clone(), name: name.name.clone() };
                return instance.resource(&id, inner.span.to(name.span));
            }
            if let Some(call) = module_call(scope, object) {
                return instance.output(call, None, &name.name, object.span, name.span);
            }
        }
        ExprKind::Index(inner, key) => {
            if let Some(call) = module_call(scope, inner) {
                let key_value = crate::eval::expr::eval(scope, key)?;
                return instance.output(call, Some((&key_value, key.span)), &name.name, inner.span, name.span);
            }
        }
        _ => {}
    }
    if let Some(value) = of_resource(scope, object, &name.name)? {
        return Ok(value);
    }
    let value = crate::eval::expr::eval(scope, object)?;
    get_attr(&value, &name.name).map_err(|e| EvalError::new(name.span, e.to_string()))
}

/// An attribute of a resource of which there is one instance: most references are of this kind, and need no more of it.
fn of_resource(scope: &Scope, object: &Expr, name: &str) -> EvalResult<Option<Value>> {
    let ExprKind::GetAttr(inner, own) = &object.kind else { return Ok(None) };
    let (mode, type_name) = match &inner.kind {
        ExprKind::Variable(root) if !scope.has(root) && mode_of(root).is_none() => (Mode::Managed, root),
        ExprKind::GetAttr(root, type_name) => match &root.kind {
            ExprKind::Variable(root) if !scope.has(root) => match mode_of(root) {
                Some(mode) => (mode, &type_name.name),
                None => return Ok(None),
            },
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    let id = ResourceId { mode, type_name: type_name.clone(), name: own.name.clone() };
    if !scope.instance.config.resources.contains_key(&id) {
        return Ok(None);
    }
    let state = scope.instance.resource_state(&id, object.span)?;
    Ok(state.single().and_then(|resource| resource.attribute(name)))
}

fn mode_of(root: &str) -> Option<Mode> {
    match root {
        "resource" => Some(Mode::Managed),
        "data" => Some(Mode::Data),
        "ephemeral" => Some(Mode::Ephemeral),
        _ => None,
    }
}

/// The call's name where the expression is `module.name`.
pub fn module_call<'e>(scope: &Scope, expr: &'e Expr) -> Option<&'e Arc<str>> {
    let ExprKind::GetAttr(object, name) = &expr.kind else { return None };
    match &object.kind {
        ExprKind::Variable(root) if &**root == "module" && !scope.has(root) => Some(&name.name),
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
        Some(key) => crate::eval::value::index(&whole, key).map_err(|e| EvalError::new(key_span, e.to_string())),
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
        "cwd" => Ok(Value::string(instance.world.absolute("."))),
        other => Err(EvalError::undeclared(name.span, "path", other, ["module", "root", "cwd"])),
    }
}

fn workspace(scope: &Scope, name: &Ident) -> EvalResult<Value> {
    match &*name.name {
        "workspace" => Ok(Value::string(&scope.instance.world.inputs.workspace)),
        "applying" => Ok(Value::bool(false).mark(crate::eval::value::Marks::EPHEMERAL)),
        other => Err(EvalError::undeclared(name.span, "terraform attribute", other, ["workspace", "applying"])),
    }
}

/// An object with these entries.
pub fn object_of<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::object(entries.into_iter().map(|(k, v)| (Arc::from(k), v)).collect::<BTreeMap<_, _>>())
}
