//! Google APIs that the configuration enables.

use super::Graph;
use super::cluster::{Cluster, default_of};
use super::fact::Fact;
use super::identity::same_by_cause;
use super::text::Text;
use super::view::View;
use crate::catalog::gke::last_part;
use crate::cty::value::Value;
use crate::plan::Resource;

/// A `google_project_service`.
#[derive(Clone, Debug)]
pub struct Api<'p> {
    /// Its block.
    pub view: View<'p>,
    /// Its name, such as `container.googleapis.com`.
    pub name: Option<Fact<Text>>,
    /// The project in which it is enabled.
    pub project: Value,
}

impl<'p> Api<'p> {
    /// Reads a `google_project_service`.
    pub fn new(resource: &'p Resource) -> Api<'p> {
        let view = View::of(resource);
        Api { name: view.text("service"), project: default_of(&view, "project"), view }
    }
}

impl<'p> Graph<'p> {
    /// The APIs that the configuration enables in a cluster's project, or may.
    pub fn apis_for(&self, cluster: &Cluster) -> impl Iterator<Item = &Api<'p>> {
        let project = cluster.project();
        self.apis.iter().filter(move |api| !same_by_cause(&api.project, &project, last_part).is_false())
    }
}
