//! Arguments and nested blocks against what Terraform and the providers know, whatever their values are: TF003.
//!
//! The schema is that of one version of a provider. What it lacks is an error only where `terraform init` may choose
//! that major version; elsewhere only what is one slip of the pen away from a name that there is.

use crate::address::ResourceAddr;
use crate::base::source::Span;
use crate::catalog::schema::{self, KnownProvider, NestedBlock, TypeKind};
use crate::cty::value::Type;
use crate::diagnostic::{Edit, Finding, Fix, Level};
use crate::eval::certainty::{Certainty, SchemaChoice};
use crate::eval::instance::Instance;
use crate::eval::provider::{ProviderKey, join};
use crate::eval::resource::META;
use crate::module::report::{INVALID_ARGUMENT, error};
use crate::plan::{ConfigBody, Mode};
use crate::syntax::ast::{Block, Body, ExprKind, Ident};
use crate::syntax::json;
use rustc_hash::FxHashSet;
use std::cell::{Cell, LazyCell};
use std::rc::Rc;

/// How many letters a name may be off to be taken for another whatever the provider's version.
const SLIP: usize = 2;

/// Checks the resources and providers of all modules of a root, each module once.
pub fn check(modules: &[Rc<Instance>], certainty: &Certainty) {
    for instance in modules {
        let config = &instance.config;
        if let Some(by_value) = config.fits_schema.get() {
            let blocks = by_value.iter().filter_map(|id| config.resources.get_key_value(id));
            for (id, block) in blocks {
                resource(instance, certainty, id, block);
            }
            continue;
        }
        let (mut strict, mut by_value) = (true, Vec::new());
        let silent = instance.world.is_silent(|| {
            for (id, block) in &config.resources {
                match resource(instance, certainty, id, block) {
                    Measure::Strict => {}
                    Measure::ByValue => by_value.push(id.clone()),
                    Measure::Lenient => strict = false,
                }
            }
            strict &= configurations(instance, certainty);
            strict &= checked_data(instance, certainty);
        });
        if silent && strict {
            let _ = config.fits_schema.set(by_value);
        }
    }
}

/// The kind of type that a mode has.
pub fn kind_of(mode: Mode) -> TypeKind {
    match mode {
        Mode::Managed => TypeKind::Resource,
        Mode::Data => TypeKind::DataSource,
        Mode::Ephemeral => TypeKind::Ephemeral,
    }
}

/// How a resource was held against its schema.
enum Measure {
    /// Against the schema as it is: another root module cannot find more.
    Strict,
    /// The same, but for what is in blocks that values decide.
    ByValue,
    /// Against that of another version perhaps.
    Lenient,
}

/// Checks a resource.
fn resource(instance: &Rc<Instance>, certainty: &Certainty, id: &ResourceAddr, block: &Block) -> Measure {
    let key = ProviderKey::written(id, block);
    let local = instance.provider(&key).name.clone();
    let Some(choice) = certainty.choice(&instance.config, &local) else { return Measure::Strict };
    let SchemaChoice { provider, certain, older } = choice;
    let address = instance.address_of(&id.address());
    let what = id.type_name.to_string();
    let schema = provider.block(kind_of(id.mode), &id.type_name);
    let checker = ArgumentChecker { instance, provider, what, address, certain, older, guessed: Cell::new(false) };
    match schema {
        Some(schema) => {
            let state = instance.resource_state(id, block.header).ok();
            let made = state.iter().flat_map(|s| &s.instances).map(|r| (&*r.config, true)).collect();
            checker.body(&block.body, block.header, schema, "", &made);
        }
        None => checker.unknown_type(id, block),
    }
    match (certain, checker.guessed.get()) {
        (false, _) => Measure::Lenient,
        (true, true) => Measure::ByValue,
        (true, false) => Measure::Strict,
    }
}

