//! `csvdecode`.

use super::string::text;
use super::{FunctionError, FunctionResult, Host};
use crate::cty::value::{Type, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

pub fn decode(args: &[Value], _: &dyn Host) -> FunctionResult {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(true).from_reader(text(args, 0).as_bytes());
    let fault = |e: csv::Error| FunctionError::call(e.to_string());
    let headers: Vec<Arc<str>> = reader.headers().map_err(fault)?.iter().map(Arc::from).collect();
    if headers.is_empty() {
        return Err(FunctionError::call("missing header line"));
    }
    for (i, name) in headers.iter().enumerate() {
        if headers.iter().take(i).any(|n| n == name) {
            return Err(FunctionError::call(format!("duplicate column name \"{name}\"")));
        }
    }
    let of = Type::object_of(headers.iter().map(|h| (h.clone(), Type::String)));
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(fault)?;
        if record.len() != headers.len() {
            let line = record.position().map_or(0, csv::Position::line);
            return Err(FunctionError::call(format!("record on line {line}: wrong number of fields")));
        }
        let fields = headers.iter().cloned().zip(record.iter().map(Value::string));
        rows.push(Value::object(fields.collect::<BTreeMap<_, _>>()));
    }
    Ok(Value::list(of, rows))
}
