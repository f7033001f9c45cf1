//! Regular expressions in RE2's syntax, and `replace`.

use super::string::text;
use super::{FunctionError, FunctionResult, Host, MOST_TEXT};
use crate::cty::value::{Type, Value};
use regex::{Captures, Regex, RegexBuilder};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Compiles a pattern; what RE2 has and the crate spells otherwise is translated.
fn compile(pattern: &str) -> Result<Regex, FunctionError> {
    if let Some(name) = LONG_CATEGORIES.iter().find(|name| pattern.contains(&format!("\\p{{{name}}}"))) {
        let message = format!("invalid regexp pattern: invalid character class range: \\p{{{name}}}");
        return Err(FunctionError::argument(0, message));
    }
    RegexBuilder::new(&translate(pattern))
        .size_limit(16 << 20)
        .build()
        .map_err(|e| FunctionError::argument(0, format!("invalid regexp pattern: {e}")))
}

/// Names of general categories that the crate knows and RE2 does not: that has their letters alone.
const LONG_CATEGORIES: [&str; 8] =
    ["Letter", "Mark", "Number", "Punctuation", "Symbol", "Separator", "Other", "Alphabetic"];

/// `\Q…\E` quotes; `\z` is the crate's too; `\pN` needs braces nowhere. Escapes of plain letters differ in nothing else.
fn translate(pattern: &str) -> String {
    // Such a brace is no repetition to RE2.
    let literal = pattern.contains("{,").then(|| pattern.replace("{,", "\\{,"));
    let pattern = literal.as_deref().unwrap_or(pattern);
    if !pattern.contains("\\Q") && !pattern.contains("\\C") {
        return pattern.to_string();
    }
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find("\\Q") {
        out.push_str(&rest[..at]);
        let quoted = &rest[at + 2..];
        let end = quoted.find("\\E").unwrap_or(quoted.len());
        out.push_str(&regex::escape(&quoted[..end]));
        rest = quoted.get(end + 2..).unwrap_or("");
    }
    out.push_str(rest);
    out.replace("\\C", "(?s-u:.)")
}

/// What a pattern gives: text, a tuple of groups, or an object of named groups.
fn shape(pattern: &Regex) -> Result<Type, FunctionError> {
    let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
    if names.is_empty() {
        return Ok(Type::String);
    }
    let named = names.iter().flatten().count();
    if named == names.len() {
        return Ok(Type::object_of(names.iter().flatten().map(|n| (Arc::from(*n), Type::String))));
    }
    match named {
        0 => Ok(Type::Tuple(Arc::new(vec![Type::String; names.len()]))),
        _ => {
            Err(FunctionError::argument(0, "invalid regexp pattern: cannot mix both named and unnamed capture groups"))
        }
    }
}

fn result(pattern: &Regex, found: &Captures) -> Value {
    let group = |i: usize| match found.get(i) {
        Some(m) => Value::string(m.as_str()),
        None => Value::null_of(Type::String),
    };
    let names: Vec<Option<&str>> = pattern.capture_names().collect();
    match names.get(1) {
        None => group(0),
        Some(None) => Value::tuple((1..names.len()).map(group).collect()),
        Some(Some(_)) => {
            let named = names.iter().enumerate().filter_map(|(i, n)| n.map(|n| (Arc::from(n), group(i))));
            Value::object(named.collect::<BTreeMap<_, _>>())
        }
    }
}

pub fn regex(args: &[Value], _: &dyn Host) -> FunctionResult {
    let pattern = compile(text(args, 0))?;
    shape(&pattern)?;
    match pattern.captures(text(args, 1)) {
        Some(found) => Ok(result(&pattern, &found)),
        None => Err(FunctionError::call("pattern did not match any part of the given string")),
    }
}

pub fn regexall(args: &[Value], _: &dyn Host) -> FunctionResult {
    let pattern = compile(text(args, 0))?;
    let of = shape(&pattern)?;
    Ok(Value::list(of, pattern.captures_iter(text(args, 1)).map(|found| result(&pattern, &found)).collect()))
}

pub fn replace(args: &[Value], _: &dyn Host) -> FunctionResult {
    let (source, pattern, with) = (text(args, 0), text(args, 1), text(args, 2));
    let is_regex = pattern.len() > 1 && pattern.starts_with('/') && pattern.ends_with('/');
    let out = if is_regex {
        let compiled = compile(&pattern[1..pattern.len() - 1]).map_err(|mut e| {
            e.argument = Some(1);
            e
        })?;
        compiled.replace_all(source, with).into_owned()
    } else {
        let count = source.matches(pattern).count();
        if count.saturating_mul(with.len()) > MOST_TEXT {
            return Err(FunctionError::too_much_text());
        }
        source.replace(pattern, with)
    };
    match out.len() > MOST_TEXT {
        true => Err(FunctionError::too_much_text()),
        false => Ok(Value::string(out)),
    }
}
