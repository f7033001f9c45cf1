//! Values that a provider refuses before it makes anything: what is not among its enumerations, out of range, of another
//! form, or beside what it excludes. Only where `terraform init` chooses the major version that the facts are of.

use crate::base::source::Span;
use crate::catalog::provider_checks::{Alternatives, ProviderCheck, TypeChecks};
use crate::catalog::schema::{self, KnownProvider};
use crate::cty::value::{Data, Marks, Type, Value, convert};
use crate::eval::arguments::kind_of;
use crate::eval::certainty::{Certainty, SchemaChoice};
use crate::eval::instance::Instance;
use crate::eval::provider::join;
use crate::eval::value_forms::{is_duration, is_form, matches};
use crate::module::report::{INVALID_ARGUMENT, error};
use crate::plan::{ConfigAttribute, ConfigBody, Mode, Resource};
use crate::syntax::ast::ExprKind;
use std::borrow::Cow;
use std::rc::Rc;

/// Checks the resources of all module instances of a root.
pub fn check(instances: &[Rc<Instance>], certainty: &Certainty) {
    for instance in instances.iter().filter(|i| i.config.facts.is_none()) {
        for (id, block) in &instance.config.resources {
            let Ok(state) = instance.resource_state(id, block.header) else { continue };
            let mut last = None;
            for resource in state.instances.iter().filter(|r| r.uncertain.is_none()) {
                let local = &resource.provider.name;
                if last.as_ref().is_none_or(|(name, _)| name != local) {
                    last = Some((local.clone(), certainty.choice(&instance.config, local)));
                }
                let choice = last.as_ref().and_then(|(_, choice)| *choice);
                let Some(SchemaChoice { provider, certain: true, .. }) = choice else { continue };
                let Some(schema) = provider.block(kind_of(id.mode), &id.type_name) else { continue };
                let checker = ValueChecker { instance, resource, provider };
                checker.values(&resource.config, schema, None);
                match id.mode {
                    Mode::Managed => checker.all(&id.type_name),
                    Mode::Data => checker.all(&format!("data.{}", id.type_name)),
                    Mode::Ephemeral => {}
                }
            }
        }
    }
}

/// The blocks on the way to a body, the inner one first.
struct BodyWay<'w> {
    name: &'w str,
    around: Option<&'w BodyWay<'w>>,
}

/// The path of a name in a body.
fn path_of(way: Option<&BodyWay>, name: &str) -> String {
    match way {
        Some(way) => join(&path_of(way.around, way.name), name),
        None => name.to_string(),
    }
}

/// Whether an argument or block is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Set,
    Unset,
    /// Values decide it that are not known.
    Open,
}

struct ValueChecker<'c> {
    instance: &'c Rc<Instance>,
    resource: &'c Resource,
    provider: KnownProvider,
}

