//! Function calls, with the few whose arguments are evaluated lazily.

use crate::address::{Reference, Subject};
use crate::base::source::Span;
use crate::cty::functions::{self, ErrorKind};
use crate::cty::value::{Data, Marks, ReasonKind, Reasons, Type, Value, shown_or, unify};
use crate::eval::expr::eval;
use crate::eval::hide;
use crate::eval::newer;
use crate::eval::places;
use crate::eval::provider_functions;
use crate::eval::scope::Scope;
use crate::module::error::{EvalError, EvalResult};
use crate::module::typeexpr::read_type;
use crate::plan::Mode;
use crate::syntax::ast::{Call, Expr, ExprKind};

/// Evaluates a function call.
///
/// # Errors
/// An unknown function, wrong arguments, or what the function says of these values.
pub fn call(scope: &Scope, call: &Call, span: Span) -> EvalResult<Value> {
    let name = call.name.name.strip_prefix("core::").unwrap_or(&call.name.name);
    match name {
        "try" => return attempt(scope, call, span),
        "can" => return can(scope, call, span),
        "convert" if !scope.instance.world.strict() => return converted(scope, call, span),
        "templatestring" if !call.args.first().is_some_and(is_reference) => {
            let help = "use a string template, or templatefile, for text that is written out here";
            return Err(EvalError::new(span, "templatestring needs a reference to the template's text").help(help));
        }
        _ if scope.instance.world.strict() && !in_terraform(name) => {
            return Err(EvalError::new(call.name.span, format!("there is no function `{name}`")));
        }
        _ => {}
    }
    if matches!(name, "tolist" | "toset" | "tomap") {
        one_type(call)?;
    }
    let args = arguments(scope, call)?;
    let Some(args) = args else {
        let (reasons, marks) = expansion(scope, call);
        return Ok(Value::unknown(Type::Any, reasons).mark(marks));
    };
    let args = match places::arguments(scope, name, args) {
        Ok(args) => args,
        Err(unknown) => return Ok(unknown),
    };
    if let Some(done) = scope.instance.world.functions.get().and_then(|own| own.call(name, &args)) {
        return done.map_err(|why| EvalError::new(span, shown_or(&args, || format!("{name}: {why}"), failed(name))));
    }
    let args = newer::arguments(scope, name, args, span);
    if let Some(done) = newer::contains_null(scope, name, &args, span) {
        return Ok(done);
    }
    let negative = args.get(1).and_then(Value::as_number).is_some_and(|n| n.signum() < 0);
    let tuple = args.first().is_some_and(|list| matches!(list.data, Data::Tuple(_)));
    if name == "element" && negative && tuple && scope.instance.world.strict() {
        return Err(EvalError::new(span, "element: cannot use element function with a negative index"));
    }
    let canonical = provider_functions::canonical(scope, name);
    let own = canonical.as_deref().and_then(|name| provider_functions::call(scope, name, &args));
    if name == "sensitive" {
        call.args.iter().for_each(|arg| hide::source(scope, arg));
    }
    let host = crate::eval::host::TreeHost { scope };
    let marks = || args.iter().fold(Marks::NONE, |marks, arg| marks.union(arg.deep_marks()));
    let done = own.unwrap_or_else(|| functions::call(canonical.as_deref().unwrap_or(name), &args, &host));
    done.or_else(|e| {
        let marks = marks();
        scope.instance.world.note_marks(marks);
        let place = e.argument.and_then(|i| call.args.get(i.min(call.args.len().saturating_sub(1)))).map(|a| a.span);
        let message = || shown_or(&args, || format!("{}: {}", call.name.name, e.message), failed(&call.name.name));
        match e.kind {
            ErrorKind::UnknownFunction => {
                let mut error = EvalError::undeclared(call.name.span, "function", name, functions::names());
                error.rule = crate::module::report::EVALUATION_ERROR;
                Err(error.evaluated())
            }
            ErrorKind::Budget(limit) => Err(EvalError::over(limit, place.unwrap_or(span), message())),
            ErrorKind::File if !scope.instance.world.strict() => {
                let reasons = Reasons::one(ReasonKind::File(message().into()), Some(span));
                Ok(Value::unknown(Type::Any, reasons).mark(marks))
            }
            _ => Err(EvalError::new(place.unwrap_or(span), message())),
        }
    })
}

/// What is said where a function fails for what must not be shown.
fn failed(name: &str) -> String {
    format!("{name}: it fails for a value that is sensitive")
}

/// Functions that OpenTofu has and Terraform has not.
const OPENTOFU: [&str; 3] = ["base64gunzip", "cidrcontains", "urldecode"];

fn in_terraform(name: &str) -> bool {
    !OPENTOFU.contains(&name) && !name.starts_with("provider::")
}

/// Whether an expression only refers to something.
fn is_reference(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) => true,
        ExprKind::GetAttr(object, _) | ExprKind::Index(object, _) => is_reference(object),
        _ => false,
    }
}

/// The arguments' values; `None` where the last one is to be expanded and is not known.
fn arguments(scope: &Scope, call: &Call) -> EvalResult<Option<Vec<Value>>> {
    let mut values = call.args.iter().map(|a| eval(scope, a)).collect::<EvalResult<Vec<_>>>()?;
    if !call.expand {
        return Ok(Some(values));
    }
    let (Some(last), Some(place)) = (values.pop(), call.args.last()) else { return Ok(Some(values)) };
    if let Data::Unknown(_) = last.data {
        return Ok(None);
    }
    match last.elements() {
        Some(elements) => {
            values.extend(elements.iter().cloned().map(|v| v.mark(last.marks)));
            Ok(Some(values))
        }
        None => Err(EvalError::new(place.span, "only a list, set or tuple can be expanded with `...`")),
    }
}

