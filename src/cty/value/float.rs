//! Binary floating-point numbers of a chosen precision, with the rules of Go's `big.Float` (which cty's numbers are): each
//! number carries its own precision, a result has the larger of its operands', rounding is to nearest, ties to even, and
//! zero has a sign.

use dashu_base::{BitTest, DivRem};
use dashu_int::{IBig, UBig};
use std::cmp::Ordering;

/// Beyond this power of two a number counts as infinite: no real configuration comes near, and its digits must fit in memory.
const MOST_EXPONENT: i64 = 1 << 20;

/// A finite or infinite number.
#[derive(Clone, Debug)]
pub struct Float {
    negative: bool,
    infinite: bool,
    /// Odd, or zero.
    mantissa: UBig,
    /// The value is `mantissa × 2^exponent`.
    exponent: i64,
    /// Bits of mantissa that the number may have.
    precision: usize,
}

impl Float {
    /// `±mantissa × 2^exponent`, rounded to `precision` bits.
    pub fn new(negative: bool, mantissa: UBig, exponent: i64, precision: usize) -> Float {
        Float { negative, infinite: false, mantissa, exponent, precision }.rounded(false)
    }

    /// An infinity.
    pub fn infinity(negative: bool) -> Float {
        Float { negative, infinite: true, mantissa: UBig::ZERO, exponent: 0, precision: 53 }
    }

    /// An integer, rounded to `precision` bits.
    pub fn from_integer(value: IBig, precision: usize) -> Float {
        let (sign, magnitude) = value.into_parts();
        Float::new(sign == dashu_base::Sign::Negative, magnitude, 0, precision)
    }

    /// A finite `f64` (53 bits) or an infinity; `None` for not-a-number.
    pub fn from_f64(value: f64) -> Option<Float> {
        if value.is_nan() {
            return None;
        }
        if value.is_infinite() {
            return Some(Float::infinity(value < 0.0));
        }
        let bits = value.to_bits();
        let (fraction, exponent) = (bits & ((1 << 52) - 1), i64::from((bits >> 52) as u16 & 0x7ff));
        let (mantissa, exponent) =
            if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
        Some(Float::new(value.is_sign_negative(), UBig::from(mantissa), exponent, 53))
    }

    /// The nearest `f64`.
    pub fn to_f64(&self) -> f64 {
        let magnitude = if self.infinite {
            f64::INFINITY
        } else {
            let short = self.clone().with_precision(53);
            let mantissa = u64::try_from(&short.mantissa).unwrap_or(0) as f64;
            let power = i32::try_from(short.exponent).unwrap_or(if short.exponent < 0 { i32::MIN } else { i32::MAX });
            // In two steps, so that the power itself does not overflow.
            let half = power.clamp(-2200, 2200) / 2;
            mantissa * 2f64.powi(half) * 2f64.powi(power.clamp(-2200, 2200) - half)
        };
        if self.negative { -magnitude } else { magnitude }
    }

    /// The same number at another precision.
    pub fn with_precision(mut self, precision: usize) -> Float {
        self.precision = precision;
        self.rounded(false)
    }

    /// Rounds to the precision and strips trailing zeros; `sticky` says that a bit below the mantissa is set.
    fn rounded(mut self, sticky: bool) -> Float {
        let width = self.mantissa.bit_len();
        if width > self.precision {
            let cut = width - self.precision;
            let half = self.mantissa.bit(cut - 1);
            let below = sticky || self.mantissa.trailing_zeros().is_some_and(|zeros| zeros < cut - 1);
            self.mantissa >>= cut;
            self.exponent += cut as i64;
            if half && (below || self.mantissa.bit(0)) {
                self.mantissa += UBig::ONE;
            }
        }
        match self.mantissa.trailing_zeros() {
            None => self.exponent = 0,
            Some(zeros) => {
                self.mantissa >>= zeros;
                self.exponent += zeros as i64;
            }
        }
        let top = self.exponent + self.mantissa.bit_len() as i64;
        if top > MOST_EXPONENT {
            return Float { precision: self.precision, ..Float::infinity(self.negative) };
        }
        if top < -MOST_EXPONENT {
            (self.mantissa, self.exponent) = (UBig::ZERO, 0);
        }
        self
    }

    /// Whether it is negative; zero can be.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Whether it is an infinity.
    pub fn is_infinite(&self) -> bool {
        self.infinite
    }

    /// Whether it is zero, of either sign.
    pub fn is_zero(&self) -> bool {
        !self.infinite && self.mantissa.is_zero()
    }

    /// Whether it is finite and has no fraction.
    pub fn is_integer(&self) -> bool {
        !self.infinite && self.exponent >= 0
    }

    /// Bits of mantissa that it may have.
    pub fn precision(&self) -> usize {
        self.precision
    }

    /// Mantissa (odd or zero) and exponent of a finite number.
    pub fn parts(&self) -> (&UBig, i64) {
        (&self.mantissa, self.exponent)
    }

    /// The integer part, towards zero; `None` for an infinity.
    pub fn to_integer(&self) -> Option<IBig> {
        if self.infinite {
            return None;
        }
        let magnitude = match usize::try_from(self.exponent) {
            Ok(shift) => &self.mantissa << shift,
            Err(_) => &self.mantissa >> self.exponent.unsigned_abs() as usize,
        };
        let magnitude = IBig::from(magnitude);
        Some(if self.negative { -magnitude } else { magnitude })
    }

