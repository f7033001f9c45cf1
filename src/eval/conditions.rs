//! `precondition`, `postcondition` and `check` blocks: one that is known not to hold stops `terraform plan` (the first
//! two) or warns (`check`).

use crate::cty::value::{Type, convert};
use crate::diagnostic::Level;
use crate::eval::expr::eval;
use crate::eval::instance::Instance;
use crate::eval::scope::Scope;
use crate::module::error::EvalError;
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
    if convert(&value, &Type::Bool).ok().and_then(|v| v.as_bool()) != Some(false) {
        return None;
    }
    Some(EvalError::new(condition.expr.span, format!("{what}: {}", error_message(scope, block))))
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
