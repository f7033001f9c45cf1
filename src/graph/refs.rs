//! Arguments that are nothing but a reference.

use crate::address::{Reference as Written, Subject, TraversalStep};
use crate::plan::ConfigAttribute;
use crate::syntax::ast::ExprKind;

/// An argument that is nothing but a reference, as text that starts with its module's address.
pub fn path(module: &str, attribute: &ConfigAttribute) -> Option<String> {
    let written = Written::of(&attribute.origin.as_ref()?.expr, |_| false)?;
    if matches!(written.subject, Subject::Name(_)) {
        return None;
    }
    let mut text = format!("{module}:{}", written.subject);
    for step in &written.rest {
        match step {
            TraversalStep::Attribute(name) => text.push_str(&format!(".{}", name.name)),
            TraversalStep::Key(key) => match &key.kind {
                ExprKind::Number(key) | ExprKind::String(key) => text.push_str(&format!("[{key:?}]")),
                _ => return None,
            },
            TraversalStep::Each => return None,
        }
    }
    Some(text)
}
