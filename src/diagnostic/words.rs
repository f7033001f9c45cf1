//! The sentences that users read about where values come from.

use crate::resolve::provenance::StepKind;

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
