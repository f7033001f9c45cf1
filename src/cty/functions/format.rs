//! `format` and `formatlist`: the verbs of go-cty (`stdlib/format.go`), which are Go's `fmt` verbs.

use super::string::text;
use super::{FunctionError, FunctionResult, Host, MOST_TEXT};
use crate::base::budget::Limit;
use crate::cty::value::console::quote_go;
use crate::cty::value::{Data, Number, ReasonKind, Reasons, Refinement, Type, Value, convert, json};
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

pub fn format(args: &[Value], _: &dyn Host) -> FunctionResult {
    let rest = args.get(1..).unwrap_or_default();
    if let Some(unknown) = unknown_of(rest) {
        let prefix = text(args, 0).split('%').next().filter(|p| !p.is_empty()).map(Arc::from);
        let draft = super::draft::of("format", args);
        let refinement = Refinement { not_null: true, prefix, draft, ..Refinement::default() };
        return Ok(Value::unknown_refined(Type::String, unknown, refinement));
    }
    formatted(text(args, 0), rest).map(Value::string)
}

/// Why the result is not known: an argument is unknown somewhere, or is a null whose type nothing tells.
fn unknown_of(args: &[Value]) -> Option<Reasons> {
    let reasons = args.iter().fold(Reasons::default(), |r, v| r.union(&v.collect_reasons()));
    if args.iter().any(|v| matches!(v.data, Data::Null(Type::Any))) && reasons.is_empty() {
        return Some(Reasons::one(ReasonKind::Unsupported("a null without a type".into()), None));
    }
    (!reasons.is_empty()).then_some(reasons)
}

pub fn formatlist(args: &[Value], _: &dyn Host) -> FunctionResult {
    let rest = args.get(1..).unwrap_or_default();
    let lengths: Vec<usize> = rest.iter().filter_map(|v| v.elements().map(<[Value]>::len)).collect();
    let Some(length) = lengths.first().copied().or(Some(1)) else { return Ok(Value::null()) };
    if lengths.iter().any(|l| *l != length) {
        return Err(FunctionError::call("all list arguments must have the same length"));
    }
    let mut rows = Vec::new();
    let has_null = |list: &Value| list.elements().is_some_and(|items| items.iter().any(Value::is_null));
    if rest.iter().any(has_null) {
        return Err(FunctionError::call("null value cannot be formatted"));
    }
    for i in 0..length {
        let row: Vec<Value> =
            rest.iter().map(|v| v.elements().and_then(|e| e.get(i)).cloned().unwrap_or_else(|| v.clone())).collect();
        rows.push(match unknown_of(&row) {
            Some(reasons) => Value::unknown(Type::String, reasons),
            None => Value::string(formatted(text(args, 0), &row)?),
        });
    }
    Ok(Value::list(Type::String, rows))
}

/// One verb with its flags.
#[derive(Default)]
struct Verb {
    sharp: bool,
    zero: bool,
    minus: bool,
    plus: bool,
    space: bool,
    width: Option<usize>,
    precision: Option<usize>,
    letter: char,
}

fn formatted(pattern: &str, args: &[Value]) -> Result<String, FunctionError> {
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    let (mut next, mut highest, mut indexed) = (0usize, 0usize, false);
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        if chars.peek() == Some(&'%') {
            chars.next();
            out.push('%');
            continue;
        }
        let (verb, index) = verb(&mut chars, pattern)?;
        let at = match index {
            Some(index) => {
                indexed = true;
                index.checked_sub(1).ok_or_else(|| FunctionError::call("argument indexes count from 1"))?
            }
            None => next,
        };
        next = at + 1;
        highest = highest.max(next);
        let Some(arg) = args.get(at) else {
            return Err(FunctionError::call(format!(
                "not enough arguments for \"%{}\": need index {} but have {} total",
                verb.letter,
                at + 1,
                args.len()
            )));
        };
        out.push_str(&one(&verb, arg, at + 1)?);
        if out.len() > MOST_TEXT {
            return Err(FunctionError::too_much_text());
        }
    }
    if !indexed && highest < args.len() {
        let message = match highest {
            0 => "too many arguments; no verbs in format string".to_string(),
            n => format!("too many arguments; only {n} used by format string"),
        };
        return Err(FunctionError::argument(highest + 1, message));
    }
    Ok(out)
}

type Chars<'p> = std::iter::Peekable<std::str::Chars<'p>>;

fn verb(chars: &mut Chars, pattern: &str) -> Result<(Verb, Option<usize>), FunctionError> {
    let mut verb = Verb::default();
    while let Some(c) = chars.peek() {
        match c {
            '#' => verb.sharp = true,
            '0' => verb.zero = true,
            '-' => verb.minus = true,
            '+' => verb.plus = true,
            ' ' => verb.space = true,
            _ => break,
        }
        chars.next();
    }
    verb.width = digits(chars);
    if chars.peek() == Some(&'.') {
        chars.next();
        verb.precision = Some(digits(chars).unwrap_or(0));
    }
    let mut index = None;
    if chars.peek() == Some(&'[') {
        chars.next();
        index = digits(chars);
        if chars.next() != Some(']') || index.is_none() {
            return Err(FunctionError::call(format!("invalid argument index in \"{pattern}\"")));
        }
    }
    verb.letter = chars.next().ok_or_else(|| FunctionError::call("unterminated verb at the end of the format"))?;
    if verb.width.is_some_and(|w| w > MOST_TEXT / 64) || verb.precision.is_some_and(|p| p > 10_000) {
        let message = format!("a width is more than {}, or a precision more than 10000", MOST_TEXT / 64);
        return Err(FunctionError::over(Limit::Fixed, message));
    }
    Ok((verb, index))
}

