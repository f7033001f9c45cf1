//! Why an expression has no value.

use crate::base::budget::Limit;
use crate::base::source::Span;
use crate::cty::value::{ReasonKind, Reasons, Type, Value};
use crate::diagnostic::{Edit, Finding, Fix, Label};
use crate::module::report::{BUDGET_EXCEEDED, EVALUATION_ERROR, UNDECLARED_REFERENCE, error};
use crate::syntax::lexer::is_identifier;
use std::sync::Arc;

/// An error that Terraform would raise at plan time.
#[derive(Clone, Debug)]
pub struct EvalError {
    /// The rule: TF002, TF003, TF005 or TF006.
    pub rule: (&'static str, &'static str),
    /// The offending expression.
    pub span: Span,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: Vec<String>,
    /// What was most likely meant, in the place of the offending text.
    pub meant: Option<String>,
    /// The budget that it would take more than.
    pub limit: Option<Limit>,
    /// Terraform finds it without evaluating: neither `try`, `can` nor the arm of a conditional that is not taken hides it.
    pub fixed: bool,
    /// Evaluation came back to where it was.
    pub cycle: bool,
    /// Further places.
    pub related: Vec<Label>,
}

/// The result of evaluating an expression.
pub type EvalResult<T> = Result<T, Box<EvalError>>;

impl EvalError {
    /// A TF005.
    pub fn new(span: Span, message: impl Into<String>) -> Box<EvalError> {
        Box::new(EvalError {
            rule: EVALUATION_ERROR,
            span,
            message: message.into(),
            help: Vec::new(),
            meant: None,
            limit: None,
            fixed: false,
            cycle: false,
            related: Vec::new(),
        })
    }

    /// A TF006: more than a budget allows.
    pub fn over(limit: Limit, span: Span, message: impl Into<String>) -> Box<EvalError> {
        let mut e = EvalError::new(span, message);
        e.rule = BUDGET_EXCEEDED;
        e.limit = Some(limit);
        e.help(limit.help())
    }

    /// Whether it depends on values, so that `try`, `can` and a branch that is not taken make it as if it had not been.
    /// What Terraform finds without evaluating, and what was not evaluated for want of a budget, stay so.
    pub fn is_dynamic(&self) -> bool {
        !self.fixed && self.limit.is_none()
    }

    /// A TF002: `what` with this name is not declared; `near` are the names that are. One that no reference can have (a
    /// label such as `a#b`) is not suggested.
    pub fn undeclared<'a>(
        span: Span,
        what: &str,
        name: &str,
        near: impl IntoIterator<Item = &'a str>,
    ) -> Box<EvalError> {
        let mut e = EvalError::new(span, format!("there is no {what} `{name}`"));
        e.rule = UNDECLARED_REFERENCE;
        e.fixed = true;
        let near = near.into_iter().filter(|near| near.split('.').all(is_identifier));
        if let Some(near) = crate::base::suggest::suggest(name, near) {
            e.help.push(format!("did you mean `{near}`?"));
            e.meant = Some(near.to_string());
        }
        e
    }

    /// Of what Terraform looks up only while it evaluates, such as an output of a module.
    pub fn evaluated(mut self: Box<Self>) -> Box<Self> {
        self.fixed = false;
        self
    }

    /// The same without what it says of values, which are sensitive; at a place of the caller's, since its own may be in one
    /// of them. What does not depend on values stays as it is.
    pub fn without_values(mut self: Box<Self>, span: Span) -> Box<Self> {
        if self.is_dynamic() {
            self.message = "this fails for a sensitive value".into();
            self.help.clear();
            self.related.clear();
            self.meant = None;
            self.span = span;
        }
        self
    }

    /// With one more line of help.
    pub fn help(mut self: Box<Self>, text: impl Into<String>) -> Box<Self> {
        self.help.push(text.into());
        self
    }

    /// The finding that says so.
    pub fn finding(&self) -> Finding {
        let mut finding = error(self.rule, self.span, self.message.clone(), "");
        finding.help.clone_from(&self.help);
        finding.related.clone_from(&self.related);
        if let Some(meant) = &self.meant {
            let edit = Edit { span: self.span, text: meant.clone() };
            finding.fixes.push(Fix::unsafe_edit(format!("write {meant}"), edit));
        }
        finding
    }

    /// The value that stands for it where evaluation goes on: unknown, because of this error.
    pub fn poison(&self) -> Value {
        match self.limit {
            Some(_) => {
                let kind = ReasonKind::Budget(self.message.as_str().into());
                Value::unknown(Type::Any, Reasons::one(kind, Some(self.span)))
            }
            None => poison(&self.message, Some(self.span)),
        }
    }
}

/// An unknown value whose reason is an error that was reported elsewhere: its message.
pub fn poison(message: &str, span: Option<Span>) -> Value {
    Value::unknown(Type::Any, Reasons::one(ReasonKind::Error(Arc::from(message)), span))
}
