//! The form of members of grants (IAM: principal identifiers).

use super::machine::is_unique_id;
use super::text::Text;
use crate::cty::value::{Data, OpenText, Value};

/// Kinds of member that take an e-mail or a domain after the colon.
pub const KINDS: [&str; 8] =
    ["user", "serviceAccount", "group", "domain", "projectOwner", "projectEditor", "projectViewer", "deleted"];
/// Members that are a word of their own.
const WORDS: [&str; 2] = ["allUsers", "allAuthenticatedUsers"];
/// What the identifiers of principals begin with.
const PRINCIPALS: [&str; 3] = ["principal://", "principalSet://", "principalHierarchy://"];
/// What stands between a project and an account in Workload Identity's members, after `PROJECT.svc` or `PROJECT.hub`.
const IDENTITY_POOL: &str = ".id.goog[";

/// A member that IAM refuses for its form, whatever becomes of the parts of it that are not known.
#[derive(Clone, Debug)]
pub struct MalformedMember {
    /// The member, with `${…}` for what is not known.
    pub text: Text,
    /// What is wrong.
    pub fault: MemberFault,
}

/// What is wrong with the form of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberFault {
    /// It does not begin with a kind and a colon.
    NoKind,
    /// It begins with a kind that there is not, or nothing follows the kind.
    NoSuchKind,
    /// `serviceAccount:` stands before something that is no e-mail address.
    NoEmail,
}

/// What is surely wrong with the form of a member.
pub fn malformed(member: &Value) -> Option<MalformedMember> {
    let whole = member.as_str();
    // A whole one is not copied: nearly all are, and have the right form.
    let open = if whole.is_some() { None } else { OpenText::of(member) };
    let head = match (whole.or(open.as_ref().map(|open| &*open.text)), &member.data) {
        (Some(text), _) if text.is_ascii() => text,
        (Some(text), _) => text.split(is_hole).next().unwrap_or_default(),
        (None, Data::Unknown(unknown)) => unknown.refinement.prefix.as_deref().unwrap_or_default(),
        _ => return None,
    };
    let fault = match head.split_once(':') {
        _ if PRINCIPALS.iter().any(|kind| head.starts_with(kind)) => None,
        Some((kind, rest)) => after_kind(kind, rest, whole.is_some(), open.as_ref()),
        None if head.is_empty() && whole.is_none() => {
            (open.is_none() && is_unique_id(member)).then_some(MemberFault::NoKind)
        }
        None => (!head.is_empty() && !may_begin(head, whole.is_some())).then_some(MemberFault::NoKind),
    }?;
    let text = match &open {
        Some(open) => shown(member, Some(open), head),
        None => shown(member, OpenText::of(member).as_ref(), head),
    };
    Some(MalformedMember { text: Text::new(text, member.marks.is_hidden()), fault })
}

/// Judges the known part of a member with a kind, and what follows it.
fn after_kind(kind: &str, rest: &str, is_whole: bool, open: Option<&OpenText>) -> Option<MemberFault> {
    let is_kind = |text: &str| KINDS.iter().any(|known| known.eq_ignore_ascii_case(text));
    if !is_kind(kind) || is_whole && rest.trim().is_empty() {
        return Some(MemberFault::NoSuchKind);
    }
    if !kind.eq_ignore_ascii_case("serviceAccount") {
        return None;
    }
    let is_other = match is_whole {
        true => (!rest.contains('@') || rest.contains('/')) && !rest.contains(IDENTITY_POOL),
        false => {
            let (_, tail) = open?.text.split_once(':')?;
            rest.starts_with("projects/") || is_unique_id(&open?.value_of(tail))
        }
    };
    let has_kind_again = rest.split_once(':').is_some_and(|(kind, _)| is_kind(kind));
    (is_other || has_kind_again).then_some(MemberFault::NoEmail)
}

/// Whether a member may begin with this text, or be it, where that is all of it.
fn may_begin(head: &str, is_whole: bool) -> bool {
    let begins = |form: &str| form.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head));
    match is_whole {
        true => WORDS.contains(&head),
        false => KINDS.iter().chain(&WORDS).chain(&PRINCIPALS).any(|form| begins(form)),
    }
}

