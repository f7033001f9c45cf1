//! OAuth scopes of nodes.
//!
//! Sources: the google provider's alias table (2026-08-21); the APIs' discovery documents (2026) for what each scope
//! allows and which scopes there are.

use super::table::{Row, Table, table};

static SCOPES: Table = table!("oauth_scopes", 11);
static ALL: Table = table!("oauth_scopes_all", 1);

/// What every scope's URL starts with.
pub const PREFIX: &str = "https://www.googleapis.com/auth/";
/// The full scope.
pub const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// A scope that nodes are given, and what it allows an account that holds the roles for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OauthScope {
    /// The URL.
    pub url: &'static str,
    /// The short name that Terraform's google provider turns into the URL.
    pub alias: Option<&'static str>,
    /// Whether GKE gives it to nodes by default (no `node_config` at all).
    pub gke_default: bool,
    /// Writing log entries.
    pub log_write: bool,
    /// Writing metrics.
    pub metric_write: bool,
    /// Reading metrics.
    pub metric_read: bool,
    /// Reading objects.
    pub storage_read: bool,
    /// Writing objects.
    pub storage_write: bool,
    /// Calling Artifact Registry's API (image pulls need only `storage_read`).
    pub artifact_registry_api: bool,
    /// Writing traces.
    pub trace_write: bool,
}

impl OauthScope {
    fn read(row: Row) -> OauthScope {
        OauthScope {
            url: row.text(0),
            alias: row.some(1).filter(|_| row.flag(2)),
            gke_default: row.flag(3),
            log_write: row.flag(4),
            metric_write: row.flag(5),
            metric_read: row.flag(6),
            storage_read: row.flag(7),
            storage_write: row.flag(8),
            artifact_registry_api: row.flag(9),
            trace_write: row.flag(10),
        }
    }
}

/// The scopes with an alias, and others that matter to nodes.
pub fn scopes() -> impl ExactSizeIterator<Item = OauthScope> {
    SCOPES.rows().map(OauthScope::read)
}

/// The scope of this alias or URL. `None` if it is not among those with known effects: it may exist all the same (see
/// [`exists`]), and then allows none of what [`OauthScope`] lists.
pub fn scope(alias_or_url: &str) -> Option<OauthScope> {
    let url = canonical(alias_or_url);
    SCOPES.rows().find(|row| row.text(0) == url).map(OauthScope::read)
}

/// The URL that Terraform's google provider sends: an alias is replaced, anything else goes through unchanged.
pub fn canonical(alias_or_url: &str) -> &str {
    if alias_or_url.starts_with(PREFIX) {
        return alias_or_url;
    }
    SCOPES.rows().find(|row| row.text(1) == alias_or_url && row.flag(2)).map_or(alias_or_url, |row| row.text(0))
}

/// Whether there is such a scope, by alias or URL.
pub fn exists(alias_or_url: &str) -> bool {
    let url = canonical(alias_or_url);
    ALL.find(url).is_some() || scopes().any(|s| s.url == url)
}

/// Aliases, for did-you-mean.
pub fn aliases() -> impl Iterator<Item = &'static str> {
    scopes().filter_map(|s| s.alias)
}

/// URLs of all known scopes, for did-you-mean; those of nodes first.
pub fn urls() -> impl Iterator<Item = &'static str> {
    scopes().map(|s| s.url).chain(ALL.rows().map(|r| r.text(0)))
}

/// The six scopes of nodes whose configuration names neither scopes nor a service account.
pub fn gke_defaults() -> impl Iterator<Item = &'static str> {
    scopes().filter(|s| s.gke_default).map(|s| s.url)
}
