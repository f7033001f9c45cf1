//! Whether two strings are the same one, also where only apply or an input knows them.

use super::fact::Fact;
use crate::cty::value::{Data, ReasonKind, Reasons, Unknown, Value};
use std::borrow::Cow;

/// Compares two strings. Text that is not known is the same where the same single input decides both and they begin with
/// the same known text; it is another one where a known beginning differs.
pub fn same(a: &Value, b: &Value, normal: impl Fn(&str) -> Cow<'_, str>) -> Fact<bool> {
    match (&a.data, &b.data) {
        (Data::String(a), Data::String(b)) => Fact::Known(a == b || normal(a) == normal(b)),
        (Data::Unknown(u), Data::String(s)) | (Data::String(s), Data::Unknown(u)) => half_known(u, s, normal),
        (Data::Unknown(a), Data::Unknown(b)) => unknown(a, b, normal),
        _ => Fact::Known(false),
    }
}

/// Compares two strings as [`same`] does; but where the same single input decides both and nothing tells them apart, they
/// are the same. For projects and the like, of which a configuration has few, and hardly ever two made of one variable.
pub fn same_by_cause(a: &Value, b: &Value, normal: impl Fn(&str) -> Cow<'_, str> + Copy) -> Fact<bool> {
    match (&a.data, &b.data, same(a, b, normal)) {
        (Data::Unknown(x), Data::Unknown(y), Fact::Unknown(_)) if prefix(x, normal) == prefix(y, normal) => {
            match same_cause(&x.reasons, &y.reasons) {
                true => Fact::Known(true),
                false => Fact::Unknown(x.reasons.union(&y.reasons)),
            }
        }
        (_, _, answer) => answer,
    }
}

fn prefix(u: &Unknown, normal: impl Fn(&str) -> Cow<'_, str>) -> Cow<'_, str> {
    u.refinement.prefix.as_deref().map(normal).unwrap_or_default()
}

fn half_known(u: &Unknown, text: &str, normal: impl Fn(&str) -> Cow<'_, str>) -> Fact<bool> {
    if let Some(all) = &u.refinement.one_of
        && all.iter().all(|v| v.as_str().is_some_and(|v| normal(v) != normal(text)))
    {
        return Fact::Known(false);
    }
    match &u.refinement.prefix {
        Some(prefix) if !normal(text).starts_with(&*normal(prefix)) => Fact::Known(false),
        _ => Fact::Unknown(u.reasons.clone()),
    }
}

fn unknown(a: &Unknown, b: &Unknown, normal: impl Fn(&str) -> Cow<'_, str>) -> Fact<bool> {
    let (left, right) = (prefix(a, &normal), prefix(b, &normal));
    if !left.starts_with(&*right) && !right.starts_with(&*left) {
        return Fact::Known(false);
    }
    if left == right && !left.is_empty() && same_cause(&a.reasons, &b.reasons) {
        return Fact::Known(true);
    }
    Fact::Unknown(a.reasons.union(&b.reasons))
}

/// Whether both are not known for the same, single cause.
fn same_cause(a: &Reasons, b: &Reasons) -> bool {
    use ReasonKind::{Error, File, Impure, Unsupported};
    let vague = |kind: &ReasonKind| matches!(kind, Error(_) | File(_) | Unsupported(_) | Impure(_));
    only(a).is_some_and(|kind| only(b) == Some(kind) && !vague(kind))
}

/// The cause, where there is but one.
fn only(reasons: &Reasons) -> Option<&ReasonKind> {
    let mut all = reasons.iter();
    all.next().filter(|_| all.next().is_none()).map(|r| &r.kind)
}

/// An IAM member or e-mail in one form: no `serviceAccount:`, no `deleted:`, small letters.
pub fn email(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let bare = match text.split_once(':') {
        Some((kind, rest)) if kind.eq_ignore_ascii_case("serviceAccount") => rest,
        _ => text,
    };
    small(bare)
}

/// The same in small letters.
pub fn small(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|b| b.is_ascii_uppercase()) {
        true => text.to_ascii_lowercase().into(),
        false => text.into(),
    }
}
