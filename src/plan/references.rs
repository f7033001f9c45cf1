//! The resources that an expression refers to: they tell resources apart whose identity only apply knows.

use super::scopes::{PlanScope, part};
use super::{HiddenKey, InstanceKey, Mode, Resource};
use crate::address::ResourceAddr;
use crate::resolve::{Follower, PathPart, follow, provenance};
use crate::syntax::ast::Expr;
use std::sync::Arc;

/// A reference to a resource, with the module instance in which it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResolvedReference {
    /// The module instance's address; "" for the root.
    pub module: String,
    /// Managed, data or ephemeral.
    pub mode: Mode,
    /// The resource type.
    pub type_name: String,
    /// The resource's name.
    pub name: String,
    /// The instance key as written: a literal one, or `None` for any instance.
    pub key: Option<InstanceKey>,
}

impl ResolvedReference {
    /// Whether it refers to this resource instance, or to all instances of the resource.
    pub fn is_to(&self, resource: &Resource) -> bool {
        let key = match (&self.key, &resource.key) {
            (None, _) | (_, InstanceKey::Unknown) => true,
            (Some(written), key) => written.is(key),
        };
        resource.mode == self.mode
            && *resource.module == *self.module
            && *resource.type_name == *self.type_name
            && *resource.name == *self.name
            && key
    }
}

/// The resources that an expression refers to; locals, variables and module outputs are followed.
pub fn of(scope: PlanScope, expr: &Expr) -> Vec<ResolvedReference> {
    let mut links = ReferenceCollector { found: Vec::new() };
    follow(&scope, expr, &mut links);
    links.found.sort();
    links.found.dedup();
    links.found
}

struct ReferenceCollector {
    found: Vec<ResolvedReference>,
}

impl<'s> Follower<PlanScope<'s>> for ReferenceCollector {
    fn every_way(&self) -> bool {
        true
    }

    fn step(&mut self, _: provenance::Step) -> bool {
        true
    }

    fn resource(&mut self, scope: &PlanScope<'s>, address: ResourceAddr, rest: &[PathPart]) {
        let Some(keys) = scope.keys(&address) else { return };
        let key = match (keys, rest.first()) {
            ([InstanceKey::None], _) => Some(InstanceKey::None),
            (keys, Some(written @ (PathPart::Name(text) | PathPart::Hidden(text)))) => {
                let is_written = |key: &&InstanceKey| part(key).is_some_and(|key| key.text() == Some(text));
                Some(keys.iter().find(is_written).cloned().unwrap_or_else(|| written_key(written, text)))
            }
            ([only], _) if *only != InstanceKey::Unknown => Some(only.clone()),
            _ => None,
        };
        let ResourceAddr { mode, type_name, name } = address;
        let (type_name, name) = (type_name.to_string(), name.to_string());
        self.found.push(ResolvedReference { module: scope.module_address().to_string(), mode, type_name, name, key });
    }
}

/// The key of an instance that is not among the known ones.
fn written_key(written: &PathPart, text: &Arc<str>) -> InstanceKey {
    match (written, text.parse()) {
        (PathPart::Hidden(_), _) => InstanceKey::Hidden(HiddenKey { name: text.clone(), nth: 0 }),
        (_, Ok(index)) => InstanceKey::Index(index),
        _ => InstanceKey::Name(text.clone()),
    }
}
