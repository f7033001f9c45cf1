//! The value of an input variable: given value, default, conversion, validation.

use crate::base::source::Span;
use crate::cty::value::{Marks, ReasonKind, Reasons, Type, Value};
use crate::diagnostic::Label;
use crate::eval::conditions::{error_message, truth};
use crate::eval::expr::eval;
use crate::eval::facts;
use crate::eval::hide;
use crate::eval::inputs;
use crate::eval::instance::Instance;
use crate::eval::narrow;
use crate::eval::scope::Scope;
use crate::module::VariableConfig;
use crate::module::error::{EvalError, EvalResult, poison};
use crate::module::grammar::not_constant;
use crate::syntax::ast::{Block, ExprKind};
use std::rc::Rc;
use std::sync::Arc;

/// A variable's final value. Errors are reported where the value is given and leave it unknown.
pub fn value(instance: &Rc<Instance>, name: &Arc<str>, config: &VariableConfig) -> Value {
    if let Some(value) = facts::variable(instance, name) {
        return value;
    }
    if config.sensitive || config.ephemeral {
        hide::variable(&instance.scope(), name);
    }
    let given = match instance.call_block() {
        None => from_inputs(instance, name, config),
        Some((parent, scope, site)) => from_call(&parent, &scope, &site.name, name, config),
    };
    let finished = given.and_then(|given| finish(instance, name, config, given));
    let value = finished.unwrap_or_else(|e| match facts::reasons(instance) {
        Some(reasons) => Value::unknown(config.constraint.ty.without_optional(), reasons),
        None => {
            instance.world.report_error(&e);
            e.poison()
        }
    });
    let value = value.mark(marks(config));
    validate(instance, name, config, &value);
    value
}

/// A value and the place to blame for it.
struct GivenValue {
    value: Value,
    span: Option<Span>,
}

fn from_inputs(instance: &Rc<Instance>, name: &Arc<str>, config: &VariableConfig) -> EvalResult<Option<GivenValue>> {
    let inputs = &instance.world.inputs;
    let Some(input) = inputs.get(name) else {
        let unread = |reasons: &Reasons| GivenValue { value: Value::unknown(Type::Any, reasons.clone()), span: None };
        return Ok(inputs.open.as_ref().map(unread));
    };
    let sources = &instance.world.evaluator.sources;
    let value = inputs::value_of(&instance.scope(), input, &config.constraint.ty, config.typed, sources);
    let value = value.map_err(|e| if marks(config).is_hidden() { unsaid(e, name) } else { e })?;
    let span = match input {
        inputs::Input::Expr(expr, _) => Some(expr.span),
        inputs::Input::Preset(_, span) => Some(*span),
        inputs::Input::Text(..) => None,
    };
    Ok(Some(GivenValue { value, span }))
}

fn from_call(
    parent: &Rc<Instance>,
    scope: &Scope,
    call: &Arc<str>,
    name: &Arc<str>,
    config: &VariableConfig,
) -> EvalResult<Option<GivenValue>> {
    let Some(block) = parent.config.calls.get(call) else { return Ok(None) };
    if let Some(attribute) = block.body.attribute(name) {
        let value = parent.attempt(scope, &attribute.expr);
        return Ok(Some(GivenValue { value, span: Some(attribute.expr.span) }));
    }
    if config.default.is_none() {
        let stands_for_root = parent.config.beside.as_ref().is_some_and(|files| files.call.as_ref() == Some(call));
        if stands_for_root {
            // Terraform asks for the variables of a root module.
            let kind = ReasonKind::NotGiven(format!("the input `{name}`").into(), format!("var.{name}").into());
            let value = Value::unknown(Type::Any, Reasons::one(kind, None));
            return Ok(Some(GivenValue { value, span: None }));
        }
        let mut e = EvalError::new(
            block.header,
            format!("the module needs an argument `{name}`, which this call does not give"),
        );
        e.rule = crate::module::report::INVALID_ARGUMENT;
        e.related.push(Label { span: config.header(), message: "it has no default here".into() });
        return Err(e.help(format!("add to the call: {name} = …")));
    }
    Ok(None)
}

/// Checks the default of a variable, which Terraform refuses if it does not fit even where another value is given.
pub fn check_default(instance: &Rc<Instance>, name: &str, config: &VariableConfig) {
    let Some(default) = config.default.as_ref().filter(|_| instance.config.facts.is_none()) else { return };
    let world = &instance.world;
    if !config.nullable && matches!(default.kind, ExprKind::Null) {
        let message = format!("the default of var.{name} must not be null: it is declared `nullable = false`");
        let help = "give another default, or none, or remove `nullable = false`";
        return world.report_error(&EvalError::new(default.span, message).help(help));
    }
    if not_constant(default).is_none() {
        let fits = eval(&instance.scope(), default).and_then(|value| conform(config, &value, default.span, name));
        fits.err().iter().for_each(|e| world.report_error(e));
    }
}

