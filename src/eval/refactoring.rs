//! `moved`, `import` and `removed` blocks: addresses that are none, that contradict each other, or that name what is still
//! or not declared.

use crate::base::source::Span;
use crate::diagnostic::Label;
use crate::eval::instance::{Instance, Shape};
use crate::module::report::{EVALUATION_ERROR, UNDECLARED_REFERENCE, error};
use crate::module::target::{Target, TargetKey};
use crate::plan::{InstanceKey, Mode};
use crate::syntax::ast::{Attribute, Block, Expr, ExprKind};
use crate::syntax::visit;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Checks the blocks of all modules of a root, each module once.
pub fn check(modules: &[Rc<Instance>]) {
    for instance in modules.iter().filter(|m| m.config.facts.is_none() && !m.config.is_partial()) {
        moves(instance);
        imports(instance);
        for block in instance.config.moves_of("removed") {
            removed(instance, block);
        }
    }
}

fn report(instance: &Rc<Instance>, span: Span, message: String, help: &str) {
    let mut finding = error(EVALUATION_ERROR, span, message, "");
    finding.help.push(help.into());
    instance.world.report(finding);
}

fn read(instance: &Rc<Instance>, attribute: &Attribute) -> Option<Target> {
    match Target::read(&attribute.expr) {
        Ok(target) => Some(target),
        // OpenTofu takes computed keys, which `Target` has too; all else both refuse.
        Err(why) => {
            let message = format!("`{}` must be the address of a module or a resource: {why}", attribute.name.name);
            report(instance, attribute.expr.span, message, "write an address, such as google_compute_network.main");
            None
        }
    }
}

/// A `moved` block with its two addresses.
struct Move<'b> {
    from: Target,
    to: Target,
    block: &'b Block,
    from_expr: &'b Expr,
}

fn moves(instance: &Rc<Instance>) {
    let mut all = Vec::new();
    for block in instance.config.moves_of("moved") {
        let (Some(from), Some(to)) = (block.body.attribute("from"), block.body.attribute("to")) else { continue };
        let (Some(source), Some(target)) = (read(instance, from), read(instance, to)) else { continue };
        for (address, attribute) in [(&source, from), (&target, to)] {
            if address.is_computed() {
                let message = format!("the key in `{}` must be written out", attribute.name.name);
                report(instance, attribute.expr.span, message, "write a number, or a text in quotes");
            }
        }
        let mode = |t: &Target| t.resource.as_ref().map(|(address, _)| address.mode);
        if mode(&source) != mode(&target) {
            let message = "`from` and `to` of a `moved` block must both be modules or both be resources".to_string();
            report(instance, block.header, message, "give both addresses of one kind");
            continue;
        }
        if source == target {
            let message = "this `moved` block moves an object to where it is".to_string();
            report(instance, block.header, message, "remove the block, or correct one of its addresses");
            continue;
        }
        all.push(Move { from: source, to: target, block, from_expr: &from.expr });
    }
    contradictions(instance, &all);
    for moved in &all {
        if still_there(instance, &moved.from, &moved.to) {
            let message = "this object is still declared, so it cannot have moved away".to_string();
            report(instance, moved.from_expr.span, message, "remove its block, or this `moved` block");
        }
    }
}

fn contradictions(instance: &Rc<Instance>, all: &[Move]) {
    let mut by_from: FxHashMap<&Target, &Move> = FxHashMap::default();
    let mut by_to: FxHashMap<&Target, &Move> = FxHashMap::default();
    for moved in all {
        let ambiguous = |first: &Move, what: &str| {
            let mut finding = error(EVALUATION_ERROR, moved.block.header, what.to_string(), "");
            finding.related.push(Label { span: first.block.header, message: "the first one is here".into() });
            finding.help.push("keep one of them".into());
            instance.world.report(finding);
        };
        match by_from.get(&moved.from) {
            Some(first) if first.to != moved.to => ambiguous(first, "two `moved` blocks move one object to two places"),
            Some(_) => {}
            None => {
                by_from.insert(&moved.from, moved);
            }
        }
        match by_to.get(&moved.to) {
            Some(first) if first.from != moved.from => {
                ambiguous(first, "two `moved` blocks move two objects to one place")
            }
            Some(_) => {}
            None => {
                by_to.insert(&moved.to, moved);
            }
        }
    }
    // Each object moves to one place at most, so a way that never ends comes back to where it began.
    let mut done: FxHashSet<&Target> = FxHashSet::default();
    for moved in all {
        let (mut at, mut way) = (&moved.from, FxHashSet::default());
        while let Some(next) = by_from.get(at) {
            if done.contains(at) {
                break;
            }
            if !way.insert(at) {
                let message = "these `moved` blocks move objects in a circle".to_string();
                report(instance, next.block.header, message, "remove one of the moves");
                break;
            }
            at = &next.to;
        }
        done.extend(way);
    }
}

