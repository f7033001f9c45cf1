//! Functions of providers that need no cloud: `provider::NAME::FUNCTION`, where NAME is the module's own name of the provider.
//! Terraform's own provider reads and writes HCL; those of others are in [`crate::cty::functions`].

use crate::base::source::SourceFile;
use crate::cty::functions::{FunctionError, yaml_documents};
use crate::cty::value::{Data, MapEntries, Marks, ReasonKind, Reasons, Type, Value};
use crate::eval::scope::Scope;
use crate::syntax::ast::ExprKind;
use crate::syntax::lexer::is_identifier;
use crate::syntax::visit;
use std::fmt::Write;
use std::path::PathBuf;

/// What a function gives, or why it fails.
type ProviderResult = Result<Value, FunctionError>;

/// The name under which a function is known, whatever the module calls the provider.
pub fn canonical(scope: &Scope, name: &str) -> Option<String> {
    let (local, function) = name.strip_prefix("provider::")?.split_once("::")?;
    let source = scope.instance.config.source_of(local)?;
    let provider = match &*source {
        "hashicorp/google-beta" => "google",
        other => other.rsplit('/').next()?,
    };
    (source.starts_with("hashicorp/") || source.starts_with("terraform.io/"))
        .then(|| format!("provider::{provider}::{function}"))
}

/// Calls a function of those that are evaluated here; `None` where it is not one of them.
pub fn call(scope: &Scope, name: &str, args: &[Value]) -> Option<ProviderResult> {
    let body = match name {
        "provider::terraform::decode_tfvars" => decode_tfvars,
        "provider::terraform::encode_tfvars" => encode_tfvars,
        "provider::terraform::encode_expr" => encode_expr,
        "provider::kubernetes::manifest_decode" => manifest_decode,
        "provider::kubernetes::manifest_decode_multi" => manifest_decode_multi,
        _ => return None,
    };
    let [arg] = args else { return Some(Err(FunctionError::call("needs one argument"))) };
    if arg.is_null() {
        return Some(Err(FunctionError::argument(0, "argument must not be null")));
    }
    let marks = arg.deep_marks();
    if !arg.is_wholly_known() {
        return Some(Ok(Value::unknown(Type::Any, arg.collect_reasons()).mark(marks)));
    }
    let bare = arg.unmark_deep(marks);
    Some(body(scope, &bare, marks).map(|value| value.mark(marks)))
}

fn text(arg: &Value) -> Result<&str, FunctionError> {
    arg.as_str().ok_or_else(|| FunctionError::argument(0, "a string is required"))
}

fn decode_tfvars(scope: &Scope, arg: &Value, marks: Marks) -> ProviderResult {
    let sources = &scope.instance.world.evaluator.sources;
    let name = PathBuf::from("<decode_tfvars argument>");
    let file = SourceFile::new(name, text(arg)?.as_bytes().to_vec()).private(marks.is_hidden());
    let source = file.text.clone();
    let id = sources.add(file);
    let file = crate::syntax::parse(id, &source, &[]);
    let fault = |why: &str| FunctionError::argument(0, format!("invalid tfvars content: {why}"));
    if let Some(error) = file.errors.first() {
        return Err(fault(&error.message));
    }
    if let Some(block) = file.body.blocks.first() {
        return Err(fault(&format!("a block `{}` is not allowed here", block.kind.name)));
    }
    let inner = crate::eval::template_scope(scope);
    let mut values = MapEntries::new();
    for attribute in &file.body.attributes {
        let mut calls = false;
        visit::expr(&attribute.expr, &mut |expr| calls |= matches!(expr.kind, ExprKind::Call(_)));
        if calls {
            return Err(fault("functions may not be called here"));
        }
        let value = crate::eval::expr::eval(&inner, &attribute.expr).map_err(|e| fault(&e.message))?;
        if values.insert(attribute.name.name.clone(), value).is_some() {
            return Err(fault(&format!("`{}` is set twice", attribute.name.name)));
        }
    }
    Ok(Value::object(values))
}

fn encode_tfvars(_: &Scope, arg: &Value, _: Marks) -> ProviderResult {
    let Some(entries) = arg.entries() else {
        return Err(FunctionError::argument(0, "an object is required, whose attributes become the variables"));
    };
    if let Some(name) = entries.keys().find(|name| !is_identifier(name)) {
        return Err(FunctionError::argument(0, format!("invalid variable name \"{name}\"")));
    }
    Ok(written(|out| attributes(entries, 0, out)))
}

fn encode_expr(_: &Scope, arg: &Value, _: Marks) -> ProviderResult {
    Ok(written(|out| expression(arg, 0, out)))
}

/// The text that is written; unknown where its layout is not known.
fn written(write: impl FnOnce(&mut String) -> Option<()>) -> Value {
    let mut out = String::new();
    match write(&mut out) {
        Some(()) => Value::string(out),
        None => {
            let kind = ReasonKind::Unsupported("the layout of objects in a list".into());
            Value::unknown(Type::String, Reasons::one(kind, None))
        }
    }
}

/// Writes a value as Terraform formats it; `None` for objects in a list, whose layout follows no rule worth knowing.
fn expression(value: &Value, depth: usize, out: &mut String) -> Option<()> {
    match &value.data {
        Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if item.entries().is_some_and(|entries| !entries.is_empty()) {
                    return None;
                }
                out.push_str(if i > 0 { ", " } else { "" });
                expression(item, depth, out)?;
            }
            out.push(']');
        }
        Data::Map(_, entries) | Data::Object(entries) if entries.is_empty() => out.push_str("{}"),
        Data::Map(_, entries) | Data::Object(entries) => {
            out.push_str("{\n");
            attributes(entries, depth + 1, out)?;
            let _ = write!(out, "{}}}", "  ".repeat(depth));
        }
        Data::String(text) => quoted(text, out),
        Data::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Data::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Data::Null(_) | Data::Unknown(_) => out.push_str("null"),
    }
    Some(())
}

/// One attribute a line; the equals signs of neighbours that have one line each stand below each other.
fn attributes(entries: &MapEntries, depth: usize, out: &mut String) -> Option<()> {
    let mut lines = Vec::new();
    for (name, value) in entries {
        let (mut key, mut text) = (String::new(), String::new());
        match is_identifier(name) {
            true => key.push_str(name),
            false => quoted(name, &mut key),
        }
        expression(value, depth, &mut text)?;
        lines.push((key, text));
    }
    let is_long = |line: &(String, String)| line.1.contains('\n');
    for group in lines.chunk_by(|a, b| !is_long(a) && !is_long(b)) {
        let width = group.iter().map(|(key, _)| key.chars().count()).max().unwrap_or_default();
        for (key, text) in group {
            let _ = writeln!(out, "{}{key:width$} = {text}", "  ".repeat(depth));
        }
    }
    Some(())
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '$' | '%' if chars.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn manifest_decode(_: &Scope, arg: &Value, _: Marks) -> ProviderResult {
    let mut all = yaml_documents(text(arg)?)?;
    match (all.pop(), all.is_empty()) {
        (Some((_, manifest)), true) => Ok(manifest),
        _ => Err(FunctionError::argument(0, "the text must have one document")),
    }
}

fn manifest_decode_multi(_: &Scope, arg: &Value, _: Marks) -> ProviderResult {
    let all = yaml_documents(text(arg)?)?.into_iter().map(|(_, manifest)| manifest);
    Ok(Value::tuple(all.filter(|manifest| !manifest.is_null()).collect()))
}
