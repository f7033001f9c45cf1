//! What the results of functions are made of where arguments are not known.

use crate::cty::value::{DraftWriter, Type, Value, ValueDraft, convert};
use std::sync::Arc;

/// What the result of a function is made of; `None` for most functions.
pub fn of(name: &str, args: &[Value]) -> Option<Arc<ValueDraft>> {
    let first = args.first()?;
    match name {
        "jsonencode" | "yamlencode" => first.is_known().then(|| Arc::new(ValueDraft::Tree(first.clone()))),
        "jsondecode" | "yamldecode" | "chomp" | "trimspace" => first.draft().cloned().map(Arc::new),
        "join" => join(first, args.get(1..)?),
        "format" => format(first.as_str()?, args.get(1..)?),
        _ => None,
    }
}

fn join(separator: &Value, lists: &[Value]) -> Option<Arc<ValueDraft>> {
    let mut draft = DraftWriter::default();
    let items: Option<Vec<&[Value]>> = lists.iter().map(Value::elements).collect();
    for (i, item) in items?.concat().iter().enumerate() {
        if i > 0 {
            draft.value(separator);
        }
        draft.value(item);
    }
    draft.finish()
}

/// The text between the verbs, and the arguments of plain ones. A verb with flags, or one of another kind, is not known.
fn format(text: &str, args: &[Value]) -> Option<Arc<ValueDraft>> {
    let mut draft = DraftWriter::default();
    let mut pieces = text.split('%');
    draft.text(pieces.next()?);
    let mut args = args.iter();
    while let Some(piece) = pieces.next() {
        if piece.is_empty() {
            draft.text("%");
            draft.text(pieces.next()?);
            continue;
        }
        let (at, letter) = piece.char_indices().find(|(_, c)| c.is_ascii_alphabetic())?;
        let value = args.next()?;
        let plain = at == 0 && matches!(letter, 's' | 'd' | 'v');
        let shown = convert(value, &Type::String).ok().filter(|_| plain);
        draft.value(&shown.unwrap_or_else(|| Value::unknown(Type::String, value.collect_reasons())));
        draft.text(piece.get(at + 1..)?);
    }
    draft.finish()
}
