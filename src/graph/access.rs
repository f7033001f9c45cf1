//! What the nodes' account may do: all grants to it together, and what might add to them.

use super::Graph;
use super::account::ServiceAccount;
use super::across::LoosePool;
use super::cluster::Cluster;
use super::fact::Fact;
use super::grant::{Grant, GrantLevel};
use super::identity::{self, same};
use super::machine::Account;
use super::pool::Pool;
use super::text::Text;
use super::view::AttributePlace;
use crate::base::suggest::within_two;
use crate::catalog::iam::{self, Permission, PermissionSet};
use crate::cty::value::{Deciders, ReasonKind, Reasons, Value};
use crate::plan::{ModuleInstance, ResolvedReference};
use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The account that a pool's nodes run as.
#[derive(Clone, Debug)]
pub enum NodeAccount<'g, 'p> {
    /// The Compute Engine default service account.
    Default,
    /// One that the configuration makes.
    Here(&'g ServiceAccount<'p>),
    /// One that it names but does not make.
    Elsewhere(Elsewhere),
    /// Not known which.
    Unknown(Reasons),
}

impl NodeAccount<'_, '_> {
    /// Its e-mail, as far as it is known; `None` where it is not known which account it is.
    pub fn email(&self) -> Option<&Value> {
        match self {
            NodeAccount::Here(account) => Some(&account.email),
            NodeAccount::Elsewhere(other) => Some(&other.email),
            NodeAccount::Default | NodeAccount::Unknown(_) => None,
        }
    }
}

/// An account that the configuration does not make.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// Its e-mail, as far as it is known.
    pub email: Value,
    /// The resources that the expression refers to.
    pub refs: Vec<ResolvedReference>,
    /// How messages name it.
    pub title: Text,
}

/// What an account is granted.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The permissions that it surely has.
    pub granted: PermissionSet,
    /// Grants that may give it more.
    pub doubts: Vec<Doubt>,
    /// Grants to it that do not hold in the project.
    pub other_projects: Vec<AttributePlace>,
    /// Whether it surely has a basic role that may change things: with it come rights in buckets that no role shows.
    pub has_basic_role: bool,
    /// Whether it surely has the role that Google recommends for nodes.
    pub has_node_role: bool,
}

/// The role that Google recommends for nodes (GKE: harden your cluster).
const NODE_ROLE: &str = "roles/container.defaultNodeServiceAccount";

/// A grant of which it is not known whether it counts.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// What it would give; `None` if that is not known either.
    pub permissions: Option<Arc<PermissionSet>>,
    /// Why it is not known.
    pub why: String,
    /// What would decide it.
    pub decides: Deciders,
    /// Where it stands.
    pub place: Option<AttributePlace>,
}

impl Access {
    /// Core permissions of a role that are surely not granted, and whether a doubtful grant may give them all.
    pub fn lacks(&self, role: &str) -> Option<(Vec<&'static str>, Vec<&Doubt>)> {
        let missing = self.granted.missing_core(role);
        if missing.is_empty() {
            return None;
        }
        let gives = |d: &&Doubt| match &d.permissions {
            None => true,
            Some(set) => missing.iter().any(|p| set.contains_name(p)),
        };
        let doubts: Vec<&Doubt> = self.doubts.iter().filter(gives).collect();
        let covered = |p: &&str| doubts.iter().any(|d| d.permissions.as_ref().is_none_or(|s| s.contains_name(p)));
        let doubts = if missing.iter().all(covered) { doubts } else { Vec::new() };
        Some((missing, doubts))
    }

    /// Permissions of a role that are not granted, beside those about the project itself.
    pub fn gaps(&self, role: &str) -> Vec<&'static str> {
        let Some(all) = PermissionSet::of_role(role) else { return Vec::new() };
        if self.granted.is_superset(&all) {
            return Vec::new();
        }
        self.granted.missing(&all).map(Permission::name).filter(|p| !iam::is_project_metadata(p)).collect()
    }
}