fn is_hole(c: char) -> bool {
    ('\u{E000}'..='\u{F8FF}').contains(&c)
}

/// A member as it is written, as far as its value tells.
fn shown(member: &Value, open: Option<&OpenText>, head: &str) -> String {
    let input = |value: &Value| value.reasons().and_then(|reasons| reasons.decides().into_iter().next());
    let hole = |value: &Value| input(value).map_or_else(|| "…".to_string(), |input| format!("${{{input}}}"));
    let Some(open) = open else { return format!("{head}{}", hole(member)) };
    let letter = |c: char| if is_hole(c) { hole(&open.value_of(&c.to_string())) } else { c.to_string() };
    open.text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cty::value::{DraftWriter, ReasonKind, Reasons, Refinement, Type};

    fn computed(attribute: &str, prefix: Option<&str>) -> Value {
        let kind = ReasonKind::Computed("google_service_account.nodes".into(), attribute.into());
        let refinement = Refinement { prefix: prefix.map(Into::into), ..Refinement::default() };
        Value::unknown_refined(Type::String, Reasons::one(kind, None), refinement)
    }

    fn template(text: &str, value: &Value) -> Value {
        let mut draft = DraftWriter::default();
        draft.text(text);
        draft.value(value);
        let refinement = Refinement { draft: draft.finish(), ..Refinement::default() };
        Value::unknown_refined(Type::String, value.reasons().cloned().unwrap_or_default(), refinement)
    }

    #[test]
    fn forms_that_iam_takes_are_not_malformed() {
        for member in [
            "serviceAccount:a@p.iam.gserviceaccount.com",
            "serviceaccount:a@p.iam.gserviceaccount.com",
            "serviceAccount:p.svc.id.goog[kubeflow/pipeline-runner]",
            "serviceAccount:example.com:p.svc.id.goog[kubeflow/pipeline-runner]",
            "serviceAccount:p.hub.id.goog[kubeflow/pipeline-runner]",
            "deleted:serviceAccount:a@p.iam.gserviceaccount.com?uid=1",
            "principal://iam.googleapis.com/projects/1/x",
            "allUsers",
            "domain:example.com",
        ] {
            assert!(malformed(&Value::string(member)).is_none(), "{member}");
        }
        for open in [
            template("serviceAccount:", &computed("email", None)),
            template("serviceAccount:", &computed("name", None)),
            computed("name", None),
            template("serviceAccount:", &computed("email", Some("nodes@"))),
            computed("member", None),
            computed("email", Some("service")),
            template("principalSet://x/", &computed("number", None)),
        ] {
            assert!(malformed(&open).is_none(), "{open:?}");
        }
    }

    #[test]
    fn what_is_refused_whatever_is_not_known_is_malformed() {
        use MemberFault::{NoEmail, NoKind, NoSuchKind};
        for (member, fault, text) in [
            (Value::string("a@p.iam.gserviceaccount.com"), NoKind, "a@p.iam.gserviceaccount.com"),
            (Value::string("serviceAccounts:a@p"), NoSuchKind, "serviceAccounts:a@p"),
            (Value::string("serviceAccount:nodes"), NoEmail, "serviceAccount:nodes"),
            (Value::string("serviceAccount:serviceAccount:a@p"), NoEmail, "serviceAccount:serviceAccount:a@p"),
            (
                Value::string("serviceAccount:projects/p/serviceAccounts/a@p"),
                NoEmail,
                "serviceAccount:projects/p/serviceAccounts/a@p",
            ),
            (computed("email", Some("nodes@")), NoKind, "nodes@${google_service_account.nodes.email}"),
            (computed("unique_id", None), NoKind, "${google_service_account.nodes.unique_id}"),
            (
                template("serviceAccount:", &computed("name", Some("projects/"))),
                NoEmail,
                "serviceAccount:projects/${google_service_account.nodes.name}",
            ),
            (
                template("serviceAccount:", &computed("unique_id", None)),
                NoEmail,
                "serviceAccount:${google_service_account.nodes.unique_id}",
            ),
        ] {
            let found = malformed(&member).map(|found| (found.fault, found.text.to_string()));
            assert_eq!(found, Some((fault, text.to_string())));
        }
    }
}
