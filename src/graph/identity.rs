//! Whether two strings are the same one, also where only apply or an input knows them.

use super::fact::Fact;
use crate::eval::value::{Data, ReasonKind, Reasons, Unknown, Value};

/// Compares two strings. Text that is not known is the same where the same single input decides both and nothing tells
/// them apart; it is another one where a known beginning differs.
pub fn same(a: &Value, b: &Value, normal: impl Fn(&str) -> String) -> Fact<bool> {
    match (&a.data, &b.data) {
        (Data::String(a), Data::String(b)) => Fact::Known(normal(a) == normal(b)),
        (Data::Unknown(u), Data::String(s)) | (Data::String(s), Data::Unknown(u)) => half_known(u, s, normal),
        (Data::Unknown(a), Data::Unknown(b)) => unknown(a, b, normal),
        _ => Fact::Known(false),
    }
}

fn half_known(u: &Unknown, text: &str, normal: impl Fn(&str) -> String) -> Fact<bool> {
    if let Some(all) = &u.refinement.one_of
        && all.iter().all(|v| v.as_str().is_some_and(|v| normal(v) != normal(text)))
    {
        return Fact::Known(false);
    }
    match &u.refinement.prefix {
        Some(prefix) if !normal(text).starts_with(&normal(prefix)) => Fact::Known(false),
        _ => Fact::Unknown(u.reasons.clone()),
    }
}

fn unknown(a: &Unknown, b: &Unknown, normal: impl Fn(&str) -> String) -> Fact<bool> {
    let prefix = |u: &Unknown| u.refinement.prefix.as_deref().map(&normal).unwrap_or_default();
    let (left, right) = (prefix(a), prefix(b));
    if !left.starts_with(&right) && !right.starts_with(&left) {
        return Fact::Known(false);
    }
    if left == right && same_cause(&a.reasons, &b.reasons) {
        return Fact::Known(true);
    }
    Fact::Unknown(a.reasons.union(&b.reasons))
}

/// Whether both are not known for the same, single cause.
fn same_cause(a: &Reasons, b: &Reasons) -> bool {
    let kinds = |r: &Reasons| r.iter().map(|r| r.kind.clone()).collect::<Vec<_>>();
    let (a, b) = (kinds(a), kinds(b));
    a.len() == 1 && a == b && !matches!(a[0], ReasonKind::Error(_) | ReasonKind::Unsupported(_) | ReasonKind::Impure(_))
}

/// A cloud resource's name without what stands before the last slash: `projects/p` is `p`.
pub fn last_part(text: &str) -> String {
    text.trim_end_matches('/').rsplit('/').next().unwrap_or(text).to_string()
}

/// An IAM member or e-mail in one form: no `serviceAccount:`, no `deleted:`, small letters.
pub fn email(text: &str) -> String {
    let text = text.trim();
    let bare = match text.split_once(':') {
        Some((kind, rest)) if kind.eq_ignore_ascii_case("serviceAccount") => rest,
        _ => text,
    };
    bare.to_ascii_lowercase()
}
