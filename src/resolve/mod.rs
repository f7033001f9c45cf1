//! Follows an expression back to what its value is made of: through locals, variables and what is given for them, outputs
//! of modules, `each` and iterators of `dynamic`, `for`, conditionals, and the entries of objects and lists.
//!
//! The work is counted in the steps of evaluation, so that its limit is theirs (TF006).

mod path;
pub mod provenance;
pub mod written;

pub use path::PathPart;

use crate::address::{Reference, ResourceAddr, Subject};
use crate::base::source::Span;
use crate::syntax::ast::{Expr, ExprKind, For, Ident, ObjectItem, ObjectKey, TemplatePart};
use crate::syntax::visit;
use path::Path;
use provenance::{Step, StepKind};
use rustc_hash::FxHashSet;
use std::cell::Cell;
use std::sync::Arc;

/// What the names in an expression stand for where it is written: a module instance, and `each`, `count` and iterators.
pub trait Names: Sized {
    /// Tells module instances apart.
    fn module(&self) -> usize;
    /// Counts a step of work. `false` where the limit is exceeded, which is reported.
    fn spend(&self, at: Span) -> bool;
    /// Whether the place around gives a name a meaning of its own.
    fn gives(&self, name: &str) -> bool;
    /// The value of a condition, where it is known.
    fn truth(&self, condition: &Expr) -> Option<bool>;
    /// The value of a key, where it is known.
    fn key(&self, key: &Expr) -> Option<PathPart>;
    /// The collection that the value of such a name was taken from, where that is written, and its key in there.
    fn element(&self, name: &str) -> Option<(Arc<Expr>, Self, PathPart)>;
    /// The expression of a local value with the place of its declaration.
    fn local(&self, name: &str) -> Option<(Arc<Expr>, Span, Self)>;
    /// The place of a variable's declaration, and what is given for it.
    fn variable(&self, name: &str) -> Option<(Span, VariableSource<Self>)>;
    /// The instances of a module call with their keys.
    fn instances(&self, call: &Ident) -> Vec<(Option<PathPart>, Self)>;
    /// The expression of an output of this module.
    fn output(&self, name: &str) -> Option<Arc<Expr>>;
    /// The names of this module's outputs.
    fn outputs(&self) -> Vec<Arc<str>>;
    /// The default of a variable, whether or not something else is given for it.
    fn default(&self, variable: &str) -> Option<Arc<Expr>>;
}

/// What is given for a variable.
#[derive(Clone, Debug)]
pub enum VariableSource<N> {
    /// An argument of the call that makes the module instance of this address.
    Argument(Arc<Expr>, N, Arc<str>),
    /// An expression in a variable file, with the place of the whole.
    File(Arc<Expr>, Span),
    /// A value that is written at a place.
    Value(Span),
    /// Text from outside of the configuration, such as an option or an environment variable: its name.
    Text(String),
    /// The default.
    Default(Arc<Expr>),
    /// Nothing.
    Nothing,
}

/// A use of what is found on the way.
pub trait Follower<N> {
    /// Whether every way is followed: all instances of a module, and no condition; else the first instance, and conditions.
    fn every_way(&self) -> bool;
    /// Whether all counts that a value is taken from, and not only what is taken: all of an object of which one entry is
    /// used, the default of a variable that has another value.
    fn whole(&self) -> bool {
        false
    }
    /// An expression is reached. Whether to go on into it.
    fn enter(&mut self, _names: &N, _expr: &Expr) -> bool {
        true
    }
    /// A value that is written at a place, and is no expression.
    fn value(&mut self, _names: &N, _at: Span) {}
    /// A step of a value. Whether to go on from there.
    fn step(&mut self, step: Step) -> bool;
    /// A resource, and what is taken from it.
    fn resource(&mut self, names: &N, address: ResourceAddr, rest: &[PathPart]);
}

/// Follows an expression.
pub fn follow<N: Names>(names: &N, expr: &Expr, follower: &mut dyn Follower<N>) {
    Walk::new(follower).expr(&NameContext { names, bound: None }, expr, &[]);
}

/// Follows an input variable of the module.
pub fn follow_variable<N: Names>(names: &N, name: &Arc<str>, follower: &mut dyn Follower<N>) {
    Walk::new(follower).variable(names, name, &[]);
}

struct Walk<'f, N> {
    follower: &'f mut dyn Follower<N>,
    /// Whether what is followed now only chooses between values.
    in_condition: bool,
    /// Declarations on the way to here, by address and module: coming back to one is a cycle, reported elsewhere.
    open: FxHashSet<(usize, usize)>,
    /// Declarations that were followed, with what is taken from them.
    done: FxHashSet<(usize, usize, Path)>,
}