impl ValueChecker<'_> {
    fn report(&self, span: Option<Span>, path: &str, message: String, help: String) {
        let Some(span) = span.or(self.resource.header) else { return };
        let mut finding = error(INVALID_ARGUMENT, span, message, "");
        finding.address = Some(self.resource.address.to_string());
        finding.attribute = Some(path.replace("[]", "")).filter(|path| !path.is_empty());
        finding.help.push(help);
        self.instance.world.report(finding);
    }

    /// Values by what the schema says of them.
    fn values(&self, body: &ConfigBody, schema: &schema::BlockSchema, way: Option<&BodyWay>) {
        let google = self.provider.name().starts_with("google");
        for attribute in &body.attributes {
            let Some(known) = schema.attribute(&attribute.name) else { continue };
            let (name, value) = (&attribute.name, &attribute.value);
            let full = || path_of(way, name);
            let written = attribute.origin.as_ref().is_some_and(|origin| matches!(origin.expr.kind, ExprKind::Null));
            if known.required && value.is_null() && !written {
                let kind = &self.resource.type_name;
                let around = way.map(|way| path_of(way.around, way.name));
                let what = around.map_or_else(|| kind.to_string(), |path| format!("`{path}` of {kind}"));
                let message = format!("{what} needs the argument `{name}`, which is null");
                self.report(attribute.span, &full(), message, "give it a value that is not null".into());
            }
            let keeps = || !known.write_only && !name.ends_with("_wo") && full() != "store.input";
            if value.deep_marks().contains(Marks::EPHEMERAL) && keeps() {
                let message = format!("`{name}` must not be ephemeral: the plan and the state keep it");
                let help = "use an argument that is write-only, such as one ending in `_wo`, or a value that is kept";
                self.report(attribute.span, &full(), message, help.into());
                continue;
            }
            if google {
                self.google(attribute, &known.ty, &full);
            } else if let Err(e) = convert(value, &known.ty) {
                let message =
                    if value.is_hidden() { format!("`{name}` is of a wrong type") } else { format!("`{name}`: {e}") };
                self.report(attribute.span, &full(), message, "write a value of that type".into());
            }
        }
        if way.is_some_and(|way| way.name == "timeouts" && way.around.is_none()) {
            self.durations(body);
        }
        for block in body.blocks.iter().filter(|block| block.uncertain.is_none()) {
            if let Some(nested) = schema.block(&block.kind) {
                self.values(&block.body, &nested.block, Some(&BodyWay { name: &block.kind, around: way }));
            }
        }
    }

    /// The arguments of `timeouts` are durations.
    fn durations(&self, body: &ConfigBody) {
        for attribute in &body.attributes {
            if text_of(&attribute.value).is_some_and(|text| !is_duration(&text)) {
                let message = format!("`{}` must be a duration{}", attribute.name, but_is(&attribute.value));
                let path = join("timeouts", &attribute.name);
                self.report(attribute.span, &path, message, "write one such as \"30m\" or \"1h\"".into());
            }
        }
    }

    /// What the plugin framework that the google provider stands on refuses.
    fn google(&self, attribute: &ConfigAttribute, ty: &Type, full: &dyn Fn() -> String) {
        let name = &attribute.name;
        if let (Type::List(of) | Type::Set(of), Some(items)) = (ty, attribute.value.elements())
            && matches!(**of, Type::String | Type::Number | Type::Bool)
            && items.iter().any(Value::is_null)
        {
            let message = format!("`{name}` has a null in it, which is not allowed there");
            self.report(
                attribute.span,
                &full(),
                message,
                "leave it out, or put `compact(…)` around a list of texts".into(),
            );
        }
        let whole = || {
            self.resource.type_name.starts_with("google_container_")
                || ["_count", "disk_size_gb", "priority", "mtu", "asn"].iter().any(|end| name.ends_with(end))
        };
        if *ty != Type::Number || !whole() {
            return;
        }
        let number = convert(&attribute.value, &Type::Number).ok();
        if number.as_ref().and_then(Value::as_number).is_some_and(|n| !n.is_integer()) {
            let message = format!("`{name}` must be a whole number{}", but_is(&attribute.value));
            self.report(attribute.span, &full(), message, "round it".into());
        }
    }

    /// All checks of the resource's type. Those on arguments and blocks that are not written hold.
    fn all(&self, type_name: &str) {
        let (config, checks) = (&self.resource.config, TypeChecks::of(type_name));
        let attributes = config.attributes.iter().map(|a| &*a.name);
        let mut names: Vec<&str> = attributes.chain(config.blocks.iter().map(|block| &*block.kind)).collect();
        names.push("");
        names.sort_unstable();
        names.dedup();
        names.iter().flat_map(|name| checks.on(name)).for_each(|check| self.check(check));
    }

    fn check(&self, check: &ProviderCheck) {
        match check {
            &ProviderCheck::OneOf(path, words) => self.each(path, &|value| {
                let text = text_of(value)?;
                let fits = words.split('|').any(|word| word == text);
                (!fits).then(|| {
                    let all: Vec<&str> = words.split('|').filter(|word| !word.is_empty()).collect();
                    (format!("must be one of {}", all.join(", ")), "write one of them")
                })
            }),
            &ProviderCheck::Range(path, least, most) => self.each(path, &|value| {
                let number = convert(value, &Type::Number).ok()?.as_number()?.to_f64();
                if least.is_some_and(|least| number < least) {
                    return Some((format!("must be at least {}", least.unwrap_or_default()), "raise it"));
                }
                let most = most.filter(|most| number > *most)?;
                Some((format!("must be at most {most}"), "lower it"))
            }),
            &ProviderCheck::Length(path, least, most) => self.each(path, &|value| {
                let length = text_of(value)?.len();
                let fits = (least..=most).contains(&length);
                (!fits).then(|| (format!("must have {least} to {most} characters"), "write another text"))
            }),
            &ProviderCheck::Pattern(path, pattern) => self.each(path, &|value| {
                let fits = matches(pattern, &text_of(value)?)?;
                (!fits).then(|| (format!("must match `{pattern}`"), "write a text that does"))
            }),
            &ProviderCheck::Form(path, form) => self.each(path, &|value| {
                let fits = is_form(form, &text_of(value)?)?;
                (!fits).then(|| (format!("must be {}", form_of(form)), "write a text of that form"))
            }),
            &ProviderCheck::Conflicts(path, others) => {
                // Both say so: the one that stands later is reported.
                let later = |other: &&str| self.place(other).map(|at| at.start) <= self.place(path).map(|at| at.start);
                if let Some((name, others)) = self.beside(path, others, Presence::Set).filter(|(_, other)| later(other))
                {
                    let message = format!("`{name}` conflicts with `{others}`");
                    self.report(self.place(path), path, message, "remove one of them".into());
                }
            }
            &ProviderCheck::With(path, others) => {
                if let Some((name, others)) = self.beside(path, others, Presence::Unset) {
                    let message = format!("`{name}` also needs `{others}`");
                    self.report(self.place(path), path, message, format!("write `{others}` too"));
                }
            }
            ProviderCheck::ExactlyOne(all) => self.choice(all, 1),
            ProviderCheck::AtLeastOne(all) => self.choice(all, usize::MAX),
        }
    }

    /// Holds each value at a path against a condition, which gives what is wrong and what to do.
    fn each(&self, path: &str, wrong: &dyn Fn(&Value) -> Option<(String, &'static str)>) {
        let (names, elements) = match path.strip_suffix("[]") {
            Some(names) => (names, true),
            None => (path, false),
        };
        visit(&self.resource.config, names, &mut |attribute| {
            let inner = attribute.value.elements().filter(|_| elements);
            let values = inner.map_or(std::slice::from_ref(&attribute.value), |items| items);
            for value in values.iter().filter(|value| value.is_known() && !value.is_null()) {
                if let Some((what, help)) = wrong(value) {
                    let value = value.clone().mark(attribute.value.marks);
                    let message = format!("`{}` {what}{}", attribute.name, but_is(&value));
                    self.report(attribute.span, path, message, help.into());
                }
            }
        });
    }

    fn place(&self, path: &str) -> Option<Span> {
        place(&self.resource.config, path)
    }

    fn presence(&self, path: &str) -> Presence {
        presence(&self.resource.config, path)
    }

    /// The first of the others whose presence is such, where the one at the path is written.
    fn beside<'p>(&self, path: &'p str, others: &'p str, wanted: Presence) -> Option<(&'p str, &'p str)> {
        if self.presence(path) != Presence::Set {
            return None;
        }
        let other = others.split('|').find(|other| *other != path && self.presence(other) == wanted)?;
        Some((path, other))
    }

    /// Reports where none or more than `most` of some arguments are written, if the block that they stand in is there.
    fn choice(&self, all: &Alternatives, most: usize) {
        let (config, block) = (&self.resource.config, all.block);
        let one = block.is_empty() || self.presence(block) == Presence::Set && is_single(config, block);
        if !one {
            return;
        }
        let count = |presence| all.paths.iter().filter(|path| self.presence(path) == presence).count();
        let set = count(Presence::Set);
        if set > 0 && set <= most || set == 0 && count(Presence::Open) > 0 {
            return;
        }
        let name = |path: &&str| format!("`{}`", path.rsplit('.').next().unwrap_or_default());
        let names = all.paths.iter().map(name).collect::<Vec<_>>().join(", ");
        let what = if block.is_empty() { self.resource.type_name.to_string() } else { format!("`{block}`") };
        if set == 0 {
            let span = if block.is_empty() { None } else { self.place(block) };
            return self.report(span, block, format!("{what} needs one of {names}"), "write one of them".into());
        }
        let mut written = all.paths.iter().filter(|path| self.presence(path) == Presence::Set);
        if let Some(second) = written.nth(1) {
            let message = format!("{what} takes one of {names}, not {set}");
            self.report(self.place(second), second, message, "keep one of them".into());
        }
    }
}

