//! Deny policies of IAM: they take away what grants give.

use super::Graph;
use super::access::{Access, Doubt, NodeAccount};
use super::fact::Fact;
use super::grant::GrantLevel;
use super::identity::{self, same_by_cause};
use super::text::Text;
use super::view::View;
use crate::catalog::gke::last_part;
use crate::catalog::iam::PermissionSet;
use crate::cty::value::Value;

/// The type of deny policies.
const DENY: &str = "google_iam_deny_policy";
/// What the parent of a deny policy begins with, before it is encoded for a URL.
const PARENT: &str = "cloudresourcemanager.googleapis.com/";
/// Principals that may stand for service accounts (IAM: principal identifiers for deny policies).
const MAY_BE_ACCOUNTS: [&str; 3] = [
    "principalSet://goog/public:all",
    "principalSet://goog/group/",
    "principalSet://cloudresourcemanager.googleapis.com/",
];
/// What the principal of one service account begins with.
const ACCOUNT: &str = "principal://iam.googleapis.com/projects/-/serviceAccounts/";

impl<'p> Graph<'p> {
    /// Takes out of what is granted whatever a deny policy may take away from the account, and adds it to the doubts.
    pub(super) fn deny(&self, who: &NodeAccount<'_, 'p>, project: &Value, access: &mut Access) {
        for resource in self.types.managed(DENY) {
            let view = View::of(resource);
            if !self.may_concern(&view, project) {
                continue;
            }
            for rule in view.blocks("rules").iter().flat_map(|rules| rules.blocks("deny_rule")) {
                if !may_deny(&rule, who) {
                    continue;
                }
                let denied: PermissionSet = access.granted.iter().filter(|p| is_denied(&rule, p.name())).collect();
                if denied.is_empty() {
                    continue;
                }
                access.granted = access.granted.without(&denied);
                access.doubts.push(Doubt {
                    permissions: Some(denied.into()),
                    why: format!("{} may deny it", resource.address),
                    decides: format!("{}.rules", resource.address).into(),
                    place: Some(rule.own_place()),
                });
            }
        }
    }

    /// Whether a deny policy may be about what is in a project.
    fn may_concern(&self, policy: &View, project: &Value) -> bool {
        let Some(parent) = policy.value("parent").and_then(|v| v.as_str().map(decoded)) else { return true };
        let Some((kind, id)) = parent.strip_prefix(PARENT).and_then(|rest| rest.split_once('/')) else { return true };
        let level = match kind {
            "projects" => {
                let is_number = id.bytes().all(|b| b.is_ascii_digit());
                return is_number || !same_by_cause(&Value::string(id), project, last_part).is_false();
            }
            "folders" => GrantLevel::Folder,
            _ => GrantLevel::Organization,
        };
        self.is_below(project, level, &Value::string(id)) != Some(false)
    }
}

/// Whether a rule may be about an account.
fn may_deny(rule: &View, who: &NodeAccount) -> bool {
    let Some(email) = who.email() else { return false };
    let is_own = |principal: &Text| {
        let named = principal.strip_prefix(ACCOUNT).map(Value::string);
        named.map(|named| identity::same(&named, email, identity::email))
    };
    let mut exceptions = rule.texts("exception_principals").iter().flat_map(known).collect::<Vec<_>>().into_iter();
    if exceptions.any(|text| is_own(&text).is_some_and(|own| own.is_true())) {
        return false;
    }
    let may_be = |principal: &Text| match is_own(principal) {
        Some(own) => !own.is_false(),
        None => MAY_BE_ACCOUNTS.iter().any(|kind| principal.starts_with(kind)),
    };
    match rule.texts("denied_principals") {
        Some(Fact::Known(all)) => all.iter().any(|one| one.known().is_none_or(may_be)),
        Some(_) => true,
        None => false,
    }
}

/// Whether a rule may be about a permission.
fn is_denied(rule: &View, permission: &str) -> bool {
    let exceptions = rule.texts("exception_permissions");
    if exceptions.iter().flat_map(known).any(|text| covers(&text, permission)) {
        return false;
    }
    match rule.texts("denied_permissions") {
        Some(Fact::Known(all)) => all.iter().any(|one| one.known().is_none_or(|text| covers(text, permission))),
        Some(_) => true,
        None => false,
    }
}

fn known(list: &Fact<Vec<Fact<Text>>>) -> Vec<Text> {
    list.known().into_iter().flatten().filter_map(|one| one.known().cloned()).collect()
}

/// Whether a permission as deny policies write it, `storage.googleapis.com/objects.get` or with `*` for any text, is this
/// one.
fn covers(written: &str, permission: &str) -> bool {
    let short = match written.split_once('/') {
        Some((service, rest)) => format!("{}.{rest}", service.strip_suffix(".googleapis.com").unwrap_or(service)),
        None => written.to_string(),
    };
    let mut parts = short.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = permission.strip_prefix(first) else { return false };
    let mut ends = short.len() == first.len();
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
        ends = part.is_empty();
    }
    ends || rest.is_empty()
}

/// Text in which `%XX` stand for bytes.
fn decoded(text: &str) -> String {
    text.replace("%2F", "/").replace("%2f", "/").replace("%3A", ":").replace("%3a", ":")
}
