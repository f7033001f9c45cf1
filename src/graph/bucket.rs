//! Buckets of Cloud Storage.

use super::view::View;
use crate::plan::Resource;

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

    /// Whether it is surely made.
    pub fn is_certain(&self) -> bool {
        self.view.uncertain.is_none()
    }
}
