//! Calls that newer versions of Terraform and OpenTofu answer and older ones refuse.

use crate::base::source::Span;
use crate::cty::value::{Marks, Type, Value};
use crate::eval::scope::Scope;

/// Long names of Unicode classes in regular expressions, and the short ones that all versions have.
const CLASSES: [(&str, &str); 7] = [
    ("\\p{Letter}", "\\p{L}"),
    ("\\p{Mark}", "\\p{M}"),
    ("\\p{Number}", "\\p{N}"),
    ("\\p{Punctuation}", "\\p{P}"),
    ("\\p{Symbol}", "\\p{S}"),
    ("\\p{Separator}", "\\p{Z}"),
    ("\\p{Other}", "\\p{C}"),
];

/// The arguments of a call as all versions take them. What is newer is noted; the console answers as Terraform 1.11.
pub fn arguments(scope: &Scope, name: &str, mut args: Vec<Value>, at: Span) -> Vec<Value> {
    if scope.instance.world.strict() {
        return args;
    }
    match name {
        "regex" | "regexall" => {
            let Some(pattern) = args.first_mut() else { return args };
            let Some(text) = pattern.as_str() else { return args };
            let short = CLASSES.iter().fold(text.to_string(), |text, (long, short)| text.replace(long, short));
            if short != text {
                note(scope, "long classes", at);
                *pattern = Value::string(&short).mark(pattern.marks);
            }
        }
        "element" if args.get(1).and_then(Value::as_number).is_some_and(|n| n.signum() < 0) => {
            note(scope, "element from the end", at);
        }
        _ => {}
    }
    args
}

/// Whether a list has null in it; `None` where something else is asked.
pub fn contains_null(scope: &Scope, name: &str, args: &[Value], at: Span) -> Option<Value> {
    let [list, needle] = args else { return None };
    if name != "contains" || !needle.is_null() || !list.is_known() || scope.instance.world.strict() {
        return None;
    }
    let elements = list.elements()?;
    note(scope, "contains with null", at);
    let marks = args.iter().fold(Marks::NONE, |marks, arg| marks.union(arg.deep_marks()));
    let open = elements.iter().find(|element| !element.is_known()).and_then(Value::reasons);
    Some(match (elements.iter().any(Value::is_null), open) {
        (false, Some(reasons)) => Value::unknown(Type::Bool, reasons.clone()),
        (found, _) => Value::bool(found),
    })
    .map(|value| value.mark(marks))
}

/// Notes a call that not all versions answer, where its answer matters.
fn note(scope: &Scope, name: &str, at: Span) {
    if !scope.instance.world.aside.get() {
        scope.instance.uses("function", name, at);
    }
}
