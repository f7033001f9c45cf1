//! The resources of a plan by their type, so that no question about one cluster goes through all of them.

use crate::plan::{Mode, ResolvedReference, Resource, StaticPlan};
use rustc_hash::FxHashMap;

/// Resource instances by type, those of a type in the plan's order.
#[derive(Clone, Debug, Default)]
pub struct ByType<'p>(FxHashMap<&'p str, Vec<&'p Resource>>);

impl<'p> ByType<'p> {
    /// Sorts a plan's resources.
    pub fn of(plan: &'p StaticPlan) -> ByType<'p> {
        let mut sorted: FxHashMap<&str, Vec<&Resource>> = FxHashMap::default();
        plan.resources.iter().for_each(|r| sorted.entry(&r.type_name).or_default().push(r));
        ByType(sorted)
    }

    /// All of a type, data sources too.
    pub fn all(&self, type_name: &str) -> impl Iterator<Item = &'p Resource> + use<'_, 'p> {
        self.0.get(type_name).into_iter().flatten().copied()
    }

    /// Those of a type that the configuration makes.
    pub fn managed(&self, type_name: &str) -> impl Iterator<Item = &'p Resource> + use<'_, 'p> {
        self.all(type_name).filter(|r| r.mode == Mode::Managed)
    }

    /// Those of a type that data sources read.
    pub fn read(&self, type_name: &str) -> impl Iterator<Item = &'p Resource> + use<'_, 'p> {
        self.all(type_name).filter(|r| r.mode == Mode::Data)
    }

    /// The instances that a reference may be to.
    pub fn referred<'r>(
        &'r self,
        reference: &'r ResolvedReference,
    ) -> impl Iterator<Item = &'p Resource> + use<'r, 'p> {
        self.all(&reference.type_name).filter(|r| reference.is_to(r))
    }
}
