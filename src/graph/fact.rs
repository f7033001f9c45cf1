//! Three-valued facts: known, one of several, or not known and why.

use super::text::Text;
use crate::cty::value::{Data, Number, Reasons, Refinement, Value};

/// Something derived from the configuration.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact<T> {
    /// It is this.
    Known(T),
    /// It is one of these; the reasons say what would decide.
    OneOf(Vec<T>, Reasons),
    /// It is not known; the reasons say what would decide.
    Unknown(Reasons),
}

impl<T> Fact<T> {
    /// The value, if there is only one possibility.
    pub fn known(&self) -> Option<&T> {
        match self {
            Fact::Known(value) => Some(value),
            _ => None,
        }
    }

    /// What would decide it; `None` where it is known.
    pub fn reasons(&self) -> Option<&Reasons> {
        match self {
            Fact::Known(_) => None,
            Fact::OneOf(_, reasons) | Fact::Unknown(reasons) => Some(reasons),
        }
    }

    /// Every possibility turned into another.
    pub fn map<U>(&self, mut to: impl FnMut(&T) -> U) -> Fact<U> {
        match self {
            Fact::Known(value) => Fact::Known(to(value)),
            Fact::OneOf(values, reasons) => Fact::OneOf(values.iter().map(to).collect(), reasons.clone()),
            Fact::Unknown(reasons) => Fact::Unknown(reasons.clone()),
        }
    }

    /// Answers a question of every possibility: known where all answer alike.
    pub fn judge<U: Clone + PartialEq>(&self, mut ask: impl FnMut(&T) -> Fact<U>) -> Fact<U> {
        match self {
            Fact::Known(value) => ask(value),
            Fact::Unknown(reasons) => Fact::Unknown(reasons.clone()),
            Fact::OneOf(values, reasons) => {
                let mut answers = values.iter().map(&mut ask);
                let Some(Fact::Known(first)) = answers.next() else { return Fact::Unknown(reasons.clone()) };
                match answers.all(|a| a.known() == Some(&first)) {
                    true => Fact::Known(first),
                    false => Fact::Unknown(reasons.clone()),
                }
            }
        }
    }
}

impl Fact<Text> {
    /// Whether one of the possibilities must not be shown.
    pub fn is_hidden(&self) -> bool {
        match self {
            Fact::Known(text) => text.is_hidden(),
            Fact::OneOf(texts, _) => texts.iter().any(Text::is_hidden),
            Fact::Unknown(_) => false,
        }
    }
}

impl Fact<bool> {
    /// Whether it is certainly so.
    pub fn is_true(&self) -> bool {
        self.known() == Some(&true)
    }

    /// Whether it is certainly not so.
    pub fn is_false(&self) -> bool {
        self.known() == Some(&false)
    }

    /// Both hold.
    pub fn and(&self, other: &Fact<bool>) -> Fact<bool> {
        if self.is_false() || other.is_false() {
            return Fact::Known(false);
        }
        match (self.reasons(), other.reasons()) {
            (None, None) => Fact::Known(true),
            (Some(r), None) | (None, Some(r)) => Fact::Unknown(r.clone()),
            (Some(a), Some(b)) => Fact::Unknown(a.union(b)),
        }
    }

    /// At least one holds.
    pub fn or(&self, other: &Fact<bool>) -> Fact<bool> {
        self.not().and(&other.not()).not()
    }

    /// The opposite.
    pub fn not(&self) -> Fact<bool> {
        self.map(|b| !b)
    }
}

/// A number that lies between two bounds, both included.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    /// The least possible.
    pub min: u64,
    /// The greatest possible; `None` where nothing bounds it.
    pub max: Option<u64>,
    /// What would decide it; empty where both bounds agree.
    pub reasons: Reasons,
    /// Whether the bounds must not be shown.
    pub hidden: bool,
}

impl Interval {
    /// Exactly this number.
    pub fn exact(value: u64) -> Interval {
        Interval { min: value, max: Some(value), reasons: Reasons::default(), hidden: false }
    }

    /// Any number at all.
    pub fn any(reasons: Reasons) -> Interval {
        Interval { min: 0, max: None, reasons, hidden: false }
    }

    /// The number, if both bounds agree.
    pub fn known(&self) -> Option<u64> {
        (self.max == Some(self.min)).then_some(self.min)
    }

