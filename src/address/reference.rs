//! References: a traversal such as `module.gke.name[0]`, split into its subject and the steps that follow. The names that
//! Terraform reserves are matched here and nowhere else.

use super::{Mode, ResourceAddr};
use crate::base::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, SplatStep};
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// The first name of a traversal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceRoot {
    /// `var`.
    Var,
    /// `local`.
    Local,
    /// `module`.
    Module,
    /// `resource`, `data` or `ephemeral`.
    Mode(Mode),
    /// `path`.
    Path,
    /// `terraform`, or OpenTofu's `tofu`.
    Terraform,
    /// `each`.
    Each,
    /// `count`.
    Count,
    /// `self`.
    Own,
    /// A resource type, or a name that only a `for` or `dynamic` gives.
    Other,
}

impl ReferenceRoot {
    /// The root that a name is, where nothing around it gives the name another meaning.
    pub fn of(name: &str) -> ReferenceRoot {
        match name {
            "var" => ReferenceRoot::Var,
            "local" => ReferenceRoot::Local,
            "module" => ReferenceRoot::Module,
            "resource" => ReferenceRoot::Mode(Mode::Managed),
            "data" => ReferenceRoot::Mode(Mode::Data),
            "ephemeral" => ReferenceRoot::Mode(Mode::Ephemeral),
            "path" => ReferenceRoot::Path,
            "terraform" | "tofu" => ReferenceRoot::Terraform,
            "each" => ReferenceRoot::Each,
            "count" => ReferenceRoot::Count,
            "self" => ReferenceRoot::Own,
            _ => ReferenceRoot::Other,
        }
    }
}

