//! Dates and times.

use super::string::text;
use super::{FunctionError, FunctionResult, Host};
use crate::cty::value::Value;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

fn parsed(args: &[Value], i: usize) -> Result<OffsetDateTime, FunctionError> {
    let source = text(args, i);
    let strict = source.as_bytes().get(10) == Some(&b'T') && !source.ends_with('z');
    OffsetDateTime::parse(source, &Rfc3339)
        .ok()
        .filter(|_| strict)
        .ok_or_else(|| FunctionError::argument(i, format!("not a valid RFC3339 timestamp: \"{source}\"")))
}

pub fn timecmp(args: &[Value], _: &dyn Host) -> FunctionResult {
    let order = parsed(args, 0)?.cmp(&parsed(args, 1)?);
    Ok(Value::number(order as i64))
}

pub fn timeadd(args: &[Value], _: &dyn Host) -> FunctionResult {
    let time = parsed(args, 0)?;
    let nanoseconds = duration(text(args, 1))
        .ok_or_else(|| FunctionError::argument(1, format!("time: invalid duration \"{}\"", text(args, 1))))?;
    let moved = i64::try_from(nanoseconds).ok().and_then(|n| time.checked_add(Duration::nanoseconds(n)));
    let moved = moved.ok_or_else(|| FunctionError::call("the result is out of range"))?;
    let whole = moved.replace_nanosecond(0).unwrap_or(moved);
    whole.format(&Rfc3339).map(Value::string).map_err(|e| FunctionError::call(e.to_string()))
}

/// Go's duration syntax (`1h30m`, `-1.5s`) in nanoseconds.
fn duration(source: &str) -> Option<i128> {
    let (negative, mut rest) = match source.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, source.strip_prefix('+').unwrap_or(source)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0i128;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        const UNITS: [(&str, i128); 8] = [
            ("ns", 1),
            ("us", 1_000),
            ("µs", 1_000),
            ("μs", 1_000),
            ("ms", 1_000_000),
            ("h", 3_600_000_000_000),
            ("m", 60_000_000_000),
            ("s", 1_000_000_000),
        ];
        let (unit, scale) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        total = total.checked_add(whole.checked_mul(*scale)?)?;
        let mut place = *scale;
        for d in fraction.chars().take(18) {
            place /= 10;
            total += i128::from(d.to_digit(10)?) * place;
        }
        rest = after.get(unit.len()..)?;
    }
    Some(if negative { -total } else { total })
}

pub fn formatdate(args: &[Value], _: &dyn Host) -> FunctionResult {
    let time = parsed(args, 1)?;
    let mut out = String::new();
    let mut rest = text(args, 0);
    while let Some(c) = rest.chars().next() {
        if c == '\'' {
            rest = quoted(&rest[1..], &mut out)?;
            continue;
        }
        let len = rest.len() - rest.trim_start_matches(c).len();
        let (run, after) = rest.split_at(len);
        rest = after;
        if c.is_ascii_alphabetic() {
            out.push_str(&element(run, &time)?);
        } else {
            out.push_str(run);
        }
    }
    Ok(Value::string(out))
}

/// Copies quoted text; two quotes are one.
fn quoted<'f>(mut rest: &'f str, out: &mut String) -> Result<&'f str, FunctionError> {
    loop {
        let Some(end) = rest.find('\'') else {
            return Err(FunctionError::argument(0, "unterminated literal '"));
        };
        out.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
            }
            None => return Ok(rest),
        }
    }
}

fn element(run: &str, t: &OffsetDateTime) -> Result<String, FunctionError> {
    let month = t.month().to_string();
    let day = t.weekday().to_string();
    let twelve = match t.hour() % 12 {
        0 => 12,
        h => h,
    };
    let half = if t.hour() < 12 { "am" } else { "pm" };
    Ok(match run {
        "YY" => format!("{:02}", t.year() % 100),
        "YYYY" => format!("{:04}", t.year()),
        "M" => u8::from(t.month()).to_string(),
        "MM" => format!("{:02}", u8::from(t.month())),
        "MMM" => month.chars().take(3).collect(),
        "MMMM" => month,
        "D" => t.day().to_string(),
        "DD" => format!("{:02}", t.day()),
        "EEE" => day.chars().take(3).collect(),
        "EEEE" => day,
        "h" => t.hour().to_string(),
        "hh" => format!("{:02}", t.hour()),
        "H" => twelve.to_string(),
        "HH" => format!("{twelve:02}"),
        "AA" => half.to_uppercase(),
        "aa" => half.into(),
        "m" => t.minute().to_string(),
        "mm" => format!("{:02}", t.minute()),
        "s" => t.second().to_string(),
        "ss" => format!("{:02}", t.second()),
        "Z" | "ZZZ" | "ZZZZ" | "ZZZZZ" => zone(run, t.offset()),
        _ => {
            let message = format!("invalid date format verb \"{run}\"");
            return Err(FunctionError::argument(0, message));
        }
    })
}

fn zone(run: &str, offset: UtcOffset) -> String {
    let utc = offset.is_utc();
    let sign = if offset.is_negative() { '-' } else { '+' };
    let (h, m) = (offset.whole_hours().unsigned_abs(), offset.minutes_past_hour().unsigned_abs());
    match run {
        "Z" if utc => "Z".into(),
        "ZZZ" if utc => "UTC".into(),
        "ZZZ" | "ZZZZ" => format!("{sign}{h:02}{m:02}"),
        _ => format!("{sign}{h:02}:{m:02}"),
    }
}
