//! Files and paths.

use super::hash::{digest, digest64};
use super::string::text;
use super::{ErrorKind, FunctionError, FunctionResult, Host};
use crate::cty::value::{Marks, Type, Value};
use base64::Engine;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

fn read_text(args: &[Value], host: &dyn Host) -> Result<(String, Marks), FunctionError> {
    let path = text(args, 0);
    let (bytes, marks) = host.read(path)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok((text, marks)),
        Err(_) => Err(FunctionError::argument(
            0,
            format!("contents of \"{path}\" are not valid UTF-8; use filebase64 for binary files"),
        )),
    }
}

/// What is made of the bytes of a file has the marks of the file.
fn of_bytes(args: &[Value], host: &dyn Host, make: fn(&[u8]) -> Value) -> FunctionResult {
    let (bytes, marks) = host.read(text(args, 0))?;
    Ok(make(&bytes).mark(marks))
}

pub fn file(args: &[Value], host: &dyn Host) -> FunctionResult {
    let (text, marks) = read_text(args, host)?;
    Ok(Value::string(text).mark(marks))
}

pub fn filebase64(args: &[Value], host: &dyn Host) -> FunctionResult {
    of_bytes(args, host, |bytes| Value::string(base64::engine::general_purpose::STANDARD.encode(bytes)))
}

pub fn filemd5(args: &[Value], host: &dyn Host) -> FunctionResult {
    of_bytes(args, host, digest::<Md5>)
}

pub fn filesha1(args: &[Value], host: &dyn Host) -> FunctionResult {
    of_bytes(args, host, digest::<Sha1>)
}

pub fn filesha256(args: &[Value], host: &dyn Host) -> FunctionResult {
    of_bytes(args, host, digest::<Sha256>)
}

pub fn filesha512(args: &[Value], host: &dyn Host) -> FunctionResult {
    of_bytes(args, host, digest::<Sha512>)
}

pub fn filebase64sha256(args: &[Value], host: &dyn Host) -> FunctionResult {
    of_bytes(args, host, digest64::<Sha256>)
}

pub fn filebase64sha512(args: &[Value], host: &dyn Host) -> FunctionResult {
    of_bytes(args, host, digest64::<Sha512>)
}

pub fn fileexists(args: &[Value], host: &dyn Host) -> FunctionResult {
    Ok(Value::bool(host.exists(text(args, 0))?))
}

pub fn abspath(args: &[Value], host: &dyn Host) -> FunctionResult {
    let path = text(args, 0);
    match path.starts_with('/') || host.is_here() {
        true => Ok(Value::string(host.absolute(path))),
        false => Err(elsewhere(0, "it depends on the folder in which Terraform runs")),
    }
}

/// The failure of what cannot be told of the machine on which Terraform runs.
fn elsewhere(argument: usize, why: impl Into<String>) -> FunctionError {
    FunctionError { argument: Some(argument), message: why.into(), kind: ErrorKind::File }
}

/// A path as Go's `path.Clean` has it.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}

pub fn basename(args: &[Value], _: &dyn Host) -> FunctionResult {
    let path = text(args, 0);
    let trimmed = path.trim_end_matches('/');
    Ok(Value::string(match (path.is_empty(), trimmed.is_empty()) {
        (true, _) => ".",
        (false, true) => "/",
        _ => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }))
}

pub fn dirname(args: &[Value], _: &dyn Host) -> FunctionResult {
    let path = text(args, 0);
    let folder = path.rfind('/').map_or("", |i| &path[..=i]);
    Ok(Value::string(clean(folder)))
}

pub fn pathexpand(args: &[Value], host: &dyn Host) -> FunctionResult {
    let path = text(args, 0);
    match path.strip_prefix('~') {
        None => Ok(Value::string(path)),
        Some(rest) if !rest.is_empty() && !rest.starts_with('/') => {
            Err(FunctionError::argument(0, "cannot expand user-specific home dir"))
        }
        Some(_) if !host.is_here() => Err(elsewhere(0, "it depends on the home folder of the user who runs Terraform")),
        Some(rest) => {
            let home = std::env::var("HOME").unwrap_or_default();
            // The environment is nobody's business.
            Ok(Value::string(clean(&format!("{home}/{rest}"))).mark(Marks::PRIVATE))
        }
    }
}

