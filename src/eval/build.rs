//! Walks every module instance and gathers the plan.

use crate::address::ResourceAddr;
use crate::base::source::{FileId, Span};
use crate::cty::value::ReasonKind;
use crate::eval::certainty::{self, Certainty};
use crate::eval::instance::{CallState, Instance, merge_reasons};
use crate::eval::provider::ProviderKey;
use crate::eval::{
    arguments, conditions, deprecated, facts, language, outputs, provider_checks, provider_use, refactoring,
    reference_check, refused, variable,
};
use crate::module::{cycles, names};
use crate::plan::scopes::part;
use crate::plan::{
    ConfigAttribute, ConfigBody, InstanceKey, Mode, ModuleInstance, ResolvedReference, Resource, StaticPlan,
};
use crate::syntax::ast::Block;
use std::rc::Rc;

/// What a module call itself reads; everything else is an input variable.
pub const CALL_META: [&str; 8] = [
    "source",
    "version",
    "providers",
    "count",
    "for_each",
    "depends_on",
    "ignore_errors",
    "ignore_nested_deprecations",
];

/// The static plan of a root module instance.
pub fn build(root: &Rc<Instance>, shown: &str) -> StaticPlan {
    let sources = Some(root.world.evaluator.sources.clone());
    let mut plan = StaticPlan { root: shown.to_string(), sources, ..StaticPlan::default() };
    let mut visited = Visited::default();
    visit(root, &mut plan, &mut visited);
    let certainty = check(&visited);
    let nowhere = Span::new(FileId(0), 0, 0);
    for name in root.config.variables.keys() {
        if let Ok(value) = root.variable(name, nowhere) {
            plan.variables.insert(name.clone(), value);
        }
    }
    for name in root.config.outputs.keys() {
        if let Ok(value) = root.output_value(name, nowhere) {
            plan.outputs.insert(name.clone(), value);
        }
    }
    plan.is_reusable = root.world.library;
    if root.world.library {
        let values = root.config.outputs.values().filter_map(|o| o.body.attribute("value"));
        plan.for_callers.extend(values.map(|a| root.scope().origin(&a.expr)));
    }
    plan.resources.sort_by(|a, b| order(a).cmp(&order(b)));
    plan.scopes = Some(root.world.finish());
    outputs::check(root, &plan.outputs, &|reference| {
        let instance = visited.all.iter().find(|instance| *instance.address == *reference.module);
        instance.is_some_and(|instance| reads_schema(instance, &certainty, reference))
    });
    plan.resources.iter_mut().filter(|r| r.span.is_none()).for_each(facts::relocate_config);
    plan.findings = root.world.take_findings();
    plan.findings.extend(refused::check(&plan.resources));
    plan.missing_modules = root.world.missing.take();
    plan.missing_modules.sort_by(|a, b| a.address.cmp(&b.address));
    plan.undecided_blocks = root.world.undecided.take();
    plan.undecided_blocks.sort_by(|a, b| a.0.cmp(&b.0));
    plan
}

/// The module instances of a root.
#[derive(Default)]
struct Visited {
    /// One of each module folder, the root first.
    modules: Vec<Rc<Instance>>,
    /// All of them.
    all: Vec<Rc<Instance>>,
}

/// What Terraform and the providers refuse whatever else is right.
fn check(visited: &Visited) -> Certainty {
    let modules = &visited.modules;
    let certainty = Certainty::of(modules);
    certainty::conflicts(modules);
    arguments::check(modules, &certainty);
    reference_check::check(modules, &certainty);
    deprecated::check(modules);
    provider_use::check(modules);
    refactoring::check(modules);
    provider_checks::check(&visited.all, &certainty);
    if let Some(root) = modules.first() {
        outputs::backends(root);
    }
    language::check(modules);
    certainty
}

/// Whether a reference is to a resource of which the schema is known for the version that `terraform init` chooses.
fn reads_schema(instance: &Rc<Instance>, certainty: &Certainty, reference: &ResolvedReference) -> bool {
    let id = ResourceAddr {
        mode: reference.mode,
        type_name: reference.type_name.as_str().into(),
        name: reference.name.as_str().into(),
    };
    let Some(block) = instance.config.resources.get(&id) else { return false };
    let provider = instance.provider(&ProviderKey::written(&id, block));
    certainty.choice(&instance.config, &provider.name).is_some_and(|choice| choice.certain)
}

fn order(r: &Resource) -> (&str, Mode, &str, &str, &InstanceKey) {
    (&r.module, r.mode, &r.type_name, &r.name, &r.key)
}