/// What a reference is to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject<'e> {
    /// `var.name`.
    Variable(&'e Ident),
    /// `local.name`.
    Local(&'e Ident),
    /// `module.name`: the call, with all its instances and outputs.
    Call(&'e Ident),
    /// `type.name`, `resource.type.name`, `data.type.name` or `ephemeral.type.name`.
    Resource(ResourceAddr),
    /// `path.name`.
    Path(&'e Ident),
    /// `terraform.name`.
    Terraform(&'e Ident),
    /// A name that the place around it gives: `each`, `count`, `self`, a variable of `for`, an iterator of `dynamic`.
    Name(&'e Arc<str>),
}

impl<'e> Subject<'e> {
    /// What an expression names, where it is exactly that: `var.x`, but not `var.x.y`. `given` tells whether a name has
    /// another meaning where the expression stands.
    pub fn of(expr: &'e Expr, given: impl Fn(&str) -> bool) -> Option<Subject<'e>> {
        match &expr.kind {
            ExprKind::GetAttr(object, name) => Subject::of_attribute(object, name, given),
            _ => None,
        }
    }

    /// What `object.name` names, where it is exactly that; see [`Subject::of`].
    pub fn of_attribute(object: &'e Expr, name: &'e Ident, given: impl Fn(&str) -> bool) -> Option<Subject<'e>> {
        let resource = |mode, of: &Arc<str>| {
            Subject::Resource(ResourceAddr { mode, type_name: of.clone(), name: name.name.clone() })
        };
        match &object.kind {
            ExprKind::Variable(root) if !given(root) => match ReferenceRoot::of(root) {
                ReferenceRoot::Var => Some(Subject::Variable(name)),
                ReferenceRoot::Local => Some(Subject::Local(name)),
                ReferenceRoot::Module => Some(Subject::Call(name)),
                ReferenceRoot::Path => Some(Subject::Path(name)),
                ReferenceRoot::Terraform => Some(Subject::Terraform(name)),
                ReferenceRoot::Other => Some(resource(Mode::Managed, root)),
                ReferenceRoot::Mode(_) | ReferenceRoot::Each | ReferenceRoot::Count | ReferenceRoot::Own => None,
            },
            ExprKind::GetAttr(inner, type_name) => match &inner.kind {
                ExprKind::Variable(root) if !given(root) => match ReferenceRoot::of(root) {
                    ReferenceRoot::Mode(mode) => Some(resource(mode, &type_name.name)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }
}

impl Display for Subject<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Variable(name) => write!(f, "var.{}", name.name),
            Subject::Local(name) => write!(f, "local.{}", name.name),
            Subject::Call(name) => write!(f, "module.{}", name.name),
            Subject::Resource(address) => write!(f, "{address}"),
            Subject::Path(name) => write!(f, "path.{}", name.name),
            Subject::Terraform(name) => write!(f, "terraform.{}", name.name),
            Subject::Name(name) => f.write_str(name),
        }
    }
}

/// One step of a traversal.
#[derive(Clone, Copy, Debug)]
pub enum TraversalStep<'e> {
    /// `.name`.
    Attribute(&'e Ident),
    /// `[key]`.
    Key(&'e Expr),
    /// `[*]` or `.*`: each element.
    Each,
}

/// A reference as it is written.
#[derive(Clone, Debug)]
pub struct Reference<'e> {
    /// What it is to.
    pub subject: Subject<'e>,
    /// What is taken from that, the first step first.
    pub rest: Vec<TraversalStep<'e>>,
    /// The place of its subject, without what is taken from that.
    pub at: Span,
}

impl<'e> Reference<'e> {
    /// Reads a traversal; `None` for any other expression. `given` is as for [`Subject::of`].
    pub fn of(expr: &'e Expr, given: impl Fn(&str) -> bool) -> Option<Reference<'e>> {
        let (mut inner, mut rest) = (expr, Vec::new());
        let subject = loop {
            if let Some(subject) = Subject::of(inner, &given) {
                break subject;
            }
            inner = match &inner.kind {
                ExprKind::Variable(name) => break Subject::Name(name),
                ExprKind::GetAttr(object, name) => {
                    rest.push(TraversalStep::Attribute(name));
                    object
                }
                ExprKind::Index(object, key) => {
                    rest.push(TraversalStep::Key(key));
                    object
                }
                ExprKind::Splat(splat) => {
                    rest.extend(splat_steps(&splat.steps).into_iter().rev());
                    rest.push(TraversalStep::Each);
                    &splat.object
                }
                ExprKind::Paren(inner) | ExprKind::Wrap(inner) => inner,
                _ => return None,
            };
        };
        rest.reverse();
        Some(Reference { subject, rest, at: inner.span })
    }
}

/// The steps after `[*]` or `.*`.
pub fn splat_steps(steps: &[SplatStep]) -> Vec<TraversalStep<'_>> {
    steps.iter().fold(Vec::new(), |mut out, step| {
        match step {
            SplatStep::Attr(name) => out.push(TraversalStep::Attribute(name)),
            SplatStep::Index(key) => out.push(TraversalStep::Key(key)),
            SplatStep::Splat(inner) => {
                out.push(TraversalStep::Each);
                out.extend(splat_steps(inner));
            }
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::FileId;

    /// A reference's subject and the number of steps after it.
    fn read(text: &str) -> Option<(String, usize)> {
        let file = crate::syntax::parse(FileId::FACTS, &format!("a = {text}\n"), &[]);
        let reference = Reference::of(&file.body.attributes[0].expr, |name| name == "item")?;
        Some((reference.subject.to_string(), reference.rest.len()))
    }

    #[test]
    fn a_traversal_is_a_subject_and_steps() {
        let is = |text: &str, subject: &str, steps| assert_eq!(read(text), Some((subject.into(), steps)), "{text}");
        is("var.a", "var.a", 0);
        is("(local.a).b[0]", "local.a", 2);
        is("module.m[each.key].out[\"x\"]", "module.m", 3);
        is("module.m[*].out", "module.m", 2);
        is("google_x.y.z", "google_x.y", 1);
        is("resource.google_x.y.z", "google_x.y", 1);
        is("data.google_x.y[0].z", "data.google_x.y", 2);
        is("ephemeral.google_x.y.z", "ephemeral.google_x.y", 1);
        is("google_x.y.*.z", "google_x.y", 2);
        is("path.module", "path.module", 0);
        is("terraform.workspace", "terraform.workspace", 0);
        is("each.value.a", "each", 2);
        is("self.id", "self", 1);
        is("item.a", "item", 1);
        is("\"${var.a}\"", "var.a", 0);
        assert_eq!(read("f(var.a)"), None);
        assert_eq!(read("f(var.a).b"), None);
    }

    #[test]
    fn a_root_alone_or_a_mode_without_a_name_is_no_subject() {
        assert_eq!(read("var"), Some(("var".into(), 0)));
        assert_eq!(read("data.google_x"), Some(("data".into(), 1)));
    }
}
