//! What leaves the configuration's sight: handed to modules that are not on disk, and, by a module for others, to its callers.

use crate::cty::value::Reasons;
use crate::plan::{ModuleInstance, ResolvedReference, Resource, StaticPlan};

/// Who is handed what.
#[derive(Clone, Debug)]
pub struct Handed<'p> {
    /// Module calls that are not on disk, with the resources that their arguments refer to.
    modules: Vec<(&'p ModuleInstance, Vec<ResolvedReference>)>,
    /// The resources that the outputs of a module for others refer to.
    callers: Vec<ResolvedReference>,
    /// Why something of the configuration was not read.
    unread: Option<&'p Reasons>,
}

impl<'p> Handed<'p> {
    /// Reads it off a plan.
    pub fn of(plan: &'p StaticPlan) -> Handed<'p> {
        let refs = |module: &'p ModuleInstance| {
            let origins = module.arguments.attributes.iter().filter_map(|a| a.origin.as_ref());
            (module, origins.flat_map(|origin| origin.references()).collect())
        };
        Handed {
            modules: plan.modules.iter().filter(|m| !m.present).map(refs).collect(),
            callers: plan.for_callers.iter().flat_map(|origin| origin.references()).collect(),
            unread: plan.left_out.as_ref(),
        }
    }

    /// All module calls that are not on disk.
    pub fn all(&self) -> impl Iterator<Item = &'p ModuleInstance> {
        self.modules.iter().map(|(module, _)| *module)
    }

    /// All module calls that are not on disk; and for each, whether it is handed a resource.
    pub fn modules<'h>(&'h self, resource: &'h Resource) -> impl Iterator<Item = (&'p ModuleInstance, bool)> + 'h {
        self.modules.iter().map(|(module, refs)| (*module, refs.iter().any(|r| r.is_to(resource))))
    }

    /// Why something of the configuration was not read, which may be about any resource.
    pub fn unread(&self) -> Option<&'p Reasons> {
        self.unread
    }

    /// Whether callers are handed a resource.
    pub fn to_callers(&self, resource: &Resource) -> bool {
        self.callers.iter().any(|r| r.is_to(resource))
    }
}
