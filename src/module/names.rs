//! References that cannot be right whatever the values are: checked once for each module folder.

use crate::address::{Mode, Reference, ReferenceRoot, ResourceAddr, Subject, TraversalStep};
use crate::catalog::language::Feature;
use crate::cty::functions;
use crate::module::ModuleConfig;
use crate::module::error::EvalError;
use crate::module::language::UsedFeature;
use crate::module::report::{EVALUATION_ERROR, UNDECLARED_REFERENCE};
use crate::module::undeclared::{self, PATHS, TERRAFORM};
use crate::resolve::written::{self, ReferenceVisitor};
use crate::syntax::ast::{Attribute, Call, ExprKind};

/// Arguments whose expressions are not references to values: provider and dependency addresses, keywords.
const NOT_VALUES: [&str; 7] =
    ["provider", "providers", "depends_on", "ignore_changes", "replace_triggered_by", "when", "on_failure"];

/// Reports every undeclared reference and unknown function in a module.
pub fn check(config: &ModuleConfig, report: &dyn Fn(&EvalError)) {
    let mut checker = NameChecker { config, report, newer: Vec::new() };
    let validations = config.variables.values().flat_map(|variable| variable.block.body.blocks("validation"));
    validations.for_each(|validation| written::in_body(&validation.body, &mut checker));
    config.locals.values().for_each(|local| written::in_expr(&local.expr, &mut checker));
    let checks = config.checks.iter().filter(|c| c.body.blocks("data").next().is_none());
    config.outputs.values().for_each(|output| written::in_output(&output.body, &mut checker));
    let blocks = config.resources.values().chain(config.calls.values()).chain(config.actions.values());
    for block in blocks.map(|block| &**block).chain(checks).chain(&config.providers) {
        written::in_body(&block.body, &mut checker);
    }
    let outputs = config.outputs.values().map(|b| &b.body);
    let calls = config.calls.values().map(|b| &b.body);
    for body in config.resources.values().map(|b| &b.body).chain(outputs).chain(calls) {
        checker.listed(body.attribute("depends_on"));
        for lifecycle in body.blocks("lifecycle") {
            checker.listed(lifecycle.body.attribute("replace_triggered_by"));
        }
    }
    let _ = config.calls_newer.set(checker.newer);
}

/// Whether a reference is to an action: no provider has resources of this type.
fn is_action(address: &ResourceAddr) -> bool {
    address.mode == Mode::Managed && &*address.type_name == "action"
}

struct NameChecker<'c> {
    config: &'c ModuleConfig,
    report: &'c dyn Fn(&EvalError),
    /// Functions that not all versions have.
    newer: Vec<UsedFeature>,
}

impl ReferenceVisitor for NameChecker<'_> {
    fn skips(&self, argument: &str) -> bool {
        NOT_VALUES.contains(&argument)
    }

    fn reference(&mut self, reference: &Reference) {
        if let Some(error) = self.undeclared(reference) {
            (self.report)(&error);
        }
    }

    fn call(&mut self, call: &Call, perhaps: bool) {
        let feature = Feature::of_function(&call.name.name);
        self.newer.extend(feature.map(|feature| UsedFeature { feature, span: call.name.span }));
        let name = call.name.name.strip_prefix("core::").unwrap_or(&call.name.name);
        if let Some(provider) = name.strip_prefix("provider::").and_then(|rest| rest.split("::").next()) {
            let open = self.config.is_partial() || self.config.facts.is_some();
            if provider != "terraform" && !open && !self.config.required.contains_key(provider) {
                let message = format!("there is no provider `{provider}` in the required_providers of this module");
                let help = format!("add it there: {provider} = {{ source = \"…/{provider}\" }}");
                (self.report)(&EvalError::new(call.name.span, message).help(help));
            }
            return;
        }
        if name == "type" {
            let message = "the function `type` is there in `terraform console` alone";
            let help = "remove it; `can(…)` tells whether a value fits";
            return (self.report)(&EvalError::new(call.name.span, message).help(help));
        }
        let known = matches!(name, "try" | "can" | "convert") || functions::exists(name);
        // Where evaluation may never come, a function that does not exist is an error only if it does come.
        if known || perhaps {
            return;
        }
        let mut e = EvalError::undeclared(call.name.span, "function", name, functions::names());
        e.rule = EVALUATION_ERROR;
        (self.report)(&e);
    }
}

impl NameChecker<'_> {
    /// The objects in a list of references must be declared.
    fn listed(&self, list: Option<&Attribute>) {
        let Some(ExprKind::Tuple(items)) = list.map(|list| &list.expr.kind) else { return };
        for item in items {
            let Some(reference) = Reference::of(item, |_| false) else { continue };
            if !matches!(reference.subject, Subject::Path(_) | Subject::Terraform(_) | Subject::Name(_)) {
                self.undeclared(&reference).iter().for_each(|error| (self.report)(error));
            }
        }
    }

    /// The error of a reference to what is not declared.
    fn undeclared(&self, Reference { subject, rest, at }: &Reference) -> Option<Box<EvalError>> {
        let config = self.config;
        let may_be_elsewhere = config.is_partial();
        let unless = |declared: bool, error: &dyn Fn() -> Box<EvalError>| (!declared).then(error);
        match subject {
            Subject::Path(ident) => unless(PATHS.contains(&&*ident.name), &|| undeclared::path(ident)),
            Subject::Terraform(ident) => unless(TERRAFORM.contains(&&*ident.name), &|| undeclared::terraform(ident)),
            // A type without a name: evaluation says what is missing.
            Subject::Name(root)
                if matches!(ReferenceRoot::of(root), ReferenceRoot::Mode(_))
                    && matches!(rest.first(), Some(TraversalStep::Attribute(_))) =>
            {
                None
            }
            Subject::Name(root) => {
                let mut e = undeclared::root(root, *at);
                e.rule = UNDECLARED_REFERENCE;
                Some(e)
            }
            _ if may_be_elsewhere => None,
            Subject::Variable(ident) => unless(config.variables.contains_key(&ident.name), &|| {
                config.undeclared_variable(&ident.name, ident.span)
            }),
            Subject::Local(ident) => {
                unless(config.locals.contains_key(&ident.name), &|| config.undeclared_local(&ident.name, ident.span))
            }
            Subject::Call(ident) => {
                unless(config.calls.contains_key(&ident.name), &|| config.undeclared_call(&ident.name, *at))
            }
            Subject::Resource(address) if is_action(address) => {
                let Some(TraversalStep::Attribute(name)) = rest.first() else { return None };
                let action = format!("{}.{}", address.name, name.name);
                unless(config.actions.contains_key(&*action), &|| {
                    EvalError::undeclared(at.to(name.span), "action", &action, config.actions.keys().map(|k| &**k))
                })
            }
            Subject::Resource(address) => {
                unless(config.resources.contains_key(address), &|| config.undeclared_resource(address, *at))
            }
        }
    }
}
