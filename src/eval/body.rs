//! Evaluates the arguments and nested blocks of a body, `dynamic` blocks expanded, by the provider's schema where known.

use crate::catalog::provider_defaults;
use crate::catalog::schema::{self, NestedBlock, Nesting};
use crate::cty::value::{Data, Marks, Reasons, Type, Value, convert};
use crate::eval::expr::eval;
use crate::eval::hide;
use crate::eval::instance::merge_reasons;
use crate::eval::scope::{Named, Scope};
use crate::module::error::{EvalError, EvalResult};
use crate::plan::{ConfigAttribute, ConfigBlock, ConfigBody};
use crate::syntax::ast::{Block, Body};
use crate::syntax::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A body's value and what was written for it.
pub struct EvaluatedBody {
    /// Arguments and nested blocks by name, converted by the schema.
    pub values: BTreeMap<Arc<str>, Value>,
    /// As written, with places.
    pub config: ConfigBody,
}

impl EvaluatedBody {
    /// Changes an argument, in its value and in what was written.
    pub fn change(&mut self, name: &str, change: &dyn Fn(&Value) -> Option<Value>) {
        if let Some(value) = self.values.get_mut(name)
            && let Some(new) = change(value)
        {
            *value = new;
        }
        for attribute in self.config.attributes.iter_mut().filter(|a| &*a.name == name) {
            if let Some(new) = change(&attribute.value) {
                attribute.value = new;
            }
        }
    }
}

/// Evaluates a body. `skip` names what is not the provider's (`count`, `lifecycle` …). Errors are reported and leave
/// unknown values.
pub fn evaluate(scope: &Scope, body: &Body, schema: Option<&schema::BlockSchema>, skip: &[&str]) -> EvaluatedBody {
    let mut out = EvaluatedBody { values: BTreeMap::new(), config: ConfigBody::default() };
    let mut nested: Vec<Block> = Vec::new();
    out.config.attributes.reserve_exact(body.attributes.len());
    for attribute in &body.attributes {
        let name = &attribute.name.name;
        if skip.contains(&&**name) {
            continue;
        }
        if body.json && schema.is_some_and(|s| s.block(name).is_some()) {
            nested.extend(json::blocks_of(attribute));
            continue;
        }
        let mut value = scope.instance.attempt(scope, &attribute.expr);
        let known = schema.and_then(|s| s.attribute(name));
        let ty = known.map(|a| &a.ty);
        let write_only = name.ends_with("_wo") || known.is_some_and(|a| a.write_only);
        let own = match known.is_some_and(|a| a.sensitive) {
            _ if write_only => Marks::EPHEMERAL,
            true => Marks::SENSITIVE,
            false => Marks::NONE,
        };
        if !own.is_empty() {
            value = value.mark_leaves(own);
            match ty {
                Some(Type::Map(_)) => hide::entries(scope, &attribute.expr),
                _ => hide::source(scope, &attribute.expr),
            }
        }
        let fitting = conform(scope, &value, ty, name, attribute.expr.span);
        // Write-only arguments are null in plan and state.
        out.values.insert(name.clone(), if write_only { Value::null_of(fitting.ty()) } else { fitting });
        if value.deep_marks().is_hidden() {
            hide::literals(scope, &attribute.expr);
            value = value.spread();
        }
        out.config.attributes.push(ConfigAttribute {
            name: name.clone(),
            value,
            span: Some(attribute.expr.span),
            origin: Some(scope.origin(&attribute.expr)),
            refers: Vec::new(),
        });
    }
    let blocks = body.blocks.iter().chain(&nested).filter(|b| !skip.contains(&&*b.kind.name));
    let mut groups: Vec<BlockGroup> = Vec::new();
    for block in blocks {
        add_block(scope, block, schema, &mut groups);
    }
    for group in groups {
        finish_group(scope, group, schema, &mut out);
    }
    out
}

/// The blocks of one type, in order.
struct BlockGroup {
    kind: Arc<str>,
    blocks: Vec<(ConfigBlock, Value, Option<String>)>,
    uncertain: Option<Reasons>,
}

fn conform(scope: &Scope, value: &Value, ty: Option<&Type>, name: &str, span: crate::base::source::Span) -> Value {
    let Some(ty) = ty else { return value.clone() };
    convert(value, ty).unwrap_or_else(|e| {
        let mut error = EvalError::new(span, format!("`{name}`: {e}"));
        error.rule = crate::module::report::INVALID_ARGUMENT;
        scope.instance.world.report_error(&error);
        error.poison()
    })
}

