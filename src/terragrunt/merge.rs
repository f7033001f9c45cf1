//! How an included configuration goes together with the one that includes it.

use super::config::UnitConfig;
use crate::cty::value::Value;
use crate::syntax::ast::Block;

/// How what is included goes together with what includes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Not at all: expressions see it.
    None,
    /// What the own file sets replaces what is included.
    Shallow,
    /// Inputs that are maps are merged, and those that are lists joined.
    Deep,
}

impl Strategy {
    /// That of an `include` block.
    pub fn of(block: &Block) -> Strategy {
        match block.body.attribute("merge_strategy").and_then(|a| a.expr.as_str()) {
            Some("no_merge") => Strategy::None,
            Some("deep" | "deep_map_only") => Strategy::Deep,
            _ => Strategy::Shallow,
        }
    }
}

/// The file's own configuration laid over what it includes.
pub fn over(own: UnitConfig, parent: UnitConfig, strategy: Strategy) -> UnitConfig {
    let mut all = own;
    all.files += parent.files;
    all.findings.extend(parent.findings);
    if strategy == Strategy::None {
        return all;
    }
    for (name, (value, span)) in parent.inputs {
        match all.inputs.get_mut(&name) {
            None => drop(all.inputs.insert(name, (value, span))),
            Some((here, _)) if strategy == Strategy::Deep => *here = deep(here, &value),
            Some(_) => {}
        }
    }
    all.open_inputs = match (all.open_inputs, parent.open_inputs) {
        (Some(a), Some(b)) => Some(a.union(&b)),
        (a, b) => a.or(b),
    };
    all.source = all.source.or(parent.source);
    all.version = all.version.or(parent.version);
    all.excluded = all.excluded.or(parent.excluded);
    for (name, generated) in parent.generated {
        all.generated.entry(name).or_insert(generated);
    }
    for (name, hook) in parent.hooks {
        all.hooks.entry(name).or_insert(hook);
    }
    // Those of the parent come first; one of the same name is replaced in its place.
    let own = std::mem::replace(&mut all.arguments, parent.arguments);
    for (name, arguments) in own {
        match all.arguments.iter_mut().find(|(there, _)| *there == name) {
            Some((_, there)) => *there = arguments,
            None => all.arguments.push((name, arguments)),
        }
    }
    all
}

/// Maps are merged and lists joined, the parent's first.
fn deep(own: &Value, parent: &Value) -> Value {
    let marks = own.marks.union(parent.marks);
    match (own.entries(), parent.entries(), own.elements(), parent.elements()) {
        (Some(own), Some(parent), ..) => {
            let mut all = parent.clone();
            for (name, value) in own {
                let merged = parent.get(name).map_or_else(|| value.clone(), |there| deep(value, there));
                all.insert(name.clone(), merged);
            }
            Value::object(all).mark(marks)
        }
        (.., Some(own), Some(parent)) => Value::tuple([parent, own].concat()).mark(marks),
        _ => own.clone(),
    }
}
