//! The input of a module that is not on disk from which an argument of its resources comes, as its stand-in says.

use super::scopes::PlanScope;
use crate::address::ResourceAddr;
use crate::base::source::Span;
use crate::resolve::provenance::{Step, StepKind};
use crate::resolve::{Follower, PathPart, follow};
use crate::syntax::ast::{Expr, ExprKind};
use std::sync::Arc;

/// An input of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleInput {
    /// Its name.
    pub variable: Arc<str>,
    /// The key that is taken from it, or from an element of it.
    pub key: Option<Arc<str>>,
    /// The user's object from which the key is taken, as it is written.
    pub object: Option<Span>,
}

/// The first input that an expression of a stand-in uses.
pub fn of(scope: PlanScope, expr: &Expr) -> Option<ModuleInput> {
    let mut finder = InputFinder::default();
    follow(&scope, expr, &mut finder);
    Some(ModuleInput { variable: finder.variable?, key: finder.key, object: finder.object })
}

#[derive(Default)]
struct InputFinder {
    variable: Option<Arc<str>>,
    key: Option<Arc<str>>,
    object: Option<Span>,
}

impl<'s> Follower<PlanScope<'s>> for InputFinder {
    fn every_way(&self) -> bool {
        false
    }

    fn enter(&mut self, _: &PlanScope<'s>, expr: &Expr) -> bool {
        if self.variable.is_some() {
            let is_object = matches!(expr.kind, ExprKind::Object(_)) && !expr.span.is_fact();
            self.object = self.object.or(Some(expr.span).filter(|_| is_object));
            return self.object.is_none();
        }
        let key = match &expr.kind {
            ExprKind::Call(call) if &*call.name.name == "lookup" => {
                call.args.get(1).and_then(Expr::as_str).map(Arc::from)
            }
            // `each.value.key`, `var.input.key`
            ExprKind::GetAttr(object, name) if matches!(object.kind, ExprKind::GetAttr(..)) => Some(name.name.clone()),
            _ => None,
        };
        self.key = key.or(self.key.take());
        true
    }

    fn step(&mut self, step: Step) -> bool {
        if let (StepKind::Variable(name) | StepKind::Default(name) | StepKind::Unset(name), None) =
            (&step.kind, &self.variable)
            && step.span.is_fact()
            && !step.is_condition
        {
            self.variable = Some(name.clone());
        }
        self.object.is_none()
    }

    fn resource(&mut self, _: &PlanScope<'s>, _: ResourceAddr, _: &[PathPart]) {}
}
