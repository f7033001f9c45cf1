//! Uses of variables and outputs that a module says are deprecated, as Terraform 1.15 and OpenTofu 1.10 warn of them.

use crate::address::{Reference, Subject, TraversalStep};
use crate::base::source::Span;
use crate::diagnostic::{Finding, Label, Level};
use crate::eval::instance::Instance;
use crate::module::report::{INVALID_ARGUMENT, error};
use crate::resolve::written::{self, ReferenceVisitor};
use crate::syntax::ast::{Block, Body, ExprKind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;
use std::sync::Arc;

/// The called modules by the module that calls, and the call's name.
type CalledModules<'m> = FxHashMap<(*const Instance, Arc<str>), &'m Rc<Instance>>;

/// Warns of each place that sets a deprecated variable of a module, or refers to a deprecated output.
pub fn check(modules: &[Rc<Instance>]) {
    let mut called = CalledModules::default();
    for module in modules.iter().filter(|module| declares_deprecated(module)) {
        if let (Some(parent), Some(site)) = (module.parent(), &module.call) {
            called.entry((Rc::as_ptr(&parent), site.name.clone())).or_insert(module);
        }
    }
    if called.is_empty() {
        return;
    }
    let (mut warned, mut seen) = (FxHashSet::default(), FxHashSet::default());
    for module in modules.iter().filter(|module| module.config.facts.is_none() && !is_ignored(module)) {
        if !seen.insert(Arc::as_ptr(&module.config)) {
            continue;
        }
        for (name, block) in &module.config.calls {
            if let Some(callee) = called.get(&(Rc::as_ptr(module), name.clone())) {
                arguments(module, block, callee, &mut warned);
            }
        }
        let mut checker = OutputChecker { module, called: &called, warned: &mut warned };
        let config = &module.config;
        config.locals.values().for_each(|local| written::in_expr(&local.expr, &mut checker));
        config.outputs.values().for_each(|output| written::in_output(&output.body, &mut checker));
        let blocks = config.resources.values().chain(config.calls.values()).map(|block| &**block);
        for block in blocks.chain(&config.checks).chain(&config.providers) {
            written::in_body(&block.body, &mut checker);
        }
    }
}

/// Whether a module has anything that is deprecated.
fn declares_deprecated(module: &Instance) -> bool {
    let config = &module.config;
    let variables = config.variables.values().map(|variable| &variable.block.body);
    variables.chain(config.outputs.values().map(|output| &output.body)).any(|body| reason(body).is_some())
}

/// Why a variable or an output is deprecated.
fn reason(body: &Body) -> Option<&str> {
    body.attribute("deprecated")?.expr.as_str()
}

/// Whether a call on the way to a module says that what is deprecated in it does not matter.
fn is_ignored(module: &Rc<Instance>) -> bool {
    std::iter::successors(Some(module.clone()), |at| at.parent()).any(|at| {
        let (Some(parent), Some(site)) = (at.parent(), &at.call) else { return false };
        let call = parent.config.calls.get(&site.name);
        let flag = call.and_then(|call| call.body.attribute("ignore_nested_deprecations"));
        flag.is_some_and(|flag| matches!(flag.expr.kind, ExprKind::Bool(true)))
    })
}

fn arguments(module: &Instance, call: &Block, callee: &Instance, warned: &mut FxHashSet<Span>) {
    for argument in &call.body.attributes {
        let Some(variable) = callee.config.variables.get(&argument.name.name) else { continue };
        let Some(why) = reason(&variable.block.body) else { continue };
        let what = format!("the variable `{}` of module.{}", argument.name.name, call.label(0));
        warn(module, argument.name.span, &what, why, variable.header(), warned);
    }
}

fn warn(module: &Instance, at: Span, what: &str, why: &str, declared: Span, warned: &mut FxHashSet<Span>) {
    if !warned.insert(at) {
        return;
    }
    let finding = error(INVALID_ARGUMENT, at, format!("{what} is deprecated: {why}"), "");
    let related = vec![Label { span: declared, message: "it is declared here".into() }];
    let help = vec!["follow what the module says, or remove this".to_string()];
    module.world.report(Finding { level: Level::Warning, related, help, ..finding });
}

struct OutputChecker<'c, 'm> {
    module: &'c Rc<Instance>,
    called: &'c CalledModules<'m>,
    warned: &'c mut FxHashSet<Span>,
}

impl ReferenceVisitor for OutputChecker<'_, '_> {
    fn skips(&self, argument: &str) -> bool {
        ["provider", "providers", "depends_on", "ignore_changes", "when", "on_failure"].contains(&argument)
    }

    fn reference(&mut self, reference: &Reference) {
        let Subject::Call(call) = &reference.subject else { return };
        let Some(callee) = self.called.get(&(Rc::as_ptr(self.module), call.name.clone())) else { return };
        let output = reference.rest.iter().find_map(|step| match step {
            TraversalStep::Attribute(name) => Some(name),
            _ => None,
        });
        let Some(block) = output.and_then(|output| callee.config.outputs.get(&output.name)) else { return };
        if let (Some(output), Some(why)) = (output, reason(&block.body)) {
            let what = format!("the output `{}` of module.{}", output.name, call.name);
            warn(self.module, output.span, &what, why, block.header, self.warned);
        }
    }
}
