//! The references in expressions and blocks as they are written, whatever the values are: none is followed.

use crate::address::{Reference, Subject, TraversalStep};
use crate::syntax::ast::{
    Attribute, BinaryOp, Block, Body, Call, Expr, ExprKind, For, Ident, ObjectItem, ObjectKey, TemplatePart,
};
use crate::syntax::visit;

/// A use of the references that are written somewhere.
pub trait ReferenceVisitor {
    /// Whether an argument of this name, of whatever block, is not an expression that counts.
    fn skips(&self, argument: &str) -> bool;
    /// A reference to something that is not given by the place around it, as `each` and variables of `for` are.
    fn reference(&mut self, reference: &Reference);
    /// An attribute of each element of a list of references that a `for` goes through, as if it stood behind the element.
    fn element(&mut self, _reference: &Reference) {}
    /// A call of a function. `perhaps`: Terraform may never evaluate it, or `try` and `can` catch what it gets wrong.
    fn call(&mut self, _call: &Call, _perhaps: bool) {}
}

/// Visits the references in an expression.
pub fn in_expr(expr: &Expr, visitor: &mut dyn ReferenceVisitor) {
    WrittenWalk::new(visitor).expr(expr);
}

/// Visits the references in a block's body, which may have `count` or `for_each`.
pub fn in_body(body: &Body, visitor: &mut dyn ReferenceVisitor) {
    let mut written = WrittenWalk::new(visitor);
    for (argument, name) in [("for_each", "each"), ("count", "count")] {
        if body.attribute(argument).is_some() {
            written.given.push(name);
        }
    }
    written.body(body);
}

/// Visits the references in the body of an output, whose `type` is no expression.
pub fn in_output(body: &Body, visitor: &mut dyn ReferenceVisitor) {
    let mut written = WrittenWalk::new(visitor);
    for attribute in body.attributes.iter().filter(|a| &*a.name.name != "type") {
        written.attribute(attribute, body.json);
    }
    body.blocks.iter().for_each(|block| written.block(block));
}

struct WrittenWalk<'v, 'e> {
    visitor: &'v mut dyn ReferenceVisitor,
    /// The names that the place around gives, innermost last.
    given: Vec<&'e str>,
    /// See [`ReferenceVisitor::call`].
    perhaps: bool,
}

impl<'v, 'e> WrittenWalk<'v, 'e> {
    fn new(visitor: &'v mut dyn ReferenceVisitor) -> WrittenWalk<'v, 'e> {
        WrittenWalk { visitor, given: Vec::new(), perhaps: false }
    }

    /// Visits where further names are given.
    fn within(&mut self, names: impl IntoIterator<Item = &'e str>, visit: impl FnOnce(&mut Self)) {
        let before = self.given.len();
        self.given.extend(names);
        visit(self);
        self.given.truncate(before);
    }

