//! `count` and `for_each`: how often a resource or module call is repeated.

use crate::address::{HiddenKey, InstanceKey};
use crate::catalog::schema::{KnownProvider, TypeKind};
use crate::cty::value::{Data, Marks, ReasonKind, Reasons, Type, Value, convert};
use crate::eval::expr::eval;
use crate::eval::instance::{Instance, Shape};
use crate::eval::language::forgotten;
use crate::eval::scope::{Named, Scope};
use crate::module::error::EvalError;
use crate::module::target::Target;
use crate::plan::scopes::ScopeId;
use crate::syntax::ast::{Attribute, Block, Body, Expr};
use std::sync::Arc;

/// The repetitions of a block.
#[derive(Debug)]
pub struct Expansion {
    shape: Shape,
    /// One for each instance; one that stands for any number where the number is not known.
    pub repetitions: Vec<Repetition>,
    /// Why the instances are not made: more than a budget allows.
    pub over: Option<Reasons>,
}

/// One repetition: its key, and what `each` or `count` are in it.
#[derive(Clone, Debug)]
pub struct Repetition {
    /// The instance's key.
    pub key: InstanceKey,
    /// Why it is not certain that it exists.
    pub uncertain: Option<Reasons>,
    names: Option<(Arc<str>, Named)>,
    collection: Option<Arc<Expr>>,
    /// The number of its scope.
    scope: Option<ScopeId>,
}

impl Repetition {
    fn single() -> Repetition {
        Repetition { key: InstanceKey::None, uncertain: None, names: None, collection: None, scope: None }
    }

    /// A scope in which `each` or `count` have this repetition's values.
    pub fn bind(&self, scope: &Scope) -> Scope {
        match (&self.names, self.scope) {
            (Some((name, what)), Some(id)) => scope.repeated(name.clone(), what.clone(), self.collection.clone(), id),
            _ => scope.clone(),
        }
    }
}

impl Expansion {
    /// The repetitions of a block with this address in its module. Errors are reported and leave the number unknown.
    pub fn of(scope: &Scope, block: &Block, address: &str) -> Expansion {
        let (body, at) = (&block.body, block.header);
        let world = &scope.instance.world;
        let enabled = body.blocks("lifecycle").find_map(|lifecycle| lifecycle.body.attribute("enabled"));
        let repeated = body.attribute("count").or(body.attribute("for_each"));
        let result = match (body.attribute("count"), body.attribute("for_each")) {
            _ if enabled.is_some() && repeated.is_some() => {
                let name = repeated.map_or("count", |a| &a.name.name);
                Err(EvalError::new(
                    repeated.map_or(at, |a| a.name.span),
                    format!("`{name}` and `enabled` cannot both be set"),
                )
                .help("remove one of them"))
            }
            (Some(count), Some(each)) => {
                Err(EvalError::new(each.name.span, "`count` and `for_each` cannot both be set")
                    .help(format!("remove one of them; `count` is at the line of {}", count.name.name)))
            }
            (Some(count), None) => by_count(scope, count),
            (None, Some(each)) => by_for_each(scope, each),
            (None, None) if enabled.is_some() => {
                enabled.map_or_else(|| Ok(Expansion::single()), |a| by_enabled(scope, a))
            }
            (None, None) => world.make_instances(1, at).map(|()| Expansion::single()),
        };
        let mut expansion = result.unwrap_or_else(|e| {
            world.report_error(&e);
            let reasons = e.poison().reasons().cloned().unwrap_or_default();
            Expansion { over: e.limit.map(|_| reasons.clone()), ..unknown(body, reasons) }
        });
        if let Shape::Unknown(reasons) = &expansion.shape {
            world.undecided.borrow_mut().push((scope.instance.address_of(address), reasons.clone()));
        }
        for repetition in &mut expansion.repetitions {
            let named = repetition.names.as_ref();
            repetition.scope = named.map(|(name, what)| scope.record(name, what, repetition.collection.as_ref()));
        }
        expansion
    }

    fn single() -> Expansion {
        Expansion::new(Shape::Single, vec![Repetition::single()])
    }

    fn new(shape: Shape, repetitions: Vec<Repetition>) -> Expansion {
        Expansion { shape, repetitions, over: None }
    }

    /// The shape that references see.
    pub fn shape(&self) -> Shape {
        self.shape.clone()
    }
}

fn unknown(body: &Body, reasons: Reasons) -> Expansion {
    let any = |ty| Value::unknown(ty, reasons.clone());
    let names: (Arc<str>, Named) = if body.attribute("count").is_some() {
        ("count".into(), Named::Count(any(Type::Number)))
    } else {
        ("each".into(), Named::Each(any(Type::String), any(Type::Any)))
    };
    let repetition = Repetition {
        key: InstanceKey::Unknown,
        uncertain: Some(reasons.clone()),
        names: Some(names),
        collection: None,
        scope: None,
    };
    Expansion::new(Shape::Unknown(reasons), vec![repetition])
}

