//! KFP205 authoritative-conflict: a policy or binding that wipes grants made elsewhere in the configuration.

use super::support::of_root;
use crate::eval::value::Value;
use crate::finding::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::grant::{Form, Grant};
use crate::graph::identity::{last_part, same, small};
use crate::rule::{Answer, Context, Meta, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub struct AuthoritativeConflict;

static META: Meta =
    Meta { code: "KFP205", name: "authoritative-conflict", level: Level::Error, page: include_str!("rule.md") };

impl Rule for AuthoritativeConflict {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn cluster(&self, cx: &Context, _cluster: &Cluster) -> Option<Answer> {
        Some(of_root(&META, cx.found, "no policy or binding here removes another grant made here"))
    }

    fn root(&self, cx: &Context) -> Vec<Finding> {
        let grants: Vec<&Grant> = cx.graph.grants.iter().filter(|g| g.uncertain.is_none()).collect();
        let mut by_role: BTreeMap<_, Vec<&Grant>> = BTreeMap::new();
        for grant in &grants {
            by_role.entry(grant.role.known()).or_default().push(grant);
        }
        let mut told = BTreeSet::new();
        let mut all = Vec::new();
        for owner in grants.iter().filter(|g| g.form != Form::Member) {
            let policy = owner.form == Form::Policy;
            let others = if policy { Some(&grants) } else { by_role.get(&owner.role.known()) };
            for other in others.into_iter().flatten().filter(|g| wiped(&grants, owner, g)) {
                let block =
                    (other.resource.module.clone(), other.resource.type_name.clone(), other.resource.name.clone());
                if told.insert((owner.resource.address.clone(), block)) {
                    all.push(finding(owner, other));
                }
            }
        }
        all
    }
}

/// Whether `owner` decides about what `other` grants, and does not grant it.
fn wiped(grants: &[&Grant], owner: &Grant, other: &Grant) -> bool {
    if owner.resource.address == other.resource.address || owner.level != other.level {
        return false;
    }
    let one_path = || owner.target_path().is_some() && owner.target_path() == other.target_path();
    if !same(&owner.target, &other.target, last_part).is_true() && !one_path() {
        return false;
    }
    if owner.form == Form::Policy {
        let policy = || grants.iter().filter(|g| g.resource.address == owner.resource.address);
        return policy().all(|g| g.role.known().is_some() && g.open_members.is_none())
            && !policy().any(|g| same_role(g, other) && holds(g, other));
    }
    // Two bindings of one role undo each other: told once, on the one that stands later.
    let first = |g: &Grant| (g.resource.header, g.resource.address.clone());
    let told_there = other.form == Form::Binding && first(other) > first(owner) && !holds(other, owner);
    let decides = other.form != Form::Policy && same_role(owner, other) && owner.open_members.is_none();
    decides && !holds(owner, other) && !told_there
}

fn same_role(a: &Grant, b: &Grant) -> bool {
    a.role.known().is_some() && a.role.known() == b.role.known() && a.condition == b.condition
}

/// Whether every member of `other` is or may be a member of `owner`.
fn holds(owner: &Grant, other: &Grant) -> bool {
    let may_be = |a: &Value, b: &Value| !same(a, b, small).is_false();
    other.open_members.is_some() || other.members.iter().all(|m| owner.members.iter().any(|o| may_be(o, m)))
}

fn finding(owner: &Grant, other: &Grant) -> Finding {
    let (address, role) = (&owner.resource.address, other.role.known().map_or("a role", |r| r.shown()));
    let decides = match owner.form {
        Form::Policy => "decides about all grants",
        _ => "decides about all members of the role",
    };
    META.finding(format!("{address} {decides} and removes what {} grants ({role})", other.resource.address))
        .related(&other.role_place(), "this grant is removed")
        .help("grant with `_member` resources, which add, or name all members in the one that decides")
        .at(address, &owner.members_place(), decides)
}
