//! Numbers: binary floating point, as cty has them (Go's `big.Float`), small integers unboxed. Numbers that are written have
//! 512 bits of mantissa; those that a function counts have 64, and those that it computes in `f64` have 53.

use super::decimal;
use super::float::Float;
use dashu_base::BitTest;
use dashu_int::{IBig, UBig};
use std::cmp::Ordering;

/// Bits of mantissa of a number that is written.
const WRITTEN: usize = 512;
/// Bits of mantissa of a number that is counted.
const COUNTED: usize = 64;
/// The largest decimal exponent that is read; no real configuration comes near.
const MOST_EXPONENT: i64 = 20_000;

/// A number.
#[derive(Clone, Debug)]
pub enum Number {
    /// An integer that fits, as it is written.
    Int(i64),
    /// An integer that fits, as a function counts it: a quotient of two such numbers is rounded to 64 bits.
    Counted(i64),
    /// Anything else, infinities and negative zero included.
    Float(Box<Float>),
}

impl Number {
    /// Reads decimal text as Terraform converts a string to a number (`1`, `-1.50`, `1e3`, `.5`, `Inf`); `None` if it is
    /// none, or too large to be held. HCL's own literals are a part of this.
    pub fn parse(text: &str) -> Option<Number> {
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        if matches!(digits, "Inf" | "inf") {
            return Some(Number::infinity(negative));
        }
        if digits.bytes().all(|b| b.is_ascii_digit())
            && let Ok(int) = digits.parse::<i64>()
            && !(negative && int == 0)
        {
            return Some(Number::Int(if negative { -int } else { int }));
        }
        let (mantissa, exponent, base_two) = match digits.find(['e', 'E', 'p', 'P']) {
            Some(at) => {
                let base_two = matches!(digits.as_bytes().get(at), Some(b'p' | b'P'));
                (digits.get(..at)?, digits.get(at + 1..)?.parse::<i64>().ok()?, base_two)
            }
            None => (digits, 0, false),
        };
        if exponent.abs() > MOST_EXPONENT || mantissa.len() > MOST_EXPONENT as usize {
            return None;
        }
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let integer = UBig::from_str_radix(&format!("{whole}{fraction}"), 10).ok()?;
        let tens = if base_two { 0 } else { exponent } - fraction.len() as i64;
        let twos = if base_two { exponent + tens } else { tens };
        scaled(negative, integer, tens, twos)
    }

    /// From an integer of any size, exactly.
    pub fn from_integer(value: IBig) -> Number {
        match i64::try_from(&value) {
            Ok(int) => Number::Counted(int),
            Err(_) => {
                let precision = value.bit_len().max(COUNTED);
                Number::Float(Box::new(Float::from_integer(value, precision)))
            }
        }
    }

    fn from_float(value: Float) -> Number {
        let counted = match value.precision() {
            WRITTEN => Number::Int,
            COUNTED => Number::Counted,
            _ => return Number::Float(Box::new(value)),
        };
        match small_integer(&value) {
            Some(int) if int != 0 || !value.is_negative() => counted(int),
            _ => Number::Float(Box::new(value)),
        }
    }

    /// From a floating-point number (53 bits of mantissa); `None` for not-a-number.
    pub fn from_f64(value: f64) -> Option<Number> {
        Float::from_f64(value).map(Number::from_float)
    }

    /// Infinity.
    pub fn infinity(negative: bool) -> Number {
        Number::Float(Box::new(Float::infinity(negative)))
    }

    /// Whether it is infinite.
    pub fn is_infinite(&self) -> bool {
        matches!(self, Number::Float(f) if f.is_infinite())
    }

    fn to_float(&self) -> Float {
        match self {
            Number::Int(i) => Float::from_integer(IBig::from(*i), WRITTEN),
            Number::Counted(i) => Float::from_integer(IBig::from(*i), COUNTED),
            Number::Float(f) => (**f).clone(),
        }
    }

    /// The integer without its precision, where it is unboxed.
    fn unboxed(&self) -> Option<i64> {
        match self {
            Number::Int(i) | Number::Counted(i) => Some(*i),
            Number::Float(_) => None,
        }
    }

    /// An integer with the precision of the result of an operation on both.
    fn joined(&self, other: &Number, value: i64) -> Number {
        match (self, other) {
            (Number::Counted(_), Number::Counted(_)) => Number::Counted(value),
            _ => Number::Int(value),
        }
    }

    /// The nearest `f64`.
    pub fn to_f64(&self) -> f64 {
        match self {
            Number::Int(i) | Number::Counted(i) => *i as f64,
            Number::Float(f) => f.to_f64(),
        }
    }

