//! Instances of modules that are not on disk but of which kfplint knows something (see [`crate::catalog::modules`]):
//! what is not said of them is undecided, and everything in them stands where the user calls them.

use crate::base::source::Span;
use crate::catalog::schema;
use crate::cty::value::{Data, Reasons, Type, Value};
use crate::eval::instance::{Instance, missing_module};
use crate::plan::{ConfigBody, Origin, Resource};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Why something is not known of such a module instance: its source is not on disk. `None` for any other instance.
pub fn reasons(instance: &Rc<Instance>) -> Option<Reasons> {
    instance.config.facts?;
    let (parent, _, site) = instance.call_block()?;
    if parent.config.facts.is_some() {
        return reasons(&parent);
    }
    let source = parent.config.calls.get(&site.name)?.body.attribute("source")?;
    Some(missing_module(&instance.address, source.expr.as_str().unwrap_or(""), source.expr.span))
}

/// What kfplint itself hands to such a module.
pub fn variable(instance: &Rc<Instance>, name: &str) -> Option<Value> {
    let known = instance.config.facts?;
    match name {
        "kfplint_submodule" => Some(Value::string(known.submodule)),
        "kfplint_major" => Some(Value::number(known.major as i64)),
        _ => None,
    }
}

/// The header of the user's call.
fn call_header(instance: &Rc<Instance>) -> Option<Span> {
    let (parent, _, site) = instance.call_block()?;
    if parent.config.facts.is_some() {
        return call_header(&parent);
    }
    parent.config.calls.get(&site.name).map(|block| block.header)
}

/// Adds what is not said of a resource as unknown.
pub fn fill_unsaid(values: &mut BTreeMap<Arc<str>, Value>, schema: &schema::BlockSchema, reasons: &Reasons) {
    for attribute in schema.attributes.iter().filter(|a| a.optional || a.required) {
        let unknown = || Value::unknown(attribute.ty.clone(), reasons.clone());
        values.entry(attribute.name.into()).or_insert_with(unknown);
    }
    for nested in &schema.blocks {
        match values.get_mut(nested.name) {
            Some(written) => *written = fill_nested(written, &nested.block, reasons),
            None => {
                values.insert(nested.name.into(), Value::unknown(Type::Any, reasons.clone()));
            }
        }
    }
}

fn fill_nested(value: &Value, schema: &schema::BlockSchema, reasons: &Reasons) -> Value {
    match &value.data {
        Data::Object(entries) => {
            let mut entries = entries.as_ref().clone();
            fill_unsaid(&mut entries, schema, reasons);
            Value::object(entries)
        }
        Data::Tuple(items) => Value::tuple(items.iter().map(|item| fill_nested(item, schema, reasons)).collect()),
        _ => value.clone(),
    }
}

/// Moves a resource to the header of the user's call.
pub fn relocate(instance: &Rc<Instance>, resource: &mut Resource) {
    let Some(header) = call_header(instance) else { return };
    resource.header = Some(header);
    resource.span = None;
}

/// Moves what a resource writes to where the user decides it, once everything is evaluated: each argument to the one
/// of the call that it comes from, the rest to the header of the call.
pub fn relocate_config(resource: &mut Resource) {
    if let Some(header) = resource.header {
        resource.config = Arc::new(relocated(&resource.config, header));
    }
}

/// The user's argument that a value comes from; if it is an object or a list, the part of it that is taken.
fn argument(origin: &Origin) -> Option<Span> {
    let steps = origin.trace();
    let whole = steps.first()?.span;
    let inside = |s: &Span| s.file == whole.file && s.start >= whole.start && s.end <= whole.end;
    steps.iter().map(|step| step.span).filter(inside).min_by_key(|s| s.end - s.start)
}

fn relocated(config: &ConfigBody, header: Span) -> ConfigBody {
    let mut config = config.clone();
    for attribute in &mut config.attributes {
        attribute.span = attribute.origin.as_ref().and_then(argument).or(Some(header));
    }
    for block in &mut config.blocks {
        block.header = Some(header);
        block.span = None;
        block.body = relocated(&block.body, header);
    }
    config
}
