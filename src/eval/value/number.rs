//! Numbers: binary floating point with 512 bits of mantissa, as cty has them (Go's `big.Float`), small integers unboxed.

use dashu_base::{Abs, BitTest, Sign};
use dashu_float::round::mode::HalfEven;
use dashu_float::{Context, FBig, Repr};
use dashu_int::{IBig, UBig};
use std::cmp::Ordering;

/// The floating-point representation.
pub type Float = FBig<HalfEven, 2>;

/// Bits of mantissa, as in cty.
const PRECISION: usize = 512;
/// The largest decimal exponent that is read; no real configuration comes near.
const MOST_EXPONENT: i64 = 20_000;

/// A number.
#[derive(Clone, Debug)]
pub enum Number {
    /// An integer that fits.
    Int(i64),
    /// Anything else, infinities included.
    Float(Box<Float>),
}

fn context() -> Context<HalfEven> {
    Context::new(PRECISION)
}

/// The context of a result: the precision of the more precise operand, as in Go.
fn common(a: &Number, b: &Number) -> Context<HalfEven> {
    Context::new(a.precision().max(b.precision()))
}

impl Number {
    /// Reads a decimal literal as HCL does (`1`, `1.50`, `1e3`, with an optional leading `-`); `None` if it is none, or
    /// too large to be held.
    pub fn parse(text: &str) -> Option<Number> {
        if let Ok(int) = text.parse::<i64>()
            && !text.starts_with('+')
        {
            return Some(Number::Int(int));
        }
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match digits.find(['e', 'E']) {
            Some(at) => (digits.get(..at)?, digits.get(at + 1..)?.parse::<i64>().ok()?),
            None => (digits, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || mantissa.ends_with('.') {
            return None;
        }
        let scale = exponent.checked_sub(fraction.len() as i64)?;
        if scale.abs() > MOST_EXPONENT || mantissa.len() > MOST_EXPONENT as usize {
            return None;
        }
        let joined = format!("{whole}{fraction}");
        let magnitude = IBig::from(UBig::from_str_radix(&joined, 10).ok()?);
        let magnitude = if negative { -magnitude } else { magnitude };
        let ten = IBig::from(10).pow(scale.unsigned_abs() as usize);
        Some(if scale >= 0 {
            Number::from_integer(magnitude * ten)
        } else {
            let quotient = context().div::<2>(&Repr::new(magnitude, 0), &Repr::new(ten, 0)).value();
            Number::from_float(quotient)
        })
    }

    /// From an integer of any size, rounded to 512 bits.
    pub fn from_integer(value: IBig) -> Number {
        match i64::try_from(&value) {
            Ok(int) => Number::Int(int),
            Err(_) => Number::Float(Box::new(context().convert_int::<2>(value).value())),
        }
    }

    /// From the floating-point representation.
    pub fn from_float(value: Float) -> Number {
        let repr = value.repr();
        if repr.is_finite() && repr.is_int() && repr.digits() as isize + repr.exponent() <= 64 {
            return Number::from_integer(value.to_int().value());
        }
        Number::Float(Box::new(value))
    }

    /// From a floating-point number; `None` for not-a-number.
    pub fn from_f64(value: f64) -> Option<Number> {
        if value.is_infinite() {
            return Some(Number::infinity(value < 0.0));
        }
        let exact = Float::try_from(value).ok()?;
        Some(Number::from_float(exact.with_precision(f64::MANTISSA_DIGITS as usize).value()))
    }

    /// Bits of mantissa: 512, or 53 for what a floating-point function gave.
    fn precision(&self) -> usize {
        match self {
            Number::Int(_) => PRECISION,
            Number::Float(f) => match f.context().precision() {
                0 => PRECISION,
                bits => bits,
            },
        }
    }

    /// Infinity.
    pub fn infinity(negative: bool) -> Number {
        let repr = if negative { Repr::neg_infinity() } else { Repr::infinity() };
        Number::Float(Box::new(Float::from_repr(repr, context())))
    }

    /// Whether it is infinite.
    pub fn is_infinite(&self) -> bool {
        matches!(self, Number::Float(f) if f.repr().is_infinite())
    }

    /// The floating-point representation at 512 bits.
    pub fn to_float(&self) -> Float {
        match self {
            Number::Int(i) => context().convert_int::<2>(IBig::from(*i)).value(),
            Number::Float(f) => (**f).clone(),
        }
    }

    /// The nearest `f64`.
    pub fn to_f64(&self) -> f64 {
        match self {
            Number::Int(i) => *i as f64,
            Number::Float(f) => f.to_f64().value(),
        }
    }

    /// The integer, if it is one and fits.
    pub fn to_i64(&self) -> Option<i64> {
        match self {
            Number::Int(i) => Some(*i),
            Number::Float(_) => None,
        }
    }

    /// The integer part, towards zero; `None` for infinities.
    pub fn to_integer(&self) -> Option<IBig> {
        match self {
            Number::Int(i) => Some(IBig::from(*i)),
            Number::Float(f) if f.repr().is_infinite() => None,
            Number::Float(f) => Some(f.trunc().to_int().value()),
        }
    }

    /// Whether it has no fraction.
    pub fn is_integer(&self) -> bool {
        match self {
            Number::Int(_) => true,
            Number::Float(f) => f.repr().is_finite() && f.repr().is_int(),
        }
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> i64 {
        match self.cmp(&Number::Int(0)) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    }

    /// The greatest integer that is not greater.
    pub fn floor(&self) -> Number {
        match self {
            Number::Int(_) => self.clone(),
            Number::Float(f) if f.repr().is_infinite() => self.clone(),
            Number::Float(f) => Number::from_integer(f.floor().to_int().value()),
        }
    }

    /// The least integer that is not less.
    pub fn ceil(&self) -> Number {
        self.neg().floor().neg()
    }

    /// Sum.
    pub fn add(&self, other: &Number) -> Number {
        if let (Number::Int(a), Number::Int(b)) = (self, other)
            && let Some(sum) = a.checked_add(*b)
        {
            return Number::Int(sum);
        }
        if self.is_infinite() || other.is_infinite() {
            return if self.is_infinite() { self.clone() } else { other.clone() };
        }
        Number::from_float(common(self, other).add(self.to_float().repr(), other.to_float().repr()).value())
    }

    /// Difference.
    pub fn sub(&self, other: &Number) -> Number {
        self.add(&other.neg())
    }

    /// Product.
    pub fn mul(&self, other: &Number) -> Number {
        if let (Number::Int(a), Number::Int(b)) = (self, other)
            && let Some(product) = a.checked_mul(*b)
        {
            return Number::Int(product);
        }
        if self.is_infinite() || other.is_infinite() {
            return Number::infinity(self.signum() * other.signum() < 0);
        }
        Number::from_float(common(self, other).mul(self.to_float().repr(), other.to_float().repr()).value())
    }

    /// Quotient as Terraform gives it (division by zero is infinite); `None` where it fails.
    pub fn div(&self, other: &Number) -> Option<Number> {
        if other.signum() == 0 {
            return (self.signum() != 0).then(|| Number::infinity(self.signum() < 0));
        }
        if let (Number::Int(a), Number::Int(b)) = (self, other)
            && a.checked_rem(*b) == Some(0)
        {
            return a.checked_div(*b).map(Number::Int);
        }
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => None,
            (true, false) => Some(Number::infinity(self.signum() * other.signum() < 0)),
            (false, true) => Some(Number::Int(0)),
            (false, false) => {
                let quotient = common(self, other).div(self.to_float().repr(), other.to_float().repr());
                Some(Number::from_float(quotient.value()))
            }
        }
    }

    /// Remainder as Terraform's `%` gives it (the sign is that of the left operand); `None` where it fails.
    pub fn rem(&self, other: &Number) -> Option<Number> {
        if other.signum() == 0 || self.is_infinite() {
            return Some(self.clone());
        }
        if other.is_infinite() {
            return Some(self.clone());
        }
        if let (Number::Int(a), Number::Int(b)) = (self, other) {
            return Some(Number::Int(a.checked_rem(*b).unwrap_or(0)));
        }
        let quotient = Number::from_integer(self.div(other)?.to_integer()?);
        Some(self.sub(&quotient.mul(other)))
    }

    /// The negative.
    pub fn neg(&self) -> Number {
        match self {
            Number::Int(i) => match i.checked_neg() {
                Some(negative) => Number::Int(negative),
                None => Number::from_integer(-IBig::from(*i)),
            },
            Number::Float(f) => Number::from_float(-(**f).clone()),
        }
    }

    /// The magnitude.
    pub fn abs(&self) -> Number {
        if self.signum() < 0 { self.neg() } else { self.clone() }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Number::Int(value)
    }
}

/// As Terraform prints it: plain decimal, never an exponent, the fewest digits that identify it at 512 bits.
impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let float = match self {
            Number::Int(i) => return write!(f, "{i}"),
            Number::Float(float) => float,
        };
        let negative = float.repr().sign() == Sign::Negative;
        if float.repr().is_infinite() {
            return f.write_str(if negative { "-Inf" } else { "+Inf" });
        }
        let (digits, point) = shortest(float);
        let text = plain(&digits, point);
        write!(f, "{}{text}", if negative { "-" } else { "" })
    }
}

