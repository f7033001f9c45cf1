//! Which resources an expression refers to: the way to tell resources apart whose identity only apply knows.

use crate::address::{Reference as Written, ResourceAddr, Step, Subject};
use crate::eval::names::part;
pub use crate::eval::plan::Reference;
use crate::eval::plan::{ConfigAttribute, HiddenKey, InstanceKey, Origin, Resource};
use crate::eval::scope::Scope;
use crate::resolve::{Follower, Part, follow, provenance};
use crate::syntax::ast::ExprKind;
use std::sync::Arc;

/// The resources that an argument's expression refers to; locals, variables and module outputs are followed.
pub fn of_attribute(attribute: &ConfigAttribute) -> Vec<Reference> {
    attribute.origin.as_ref().map_or_else(|| attribute.refers.clone(), of_origin)
}

/// The resources that an expression refers to.
pub fn of_origin(origin: &Origin) -> Vec<Reference> {
    let mut links = Links { found: Vec::new() };
    follow(&origin.scope, &origin.expr, &mut links);
    links.found.sort();
    links.found.dedup();
    links.found
}

struct Links {
    found: Vec<Reference>,
}

impl Follower<Scope> for Links {
    fn every_way(&self) -> bool {
        true
    }

    fn step(&mut self, _: provenance::Step) -> bool {
        true
    }

    fn resource(&mut self, scope: &Scope, address: ResourceAddr, rest: &[Part]) {
        let Some(block) = scope.instance.config.resources.get(&address) else { return };
        let Ok(state) = scope.instance.resource_state(&address, block.header) else { return };
        let key = match (state.instances.as_slice(), rest.first()) {
            ([only], _) if only.key == InstanceKey::None => Some(InstanceKey::None),
            (instances, Some(written @ (Part::Name(text) | Part::Hidden(text)))) => {
                let key = |r: &Resource| part(&r.key).is_some_and(|key| key.text() == Some(text));
                Some(instances.iter().find(|r| key(r)).map_or_else(|| written_key(written, text), |r| r.key.clone()))
            }
            ([only], _) if only.key != InstanceKey::Unknown => Some(only.key.clone()),
            _ => None,
        };
        let ResourceAddr { mode, type_name, name } = address;
        let (type_name, name) = (type_name.to_string(), name.to_string());
        self.found.push(Reference { module: scope.instance.address.to_string(), mode, type_name, name, key });
    }
}

/// The key of an instance that is not among the known ones.
fn written_key(written: &Part, text: &Arc<str>) -> InstanceKey {
    match (written, text.parse()) {
        (Part::Hidden(_), _) => InstanceKey::Hidden(HiddenKey { name: text.clone(), nth: 0 }),
        (_, Ok(index)) => InstanceKey::Index(index),
        _ => InstanceKey::Name(text.clone()),
    }
}

/// An argument that is nothing but a reference, as text that starts with its module's address.
pub fn path(module: &str, attribute: &ConfigAttribute) -> Option<String> {
    let written = Written::of(&attribute.origin.as_ref()?.expr, |_| false)?;
    if matches!(written.subject, Subject::Name(_)) {
        return None;
    }
    let mut text = format!("{module}:{}", written.subject);
    for step in &written.rest {
        match step {
            Step::Attribute(name) => text.push_str(&format!(".{}", name.name)),
            Step::Key(key) => match &key.kind {
                ExprKind::Number(key) | ExprKind::String(key) => text.push_str(&format!("[{key:?}]")),
                _ => return None,
            },
            Step::Each => return None,
        }
    }
    Some(text)
}