    /// The integer, if it is one and fits.
    pub fn to_i64(&self) -> Option<i64> {
        match self {
            Number::Int(i) | Number::Counted(i) => Some(*i),
            Number::Float(f) => small_integer(f),
        }
    }

    /// The integer part, towards zero; `None` for infinities.
    pub fn to_integer(&self) -> Option<IBig> {
        match self {
            Number::Int(i) | Number::Counted(i) => Some(IBig::from(*i)),
            Number::Float(f) => f.to_integer(),
        }
    }

    /// Whether it has no fraction.
    pub fn is_integer(&self) -> bool {
        match self {
            Number::Int(_) | Number::Counted(_) => true,
            Number::Float(f) => f.is_integer(),
        }
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> i64 {
        match self {
            Number::Int(i) | Number::Counted(i) => i.signum(),
            Number::Float(f) if f.is_zero() => 0,
            Number::Float(f) if f.is_negative() => -1,
            Number::Float(_) => 1,
        }
    }

    /// The greatest integer that is not greater.
    pub fn floor(&self) -> Number {
        let Number::Float(f) = self else { return self.clone() };
        let Some(integer) = f.to_integer() else { return self.clone() };
        let step = if f.is_integer() || !f.is_negative() { 0 } else { 1 };
        Number::from_integer(integer - IBig::from(step))
    }

    /// The least integer that is not less.
    pub fn ceil(&self) -> Number {
        let Number::Float(f) = self else { return self.clone() };
        let Some(integer) = f.to_integer() else { return self.clone() };
        let step = if f.is_integer() || f.is_negative() { 0 } else { 1 };
        Number::from_integer(integer + IBig::from(step))
    }

    /// Sum; infinities of opposite signs, which have none, give positive infinity.
    pub fn add(&self, other: &Number) -> Number {
        if let (Some(a), Some(b)) = (self.unboxed(), other.unboxed())
            && let Some(sum) = a.checked_add(b)
        {
            return self.joined(other, sum);
        }
        self.to_float().add(&other.to_float()).map_or(Number::infinity(false), Number::from_float)
    }

    /// Difference.
    pub fn sub(&self, other: &Number) -> Number {
        if let (Some(a), Some(b)) = (self.unboxed(), other.unboxed())
            && let Some(difference) = a.checked_sub(b)
        {
            return self.joined(other, difference);
        }
        self.add(&other.neg())
    }

    /// Product; zero times infinity, which has none, gives zero.
    pub fn mul(&self, other: &Number) -> Number {
        if let (Some(a), Some(b)) = (self.unboxed(), other.unboxed())
            && a != 0
            && b != 0
            && let Some(product) = a.checked_mul(b)
        {
            return self.joined(other, product);
        }
        let (a, b) = (self.to_float(), other.to_float());
        // A product may need more bits than its operands have; up to 512 it gets them.
        let bits = |f: &Float| f.parts().0.bit_len();
        let precision = a.precision().max(b.precision()).max((bits(&a) + bits(&b)).min(WRITTEN));
        a.with_precision(precision).mul(&b).map_or(Number::Int(0), Number::from_float)
    }

    /// Quotient as Terraform gives it (division by zero is infinite); `None` for zero by zero and infinity by infinity.
    pub fn div(&self, other: &Number) -> Option<Number> {
        if let (Some(a), Some(b)) = (self.unboxed(), other.unboxed())
            && (a != 0 || b > 0)
            && a.checked_rem(b) == Some(0)
        {
            return a.checked_div(b).map(|quotient| self.joined(other, quotient));
        }
        self.to_float().div(&other.to_float()).map(Number::from_float)
    }

    /// Remainder as Terraform's `%` gives it: the sign is that of the left operand, and a remainder by zero is the left
    /// operand; `None` where there is none (infinities).
    pub fn rem(&self, other: &Number) -> Option<Number> {
        if self.is_infinite() || other.is_infinite() {
            return None;
        }
        if other.signum() == 0 {
            return Some(self.clone());
        }
        if let (Some(a), Some(b)) = (self.unboxed(), other.unboxed())
            && a >= 0
        {
            return Some(self.joined(other, a.checked_rem(b).unwrap_or(0)));
        }
        let left = self.to_float();
        let whole = left.div(&other.to_float())?.to_integer()?;
        let whole = Float::from_integer(whole, left.precision());
        let product = whole.mul(&other.to_float())?.with_precision(left.precision());
        left.add(&product.neg()).map(Number::from_float)
    }

    /// The negative; that of zero is negative zero.
    pub fn neg(&self) -> Number {
        match self.unboxed() {
            Some(i) if i != 0 && i != i64::MIN => self.joined(self, -i),
            _ => Number::from_float(self.to_float().neg()),
        }
    }

    /// The magnitude.
    pub fn abs(&self) -> Number {
        match self {
            Number::Float(f) if f.is_negative() => self.neg(),
            _ if self.signum() < 0 => self.neg(),
            _ => self.clone(),
        }
    }

    /// Ten significant digits at most, with an exponent where that is large (Go's `%.10g`).
    pub fn ten_digits(&self) -> String {
        match self {
            Number::Int(i) | Number::Counted(i) if i.unsigned_abs() < 10_000_000_000 => i.to_string(),
            _ => decimal::ten_digits(&self.to_float()),
        }
    }
}

/// The integer that a float is, if it is one and fits.
fn small_integer(value: &Float) -> Option<i64> {
    let (mantissa, exponent) = value.parts();
    if value.is_infinite() || exponent < 0 || exponent + mantissa.bit_len() as i64 > 64 {
        return None;
    }
    i64::try_from(&value.to_integer()?).ok()
}

/// `±integer × 5^fives × 2^twos` at 512 bits, in the steps (and so with the rounding) of Go's parser.
fn scaled(negative: bool, integer: UBig, fives: i64, twos: i64) -> Option<Number> {
    if fives == 0 || integer.is_zero() {
        let twos = if integer.is_zero() { 0 } else { twos };
        return Some(Number::from_float(Float::new(negative, integer, twos, WRITTEN)));
    }
    let exact_bits = integer.bit_len().max(WRITTEN);
    let exact = Float::new(negative, integer, twos, exact_bits);
    let power = Float::power_of_five(fives.unsigned_abs(), WRITTEN + 64);
    let result = if fives < 0 { exact.div_to(&power, WRITTEN)? } else { exact.mul_to(&power, WRITTEN)? };
    Some(Number::from_float(result))
}

impl From<i64> for Number {
    /// A number as a function counts it.
    fn from(value: i64) -> Self {
        Number::Counted(value)
    }
}

/// As Terraform prints it: plain decimal, never an exponent, the fewest digits that identify it at its precision.
impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number::Int(i) | Number::Counted(i) => write!(f, "{i}"),
            Number::Float(float) => f.write_str(&decimal::plain(float)),
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl std::hash::Hash for Number {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match (self.to_i64(), self) {
            (None, Number::Float(f)) => {
                let (mantissa, exponent) = f.parts();
                (f.is_negative(), f.is_infinite(), mantissa, exponent).hash(state);
            }
            (int, _) => int.hash(state),
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
        match (self.unboxed(), other.unboxed()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => self.to_float().compare(&other.to_float()),
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
        assert_eq!(text("1p3"), "8");
        assert_eq!(text("0.00001"), "0.00001");
        assert_eq!(text("123456789012345678901234567890"), "123456789012345678901234567890");
        assert_eq!(text("1e100"), format!("1{}", "0".repeat(100)));
        assert_eq!(text("-0.25"), "-0.25");
        assert_eq!(text("-0"), "-0");
        assert_eq!(text("1e309"), format!("1{}", "0".repeat(309)));
        let third = Number::parse("1").zip(Number::parse("3")).and_then(|(a, b)| a.div(&b));
        assert_eq!(third.map(|n| n.to_string()), Some(format!("0.{}5", "3".repeat(154))));
    }

    #[test]
    fn adds_decimals_as_terraform_does() {
        let sum = Number::parse("0.1").zip(Number::parse("0.2")).map(|(a, b)| a.add(&b));
        assert_eq!(sum, Number::parse("0.3"));
        assert_eq!(Number::from(i64::MAX).add(&Number::from(1)).to_string(), "9223372036854775808");
        assert_eq!(Number::from(i64::MIN).neg().to_string(), "9223372036854775808");
    }

    #[test]
    fn refuses_what_is_no_number_or_too_large() {
        for bad in ["", ".", "0x10", "1e", "--1", "+-1", "1e1000000000", "1e-1000000000", "abc", " 1", "1_0", "NaN"] {
            assert!(Number::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn keeps_the_nearest_f64() {
        for value in [0.0, -0.0, 0.1, -2.5, 1e300, 5e-324, f64::MAX, f64::INFINITY, 9007199254740993.0] {
            assert_eq!(Number::from_f64(value).map(|n| n.to_f64()), Some(value), "{value}");
        }
        assert!(Number::from_f64(f64::NAN).is_none());
    }

    #[test]
    fn numbers_far_out_of_range_end() {
        let mut n = Number::parse("1e20000").unwrap_or(Number::Int(2));
        for _ in 0..40 {
            n = n.mul(&n);
        }
        assert!(n.is_infinite());
        assert_eq!(Number::Int(1).div(&n).map(|n| n.to_string()).as_deref(), Some("0"));
    }
}
