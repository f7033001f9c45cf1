//! Arguments and nested blocks against what Terraform and the google provider know, whatever their values are: TF003.
//!
//! The schema is that of one version of the provider. What it lacks is an error only where `terraform init` may choose
//! that major version; elsewhere only what is one slip of the pen away from a name that there is.

use crate::address::ResourceAddr;
use crate::base::source::Span;
use crate::catalog::schema::{self, NestedBlock};
use crate::cty::value::Type;
use crate::diagnostic::{Edit, Finding, Fix, Level};
use crate::eval::instance::Instance;
use crate::eval::provider::{ProviderKey, join};
use crate::eval::resource::{META, schema_of};
use crate::module::report::{INVALID_ARGUMENT, error};
use crate::plan::Mode;
use crate::syntax::ast::{Block, Body, ExprKind, Ident};
use crate::syntax::json;
use rustc_hash::FxHashSet;
use std::cell::LazyCell;
use std::rc::Rc;

/// The provider's major version that the schema is of.
const MAJOR: u64 = 7;

/// How many letters a name may be off to be taken for another whatever the provider's version.
const SLIP: usize = 2;

/// Checks the resources of all modules of a root, each module once.
pub fn check(modules: &[Rc<Instance>]) {
    let Some(root) = modules.first() else { return };
    let ours = is_ours(root, modules);
    for instance in modules.iter().filter(|m| m.config.fits_schema.get().is_none()) {
        let mut strict = true;
        let silent = instance.world.is_silent(|| strict = resources(instance, ours));
        if silent && strict {
            let _ = instance.config.fits_schema.set(());
        }
    }
}

/// Checks a module's resources. Whether all of them were held against the schema as it is.
fn resources(instance: &Rc<Instance>, ours: bool) -> bool {
    let mut strict = true;
    for (id, block) in &instance.config.resources {
        if id.mode != Mode::Ephemeral && id.type_name.starts_with("google_") {
            let key = ProviderKey::written(id, block);
            let provider = instance.provider(&key).name.clone();
            let certain = ours && &*provider == "google";
            strict &= certain;
            let checker = ArgumentChecker { instance, id, address: instance.address_of(&id.address()), certain };
            checker.resource(block);
        }
    }
    strict
}

/// Whether `terraform init` may choose the provider version that the schema is of.
fn is_ours(root: &Rc<Instance>, modules: &[Rc<Instance>]) -> bool {
    if let Some(locked) = locked_major(root) {
        return locked == MAJOR;
    }
    let known = root.world.missing.borrow().is_empty();
    known && modules.iter().all(|m| m.config.google_versions.iter().all(|c| c.is_some_and(|c| c.admits(MAJOR))))
}

/// The provider's major version in `.terraform.lock.hcl`.
fn locked_major(root: &Rc<Instance>) -> Option<u64> {
    let bytes = root.world.evaluator.loader().beside(&root.dir.join(".terraform.lock.hcl"))?;
    let text = String::from_utf8(bytes).ok()?;
    let file = crate::syntax::parse(crate::base::source::FileId(0), &text, &[]);
    let provider = file.body.blocks("provider").find(|b| b.label(0).ends_with("/hashicorp/google"))?;
    let version = provider.body.attribute("version")?.expr.as_str()?;
    version.split('.').next()?.parse().ok()
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
    id: &'c ResourceAddr,
    address: String,
    /// The schema is the provider's; else only slips are reported.
    certain: bool,
}

