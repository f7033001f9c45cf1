//! Which resources an expression refers to: the way to tell resources apart whose identity only apply knows.

use crate::address::ResourceAddr;
pub use crate::eval::plan::Reference;
use crate::eval::plan::{ConfigAttribute, HiddenKey, InstanceKey, Mode, Origin};
use crate::eval::scope::Scope;
use crate::eval::value::Value;
use crate::syntax::ast::{Expr, ExprKind, For, ObjectItem, ObjectKey, SplatStep, TemplatePart};
use std::sync::Arc;

/// The most expressions that are looked at for one reference: more would not help.
const MOST: usize = 2000;
/// How deep references are followed through locals, variables and outputs.
const DEEPEST: usize = 48;

/// The resources that an argument's expression refers to; locals, variables and module outputs are followed.
pub fn of_attribute(attribute: &ConfigAttribute) -> Vec<Reference> {
    attribute.origin.as_ref().map_or_else(|| attribute.refers.clone(), of_origin)
}

/// The resources that an expression refers to.
pub fn of_origin(origin: &Origin) -> Vec<Reference> {
    let mut walk = Walk { found: Vec::new(), seen: 0, depth: 0 };
    walk.expr(&origin.scope, &origin.expr, &[]);
    walk.found.sort();
    walk.found.dedup();
    walk.found
}

/// An argument that is nothing but a reference, as text that starts with its module's address.
pub fn path(module: &str, attribute: &ConfigAttribute) -> Option<String> {
    let steps = traversal(&attribute.origin.as_ref()?.expr)?;
    let mut text = format!("{module}:");
    for step in &steps {
        match step {
            Step::Name(name) => text.push_str(&format!(".{name}")),
            Step::Key(KeyStep::Literal(key)) => text.push_str(&key.to_string()),
            Step::Key(_) => return None,
        }
    }
    Some(text)
}

struct Walk {
    found: Vec<Reference>,
    seen: usize,
    depth: usize,
}

/// What is taken from a value on the way: attribute names and keys, the next one first.
type Path<'p> = &'p [Arc<str>];

impl Walk {
    fn expr(&mut self, scope: &Scope, expr: &Expr, path: Path) {
        self.seen += 1;
        if self.seen > MOST || self.depth > DEEPEST {
            return;
        }
        self.depth += 1;
        match (&expr.kind, traversal(expr)) {
            (_, Some(steps)) => {
                self.traversal(scope, &steps, path);
                children(expr, &mut |child| self.expr(scope, child, &[]));
            }
            (ExprKind::Object(items), None) if !path.is_empty() => self.entry(scope, items, path),
            (ExprKind::Tuple(items), None) => {
                match path.split_first().and_then(|(i, rest)| Some((i.parse().ok()?, rest))) {
                    Some((i, rest)) => items.get::<usize>(i).into_iter().for_each(|item| self.expr(scope, item, rest)),
                    None => items.iter().for_each(|item| self.expr(scope, item, path)),
                }
            }
            (ExprKind::Conditional(c), None) => {
                match crate::eval::eval(scope, &c.condition).ok().and_then(|v| v.as_bool()) {
                    Some(true) => self.expr(scope, &c.yes, path),
                    Some(false) => self.expr(scope, &c.no, path),
                    None => {
                        self.expr(scope, &c.yes, path);
                        self.expr(scope, &c.no, path);
                    }
                }
            }
            (ExprKind::For(f), None) if keyed_by_source(f) && !path.is_empty() => {
                let before = self.found.len();
                self.expr(scope, &f.collection, &[]);
                let key = path.first().map(|k| InstanceKey::Name(k.clone()));
                let new = self.found.iter_mut().skip(before).filter(|r| r.key.is_none());
                new.for_each(|r| r.key = key.clone());
            }
            (ExprKind::Paren(inner) | ExprKind::Wrap(inner), None) => self.expr(scope, inner, path),
            _ => children(expr, &mut |child| self.expr(scope, child, &[])),
        }
        self.depth -= 1;
    }

    /// Goes on with the entries of an object that the path may lead into.
    fn entry(&mut self, scope: &Scope, items: &[ObjectItem], path: Path) {
        let Some((first, rest)) = path.split_first() else { return };
        for item in items {
            let key = match &item.key {
                ObjectKey::Name(name) => Some(name.name.clone()),
                ObjectKey::Expr(key) => crate::eval::eval(scope, key).ok().and_then(|k| k.as_str().map(Arc::from)),
            };
            if key.is_none_or(|k| k == *first) {
                self.expr(scope, &item.value, rest);
            }
        }
    }

