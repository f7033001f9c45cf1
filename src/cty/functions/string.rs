//! Text.

use super::{FunctionError, FunctionResult, Host, MOST_TEXT};
use crate::cty::value::{Number, Type, Value};
use unicode_segmentation::UnicodeSegmentation;

/// The text of an argument that the table says is text.
pub fn text(args: &[Value], i: usize) -> &str {
    args.get(i).and_then(Value::as_str).unwrap_or("")
}

/// A whole number that fits.
pub fn whole(args: &[Value], i: usize) -> Result<i64, FunctionError> {
    let number = args.get(i).and_then(Value::as_number);
    number.and_then(Number::to_i64).ok_or_else(|| FunctionError::argument(i, "a whole number is required"))
}

fn plain(text: impl AsRef<str>) -> FunctionResult {
    Ok(Value::string(text))
}

pub fn chomp(args: &[Value], _: &dyn Host) -> FunctionResult {
    plain(text(args, 0).trim_end_matches(['\n', '\r']))
}

pub fn endswith(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(Value::bool(text(args, 0).ends_with(text(args, 1))))
}

pub fn startswith(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(Value::bool(text(args, 0).starts_with(text(args, 1))))
}

pub fn strcontains(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(Value::bool(text(args, 0).contains(text(args, 1))))
}

pub fn indent(args: &[Value], _: &dyn Host) -> FunctionResult {
    let spaces = whole(args, 0)?;
    let source = text(args, 1);
    let spaces = usize::try_from(spaces).map_err(|_| FunctionError::argument(0, "must not be negative"))?;
    let lines = source.matches('\n').count();
    if spaces.saturating_mul(lines) > MOST_TEXT {
        return Err(FunctionError::too_much_text());
    }
    plain(source.replace('\n', &format!("\n{}", " ".repeat(spaces))))
}

pub fn join(args: &[Value], _: &dyn Host) -> FunctionResult {
    let separator = text(args, 0);
    let lists = args.get(1..).unwrap_or_default();
    if lists.is_empty() {
        return Err(FunctionError::call("at least one list is required"));
    }
    let mut parts = Vec::new();
    let mut size = 0;
    for (i, list) in lists.iter().enumerate() {
        for (n, item) in list.elements().unwrap_or_default().iter().enumerate() {
            let Some(part) = item.as_str() else {
                return Err(FunctionError::argument(
                    i + 1,
                    format!("element {n} is null; cannot concatenate null values"),
                ));
            };
            size += part.len() + separator.len();
            parts.push(part);
        }
    }
    if size > MOST_TEXT {
        return Err(FunctionError::too_much_text());
    }
    plain(parts.join(separator))
}

/// Case as Go maps it: one character for one character.
fn map_case(text: &str, map: fn(char) -> Option<char>) -> String {
    text.chars().map(|c| map(c).unwrap_or(c)).collect()
}

fn upper_char(c: char) -> Option<char> {
    let mut all = c.to_uppercase();
    all.next().filter(|_| all.next().is_none())
}

fn lower_char(c: char) -> Option<char> {
    c.to_lowercase().next()
}

pub fn lower(args: &[Value], _: &dyn Host) -> FunctionResult {
    plain(map_case(text(args, 0), lower_char))
}

pub fn upper(args: &[Value], _: &dyn Host) -> FunctionResult {
    plain(map_case(text(args, 0), upper_char))
}

pub fn title(args: &[Value], _: &dyn Host) -> FunctionResult {
    let mut before = ' ';
    let mut out = String::new();
    for c in text(args, 0).chars() {
        let letter = |c: char| c.is_alphanumeric() || c == '_';
        // Go's strings.Title: a letter after what is no letter, digit or underscore.
        let starts = if before.is_ascii() { !letter(before) } else { before.is_whitespace() };
        out.push(if starts { upper_char(c).unwrap_or(c) } else { c });
        before = c;
    }
    plain(out)
}

pub fn split(args: &[Value], _: &dyn Host) -> FunctionResult {
    let (separator, source) = (text(args, 0), text(args, 1));
    let parts: Vec<Value> = if separator.is_empty() {
        source.chars().map(|c| Value::string(c.to_string())).collect()
    } else {
        source.split(separator).map(Value::string).collect()
    };
    Ok(Value::list(Type::String, parts))
}

pub fn strrev(args: &[Value], _: &dyn Host) -> FunctionResult {
    plain(text(args, 0).graphemes(true).rev().collect::<String>())
}

pub fn substr(args: &[Value], _: &dyn Host) -> FunctionResult {
    let graphemes: Vec<&str> = text(args, 0).graphemes(true).collect();
    let (offset, length) = (whole(args, 1)?, whole(args, 2)?);
    let count = graphemes.len() as i64;
    let start = if offset < 0 { (count + offset).max(0) } else { offset };
    if start >= count || length == 0 {
        return plain("");
    }
    let end = if length < 0 { count } else { start.saturating_add(length).min(count) };
    plain(graphemes.get(start as usize..end as usize).unwrap_or_default().concat())
}

pub fn trim(args: &[Value], _: &dyn Host) -> FunctionResult {
    let set: Vec<char> = text(args, 1).chars().collect();
    plain(text(args, 0).trim_matches(|c| set.contains(&c)))
}

pub fn trimprefix(args: &[Value], _: &dyn Host) -> FunctionResult {
    let source = text(args, 0);
    plain(source.strip_prefix(text(args, 1)).unwrap_or(source))
}

pub fn trimsuffix(args: &[Value], _: &dyn Host) -> FunctionResult {
    let source = text(args, 0);
    plain(source.strip_suffix(text(args, 1)).unwrap_or(source))
}

pub fn trimspace(args: &[Value], _: &dyn Host) -> FunctionResult {
    plain(text(args, 0).trim())
}
