//! Why a value is not known.

use crate::base::source::Span;
use std::mem::discriminant;
use std::sync::Arc;

/// One cause for which a value is not known: the input that would decide it, never the path to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reason {
    /// What kind of cause.
    pub kind: ReasonKind,
    /// Where the cause stands, if it has a place.
    pub span: Option<Span>,
}

/// Kinds of cause.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReasonKind {
    /// An input variable of the root module without default and without value: its name.
    Variable(Arc<str>),
    /// An input variable with a default that callers of this module may replace: its name.
    Default(Arc<str>),
    /// An attribute that only `terraform apply` computes: resource address and attribute.
    Computed(Arc<str>, Arc<str>),
    /// A data source that is read from the cloud: its address.
    DataSource(Arc<str>),
    /// A module that is not on disk: call address and source.
    MissingModule(Arc<str>, Arc<str>),
    /// A setting that neither the provider's configuration nor its environment gives: provider and argument.
    Provider(Arc<str>, Arc<str>),
    /// A function that reads the clock, randomness, state or a file that may not be read: what it is.
    Impure(Arc<str>),
    /// Something of the configuration that a plan's document tells nothing of: the reference, such as `local.zones`.
    Untold(Arc<str>),
    /// An error in the configuration, reported where it is: its message, a sentence.
    Error(Arc<str>),
    /// A file that a function reads and that may be there when Terraform runs: the function's message, a sentence.
    File(Arc<str>),
    /// Something that would take more than a budget allows, and was reported there: what, as a sentence.
    Budget(Arc<str>),
    /// Something that kfplint does not model: a few words.
    Unsupported(Arc<str>),
    /// Something that the documents given do not tell: what would, in a few words, and what to add or to set for it, such as
    /// a command whose output to add.
    NotGiven(Arc<str>, Arc<str>),
    /// Something that is kept outside of the configuration, such as who is in a group: the block that asks for it, and a
    /// few words that begin with `who`, `whether` and the like.
    Elsewhere(Arc<str>, Arc<str>),
}

/// A small, sorted set of reasons. Where there are many, only some are kept, one of each kind at the least; the set knows
/// that it lacks some.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Reasons(Arc<KeptReasons>);

#[derive(Debug, PartialEq, Eq, Default)]
struct KeptReasons {
    all: Vec<Reason>,
    /// Some are left out.
    is_cut: bool,
}

/// How many reasons are kept, but for the first of each kind.
const MOST: usize = 8;

impl KeptReasons {
    /// Keeps the first of each kind, and of the others as many as there is room for. Whichever way sets are joined, what is
    /// kept of them is the same.
    fn of(mut all: Vec<Reason>, is_cut: bool) -> KeptReasons {
        all.sort();
        all.dedup();
        let count = all.len();
        if count > MOST {
            let first = |at: usize| at == 0 || discriminant(&all[at].kind) != discriminant(&all[at - 1].kind);
            let firsts: Vec<bool> = (0..count).map(first).collect();
            let mut room = MOST.saturating_sub(firsts.iter().filter(|first| **first).count());
            let mut firsts = firsts.into_iter();
            all.retain(|_| {
                let first = firsts.next() == Some(true);
                let kept = first || room > 0;
                room -= usize::from(kept && !first);
                kept
            });
        }
        KeptReasons { is_cut: is_cut || all.len() < count, all }
    }
}

impl Reasons {
    /// One reason.
    pub fn one(kind: ReasonKind, span: Option<Span>) -> Self {
        Self(Arc::new(KeptReasons { all: vec![Reason { kind, span }], is_cut: false }))
    }

    /// The reason that `asks`, a block or argument, asks for something that is kept elsewhere: `what` is so, who is there.
    pub fn elsewhere(asks: impl Into<Arc<str>>, what: impl Into<Arc<str>>, place: Option<Span>) -> Self {
        Self::one(ReasonKind::Elsewhere(asks.into(), what.into()), place)
    }

