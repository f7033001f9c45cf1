//! KFP202 unknown-role: no such predefined role.

use super::support::list;
use crate::base::suggest::{suggest, within_two};
use crate::catalog::iam;
use crate::diagnostic::{Finding, Fix, Level};
use crate::graph::access::NodeAccount;
use crate::graph::cluster::Cluster;
use crate::graph::text::Text;
use crate::graph::view::View;
use crate::rule::{Answer, Context, Rule};
use std::borrow::Cow;

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP202",
    name: "unknown-role",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: Some(find),
};

/// What is known of a role that the facts lack.
enum RoleFault<'r> {
    /// There is no such role; one of this name is near.
    NoRole(Option<Cow<'r, str>>),
    /// It may be newer than the facts.
    Newer,
}

fn fault(role: &Text) -> Option<RoleFault<'_>> {
    let is_custom = role.starts_with("projects/") || role.starts_with("organizations/");
    if role.is_empty() || is_custom || iam::role(role).is_some() {
        return None;
    }
    if !role.starts_with("roles/") {
        let prefixed = format!("roles/{}", role.as_str());
        let near = iam::role(&prefixed).map(|_| Cow::Owned(prefixed));
        return Some(RoleFault::NoRole(near.or_else(|| suggest(role, iam::role_names()).map(Cow::Borrowed))));
    }
    Some(within_two(role, iam::role_names()).map_or(RoleFault::Newer, |near| RoleFault::NoRole(Some(near.into()))))
}

fn find(cx: &Context) -> Vec<Finding> {
    cx.graph.role_blocks().filter_map(|view| judge(&view)).collect()
}

/// Roles that others are granted do not decide about the cluster.
fn answer<'p>(cx: &Context<'p>, cluster: &Cluster<'p>) -> Answer {
    if cx.found.is_empty() {
        return Answer::met("every role that is granted here exists");
    }
    about(cx, &cx.graph.used_by(cluster))
}

/// The answer about what these accounts are granted.
pub fn about<'p>(cx: &Context<'p>, accounts: &[NodeAccount<'_, 'p>]) -> Answer {
    let mut newer = Vec::new();
    for grant in cx.graph.grants_in_time() {
        let Some((role, fault)) = grant.role.known().and_then(|role| Some((role, fault(role)?))) else { continue };
        if !cx.graph.is_to(grant, accounts) {
            continue;
        }
        let address = &grant.resource.address;
        match fault {
            RoleFault::NoRole(_) => {
                return Answer::unmet(format!("{address} grants \"{role}\", which does not exist"), Vec::new());
            }
            RoleFault::Newer => newer.push((format!("\"{role}\""), format!("{address}.role"))),
        }
    }
    let (mut roles, decides): (Vec<_>, Vec<_>) = newer.into_iter().unzip();
    roles.sort();
    roles.dedup();
    match roles.is_empty() {
        true => Answer::met("the roles that are not known are granted to others than the cluster's accounts"),
        false => Answer::undecided(
            format!("kfplint does not know {}, which may be newer", list(&roles)),
            decides,
            Vec::new(),
        ),
    }
}

fn judge(view: &View) -> Option<Finding> {
    let role = view.text("role")?;
    let role = role.known()?;
    let fault = fault(role)?;
    let place = view.place("role");
    let (draft, near) = match fault {
        RoleFault::NoRole(near) => (RULE.finding(format!("there is no role \"{role}\"")), near),
        RoleFault::Newer => {
            let message = format!("the role \"{role}\" is not among those that kfplint knows; it may be newer");
            (RULE.finding(message).level(Level::Warning), None)
        }
    };
    let near = near.filter(|_| !role.is_hidden());
    let draft = near.iter().fold(draft, |draft, near| draft.help(format!("did you mean \"{near}\"?")));
    let mut finding = draft.at(&view.resource.address, &place, "no such role");
    finding.fixes.extend(near.and_then(|near| replacement(view, &near)));
    Some(finding)
}

/// Replaces a literal role.
fn replacement(view: &View, near: &str) -> Option<Fix> {
    let span = view.literal("role")?;
    Some(super::support::replace(span, format!("\"{near}\""), format!("grant {near}")))
}
