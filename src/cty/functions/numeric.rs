//! Numbers.

use super::string::whole;
use super::{FunctionError, FunctionResult, Host};
use crate::cty::value::{Number, Type, Value, convert};
use dashu_int::IBig;

fn number(args: &[Value], i: usize) -> Number {
    args.get(i).and_then(Value::as_number).cloned().unwrap_or(Number::Int(0))
}

pub fn abs(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(Value::number(number(args, 0).abs()))
}

pub fn ceil(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(Value::number(number(args, 0).ceil()))
}

pub fn floor(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(Value::number(number(args, 0).floor()))
}

pub fn signum(args: &[Value], _: &dyn Host) -> FunctionResult {
    let whole = number(args, 0).to_i64();
    let whole = whole.ok_or_else(|| FunctionError::argument(0, "a whole number is required"))?;
    Ok(Value::number(whole.signum()))
}

fn from_f64(value: f64) -> FunctionResult {
    Number::from_f64(value).map(Value::number).ok_or_else(|| FunctionError::call("the result is not a number"))
}

pub fn log(args: &[Value], _: &dyn Host) -> FunctionResult {
    let (n, base) = (number(args, 0).to_f64(), number(args, 1).to_f64());
    from_f64(n.ln() / base.ln())
}

pub fn pow(args: &[Value], _: &dyn Host) -> FunctionResult {
    from_f64(number(args, 0).to_f64().powf(number(args, 1).to_f64()))
}

fn extreme(args: &[Value], pick: fn(Number, Number) -> Number) -> FunctionResult {
    let numbers = args.iter().filter_map(Value::as_number).cloned();
    numbers.reduce(pick).map(Value::number).ok_or_else(|| FunctionError::call("must pass at least one number"))
}

pub fn max(args: &[Value], _: &dyn Host) -> FunctionResult {
    extreme(args, Number::max)
}

pub fn min(args: &[Value], _: &dyn Host) -> FunctionResult {
    extreme(args, Number::min)
}

pub fn parseint(args: &[Value], _: &dyn Host) -> FunctionResult {
    let Some(source) = args.first().and_then(Value::as_str) else {
        return Err(FunctionError::argument(0, "first argument must be a string"));
    };
    let base = whole(args, 1)?;
    if !(2..=62).contains(&base) {
        return Err(FunctionError::argument(1, "base must be a whole number between 2 and 62 inclusive"));
    }
    let fail = || FunctionError::argument(0, format!("cannot parse \"{source}\" as a base {base} integer"));
    let (negative, digits) = match source.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, source.strip_prefix('+').unwrap_or(source)),
    };
    if digits.is_empty() || digits.len() > 10_000 {
        return Err(fail());
    }
    let mut value = IBig::from(0);
    for c in digits.chars() {
        value = value * IBig::from(base) + IBig::from(digit(c, base).ok_or_else(fail)?);
    }
    Ok(Value::number(Number::from_integer(if negative { -value } else { value })))
}

/// A digit's value; above base 36 small and capital letters differ, as in Go.
fn digit(c: char, base: i64) -> Option<i64> {
    let value = match c {
        '0'..='9' => i64::from(u32::from(c) - u32::from('0')),
        'a'..='z' => i64::from(u32::from(c) - u32::from('a')) + 10,
        'A'..='Z' if base <= 36 => i64::from(u32::from(c) - u32::from('A')) + 10,
        'A'..='Z' => i64::from(u32::from(c) - u32::from('A')) + 36,
        _ => return None,
    };
    (value < base).then_some(value)
}

pub fn sum(args: &[Value], _: &dyn Host) -> FunctionResult {
    let Some(items) = args.first().and_then(Value::elements) else {
        return Err(FunctionError::argument(0, "argument must be list, set, or tuple"));
    };
    if items.is_empty() {
        return Err(FunctionError::argument(0, "cannot sum an empty list"));
    }
    let mut total = Number::Int(0);
    for item in items {
        if item.is_null() {
            return Err(FunctionError::argument(0, "argument must be list, set, or tuple of number values"));
        }
        let item = convert(item, &Type::Number)
            .map_err(|_| FunctionError::argument(0, "argument must be list, set, or tuple of number values"))?;
        total = total.add(item.as_number().unwrap_or(&Number::Int(0)));
    }
    Ok(Value::number(total))
}
