//! The sentences that users read about values: where they come from, and why they are not known.

use crate::cty::value::{ReasonKind, Reasons};
use crate::resolve::provenance::StepKind;
use std::fmt;

/// What a place on the way of a value has to do with it.
pub fn step(kind: &StepKind) -> String {
    match kind {
        StepKind::Local(name) => format!("local.{name} is set here"),
        StepKind::Output { call, name } => format!("module.{call}'s output {name} is set here"),
        StepKind::Argument { module } => format!("given to {module} here"),
        StepKind::Variable(name) => format!("through var.{name}"),
        StepKind::Tfvars(name) => format!("var.{name} is set here"),
        StepKind::Outside { variable, from } => format!("var.{variable} is set by {from}"),
        StepKind::Default(name) => format!("the default of var.{name}"),
        StepKind::Unset(name) => format!("var.{name} has no default and no value"),
        StepKind::Element => "the value is given here".into(),
        StepKind::Chosen => "the condition chooses this value".into(),
        StepKind::Further(shown) => format!("the value comes from further away; only {shown} steps are shown"),
    }
}

/// What is said of inputs that nothing sets, of one and of several.
const INPUTS: [(&str, &str); 2] = [
    ("has no default and no value", "have no default and no value"),
    ("is set by the callers of this module", "are set by the callers of this module"),
];

/// The input that a reason says is not set, and what it says of it.
pub fn input(reason: &str) -> Option<(&str, &'static str)> {
    let (name, what) = reason.split_once(' ').filter(|(name, _)| name.starts_with("var."))?;
    INPUTS.iter().find(|(one, _)| *one == what).map(|(one, _)| (name, *one))
}

/// The same of several inputs in one sentence.
pub fn inputs(names: &[String], what: &str) -> String {
    match names {
        [] => String::new(),
        [only] => format!("{only} {what}"),
        [first @ .., last] => {
            let what = INPUTS.iter().find(|(one, _)| *one == what).map_or(what, |(_, several)| several);
            format!("{} and {last} {what}", first.join(", "))
        }
    }
}

impl Reasons {
    /// The reasons as words: `var.size has no default and no value`. Inputs of which the same is said are named together.
    pub fn because(&self) -> String {
        let mut all: Vec<String> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        let mut reasons = self.iter().map(|r| r.kind.to_string()).peekable();
        while let Some(reason) = reasons.next() {
            let Some((name, what)) = input(&reason) else {
                all.push(reason);
                continue;
            };
            names.push(name.into());
            if reasons.peek().and_then(|next| input(next)).map(|(_, next)| next) != Some(what) {
                all.push(inputs(&std::mem::take(&mut names), what));
            }
        }
        all.extend(self.is_cut().then(|| "and others".into()));
        if all.is_empty() { "it is not known before apply".into() } else { all.join("; ") }
    }
}

impl fmt::Display for ReasonKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReasonKind::Variable(name) => write!(f, "var.{name} has no default and no value"),
            ReasonKind::Default(name) => write!(f, "var.{name} is set by the callers of this module"),
            ReasonKind::Computed(address, attribute) if attribute.is_empty() => {
                write!(f, "{address} is known only after apply")
            }
            ReasonKind::Computed(address, attribute) => write!(f, "{address}.{attribute} is known only after apply"),
            ReasonKind::DataSource(address) => write!(f, "{address} is read from the cloud"),
            ReasonKind::MissingModule(address, source) => write!(f, "{address} ({source}) is not on disk"),
            ReasonKind::Provider(name, argument) => {
                write!(f, "neither the provider {name} nor its environment variables set a {argument}")
            }
            ReasonKind::Impure(what) | ReasonKind::Untold(what) => write!(f, "{what} is not known before apply"),
            ReasonKind::File(message) => write!(f, "{message} (it may exist when Terraform runs)"),
            ReasonKind::Error(message) | ReasonKind::Budget(message) => f.write_str(message),
            ReasonKind::Unsupported(what) => write!(f, "kfplint does not evaluate {what}"),
            ReasonKind::NotGiven(what, _) => write!(f, "{what} is not given"),
            ReasonKind::Elsewhere(_, what) => write!(f, "nothing here says {what}"),
        }
    }
}