    /// Visits what Terraform may never evaluate.
    fn perhaps(&mut self, visit: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.perhaps, true);
        visit(self);
        self.perhaps = before;
    }

    fn body(&mut self, body: &'e Body) {
        body.attributes.iter().for_each(|attribute| self.attribute(attribute, body.json));
        body.blocks.iter().for_each(|block| self.block(block));
    }

    fn attribute(&mut self, attribute: &'e Attribute, is_json: bool) {
        match is_json {
            _ if self.visitor.skips(&attribute.name.name) => {}
            true => self.json(&attribute.name.name, &attribute.expr),
            false => self.expr(&attribute.expr),
        }
    }

    fn block(&mut self, block: &'e Block) {
        match &*block.kind.name {
            "provisioner" | "connection" | "postcondition" => self.within(["self"], |all| all.body(&block.body)),
            "dynamic" => {
                let iterator = match block.body.attribute("iterator").map(|a| &a.expr.kind) {
                    Some(ExprKind::Variable(name) | ExprKind::String(name)) => name,
                    _ => block.label(0),
                };
                self.within([iterator], |all| all.dynamic(&block.body));
            }
            // Its other arguments are keywords.
            "action_trigger" => {
                let values = block.body.attributes.iter().filter(|a| matches!(&*a.name.name, "condition" | "actions"));
                values.for_each(|a| self.expr(&a.expr));
            }
            _ => self.body(&block.body),
        }
    }

    fn dynamic(&mut self, body: &'e Body) {
        let arguments = body.attributes.iter().filter(|a| &*a.name.name != "iterator");
        arguments.for_each(|a| self.expr(&a.expr));
        // Terraform looks at what stands in a block only once it makes it: whether `each` is there, evaluation tells.
        self.within(["each"], |all| body.blocks.iter().for_each(|block| all.body(&block.body)));
    }

    /// A member of a JSON object, which may stand for blocks: `dynamic` names what its `content` may use.
    fn json(&mut self, name: &str, expr: &'e Expr) {
        let items = match &expr.kind {
            ExprKind::Tuple(items) => return items.iter().for_each(|item| self.json(name, item)),
            ExprKind::Object(items) => items,
            _ => return self.expr(expr),
        };
        for ObjectItem { key, value } in items {
            if let ObjectKey::Expr(key) = key {
                self.expr(key);
            }
            let key = key.text().unwrap_or_default();
            if name == "dynamic" {
                self.within([iterator_of(value).unwrap_or(key)], |all| all.json(key, value));
            } else if key != "iterator" {
                self.json(key, value);
            }
        }
    }

    fn expr(&mut self, expr: &'e Expr) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.kind(expr));
    }

    fn kind(&mut self, expr: &'e Expr) {
        if let Some(reference) = Reference::of(expr, |name| self.given.contains(&name)) {
            let is_given = matches!(reference.subject, Subject::Name(name) if self.given.contains(&&**name));
            if !is_given {
                self.visitor.reference(&reference);
            }
            for step in reference.rest {
                if let TraversalStep::Key(key) = step {
                    self.expr(key);
                }
            }
            return;
        }
        match &expr.kind {
            ExprKind::GetAttr(..) | ExprKind::Index(..) | ExprKind::Splat(_) => self.taken_from_another(expr),
            ExprKind::For(f) => self.comprehension(f),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Conditional(c) => {
                self.expr(&c.condition);
                self.perhaps(|all| [&c.yes, &c.no].into_iter().for_each(|arm| all.expr(arm)));
            }
            ExprKind::Call(call) => {
                self.visitor.call(call, self.perhaps);
                let catches = matches!(&*call.name.name, "try" | "can");
                // The second argument of `convert` is a type.
                let values = if &*call.name.name == "convert" { 1 } else { call.args.len() };
                let arguments = |all: &mut Self| call.args.iter().take(values).for_each(|argument| all.expr(argument));
                if catches { self.perhaps(arguments) } else { arguments(self) }
            }
            _ => visit::children(expr, &mut |child| self.expr(child)),
        }
    }

    /// Goes down to what a traversal begins with that is no reference, past all of its steps at once.
    fn taken_from_another(&mut self, mut expr: &'e Expr) {
        loop {
            expr = match &expr.kind {
                ExprKind::GetAttr(object, _) => object,
                ExprKind::Index(object, key) => {
                    self.expr(key);
                    object
                }
                ExprKind::Splat(splat) => {
                    let keys = crate::address::splat_steps(&splat.steps);
                    keys.into_iter().for_each(|step| {
                        if let TraversalStep::Key(key) = step {
                            self.expr(key)
                        }
                    });
                    &splat.object
                }
                _ => return self.expr(expr),
            };
        }
    }

    fn comprehension(&mut self, f: &'e For) {
        self.expr(&f.collection);
        self.elements(f);
        self.within(names(&f.key, &f.value), |all| {
            all.perhaps(|all| f.result_key.iter().chain([&f.result]).chain(&f.condition).for_each(|e| all.expr(e)));
        });
    }

    /// The attributes that a `for` takes of references that its list writes out, where Terraform certainly evaluates them.
    fn elements(&mut self, f: &'e For) {
        let ExprKind::Tuple(items) = &f.collection.kind else { return };
        if self.perhaps || f.condition.is_some() {
            return;
        }
        let mut taken = Vec::new();
        f.result_key.iter().chain([&f.result]).for_each(|e| attributes_of(&f.value.name, e, &mut taken));
        for item in items {
            let Some(reference) = Reference::of(item, |name| self.given.contains(&name)) else { continue };
            for name in taken.iter().take(MOST_TAKEN) {
                let rest = reference.rest.iter().copied().chain([TraversalStep::Attribute(name)]).collect();
                self.visitor.element(&Reference { rest, ..reference.clone() });
            }
        }
    }

    fn template(&mut self, parts: &'e [TemplatePart]) {
        for part in parts {
            match part {
                TemplatePart::Text(_) => {}
                TemplatePart::Interpolation(e) => self.expr(e),
                TemplatePart::If(directive) => {
                    self.expr(&directive.condition);
                    self.perhaps(|all| [&directive.yes, &directive.no].into_iter().for_each(|arm| all.template(arm)));
                }
                TemplatePart::For(directive) => {
                    self.expr(&directive.collection);
                    self.within(names(&directive.key, &directive.value), |all| {
                        all.perhaps(|all| all.template(&directive.body));
                    });
                }
            }
        }
    }
}

/// The most attributes of one element of a list that are looked at.
const MOST_TAKEN: usize = 16;

/// The attributes that an expression certainly takes of a variable.
fn attributes_of<'e>(variable: &str, expr: &'e Expr, taken: &mut Vec<&'e Ident>) {
    match &expr.kind {
        ExprKind::GetAttr(object, name) if matches!(&object.kind, ExprKind::Variable(root) if &**root == variable) => {
            taken.push(name);
        }
        ExprKind::Conditional(c) => attributes_of(variable, &c.condition, taken),
        ExprKind::Binary(b) if matches!(b.op, BinaryOp::And | BinaryOp::Or) => attributes_of(variable, &b.left, taken),
        ExprKind::For(_) => {}
        ExprKind::Call(call) if matches!(&*call.name.name, "try" | "can") => {}
        _ => visit::children(expr, &mut |child| attributes_of(variable, child, taken)),
    }
}

/// The variables of a `for`.
fn names<'e>(key: &'e Option<Ident>, value: &'e Ident) -> impl Iterator<Item = &'e str> {
    key.iter().chain([value]).map(|name| &*name.name)
}

/// The iterator that a dynamic block in JSON names.
fn iterator_of(block: &Expr) -> Option<&str> {
    let items = match &block.kind {
        ExprKind::Object(items) => items,
        ExprKind::Tuple(blocks) => return blocks.iter().find_map(iterator_of),
        _ => return None,
    };
    let named = |item: &&ObjectItem| item.key.text() == Some("iterator");
    match &items.iter().find(named)?.value.kind {
        ExprKind::String(name) | ExprKind::Variable(name) => Some(name),
        _ => None,
    }
}