    fn traversal(&mut self, scope: &Scope, steps: &[Step], path: Path) {
        let Some(Step::Name(root)) = steps.first() else { return };
        let rest = |from: usize| -> Vec<Arc<str>> {
            steps.iter().skip(from).filter_map(Step::text).chain(path.iter().cloned()).collect()
        };
        if scope.has(root) {
            return self.temporary(scope, root, &rest(1));
        }
        let name = |at: usize| match steps.get(at) {
            Some(Step::Name(name)) => Some(*name),
            _ => None,
        };
        match (*root, name(1), name(2)) {
            ("var", Some(name), _) => self.variable(scope, name, &rest(2)),
            ("local", Some(name), _) => {
                if let Some(local) = scope.instance.config.locals.get(name) {
                    self.expr(&scope.instance.scope(), &local.expr, &rest(2));
                }
            }
            ("module", Some(call), _) => self.output(scope, call, steps, path),
            ("data", Some(type_name), Some(name)) => self.push(scope, true, type_name, name, steps.get(3)),
            ("each" | "count" | "self" | "path" | "terraform", ..) => {}
            (type_name, Some(name), _) if type_name.contains('_') => {
                self.push(scope, false, type_name, name, steps.get(2))
            }
            _ => {}
        }
    }

    fn push(&mut self, scope: &Scope, data: bool, type_name: &str, name: &str, key: Option<&Step>) {
        let key = match key {
            Some(Step::Key(KeyStep::Literal(key))) => Some(key.clone()),
            Some(Step::Key(KeyStep::Open(expr))) => crate::eval::eval(scope, expr).ok().and_then(|v| key_of(&v)),
            Some(Step::Name(_)) => Some(InstanceKey::None),
            Some(Step::Key(KeyStep::All)) | None => sole_key(scope, data, type_name, name),
        };
        let (type_name, name) = (type_name.to_string(), name.to_string());
        let module = scope.instance.address.to_string();
        self.found.push(Reference { module, data, type_name, name, key });
    }

    /// Goes on with the collection that a `for`, `dynamic` or `for_each` variable was taken from.
    fn temporary(&mut self, scope: &Scope, name: &str, path: Path) {
        let Some((collection, outer)) = scope.source_of(name) else { return };
        let key = scope.part(name, "key").and_then(|k| k.as_str().map(Arc::<str>::from));
        match (path.split_first(), key) {
            (Some((first, rest)), Some(key)) if &**first == "value" => {
                let inner: Vec<Arc<str>> = std::iter::once(key).chain(rest.iter().cloned()).collect();
                self.expr(outer, collection, &inner);
            }
            _ => self.expr(outer, collection, &[]),
        }
    }

    /// Goes on with what a module call passes for a variable, or with its default.
    fn variable(&mut self, scope: &Scope, name: &str, path: Path) {
        let Some((parent, call_scope, site)) = scope.instance.call_block() else { return };
        if let Some(argument) = parent.config.calls.get(&site.name).and_then(|b| b.body.attribute(name)) {
            self.expr(&call_scope, &argument.expr, path);
        }
    }

    /// Goes on with a module's output.
    fn output(&mut self, scope: &Scope, call: &str, steps: &[Step], path: Path) {
        let (wanted, at) = match steps.get(2) {
            Some(Step::Key(KeyStep::Literal(key))) => (Some(key.clone()), 3),
            Some(Step::Key(KeyStep::Open(expr))) => (crate::eval::eval(scope, expr).ok().and_then(|v| key_of(&v)), 3),
            Some(Step::Key(KeyStep::All)) => (None, 3),
            _ => (None, 2),
        };
        let Some(Step::Name(name)) = steps.get(at) else { return };
        let Some(block) = scope.instance.config.calls.get(call) else { return };
        let Ok(state) = scope.instance.call_state(&Arc::from(call), block.header) else { return };
        let rest: Vec<Arc<str>> =
            steps.iter().skip(at + 1).filter_map(Step::text).chain(path.iter().cloned()).collect();
        for (key, child) in &state.instances {
            let value = child.config.outputs.get(*name).and_then(|o| o.body.attribute("value"));
            if let (true, Some(value)) = (wanted.as_ref().is_none_or(|w| w == key), value) {
                self.expr(&child.scope(), &value.expr, &rest);
            }
        }
    }
}

/// The key of a resource's instance where there is only one: all of them together are then that one.
fn sole_key(scope: &Scope, data: bool, type_name: &str, name: &str) -> Option<InstanceKey> {
    let mode = if data { Mode::Data } else { Mode::Managed };
    let id = ResourceAddr { mode, type_name: type_name.into(), name: name.into() };
    let block = scope.instance.config.resources.get(&id)?;
    let state = scope.instance.resource_state(&id, block.header).ok()?;
    match state.instances.as_slice() {
        [only] if only.key != InstanceKey::Unknown => Some(only.key.clone()),
        _ => None,
    }
}

/// `{ for k, v in things : k => … }`: an entry's key is that of the thing it was made of.
fn keyed_by_source(f: &For) -> bool {
    match (&f.key, f.result_key.as_ref().map(|k| &k.kind)) {
        (Some(key), Some(ExprKind::Variable(name))) => key.name == *name,
        _ => false,
    }
}