/// The instance of a module on the way to a target, if that is known to be there.
fn module_of(instance: &Rc<Instance>, target: &Target) -> Option<Rc<Instance>> {
    let mut at = instance.clone();
    for (name, _) in &target.modules {
        let block = at.config.calls.get(name)?.clone();
        let state = at.call_state(name, block.header).ok()?;
        let (_, child) = state.instances.first()?;
        if child.config.facts.is_some() || child.config.is_partial() {
            return None;
        }
        at = child.clone();
    }
    Some(at)
}

/// Whether what moved away is still declared.
fn still_there(instance: &Rc<Instance>, from: &Target, to: &Target) -> bool {
    if from.is_computed() || from.modules.iter().any(|(_, key)| *key != TargetKey::None) && from.resource.is_some() {
        return false;
    }
    let Some((id, key)) = &from.resource else {
        let Some(((name, key), outer)) = from.modules.split_last() else { return false };
        let around = Target { modules: outer.to_vec(), resource: None };
        let Some(parent) = module_of(instance, &around) else { return false };
        let Some(block) = parent.config.calls.get(name) else { return false };
        let Ok(state) = parent.call_state(name, block.header) else { return false };
        let keys: Vec<InstanceKey> = state.repetitions.iter().map(|r| r.key.clone()).collect();
        return has_key(&state.shape, &keys, key, to.is_keyed());
    };
    let Some(module) = module_of(instance, from) else { return false };
    let Some(block) = module.config.resources.get(id) else { return false };
    let Ok(state) = module.resource_state(id, block.header) else { return false };
    let keys = state.keys().map(|keys| keys.to_vec());
    let shape = match &keys {
        None => Shape::Single,
        Some(keys) if keys.iter().any(|k| matches!(k, InstanceKey::Unknown)) => {
            return key == &TargetKey::None && !to.is_keyed();
        }
        Some(_) => Shape::Count,
    };
    has_key(&shape, &keys.unwrap_or_default(), key, to.is_keyed())
}

/// Whether an object with such instances has this one; without keys on either side, all of it moves.
fn has_key(shape: &Shape, keys: &[InstanceKey], key: &TargetKey, to_key: bool) -> bool {
    match key {
        TargetKey::None => !to_key || *shape == Shape::Single,
        TargetKey::Known(text) => keys.iter().any(|k| match k {
            InstanceKey::Index(i) => *text == i.to_string(),
            InstanceKey::Name(name) => *text == format!("\"{name}\""),
            _ => false,
        }),
        TargetKey::Computed => false,
    }
}

fn imports(instance: &Rc<Instance>) {
    let mut seen: FxHashMap<Target, Span> = FxHashMap::default();
    for block in instance.config.moves_of("import") {
        if instance.call.is_some() {
            instance.uses("import", "in a called module", block.header);
        }
        id(instance, block);
        let Some(to) = block.body.attribute("to") else { continue };
        let Some(target) = read(instance, to) else { continue };
        let Some((address, _)) = target.resource.clone() else {
            let message = "`to` of an import must be the address of a resource".to_string();
            report(instance, to.expr.span, message, "write its type and its name");
            continue;
        };
        if let Some(key) = computed_key(&to.expr) {
            instance.uses("import", "computed key", key.span);
        }
        if address.mode != Mode::Managed {
            let message = "only managed resources can be imported".to_string();
            report(instance, to.expr.span, message, "write the address of a `resource` block");
            continue;
        }
        if block.body.attribute("for_each").is_none() && !target.is_computed() {
            if let Some(first) = seen.get(&target) {
                let mut finding = error(EVALUATION_ERROR, block.header, "two imports have one target", "");
                finding.related.push(Label { span: *first, message: "the first one is here".into() });
                finding.help.push("remove one of them".into());
                instance.world.report(finding);
            }
            seen.insert(target.clone(), block.header);
        }
        undeclared(instance, &target, to);
    }
}

