//! Resources that exist before the run: those that `import` blocks name.

use super::InstanceKey;
use crate::address::{Reference, Subject, TraversalStep};
use crate::syntax::ast::{Expr, ExprKind};
use rustc_hash::FxHashSet;

/// The addresses that are imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Those of which all keys are literal.
    exact: FxHashSet<String>,
    /// Those with a key that only evaluation knows, without any keys: any of their instances.
    any: FxHashSet<String>,
}

impl Imported {
    /// Adds what the `to` of an `import` block names, in a module of this address.
    pub fn add(&mut self, module: &str, to: &Expr) {
        let Some(steps) = Reference::of(to, |_| false).and_then(|to| named(&to)) else { return };
        let join = |text: String, (name, key): &(String, ImportKey)| {
            let dot = if text.is_empty() { "" } else { "." };
            match key {
                ImportKey::Literal(key) => key.added_to(&format!("{text}{dot}{name}")),
                ImportKey::Any => format!("{text}{dot}{name}"),
            }
        };
        let address = steps.iter().fold(module.to_string(), join);
        match steps.iter().any(|(_, key)| matches!(key, ImportKey::Any)) {
            true => self.any.insert(without_keys(&address)),
            false => self.exact.insert(address),
        };
    }

    /// Adds a whole address.
    pub fn add_address(&mut self, address: &str) {
        self.exact.insert(address.to_string());
    }

    /// Whether the resource of this address is imported.
    pub fn has(&self, address: &str) -> bool {
        self.exact.contains(address) || !self.any.is_empty() && self.any.contains(&without_keys(address))
    }
}

enum ImportKey {
    Literal(InstanceKey),
    Any,
}

/// The names of an address, `module.gke` and `google_service_account.nodes`, each with its key.
fn named(to: &Reference) -> Option<Vec<(String, ImportKey)>> {
    let mut steps = to.rest.iter().peekable();
    let mut all = Vec::new();
    let mut name = match &to.subject {
        Subject::Call(call) => format!("module.{}", call.name),
        Subject::Resource(address) => address.to_string(),
        _ => return None,
    };
    loop {
        let key = match steps.next_if(|step| matches!(step, TraversalStep::Key(_))) {
            Some(TraversalStep::Key(key)) => literal(key),
            _ => ImportKey::Literal(InstanceKey::None),
        };
        let is_call = name.starts_with("module.");
        all.push((name, key));
        let mut next = || match steps.next()? {
            TraversalStep::Attribute(name) => Some(name.name.to_string()),
            _ => None,
        };
        if !is_call {
            return Some(all);
        }
        name = format!("{}.{}", next()?, next()?);
    }
}

fn literal(key: &Expr) -> ImportKey {
    match &key.kind {
        ExprKind::String(text) => ImportKey::Literal(InstanceKey::Name(text.clone())),
        ExprKind::Number(text) => {
            text.parse().map_or(ImportKey::Any, |index| ImportKey::Literal(InstanceKey::Index(index)))
        }
        _ => ImportKey::Any,
    }
}

/// An address without the keys of instances.
fn without_keys(address: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::new(), 0u32, false, false);
    for c in address.chars() {
        match c {
            '"' if depth > 0 && !escaped => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_as_import_blocks_write_them() {
        let mut imported = Imported::default();
        for to in [
            "google_x.a",
            "google_x.b[\"k\"]",
            "module.m[0].google_x.c",
            "google_x.d[each.key]",
            "module.n[each.key].module.o.google_x.e",
        ] {
            let file = crate::syntax::parse(crate::base::source::FileId::FACTS, &format!("to = {to}\n"), &[]);
            imported.add("", &file.body.attributes[0].expr);
        }
        let yes = [
            "google_x.a",
            "google_x.b[\"k\"]",
            "module.m[0].google_x.c",
            "google_x.d[\"a]b\"]",
            "module.n[\"x\"].module.o.google_x.e",
        ];
        let no = [
            "google_x.b[\"l\"]",
            "google_x.b",
            "module.m[1].google_x.c",
            "module.m.google_x.c",
            "module.n[\"x\"].google_x.e",
        ];
        assert_eq!(yes.into_iter().filter(|address| !imported.has(address)).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(no.into_iter().filter(|address| imported.has(address)).collect::<Vec<_>>(), [""; 0]);
    }
}