/// Checks the data sources in the `check` blocks of a module.
fn checked_data(instance: &Rc<Instance>, certainty: &Certainty) -> bool {
    let mut strict = true;
    for block in instance.config.checks.iter().flat_map(|check| check.body.blocks("data")) {
        let id = ResourceAddr { mode: Mode::Data, type_name: block.label(0).into(), name: block.label(1).into() };
        let local = ProviderKey::written(&id, block).name;
        let Some(choice) = certainty.choice(&instance.config, &local) else { continue };
        let SchemaChoice { provider, certain, older } = choice;
        strict &= certain;
        let (what, address) = (id.type_name.to_string(), instance.address_of(&id.address()));
        let checker = ArgumentChecker { instance, provider, what, address, certain, older, guessed: Cell::new(false) };
        if let Some(schema) = provider.block(TypeKind::DataSource, &id.type_name) {
            checker.body(&block.body, block.header, schema, "", &Vec::new());
        }
        strict &= !checker.guessed.get();
    }
    strict
}

/// Checks the arguments of a module's provider configurations.
fn configurations(instance: &Rc<Instance>, certainty: &Certainty) -> bool {
    let mut strict = true;
    for block in &instance.config.providers {
        let Some(choice) = certainty.choice(&instance.config, &block.label(0).into()) else { continue };
        let SchemaChoice { provider, certain, older } = choice;
        strict &= certain;
        let what = format!("the provider {}", block.label(0));
        let checker = ArgumentChecker {
            instance,
            provider,
            what,
            address: String::new(),
            certain,
            older,
            guessed: Cell::new(false),
        };
        checker.body(&block.body, block.header, provider.configuration(), "", &Vec::new());
        strict &= !checker.guessed.get();
    }
    strict
}

/// A body, and the names that it may have and has not: looked up once, for all that it has and may not.
struct Around<'b> {
    json: bool,
    open: LazyCell<Vec<&'b str>, Box<dyn FnOnce() -> Vec<&'b str> + 'b>>,
}

impl<'b> Around<'b> {
    fn new(body: &'b Body, schema: &'b schema::BlockSchema) -> Around<'b> {
        let open = move || {
            let written: FxHashSet<&str> = body.attributes.iter().map(|a| &*a.name.name).collect();
            schema.names().filter(|name| !written.contains(name)).collect()
        };
        Around { json: body.json, open: LazyCell::new(Box::new(open)) }
    }
}

struct ArgumentChecker<'c> {
    instance: &'c Rc<Instance>,
    provider: KnownProvider,
    /// The thing that the body is of, as a reader calls it.
    what: String,
    address: String,
    /// The schema is the provider's; else only slips are reported.
    certain: bool,
    /// An older major version may be chosen as well.
    older: bool,
    /// Something was passed over since values decide it.
    guessed: Cell<bool>,
}

/// The bodies that evaluation made of a body, and whether each certainly exists.
type MadeBodies<'m> = Vec<(&'m ConfigBody, bool)>;

/// What Terraform itself reads in a provider configuration.
const PROVIDER_META: [&str; 6] = ["alias", "count", "depends_on", "for_each", "source", "version"];

