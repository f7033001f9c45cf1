//! KFP202 unknown-role: no such predefined role.

use super::support::of_root;
use crate::base::suggest::suggest;
use crate::catalog::iam;
use crate::diagnostic::{Finding, Fix, Level};
use crate::graph::view::View;
use crate::rule::{Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP202",
    name: "unknown-role",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(|cx, _| of_root(&RULE, cx.found, "every role that is granted here exists")),
    root: Some(find),
};

fn find(cx: &Context) -> Vec<Finding> {
    cx.graph.role_blocks().filter_map(|view| judge(&view)).collect()
}

fn judge(view: &View) -> Option<Finding> {
    let role = view.text("role")?;
    let role = role.known()?;
    let custom = role.starts_with("projects/") || role.starts_with("organizations/");
    if role.is_empty() || custom || iam::role(role).is_some() {
        return None;
    }
    let prefixed = format!("roles/{}", role.as_str());
    let near = match role.starts_with("roles/") {
        false if iam::role(&prefixed).is_some() => Some(prefixed.as_str()),
        _ => suggest(role, iam::role_names()),
    };
    let sure = near.is_some() || !role.starts_with("roles/");
    let place = view.place("role");
    let mut draft = match sure {
        true => RULE.finding(format!("there is no role \"{role}\"")),
        false => RULE
            .finding(format!("the role \"{role}\" is not among those that kfplint knows; it may be newer"))
            .level(Level::Warning),
    };
    let near = near.filter(|_| !role.is_hidden());
    if let Some(near) = near {
        draft = draft.help(format!("did you mean \"{near}\"?"));
    }
    let mut finding = draft.at(&view.resource.address, &place, "no such role");
    finding.fixes.extend(near.and_then(|near| replacement(view, near)));
    Some(finding)
}

/// Replaces a literal role.
fn replacement(view: &View, near: &str) -> Option<Fix> {
    let span = view.literal("role")?;
    Some(super::support::replace(span, format!("\"{near}\""), format!("grant {near}")))
}