fn by_count(scope: &Scope, attribute: &Attribute) -> Result<Expansion, Box<EvalError>> {
    let at = attribute.expr.span;
    let value = eval(scope, &attribute.expr)?;
    if value.is_null() {
        return Err(EvalError::new(at, "`count` must not be null"));
    }
    not_ephemeral(&value, attribute)?;
    let value = convert(&value, &Type::Number).map_err(|e| EvalError::new(at, format!("`count`: {e}")))?;
    report_after_apply(scope, &value, attribute);
    let number = match &value.data {
        Data::Number(n) => n,
        _ => {
            let reasons = value.reasons().cloned().unwrap_or_default();
            let index = Named::Count(Value::unknown(Type::Number, reasons.clone()));
            let repetition = Repetition {
                key: InstanceKey::Unknown,
                uncertain: Some(reasons.clone()),
                names: Some(("count".into(), index)),
                collection: None,
                scope: None,
            };
            return Ok(Expansion::new(Shape::Unknown(reasons), vec![repetition]));
        }
    };
    let hidden = value.marks.is_hidden();
    let shown = |n: &dyn std::fmt::Display| if hidden { String::new() } else { format!(", but is {n}") };
    let count = match number.to_i64() {
        Some(n) if n < 0 => return Err(EvalError::new(at, format!("`count` must not be negative{}", shown(&n)))),
        Some(n) => n as u64,
        None => return Err(EvalError::new(at, format!("`count` must be a whole number{}", shown(number)))),
    };
    scope.instance.world.make_instances(count, at).map_err(|mut e| {
        if hidden {
            e.message = "`count`, which is sensitive, makes more instances than are evaluated".into();
        }
        e
    })?;
    let name: Arc<str> = "count".into();
    let repetition = |i: u64| Repetition {
        key: InstanceKey::Index(i),
        uncertain: None,
        names: Some((name.clone(), Named::Count(Value::number(i as i64)))),
        collection: None,
        scope: None,
    };
    Ok(Expansion::new(Shape::Count, (0..count).map(repetition).collect()))
}

/// `enabled` of OpenTofu: one instance or none, without a key.
fn by_enabled(scope: &Scope, attribute: &Attribute) -> Result<Expansion, Box<EvalError>> {
    let at = attribute.expr.span;
    let value = eval(scope, &attribute.expr)?;
    if value.is_null() {
        return Err(EvalError::new(at, "`enabled` must not be null"));
    }
    not_ephemeral(&value, attribute)?;
    if value.marks.is_sensitive() {
        let message = "`enabled` must not be sensitive: the plan shows whether the object is there";
        return Err(EvalError::new(at, message).help("put `nonsensitive(…)` around it"));
    }
    let value = convert(&value, &Type::Bool).map_err(|e| EvalError::new(at, format!("`enabled`: {e}")))?;
    report_after_apply(scope, &value, attribute);
    Ok(match value.data {
        Data::Bool(false) => Expansion::new(Shape::Single, Vec::new()),
        Data::Bool(true) => {
            scope.instance.world.make_instances(1, at)?;
            Expansion::single()
        }
        _ => {
            let reasons = value.reasons().cloned().unwrap_or_default();
            let repetition = Repetition { uncertain: Some(reasons.clone()), ..Repetition::single() };
            Expansion::new(Shape::Unknown(reasons), vec![repetition])
        }
    })
}

/// Terraform 1.10 and OpenTofu 1.12 have ephemeral values, and refuse them here.
fn not_ephemeral(value: &Value, attribute: &Attribute) -> Result<(), Box<EvalError>> {
    if !value.marks.contains(Marks::EPHEMERAL) {
        return Ok(());
    }
    let message = format!("`{}` must not be ephemeral: the plan keeps which instances there are", attribute.name.name);
    Err(EvalError::new(attribute.expr.span, message).help("take it from a value that is not ephemeral"))
}

/// Reports a number of instances that Terraform cannot know before the first apply.
fn report_after_apply(scope: &Scope, value: &Value, attribute: &Attribute) {
    let instance = &scope.instance;
    if let Some(what) = only_after_apply(instance, value) {
        let message = format!("`{}` must be known before apply, and {what} is not", attribute.name.name);
        let error = EvalError::new(attribute.expr.span, message)
            .help("take it from what is known: a variable, a local value, or an argument that is written");
        instance.world.report_error(&error);
    }
}

