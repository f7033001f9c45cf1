//! Provider configurations: aliases that nobody configures, configurations that a call must pass, and modules with
//! configurations of their own under `count`.

use crate::eval::instance::Instance;
use crate::eval::provider::{ProviderReference, reference};
use crate::module::report::{EVALUATION_ERROR, UNDECLARED_REFERENCE, error};
use crate::module::{ModuleConfig, alias_of, is_configuration};
use crate::syntax::ast::{Block, Expr, ExprKind, ObjectKey};
use std::rc::Rc;

/// Checks the provider configurations of all modules of a root, each module once.
pub fn check(modules: &[Rc<Instance>]) {
    for instance in modules.iter().filter(|m| m.config.facts.is_none() && !m.config.is_partial()) {
        if instance.world.library && instance.call.is_none() {
            continue;
        }
        aliases(instance);
        for (name, block) in &instance.config.calls {
            let Ok(state) = instance.call_state(name, block.header) else { continue };
            if let Some((_, child)) = state.instances.first().filter(|(_, child)| child.config.facts.is_none()) {
                passed(instance, name, block, &child.config);
                repeated(instance, name, block, child);
            }
        }
    }
}

/// Whether a module has a configuration of this name and alias, or gets one from its caller.
fn has(config: &ModuleConfig, name: &str, alias: &str) -> bool {
    let own = config.providers.iter().any(|p| p.label(0) == name && alias_of(p) == Some(alias));
    own || config.required.get(name).is_some_and(|r| r.aliases.iter().any(|a| **a == *alias))
}

/// Reports an alias that the module has no configuration for.
fn missing(instance: &Rc<Instance>, expr: &Expr) {
    let Some(ProviderReference { name, alias: Some(alias), .. }) = reference(expr) else { return };
    if has(&instance.config, &name, &alias) {
        return;
    }
    let aliases = instance.config.providers.iter().filter(|p| p.label(0) == &*name).filter_map(alias_of);
    let near = crate::base::suggest::suggest(&alias, aliases);
    let message = format!("there is no provider configuration `{name}.{alias}` in this module");
    let mut finding = error(UNDECLARED_REFERENCE, expr.span, message, "");
    finding.help.push(match near {
        Some(near) => format!("did you mean `{name}.{near}`?"),
        None => format!("declare it: provider \"{name}\" {{ alias = \"{alias}\" }}"),
    });
    instance.world.report(finding);
}

fn aliases(instance: &Rc<Instance>) {
    for block in instance.config.resources.values() {
        if let Some(attribute) = block.body.attribute("provider") {
            missing(instance, &attribute.expr);
        }
    }
    for block in instance.config.calls.values() {
        let Some(attribute) = block.body.attribute("providers") else { continue };
        if let ExprKind::Object(items) = &attribute.expr.kind {
            items.iter().for_each(|item| missing(instance, &item.value));
        }
    }
}

/// A call must pass the aliases that its module asks for.
fn passed(instance: &Rc<Instance>, name: &str, block: &Block, child: &ModuleConfig) {
    let given = block.body.attribute("providers");
    let items = match given.map(|a| &a.expr.kind) {
        Some(ExprKind::Object(items)) => &items[..],
        Some(_) => return,
        None => &[],
    };
    for (provider, required) in &child.required {
        for alias in &required.aliases {
            let passes = |key: &ObjectKey| match key {
                ObjectKey::Expr(key) => {
                    reference(key).is_some_and(|r| r.name == *provider && r.alias.as_ref() == Some(alias))
                }
                ObjectKey::Name(key) => *key.name == *format!("{provider}.{alias}"),
            };
            if !items.iter().any(|item| passes(&item.key)) {
                let at = given.map_or(block.header, |a| a.name.span);
                let message = format!("module.{name} needs the provider configuration `{provider}.{alias}`");
                let mut finding = error(EVALUATION_ERROR, at, message, "");
                finding.help.push(format!("add to the call: providers = {{ {provider}.{alias} = {provider} }}"));
                instance.world.report(finding);
            }
        }
    }
}

/// A module that configures providers itself cannot be repeated.
fn repeated(instance: &Rc<Instance>, name: &str, block: &Block, child: &Rc<Instance>) {
    let Some(attribute) = ["count", "for_each", "depends_on"].iter().find_map(|name| block.body.attribute(name)) else {
        return;
    };
    if let Some(provider) = configured(child, 0) {
        let what = &attribute.name.name;
        let message =
            format!("module.{name} cannot have `{what}`: its module configures the provider {provider} itself");
        let mut finding = error(EVALUATION_ERROR, attribute.name.span, message, "");
        finding.help.push("configure the provider in the root module, and pass it with `providers`".into());
        instance.world.report(finding);
    }
}

/// The first provider that a module, or one that it calls, configures itself.
fn configured(instance: &Rc<Instance>, depth: usize) -> Option<String> {
    if let Some(own) = instance.config.providers.iter().find(|block| is_configuration(block)) {
        return Some(own.label(0).to_string());
    }
    if depth > instance.world.evaluator.options.budget.depth {
        return None;
    }
    instance.config.calls.iter().find_map(|(name, block)| {
        let state = instance.call_state(name, block.header).ok()?;
        let (_, child) = state.instances.first().filter(|(_, child)| child.config.facts.is_none())?;
        configured(child, depth + 1)
    })
}
