//! The text of an argument that may install something: all that it may be, where it is one of several.

use super::sign::InstallSign;
use crate::cty::value::{Data, OpenText, ReasonKind, Reasons, Value};
use crate::graph::view::View;
use crate::plan::ConfigAttribute;
use crate::syntax::ast::{Expr, ExprKind, TemplatePart};

/// The most texts that an argument is taken to be.
const MOST: usize = 16;

/// The texts that an argument may be.
#[derive(Debug)]
pub struct ArgumentText {
    /// Each of them.
    pub texts: Vec<OpenText>,
    /// Why it is not known which.
    reasons: Reasons,
}

impl ArgumentText {
    /// Of an argument as it is written.
    pub fn of(attribute: &ConfigAttribute) -> ArgumentText {
        let value = &attribute.value;
        let texts = of_value(value).unwrap_or_else(|| {
            let mut arms = Vec::new();
            attribute.origin.iter().for_each(|origin| of_arms(&origin.expr, &mut arms));
            arms
        });
        ArgumentText { texts, reasons: value.collect_reasons() }
    }

    /// Of an argument, written or only recorded.
    pub fn in_view(view: &View, name: &str) -> Option<ArgumentText> {
        match view.written(name) {
            Some(written) => Some(ArgumentText::of(written)),
            None => ArgumentText::of_value(&view.value(name)?),
        }
    }

    /// Of a value; `None` where nothing of it is known.
    pub fn of_value(value: &Value) -> Option<ArgumentText> {
        Some(ArgumentText { texts: of_value(value)?, reasons: value.collect_reasons() })
    }

    /// The sign that any of the texts gives, and why it is not known whether it is that text.
    pub fn sign(&self, read: impl Fn(&OpenText) -> Option<InstallSign>) -> Option<(InstallSign, Option<Reasons>)> {
        let signs: Vec<Option<InstallSign>> = self.texts.iter().map(read).collect();
        let is_sure = signs.iter().all(Option::is_some);
        Some((signs.into_iter().flatten().next()?, (!is_sure).then(|| self.reasons.clone())))
    }
}

/// The texts that a value may be; `None` where nothing of it is known.
fn of_value(value: &Value) -> Option<Vec<OpenText>> {
    if let Some(open) = OpenText::of(value) {
        return Some(filled(open));
    }
    if let Some(all) = one_of(value) {
        return Some(all.iter().filter_map(OpenText::of).collect());
    }
    // The lines of a script, each of which may be one of several.
    let elements = value.elements()?;
    let known: Vec<String> = elements.iter().filter_map(OpenText::of).map(|open| open.text).collect();
    let lines = |more: Option<&str>| {
        let all: Vec<&str> = known.iter().map(String::as_str).chain(more).collect();
        OpenText::of(&Value::string(all.join("\n")))
    };
    let more = elements.iter().filter_map(one_of).flatten().filter_map(Value::as_str).take(MOST);
    Some([None].into_iter().chain(more.map(Some)).filter_map(lines).collect())
}

/// A text for each value that its first part which is one of several may have.
fn filled(open: OpenText) -> Vec<OpenText> {
    let texts = open.holes().find_map(|(letter, hole)| {
        let all: Option<Vec<&str>> = one_of(hole)?.iter().take(MOST).map(Value::as_str).collect();
        Some(all?.into_iter().map(|text| open.with(letter, text)).collect())
    });
    texts.unwrap_or_else(|| vec![open])
}

fn one_of(value: &Value) -> Option<&[Value]> {
    match &value.data {
        Data::Unknown(unknown) => unknown.refinement.one_of.as_ref().map(|all| all.as_slice()),
        _ => None,
    }
}

/// The literal parts of an expression of whose value nothing is known, those of each arm of a conditional by themselves.
fn of_arms(expr: &Expr, arms: &mut Vec<OpenText>) {
    match &expr.kind {
        ExprKind::Paren(inner) | ExprKind::Wrap(inner) => of_arms(inner, arms),
        ExprKind::Conditional(choice) => {
            of_arms(&choice.yes, arms);
            of_arms(&choice.no, arms);
        }
        _ if arms.len() < MOST => {
            let mut text = String::new();
            literals(expr, &mut text);
            arms.extend(OpenText::of(&Value::string(text)));
        }
        _ => {}
    }
}

fn literals(expr: &Expr, text: &mut String) {
    match &expr.kind {
        ExprKind::String(s) => text.push_str(s),
        ExprKind::Template(parts) => parts.iter().for_each(|part| match part {
            TemplatePart::Text(s) => text.push_str(s),
            TemplatePart::Interpolation(e) => literals(e, text),
            _ => {}
        }),
        ExprKind::Paren(e) | ExprKind::Wrap(e) => literals(e, text),
        ExprKind::Call(call) => call.args.iter().for_each(|a| literals(a, text)),
        ExprKind::Tuple(items) => items.iter().for_each(|a| literals(a, text)),
        _ => {}
    }
}

/// Why nothing of a value is known, where inputs of the root module alone decide it.
pub fn by_input(value: &Value) -> Option<&Reasons> {
    let reasons = value.reasons()?;
    let is_input = |kind: &ReasonKind| matches!(kind, ReasonKind::Variable(_));
    let tells = value.draft().is_some() || one_of(value).is_some();
    (!tells && !reasons.is_empty() && reasons.all(is_input)).then_some(reasons)
}

/// Why a value is not known, where that is an error of the configuration.
pub fn by_error(value: &Value) -> Option<&Reasons> {
    let reasons = value.reasons()?;
    reasons.has(|kind| matches!(kind, ReasonKind::Error(_))).then_some(reasons)
}