fn group<'g>(groups: &'g mut Vec<BlockGroup>, kind: &Arc<str>) -> &'g mut BlockGroup {
    let at = groups.iter().position(|g| g.kind == *kind).unwrap_or_else(|| {
        groups.push(BlockGroup { kind: kind.clone(), blocks: Vec::new(), uncertain: None });
        groups.len() - 1
    });
    &mut groups[at]
}

fn add_block(scope: &Scope, block: &Block, schema: Option<&schema::BlockSchema>, groups: &mut Vec<BlockGroup>) {
    if &*block.kind.name == "dynamic" {
        if let Err(e) = dynamic(scope, block, schema, groups) {
            scope.instance.world.report_error(&e);
            let kind: Arc<str> = block.label(0).into();
            let reasons = e.poison().reasons().cloned();
            let slot = group(groups, &kind);
            slot.uncertain = merge_reasons(slot.uncertain.as_ref(), reasons.as_ref());
        }
        return;
    }
    let kind = &block.kind.name;
    let inner = nested_schema(schema, kind);
    let label = block.labels.first().map(|l| l.text.to_string());
    push(scope, kind, block, &block.body, inner, None, label, groups);
}

/// The schema of a nested block.
fn nested_schema<'s>(schema: Option<&'s schema::BlockSchema>, kind: &str) -> Option<&'s schema::BlockSchema> {
    Some(&schema?.block(kind)?.block)
}

#[allow(clippy::too_many_arguments)]
fn push(
    scope: &Scope,
    kind: &Arc<str>,
    block: &Block,
    body: &Body,
    schema: Option<&schema::BlockSchema>,
    uncertain: Option<Reasons>,
    label: Option<String>,
    groups: &mut Vec<BlockGroup>,
) {
    let evaluated = evaluate(scope, body, schema, &[]);
    let config = ConfigBlock {
        kind: kind.clone(),
        header: Some(block.header),
        span: (&*block.kind.name != "dynamic" && !block.body.json).then_some(block.span),
        body: evaluated.config,
        uncertain: uncertain.clone(),
    };
    let slot = group(groups, kind);
    slot.uncertain = merge_reasons(slot.uncertain.as_ref(), uncertain.as_ref());
    slot.blocks.push((config, Value::object(evaluated.values), label));
}

fn dynamic(
    scope: &Scope,
    block: &Block,
    schema: Option<&schema::BlockSchema>,
    groups: &mut Vec<BlockGroup>,
) -> EvalResult<()> {
    let kind: Arc<str> = block.label(0).into();
    let contents: Vec<Block> = match block.body.blocks("content").next() {
        Some(content) => vec![content.clone()],
        None => block.body.attribute("content").map(json::blocks_of).unwrap_or_default(),
    };
    let (Some(each), Some(content)) = (block.body.attribute("for_each"), contents.first()) else {
        return Err(EvalError::new(block.header, "a dynamic block needs `for_each` and a `content` block"));
    };
    let iterator: Arc<str> = match block.body.attribute("iterator").map(|a| &a.expr.kind) {
        Some(crate::syntax::ast::ExprKind::Variable(name) | crate::syntax::ast::ExprKind::String(name)) => name.clone(),
        _ => kind.clone(),
    };
    let collection = eval(scope, &each.expr)?;
    if collection.is_null() {
        return Err(EvalError::new(each.expr.span, "the `for_each` of a dynamic block must not be null"));
    }
    let inner_schema = nested_schema(schema, &kind);
    let _ = group(groups, &kind);
    if let Some(reasons) = collection.reasons() {
        let any = |ty| Value::unknown(ty, reasons.clone()).mark(collection.marks);
        let item = Named::Each(any(Type::Any), any(element_type(&collection.ty())));
        let id = scope.record(&iterator, &item, None);
        let inner = scope.repeated(iterator, item, None, id);
        scope.instance.world.within(true, || {
            push(&inner, &kind, block, &content.body, inner_schema, Some(reasons.clone()), None, groups);
        });
        return Ok(());
    }
    let Some(items) = collection.iterate() else {
        return Err(EvalError::new(each.expr.span, format!("a {} cannot be iterated", collection.ty())));
    };
    for (key, value) in items {
        scope.instance.world.spend(1, each.expr.span)?;
        let (key, value) = (key.mark(collection.marks), value.mark(collection.marks));
        let key = if matches!(collection.data, Data::Set(..)) { value.clone() } else { key };
        let (item, collection) = (Named::Each(key, value), Some(each.expr.clone()));
        let id = scope.record(&iterator, &item, collection.as_ref());
        let inner = scope.repeated(iterator.clone(), item, collection, id);
        let label = label_of(&inner, block);
        push(&inner, &kind, block, &content.body, inner_schema, None, label, groups);
    }
    Ok(())
}

