//! The way back from an expression to the inputs that decide it: module arguments, variables, locals, tfvars lines.

use super::scopes::PlanScope;
use crate::address::ResourceAddr;
use crate::diagnostic::Label;
use crate::resolve::provenance::{Step, StepKind};
use crate::resolve::{Follower, Part, follow};
use crate::syntax::ast::Expr;

/// The most steps that are followed: more would not help a reader.
const MOST: usize = 12;

/// The steps that lead to an expression's value, nearest first.
pub fn of(scope: PlanScope, expr: &Expr) -> Vec<Step> {
    let mut trace = Trace { steps: Vec::new() };
    follow(&scope, expr, &mut trace);
    trace.steps
}

struct Trace {
    steps: Vec<Step>,
}

impl<'s> Follower<PlanScope<'s>> for Trace {
    fn every_way(&self) -> bool {
        false
    }

    fn step(&mut self, step: Step) -> bool {
        if step.span.is_fact() {
            return true;
        }
        let lone = step.kind == StepKind::Element && self.steps.is_empty();
        if lone || self.steps.len() >= MOST || self.steps.iter().any(|s| s.span == step.span) {
            return false;
        }
        self.steps.push(step);
        true
    }

    fn resource(&mut self, _: &PlanScope<'s>, _: ResourceAddr, _: &[Part]) {}
}

/// Steps as places with the words that users read.
pub fn labels(steps: Vec<Step>) -> Vec<Label> {
    steps.into_iter().map(|step| Label { span: step.span, message: message(&step.kind) }).collect()
}

fn message(step: &StepKind) -> String {
    match step {
        StepKind::Local(name) => format!("local.{name} is set here"),
        StepKind::Output { call, name } => format!("module.{call}'s output {name} is set here"),
        StepKind::Argument { module } => format!("given to {module} here"),
        StepKind::Variable(name) => format!("through var.{name}"),
        StepKind::Tfvars(name) => format!("var.{name} is set here"),
        StepKind::Outside { variable, from } => format!("var.{variable} is set by {from}"),
        StepKind::Default(name) => format!("the default of var.{name}"),
        StepKind::Unset(name) => format!("var.{name} has no default and no value"),
        StepKind::Element => "the value is given here".into(),
    }
}
