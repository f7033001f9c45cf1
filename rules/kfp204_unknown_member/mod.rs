//! KFP204 unknown-member: a malformed member, or an account of this project that the configuration never makes.

mod accounts;

use crate::base::suggest::suggest;
use crate::catalog::iam::PermissionSet;
use crate::diagnostic::{Finding, Level};
use crate::graph::access::NodeAccount;
use crate::graph::cluster::Cluster;
use crate::graph::grant::Grant;
use crate::graph::text::Text;
use crate::rule::{Answer, Context, Rule};
use accounts::Accounts;

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP204",
    name: "unknown-member",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: Some(find),
};

/// Kinds of member that take an e-mail or a domain after the colon (IAM: principal identifiers).
const KINDS: [&str; 8] =
    ["user", "serviceAccount", "group", "domain", "projectOwner", "projectEditor", "projectViewer", "deleted"];
/// What service accounts' addresses end with, after the project.
const DOMAIN: &str = ".iam.gserviceaccount.com";

fn find(cx: &Context) -> Vec<Finding> {
    let known = Accounts::of(cx);
    let mut all = Vec::new();
    for grant in cx.graph.grants_in_time() {
        for text in grant.members.iter().filter_map(Text::of) {
            all.extend(malformed(grant, &text).or_else(|| Some(known.unknown(grant, &text)?.0)));
        }
    }
    all
}

/// Members that are meant to be the cluster's accounts decide about it; what others are granted does not.
fn answer<'p>(cx: &Context<'p>, cluster: &Cluster<'p>) -> Answer {
    if cx.found.iter().all(|finding| finding.level < Level::Error) {
        return Answer::met("every member that is granted something here is well-formed, and no other's near name");
    }
    match wrong(cx, &cx.graph.used_by(cluster)).into_iter().next() {
        Some((_, finding)) => Answer::unmet(finding.message, Vec::new()),
        None => Answer::met("the members that are malformed or unknown are others than the cluster's accounts"),
    }
}

/// The grants with a wrong member that is meant to be one of these accounts.
fn wrong<'g, 'p>(cx: &Context<'g>, accounts: &[NodeAccount<'_, 'p>]) -> Vec<(&'g Grant<'g>, Finding)> {
    let emails: Vec<String> = accounts.iter().filter_map(|a| Some(a.email()?.as_str()?.to_ascii_lowercase())).collect();
    let known = Accounts::of(cx);
    let is_meant = |text: &str| emails.iter().any(|email| text.to_ascii_lowercase().contains(email.as_str()));
    let of_member = |grant: &Grant, text: &Text| {
        let malformed = malformed(grant, text).filter(|_| is_meant(text));
        let near = || known.unknown(grant, text).filter(|(_, near)| near.as_deref().is_some_and(is_meant));
        malformed.or_else(|| Some(near()?.0))
    };
    let of_grant = |grant: &'g Grant<'g>| {
        let finding = grant.members.iter().filter_map(Text::of).find_map(|text| of_member(grant, &text))?;
        Some((grant, finding))
    };
    cx.graph.grants_in_time().filter_map(of_grant).collect()
}

/// The permissions of such grants.
pub fn meant<'g, 'p>(cx: &Context<'g>, accounts: &[NodeAccount<'_, 'p>]) -> PermissionSet {
    let mut all = PermissionSet::new();
    let given = wrong(cx, accounts).into_iter().filter_map(|(grant, _)| cx.graph.permissions(grant).as_ref().ok());
    given.for_each(|set| all.union_with(set));
    all
}

fn malformed(grant: &Grant, text: &Text) -> Option<Finding> {
    let special = matches!(text.as_str(), "allUsers" | "allAuthenticatedUsers") || text.is_empty();
    let principal = ["principal://", "principalSet://", "principalHierarchy://"].iter().any(|p| text.starts_with(p));
    let kind = text.split_once(':');
    let known =
        kind.is_some_and(|(k, rest)| KINDS.iter().any(|n| n.eq_ignore_ascii_case(k)) && !rest.trim().is_empty());
    if special || principal || known {
        return None;
    }
    let help = match kind {
        _ if text.is_hidden() => format!("a member starts with one of {} and a colon", KINDS.join(", ")),
        None if text.ends_with("gserviceaccount.com") => format!("write \"serviceAccount:{text}\""),
        None if text.contains('@') => format!("write \"user:{text}\" or \"group:{text}\""),
        Some((k, rest)) => match suggest(k, KINDS) {
            Some(near) => format!("did you mean \"{near}:{rest}\"?"),
            None => format!("a member starts with one of {}", KINDS.join(", ")),
        },
        None => format!("a member starts with one of {} and a colon", KINDS.join(", ")),
    };
    let draft = RULE.finding(format!("\"{text}\" is not an IAM member")).help(help);
    Some(draft.at(&grant.resource.address, &grant.members_place(), "no member of this form"))
}
