//! Kubernetes manifests, however they are written: as objects, as YAML or JSON text, encoded or decoded, and with parts that
//! are not known.

use crate::cty::functions::yaml_documents;
use crate::cty::value::{OpenText, Value, ValueDraft};

/// The documents that an argument holds; `None` where it is text that cannot be read, or nothing of it is known.
pub fn documents(value: &Value) -> Option<Vec<Value>> {
    let tree = match value.draft() {
        Some(ValueDraft::Tree(tree)) => tree,
        _ => value,
    };
    let read = match (tree.entries(), OpenText::of(tree)) {
        (Some(_), _) => vec![tree.clone()],
        (None, Some(open)) => {
            let read = yaml_documents(&open.text).ok()?;
            read.iter().map(|(_, document)| open.restore(document)).collect()
        }
        _ => return None,
    };
    let marked = read.into_iter().map(|document| document.mark(value.marks));
    Some(marked.flat_map(|document| items(&document).unwrap_or_else(|| vec![document])).collect())
}

/// The documents in a list of kind `List`.
fn items(document: &Value) -> Option<Vec<Value>> {
    let listed = string(document, "kind") == Some("List");
    let items = document.get("items").and_then(Value::elements).filter(|_| listed)?;
    Some(items.iter().map(|item| item.clone().mark(document.marks)).collect())
}

/// A string in a document.
pub fn string<'v>(document: &'v Value, name: &str) -> Option<&'v str> {
    document.get(name).and_then(Value::as_str)
}

/// The known text in a value, with spaces between.
pub fn all_text(value: &Value) -> String {
    let mut text = String::new();
    collect(value, &mut text);
    text
}

fn collect(value: &Value, text: &mut String) {
    if let Some(entries) = value.entries() {
        for (key, value) in entries {
            text.push_str(key);
            text.push(' ');
            collect(value, text);
        }
    } else if let Some(elements) = value.elements() {
        elements.iter().for_each(|element| collect(element, text));
    } else if let Some(ValueDraft::Tree(tree)) = value.draft() {
        collect(tree, text);
    } else if let Some(open) = OpenText::of(value) {
        text.push_str(&open.text);
        text.push(' ');
    }
}