    /// All reasons of both.
    pub fn union(&self, other: &Reasons) -> Reasons {
        if Arc::ptr_eq(&self.0, &other.0) || other.is_empty() {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        let all = self.iter().chain(other.iter()).cloned().collect();
        Self(Arc::new(KeptReasons::of(all, self.0.is_cut || other.0.is_cut)))
    }

    /// The reasons that are kept, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &Reason> {
        self.0.all.iter()
    }

    /// Whether there are further reasons than those that are kept.
    pub fn is_cut(&self) -> bool {
        self.0.is_cut
    }

    /// Whether there is a reason of such a kind, which `of` tells by the kind alone: one of each kind is kept.
    pub fn has(&self, of: impl Fn(&ReasonKind) -> bool) -> bool {
        self.iter().any(|reason| of(&reason.kind))
    }

    /// Whether all reasons are so; not where some are not kept, of which nothing is known.
    pub fn all(&self, are: impl Fn(&ReasonKind) -> bool) -> bool {
        !self.is_cut() && self.iter().all(|reason| are(&reason.kind))
    }

    /// The inputs that would decide it, as the user writes them; none for a reason that no input takes away.
    pub fn decides(&self) -> Vec<String> {
        self.iter().filter_map(|r| r.kind.input()).collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.all.is_empty()
    }
}

impl ReasonKind {
    /// The input that would decide it, as the user writes it: `var.size`, `google_x.y.id`, `module.z`. `None` where there is
    /// none to set: what asks for the value has to be written in another way.
    pub fn input(&self) -> Option<String> {
        Some(match self {
            ReasonKind::Variable(name) | ReasonKind::Default(name) => format!("var.{name}"),
            ReasonKind::Computed(address, attribute) if attribute.is_empty() => address.to_string(),
            ReasonKind::Computed(address, attribute) => format!("{address}.{attribute}"),
            ReasonKind::Provider(name, argument) => format!("provider.{name}.{argument}"),
            ReasonKind::DataSource(input)
            | ReasonKind::MissingModule(input, _)
            | ReasonKind::Untold(input)
            | ReasonKind::Elsewhere(input, _)
            | ReasonKind::NotGiven(_, input) => input.to_string(),
            ReasonKind::Impure(_)
            | ReasonKind::Error(_)
            | ReasonKind::File(_)
            | ReasonKind::Budget(_)
            | ReasonKind::Unsupported(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(kinds: impl IntoIterator<Item = ReasonKind>) -> Reasons {
        kinds.into_iter().fold(Reasons::default(), |all, kind| all.union(&Reasons::one(kind, None)))
    }

    fn variables(names: std::ops::Range<usize>) -> impl Iterator<Item = ReasonKind> {
        names.map(|n| ReasonKind::Variable(format!("v{n:02}").into()))
    }

    #[test]
    fn many_reasons_keep_one_of_each_kind_and_know_that_they_lack_some() {
        let budget = || ReasonKind::Budget("a limit".into());
        let many = set(variables(0..30).chain([budget()]));
        assert!(many.is_cut() && many.has(|kind| *kind == budget()));
        assert_eq!(many.iter().count(), MOST);
        assert!(!many.all(|kind| matches!(kind, ReasonKind::Variable(_) | ReasonKind::Budget(_))));
        let few = set(variables(0..MOST));
        assert!(!few.is_cut() && few.all(|kind| matches!(kind, ReasonKind::Variable(_))));
        assert!(few.because().ends_with("and var.v07 have no default and no value"), "{}", few.because());
        assert!(many.because().ends_with("; and others"), "{}", many.because());
    }

    #[test]
    fn what_is_kept_does_not_hang_on_the_order() {
        let kinds =
            || variables(0..12).chain([ReasonKind::DataSource("data.a.b".into()), ReasonKind::Impure("x".into())]);
        let (first, second) = (set(kinds().take(7)), set(kinds().skip(7)));
        let reversed = set(kinds().collect::<Vec<_>>().into_iter().rev());
        assert_eq!(first.union(&second), reversed);
        assert_eq!(second.union(&first), reversed);
    }
}
