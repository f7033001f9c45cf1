//! KFP204 unknown-member: a malformed member, or an account of this project that the configuration never makes.

mod accounts;

use crate::base::suggest::suggest;
use crate::catalog::iam::PermissionSet;
use crate::cty::value::Value;
use crate::diagnostic::{Finding, Level};
use crate::graph::access::NodeAccount;
use crate::graph::cluster::Cluster;
use crate::graph::grant::Grant;
use crate::graph::principal::{KINDS, MalformedMember, MemberFault, malformed};
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

/// What service accounts' addresses end with, after the project.
const DOMAIN: &str = ".iam.gserviceaccount.com";

fn find(cx: &Context) -> Vec<Finding> {
    let known = Accounts::of(cx);
    let mut all = Vec::new();
    for grant in cx.graph.grants_in_time() {
        for member in &grant.members {
            let unknown = || Some(known.unknown(grant, &Text::of(member)?)?.0);
            all.extend(misshapen(grant, member).or_else(unknown));
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
    let is_any = |grant: &Grant, member: &Value| match member.as_str() {
        Some(text) => is_meant(text),
        None => accounts.iter().any(|account| match account {
            NodeAccount::Here(here) => here.is(member, || grant.member_refs()).is_true(),
            _ => false,
        }),
    };
    let of_member = |grant: &Grant, member: &Value| {
        let near =
            || known.unknown(grant, &Text::of(member)?).filter(|(_, near)| near.as_deref().is_some_and(is_meant));
        misshapen(grant, member).filter(|_| is_any(grant, member)).or_else(|| Some(near()?.0))
    };
    let of_grant =
        |grant: &'g Grant<'g>| Some((grant, grant.members.iter().find_map(|member| of_member(grant, member))?));
    cx.graph.grants_in_time().filter_map(of_grant).collect()
}

/// The permissions of such grants.
pub fn meant<'g, 'p>(cx: &Context<'g>, accounts: &[NodeAccount<'_, 'p>]) -> PermissionSet {
    let mut all = PermissionSet::new();
    let given = wrong(cx, accounts).into_iter().filter_map(|(grant, _)| cx.graph.permissions(grant).as_ref().ok());
    given.for_each(|set| all.union_with(set));
    all
}

/// A finding where IAM refuses the form of a member.
fn misshapen(grant: &Grant, member: &Value) -> Option<Finding> {
    let MalformedMember { text, fault } = malformed(member)?;
    let whole = member.as_str().filter(|_| !text.is_hidden());
    let help = match (fault, whole) {
        (MemberFault::NoEmail, _) => {
            "an e-mail address comes after `serviceAccount:`; the attribute `member` of a declared account has both"
                .into()
        }
        (MemberFault::NoKind, Some(text)) if text.ends_with("gserviceaccount.com") => {
            format!("write \"serviceAccount:{text}\"")
        }
        (MemberFault::NoKind, Some(text)) if text.contains('@') => {
            format!("write \"user:{text}\" or \"group:{text}\"")
        }
        (MemberFault::NoKind, None) if !text.is_hidden() => {
            "an e-mail address comes after its kind; the attribute `member` of a declared account has both".into()
        }
        (_, Some(text)) => {
            let near = text.split_once(':').and_then(|(kind, rest)| Some((suggest(kind, KINDS)?, rest)));
            match near {
                Some((near, rest)) => format!("did you mean \"{near}:{rest}\"?"),
                None => format!("a member starts with one of {} and a colon", KINDS.join(", ")),
            }
        }
        (_, None) => format!("a member starts with one of {} and a colon", KINDS.join(", ")),
    };
    let draft = RULE.finding(format!("\"{text}\" is not an IAM member")).help(help);
    Some(draft.at(&grant.resource.address, &grant.members_place(), "no member of this form"))
}
