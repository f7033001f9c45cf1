//! Who the members of grants are: an account itself, a group that it is in, or everybody.

use super::Graph;
use super::access::{Elsewhere, NodeAccount};
use super::account::{may_be_account, prefix};
use super::fact::Fact;
use super::grant::{Grant, GrantLevel};
use super::identity::{self, same, same_by_cause};
use super::principal::malformed;
use super::text::Text;
use super::types::ByType;
use super::view::View;
use crate::catalog::gke::{is_default_account, last_part};
use crate::cty::value::{Reasons, Value};
use crate::plan::{Mode, ResolvedReference, Resource};

/// What the members of all service accounts of a project, folder or organisation begin and end with (IAM: principal
/// identifiers).
const ACCOUNTS_OF: (&str, &str) = ("principalSet://cloudresourcemanager.googleapis.com/", "/type/ServiceAccount");

/// A member of a grant, as far as it may be a service account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member<'m> {
    /// `serviceAccount:EMAIL`.
    Account,
    /// `group:EMAIL`: the e-mail.
    Group(&'m str),
    /// `allUsers` and `allAuthenticatedUsers`.
    Everybody,
    /// The service accounts of a project, a folder or an organisation: its kind and its id.
    AccountsOf(GrantLevel, &'m str),
    /// A user, a domain, a Kubernetes account: no service account.
    Other,
}

impl<'m> Member<'m> {
    fn of(text: &'m str) -> Member<'m> {
        let text = text.trim();
        if let Some(of) = text.strip_prefix(ACCOUNTS_OF.0).and_then(|rest| rest.strip_suffix(ACCOUNTS_OF.1)) {
            return match of.split_once('/') {
                Some(("projects", id)) => Member::AccountsOf(GrantLevel::Project, id),
                Some(("folders", id)) => Member::AccountsOf(GrantLevel::Folder, id),
                Some(("organizations", id)) => Member::AccountsOf(GrantLevel::Organization, id),
                _ => Member::Other,
            };
        }
        match text.split_once(':') {
            None if ["allUsers", "allAuthenticatedUsers"].contains(&text) => Member::Everybody,
            None => Member::Other,
            Some((kind, _)) if kind.eq_ignore_ascii_case("serviceAccount") => Member::Account,
            Some((kind, group)) if kind.eq_ignore_ascii_case("group") => Member::Group(group.trim()),
            Some(_) => Member::Other,
        }
    }
}

/// Whether a known member may stand for accounts that it does not name.
pub fn may_be_several(member: &str) -> bool {
    !matches!(Member::of(member), Member::Account | Member::Other)
}

/// Memberships in groups that the configuration makes.
#[derive(Clone, Debug, Default)]
pub struct Groups<'p> {
    memberships: Vec<Membership<'p>>,
}

/// One member of a group.
#[derive(Clone, Debug)]
struct Membership<'p> {
    /// The group's e-mail.
    group: Value,
    /// The block that has the member's key in `id`.
    key: View<'p>,
}

impl<'p> Groups<'p> {
    /// Reads them off the resources of a plan.
    pub fn of(types: &ByType<'p>) -> Groups<'p> {
        let made = types.managed("google_cloud_identity_group_membership").filter(|r| r.uncertain.is_none());
        let read = |resource: &'p Resource| {
            let view = View::of(resource);
            let key = view.block("preferred_member_key").or_else(|| view.block("member_key"))?;
            Some(Membership { group: group(&view, types)?, key })
        };
        Groups { memberships: made.filter_map(read).collect() }
    }
}

/// The e-mail of the group that a membership is in: that of the group's resource, made or looked up.
fn group(membership: &View, types: &ByType) -> Option<Value> {
    let refs = membership.references("group");
    let kinds = ["google_cloud_identity_group", "google_cloud_identity_group_lookup"];
    let mut groups = refs.iter().filter(|r| kinds.contains(&&*r.type_name));
    let (only, None) = (groups.next()?, groups.next()) else { return None };
    let resource = types.referred(only).next()?;
    View::of(resource).block("group_key")?.value("id")
}

impl<'p> Graph<'p> {
    /// Whether the account is among a grant's members.
    pub fn is_member(&self, grant: &Grant<'p>, who: &NodeAccount<'_, 'p>) -> Fact<bool> {
        if matches!(who, NodeAccount::Unknown(_)) {
            return Fact::Known(false);
        }
        let known = grant.members.iter().fold(Fact::Known(false), |any, m| any.or(&self.stands_for(grant, m, who)));
        match &grant.open_members {
            Some(open) => known.or(&Fact::Unknown(open.reasons().cloned().unwrap_or_default())),
            None => known,
        }
    }

