//! `source` and `version` of a module call, which Terraform needs before it evaluates anything: they depend on variables,
//! local values and paths alone.

use crate::address::{Reference, Subject};
use crate::base::source::Span;
use crate::cty::value::{Data, Marks, Reasons};
use crate::eval::expr::eval;
use crate::eval::instance::Instance;
use crate::module::error::{EvalError, EvalResult};
use crate::module::is_set;
use crate::resolve::written::{self, ReferenceVisitor};
use crate::syntax::ast::{Block, Expr};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// An argument that is known before anything is evaluated.
#[derive(Clone, Debug)]
pub enum StaticText {
    /// It is not written, or null.
    Absent,
    /// Its text.
    Known(Arc<str>),
    /// It hangs on variables whose values are not known, or is wrong, which is reported.
    Unknown(Reasons),
}

impl StaticText {
    /// The text, where there is one.
    pub fn text(&self) -> Option<&Arc<str>> {
        match self {
            StaticText::Known(text) => Some(text),
            StaticText::Absent | StaticText::Unknown(_) => None,
        }
    }

    /// The argument `name` of a module call.
    pub fn of(instance: &Rc<Instance>, block: &Block, name: &str) -> StaticText {
        let Some(attribute) = block.body.attribute(name) else { return StaticText::Absent };
        let expr = &attribute.expr;
        match expr.as_str() {
            Some(text) => StaticText::Known(text.into()),
            None => evaluate(instance, name, expr).unwrap_or_else(|e| {
                instance.world.report_error(&e);
                StaticText::Unknown(e.poison().reasons().cloned().unwrap_or_default())
            }),
        }
    }
}

fn evaluate(instance: &Rc<Instance>, name: &str, expr: &Expr) -> EvalResult<StaticText> {
    let mut names = StaticNames { instance, seen: BTreeSet::new(), is_plain: false, dynamic: None };
    written::in_expr(expr, &mut names);
    if let Some(what) = names.dynamic {
        let message = format!("`{name}` of a module must be known before anything is planned, and {what} is not");
        let help = "build it from variables, local values and paths";
        return Err(EvalError::new(expr.span, message).help(help));
    }
    let kind = if names.is_plain { "plain value" } else { "expression" };
    instance.uses("module", &format!("{name} by {kind}"), expr.span);
    let value = eval(&instance.scope(), expr)?;
    let refuse = |why: &str| Err(EvalError::new(expr.span, format!("`{name}` of a module {why}")));
    if value.marks.is_sensitive() || value.marks.contains(Marks::EPHEMERAL) {
        return refuse("must be neither sensitive nor ephemeral");
    }
    match &value.data {
        Data::String(text) => Ok(StaticText::Known(text.clone())),
        Data::Null(_) if name == "version" => Ok(StaticText::Absent),
        Data::Null(_) => refuse("must not be null"),
        Data::Unknown(unknown) => Ok(StaticText::Unknown(unknown.reasons.clone())),
        _ => refuse("must be a text"),
    }
}

/// What an expression refers to, through local values.
struct StaticNames<'i> {
    instance: &'i Instance,
    /// Local values that were looked into.
    seen: BTreeSet<Arc<str>>,
    /// Something is among it that Terraform does not take here, and OpenTofu does.
    is_plain: bool,
    /// Something that neither takes here.
    dynamic: Option<String>,
}

impl ReferenceVisitor for StaticNames<'_> {
    fn skips(&self, _: &str) -> bool {
        false
    }

    fn reference(&mut self, reference: &Reference) {
        let config = &self.instance.config;
        match &reference.subject {
            Subject::Variable(name) => {
                let variable = config.variables.get(&name.name);
                self.is_plain |= variable.is_some_and(|variable| !is_set(&variable.block.body, "const"));
            }
            Subject::Local(name) => {
                let local = config.locals.get(&name.name).filter(|_| self.seen.insert(name.name.clone()));
                local.into_iter().for_each(|local| written::in_expr(&local.expr, self));
            }
            Subject::Path(_) => {}
            Subject::Terraform(_) => self.is_plain = true,
            subject @ (Subject::Call(_) | Subject::Resource(_) | Subject::Name(_)) => {
                self.dynamic.get_or_insert_with(|| format!("`{subject}`"));
            }
        }
    }
}

/// Where an argument of a module call stands.
pub fn place(block: &Block, name: &str) -> Span {
    block.body.attribute(name).map_or(block.header, |a| a.expr.span)
}