fn digits(chars: &mut Chars) -> Option<usize> {
    let mut value: Option<usize> = None;
    while let Some(d) = chars.peek().and_then(|c| c.to_digit(10)) {
        value = Some(value.unwrap_or(0).saturating_mul(10).saturating_add(d as usize));
        chars.next();
    }
    value
}

fn one(verb: &Verb, arg: &Value, position: usize) -> Result<String, FunctionError> {
    let fault = |what: &str| {
        FunctionError::argument(position, format!("unsupported value for \"%{}\" at {}: {what}", verb.letter, position))
    };
    if verb.letter == 'v' {
        return Ok(pad(verb, general(verb, arg)));
    }
    if arg.is_null() {
        return Err(fault("null value cannot be formatted"));
    }
    let as_type = |ty: Type| convert(arg, &ty).map_err(|e| fault(&e.to_string()));
    let number = || as_type(Type::Number).map(|v| v.as_number().cloned().unwrap_or(Number::Int(0)));
    Ok(match verb.letter {
        't' => pad(verb, as_type(Type::Bool)?.as_bool().unwrap_or(false).to_string()),
        's' => pad(verb, cut(verb, as_type(Type::String)?.as_str().unwrap_or(""))),
        'q' => pad(verb, quote_go(&cut(verb, as_type(Type::String)?.as_str().unwrap_or("")))),
        'd' | 'b' | 'o' | 'x' | 'X' => {
            let n = number()?;
            let integer = n.to_integer().filter(|_| n.is_integer()).ok_or_else(|| fault("an integer is required"))?;
            let magnitude = if n.signum() < 0 { -integer } else { integer };
            let magnitude = dashu_int::UBig::try_from(magnitude).unwrap_or_default();
            let digits = match verb.letter {
                'b' => magnitude.in_radix(2).to_string(),
                'o' => magnitude.in_radix(8).to_string(),
                'x' => magnitude.in_radix(16).to_string(),
                'X' => magnitude.in_radix(16).to_string().to_uppercase(),
                _ => magnitude.to_string(),
            };
            signed(verb, n.signum() < 0, digits)
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let n = number()?;
            signed(verb, n.signum() < 0, float(verb, &n.abs()))
        }
        other => return Err(FunctionError::call(format!("unsupported format verb '{other}'"))),
    })
}

fn general(verb: &Verb, arg: &Value) -> String {
    match &arg.data {
        _ if verb.sharp => json::encode(arg).unwrap_or_default(),
        Data::String(s) => s.to_string(),
        Data::Number(n) => n.to_string(),
        Data::Bool(b) => b.to_string(),
        Data::Null(_) => "null".into(),
        _ => json::encode(arg).unwrap_or_default(),
    }
}

fn cut(verb: &Verb, text: &str) -> String {
    match verb.precision {
        Some(most) => text.graphemes(true).take(most).collect(),
        None => text.to_string(),
    }
}

fn pad(verb: &Verb, text: String) -> String {
    let Some(width) = verb.width else { return text };
    let missing = width.saturating_sub(text.graphemes(true).count());
    match (missing, verb.minus) {
        (0, _) => text,
        (n, true) => text + &" ".repeat(n),
        (n, false) => (if verb.zero { "0" } else { " " }).repeat(n) + &text,
    }
}

fn signed(verb: &Verb, negative: bool, digits: String) -> String {
    let sign = match (negative, verb.plus, verb.space) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    };
    let width = verb.width.unwrap_or(0);
    if verb.zero && !verb.minus {
        let zeros = width.saturating_sub(sign.len() + digits.len());
        return format!("{sign}{}{digits}", "0".repeat(zeros));
    }
    pad(&Verb { width: verb.width, minus: verb.minus, ..Verb::default() }, format!("{sign}{digits}"))
}

fn float(verb: &Verb, n: &Number) -> String {
    let value = n.to_f64();
    match verb.letter {
        'f' | 'F' => format!("{value:.*}", verb.precision.unwrap_or(6)),
        'e' | 'E' => exponent(value, verb.precision.unwrap_or(6), verb.letter),
        _ => shortest(value, verb.precision, verb.letter),
    }
}

fn exponent(value: f64, precision: usize, letter: char) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let e = if letter.is_uppercase() { 'E' } else { 'e' };
    format!("{mantissa}{e}{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
}

fn shortest(value: f64, precision: Option<usize>, letter: char) -> String {
    let power = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
    let letter = if letter == 'G' { 'E' } else { 'e' };
    let (low, high) = (-4, precision.map_or(21, |p| p.max(1) as i32));
    if power < low || power >= high {
        let text = match precision {
            Some(p) => exponent(value, p.max(1) - 1, letter),
            None => {
                let text = format!("{value:e}");
                let digits = text.split('e').next().unwrap_or("").len().saturating_sub(2);
                exponent(value, digits, letter)
            }
        };
        return text;
    }
    match precision {
        Some(p) => {
            let places = usize::try_from(p.max(1) as i32 - 1 - power).unwrap_or(0);
            let text = format!("{value:.places$}");
            if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
        }
        None => value.to_string(),
    }
}
