//! What data sources have whatever the cloud answers: values that follow from their arguments alone.
//!
//! Source: the google provider's code of 2026-08-21 (`SetId` and what each data source sets when it reads). A formula holds
//! if the thing exists; else Terraform stops with an error.

use super::table::{Table, table};

static FORMULAS: Table = table!("data_formulas", 3);

/// How an attribute of a data source is made of its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataFormula {
    /// The attribute.
    pub attribute: &'static str,
    /// Its value, with names of arguments in braces. `{project}`, `{region}` and `{zone}` fall back on the provider's,
    /// `{place}` is `location`, else the provider's region. `{+name}` is a whole resource name that begins with `projects/`.
    pub formula: &'static str,
}

/// A piece of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormulaPiece {
    /// Text.
    Text(&'static str),
    /// The value of an argument, which has no slash.
    Argument(&'static str),
    /// The value of an argument that is a resource name.
    ResourceName(&'static str),
}

impl DataFormula {
    /// The pieces in order.
    pub fn pieces(self) -> impl Iterator<Item = FormulaPiece> {
        self.formula.split('{').enumerate().flat_map(|(i, part)| {
            let (name, text) = if i == 0 { ("", part) } else { part.split_once('}').unwrap_or(("", part)) };
            let argument = match name.strip_prefix('+') {
                Some(name) => FormulaPiece::ResourceName(name),
                None => FormulaPiece::Argument(name),
            };
            let argument = (!name.is_empty()).then_some(argument);
            argument.into_iter().chain((!text.is_empty()).then_some(FormulaPiece::Text(text)))
        })
    }
}

/// The formulas of a data source.
pub fn formulas(type_name: &str) -> impl Iterator<Item = DataFormula> {
    FORMULAS.starting([type_name]).map(|row| DataFormula { attribute: row.text(1), formula: row.text(2) })
}

/// All formulas, by type.
pub fn all() -> impl Iterator<Item = (&'static str, DataFormula)> {
    FORMULAS.rows().map(|row| (row.text(0), DataFormula { attribute: row.text(1), formula: row.text(2) }))
}

/// Whether a data source asks nobody: what its arguments leave out stays null.
pub fn asks_nobody(type_name: &str) -> bool {
    const OFFLINE: [&str; 5] = [
        "google_client_config",
        "google_container_registry_image",
        "google_container_registry_repository",
        "google_iam_policy",
        "google_netblock_ip_ranges",
    ];
    OFFLINE.contains(&type_name)
}

/// Address ranges of `google_netblock_ip_ranges` that are constants of the provider: IPv4 and IPv6. `None` for a range type
/// that it looks up.
pub fn netblock_ranges(range_type: &str) -> Option<(&'static [&'static str], &'static [&'static str])> {
    Some(match range_type {
        "dns-forwarders" => (&["35.199.192.0/19"], &[]),
        "health-checkers" => (&["35.191.0.0/16", "130.211.0.0/22"], &[]),
        "iap-forwarders" => (&["35.235.240.0/20"], &[]),
        "legacy-health-checkers" => (&["35.191.0.0/16", "209.85.152.0/22", "209.85.204.0/22"], &[]),
        "private-googleapis" => (&["199.36.153.8/30"], &["2600:2d00:0002:2000::/64"]),
        "private-googleapis-with-directconnectivity" => {
            (&["199.36.153.8/30", "34.126.0.0/18"], &["2600:2d00:0002:2000::/64", "2001:4860:8040::/42"])
        }
        "restricted-googleapis" => (&["199.36.153.4/30"], &["2600:2d00:0002:1000::/64"]),
        "restricted-googleapis-with-directconnectivity" => {
            (&["199.36.153.4/30", "34.126.0.0/18"], &["2600:2d00:0002:1000::/64", "2001:4860:8040::/42"])
        }
        _ => return None,
    })
}