/// Where an expression stands: what its names stand for, and the variables of `for` around it.
struct NameContext<'a, N> {
    names: &'a N,
    bound: Option<&'a BoundVariable<'a, N>>,
}

/// A variable of `for`.
struct BoundVariable<'a, N> {
    name: &'a str,
    /// It is the key, not the value.
    is_key: bool,
    collection: &'a Expr,
    at: &'a NameContext<'a, N>,
    /// The element's key in the collection.
    element: PathPart,
    /// Whether the value was followed.
    used: &'a Cell<bool>,
    outer: Option<&'a BoundVariable<'a, N>>,
}

impl<N: Names> NameContext<'_, N> {
    fn bound(&self, name: &str) -> Option<&BoundVariable<'_, N>> {
        std::iter::successors(self.bound, |bound| bound.outer).find(|bound| bound.name == name)
    }

    fn key(&self, key: &Expr) -> PathPart {
        match &key.kind {
            ExprKind::Number(text) | ExprKind::String(text) => PathPart::Name(text.clone()),
            ExprKind::Variable(name) if self.bound(name).is_some_and(|bound| bound.is_key) => {
                self.bound(name).map_or(PathPart::Any, |bound| bound.element.clone())
            }
            _ => self.names.key(key).unwrap_or(PathPart::Any),
        }
    }
}

impl<'f, N: Names> Walk<'f, N> {
    fn new(follower: &'f mut dyn Follower<N>) -> Walk<'f, N> {
        Walk { follower, in_condition: false, open: FxHashSet::default(), done: FxHashSet::default() }
    }

    fn step(&mut self, kind: StepKind, span: Span) -> bool {
        self.follower.step(Step { kind, span, is_condition: self.in_condition })
    }

    /// Follows an expression from whose value `path` is taken.
    fn expr(&mut self, at: &NameContext<N>, expr: &Expr, path: &[PathPart]) {
        if self.follower.enter(at.names, expr) && at.names.spend(expr.span) {
            let path = if self.follower.whole() { &[] } else { path };
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.kind(at, expr, path));
        }
    }

    fn kind(&mut self, at: &NameContext<N>, expr: &Expr, path: &[PathPart]) {
        let given = |name: &str| at.bound(name).is_some() || at.names.gives(name);
        if let Some(reference) = Reference::of(expr, given) {
            return self.subject(at, &reference.subject, &path::joined(&reference.rest, path, |key| at.key(key)));
        }
        match &expr.kind {
            ExprKind::Wrap(inner) | ExprKind::Paren(inner) => self.expr(at, inner, path),
            ExprKind::GetAttr(object, name) => {
                self.expr(at, object, &path::with(PathPart::Name(name.name.clone()), path))
            }
            ExprKind::Index(object, key) => self.expr(at, object, &path::with(at.key(key), path)),
            ExprKind::Splat(splat) => self.expr(at, &splat.object, &path::splat(&splat.steps, path, |key| at.key(key))),
            ExprKind::Conditional(c) => {
                let truth = at.names.truth(&c.condition);
                if truth.is_none() && !self.follower.every_way() {
                    self.expr(at, &c.condition, &[]);
                }
                for (arm, taken) in [(&c.yes, true), (&c.no, false)] {
                    if truth == Some(taken) && visit::is_constant(arm) {
                        self.step(StepKind::Chosen, arm.span);
                    }
                    if truth.is_none_or(|truth| truth == taken) {
                        self.expr(at, arm, path);
                    }
                }
                if truth.is_some() && !self.follower.every_way() {
                    let outer = std::mem::replace(&mut self.in_condition, true);
                    self.expr(at, &c.condition, &[]);
                    self.in_condition = outer;
                }
            }
            ExprKind::Object(items) => self.object(at, items, path),
            ExprKind::Tuple(items) if matches!(path.first(), Some(PathPart::With(..))) => {
                let (wanted, rest) = path.split_at(1);
                let is_wanted = |item: &&Expr| wanted.iter().all(|wanted| may_have(item, wanted));
                items.iter().filter(is_wanted).for_each(|item| self.expr(at, item, rest));
            }
            ExprKind::Tuple(items) => {
                let (wanted, rest) = path::element(path);
                let wanted = wanted.map_or(0..items.len(), |i| i..items.len().min(i.saturating_add(1)));
                items.get(wanted).into_iter().flatten().for_each(|item| self.expr(at, item, rest));
            }
            ExprKind::For(f) => self.comprehension(at, f, path),
            ExprKind::Template(parts) => self.template(at, parts),
            ExprKind::Call(call) => match (&*call.name.name, call.args.as_slice()) {
                ("lookup", [object, key, rest @ ..]) => {
                    self.expr(at, object, &path::with(at.key(key), path));
                    rest.iter().for_each(|default| self.expr(at, default, path));
                }
                _ => visit::children(expr, &mut |child| self.expr(at, child, &[])),
            },
            _ => visit::children(expr, &mut |child| self.expr(at, child, &[])),
        }
    }

