//! Google APIs by the names under which a project enables them.
//!
//! Sources: API discovery documents (2026); gcpdiag and Google's modules for what a GKE project needs.

use super::table::{Table, table};

static SERVICES: Table = table!("gcp_services", 3);

/// An API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name, such as `container.googleapis.com`.
    pub name: &'static str,
    /// What GKE or KFP needs it for, where that is known; partly our judgement.
    pub need: Option<&'static str>,
    /// More on that.
    pub note: Option<&'static str>,
}

/// All known APIs, sorted by name. Not every API is in it.
pub fn services() -> impl ExactSizeIterator<Item = Service> {
    SERVICES.rows().map(|row| Service { name: row.text(0), need: row.some(1), note: row.some(2) })
}

/// The API of this name.
pub fn service(name: &str) -> Option<Service> {
    SERVICES.find(name).map(|row| Service { name: row.text(0), need: row.some(1), note: row.some(2) })
}