/// A key in an address that refers to more than `each`.
fn computed_key(address: &Expr) -> Option<&Expr> {
    match &address.kind {
        ExprKind::GetAttr(object, _) | ExprKind::Paren(object) => computed_key(object),
        ExprKind::Index(object, key) => {
            let mut foreign = false;
            visit::expr(key, &mut |e| foreign |= matches!(&e.kind, ExprKind::Variable(root) if &**root != "each"));
            if foreign { Some(key) } else { computed_key(object) }
        }
        _ => None,
    }
}

/// The target of an import must be declared, unless `terraform plan -generate-config-out` writes it.
fn undeclared(instance: &Rc<Instance>, target: &Target, to: &Attribute) {
    let Some((address, _)) = &target.resource else { return };
    let missing = match module_of(instance, target) {
        Some(module) if module.config.resources.contains_key(address) => {
            let known = target.modules.iter().all(|(_, key)| *key == TargetKey::None);
            known && has_no_instance(&module, target)
        }
        Some(_) => true,
        None => target.modules.first().is_some_and(|(name, _)| !instance.config.calls.contains_key(name)),
    };
    if missing {
        let message = format!("there is no resource `{address}` of this address to import into");
        let mut finding = error(UNDECLARED_REFERENCE, to.expr.span, message, "");
        finding.help.push(format!("declare it: resource \"{}\" \"{}\" {{ … }}", address.type_name, address.name));
        instance.world.report(finding);
    }
}

/// Whether a declared resource certainly has no instance with the key that a target has.
fn has_no_instance(module: &Rc<Instance>, target: &Target) -> bool {
    let Some((address, key)) = &target.resource else { return false };
    let Some(block) = module.config.resources.get(address).filter(|_| *key != TargetKey::Computed) else {
        return false;
    };
    let Ok(state) = module.resource_state(address, block.header) else { return false };
    let keys = state.keys().map(|keys| keys.to_vec());
    let shape = if keys.is_some() { Shape::Count } else { Shape::Single };
    let keys = keys.unwrap_or_default();
    let open = keys.iter().any(|key| matches!(key, InstanceKey::Unknown | InstanceKey::Hidden(_)));
    !open && !has_key(&shape, &keys, key, true)
}

/// The id of an import is a text that is known and not empty.
fn id(instance: &Rc<Instance>, block: &Block) {
    let Some(id) = block.body.attribute("id").filter(|_| block.body.attribute("for_each").is_none()) else { return };
    let value = instance.attempt(&instance.scope(), &id.expr);
    if value.is_null() || value.as_str() == Some("") {
        let message = "the id of an import must not be empty".to_string();
        report(instance, id.expr.span, message, "write the id that the provider knows the object by");
    } else if let Some(reasons) = crate::eval::expand::only_after_apply(instance, &value) {
        let message = format!("the id of an import must be known before apply, and {reasons} is not");
        report(instance, id.expr.span, message, "write the id itself, or take it from a data source");
    }
}

fn removed(instance: &Rc<Instance>, block: &Block) {
    let Some(from) = block.body.attribute("from") else { return };
    let Some(target) = read(instance, from) else { return };
    let keyed = target.is_keyed() || target.modules.iter().any(|(_, key)| *key != TargetKey::None);
    if keyed {
        let message = "`from` of a `removed` block names a whole resource or module, without keys".to_string();
        return report(instance, from.expr.span, message, "remove the key");
    }
    if target.resource.as_ref().is_some_and(|(address, _)| address.mode != Mode::Managed) {
        let message = "a data source is not removed: it is in no state that would have to forget it".to_string();
        return report(instance, from.expr.span, message, "remove this block");
    }
    let declared = match &target.resource {
        Some((address, _)) => module_of(instance, &target).is_some_and(|m| m.config.resources.contains_key(address)),
        None => target.modules.split_last().is_some_and(|((name, _), outer)| {
            let around = Target { modules: outer.to_vec(), resource: None };
            module_of(instance, &around).is_some_and(|parent| parent.config.calls.contains_key(name))
        }),
    };
    if declared {
        let message = "this is still declared, so it cannot be removed".to_string();
        report(instance, from.expr.span, message, "remove its block, or this `removed` block");
    }
}
