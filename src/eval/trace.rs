//! The way back from an expression to the inputs that decide it: module arguments, variables, locals, tfvars lines.

use crate::address::ResourceAddr;
use crate::base::source::Span;
use crate::diagnostic::Label;
use crate::eval::plan::Origin;
use crate::eval::scope::Scope;
use crate::resolve::{Follower, Hop, Part, follow};

/// The most steps that are followed: more would not help a reader.
const MOST: usize = 12;

/// See [`Origin::trace`].
pub fn trace(origin: &Origin) -> Vec<Label> {
    let mut trace = Trace { labels: Vec::new() };
    follow(&origin.scope, &origin.expr, &mut trace);
    trace.labels
}

struct Trace {
    labels: Vec<Label>,
}

impl Follower<Scope> for Trace {
    fn every_way(&self) -> bool {
        false
    }

    fn hop(&mut self, hop: Hop, span: Span) -> bool {
        if span.is_fact() {
            return true;
        }
        let lone = matches!(hop, Hop::Entry) && self.labels.is_empty();
        if lone || self.labels.len() >= MOST || self.labels.iter().any(|l| l.span == span) {
            return false;
        }
        self.labels.push(Label { span, message: message(hop) });
        true
    }

    fn resource(&mut self, _: &Scope, _: ResourceAddr, _: &[Part]) {}
}

fn message(hop: Hop) -> String {
    match hop {
        Hop::Local(name) => format!("local.{name} is set here"),
        Hop::Output(call, name) => format!("module.{call}'s output {name} is set here"),
        Hop::Argument(module) => format!("given to {module} here"),
        Hop::Through(name) => format!("through var.{name}"),
        Hop::Input(name) => format!("var.{name} is set here"),
        Hop::Outside(name, from) => format!("var.{name} is set by {from}"),
        Hop::Default(name) => format!("the default of var.{name}"),
        Hop::Unset(name) => format!("var.{name} has no default and no value"),
        Hop::Entry => "the value is given here".into(),
    }
}
