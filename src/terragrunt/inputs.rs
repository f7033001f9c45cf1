//! The values that a unit gives its source's variables, in Terraform's precedence.

use super::config::UnitConfig;
use super::terraform::ExtraArgument;
use crate::base::source::{FileId, Span};
use crate::cty::value::{ReasonKind, Reasons, Type, Value, convert, json};
use crate::eval::places;
use crate::eval::{Evaluator, Options, VariableOption};
use crate::module::VariableConfig;
use crate::syntax::ast::File;
use std::path::Path;
use std::sync::Arc;

/// How a unit's source is evaluated: inputs come before the environment and files of variables, `extra_arguments` after
/// these, in the order of their blocks.
pub fn options(evaluator: &Evaluator, config: &UnitConfig, source: &Path, dir: &Path) -> Options {
    let mut options = evaluator.options.clone();
    let module = evaluator.module(source);
    let declared = |name: &str| module.as_ref()?.variables.get(name);
    for (name, (value, span)) in &config.inputs {
        let value = places::without(value);
        let value = declared(name).map_or_else(|| value.clone(), |variable| in_environment(&value, variable));
        options.preset.insert(name.clone(), (value, *span));
    }
    let of_arguments = config.arguments.iter().filter_map(|(_, arguments)| arguments.open.clone());
    let open = config.open_inputs.iter().cloned().chain(of_arguments).reduce(|a, b| a.union(&b));
    if let (Some(reasons), Some(module)) = (open, &module) {
        let place = Span::new(FileId::FACTS, 0, 0);
        for name in module.variables.keys() {
            let open = || (Value::unknown(Type::Any, reasons.clone()), place);
            options.preset.entry(name.clone()).or_insert_with(open);
        }
    }
    for (_, arguments) in &config.arguments {
        arguments.environment.iter().for_each(|(name, value)| environment(&mut options, name, value, evaluator));
    }
    let loader = evaluator.loader();
    let on_disk = |path: &Path| evaluator.options.mounts.on_disk(path, loader.tree());
    let dir = on_disk(dir);
    // Terragrunt copies them into the source's folder.
    let own: Vec<Arc<File>> = if dir == source { Vec::new() } else { loader.tfvars(&dir) };
    let own = own.into_iter().map(VariableOption::File);
    let given = config.arguments.iter().flat_map(|(_, arguments)| &arguments.arguments);
    let given = given.filter_map(|argument| match argument {
        ExtraArgument::Variable(name, text) => Some(VariableOption::Value(name.clone(), text.clone())),
        ExtraArgument::File(path) => {
            let folders = [dir.as_path(), source];
            let mut files = folders.iter().map(|folder| loader.values(&on_disk(&folder.join(path))));
            files.find_map(Result::ok).map(VariableOption::File)
        }
    });
    options.variables = own.chain(given).chain(std::mem::take(&mut options.variables)).collect();
    options
}

/// A value as a variable has it: Terragrunt hands it over in the environment, as JSON unless it is a string. Terraform takes
/// this text as it is for a variable without a type or of a primitive one, and as an expression for any other.
fn in_environment(value: &Value, variable: &VariableConfig) -> Value {
    let is_text = !variable.typed || matches!(variable.constraint.ty, Type::Bool | Type::Number | Type::String);
    match value.as_str() {
        _ if value.is_null() => value.clone(),
        Some(text) if !is_text && variable.constraint.ty != Type::Any => expression(text, value),
        Some(_) => value.clone(),
        None if is_text => text(value),
        None => value.clone(),
    }
}

fn text(value: &Value) -> Value {
    let is_compound = value.entries().is_some() || value.elements().is_some();
    match convert(value, &Type::String) {
        Ok(text) => text,
        Err(_) if is_compound && !value.is_wholly_known() => {
            Value::unknown(Type::String, value.collect_reasons()).mark(value.deep_marks())
        }
        Err(_) => {
            json::encode(value).map_or_else(|| value.clone(), |text| Value::string(text).mark(value.deep_marks()))
        }
    }
}

/// The value of a text that is JSON; one that may be another expression is not known.
fn expression(text: &str, value: &Value) -> Value {
    match json::decode(text) {
        Ok(decoded) => decoded.mark(value.marks),
        Err(_) if text.trim_start().starts_with(['[', '{']) => {
            let kind = ReasonKind::Impure("what Terraform makes of this text".into());
            Value::unknown(Type::Any, Reasons::one(kind, None)).mark(value.marks)
        }
        Err(_) => value.clone(),
    }
}

/// One of `env_vars`.
fn environment(options: &mut Options, name: &Arc<str>, value: &Value, evaluator: &Evaluator) {
    if evaluator.options.environment.contains_key(&**name) {
        return;
    }
    let value = places::without(value);
    match (convert(&value, &Type::String).ok().as_ref().and_then(Value::as_str), name.strip_prefix("TF_VAR_")) {
        (Some(text), _) => drop(options.environment.insert(name.to_string(), text.to_string())),
        (None, Some(variable)) => {
            let open = Value::unknown(Type::Any, value.collect_reasons()).mark(value.deep_marks());
            options.preset.insert(variable.into(), (open, Span::new(FileId::FACTS, 0, 0)));
        }
        (None, None) => {}
    }
}
