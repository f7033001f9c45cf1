//! Files and paths.

use super::hash::{digest, digest64};
use super::string::text;
use super::{FunctionError, Host, Outcome};
use crate::eval::value::{Type, Value};
use base64::Engine;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

fn read_text(args: &[Value], host: &dyn Host) -> Result<String, FunctionError> {
    let path = text(args, 0);
    String::from_utf8(host.read(path)?).map_err(|_| {
        FunctionError::argument(
            0,
            format!("contents of \"{path}\" are not valid UTF-8; use filebase64 for binary files"),
        )
    })
}

pub fn file(args: &[Value], host: &dyn Host) -> Outcome {
    Ok(Value::string(read_text(args, host)?))
}

pub fn filebase64(args: &[Value], host: &dyn Host) -> Outcome {
    Ok(Value::string(base64::engine::general_purpose::STANDARD.encode(host.read(text(args, 0))?)))
}

pub fn filemd5(args: &[Value], host: &dyn Host) -> Outcome {
    Ok(digest::<Md5>(&host.read(text(args, 0))?))
}

pub fn filesha1(args: &[Value], host: &dyn Host) -> Outcome {
    Ok(digest::<Sha1>(&host.read(text(args, 0))?))
}

pub fn filesha256(args: &[Value], host: &dyn Host) -> Outcome {
    Ok(digest::<Sha256>(&host.read(text(args, 0))?))
}

pub fn filesha512(args: &[Value], host: &dyn Host) -> Outcome {
    Ok(digest::<Sha512>(&host.read(text(args, 0))?))
}

pub fn filebase64sha256(args: &[Value], host: &dyn Host) -> Outcome {
    Ok(digest64::<Sha256>(&host.read(text(args, 0))?))
}

pub fn filebase64sha512(args: &[Value], host: &dyn Host) -> Outcome {
    Ok(digest64::<Sha512>(&host.read(text(args, 0))?))
}

pub fn fileexists(args: &[Value], host: &dyn Host) -> Outcome {
    Ok(Value::bool(host.exists(text(args, 0))?))
}

pub fn abspath(args: &[Value], host: &dyn Host) -> Outcome {
    Ok(Value::string(host.absolute(text(args, 0))))
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

pub fn basename(args: &[Value], _: &dyn Host) -> Outcome {
    let path = text(args, 0);
    let trimmed = path.trim_end_matches('/');
    Ok(Value::string(match (path.is_empty(), trimmed.is_empty()) {
        (true, _) => ".",
        (false, true) => "/",
        _ => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }))
}

pub fn dirname(args: &[Value], _: &dyn Host) -> Outcome {
    let path = text(args, 0);
    let folder = path.rfind('/').map_or("", |i| &path[..=i]);
    Ok(Value::string(clean(folder)))
}

pub fn pathexpand(args: &[Value], _: &dyn Host) -> Outcome {
    let path = text(args, 0);
    match path.strip_prefix('~') {
        None => Ok(Value::string(path)),
        Some(rest) if !rest.is_empty() && !rest.starts_with('/') => {
            Err(FunctionError::argument(0, "cannot expand user-specific home dir"))
        }
        Some(rest) => {
            let home = std::env::var("HOME").unwrap_or_default();
            Ok(Value::string(clean(&format!("{home}/{rest}"))))
        }
    }
}

pub fn fileset(args: &[Value], host: &dyn Host) -> Outcome {
    let (dir, pattern) = (text(args, 0), text(args, 1));
    let matcher = glob(&clean(pattern))
        .ok_or_else(|| FunctionError::call(format!("failed to glob pattern ({pattern}): syntax error in pattern")))?;
    let found = host.list(dir)?.into_iter().filter(|path| matcher.is_match(path)).map(Value::string);
    Ok(Value::set(Type::String, found.collect()))
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
    out.push('$');
    regex::Regex::new(&out).ok()
}

pub fn templatefile(args: &[Value], host: &dyn Host) -> Outcome {
    let variables = variables(args)?;
    let source = read_text(args, host)?;
    host.render(text(args, 0), &source, &variables)
}

pub fn templatestring(args: &[Value], host: &dyn Host) -> Outcome {
    let variables = variables(args)?;
    host.render("<templatestring argument>", text(args, 0), &variables)
}

fn variables(args: &[Value]) -> Result<Value, FunctionError> {
    let given = args.get(1).cloned().unwrap_or_else(Value::null);
    match given.entries() {
        Some(_) => Ok(given),
        None => Err(FunctionError::argument(1, "invalid vars value: must be a map")),
    }
}