fn finish(
    instance: &Rc<Instance>,
    name: &Arc<str>,
    config: &VariableConfig,
    given: Option<GivenValue>,
) -> EvalResult<Value> {
    if let Some(given) = given {
        if !given.value.is_null() || (config.nullable) {
            let span = given.span.unwrap_or(config.header());
            return conform(config, &given.value, span, name);
        }
        if config.default.is_none() {
            return Err(EvalError::new(
                given.span.unwrap_or(config.header()),
                format!("var.{name} must not be null: it is declared `nullable = false`"),
            ));
        }
    }
    match &config.default {
        Some(_) if instance.call.is_none() && instance.world.library => {
            Ok(undecided(ReasonKind::Default(name.clone()), name, config))
        }
        Some(default) => {
            let value = eval(&instance.scope(), default)?;
            conform(config, &value, default.span, name)
        }
        None => Ok(undecided(ReasonKind::Variable(name.clone()), name, config)),
    }
}

/// The unknown value of a root variable that nobody gave, narrowed by what the configuration says of it.
fn undecided(why: ReasonKind, name: &str, config: &VariableConfig) -> Value {
    let reasons = Reasons::one(why, Some(config.header()));
    let mut refinement = narrow::by_validations(name, config);
    refinement.not_null |= !config.nullable;
    Value::unknown_refined(config.constraint.ty.without_optional(), reasons, refinement)
}

/// An error in what is given for a sensitive variable, without a word of that.
fn unsaid(mut error: Box<EvalError>, name: &str) -> Box<EvalError> {
    error.message = format!("what is given for var.{name}, which is sensitive, is not a value");
    error.help.clear();
    error.meant = None;
    error
}

/// The marks that a variable puts on its value.
fn marks(config: &VariableConfig) -> Marks {
    let sensitive = if config.sensitive { Marks::SENSITIVE } else { Marks::NONE };
    sensitive.union(if config.ephemeral { Marks::EPHEMERAL } else { Marks::NONE })
}

fn conform(config: &VariableConfig, value: &Value, span: Span, name: &str) -> EvalResult<Value> {
    // What does not fit must not be quoted either.
    let value = value.clone().mark(marks(config));
    config.constraint.conform(&value).map_err(|e| {
        let mut error = EvalError::new(span, format!("this value does not fit the type of var.{name}: {e}"));
        let declared = config.block.body.attribute("type").map_or(config.header(), |a| a.expr.span);
        error.related.push(Label { span: declared, message: format!("var.{name} is declared with this type") });
        error
    })
}

/// Checks the variable's `validation` blocks; a condition that does not hold is reported at the value given.
fn validate(instance: &Rc<Instance>, name: &Arc<str>, config: &VariableConfig, value: &Value) {
    if !value.is_known() {
        return;
    }
    for validation in config.block.body.blocks("validation") {
        let Some(condition) = validation.body.attribute("condition") else { continue };
        // The variable is being evaluated: inside its own validation it stands for its value.
        let scope = instance.scope().with("var".into(), own_object(instance, name, value));
        match eval(&scope, &condition.expr).and_then(|v| truth(&v, condition.expr.span)) {
            Ok(Some(false)) => report_failed(instance, name, config, validation, &scope),
            Ok(_) => {}
            Err(e) if value.deep_marks().is_hidden() => {
                instance.world.report_error(&e.without_values(condition.expr.span));
            }
            Err(e) => instance.world.report_error(&e),
        }
    }
}

fn own_object(instance: &Rc<Instance>, own: &Arc<str>, value: &Value) -> Value {
    let other = |name: &Arc<str>| match name == own {
        true => value.clone(),
        false => instance
            .variable(name, Span::new(crate::base::source::FileId(0), 0, 0))
            .unwrap_or_else(|_| poison(&format!("var.{name} has no value"), None)),
    };
    let used = |name: &&Arc<str>| *name == own || narrow::mentions(&instance.config.variables[own].block, name);
    Value::object(instance.config.variables.keys().filter(used).map(|n| (n.clone(), other(n))).collect())
}

fn report_failed(instance: &Rc<Instance>, name: &str, config: &VariableConfig, validation: &Block, scope: &Scope) {
    let message = error_message(scope, validation);
    let blame = blame(instance, name, config);
    let mut e = EvalError::new(blame, format!("the value of var.{name} fails its validation: {message}"));
    e.related.push(Label { span: validation.header, message: "the validation is here".into() });
    instance.world.report_error(&e);
}

fn blame(instance: &Rc<Instance>, name: &str, config: &VariableConfig) -> Span {
    let given = match instance.call_block() {
        None => match instance.world.inputs.get(name) {
            Some(inputs::Input::Expr(expr, _)) => Some(expr.span),
            Some(inputs::Input::Preset(_, span)) => Some(*span),
            _ => None,
        },
        Some((parent, _, site)) => {
            let block = parent.config.calls.get(&site.name);
            block.and_then(|b| b.body.attribute(name)).map(|a| a.expr.span)
        }
    };
    given.or(config.default.as_ref().map(|d| d.span)).unwrap_or(config.header())
}