fn form_of(form: &str) -> &'static str {
    match form {
        "json" => "JSON",
        "duration" => "a duration, such as 30s or 1h",
        "rfc3339" => "a time, such as 2026-01-31T00:00:00Z",
        _ => "a range of addresses, such as 10.0.0.0/16",
    }
}

/// The text of a known value of a primitive type.
fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value.as_str() {
        Some(text) => Some(Cow::Borrowed(text)),
        None => convert(value, &Type::String).ok()?.as_str().map(|text| Cow::Owned(text.to_string())),
    }
}

/// What a value is, where that may be shown.
fn but_is(value: &Value) -> String {
    match &value.data {
        _ if value.is_hidden() => String::new(),
        Data::String(text) if text.len() > 80 || text.contains('\n') => String::new(),
        Data::String(text) => format!(", not \"{text}\""),
        Data::Number(_) | Data::Bool(_) => text_of(value).map(|text| format!(", not {text}")).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The first step of a path, and the rest.
fn first(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)))
}

/// Calls `each` on the attributes at a path, in all blocks that are certainly there.
fn visit(body: &ConfigBody, path: &str, each: &mut dyn FnMut(&ConfigAttribute)) {
    match first(path) {
        (name, None) => body.attributes.iter().filter(|a| *a.name == *name).for_each(each),
        (name, Some(rest)) => {
            for block in body.blocks(name).filter(|block| block.uncertain.is_none()) {
                visit(&block.body, rest, each);
            }
        }
    }
}

