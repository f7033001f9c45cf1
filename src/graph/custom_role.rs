//! Custom roles of IAM.

use super::fact::Fact;
use super::grant::Grant;
use super::text::Text;
use super::types::ByType;
use super::view::View;
use crate::catalog::iam::{Permission, PermissionSet};
use crate::cty::value::Reasons;
use crate::plan::Resource;
use std::cell::OnceCell;
use std::sync::Arc;

/// The resource types that make custom roles.
const TYPES: [&str; 2] = ["google_project_iam_custom_role", "google_organization_iam_custom_role"];

/// A custom role of a project or an organisation.
#[derive(Clone, Debug)]
pub struct CustomRole<'p> {
    /// Its block.
    pub view: View<'p>,
    /// Its id, such as `kubeflowNodes`.
    pub id: Option<Fact<Text>>,
    permissions: OnceCell<Result<Arc<PermissionSet>, Reasons>>,
}

/// The custom roles that the configuration makes, by the type of their resources.
pub fn of_types<'p>(types: &ByType<'p>) -> Vec<CustomRole<'p>> {
    TYPES.iter().flat_map(|name| types.managed(name)).map(CustomRole::new).collect()
}

impl<'p> CustomRole<'p> {
    fn new(resource: &'p Resource) -> CustomRole<'p> {
        let view = View::of(resource);
        CustomRole { id: view.text("role_id"), permissions: OnceCell::new(), view }
    }

    /// Whether a grant gives it, by what the grant's role refers to or by its name.
    pub fn is_granted_by(&self, grant: &Grant) -> bool {
        let by_ref = || matches!(grant.role_refs(), [only] if only.is_to(self.view.resource));
        let id = self.id.as_ref().and_then(Fact::known);
        let named =
            |id: &Text| grant.role.known().is_some_and(|role| role.ends_with(&format!("/roles/{}", id.as_str())));
        id.is_some_and(named) || by_ref()
    }

    /// What it allows.
    ///
    /// # Errors
    /// Why that is not known.
    pub fn permissions(&self) -> &Result<Arc<PermissionSet>, Reasons> {
        self.permissions.get_or_init(|| self.listed().map(Arc::new))
    }

    fn listed(&self) -> Result<PermissionSet, Reasons> {
        let mut set = PermissionSet::new();
        match self.view.texts("permissions") {
            Some(Fact::Known(names)) => {
                for name in &names {
                    let name = name.known().ok_or_else(|| name.reasons().cloned().unwrap_or_default())?;
                    Permission::named(name).into_iter().for_each(|p| set.insert(p));
                }
                Ok(set)
            }
            Some(open) => Err(open.reasons().cloned().unwrap_or_default()),
            None => Ok(set),
        }
    }
}
