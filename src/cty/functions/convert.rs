//! Explicit conversions and marks.

use super::{FunctionError, FunctionResult, Host};
use crate::cty::value::console::format_type;
use crate::cty::value::{Marks, Type, Value, convert};
use std::sync::Arc;

fn only(args: &[Value]) -> Value {
    args.first().cloned().unwrap_or_else(Value::null)
}

fn to(args: &[Value], ty: &Type) -> FunctionResult {
    let value = only(args);
    convert(&value, ty).map_err(|e| FunctionError::argument(0, format!("cannot convert {} to {ty}: {e}", value.ty())))
}

pub fn tobool(args: &[Value], _: &dyn Host) -> FunctionResult {
    to(args, &Type::Bool)
}

pub fn tonumber(args: &[Value], _: &dyn Host) -> FunctionResult {
    to(args, &Type::Number)
}

pub fn tostring(args: &[Value], _: &dyn Host) -> FunctionResult {
    to(args, &Type::String)
}

pub fn tolist(args: &[Value], _: &dyn Host) -> FunctionResult {
    to(args, &Type::List(Arc::new(Type::Any)))
}

pub fn toset(args: &[Value], _: &dyn Host) -> FunctionResult {
    to(args, &Type::Set(Arc::new(Type::Any)))
}

pub fn tomap(args: &[Value], _: &dyn Host) -> FunctionResult {
    to(args, &Type::Map(Arc::new(Type::Any)))
}

pub fn sensitive(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(only(args).mark(Marks::SENSITIVE))
}

pub fn nonsensitive(args: &[Value], _: &dyn Host) -> FunctionResult {
    let mut value = only(args);
    value.marks = value.marks.without(Marks::ANY_SENSITIVE);
    Ok(value)
}

pub fn issensitive(args: &[Value], _: &dyn Host) -> FunctionResult {
    let value = only(args);
    let marked = value.marks.is_sensitive();
    Ok(match value.reasons() {
        Some(reasons) if !marked => Value::unknown(Type::Bool, reasons.clone()),
        _ => Value::bool(marked),
    })
}

pub fn ephemeralasnull(args: &[Value], _: &dyn Host) -> FunctionResult {
    let value = only(args);
    Ok(match value.marks.contains(Marks::EPHEMERAL) {
        true => Value::null_of(value.ty()),
        false => value,
    })
}

pub fn type_of(args: &[Value], _: &dyn Host) -> FunctionResult {
    let value = only(args);
    // A type has the names of attributes in it. Those of a sensitive value Terraform shows as well.
    let marks = value.deep_marks().without(Marks::ANY_SENSITIVE);
    Ok(Value::string(format_type(&value.ty())).mark(marks))
}