/// Evaluates everything in a module instance and the ones below it, so that every error is found. `visited` gets them all.
fn visit(instance: &Rc<Instance>, plan: &mut StaticPlan, visited: &mut Visited) {
    visited.all.push(instance.clone());
    if instance.world.checked.borrow_mut().insert(instance.dir.clone()) {
        let world = &instance.world;
        instance.config.findings.iter().for_each(|f| world.report(f.clone()));
        let known = &instance.config.refers_well;
        if known.get().is_none() && world.is_silent(|| names::check(&instance.config, &|e| world.report_error(e))) {
            let _ = known.set(());
        }
        if cycles::check(instance, &|e| world.report(e.finding())) {
            world.cyclic.set(true);
        }
        visited.modules.push(instance.clone());
        let defaults = || {
            let variables = instance.config.variables.iter();
            variables.for_each(|(name, variable)| variable::check_default(instance, name, variable));
        };
        let known = &instance.config.defaults_fit;
        if known.get().is_none() && world.is_silent(defaults) {
            let _ = known.set(());
        }
    }
    if instance.uncertain.is_none() && instance.config.facts.is_none() && !plan.made.contains(&instance.dir) {
        plan.made.insert(instance.dir.clone());
    }
    let imported = instance.config.moves_of("import").filter_map(|block| block.body.attribute("to"));
    imported.for_each(|to| plan.imported.add(&instance.address, &to.expr));
    plan.left_out = merge_reasons(plan.left_out.as_ref(), instance.config.unread().as_ref());
    let nowhere = Span::new(FileId(0), 0, 0);
    for name in instance.config.variables.keys() {
        let _ = instance.variable(name, nowhere);
    }
    for name in instance.config.locals.keys() {
        let _ = instance.local(name, nowhere);
    }
    for (id, block) in &instance.config.resources {
        let Ok(state) = instance.resource_state(id, block.header) else { continue };
        // The graph looks at parts of values alone.
        let spread = |mut resource: Resource| {
            resource.values = resource.values.spread();
            resource
        };
        plan.resources.extend(state.instances.iter().cloned().map(spread));
        instance.world.scopes.borrow_mut().add_resource(instance.scope_id, id.clone(), state.keys());
    }
    for (name, block) in &instance.config.calls {
        if let Ok(state) = instance.call_state(name, block.header) {
            let instances = state.instances.iter().map(|(key, child)| (part(key), child.scope_id)).collect();
            instance.world.scopes.borrow_mut().add_call(instance.scope_id, name.clone(), instances);
            visit_call(instance, name, block, &state, plan);
            for (_, child) in &state.instances {
                unknown_arguments(block, child);
                visit(child, plan, visited);
            }
        }
    }
    for (name, block) in &instance.config.outputs {
        let _ = instance.output_value(name, nowhere);
        conditions::check(instance, &instance.scope(), &block.body, "precondition");
    }
    conditions::check_blocks(instance);
}

fn visit_call(instance: &Rc<Instance>, name: &str, block: &Block, state: &CallState, plan: &mut StaticPlan) {
    for repetition in &state.repetitions {
        let local = repetition.key.added_to(&format!("module.{name}"));
        plan.modules.push(ModuleInstance {
            address: instance.address_of(&local).into(),
            source: state.source.clone(),
            version: state.version.text().cloned(),
            present: state.missing.is_none(),
            closed: state.missing.clone().filter(|why| why.has(|kind| matches!(kind, ReasonKind::Budget(_)))),
            arguments: instance.world.within(instance.uncertain.is_some() || repetition.uncertain.is_some(), || {
                arguments(instance, block, repetition)
            }),
            header: Some(block.header),
            uncertain: merge_reasons(instance.uncertain.as_ref(), repetition.uncertain.as_ref()),
        });
    }
}

fn arguments(instance: &Rc<Instance>, block: &Block, repetition: &crate::eval::expand::Repetition) -> ConfigBody {
    let scope = repetition.bind(&instance.scope());
    let argument = |a: &crate::syntax::ast::Attribute| ConfigAttribute {
        name: a.name.name.clone(),
        value: instance.attempt(&scope, &a.expr).spread(),
        span: Some(a.expr.span),
        origin: Some(scope.origin(&a.expr)),
        refers: Vec::new(),
    };
    let written = block.body.attributes.iter().filter(|a| !CALL_META.contains(&&*a.name.name));
    ConfigBody { attributes: written.map(argument).collect(), blocks: Vec::new() }
}

/// An argument that the module does not declare is an error of the call.
fn unknown_arguments(block: &Block, child: &Rc<Instance>) {
    if child.config.facts.is_some() || child.config.is_partial() {
        return;
    }
    for attribute in &block.body.attributes {
        let name = &attribute.name.name;
        if CALL_META.contains(&&**name) || child.config.variables.contains_key(name) {
            continue;
        }
        let near = child.config.variables.keys().map(|k| &**k);
        child.world.report_error(&crate::eval::EvalError::undeclared(
            attribute.name.span,
            "variable in this module",
            name,
            near,
        ));
    }
}