impl<'p> Graph<'p> {
    /// The account that a pool's nodes run as.
    pub fn node_account<'g>(&'g self, pool: &Pool<'p>) -> NodeAccount<'g, 'p> {
        let named = pool.config.as_ref().and_then(|c| Some((c, c.value("service_account")?)));
        let (config, value) = match (&pool.account, named) {
            (Fact::Known(Account::Default), _) => return NodeAccount::Default,
            (open, None) => return NodeAccount::Unknown(open.reasons().cloned().unwrap_or_default()),
            (_, Some(named)) => named,
        };
        let value = &value;
        if pool.root.is_some() && !value.is_known() {
            // What it refers to is in its own root module.
            return NodeAccount::Unknown(value.reasons().cloned().unwrap_or_default());
        }
        let written = config.written("service_account").filter(|_| pool.root.is_none());
        let refs = LazyCell::new(|| written.map(|written| written.references()).unwrap_or_default());
        let mut possible = None;
        for account in self.may_be(value) {
            match account.is(value, || &*refs) {
                Fact::Known(true) => return NodeAccount::Here(account),
                Fact::Known(false) => {}
                Fact::OneOf(_, reasons) | Fact::Unknown(reasons) => possible = possible.or(Some(reasons)),
            }
        }
        match (&pool.account, possible) {
            (Fact::Known(Account::Custom), None) => {
                let referred = || refs.first().map(title).unwrap_or_default();
                let title = Text::of(value).unwrap_or_else(|| Text::new(referred(), false));
                NodeAccount::Elsewhere(Elsewhere { email: value.clone(), refs: refs.clone(), title })
            }
            (_, Some(reasons)) => NodeAccount::Unknown(reasons),
            (open, None) => NodeAccount::Unknown(open.reasons().cloned().unwrap_or_default()),
        }
    }

    /// The accounts that an e-mail or a member may be, as long as there is time to look at them.
    pub fn may_be<'g>(&'g self, email: &Value) -> impl Iterator<Item = &'g ServiceAccount<'p>> {
        self.in_time(self.emails.may_be(email.as_str())).filter_map(|at| self.accounts.get(at))
    }

    /// What an account may do in a cluster's project.
    pub fn access(&self, who: &NodeAccount<'_, 'p>, cluster: &Cluster<'p>) -> Access {
        let mut access = self.access_in(who, &cluster.project());
        self.add_linked(who, &mut access);
        access
    }

    /// What an account may do in a project, by the grants of this root module.
    pub fn access_in(&self, who: &NodeAccount<'_, 'p>, project: &Value) -> Access {
        let mut access = Access::default();
        for grant in self.grants_to(who) {
            self.add(grant, who, project, &mut access);
        }
        if let NodeAccount::Here(account) = who {
            access.doubts.extend(self.grants_elsewhere(account));
        }
        self.deny(who, project, &mut access);
        access
    }

    /// Adds what the root modules of linked pools grant to the same account.
    fn add_linked(&self, who: &NodeAccount, access: &mut Access) {
        let Some(email) = who.email() else { return };
        let has_email =
            |pool: &LoosePool| pool.email.as_ref().is_some_and(|e| same(e, email, identity::email).is_true());
        let mut roots = BTreeSet::new();
        let sure = self.linked.iter().filter(|linked| linked.doubt.is_none());
        for pool in sure.map(|linked| &linked.pool).filter(|_| email.is_known()) {
            if has_email(pool) && roots.insert(&pool.root) {
                access.granted.union_with(&pool.access.granted);
                access.doubts.extend(pool.access.doubts.iter().cloned());
                access.other_projects.extend(pool.access.other_projects.iter().cloned());
            }
        }
    }

    /// The grants that may have an account as a member.
    pub fn grants_to<'g>(&'g self, who: &NodeAccount<'_, 'p>) -> impl Iterator<Item = &'g Grant<'p>> {
        let email = who.email().and_then(Value::as_str);
        self.in_time(self.members.may_be(email)).filter_map(|at| self.grants.get(at))
    }

    fn add(&self, grant: &Grant<'p>, who: &NodeAccount<'_, 'p>, project: &Value, access: &mut Access) {
        if grant.level == GrantLevel::ServiceAccount {
            return;
        }
        let member = self.is_member(grant, who);
        if member.is_false() {
            return;
        }
        let target = self.holds_in(grant, project);
        if target.is_false() {
            if member.is_true() {
                access.other_projects.push(grant.role_place());
            }
            return;
        }
        let permissions = self.permissions(grant);
        let unsure = [&member, &target].into_iter().find_map(|f| f.reasons()).or(grant.uncertain.as_ref());
        let address = &grant.resource.address;
        let mut doubt = |permissions, why: String, decides| {
            access.doubts.push(Doubt { permissions, why, decides, place: Some(grant.role_place()) });
        };
        match (permissions, &grant.condition, unsure) {
            (_, Some(condition), _) => {
                let why = format!("{address} grants under the condition \"{condition}\"");
                doubt(permissions.as_ref().ok().cloned(), why, format!("{address}.condition").into());
            }
            (Err(reasons), None, _) => {
                let role = grant.role.known().map(|r| r.to_string()).unwrap_or_else(|| "a role".into());
                let given = !reasons.has(|kind| matches!(kind, ReasonKind::NotGiven(..)));
                let why = match given {
                    true => format!("{address} grants {role}, whose permissions are not known"),
                    false => reasons.because(),
                };
                let decides = if reasons.is_empty() { format!("{address}.role").into() } else { reasons.into() };
                doubt(grant.role.known().and_then(|role| near_role(role)), why, decides);
            }
            (Ok(set), None, Some(reasons)) => {
                let why = format!("it is not known whether {address} grants to it here: {}", reasons.because());
                let decides = if reasons.is_empty() { address.to_string().into() } else { reasons.into() };
                doubt(Some(set.clone()), why, decides);
            }
            (Ok(set), None, None) => {
                access.granted.union_with(set);
                access.has_basic_role |= is_broad(grant);
                access.has_node_role |= grant.role.known().is_some_and(|role| &**role == NODE_ROLE);
            }
        }
    }

    /// Whether a grant holds in a project.
    fn holds_in(&self, grant: &Grant<'p>, project: &Value) -> Fact<bool> {
        match grant.level {
            GrantLevel::Project => match self.is_same_project(&grant.target, project) {
                Fact::Unknown(reasons) if reasons.is_empty() => Fact::Unknown(grant.target_is_elsewhere()),
                answer => answer,
            },
            GrantLevel::Folder | GrantLevel::Organization => {
                let above = self.is_below(project, grant.level, &grant.target);
                above.map_or_else(|| Fact::Unknown(grant.target_is_elsewhere()), Fact::Known)
            }
            GrantLevel::Bucket | GrantLevel::ServiceAccount => Fact::Known(true),
        }
    }

    /// The permissions that a grant's role gives, on a bucket only those about storage.
    ///
    /// # Errors
    /// Why they are not known; no reason where the role itself is one that the catalog lacks.
    pub fn permissions<'g>(&self, grant: &'g Grant) -> &'g Result<Arc<PermissionSet>, Reasons> {
        grant.gives.get_or_init(|| self.given(grant))
    }

    fn given(&self, grant: &Grant) -> Result<Arc<PermissionSet>, Reasons> {
        let custom = self.custom_roles.iter().find(|role| role.is_granted_by(grant));
        let set = match (custom, grant.role.known()) {
            (Some(role), _) => role.permissions().clone()?,
            (None, Some(name)) => PermissionSet::of_role(name).ok_or_else(Reasons::default)?,
            (None, None) => return Err(grant.role.reasons().cloned().unwrap_or_default()),
        };
        if is_broad(grant) {
            let mut all = (*set).clone();
            IN_BUCKETS.iter().filter_map(|role| PermissionSet::of_role(role)).for_each(|more| all.union_with(&more));
            return Ok(all.into());
        }
        if grant.level != GrantLevel::Bucket {
            return Ok(set);
        }
        let storage: PermissionSet = set.iter().filter(|p| p.name().starts_with("storage.")).collect();
        Ok(storage.into())
    }

    /// What may grant an account anything, out of sight: module calls that are not on disk and are handed it, the callers of
    /// a module for others that hands it out, and, of one that exists and is imported, whoever made it.
    pub fn grants_elsewhere(&self, account: &ServiceAccount) -> Vec<Doubt> {
        let mentions = |module: &ModuleInstance| module.arguments.attributes.iter().any(|a| holds(&a.value, account));
        let modules = self.handed.modules(account.resource).filter(|(module, handed)| *handed || mentions(module));
        let anything = |why: String, decides| Doubt { permissions: None, why, decides, place: None };
        let doubt = |m: &ModuleInstance| Doubt {
            place: Some(AttributePlace { span: m.header, ..AttributePlace::default() }),
            ..anything(format!("{}, and is given the account", m.why().because()), m.address.to_string().into())
        };
        let address = &account.resource.address;
        let callers = self.handed.to_callers(account.resource).then(|| {
            let why = "reusable module: its callers are given the account";
            anything(why.into(), address.to_string().into())
        });
        let imported = self.plan.imported.has(address).then(|| {
            let why = format!("{address} is imported: it exists, and may have grants that are not here");
            anything(why, address.to_string().into())
        });
        let unread = self.handed.unread().map(|reasons| anything(reasons.because(), reasons.into()));
        modules.map(|(module, _)| doubt(module)).chain(callers).chain(imported).chain(unread).collect()
    }
}

