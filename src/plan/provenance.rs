//! The way back from an expression to the inputs that decide it: module arguments, variables, locals, tfvars lines.

use super::scopes::PlanScope;
use crate::address::ResourceAddr;
use crate::resolve::provenance::{Step, StepKind};
use crate::resolve::{Follower, PathPart, follow};
use crate::syntax::ast::Expr;

/// The most steps that are shown: more would not help a reader.
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
        if lone || self.steps.len() > MOST || self.steps.iter().any(|s| s.span == step.span) {
            return false;
        }
        let kind = if self.steps.len() < MOST { step.kind } else { StepKind::Further(MOST) };
        self.steps.push(Step { kind, ..step });
        true
    }

    fn resource(&mut self, _: &PlanScope<'s>, _: ResourceAddr, _: &[PathPart]) {}
}
