//! Addresses and references as Terraform writes them: names and keys, `module.a["x"].google_x.y[0].id`.

use super::InstanceKey;

/// One part of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressPart {
    /// A name.
    Name(String),
    /// `[0]` or `["a"]`; `[*]` in a static plan.
    Key(InstanceKey),
}

impl AddressPart {
    /// The name, if it is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            AddressPart::Name(name) => Some(name),
            AddressPart::Key(_) => None,
        }
    }
}

/// One module call on the way from the root to a module instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleStep {
    /// The call's name.
    pub call: String,
    /// The instance's key.
    pub key: InstanceKey,
}

/// The parts of an address; as many as can be read.
pub fn parts(text: &str) -> Vec<AddressPart> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '.' => rest.get(1..).unwrap_or_default(),
            '[' => {
                let Some((key, after)) = key(rest) else { break };
                out.push(AddressPart::Key(key));
                after
            }
            _ => {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                out.push(AddressPart::Name(name.to_string()));
                after
            }
        };
    }
    out
}

/// The key that a text starts with, and what follows it.
fn key(text: &str) -> Option<(InstanceKey, &str)> {
    let inner = text.strip_prefix('[')?;
    if !inner.starts_with('"') {
        let (digits, after) = inner.split_once(']')?;
        if digits == "*" {
            return Some((InstanceKey::Unknown, after));
        }
        return Some((InstanceKey::Index(digits.parse().ok()?), after));
    }
    let mut escaped = false;
    let end = inner.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    })?;
    let (quoted, after) = inner.split_at(end.0 + 1);
    // HCL's escapes are JSON's, save for `$${` and `%%{`.
    let name: String = serde_json::from_str(quoted).ok()?;
    let name = name.replace("$${", "${").replace("%%{", "%{");
    Some((InstanceKey::Name(name.into()), after.strip_prefix(']')?))
}

/// The module calls of a module instance's address, from the root on.
pub fn module_steps(module: &str) -> Vec<ModuleStep> {
    let parts = parts(module);
    let mut out: Vec<ModuleStep> = Vec::new();
    let mut at = parts.iter().peekable();
    while let Some(part) = at.next() {
        if part.name() != Some("module") {
            break;
        }
        let Some(call) = at.next().and_then(AddressPart::name) else { break };
        let key = match at.peek() {
            Some(AddressPart::Key(key)) => key.clone(),
            _ => InstanceKey::None,
        };
        if key != InstanceKey::None {
            at.next();
        }
        out.push(ModuleStep { call: call.to_string(), key });
    }
    out
}

/// The address of a module instance; "" for the root.
pub fn module_address(steps: &[ModuleStep]) -> String {
    let one = |step: &ModuleStep| format!("module.{}{}", step.call, step.key);
    steps.iter().map(one).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_apart_and_together() {
        let address = r#"module.a["x.\"y\"[0]"].module.b[2].module.c"#;
        let all = module_steps(address);
        assert_eq!(all.len(), 3);
        assert_eq!(all[0].key, InstanceKey::Name("x.\"y\"[0]".into()));
        assert_eq!(module_address(&all), address);
        assert_eq!(module_steps("google_x.y"), []);
    }

    #[test]
    fn what_cannot_be_read_ends_the_address() {
        let name = |n: &str| AddressPart::Name(n.into());
        assert_eq!(parts("a.b[0].c"), [name("a"), name("b"), AddressPart::Key(InstanceKey::Index(0)), name("c")]);
        assert_eq!(parts("a[\"b"), [name("a")]);
        assert_eq!(parts("a[é].c"), [name("a")]);
    }
}
