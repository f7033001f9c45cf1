//! Decimal text of binary floating-point numbers: Go's `Text('f', -1)` (the shortest decimal that identifies the number at
//! its precision, never an exponent) and `String()` (`%.10g`).

use super::float::Float;
use dashu_base::BitTest;
use dashu_int::UBig;

/// Decimal digits without trailing zeros, and how many of them stand before the point.
struct Decimal {
    digits: Vec<u8>,
    point: i64,
}

/// The shortest text that identifies the number, without an exponent.
pub fn plain(float: &Float) -> String {
    let sign = if float.is_negative() { "-" } else { "" };
    if float.is_infinite() {
        return if float.is_negative() { "-Inf" } else { "+Inf" }.to_string();
    }
    if float.is_zero() {
        return format!("{sign}0");
    }
    format!("{sign}{}", without_exponent(&shortest(float)))
}

/// Ten significant digits at most, with an exponent where that is large (`%.10g`).
pub fn ten_digits(float: &Float) -> String {
    if float.is_infinite() || float.is_zero() {
        return plain(float);
    }
    let sign = if float.is_negative() { "-" } else { "" };
    let (mantissa, exponent) = float.parts();
    let mut decimal = exact(mantissa, exponent);
    round_to(&mut decimal, 10);
    let exponent = decimal.point - 1;
    // From 10^-4 up to, but not including, 10^10 there is no exponent.
    if (-4..10).contains(&exponent) {
        return format!("{sign}{}", without_exponent(&decimal));
    }
    let text: String = decimal.digits.iter().map(|d| char::from(b'0' + d)).collect();
    let (first, rest) = text.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let direction = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{first}{point}{rest}e{direction}{:02}", exponent.abs())
}

fn without_exponent(decimal: &Decimal) -> String {
    let text: String = decimal.digits.iter().map(|d| char::from(b'0' + d)).collect();
    match usize::try_from(decimal.point) {
        Err(_) | Ok(0) => format!("0.{}{text}", "0".repeat(decimal.point.unsigned_abs() as usize)),
        Ok(point) if point >= text.len() => format!("{text}{}", "0".repeat(point - text.len())),
        Ok(point) => {
            let (whole, fraction) = text.split_at(point);
            format!("{whole}.{fraction}")
        }
    }
}

/// All decimal digits of `mantissa × 2^exponent`.
fn exact(mantissa: &UBig, exponent: i64) -> Decimal {
    let places = if exponent < 0 { exponent.unsigned_abs() as usize } else { 0 };
    let integer = match usize::try_from(exponent) {
        Ok(shift) => mantissa << shift,
        Err(_) => mantissa * UBig::from(5u8).pow(places),
    };
    let text = integer.to_string();
    let point = text.len() as i64 - places as i64;
    let digits = text.trim_end_matches('0').bytes().map(|b| b - b'0').collect();
    Decimal { digits, point }
}

fn round_to(decimal: &mut Decimal, places: usize) {
    if decimal.digits.len() > places {
        let half = digit(&decimal.digits, places);
        let tie = half == 5 && decimal.digits.len() == places + 1;
        let odd = places > 0 && digit(&decimal.digits, places - 1) % 2 == 1;
        decimal.digits.truncate(places);
        if if tie { odd } else { half >= 5 } {
            round_up(decimal);
        }
    }
    while decimal.digits.last() == Some(&0) {
        decimal.digits.pop();
    }
}

fn digit(digits: &[u8], at: usize) -> u8 {
    digits.get(at).copied().unwrap_or(0)
}

fn round_up(decimal: &mut Decimal) {
    while let Some(last) = decimal.digits.pop() {
        if last < 9 {
            decimal.digits.push(last + 1);
            return;
        }
    }
    decimal.digits.push(1);
    decimal.point += 1;
}

/// The digits at which the number and its neighbours at the same precision part (Go's `roundShortest`).
fn shortest(float: &Float) -> Decimal {
    let (mantissa, exponent) = float.parts();
    let shift = float.precision().saturating_sub(mantissa.bit_len());
    let (mantissa, exponent) = (mantissa << shift, exponent - shift as i64);
    let mut decimal = exact(&mantissa, exponent);
    // Half way to the neighbours.
    let upper = exact(&((&mantissa << 1) + UBig::ONE), exponent - 1).digits;
    let power_of_two = mantissa.trailing_zeros().is_some_and(|zeros| zeros + 1 == mantissa.bit_len());
    let lower = match power_of_two {
        true => exact(&((&mantissa << 2) - UBig::ONE), exponent - 2).digits,
        false => exact(&((&mantissa << 1) - UBig::ONE), exponent - 1).digits,
    };
    let inclusive = !mantissa.bit(0);
    for i in 0..decimal.digits.len() {
        let (m, l, u) = (digit(&decimal.digits, i), digit(&lower, i), digit(&upper, i));
        let down = l != m || inclusive && i + 1 == lower.len();
        let up = m != u && (inclusive || m + 1 < u || i + 1 < upper.len());
        match (down, up) {
            (true, true) => round_to(&mut decimal, i + 1),
            (true, false) => decimal.digits.truncate(i + 1),
            (false, true) => {
                decimal.digits.truncate(i + 1);
                round_up(&mut decimal);
            }
            (false, false) => continue,
        }
        break;
    }
    while decimal.digits.last() == Some(&0) {
        decimal.digits.pop();
    }
    decimal
}