fn key_of(value: &Value) -> Option<InstanceKey> {
    match value.as_str() {
        Some(name) if value.marks.is_hidden() => Some(InstanceKey::Hidden(HiddenKey { name: name.into(), nth: 0 })),
        Some(name) => Some(InstanceKey::Name(name.into())),
        None => super::fact::whole(value).map(InstanceKey::Index),
    }
}

enum Step<'e> {
    Name(&'e str),
    /// An index or splat.
    Key(KeyStep<'e>),
}

enum KeyStep<'e> {
    /// `[0]`, `["a"]`.
    Literal(InstanceKey),
    /// `[each.key]`.
    Open(&'e Expr),
    /// `[*]`.
    All,
}

impl Step<'_> {
    /// The name or key as text, if it has one.
    fn text(&self) -> Option<Arc<str>> {
        match self {
            Step::Name(name) => Some((*name).into()),
            Step::Key(KeyStep::Literal(InstanceKey::Name(name))) => Some(name.clone()),
            Step::Key(KeyStep::Literal(InstanceKey::Index(i))) => Some(i.to_string().into()),
            _ => None,
        }
    }
}

fn traversal(expr: &Expr) -> Option<Vec<Step<'_>>> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(vec![Step::Name(name)]),
        ExprKind::GetAttr(object, attribute) => {
            let mut steps = traversal(object)?;
            steps.push(Step::Name(&attribute.name));
            Some(steps)
        }
        ExprKind::Index(object, key) => {
            let mut steps = traversal(object)?;
            steps.push(Step::Key(literal_key(key).map_or(KeyStep::Open(key), KeyStep::Literal)));
            Some(steps)
        }
        ExprKind::Splat(splat) => {
            let mut steps = traversal(&splat.object)?;
            steps.push(Step::Key(KeyStep::All));
            for step in &splat.steps {
                if let SplatStep::Attr(name) = step {
                    steps.push(Step::Name(&name.name));
                }
            }
            Some(steps)
        }
        ExprKind::Paren(inner) | ExprKind::Wrap(inner) => traversal(inner),
        _ => None,
    }
}

/// Whether there are steps of it.
fn is_traversal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) => true,
        ExprKind::GetAttr(object, _) | ExprKind::Index(object, _) => is_traversal(object),
        ExprKind::Splat(splat) => is_traversal(&splat.object),
        ExprKind::Paren(inner) | ExprKind::Wrap(inner) => is_traversal(inner),
        _ => false,
    }
}

fn literal_key(key: &Expr) -> Option<InstanceKey> {
    match &key.kind {
        ExprKind::Number(text) => text.parse().ok().map(InstanceKey::Index),
        ExprKind::String(text) => Some(InstanceKey::Name(text.clone())),
        _ => None,
    }
}

/// Calls `visit` with every expression directly inside; those of a traversal's own chain only where they are indexes.
fn children(expr: &Expr, visit: &mut dyn FnMut(&Expr)) {
    match &expr.kind {
        ExprKind::Template(parts) => parts.iter().for_each(|p| part(p, visit)),
        ExprKind::Wrap(e) | ExprKind::Paren(e) if !is_traversal(e) => visit(e),
        ExprKind::Unary(_, e) => visit(e),
        ExprKind::GetAttr(object, _) if !is_traversal(expr) => visit(object),
        ExprKind::Index(object, key) => {
            if !is_traversal(expr) {
                visit(object);
            }
            visit(key);
        }
        ExprKind::Splat(splat) => {
            if !is_traversal(expr) {
                visit(&splat.object);
            }
            splat.steps.iter().for_each(|s| {
                if let SplatStep::Index(e) = s {
                    visit(e);
                }
            });
        }
        ExprKind::Call(call) => call.args.iter().for_each(visit),
        ExprKind::Tuple(items) => items.iter().for_each(visit),
        ExprKind::Object(items) => items.iter().for_each(|item| {
            if let ObjectKey::Expr(key) = &item.key {
                visit(key);
            }
            visit(&item.value);
        }),
        ExprKind::For(f) => {
            visit(&f.collection);
            f.result_key.iter().for_each(&mut *visit);
            visit(&f.result);
        }
        ExprKind::Conditional(c) => {
            visit(&c.yes);
            visit(&c.no);
        }
        ExprKind::Binary(b) => {
            visit(&b.left);
            visit(&b.right);
        }
        _ => {}
    }
}

fn part(part: &TemplatePart, visit: &mut dyn FnMut(&Expr)) {
    match part {
        TemplatePart::Text(_) => {}
        TemplatePart::Interpolation(e) => visit(e),
        TemplatePart::If(i) => i.yes.iter().chain(&i.no).for_each(|p| self::part(p, visit)),
        TemplatePart::For(f) => {
            visit(&f.collection);
            f.body.iter().for_each(|p| self::part(p, visit));
        }
    }
}