    fn object(&mut self, at: &NameContext<N>, items: &[ObjectItem], path: &[PathPart]) {
        let (first, rest) = match path.split_first() {
            Some((PathPart::Each, rest)) => return self.object(at, items, rest),
            Some((first, rest)) => (Some(first), rest),
            None => (None, path),
        };
        for ObjectItem { key, value } in items {
            let text = match key {
                ObjectKey::Name(name) => PathPart::Name(name.name.clone()),
                ObjectKey::Expr(key) => at.key(key),
            };
            match (first, key) {
                (None, ObjectKey::Expr(key)) => self.expr(at, key, &[]),
                (Some(first), _) if !first.may_be(&text) => continue,
                (Some(first), _) if first.text().is_some() && visit::is_constant(value) => {
                    self.step(StepKind::Element, value.span);
                }
                _ => {}
            }
            self.expr(at, value, rest);
        }
    }

    /// `[for …]` or `{for …}`: from the result on, which leads to the collection where it uses the element.
    fn comprehension(&mut self, at: &NameContext<N>, f: &For, path: &[PathPart]) {
        let (element, rest) = match &f.result_key {
            None => (PathPart::Any, path::element(path).1),
            Some(key) => {
                let same =
                    f.key.as_ref().is_some_and(|k| matches!(&key.kind, ExprKind::Variable(name) if *name == k.name));
                let element = match (path.first(), &key.kind) {
                    (Some(first), _) if same => first.clone(),
                    // `{for x in xs : x.name => x}`
                    (Some(PathPart::Name(text)), ExprKind::GetAttr(object, name)) if matches!(&object.kind, ExprKind::Variable(v) if *v == f.value.name) => {
                        PathPart::With(name.name.clone(), text.clone())
                    }
                    _ => PathPart::Any,
                };
                (element, path.get(1 + usize::from(f.group)..).unwrap_or_default())
            }
        };
        let key = f.result_key.as_ref().filter(|_| path.is_empty());
        self.bind(at, (&f.key, &f.value, &f.collection), element, &mut |walk, at| {
            walk.expr(at, &f.result, rest);
            key.into_iter().for_each(|key| walk.expr(at, key, &[]));
        });
    }

    /// Follows what is inside of a `for`; the collection too, if nothing inside leads there.
    fn bind(
        &mut self,
        at: &NameContext<N>,
        (key, value, collection): (&Option<Ident>, &Ident, &Expr),
        element: PathPart,
        inside: &mut dyn FnMut(&mut Self, &NameContext<N>),
    ) {
        let used = Cell::new(false);
        let bound = |name, is_key, outer| BoundVariable {
            name,
            is_key,
            collection,
            at,
            element: element.clone(),
            used: &used,
            outer,
        };
        let key = key.as_ref().map(|key| bound(&*key.name, true, at.bound));
        let value = bound(&value.name, false, key.as_ref().or(at.bound));
        inside(self, &NameContext { names: at.names, bound: Some(&value) });
        if !used.get() {
            self.expr(at, collection, &[]);
        }
    }

    fn template(&mut self, at: &NameContext<N>, parts: &[TemplatePart]) {
        for part in parts {
            match part {
                TemplatePart::Text(_) => {}
                TemplatePart::Interpolation(inner) => self.expr(at, inner, &[]),
                TemplatePart::If(directive) => {
                    if !self.follower.every_way() {
                        self.expr(at, &directive.condition, &[]);
                    }
                    self.template(at, &directive.yes);
                    self.template(at, &directive.no);
                }
                TemplatePart::For(d) => {
                    let names = (&d.key, &d.value, &d.collection);
                    self.bind(at, names, PathPart::Any, &mut |walk, at| walk.template(at, &d.body));
                }
            }
        }
    }