    /// The negative.
    pub fn neg(mut self) -> Float {
        self.negative = !self.negative;
        self
    }

    /// The sum; `None` for infinities of opposite signs.
    pub fn add(&self, other: &Float) -> Option<Float> {
        let precision = self.precision.max(other.precision);
        match (self.infinite, other.infinite) {
            (true, true) if self.negative != other.negative => return None,
            (true, _) => return Some(self.clone()),
            (_, true) => return Some(other.clone()),
            _ => {}
        }
        if self.is_zero() && other.is_zero() {
            return Some(Float::new(self.negative && other.negative, UBig::ZERO, 0, precision));
        }
        let low = if self.is_zero() {
            other.exponent
        } else if other.is_zero() {
            self.exponent
        } else {
            self.exponent.min(other.exponent)
        };
        let aligned = |f: &Float| {
            let magnitude = IBig::from(&f.mantissa << usize::try_from(f.exponent - low).unwrap_or(0));
            if f.negative { -magnitude } else { magnitude }
        };
        let (sign, magnitude) = (aligned(self) + aligned(other)).into_parts();
        // An exact zero is positive.
        let negative = sign == dashu_base::Sign::Negative && !magnitude.is_zero();
        Some(Float::new(negative, magnitude, low, precision))
    }

    /// The product at the larger precision of both; `None` for zero times infinity.
    pub fn mul(&self, other: &Float) -> Option<Float> {
        self.mul_to(other, self.precision.max(other.precision))
    }

    /// The product at a precision; `None` for zero times infinity.
    pub fn mul_to(&self, other: &Float, precision: usize) -> Option<Float> {
        let negative = self.negative != other.negative;
        if self.infinite || other.infinite {
            return (!self.is_zero() && !other.is_zero()).then(|| Float::infinity(negative));
        }
        Some(Float::new(negative, &self.mantissa * &other.mantissa, self.exponent + other.exponent, precision))
    }

    /// The quotient at the larger precision of both.
    pub fn div(&self, other: &Float) -> Option<Float> {
        self.div_to(other, self.precision.max(other.precision))
    }

    /// The quotient at a precision; dividing by zero is infinite; `None` for zero by zero and infinity by infinity.
    pub fn div_to(&self, other: &Float, precision: usize) -> Option<Float> {
        let negative = self.negative != other.negative;
        match (self.infinite, other.infinite) {
            (true, true) => return None,
            (true, false) => return Some(Float::infinity(negative)),
            (false, true) => return Some(Float::new(negative, UBig::ZERO, 0, precision)),
            (false, false) => {}
        }
        if other.is_zero() {
            return (!self.is_zero()).then(|| Float::infinity(negative));
        }
        // Enough bits that the quotient has more than the precision.
        let shift = (precision + 2 + other.mantissa.bit_len()).saturating_sub(self.mantissa.bit_len());
        let (quotient, remainder) = (&self.mantissa << shift).div_rem(&other.mantissa);
        let exponent = self.exponent - other.exponent - shift as i64;
        let raw = Float { negative, infinite: false, mantissa: quotient, exponent, precision };
        Some(raw.rounded(!remainder.is_zero()))
    }

    /// `5^n` as Go's decimal parser computes it, at this precision.
    pub fn power_of_five(mut n: u64, precision: usize) -> Float {
        const TABLE: u64 = 27;
        let small = n.min(TABLE);
        let mut result = Float::new(false, UBig::from(5u8).pow(small as usize), 0, precision);
        n -= small;
        let mut factor = Float::new(false, UBig::from(5u8), 0, precision + 64);
        while n > 0 {
            if n & 1 != 0 {
                // The result keeps its own precision.
                let product = Float { precision, ..result.times(&factor) };
                result = product.rounded(false);
            }
            factor = factor.times(&factor).rounded(false);
            n >>= 1;
        }
        result
    }

    /// The exact product of two finite numbers, with the precision of the first.
    fn times(&self, other: &Float) -> Float {
        let mantissa = &self.mantissa * &other.mantissa;
        Float {
            mantissa,
            exponent: self.exponent + other.exponent,
            negative: self.negative != other.negative,
            ..self.clone()
        }
    }

    /// Numeric order; zeros of both signs are equal.
    pub fn compare(&self, other: &Float) -> Ordering {
        let rank = |f: &Float| match (f.is_zero(), f.negative, f.infinite) {
            (true, ..) => 0,
            (_, true, true) => -2,
            (_, true, false) => -1,
            (_, false, false) => 1,
            (_, false, true) => 2,
        };
        let by_rank = rank(self).cmp(&rank(other));
        if by_rank != Ordering::Equal || self.is_zero() || self.infinite {
            return by_rank;
        }
        let top = |f: &Float| f.exponent + f.mantissa.bit_len() as i64;
        let low = self.exponent.min(other.exponent);
        let aligned = |f: &Float| &f.mantissa << usize::try_from(f.exponent - low).unwrap_or(0);
        let magnitude = top(self).cmp(&top(other)).then_with(|| aligned(self).cmp(&aligned(other)));
        if self.negative { magnitude.reverse() } else { magnitude }
    }
}
