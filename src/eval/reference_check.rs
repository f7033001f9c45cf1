//! References to resources, held against the providers' schemas whatever values are: an attribute that there is none of, a
//! key where there is one instance, none where there are several.

use crate::address::{Reference, ResourceAddr, Subject, TraversalStep};
use crate::base::source::Span;
use crate::catalog::schema::{self, Nesting};
use crate::cty::value::Type;
use crate::diagnostic::{Finding, Level};
use crate::eval::arguments::kind_of;
use crate::eval::certainty::{Certainty, SchemaChoice};
use crate::eval::instance::Instance;
use crate::eval::language::language_of;
use crate::eval::provider::ProviderKey;
use crate::module::error::EvalError;
use crate::module::report::{UNDECLARED_REFERENCE, error};
use crate::plan::Mode;
use crate::resolve::written::{self, ReferenceVisitor};
use crate::syntax::ast::{Block, Expr, ExprKind, Ident};
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

/// Checks the references of all modules of a root, each module once.
pub fn check(modules: &[Rc<Instance>], certainty: &Certainty) {
    let triggers = OnceCell::new();
    let triggers = || *triggers.get_or_init(|| level_of_triggers(modules));
    let open = |m: &&Rc<Instance>| m.config.facts.is_none() && m.config.fits_attributes.get().is_none();
    for instance in modules.iter().filter(open) {
        let uncertain = Cell::new(false);
        if instance.world.is_silent(|| module(instance, certainty, &uncertain, &triggers)) && !uncertain.get() {
            let _ = instance.config.fits_attributes.set(());
        }
    }
}

fn module(
    instance: &Rc<Instance>,
    certainty: &Certainty,
    uncertain: &Cell<bool>,
    triggers: &dyn Fn() -> Option<Level>,
) {
    let mut checker = ReferenceChecker { instance, certainty, uncertain, mild: false };
    let config = &instance.config;
    config.locals.values().for_each(|local| written::in_expr(&local.expr, &mut checker));
    config.outputs.values().for_each(|output| written::in_output(&output.body, &mut checker));
    let blocks = config.calls.values().map(|b| &**b);
    for block in blocks.chain(&config.checks).chain(&config.providers) {
        written::in_body(&block.body, &mut checker);
    }
    for (id, block) in &config.resources {
        written::in_body(&block.body, &mut checker);
        checker.own(id, block);
        for list in block.body.blocks("lifecycle").filter_map(|l| l.body.attribute("replace_triggered_by")) {
            if let Some(level) = triggers() {
                checker.mild = level != Level::Error;
                written::in_expr(&list.expr, &mut checker);
            }
        }
        checker.mild = false;
    }
}

/// The level of an attribute in `replace_triggered_by` that does not exist: versions before Terraform 1.15 and OpenTofu 1.12
/// take any.
fn level_of_triggers(modules: &[Rc<Instance>]) -> Option<Level> {
    let (language, terraform, opentofu) = (language_of(modules), [1, 15, 0], [1, 12, 0]);
    match (language.is_since(terraform, opentofu), language.is_before(terraform, opentofu)) {
        (true, _) => Some(Level::Error),
        (false, false) => Some(Level::Warning),
        (false, true) => None,
    }
}

struct ReferenceChecker<'c> {
    instance: &'c Rc<Instance>,
    certainty: &'c Certainty,
    /// A schema was passed over since another version may be chosen.
    uncertain: &'c Cell<bool>,
    /// Not all versions that may run the root module refuse an attribute that does not exist.
    mild: bool,
}

/// Where a traversal stands in a schema.
enum Here<'s> {
    /// In an object with these attributes and blocks.
    Object(&'s schema::BlockSchema),
    /// In a list of such objects.
    Listed(&'s schema::BlockSchema),
}

impl ReferenceVisitor for ReferenceChecker<'_> {
    /// Arguments that are addresses and keywords.
    fn skips(&self, argument: &str) -> bool {
        ["provider", "providers", "ignore_changes", "replace_triggered_by", "when", "on_failure"].contains(&argument)
    }

    fn element(&mut self, reference: &Reference) {
        let Subject::Resource(id) = &reference.subject else { return };
        let block = self.instance.config.resources.get(id);
        let repeated = |b: &Block| ["count", "for_each"].into_iter().any(|name| b.body.attribute(name).is_some());
        // What a `for` takes of a collection of instances may be one of them.
        if reference.rest.len() == 1 && block.is_some_and(|block| !repeated(block)) {
            self.reference(reference);
        }
    }

    fn reference(&mut self, reference: &Reference) {
        let Subject::Resource(id) = &reference.subject else { return };
        let Some(block) = self.instance.config.resources.get(id) else { return };
        let repeated = ["count", "for_each"].into_iter().find(|name| block.body.attribute(name).is_some());
        let mut rest = &reference.rest[..];
        match (repeated, rest) {
            (Some(what), [TraversalStep::Attribute(name), ..]) => return self.no_key(id, what, name),
            (Some(_), [_, after @ ..]) => rest = after,
            // OpenTofu's `enabled` makes none or one.
            (None, [TraversalStep::Key(key), ..]) if id.mode != Mode::Ephemeral => {
                return self.key_of_one(id, key, block);
            }
            (None, [TraversalStep::Each, after @ ..]) => rest = after,
            _ => {}
        }
        if let Some(schema) = self.schema(id, block) {
            self.steps(id, Here::Object(schema), rest);
        }
    }
}