    fn subject(&mut self, at: &NameContext<N>, subject: &Subject, path: &[PathPart]) {
        match subject {
            Subject::Variable(name) => self.variable(at.names, &name.name, path),
            Subject::Local(name) => {
                if let Some((expr, span, names)) = at.names.local(&name.name)
                    && self.step(StepKind::Local(name.name.clone()), span)
                {
                    self.declaration(&names, &expr, at.names.module(), path);
                }
            }
            Subject::Call(call) => self.output(at.names, call, path),
            Subject::Resource(address) => self.follower.resource(at.names, address.clone(), path),
            Subject::Name(name) => self.name(at, name, path),
            Subject::Path(_) | Subject::Terraform(_) => {}
        }
    }

    /// Goes on with the collection that a name's value is taken from.
    fn name(&mut self, at: &NameContext<N>, name: &str, path: &[PathPart]) {
        if let Some(bound) = at.bound(name) {
            if !bound.is_key {
                bound.used.set(true);
                self.expr(bound.at, bound.collection, &path::with(bound.element.clone(), path));
            }
        } else if let Some((collection, names, key)) = at.names.element(name) {
            let path = match path.split_first() {
                Some((PathPart::Name(first), rest)) if &**first == "value" => path::with(key, rest),
                _ => Path::new(),
            };
            self.expr(&NameContext { names: &names, bound: None }, &collection, &path);
        }
    }

    /// Goes on with the expression that declares something of a module.
    fn declaration(&mut self, names: &N, expr: &Arc<Expr>, module: usize, path: &[PathPart]) {
        let id = Arc::as_ptr(expr) as usize;
        if self.open.insert((id, module)) {
            if self.done.insert((id, module, path.to_vec())) {
                self.expr(&NameContext { names, bound: None }, expr, path);
            }
            self.open.remove(&(id, module));
        }
    }

    fn variable(&mut self, names: &N, name: &Arc<str>, path: &[PathPart]) {
        let Some((declared, given)) = names.variable(name) else { return };
        if self.follower.whole()
            && let Some(default) = names.default(name)
        {
            self.declaration(names, &default, names.module(), &[]);
        }
        match given {
            VariableSource::Argument(expr, outer, module) => {
                let go_on = self.step(StepKind::Argument { module }, expr.span);
                self.step(StepKind::Variable(name.clone()), declared);
                if go_on {
                    self.declaration(&outer, &expr, names.module(), path);
                }
            }
            VariableSource::File(expr, span) => {
                self.step(StepKind::Variable(name.clone()), declared);
                self.declaration(names, &expr, names.module(), path);
                self.step(StepKind::Tfvars(name.clone()), span);
            }
            VariableSource::Value(span) => {
                self.follower.value(names, span);
                self.step(StepKind::Variable(name.clone()), declared);
                self.step(StepKind::Tfvars(name.clone()), span);
            }
            VariableSource::Text(from) => {
                self.step(StepKind::Outside { variable: name.clone(), from: from.into() }, declared);
            }
            VariableSource::Default(expr) => {
                if self.step(StepKind::Default(name.clone()), expr.span) {
                    self.declaration(names, &expr, names.module(), path);
                }
            }
            VariableSource::Nothing => {
                self.step(StepKind::Unset(name.clone()), declared);
            }
        }
    }

    /// Goes on with an output of the instances of a call that the path leads into.
    fn output(&mut self, within: &N, call: &Ident, path: &[PathPart]) {
        for (key, child) in within.instances(call) {
            let (matches, rest) = match (&key, path.split_first()) {
                (None, Some((PathPart::Each | PathPart::Any, rest))) => (true, rest),
                (None, _) => (true, path),
                (Some(key), Some((first, rest))) => (first.may_be(key), rest),
                (Some(_), None) => (false, path),
            };
            let (names, rest) = match rest.split_first().filter(|_| matches) {
                Some((PathPart::Name(name), rest)) => (vec![name.clone()], rest),
                None if matches && self.follower.whole() => (child.outputs(), rest),
                _ => continue,
            };
            for name in names {
                let Some(expr) = child.output(&name) else { continue };
                if self.step(StepKind::Output { call: call.name.clone(), name }, expr.span) {
                    self.declaration(&child, &expr, child.module(), rest);
                }
            }
            if !self.follower.every_way() {
                return;
            }
        }
    }
}

/// Whether an element of a list may be the one with this attribute.
fn may_have(element: &Expr, wanted: &PathPart) -> bool {
    let (ExprKind::Object(items), PathPart::With(name, text)) = (&element.kind, wanted) else { return true };
    let is_other = |item: &ObjectItem| match &item.key {
        ObjectKey::Name(key) if key.name == *name => item.value.as_str().is_some_and(|own| own != &**text),
        ObjectKey::Expr(key) if key.as_str() == Some(name) => item.value.as_str().is_some_and(|own| own != &**text),
        _ => false,
    };
    !items.iter().any(is_other)
}