    /// Whether one member of a grant is the account, or stands for it among others.
    fn stands_for(&self, grant: &Grant<'p>, member: &Value, who: &NodeAccount<'_, 'p>) -> Fact<bool> {
        let asks = || {
            let place = grant.members_place();
            format!("{}.{}", grant.resource.address, place.attribute)
        };
        if malformed(member).is_some() {
            return Fact::Known(false);
        }
        match (member.as_str().map(Member::of), prefix(member)) {
            (Some(Member::Everybody), _) => Fact::Known(true),
            (Some(Member::Other), _) => Fact::Known(false),
            (Some(Member::Account), _) => self.is_account(grant, member, who),
            (Some(Member::Group(group)), _) => self.is_in_group(group, who).unwrap_or_else(|| {
                let group = Text::new(group, member.marks.is_hidden());
                Fact::Unknown(Reasons::elsewhere(asks(), format!("who is in the group {group}"), None))
            }),
            (Some(Member::AccountsOf(level, id)), _) => {
                let project = who.project().unwrap_or_else(Value::null);
                let answer = match level {
                    GrantLevel::Project if project.as_str() == Some(id) => Some(true),
                    GrantLevel::Project => None,
                    _ => self.is_below(&project, level, &Value::string(id)),
                };
                let id = Text::new(id, member.marks.is_hidden());
                answer.map_or_else(
                    || {
                        Fact::Unknown(Reasons::elsewhere(
                            asks(),
                            format!("whether the account is one of those of {id}"),
                            None,
                        ))
                    },
                    Fact::Known,
                )
            }
            (None, Some(head)) if head.starts_with(ACCOUNTS_OF.0) => match self.is_number_of(member, who) {
                true => Fact::Known(true),
                false => Fact::Unknown(member.reasons().cloned().unwrap_or_default()),
            },
            (None, Some(head)) if head.to_ascii_lowercase().starts_with("group:") => {
                Fact::Unknown(member.reasons().cloned().unwrap_or_default())
            }
            (None, _) if !may_be_account(member) => Fact::Known(false),
            (None, _) => self.is_account(grant, member, who),
        }
    }

    /// Whether a member is the account itself.
    fn is_account(&self, grant: &Grant, member: &Value, who: &NodeAccount) -> Fact<bool> {
        match who {
            NodeAccount::Here(account) => account.is(member, || grant.member_refs()),
            NodeAccount::Elsewhere(other) => is_other(other, member, || grant.member_refs()),
            NodeAccount::Default => is_default(member, grant),
            NodeAccount::Unknown(_) => Fact::Known(false),
        }
    }

    /// Whether the account is in a group; `None` where nothing here says so.
    fn is_in_group(&self, group: &str, who: &NodeAccount) -> Option<Fact<bool>> {
        let is_named = |m: &&Membership| m.group.as_str().is_some_and(|own| own.eq_ignore_ascii_case(group));
        let is_own = |m: &Membership| match (who, m.key.get("id")) {
            (NodeAccount::Here(account), Some(id)) => account.is(id, || m.key.references("id")),
            (NodeAccount::Elsewhere(other), Some(id)) => is_other(other, id, || m.key.references("id")),
            _ => Fact::Known(false),
        };
        let mut own = self.groups.memberships.iter().filter(is_named);
        own.any(|m| is_own(m).is_true()).then_some(Fact::Known(true))
    }

    /// Whether a member that is made of the number of a project is of the account's own project.
    fn is_number_of(&self, member: &Value, who: &NodeAccount) -> bool {
        let numbered = self.numbered_project(member);
        numbered.zip(who.project()).is_some_and(|(id, own)| same_by_cause(&id, &own, last_part).is_true())
    }
}

/// Whether a text is an account's that is made elsewhere. Where both are not known, the same single reference tells.
fn is_other<R: AsRef<[ResolvedReference]>>(other: &Elsewhere, text: &Value, refs: impl FnOnce() -> R) -> Fact<bool> {
    let is_shared = |refs: &[ResolvedReference]| refs.len() == 1 && refs == other.refs;
    match !text.is_known() && !other.email.is_known() && is_shared(refs().as_ref()) {
        true => Fact::Known(true),
        false => same(text, &other.email, identity::email),
    }
}

/// Whether a member is the Compute Engine default service account of a project.
fn is_default(member: &Value, grant: &Grant) -> Fact<bool> {
    if let Some(text) = member.as_str() {
        return Fact::Known(text.contains('@') && is_default_account(&identity::email(text)));
    }
    let is_read =
        |r: &ResolvedReference| r.mode == Mode::Data && r.type_name == "google_compute_default_service_account";
    match grant.member_refs() {
        [only] if is_read(only) => Fact::Known(true),
        refs if refs.iter().any(|r| r.type_name == "google_service_account") => Fact::Known(false),
        _ => Fact::Unknown(member.reasons().cloned().unwrap_or_default()),
    }
}

impl NodeAccount<'_, '_> {
    /// The project that the account is in, as far as it is known.
    fn project(&self) -> Option<Value> {
        match self {
            NodeAccount::Here(account) => Some(account.project.clone()),
            NodeAccount::Elsewhere(other) => {
                let (_, domain) = other.email.as_str()?.split_once('@')?;
                Some(Value::string(domain.strip_suffix(".iam.gserviceaccount.com")?))
            }
            NodeAccount::Default | NodeAccount::Unknown(_) => None,
        }
    }
}