/// `0.digits × 10^point` without an exponent.
fn plain(digits: &[u8], point: i64) -> String {
    let text: String = digits.iter().map(|d| char::from(b'0' + d)).collect();
    if point <= 0 {
        format!("0.{}{text}", "0".repeat(point.unsigned_abs() as usize))
    } else if point as usize >= text.len() {
        format!("{text}{}", "0".repeat(point as usize - text.len()))
    } else {
        let (whole, fraction) = text.split_at(point as usize);
        format!("{whole}.{fraction}")
    }
}

/// The decimal digits of `mantissa × 2^exponent` without trailing zeros, and the place of the point before them.
fn decimal(mantissa: &UBig, exponent: isize) -> (Vec<u8>, i64) {
    let (integer, places) = if exponent >= 0 {
        (mantissa << exponent as usize, 0)
    } else {
        (mantissa * UBig::from(5u8).pow(exponent.unsigned_abs()), exponent.unsigned_abs() as i64)
    };
    let text = integer.to_string();
    let point = text.len() as i64 - places;
    let digits: Vec<u8> = text.trim_end_matches('0').bytes().map(|b| b - b'0').collect();
    (digits, point)
}

/// The shortest decimal that no other 512-bit number is nearer to (Go's `roundShortest`).
fn shortest(float: &Float) -> (Vec<u8>, i64) {
    let significand = float.repr().significand().clone().abs();
    let mantissa = UBig::try_from(significand).unwrap_or_default();
    let width = mantissa.bit_len();
    let precision = match float.context().precision() {
        0 => PRECISION,
        bits => bits,
    };
    let shift = precision.saturating_sub(width);
    let (mantissa, exponent) = (mantissa << shift, float.repr().exponent() - shift as isize);
    let (mut digits, mut point) = decimal(&mantissa, exponent);
    let one = UBig::ONE;
    let upper = decimal(&((&mantissa << 1) + &one), exponent - 1).0;
    let power_of_two = mantissa.trailing_zeros() == Some(mantissa.bit_len() - 1);
    let lower = if power_of_two {
        decimal(&((&mantissa << 2) - &one), exponent - 2).0
    } else {
        decimal(&((&mantissa << 1) - &one), exponent - 1).0
    };
    let inclusive = !mantissa.bit(0);
    let at = |d: &[u8], i: usize| d.get(i).copied().unwrap_or(0);
    for i in 0..digits.len() {
        let (m, l, u) = (at(&digits, i), at(&lower, i), at(&upper, i));
        let down = l != m || inclusive && i + 1 == lower.len();
        let up = m != u && (inclusive || m + 1 < u || i + 1 < upper.len());
        if !down && !up {
            continue;
        }
        let half = at(&digits, i + 1);
        let rounds_up = match (down, up) {
            (true, true) => half > 5 || half == 5 && (digits.len() > i + 2 || m % 2 == 1),
            (_, up) => up,
        };
        digits.truncate(i + 1);
        if rounds_up {
            round_up(&mut digits, &mut point);
        }
        break;
    }
    while digits.last() == Some(&0) {
        digits.pop();
    }
    (digits, point)
}