pub fn fileset(args: &[Value], host: &dyn Host) -> FunctionResult {
    let (dir, pattern) = (text(args, 0), text(args, 1));
    let plain = clean(pattern);
    let matcher = glob(&plain)
        .ok_or_else(|| FunctionError::call(format!("failed to glob pattern ({pattern}): syntax error in pattern")))?;
    if plain.starts_with('/') || plain.split('/').any(|part| part == "..") || plain.contains("{..") {
        return Err(elsewhere(1, format!("the pattern \"{pattern}\" leads out of the folder, and is not followed")));
    }
    if host.may_be_made(dir, &|path| matcher.is_match(path)) {
        return Err(elsewhere(1, format!("`terraform init` or a run may make files that fit \"{pattern}\"")));
    }
    let found = host.list(dir)?;
    let closed = found.closed.iter().find(|path| matcher.is_match(path));
    if let Some(path) = closed.or_else(|| found.closed_trees.iter().find(|path| may_be_below(pattern, path))) {
        let message = format!("the pattern \"{pattern}\" fits \"{path}\", which may not be read");
        return Err(FunctionError { argument: Some(1), message, kind: ErrorKind::File });
    }
    let found = found.files.into_iter().filter(|path| matcher.is_match(path)).map(Value::string);
    Ok(Value::set(Type::String, found.collect()))
}

/// Whether a pattern may fit a path or something below it.
fn may_be_below(pattern: &str, path: &str) -> bool {
    let pattern = clean(pattern);
    let mut parts = pattern.split('/');
    for name in path.split('/') {
        match parts.next() {
            None => return false,
            Some(part) if part.contains("**") || part.contains('{') => return true,
            Some(part) if !glob(part).is_some_and(|part| part.is_match(name)) => return false,
            Some(_) => {}
        }
    }
    true
}

/// A glob with `*`, `?`, `**`, `{a,b}` and classes (doublestar's syntax) as a regular expression.
fn glob(pattern: &str) -> Option<regex::Regex> {
    let mut out = String::from("^");
    let mut chars = pattern.chars().peekable();
    let mut depth = 0;
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.peek() == Some(&'*') => {
                chars.next();
                if chars.peek() == Some(&'/') {
                    chars.next();
                    out.push_str("(?:.*/)?");
                } else {
                    out.push_str(".*");
                }
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '{' => {
                depth += 1;
                out.push_str("(?:");
            }
            '}' if depth > 0 => {
                depth -= 1;
                out.push(')');
            }
            ',' if depth > 0 => out.push('|'),
            '[' => {
                out.push('[');
                if matches!(chars.peek(), Some('!' | '^')) {
                    chars.next();
                    out.push('^');
                }
                loop {
                    match chars.next()? {
                        ']' => break,
                        '\\' => out.push_str(&regex::escape(&chars.next()?.to_string())),
                        '-' => out.push('-'),
                        c => out.push_str(&regex::escape(&c.to_string())),
                    }
                }
                out.push(']');
            }
            '\\' => out.push_str(&regex::escape(&chars.next()?.to_string())),
            c => out.push_str(&regex::escape(&c.to_string())),
        }
    }
    if depth > 0 {
        // No file fits a brace that is not closed.
        return regex::Regex::new("[^\\s\\S]").ok();
    }
    out.push('$');
    regex::Regex::new(&out).ok()
}

pub fn templatefile(args: &[Value], host: &dyn Host) -> FunctionResult {
    let variables = variables(args)?;
    let (source, marks) = read_text(args, host)?;
    // A name that is sensitive is none to show, nor is what it leads to.
    let marks = marks.union(args.first().map(|path| path.marks).unwrap_or_default());
    let name = if marks.is_hidden() { "<a private template>" } else { text(args, 0) };
    Ok(host.render(name, &source, marks, &variables)?.mark(marks))
}

pub fn templatestring(args: &[Value], host: &dyn Host) -> FunctionResult {
    let variables = variables(args)?;
    let marks = args.first().map(|text| text.marks).unwrap_or_default();
    host.render("<templatestring argument>", text(args, 0), marks, &variables)
}

fn variables(args: &[Value]) -> Result<Value, FunctionError> {
    let given = args.get(1).cloned().unwrap_or_else(Value::null);
    match given.entries() {
        Some(_) => Ok(given),
        None => Err(FunctionError::argument(1, "invalid vars value: must be a map")),
    }
}