/// The basic roles that may change things, the newer names of 2025 too.
pub const BROAD_ROLES: [&str; 4] = ["roles/owner", "roles/editor", "roles/admin", "roles/writer"];

/// What the role gives that a misspelt name is near to.
fn near_role(name: &str) -> Option<Arc<PermissionSet>> {
    let near = iam::role(name).is_none().then(|| within_two(name, iam::role_names()))??;
    PermissionSet::of_role(near)
}

/// What owners and editors of a project have in its buckets, by the members `projectOwner:` and `projectEditor:` that each
/// bucket and object begins with (Cloud Storage: IAM for Cloud Storage, "convenience values").
const IN_BUCKETS: [&str; 2] = ["roles/storage.legacyBucketOwner", "roles/storage.legacyObjectOwner"];

/// Whether a grant gives one of the basic roles that may change things, where it holds for a project as a whole.
pub fn is_broad(grant: &Grant) -> bool {
    let is_wide = matches!(grant.level, GrantLevel::Project | GrantLevel::Folder | GrantLevel::Organization);
    is_wide && grant.role.known().is_some_and(|role| BROAD_ROLES.contains(&&**role))
}

/// How messages name what a reference is to.
pub fn title(reference: &ResolvedReference) -> String {
    let data = reference.mode.prefix();
    let module = if reference.module.is_empty() { String::new() } else { format!("{}.", reference.module) };
    format!("{module}{data}{}.{}", reference.type_name, reference.name)
}

/// Whether a value holds the account's e-mail somewhere.
fn holds(value: &Value, account: &ServiceAccount) -> bool {
    if let (Some(text), Some(email)) = (value.as_str(), account.email.as_str()) {
        return text.to_ascii_lowercase().contains(&email.to_ascii_lowercase());
    }
    let inside = |v: &Value| holds(v, account);
    value.elements().is_some_and(|all| all.iter().any(inside))
        || value.entries().is_some_and(|all| all.values().any(inside))
}
