//! KFP205 authoritative-conflict: a policy or binding that wipes grants made elsewhere in the configuration.

mod removed;

use crate::catalog::gke::last_part;
use crate::cty::value::Value;
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::grant::{Form, Grant};
use crate::graph::identity::{same, small};
use crate::rule::{Answer, Context, Rule};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

pub use removed::removed_role;

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP205",
    name: "authoritative-conflict",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: Some(find),
};

fn find(cx: &Context) -> Vec<Finding> {
    removals(cx, |_| true).into_iter().map(|(finding, _)| finding).collect()
}

/// Only what is removed of the cluster's accounts decides about it.
fn answer<'p>(cx: &Context<'p>, cluster: &Cluster<'p>) -> Answer {
    if cx.found.is_empty() {
        return Answer::met("no policy or binding removes another grant of this configuration");
    }
    let used = cx.graph.used_by(cluster);
    match removals(cx, |grant| cx.graph.is_to(grant, &used)).into_iter().next() {
        Some((finding, _)) => Answer::unmet(finding.message, Vec::new()),
        None => Answer::met("the grants that are removed here are of others than the cluster's accounts"),
    }
}

/// The policies and bindings that remove other grants, such as are asked about, each with a role whose grant is removed.
fn removals<'p>(cx: &Context<'p>, is_asked: impl Fn(&Grant<'p>) -> bool) -> Vec<(Finding, Option<String>)> {
    let certain = cx.graph.grants.iter().filter(|g| g.uncertain.is_none());
    if certain.clone().all(|grant| grant.form == Form::Member) {
        return Vec::new();
    }
    let mut sets = BTreeMap::new();
    let grants: Vec<NamedGrant> = certain.map(|grant| NamedGrant::of(grant, &mut sets)).collect();
    let asked: Vec<&NamedGrant> = grants.iter().filter(|grant| is_asked(grant.grant)).collect();
    let mut by_role: BTreeMap<_, Vec<&NamedGrant>> = BTreeMap::new();
    for grant in &asked {
        by_role.entry(grant.role.known()).or_default().push(grant);
    }
    let mut told = BTreeSet::new();
    let mut all = Vec::new();
    for owner in grants.iter().filter(|g| g.form != Form::Member) {
        let policy = owner.form == Form::Policy;
        let others = if policy { Some(&asked) } else { by_role.get(&owner.role.known()) };
        // What is not compared in time is not judged: the clusters are then undecided.
        let others = others.into_iter().flatten().take_while(|_| !cx.budget.is_late());
        for other in others.filter(|g| wiped(&grants, owner, g)) {
            let block = (other.resource.module.clone(), other.resource.type_name.clone(), other.resource.name.clone());
            if told.insert((owner.resource.address.clone(), block)) {
                all.push((finding(owner, other), other.role.known().map(|role| role.as_str().to_string())));
            }
        }
    }
    all
}

/// A grant with its members in a form that is quick to compare.
struct NamedGrant<'g, 'p> {
    grant: &'g Grant<'p>,
    /// The members that are known, in small letters.
    known: BTreeSet<Cow<'g, str>>,
    /// The other members.
    open: Vec<&'g Value>,
    /// The same for grants of the same known members.
    set: usize,
}

impl<'g, 'p> NamedGrant<'g, 'p> {
    fn of(grant: &'g Grant<'p>, sets: &mut BTreeMap<Vec<Cow<'g, str>>, usize>) -> NamedGrant<'g, 'p> {
        let known: BTreeSet<Cow<str>> = grant.members.iter().filter_map(Value::as_str).map(small).collect();
        let open = grant.members.iter().filter(|member| member.as_str().is_none()).collect();
        let next = sets.len();
        let set = *sets.entry(known.iter().cloned().collect()).or_insert(next);
        NamedGrant { grant, known, open, set }
    }
}

impl<'p> Deref for NamedGrant<'_, 'p> {
    type Target = Grant<'p>;
    fn deref(&self) -> &Grant<'p> {
        self.grant
    }
}

/// Whether `owner` decides about what `other` grants, and does not grant it.
fn wiped(grants: &[NamedGrant], owner: &NamedGrant, other: &NamedGrant) -> bool {
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
fn holds(owner: &NamedGrant, other: &NamedGrant) -> bool {
    let may_be = |a: &Value, b: &Value| !same(a, b, small).is_false();
    // Few members are not known, and few of the known ones are missing.
    let is_open = |m: &Value| owner.open.iter().any(|o| may_be(o, m));
    let held = |m: &Value| m.as_str().is_some_and(|text| owner.known.contains(&small(text))) || is_open(m);
    let known = owner.set == other.set || other.members.iter().filter(|m| m.as_str().is_some()).all(held);
    let rest = || other.open.iter().all(|m| owner.members.iter().any(|o| may_be(o, m)));
    other.open_members.is_some() || known && rest()
}

fn finding(owner: &Grant, other: &Grant) -> Finding {
    let (address, role) = (&owner.resource.address, other.role.known().map_or("a role", |r| r.shown()));
    let decides = match owner.form {
        Form::Policy => "decides about all grants",
        _ => "decides about all members of the role",
    };
    RULE.finding(format!("{address} {decides} and removes what {} grants ({role})", other.resource.address))
        .related(&other.role_place(), "this grant is removed")
        .help("grant with `_member` resources, which add, or name all members in the one that decides")
        .at(address, &owner.members_place(), decides)
}