fn round_up(digits: &mut Vec<u8>, point: &mut i64) {
    while let Some(last) = digits.pop() {
        if last < 9 {
            digits.push(last + 1);
            return;
        }
    }
    digits.push(1);
    *point += 1;
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl std::hash::Hash for Number {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self {
            Number::Int(i) => i.hash(state),
            Number::Float(f) => f.repr().exponent().hash(state),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a.cmp(b),
            _ => self.to_float().cmp(&other.to_float()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    fn text(s: &str) -> String {
        Number::parse(s).map(|n| n.to_string()).unwrap_or_default()
    }

    #[test]
    fn prints_as_terraform_does() {
        assert_eq!(text("1.50"), "1.5");
        assert_eq!(text("1e3"), "1000");
        assert_eq!(text("0.00001"), "0.00001");
        assert_eq!(text("123456789012345678901234567890"), "123456789012345678901234567890");
        assert_eq!(text("1e100"), format!("1{}", "0".repeat(100)));
        assert_eq!(text("-0.25"), "-0.25");
        assert_eq!(text("1e309"), format!("1{}", "0".repeat(309)));
        let third = Number::from(1).div(&Number::from(3)).map(|n| n.to_string()).unwrap_or_default();
        assert_eq!(third, format!("0.{}5", "3".repeat(154)));
    }

    #[test]
    fn adds_decimals_as_terraform_does() {
        let sum = Number::parse("0.1").zip(Number::parse("0.2")).map(|(a, b)| a.add(&b));
        assert_eq!(sum, Number::parse("0.3"));
        assert_eq!(Number::from(i64::MAX).add(&Number::from(1)).to_string(), "9223372036854775808");
    }

    #[test]
    fn refuses_what_is_no_number_or_too_large() {
        for bad in ["", ".5", "1.", "0x10", "1e", "+1", "1e1000000000", "abc"] {
            assert!(Number::parse(bad).is_none(), "{bad}");
        }
    }
}
