//! `precondition`, `postcondition` and `check` blocks: one that is known not to hold stops `terraform plan` (the first
//! two) or warns (`check`).

use crate::base::source::Span;
use crate::cty::value::{Type, Value, convert};
use crate::diagnostic::Level;
use crate::eval::expr::eval;
use crate::eval::instance::Instance;
use crate::eval::scope::Scope;
use crate::module::error::{EvalError, EvalResult};
use crate::syntax::ast::{Block, Body};
use std::rc::Rc;

/// Checks the conditions of one kind in a `lifecycle` or `output` body.
pub fn check(instance: &Rc<Instance>, scope: &Scope, body: &Body, kind: &str) {
    for block in body.blocks(kind) {
        if let Some(error) = failed(instance, scope, block, &format!("this {kind} does not hold")) {
            instance.world.report_error(&error);
        }
    }
}

/// Checks the assertions of a module's `check` blocks.
pub fn check_blocks(instance: &Rc<Instance>) {
    let asserts = instance.config.checks.iter().flat_map(|check| check.body.blocks("assert").map(move |a| (check, a)));
    for (check, assert) in asserts {
        // A data source in the block is read from the cloud; names of it are not known outside of the block.
        if check.body.blocks("data").next().is_some() {
            continue;
        }
        let what = format!("the check `{}` does not hold", check.label(0));
        if let Some(error) = failed(instance, &instance.scope(), assert, &what) {
            let mut finding = error.finding();
            finding.level = Level::Warning;
            instance.world.report(finding);
        }
    }
}

/// The error of a condition that is known to be false.
fn failed(instance: &Rc<Instance>, scope: &Scope, block: &Block, what: &str) -> Option<Box<EvalError>> {
    let condition = block.body.attribute("condition")?;
    let value = instance.attempt(scope, &condition.expr);
    match truth(&value, condition.expr.span) {
        Ok(Some(false)) => {}
        Ok(_) => return None,
        Err(e) => return Some(e),
    }
    Some(EvalError::new(condition.expr.span, format!("{what}: {}", error_message(scope, block))))
}

/// Whether a condition holds; `None` where that is not known.
///
/// # Errors
/// It is null, or neither true nor false.
pub fn truth(value: &Value, at: Span) -> EvalResult<Option<bool>> {
    if value.is_null() {
        let help = "write a condition that is true or false, such as x == null ? true : x > 0";
        return Err(EvalError::new(at, "a condition must be true or false, and this one is null").help(help));
    }
    let wrong = "a condition must be true or false";
    let fits = convert(value, &Type::Bool)
        .map_err(|e| EvalError::new(at, if value.is_hidden() { wrong.into() } else { format!("{wrong}: {e}") }))?;
    Ok(fits.as_bool())
}

/// What a block says of its condition that does not hold; not where that derives from what must not be shown.
pub fn error_message(scope: &Scope, block: &Block) -> String {
    let message = block.body.attribute("error_message").and_then(|m| eval(scope, &m.expr).ok());
    match message {
        Some(message) if message.is_hidden() => {
            "the error message derives from a sensitive value, so it is not shown".into()
        }
        Some(message) => message.as_str().unwrap_or(DEFAULT).trim().to_string(),
        None => DEFAULT.into(),
    }
}

/// Where a block says nothing that is known.
const DEFAULT: &str = "its condition is false";
