//! What triggers an action, and which.

use super::super::report::{EVALUATION_ERROR, INVALID_ARGUMENT};
use super::table::EVENTS;
use super::values::report;
use crate::base::suggest::suggest;
use crate::diagnostic::Finding;
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::visit;

/// The word of an event: a keyword, in JSON a text.
fn word(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Variable(word) | ExprKind::String(word) => Some(word),
        _ => None,
    }
}

/// The events of an `action_trigger` that came later than the others.
pub fn on_destroy(expr: &Expr) -> Option<&Expr> {
    let ExprKind::Tuple(items) = &expr.kind else { return None };
    items.iter().find(|item| word(item).is_some_and(|word| EVENTS[4..].contains(&word)))
}

/// Checks a list of events.
pub fn events(expr: &Expr, findings: &mut Vec<Finding>) {
    let ExprKind::Tuple(items) = &expr.kind else {
        if !matches!(expr.kind, ExprKind::Error) {
            let message = "`events` must be a list that is written out".to_string();
            report(findings, EVALUATION_ERROR, expr.span, message, "write events = [after_create]");
        }
        return;
    };
    if items.is_empty() {
        let message = "an `action_trigger` needs at least one event".to_string();
        report(findings, INVALID_ARGUMENT, expr.span, message, "write events = [after_create]");
    }
    for (at, item) in items.iter().enumerate().filter(|(_, item)| !matches!(item.kind, ExprKind::Error)) {
        match word(item) {
            Some(event) if !EVENTS.contains(&event) => {
                let near = suggest(event, EVENTS).map(|near| format!("did you mean `{near}`?"));
                let help = near.unwrap_or_else(|| format!("write one of {}", EVENTS.join(", ")));
                report(findings, INVALID_ARGUMENT, item.span, format!("there is no event `{event}`"), &help);
            }
            Some(event) if items[..at].iter().any(|before| word(before) == Some(event)) => {
                let message = format!("the event `{event}` stands here twice");
                report(findings, INVALID_ARGUMENT, item.span, message, "remove one of them");
            }
            Some(_) => {}
            None => {
                let message = "an event must be a word that is written out".to_string();
                report(findings, EVALUATION_ERROR, item.span, message, &format!("write one of {}", EVENTS.join(", ")));
            }
        }
    }
}

/// Checks an element of `actions`: it names one action.
pub fn reference(_: &str, expr: &Expr, findings: &mut Vec<Finding>) {
    if matches!(expr.kind, ExprKind::String(_) | ExprKind::Error) {
        return;
    }
    let mut named = 0;
    visit::expr(expr, &mut |e| {
        let ExprKind::GetAttr(object, _) = &e.kind else { return };
        let ExprKind::GetAttr(root, _) = &object.kind else { return };
        named += usize::from(matches!(&root.kind, ExprKind::Variable(root) if &**root == "action"));
    });
    if named != 1 {
        let message = "an element of `actions` must name one action of this module".to_string();
        report(findings, EVALUATION_ERROR, expr.span, message, "write its address, such as action.local_command.tell");
    }
}
