//! Sets of permissions.

use super::{Permission, core_permissions, count, role};
use crate::catalog::memo::Memo;
use std::fmt;
use std::sync::Arc;

/// A set of permissions, as granted by several roles together.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PermissionSet {
    bits: Vec<u64>,
}

impl PermissionSet {
    /// The empty set.
    pub fn new() -> PermissionSet {
        PermissionSet::default()
    }

    /// The permissions of one role; `None` if there is no such role or its permissions are not known.
    pub fn of_role(name: &str) -> Option<Arc<PermissionSet>> {
        static ROLES: Memo<String, Option<Arc<PermissionSet>>> = Memo::new();
        let known = ROLES.get(name, || Some(Arc::new(role(name)?.permissions()?.collect())));
        known.as_ref().clone()
    }

    /// Adds a permission.
    pub fn insert(&mut self, permission: Permission) {
        if self.bits.is_empty() {
            self.bits = vec![0; count().div_ceil(64)];
        }
        if let Some(word) = self.bits.get_mut(permission.0 as usize / 64) {
            *word |= 1 << (permission.0 % 64);
        }
    }

    /// Whether it holds a permission.
    pub fn contains(&self, permission: Permission) -> bool {
        self.bits.get(permission.0 as usize / 64).is_some_and(|word| word >> (permission.0 % 64) & 1 == 1)
    }

    /// Whether it holds the permission of this name.
    pub fn contains_name(&self, name: &str) -> bool {
        Permission::named(name).is_some_and(|p| self.contains(p))
    }

    /// Adds all of another set.
    pub fn union_with(&mut self, other: &PermissionSet) {
        if self.bits.is_empty() {
            self.bits = other.bits.clone();
            return;
        }
        self.bits.iter_mut().zip(&other.bits).for_each(|(mine, theirs)| *mine |= theirs);
    }

    /// Whether every permission of `other` is here.
    pub fn is_superset(&self, other: &PermissionSet) -> bool {
        let missing = other.bits.iter().zip(&self.bits).fold(0, |missing, (theirs, mine)| missing | theirs & !mine);
        missing == 0 && (!self.bits.is_empty() || other.is_empty())
    }

    /// What `other` holds and this set does not, sorted by name.
    pub fn missing<'a>(&'a self, other: &'a PermissionSet) -> impl Iterator<Item = Permission> + 'a {
        members(other.bits.iter().enumerate().map(|(i, word)| word & !self.bits.get(i).unwrap_or(&0)))
    }

    /// The role's core permissions that are not here, sorted as the catalog has them. Of a role of which it is not judged
    /// which those are, all permissions count.
    pub fn missing_core(&self, role_name: &str) -> Vec<&'static str> {
        static CORE: Memo<String, Vec<(&str, Option<Permission>)>> = Memo::new();
        let core = CORE.get(role_name, || core_permissions(role_name).map(|p| (p, Permission::named(p))).collect());
        if !core.is_empty() {
            let missing = core.iter().filter(|(_, p)| !p.is_some_and(|p| self.contains(p)));
            return missing.map(|(name, _)| *name).collect();
        }
        let all = PermissionSet::of_role(role_name).unwrap_or_default();
        let missing = self.missing(&all).map(Permission::name);
        missing.filter(|p| !super::is_project_metadata(p)).collect()
    }

    /// The set without the permissions of another.
    pub fn without(&self, other: &PermissionSet) -> PermissionSet {
        let bits = self.bits.iter().enumerate();
        PermissionSet { bits: bits.map(|(i, word)| word & !other.bits.get(i).unwrap_or(&0)).collect() }
    }

    /// How many permissions it holds.
    pub fn len(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.bits.iter().all(|word| *word == 0)
    }

    /// Its permissions, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = Permission> + '_ {
        members(self.bits.iter().copied())
    }
}

/// The permissions whose bits are set.
fn members(words: impl Iterator<Item = u64>) -> impl Iterator<Item = Permission> {
    words.zip(0u32..).filter(|(word, _)| *word != 0).flat_map(|(word, i)| {
        // Each step takes the lowest bit away.
        let rest = std::iter::successors(Some(word), |word| Some(word & word.wrapping_sub(1)));
        rest.take_while(|word| *word != 0).map(move |word| Permission(i * 64 + word.trailing_zeros()))
    })
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let mut set = PermissionSet::new();
        permissions.into_iter().for_each(|p| set.insert(p));
        set
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::name)).finish()
    }
}