fn label_of(scope: &Scope, block: &Block) -> Option<String> {
    let labels = scope.instance.attempt(scope, &block.body.attribute("labels")?.expr);
    labels.elements()?.first()?.as_str().map(str::to_string)
}

fn element_type(ty: &Type) -> Type {
    match ty {
        Type::List(of) | Type::Set(of) | Type::Map(of) => (**of).clone(),
        _ => Type::Any,
    }
}

fn finish_group(scope: &Scope, group: BlockGroup, schema: Option<&schema::BlockSchema>, out: &mut EvaluatedBody) {
    let nested = schema.and_then(|s| s.block(&group.kind));
    let as_attribute = schema.and_then(|s| s.attribute(&group.kind)).map(|a| &a.ty);
    let mut values = Vec::with_capacity(group.blocks.len());
    let mut labels = Vec::new();
    let mut span = None;
    for (config, value, label) in group.blocks {
        span = span.or(config.header);
        out.config.blocks.push(config);
        values.push(value);
        labels.push(label);
    }
    let said = scope.instance.config.facts.is_some();
    if values.is_empty() && group.uncertain.is_none() && schema.is_some() && !said {
        // A `dynamic` block with nothing to repeat: as if it were not written.
        return;
    }
    let value = match (group.uncertain, nested, as_attribute) {
        (Some(reasons), _, _) => Value::unknown(Type::Any, reasons),
        (None, Some(nested), _) => by_nesting(nested, values, labels),
        (None, None, Some(ty)) => match span {
            Some(span) => conform(scope, &fill_objects(Value::tuple(values), ty), Some(ty), &group.kind, span),
            None => Value::tuple(values),
        },
        (None, None, None) => Value::tuple(values),
    };
    out.values.insert(group.kind, value);
}

/// Attributes written as blocks may leave out attributes: they are null.
fn fill_objects(value: Value, ty: &Type) -> Value {
    let (Type::List(of) | Type::Set(of)) = ty else { return value };
    let Type::Object(attributes) = &**of else { return value };
    let fill = |v: &Value| match v.entries() {
        Some(entries) => {
            let mut entries = entries.clone();
            for (name, attribute) in attributes.iter() {
                entries.entry(name.clone()).or_insert_with(|| Value::null_of(attribute.ty.clone()));
            }
            Value::object(entries).mark(v.marks)
        }
        None => v.clone(),
    };
    Value::tuple(value.elements().unwrap_or_default().iter().map(fill).collect()).mark(value.marks)
}

/// The blocks of a set are compared and ordered as wholes: what is not written stands in them too.
fn fill_in_set(value: &Value, schema: &schema::BlockSchema) -> Value {
    let Some(entries) = value.entries() else { return value.clone() };
    let mut entries = entries.clone();
    for attribute in schema.attributes.iter().filter(|a| !a.computed) {
        if entries.get(attribute.name).is_none_or(Value::is_null) {
            let empty = provider_defaults::unwritten_in_set(&attribute.ty);
            let empty = empty.and_then(|text| crate::cty::value::json::decode(text).ok());
            let empty = empty.and_then(|v| convert(&v, &attribute.ty).ok());
            entries.insert(attribute.name.into(), empty.unwrap_or_else(|| Value::null_of(attribute.ty.clone())));
        }
    }
    for nested in &schema.blocks {
        let inside = match entries.get(nested.name).map(|written| (&written.data, written.marks)) {
            Some((Data::Tuple(blocks), marks)) => {
                Value::tuple(blocks.iter().map(|block| fill_in_set(block, &nested.block)).collect()).mark(marks)
            }
            Some(_) => continue,
            None => Value::tuple(Vec::new()),
        };
        entries.insert(nested.name.into(), inside);
    }
    Value::object(entries).mark(value.marks)
}

fn by_nesting(nested: &NestedBlock, mut values: Vec<Value>, labels: Vec<Option<String>>) -> Value {
    match nested.nesting {
        Nesting::Single | Nesting::Group => values.pop().unwrap_or_else(Value::null),
        Nesting::Map => {
            let entry = |(label, value): (Option<String>, Value)| Some((Arc::from(label?), value));
            Value::object(labels.into_iter().zip(values).filter_map(entry).collect())
        }
        Nesting::List => Value::tuple(values),
        Nesting::Set => Value::set_of_blocks(values.iter().map(|v| fill_in_set(v, &nested.block)).collect()),
    }
}
