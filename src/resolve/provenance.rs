//! The provenance of a value: the steps by which it came to an expression, as data. The words for them are made elsewhere.

use crate::base::source::Span;
use std::sync::Arc;

/// A step on the way of a value, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What the value passes through or comes from.
    pub kind: StepKind,
    /// Where that is written.
    pub span: Span,
    /// It only chooses between the values of a conditional.
    pub is_condition: bool,
}

/// What a value passes through or comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A local value of this name.
    Local(Arc<str>),
    /// An output of a module call.
    Output {
        /// The call's name.
        call: Arc<str>,
        /// The output's name.
        name: Arc<str>,
    },
    /// An argument of a module call.
    Argument {
        /// The address of the module instance that the call makes.
        module: Arc<str>,
    },
    /// The declaration of a variable of this name that has a value from somewhere else.
    Variable(Arc<str>),
    /// The value of a variable of this name in a variable file or an option.
    Tfvars(Arc<str>),
    /// The declaration of a variable whose value comes from outside of all files.
    Outside {
        /// The variable's name.
        variable: Arc<str>,
        /// The option or environment variable.
        from: Arc<str>,
    },
    /// The default of a variable of this name.
    Default(Arc<str>),
    /// The declaration of a variable of this name that has no value.
    Unset(Arc<str>),
    /// A literal that is an entry of an object.
    Element,
    /// A literal that the condition of a conditional chooses.
    Chosen,
    /// Where the provenance goes on beyond the limit of steps, which is given.
    Further(usize),
}

impl StepKind {
    /// Whether a value is written there, and not only declared or cut off.
    fn is_value(&self) -> bool {
        use StepKind::{Further, Outside, Unset, Variable};
        !matches!(self, Variable(_) | Outside { .. } | Unset(_) | Further(_))
    }
}

/// The place of the literal where a trace ends: the last step with a value, or the smallest part of it in the trace; never a
/// condition. `None` where the value comes from outside of the files, or from beyond the limit of steps.
pub fn origin(trace: &[Step]) -> Option<&Step> {
    let steps = || trace.iter().filter(|step| !step.is_condition);
    if matches!(steps().next_back()?.kind, StepKind::Further(_)) {
        return None;
    }
    let values = || steps().filter(|step| step.kind.is_value());
    let whole = values().next_back()?.span;
    let within = |s: &&Step| s.span.file == whole.file && whole.start <= s.span.start && s.span.end <= whole.end;
    values().filter(within).min_by_key(|step| step.span.end - step.span.start)
}
