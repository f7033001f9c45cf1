//! Numbers: binary floating point with 512 bits of mantissa, as cty has them (Go's `big.Float`), small integers unboxed.

use std::cmp::Ordering;

/// A number.
#[derive(Clone, Debug)]
pub enum Number {
    /// An integer that fits.
    Int(i64),
    /// Anything else, infinities included.
    Float(Box<dashu_float::FBig<dashu_float::round::mode::HalfEven, 2>>),
}

impl Number {
    /// Reads a decimal literal as HCL does (`1`, `1.50`, `1e3`, with an optional leading `-`); `None` if it is none.
    pub fn parse(_text: &str) -> Option<Number> {
        todo!()
    }
    /// From a floating-point number; `None` for not-a-number.
    pub fn from_f64(_value: f64) -> Option<Number> {
        todo!()
    }
    /// The nearest `f64`.
    pub fn to_f64(&self) -> f64 {
        todo!()
    }
    /// The integer, if it is one and fits.
    pub fn to_i64(&self) -> Option<i64> {
        todo!()
    }
    /// Whether it has no fraction.
    pub fn is_integer(&self) -> bool {
        todo!()
    }
    /// Sum.
    pub fn add(&self, _other: &Number) -> Number {
        todo!()
    }
    /// Difference.
    pub fn sub(&self, _other: &Number) -> Number {
        todo!()
    }
    /// Product.
    pub fn mul(&self, _other: &Number) -> Number {
        todo!()
    }
    /// Quotient as Terraform gives it (division by zero is infinite; zero by zero fails); `None` where it fails.
    pub fn div(&self, _other: &Number) -> Option<Number> {
        todo!()
    }
    /// Remainder as Terraform's `%` gives it; `None` where it fails.
    pub fn rem(&self, _other: &Number) -> Option<Number> {
        todo!()
    }
    /// The negative.
    pub fn neg(&self) -> Number {
        todo!()
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Number::Int(value)
    }
}

/// As Terraform prints it: plain decimal, never an exponent, the fewest digits that identify it at 512 bits.
impl std::fmt::Display for Number {
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        todo!()
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, _other: &Self) -> Ordering {
        todo!()
    }
}