/// Why the last argument is not known, and the marks of all.
fn expansion(scope: &Scope, call: &Call) -> (Reasons, Marks) {
    let values: Vec<Value> = call.args.iter().filter_map(|arg| eval(scope, arg).ok()).collect();
    let reasons = values.last().and_then(|v| v.reasons().cloned());
    let reasons = reasons.unwrap_or_else(|| Reasons::one(ReasonKind::Unsupported("an expanded argument".into()), None));
    (reasons, values.iter().fold(Marks::NONE, |marks, v| marks.union(v.deep_marks())))
}

/// `convert(value, type)` of Terraform 1.15.
fn converted(scope: &Scope, call: &Call, span: Span) -> EvalResult<Value> {
    let [value, ty] = call.args.as_slice() else {
        return Err(EvalError::new(span, "convert needs a value and a type"));
    };
    let constraint = read_type(ty)?;
    let value = eval(scope, value)?;
    constraint.conform(&value).map_err(|e| {
        let marked = std::slice::from_ref(&value);
        EvalError::new(call.args[0].span, shown_or(marked, || format!("convert: {e}"), failed("convert")))
    })
}

/// What a failure or success tells of the values that an expression looked at. Terraform does not hide whether something
/// fails for a sensitive value, but what is private would come out bit by bit.
fn told(seen: Marks) -> Marks {
    seen.without(Marks::ANY_SENSITIVE.union(Marks::PLACE))
}

/// Refuses elements that have no one type while those of resources are not known: Terraform validates with these of any
/// type, so that one of them cannot be the text that all others become.
fn one_type(call: &Call) -> EvalResult<()> {
    let Some(arg) = call.args.first() else { return Ok(()) };
    let elements: Vec<&Expr> = match &arg.kind {
        ExprKind::Tuple(items) => items.iter().collect(),
        ExprKind::Object(items) => items.iter().map(|item| &item.value).collect(),
        _ => return Ok(()),
    };
    let literal = |expr: &Expr| match &expr.kind {
        ExprKind::Bool(_) => Some(Type::Bool),
        ExprKind::Number(_) => Some(Type::Number),
        ExprKind::String(_) => Some(Type::String),
        _ => None,
    };
    let is_resource = |expr: &&&Expr| match Reference::of(expr, |_| false).map(|reference| reference.subject) {
        Some(Subject::Resource(address)) => address.mode == Mode::Managed,
        _ => false,
    };
    let types: Vec<Type> = elements.iter().filter_map(|expr| literal(expr)).collect();
    let resources = elements.iter().filter(is_resource).count();
    if resources == 0 || types.len() + resources < elements.len() || types.is_empty() || unify(&types).is_some() {
        return Ok(());
    }
    let message = format!("{}: the elements have no one type, since those of resources are not known", call.name.name);
    Err(EvalError::new(arg.span, message).help("convert each element, as with tostring(…)"))
}

fn attempt(scope: &Scope, call: &Call, span: Span) -> EvalResult<Value> {
    if call.expand {
        return attempt_expanded(scope, call, span);
    }
    if call.args.is_empty() {
        return Err(EvalError::new(span, "try needs at least one argument"));
    }
    let (mut last, mut marks) = (None, Marks::NONE);
    for arg in &call.args {
        let (result, seen) = scope.instance.world.noting_marks(|| eval(scope, arg));
        match result {
            Ok(value) if value.is_wholly_known() => return Ok(value.mark(marks)),
            Ok(value) => {
                let marks = marks.union(value.deep_marks());
                return Ok(Value::unknown(Type::Any, value.collect_reasons()).mark(marks));
            }
            Err(e) if !e.is_dynamic() => return Err(e),
            Err(e) => {
                last = Some(e);
                marks = marks.union(told(seen));
            }
        }
    }
    let mut error = EvalError::new(span, "none of the expressions in this try has a value");
    if let Some(e) = last {
        error.help.push(format!("the last one fails because {}", e.message));
    }
    Err(error)
}

/// `try(list...)`: what is to be expanded is evaluated before any of it is tried.
fn attempt_expanded(scope: &Scope, call: &Call, span: Span) -> EvalResult<Value> {
    match arguments(scope, call)? {
        Some(values) => match values.into_iter().next() {
            Some(first) if first.is_wholly_known() => Ok(first),
            Some(first) => Ok(Value::unknown(Type::Any, first.collect_reasons()).mark(first.deep_marks())),
            None => Err(EvalError::new(span, "try needs at least one argument")),
        },
        None => {
            let (reasons, marks) = expansion(scope, call);
            Ok(Value::unknown(Type::Any, reasons).mark(marks))
        }
    }
}

fn can(scope: &Scope, call: &Call, span: Span) -> EvalResult<Value> {
    let [arg] = call.args.as_slice() else {
        return Err(EvalError::new(span, "can needs exactly one argument"));
    };
    let (result, seen) = scope.instance.world.noting_marks(|| eval(scope, arg));
    let answer = match result {
        Ok(value) if value.is_wholly_known() => Value::bool(true),
        Ok(value) => Value::unknown(Type::Bool, value.collect_reasons()),
        Err(e) if !e.is_dynamic() => return Err(e),
        Err(_) => Value::bool(false),
    };
    Ok(answer.mark(told(seen)))
}