impl ReferenceChecker<'_> {
    fn schema(&self, id: &ResourceAddr, block: &Block) -> Option<&'static schema::BlockSchema> {
        let local = self.instance.provider(&ProviderKey::written(id, block)).name.clone();
        let SchemaChoice { provider, certain, .. } = self.certainty.choice(&self.instance.config, &local)?;
        if !certain {
            self.uncertain.set(true);
        }
        provider.block(kind_of(id.mode), &id.type_name).filter(|_| certain)
    }

    fn report(&self, span: Span, message: String, help: String) {
        let mut error = EvalError::new(span, message).help(help);
        error.rule = UNDECLARED_REFERENCE;
        error.fixed = true;
        self.instance.world.report_error(&error);
    }

    fn no_key(&self, id: &ResourceAddr, what: &str, name: &Ident) {
        let key = if what == "count" { "count.index" } else { "each.key" };
        let message = format!("{id} has `{what}`: its attributes are those of an instance");
        self.report(name.span, message, format!("name the instance: {id}[{key}].{}", name.name));
    }

    fn key_of_one(&self, id: &ResourceAddr, key: &Expr, block: &Block) {
        let enabled = block.body.blocks("lifecycle").any(|l| l.body.attribute("enabled").is_some());
        if !enabled {
            let message = format!("{id} has no `count` and no `for_each`, so it has one instance without a key");
            self.report(key.span, message, "remove the key".into());
        }
    }

    /// Follows attributes into the schema as far as it says what there is.
    fn steps(&self, id: &ResourceAddr, mut here: Here<'_>, steps: &[TraversalStep]) {
        for step in steps {
            here = match (here, step) {
                (Here::Object(block), TraversalStep::Attribute(name)) => match next(block, name) {
                    Next::Into(here) => here,
                    Next::End => return,
                    Next::Absent => {
                        let near = crate::base::suggest::suggest(&name.name, block.names());
                        let message = format!("{id} has no attribute `{}`", name.name);
                        let help = match near {
                            Some(near) => format!("did you mean `{near}`?"),
                            None => {
                                format!("see which attributes {} has in the provider's documentation", id.type_name)
                            }
                        };
                        if self.mild {
                            let label = "Terraform from 1.15 and OpenTofu from 1.12 on refuse it here";
                            let finding = error(UNDECLARED_REFERENCE, name.span, message, label);
                            let warning = Finding { level: Level::Warning, help: vec![help], ..finding };
                            return self.instance.world.report(warning);
                        }
                        return self.report(name.span, message, help);
                    }
                },
                (Here::Listed(block), TraversalStep::Key(_) | TraversalStep::Each) => Here::Object(block),
                (Here::Listed(_), TraversalStep::Attribute(name)) => {
                    let message = format!("`{}` of {id} is an attribute of each block of a list", name.name);
                    return self.report(name.span, message, format!("write a key before it: [0].{}", name.name));
                }
                _ => return,
            };
        }
    }

    /// What `ignore_changes` names must be an argument of the resource.
    fn own(&self, id: &ResourceAddr, block: &Block) {
        let Some(schema) = self.schema(id, block) else { return };
        let lists = block.body.blocks("lifecycle").filter_map(|l| l.body.attribute("ignore_changes"));
        for attribute in lists {
            let ExprKind::Tuple(items) = &attribute.expr.kind else { continue };
            for item in items {
                let (name, span) = first_name(item);
                if let Some(name) = name.filter(|name| *name != "*")
                    && schema.attribute(name).is_none()
                    && schema.block(name).is_none()
                {
                    let near = crate::base::suggest::suggest(name, schema.names());
                    let help = near.map_or("remove it".into(), |near| format!("did you mean `{near}`?"));
                    self.report(span, format!("{} has no argument `{name}` to ignore", id.type_name), help);
                } else if let ExprKind::GetAttr(..) = &item.kind {
                    let nested = name.and_then(|name| schema.block(name)).filter(|n| n.nesting == Nesting::List);
                    if let Some(nested) = nested {
                        self.steps(id, Here::Listed(&nested.block), &own_steps(item));
                    }
                }
            }
        }
    }
}

enum Next<'s> {
    Into(Here<'s>),
    /// The schema says no more of what follows.
    End,
    Absent,
}

fn next<'s>(block: &'s schema::BlockSchema, name: &Ident) -> Next<'s> {
    if let Some(nested) = block.block(&name.name) {
        return match nested.nesting {
            Nesting::Single | Nesting::Group => Next::Into(Here::Object(&nested.block)),
            Nesting::List => Next::Into(Here::Listed(&nested.block)),
            Nesting::Set | Nesting::Map => Next::End,
        };
    }
    match block.attribute(&name.name).map(|a| &a.ty) {
        Some(Type::Any) | Some(_) => Next::End,
        None => Next::Absent,
    }
}

/// The steps of an element of `ignore_changes` that begins with an argument of its own.
fn own_steps(expr: &Expr) -> Vec<TraversalStep<'_>> {
    let (mut at, mut steps) = (expr, Vec::new());
    while let ExprKind::GetAttr(object, _) | ExprKind::Index(object, _) = &at.kind {
        match &at.kind {
            ExprKind::Index(_, key) => steps.push(TraversalStep::Key(key)),
            ExprKind::GetAttr(_, name) => steps.push(TraversalStep::Attribute(name)),
            _ => {}
        }
        at = object;
    }
    steps.reverse();
    steps
}

/// The name that an element of `ignore_changes` begins with, and its place.
fn first_name(expr: &Expr) -> (Option<&str>, Span) {
    match &expr.kind {
        ExprKind::Variable(name) => (Some(name), expr.span),
        ExprKind::String(text) => (text.split(['.', '[']).next(), expr.span),
        ExprKind::GetAttr(object, _) | ExprKind::Index(object, _) => first_name(object),
        _ => (None, expr.span),
    }
}