impl ArgumentChecker<'_> {
    fn resource(&self, block: &Block) {
        match schema_of(self.id) {
            Some(schema) => self.body(&block.body, block.header, schema, ""),
            None => self.unknown_type(block),
        }
    }

    fn unknown_type(&self, block: &Block) {
        let (what, near) = match self.id.mode {
            Mode::Data => ("data source", near(&self.id.type_name, schema::data_source_names(), self.certain)),
            _ => ("resource type", near(&self.id.type_name, schema::resource_names(), self.certain)),
        };
        let Some(label) = block.labels.first().filter(|_| self.certain || near.is_some()) else { return };
        let message = format!("the google provider has no {what} `{}`", self.id.type_name);
        let mut finding = self.finding(label.span, message, "", "");
        if let Some(near) = near {
            finding.help.push(format!("did you mean `{near}`?"));
            let quoted = if block.body.json { format!("{near:?}") } else { format!("\"{near}\"") };
            finding.fixes.push(rename(label.span, near, quoted));
        } else {
            // A newer version of the provider may have it.
            finding.level = Level::Warning;
            finding
                .help
                .push("kfplint knows the types of version 7.45 of hashicorp/google; a later one may have it".into());
        }
        self.instance.world.report(finding);
    }

    fn body(&self, body: &Body, header: Span, schema: &schema::BlockSchema, path: &str) {
        let top = path.is_empty();
        let around = Around::new(body, schema);
        for attribute in &body.attributes {
            let name = &attribute.name;
            if top && META.contains(&&*name.name) {
                continue;
            }
            match (schema.attribute(&name.name), schema.block(&name.name)) {
                (Some(found), _) if self.certain && !found.optional && !found.required => {
                    let message =
                        format!("`{}` of {} cannot be set: the provider computes it", name.name, self.what(path));
                    self.report(name.span, message, path, &name.name, &["remove this line".into()]);
                }
                (Some(_), _) => {}
                (None, Some(nested)) if body.json => {
                    let blocks = json::blocks_of(attribute);
                    blocks.iter().for_each(|b| self.nested(&b.body, attribute.name.span, nested, path));
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
            self.block(block, &around, schema, path);
        }
        if self.certain {
            self.required(body, header, schema, path);
        }
    }

    fn block(&self, block: &Block, around: &Around, schema: &schema::BlockSchema, path: &str) {
        let dynamic = &*block.kind.name == "dynamic";
        let name = match block.labels.first().filter(|_| dynamic) {
            Some(label) => Ident { name: label.text.clone(), span: label.span },
            None => block.kind.clone(),
        };
        if path.is_empty() && META.contains(&&*name.name) {
            return;
        }
        match (schema.block(&name.name), schema.attribute(&name.name)) {
            (Some(nested), _) if !dynamic => self.nested(&block.body, block.header, nested, path),
            (Some(nested), _) => {
                for content in block.body.blocks("content") {
                    self.nested(&content.body, content.header, nested, path);
                }
            }
            (None, Some(attribute)) if self.certain && !is_objects(&attribute.ty) => {
                let message = format!("`{}` of {} is an argument, not a block", name.name, self.what(path));
                self.report(name.span, message, path, &name.name, &[format!("write `{} = …`", name.name)]);
            }
            (None, Some(_)) => {}
            (None, None) => self.unknown(&name, around, path, ("block", dynamic || around.json)),
        }
    }

    fn nested(&self, body: &Body, header: Span, nested: &NestedBlock, path: &str) {
        self.body(body, header, &nested.block, &join(path, nested.name));
    }

    /// Reports a name that the schema does not have, with the name that was most likely meant: none of an argument that is
    /// written already.
    fn unknown(&self, name: &Ident, around: &Around, path: &str, (what, quoted): (&str, bool)) {
        let near = near(&name.name, around.open.iter().copied(), self.certain);
        if !self.certain && near.is_none() {
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
                "remove it; if another version of the provider than {MAJOR} has it, ask for that one in required_providers"
            )),
        }
        self.instance.world.report(finding);
    }

    /// Reports what must be written and is not, and blocks that are too many.
    fn required(&self, body: &Body, header: Span, schema: &schema::BlockSchema, path: &str) {
        let unknown = body.attributes.iter().map(|a| &*a.name.name).filter(|n| schema.attribute(n).is_none());
        let meant: Vec<&str> = unknown.filter_map(|n| near(n, schema.names(), true)).collect();
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
        for nested in &schema.blocks {
            let count = body.blocks(nested.name).count();
            let open =
                body.blocks("dynamic").any(|b| b.label(0) == nested.name) || body.attribute(nested.name).is_some();
            if nested.min_items > 0 && count == 0 && !open {
                let message = format!("{} needs a block `{}`", self.what(path), nested.name);
                self.report(header, message, path, nested.name, &[format!("write `{} {{ … }}`", nested.name)]);
            }
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
        if path.is_empty() { self.id.type_name.to_string() } else { format!("`{path}` of {}", self.id.type_name) }
    }

    fn finding(&self, span: Span, message: String, path: &str, name: &str) -> Finding {
        let mut finding = error(INVALID_ARGUMENT, span, message, "");
        finding.address = Some(self.address.clone());
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

/// Whether an attribute may also be written as blocks.
fn is_objects(ty: &Type) -> bool {
    matches!(ty, Type::List(of) | Type::Set(of) if matches!(**of, Type::Object(_)))
}

fn rename(span: Span, near: &str, text: String) -> Fix {
    Fix::unsafe_edit(format!("rename it to {near}"), Edit { span, text })
}