impl ArgumentChecker<'_> {
    /// Whether a name at the top is Terraform's own.
    fn is_meta(&self, name: &str) -> bool {
        match self.address.is_empty() {
            true => PROVIDER_META.contains(&name),
            false => name != "timeouts" && META.contains(&name),
        }
    }

    fn unknown_type(&self, id: &ResourceAddr, block: &Block) {
        let what = match id.mode {
            Mode::Data => "data source",
            Mode::Managed => "resource type",
            Mode::Ephemeral => "ephemeral resource",
        };
        let near = near(&id.type_name, self.provider.names(kind_of(id.mode)), self.certain);
        let certain = self.certain && !self.older;
        let Some(label) = block.labels.first().filter(|_| certain || near.is_some()) else { return };
        let provider = self.provider.name();
        let message = format!("the {provider} provider has no {what} `{}`", id.type_name);
        let mut finding = self.finding(label.span, message, "", "");
        if let Some(near) = near {
            finding.help.push(format!("did you mean `{near}`?"));
            let quoted = if block.body.json { format!("{near:?}") } else { format!("\"{near}\"") };
            finding.fixes.push(rename(label.span, near, quoted));
        } else if provider != "terraform" {
            // A newer version of the provider may have it.
            finding.level = Level::Warning;
            let version = self.provider.version().trim_end_matches(".0");
            finding.help.push(format!(
                "kfplint knows the types of version {version} of hashicorp/{provider}; a later one may have it"
            ));
        }
        self.instance.world.report(finding);
    }

    fn body(&self, body: &Body, header: Span, schema: &schema::BlockSchema, path: &str, made: &MadeBodies) {
        let top = path.is_empty();
        let around = Around::new(body, schema);
        // The provider sees no block that may not be made, and no argument that is null.
        let is_set = |body: &ConfigBody, name: &str| body.attribute(name).is_none_or(|a| !a.value.is_null());
        let seen = |name: &str| made.is_empty() || made.iter().any(|(body, sure)| *sure && is_set(body, name));
        for attribute in &body.attributes {
            let name = &attribute.name;
            if top && self.is_meta(&name.name) {
                continue;
            }
            match (schema.attribute(&name.name), schema.block(&name.name)) {
                (Some(found), _) if self.certain && !found.optional && !found.required => match seen(&name.name) {
                    true => {
                        let message =
                            format!("`{}` of {} cannot be set: the provider computes it", name.name, self.what(path));
                        self.report(name.span, message, path, &name.name, &["remove this line".into()]);
                    }
                    false => self.guessed.set(true),
                },
                (Some(_), _) => {}
                (None, Some(nested)) if body.json => {
                    let blocks = json::blocks_of(attribute);
                    blocks.iter().for_each(|b| self.nested(&b.body, attribute.name.span, nested, path, made));
                }
                (None, Some(_)) if self.certain => {
                    let message = format!("`{}` of {} is a block, not an argument", name.name, self.what(path));
                    let help = format!("write `{} {{ … }}`, without the equals sign", name.name);
                    self.report(name.span, message, path, &name.name, &[help]);
                }
                (None, Some(_)) => {}
                (None, None) => self.unknown(name, &around, path, ("argument", body.json)),
            }
        }
        for block in &body.blocks {
            self.block(block, &around, schema, path, made);
        }
        if self.certain {
            self.required(body, header, schema, path);
        }
    }

    fn block(&self, block: &Block, around: &Around, schema: &schema::BlockSchema, path: &str, made: &MadeBodies) {
        let dynamic = &*block.kind.name == "dynamic";
        let name = match block.labels.first().filter(|_| dynamic) {
            Some(label) => Ident { name: label.text.clone(), span: label.span },
            None => block.kind.clone(),
        };
        if path.is_empty() && self.is_meta(&name.name) || &*name.name == "_" {
            return;
        }
        match (schema.block(&name.name), schema.attribute(&name.name)) {
            (Some(nested), _) if !dynamic => self.nested(&block.body, block.header, nested, path, made),
            // Terraform looks at the content of a dynamic block once it makes a block of it.
            (Some(_), _) if !made.iter().any(|(body, _)| body.blocks(&name.name).next().is_some()) => {
                self.guessed.set(true);
            }
            (Some(nested), _) => {
                for content in block.body.blocks("content") {
                    self.nested(&content.body, content.header, nested, path, made);
                }
            }
            (None, Some(attribute)) if self.certain && !is_objects(&attribute.ty, self.older) => {
                let message = format!("`{}` of {} is an argument, not a block", name.name, self.what(path));
                self.report(name.span, message, path, &name.name, &[format!("write `{} = …`", name.name)]);
            }
            (None, Some(_)) => {}
            (None, None) => self.unknown(&name, around, path, ("block", dynamic || around.json)),
        }
    }

    fn nested(&self, body: &Body, header: Span, nested: &NestedBlock, path: &str, made: &MadeBodies) {
        let blocks = made.iter().flat_map(|(body, sure)| body.blocks(nested.name).map(move |block| (block, *sure)));
        let inner = blocks.map(|(block, sure)| (&block.body, sure && block.uncertain.is_none())).collect();
        self.body(body, header, &nested.block, &join(path, nested.name), &inner);
    }

    /// Reports a name that the schema does not have, with the name that was most likely meant: none of an argument that is
    /// written already.
    fn unknown(&self, name: &Ident, around: &Around, path: &str, (what, quoted): (&str, bool)) {
        let certain = self.certain && !(self.older && self.address.is_empty());
        let near = near(&name.name, around.open.iter().copied(), certain);
        if !certain && near.is_none() {
            return;
        }
        let message = format!("{} has no {what} `{}`", self.what(path), name.name);
        let mut finding = self.finding(name.span, message, path, &name.name);
        match near {
            Some(near) => {
                finding.help.push(format!("did you mean `{near}`?"));
                let text = if quoted { format!("\"{near}\"") } else { near.to_string() };
                finding.fixes.push(rename(name.span, near, text));
            }
            None => finding.help.push(format!(
                "remove it; if another version of the provider than {} has it, ask for that one in required_providers",
                self.provider.major()
            )),
        }
        self.instance.world.report(finding);
    }

    /// Reports what must be written and is not, and blocks that are too many.
    fn required(&self, body: &Body, header: Span, schema: &schema::BlockSchema, path: &str) {
        // Of use only where a required one is not written.
        let meant = LazyCell::new(|| -> Vec<&str> {
            let unknown = body.attributes.iter().map(|a| &*a.name.name).filter(|n| schema.attribute(n).is_none());
            unknown.filter_map(|n| near(n, schema.names(), true)).collect()
        });
        let written = |name: &str| {
            body.attribute(name).is_some_and(|a| !matches!(a.expr.kind, ExprKind::Null))
                || body.blocks(name).next().is_some()
                || body.blocks("dynamic").any(|b| b.label(0) == name)
                || meant.contains(&name)
        };
        for attribute in schema.attributes.iter().filter(|a| a.required && !written(a.name)) {
            let message = format!("{} needs the argument `{}`", self.what(path), attribute.name);
            self.report(header, message, path, attribute.name, &[format!("write `{} = …`", attribute.name)]);
        }
        for nested in schema.blocks.iter().filter(|nested| nested.min_items > 0) {
            let is_open = || body.blocks("dynamic").any(|b| b.label(0) == nested.name);
            if body.blocks(nested.name).next().is_none() && body.attribute(nested.name).is_none() && !is_open() {
                let message = format!("{} needs a block `{}`", self.what(path), nested.name);
                self.report(header, message, path, nested.name, &[format!("write `{} {{ … }}`", nested.name)]);
            }
        }
        let kinds: FxHashSet<&str> = body.blocks.iter().map(|block| &*block.kind.name).collect();
        for nested in kinds.iter().filter_map(|kind| schema.block(kind)) {
            let count = body.blocks(nested.name).count();
            if nested.max_items > 0 && count > nested.max_items as usize {
                let extra = body.blocks(nested.name).nth(nested.max_items as usize).map_or(header, |b| b.header);
                let most =
                    if nested.max_items == 1 { "one block".into() } else { format!("{} blocks", nested.max_items) };
                let message = format!("{} has at most {most} `{}`", self.what(path), nested.name);
                self.report(extra, message, path, nested.name, &["remove or merge it".into()]);
            }
        }
    }

    /// The thing that a path is in, as a reader calls it.
    fn what(&self, path: &str) -> String {
        if path.is_empty() { self.what.clone() } else { format!("`{path}` of {}", self.what) }
    }

    fn finding(&self, span: Span, message: String, path: &str, name: &str) -> Finding {
        let mut finding = error(INVALID_ARGUMENT, span, message, "");
        finding.address = Some(self.address.clone()).filter(|address| !address.is_empty());
        finding.attribute = Some(join(path, name)).filter(|a| !a.is_empty());
        finding
    }

    fn report(&self, span: Span, message: String, path: &str, name: &str, help: &[String]) {
        let mut finding = self.finding(span, message, path, name);
        finding.help.extend_from_slice(help);
        self.instance.world.report(finding);
    }
}

/// The name that was most likely meant; where the schema may be of another version, only one very near.
fn near<'a>(name: &str, names: impl Iterator<Item = &'a str>, certain: bool) -> Option<&'a str> {
    let near = crate::base::suggest::suggest(name, names)?;
    let slip = name.len() > 2 * SLIP && strsim::damerau_levenshtein(name, near) <= SLIP && !plural(name, near);
    (certain || slip).then_some(near)
}

/// One is the other's plural: names that versions of a provider do differ by.
fn plural(a: &str, b: &str) -> bool {
    a.strip_suffix('s') == Some(b) || b.strip_suffix('s') == Some(a)
}

/// Whether an attribute may also be written as blocks: one object alone only for an older version.
fn is_objects(ty: &Type, older: bool) -> bool {
    match ty {
        Type::List(of) | Type::Set(of) => matches!(**of, Type::Object(_)),
        Type::Object(_) => older,
        _ => false,
    }
}

fn rename(span: Span, near: &str, text: String) -> Fix {
    Fix::unsafe_edit(format!("rename it to {near}"), Edit { span, text })
}
