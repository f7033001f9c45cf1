//! Buckets of Cloud Storage.

use super::Graph;
use super::grant::{Grant, GrantLevel};
use super::view::View;
use super::write::reference;
use crate::catalog::iam::Permission;
use crate::plan::Resource;

/// What writing an object takes.
pub const WRITE_OBJECTS: &str = "storage.objects.create";

/// A `google_storage_bucket`.
#[derive(Clone, Debug)]
pub struct Bucket<'p> {
    /// Its block.
    pub view: View<'p>,
}

impl<'p> Bucket<'p> {
    /// Reads a `google_storage_bucket`.
    pub fn new(resource: &'p Resource) -> Bucket<'p> {
        Bucket { view: View::of(resource) }
    }

    /// See [`reference`].
    pub fn reference(&self) -> Option<String> {
        reference(self.view.resource)
    }

    /// Whether it is surely made.
    pub fn is_certain(&self) -> bool {
        self.view.uncertain.is_none()
    }
}

impl<'p> Graph<'p> {
    /// The grants on buckets, and those that let somebody write objects.
    pub fn object_grants(&self) -> impl Iterator<Item = &Grant<'p>> {
        let numbers = self.object_grants.get_or_init(|| {
            let write = Permission::named(WRITE_OBJECTS);
            let writes = |grant: &Grant| {
                let given = self.permissions(grant).as_ref();
                given.is_ok_and(|set| write.is_some_and(|write| set.contains(write)))
            };
            let grants = self.grants_in_time().enumerate();
            grants.filter(|(_, g)| g.level == GrantLevel::Bucket || writes(g)).map(|(i, _)| i).collect()
        });
        numbers.iter().filter_map(|i| self.grants.get(*i))
    }
}