/// What an unknown value hangs on, where all of it is computed by resources that this root module makes: it is not known
/// at the first plan. `None` where anything else has a part in it, or where resources may be there already.
pub fn only_after_apply(instance: &Instance, value: &Value) -> Option<String> {
    if value.is_known() {
        return None;
    }
    let root = std::iter::successors(instance.parent(), |at| at.parent()).last();
    let config = &root.as_deref().unwrap_or(instance).config;
    let imports = config.moves_of("import").filter_map(|b| b.body.attribute("to"));
    let imported: Vec<Option<Target>> = imports.map(|to| Target::read(&to.expr).ok()).collect();
    let may_be_there = |address: &str| {
        let name = |target: &Target| target.resource.as_ref().map(|(resource, _)| resource.address());
        imported.iter().any(|target| target.as_ref().and_then(name).is_none_or(|name| address.contains(&name)))
    };
    let reasons = value.reasons().filter(|reasons| !reasons.is_empty())?;
    let computed = |kind: &ReasonKind| match kind {
        ReasonKind::Computed(address, attribute) => is_computed(address, attribute) && !may_be_there(address),
        _ => false,
    };
    let named = reasons.iter().find_map(|reason| match &reason.kind {
        ReasonKind::Computed(address, attribute) => Some(format!("{address}.{attribute}")),
        _ => None,
    });
    named.filter(|_| reasons.all(computed))
}

/// Whether only the provider gives the attribute of a managed resource a value, and only when it makes it.
fn is_computed(address: &str, attribute: &str) -> bool {
    let mut end = address;
    if let Some(open) = address.strip_suffix(']').and_then(|inner| inner.rfind('[')) {
        end = &address[..open];
    }
    let mut parts = end.rsplit('.');
    let (Some(_), Some(type_name)) = (parts.next(), parts.next()) else { return false };
    if attribute == "id" {
        return true;
    }
    let provider = KnownProvider::find(&crate::eval::provider::implied(type_name));
    let own = (type_name == "terraform_data").then(|| KnownProvider::find("terraform")).flatten();
    let found = own.or(provider).and_then(|p| p.block(TypeKind::Resource, type_name)?.attribute(attribute));
    found.is_some_and(|a| a.computed && !a.optional && !a.required)
}

fn by_for_each(scope: &Scope, attribute: &Attribute) -> Result<Expansion, Box<EvalError>> {
    let at = attribute.expr.span;
    let value = eval(scope, &attribute.expr)?;
    if value.is_null() {
        return Err(EvalError::new(at, "`for_each` must not be null"));
    }
    not_ephemeral(&value, attribute)?;
    report_after_apply(scope, &value, attribute);
    if value.marks.is_sensitive() {
        let message = "`for_each` must not be sensitive: its keys are part of addresses, which are shown";
        let help = "take the keys from something that is not sensitive, or put `nonsensitive(…)` around them";
        let error = EvalError::new(at, message).help(help);
        if scope.instance.refuses_sensitive(value.marks) {
            return Err(error);
        }
        scope.instance.world.report(forgotten(error.finding()));
    }
    let elements: Vec<(Arc<str>, Value)> = match &value.data {
        Data::Map(_, entries) | Data::Object(entries) => entries.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        Data::Set(_, items) => {
            items.iter().for_each(|item| report_after_apply(scope, item, attribute));
            if let Some(unknown) = items.iter().find_map(Value::reasons) {
                return Ok(unknown_each(unknown.clone(), Type::String));
            }
            let key = |v: &Value| match &v.data {
                Data::String(s) => Ok((s.clone(), v.clone())),
                _ => Err(EvalError::new(at, format!("`for_each` needs a set of strings, but has a {} in it", v.ty()))
                    .help("make a map of it, with a name for each element")),
            };
            items.iter().map(key).collect::<Result<_, _>>()?
        }
        Data::Unknown(u) => {
            let element = match &u.ty {
                Type::Map(of) => (**of).clone(),
                Type::Set(_) => Type::String,
                _ => Type::Any,
            };
            return Ok(unknown_each(u.reasons.clone(), element));
        }
        _ => {
            return Err(EvalError::new(
                at,
                format!("`for_each` needs a map or a set of strings, but is a {}", value.ty()),
            )
            .help("`toset(…)` makes a set of a list of strings"));
        }
    };
    scope.instance.world.make_instances(elements.len() as u64, at)?;
    let collection = attribute.expr.clone();
    let name: Arc<str> = "each".into();
    let marks = value.marks;
    let repetition = |(at, (key, value)): (usize, (Arc<str>, Value))| Repetition {
        names: Some((name.clone(), Named::Each(Value::from(Data::String(key.clone())).mark(marks), value.mark(marks)))),
        key: match marks.is_hidden() {
            true => InstanceKey::Hidden(HiddenKey { name: key, nth: at + 1 }),
            false => InstanceKey::Name(key),
        },
        uncertain: None,
        collection: Some(collection.clone()),
        scope: None,
    };
    Ok(Expansion::new(Shape::Each, elements.into_iter().enumerate().map(repetition).collect()))
}

fn unknown_each(reasons: Reasons, element: Type) -> Expansion {
    let each = Named::Each(Value::unknown(Type::String, reasons.clone()), Value::unknown(element, reasons.clone()));
    let repetition = Repetition {
        key: InstanceKey::Unknown,
        uncertain: Some(reasons.clone()),
        names: Some(("each".into(), each)),
        collection: None,
        scope: None,
    };
    Expansion::new(Shape::Unknown(reasons), vec![repetition])
}
