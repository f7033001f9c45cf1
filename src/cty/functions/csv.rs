//! `csvdecode`, as Go's `encoding/csv` reads it.

use super::string::text;
use super::{FunctionError, FunctionResult, Host};
use crate::cty::value::{Type, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

pub fn decode(args: &[Value], _: &dyn Host) -> FunctionResult {
    let mut reader = CsvReader { rest: text(args, 0), line: 0 };
    let Some((_, header)) = reader.record()? else { return Err(FunctionError::call("missing header line")) };
    let headers: Vec<Arc<str>> = header.into_iter().map(Arc::from).collect();
    for (i, name) in headers.iter().enumerate() {
        if headers.iter().take(i).any(|n| n == name) {
            return Err(FunctionError::call(format!("duplicate column name \"{name}\"")));
        }
    }
    let of = Type::object_of(headers.iter().map(|h| (h.clone(), Type::String)));
    let mut rows = Vec::new();
    while let Some((line, record)) = reader.record()? {
        if record.len() != headers.len() {
            return Err(FunctionError::call(format!("record on line {line}: wrong number of fields")));
        }
        let fields = headers.iter().cloned().zip(record.iter().map(Value::string));
        rows.push(Value::object(fields.collect::<BTreeMap<_, _>>()));
    }
    Ok(Value::list(of, rows))
}

/// Reads records from the text that is left.
struct CsvReader<'c> {
    rest: &'c str,
    /// How many lines were read.
    line: usize,
}

impl<'c> CsvReader<'c> {
    /// The next line without its end, and whether it has one.
    fn line(&mut self) -> Option<(&'c str, bool)> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let (line, rest, ended) = match self.rest.split_once('\n') {
            Some((line, rest)) => (line, rest, true),
            None => (self.rest, "", false),
        };
        self.rest = rest;
        Some((line.strip_suffix('\r').unwrap_or(line), ended))
    }

    /// The next record, with the line that it starts on; lines with nothing on them are none.
    fn record(&mut self) -> Result<Option<(usize, Vec<String>)>, FunctionError> {
        let mut line = loop {
            match self.line() {
                None => return Ok(None),
                Some(("", _)) => {}
                Some((line, ended)) => break (line, ended),
            }
        };
        let first = self.line;
        let fault = |at: usize, what: &str| FunctionError::call(format!("CSV parse error on line {at}: {what}"));
        let mut fields = Vec::new();
        loop {
            let Some(mut quoted) = line.0.strip_prefix('"') else {
                let (field, after) = line.0.split_once(',').map_or((line.0, None), |(f, after)| (f, Some(after)));
                if field.contains('"') {
                    return Err(fault(self.line, "bare \" in non-quoted-field"));
                }
                fields.push(field.to_string());
                match after {
                    Some(after) => line.0 = after,
                    None => return Ok(Some((first, fields))),
                }
                continue;
            };
            let mut field = String::new();
            line.0 = loop {
                let Some((part, after)) = quoted.split_once('"') else {
                    // The field goes on on the next line.
                    field.push_str(quoted);
                    field.push_str(if line.1 { "\n" } else { "" });
                    line = self.line().ok_or_else(|| fault(self.line, "extraneous or missing \" in quoted-field"))?;
                    quoted = line.0;
                    continue;
                };
                field.push_str(part);
                match after.chars().next() {
                    Some('"') => field.push('"'),
                    Some(',') => break &after[1..],
                    None => {
                        fields.push(field);
                        return Ok(Some((first, fields)));
                    }
                    Some(_) => return Err(fault(self.line, "extraneous or missing \" in quoted-field")),
                }
                quoted = &after[1..];
            };
            fields.push(field);
        }
    }
}