fn presence(body: &ConfigBody, path: &str) -> Presence {
    let (name, rest) = first(path);
    if let Some(attribute) = body.attribute(name) {
        return match &attribute.value {
            _ if rest.is_some() => Presence::Open,
            value if !value.is_known() => Presence::Open,
            value if value.is_null() => Presence::Unset,
            _ => Presence::Set,
        };
    }
    match body.blocks(name).next() {
        None => Presence::Unset,
        Some(block) if block.uncertain.is_some() => Presence::Open,
        Some(block) => rest.map_or(Presence::Set, |rest| presence(&block.body, rest)),
    }
}

/// Whether each block on the way is the only one of its type.
fn is_single(body: &ConfigBody, path: &str) -> bool {
    let (name, rest) = first(path);
    let mut blocks = body.blocks(name);
    match (blocks.next(), blocks.next()) {
        (Some(block), None) => rest.is_none_or(|rest| is_single(&block.body, rest)),
        _ => false,
    }
}

fn place(body: &ConfigBody, path: &str) -> Option<Span> {
    match first(path) {
        (name, None) => body.attribute(name).and_then(|a| a.span).or_else(|| body.blocks(name).next()?.header),
        (name, Some(rest)) => {
            let block = body.blocks(name).next()?;
            place(&block.body, rest).or(block.header)
        }
    }
}
