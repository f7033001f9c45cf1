//! Which resources an expression refers to: the way to tell resources apart whose identity only apply knows.

use crate::eval::plan::{ConfigAttribute, InstanceKey, Resource, StaticPlan};
use crate::syntax::ast::{Expr, ExprKind, ObjectKey, SplatStep, TemplatePart};

/// A reference to a resource, with the module instance in which it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The module instance's address; "" for the root.
    pub module: String,
    /// Whether it is to a data source.
    pub data: bool,
    /// The resource type.
    pub type_name: String,
    /// The resource's name.
    pub name: String,
    /// The instance key as written: a literal one, or `None` for any instance.
    pub key: Option<InstanceKey>,
}

impl Reference {
    /// Whether it refers to this resource instance, or to all instances of the resource.
    pub fn is_to(&self, resource: &Resource) -> bool {
        let kind = if self.data { crate::eval::plan::Mode::Data } else { crate::eval::plan::Mode::Managed };
        let key = match (&self.key, &resource.key) {
            (None, _) | (_, InstanceKey::Unknown) => true,
            (Some(written), key) => written == key,
        };
        resource.mode == kind
            && *resource.module == *self.module
            && *resource.type_name == *self.type_name
            && *resource.name == *self.name
            && key
    }
}

/// How far variables are followed through module calls.
const MOST_CALLS: usize = 32;

/// The resources that an argument's expression refers to, variables followed through module calls.
pub fn of_attribute(plan: &StaticPlan, resource: &Resource, attribute: &ConfigAttribute) -> Vec<Reference> {
    attribute.origin.as_ref().map(|o| of_expression(plan, &resource.module, &o.expr)).unwrap_or_default()
}

/// The resources that an expression in a module instance refers to.
pub fn of_expression(plan: &StaticPlan, module: &str, expr: &Expr) -> Vec<Reference> {
    let mut walk = Walk { plan, found: Vec::new() };
    walk.expr(expr, module, 0);
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
            Step::Key(Some(key)) => text.push_str(&format!("{key:?}")),
            Step::Key(None) => return None,
        }
    }
    Some(text)
}

struct Walk<'p> {
    plan: &'p StaticPlan,
    found: Vec<Reference>,
}

impl Walk<'_> {
    fn expr(&mut self, expr: &Expr, module: &str, depth: usize) {
        if let Some(steps) = traversal(expr) {
            self.traversal(&steps, module, depth);
        }
        children(expr, &mut |child| self.expr(child, module, depth));
    }

    fn traversal(&mut self, steps: &[Step], module: &str, depth: usize) {
        let names: Vec<&str> =
            steps.iter().filter_map(|s| if let Step::Name(n) = s { Some(*n) } else { None }).collect();
        match names.as_slice() {
            ["var", name, ..] => self.argument(name, module, depth),
            ["data", type_name, name, ..] => self.push(true, type_name, name, steps.get(3), module),
            ["local" | "module" | "each" | "count" | "self" | "path" | "terraform", ..] => {}
            [type_name, name, ..] if type_name.contains('_') => self.push(false, type_name, name, steps.get(2), module),
            _ => {}
        }
    }

    fn push(&mut self, data: bool, type_name: &str, name: &str, key: Option<&Step>, module: &str) {
        let key = match key {
            Some(Step::Key(key)) => key.clone(),
            Some(Step::Name(_)) => Some(InstanceKey::None),
            None => None,
        };
        let key = key.filter(|k| *k != InstanceKey::None || !data);
        let (type_name, name) = (type_name.to_string(), name.to_string());
        self.found.push(Reference { module: module.to_string(), data, type_name, name, key });
    }

    /// Goes on with what a module call passes for a variable.
    fn argument(&mut self, name: &str, module: &str, depth: usize) {
        let plan = self.plan;
        let Some(call) = plan.modules.iter().find(|m| *m.address == *module) else { return };
        let origin = call.arguments.attribute(name).and_then(|a| a.origin.as_ref());
        if let (Some(origin), true) = (origin, depth < MOST_CALLS) {
            self.expr(&origin.expr, parent(&call.address), depth + 1);
        }
    }
}

/// The address of the module instance that holds the call of this one.
pub fn parent(address: &str) -> &str {
    address.rfind(".module.").and_then(|at| address.get(..at)).unwrap_or("")
}

enum Step<'e> {
    Name(&'e str),
    /// An index: a literal key, or one that is not literal.
    Key(Option<InstanceKey>),
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
            steps.push(Step::Key(literal_key(key)));
            Some(steps)
        }
        ExprKind::Splat(splat) => {
            let mut steps = traversal(&splat.object)?;
            steps.push(Step::Key(None));
            Some(steps)
        }
        ExprKind::Paren(inner) | ExprKind::Wrap(inner) => traversal(inner),
        _ => None,
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
        ExprKind::Wrap(e) | ExprKind::Paren(e) if traversal(e).is_none() => visit(e),
        ExprKind::Unary(_, e) => visit(e),
        ExprKind::GetAttr(object, _) if traversal(expr).is_none() => visit(object),
        ExprKind::Index(object, key) => {
            if traversal(expr).is_none() {
                visit(object);
            }
            visit(key);
        }
        ExprKind::Splat(splat) => {
            if traversal(expr).is_none() {
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
