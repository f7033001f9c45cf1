//! The addresses that `moved`, `import` and `removed` name.

use crate::address::{Mode, ReferenceRoot, ResourceAddr};
use crate::syntax::ast::{Expr, ExprKind, Ident};
use std::sync::Arc;

/// A key in an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKey {
    /// None.
    None,
    /// One that is written out: a number or a text in quotes.
    Known(String),
    /// One that is computed.
    Computed,
}

/// An address of a module or resource, with keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The calls on the way, outermost first.
    pub modules: Vec<(Arc<str>, TargetKey)>,
    /// The resource; `None` for a module.
    pub resource: Option<(ResourceAddr, TargetKey)>,
}

enum TargetStep<'e> {
    Name(&'e Ident),
    Key(&'e Expr),
}

impl Target {
    /// Reads an address.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(expr: &Expr) -> Result<Target, &'static str> {
        let (mut steps, root) = steps(expr).ok_or("an address is written out, without calculations and calls")?;
        steps.reverse();
        let mut words: Vec<(Arc<str>, TargetKey)> = vec![(root, TargetKey::None)];
        for step in steps {
            match step {
                TargetStep::Name(name) => words.push((name.name.clone(), TargetKey::None)),
                TargetStep::Key(key) => {
                    let last = words.last_mut().ok_or("an address begins with a name")?;
                    if last.1 != TargetKey::None {
                        return Err("an address has one key after a name");
                    }
                    last.1 = key_of(key);
                }
            }
        }
        Target::of_words(&words)
    }

    fn of_words(words: &[(Arc<str>, TargetKey)]) -> Result<Target, &'static str> {
        let mut target = Target { modules: Vec::new(), resource: None };
        let mut rest = words;
        while let [(word, TargetKey::None), (name, key), more @ ..] = rest {
            if ReferenceRoot::of(word) != ReferenceRoot::Module {
                break;
            }
            target.modules.push((name.clone(), key.clone()));
            rest = more;
        }
        let (mode, rest) = match rest {
            [] => return Ok(target),
            [(word, TargetKey::None), more @ ..] => match ReferenceRoot::of(word) {
                ReferenceRoot::Mode(mode) => (mode, more),
                ReferenceRoot::Other => (Mode::Managed, rest),
                _ => return Err("it is neither a module nor a resource"),
            },
            _ => return Err("it is neither a module nor a resource"),
        };
        match rest {
            [(type_name, TargetKey::None), (name, key)] => {
                let address = ResourceAddr { mode, type_name: type_name.clone(), name: name.clone() };
                target.resource = Some((address, key.clone()));
                Ok(target)
            }
            [_] => Err("a resource's address has a type and a name"),
            _ => Err("it goes on behind the resource's name"),
        }
    }

    /// Whether a key in it is computed.
    pub fn is_computed(&self) -> bool {
        let own = self.resource.iter().map(|(_, key)| key);
        self.modules.iter().map(|(_, key)| key).chain(own).any(|key| *key == TargetKey::Computed)
    }

    /// Whether it names one instance, or a module's one instance.
    pub fn is_keyed(&self) -> bool {
        let last = self.resource.as_ref().map(|(_, key)| key).or(self.modules.last().map(|(_, key)| key));
        last.is_some_and(|key| *key != TargetKey::None)
    }
}

fn key_of(key: &Expr) -> TargetKey {
    match &key.kind {
        ExprKind::Number(text) => TargetKey::Known(text.to_string()),
        ExprKind::String(text) => TargetKey::Known(format!("\"{text}\"")),
        _ => TargetKey::Computed,
    }
}

/// The steps of an address, last first, and its first word; `None` for any other expression.
fn steps(expr: &Expr) -> Option<(Vec<TargetStep<'_>>, Arc<str>)> {
    let (mut at, mut steps) = (expr, Vec::new());
    loop {
        match &at.kind {
            ExprKind::Variable(root) => return Some((steps, root.clone())),
            ExprKind::GetAttr(object, name) => {
                steps.push(TargetStep::Name(name));
                at = object;
            }
            ExprKind::Index(object, key) => {
                steps.push(TargetStep::Key(key));
                at = object;
            }
            _ => return None,
        }
    }
}