    /// The sum.
    pub fn plus(&self, other: &Interval) -> Interval {
        let max = self.max.zip(other.max).map(|(a, b)| a.saturating_add(b));
        let sum = Interval::of(self.min.saturating_add(other.min), max, self.reasons.union(&other.reasons));
        sum.hide(self.hidden || other.hidden)
    }

    /// The product.
    pub fn times(&self, other: &Interval) -> Interval {
        let max = match (self.max, other.max) {
            (Some(0), _) | (_, Some(0)) => Some(0),
            (a, b) => a.zip(b).map(|(a, b)| a.saturating_mul(b)),
        };
        let product = Interval::of(self.min.saturating_mul(other.min), max, self.reasons.union(&other.reasons));
        product.hide(self.hidden || other.hidden)
    }

    /// The difference, 0 where it would be less.
    pub fn minus(&self, other: &Interval) -> Interval {
        let min = other.max.map_or(0, |most| self.min.saturating_sub(most));
        let max = self.max.map(|most| most.saturating_sub(other.min));
        Interval::of(min, max, self.reasons.union(&other.reasons)).hide(self.hidden || other.hidden)
    }

    /// How often a number, which is not 0, goes into it.
    pub fn divided(&self, by: u64) -> Interval {
        let by = by.max(1);
        Interval::of(self.min / by, self.max.map(|most| most / by), self.reasons.clone()).hide(self.hidden)
    }

    /// The smaller of both.
    pub fn least(&self, other: &Interval) -> Interval {
        let max = match (self.max, other.max) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let least = Interval::of(self.min.min(other.min), max, self.reasons.union(&other.reasons));
        least.hide(self.hidden || other.hidden)
    }

    /// The smallest interval that holds both.
    pub fn hull(&self, other: &Interval, reasons: &Reasons) -> Interval {
        let max = self.max.zip(other.max).map(|(a, b)| a.max(b));
        let all = self.reasons.union(&other.reasons).union(reasons);
        Interval::of(self.min.min(other.min), max, all).hide(self.hidden || other.hidden)
    }

    /// Any multiple of it, none included: the nodes of a block that stands for any number of blocks.
    pub fn repeated(&self, reasons: &Reasons) -> Interval {
        self.times(&Interval::any(reasons.clone()))
    }

    fn of(min: u64, max: Option<u64>, reasons: Reasons) -> Interval {
        let reasons = if max == Some(min) { Reasons::default() } else { reasons };
        Interval { min, max, reasons, hidden: false }
    }

    /// The same bounds, which must not be shown where `hidden` says so.
    pub fn hide(self, hidden: bool) -> Interval {
        Interval { hidden: self.hidden || hidden, ..self }
    }

    /// The number as messages may have it: `None` where it is not known or must not be shown.
    pub fn shown(&self) -> Option<u64> {
        self.known().filter(|_| !self.hidden)
    }

    /// The bounds that are known of a value; negative numbers are taken as 0.
    pub fn of_value(value: &Value) -> Interval {
        Interval::bounds(value).hide(value.marks.is_hidden())
    }

    fn bounds(value: &Value) -> Interval {
        if let Some(n) = whole(value) {
            return Interval::exact(n);
        }
        let Data::Unknown(unknown) = &value.data else {
            return Interval::any(Reasons::default());
        };
        let Refinement { min, max, one_of, .. } = &unknown.refinement;
        if let Some(numbers) = one_of.as_ref().and_then(|all| all.iter().map(whole).collect::<Option<Vec<u64>>>())
            && let (Some(least), Some(most)) = (numbers.iter().min(), numbers.iter().max())
        {
            return Interval::of(*least, Some(*most), unknown.reasons.clone());
        }
        let min = min.as_ref().map_or(0, |(n, included)| bound(n, *included, 1));
        let max = max.as_ref().map(|(n, included)| bound(n, *included, -1));
        Interval::of(min, max, unknown.reasons.clone())
    }
}

fn bound(number: &Number, included: bool, step: i64) -> u64 {
    let n = integer(number).unwrap_or_else(|| number.to_f64() as i64);
    let n = if included { n } else { n.saturating_add(step) };
    u64::try_from(n).unwrap_or(0)
}

fn integer(number: &Number) -> Option<i64> {
    match number {
        Number::Int(n) => Some(*n),
        other => other.to_i64(),
    }
}

/// A known whole number, also where it is written as a string; negative ones are taken as 0.
pub fn whole(value: &Value) -> Option<u64> {
    let n = match &value.data {
        Data::Number(n) => integer(n)?,
        Data::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Some(u64::try_from(n).unwrap_or(0))
}
