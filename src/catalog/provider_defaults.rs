//! What the google provider fills in at plan time where the configuration says nothing.
//!
//! Terraform's own rule covers the rest: on creation an argument that is not written is null, an attribute that the
//! provider computes is unknown, and a block that is not written is an empty list or set (null if its nesting is single).
//! Here stand the provider's exceptions to that rule: derived from its schema and plan code of 2026-08-21 (all but a few
//! of its types; the IAM member, binding and policy types have none), and held against real plans with hashicorp/google
//! 7.45, August 2026, which agree in all of some 15,000 places that they show. A written argument whose value is null
//! counts as not written.
//!
//! For a few types of other providers (kubernetes, random, local, null, time), whose schema is not in the catalog, the
//! lines are what real plans show, nulls and unknowns too; an argument that is neither written nor listed is not known.

use super::memo::Memo;
use super::table::{Row, Table, table};
use crate::cty::ty::Type;
use crate::cty::value::{Data, Value};
use std::sync::Arc;

static DEFAULTS: Table = table!("provider_defaults", 5);
static REWRITES: Table = table!("provider_rewrites", 4);

/// What is filled in at one place of a resource type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultLine {
    /// Where: attribute and block names from the top, joined by dots, such as `node_config.spot`. A line inside a block
    /// holds for each block of it that is written.
    pub path: &'static str,
    /// What.
    pub fill: Fill,
    /// In how many instances of real plans it was seen so; 0 if known from the provider's code alone.
    pub seen: u32,
}

/// What is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// This value, as JSON: `true`, `100`, `"STANDARD"`, `[]`.
    Constant(&'static str),
    /// Known to be null, though the provider could compute it.
    Null,
    /// Not known before apply, though Terraform's rule would make it null (or an empty list of blocks).
    Unknown,
    /// The provider's `project`, also where the argument is null or an empty string; planning fails if that is not set
    /// either. An unknown argument stays unknown.
    ProviderProject,
    /// The provider's `region`, in the same way. (Its `zone` does not stand in for it.)
    ProviderRegion,
    /// The provider's `zone`, in the same way.
    ProviderZone,
    /// The provider's `deletion_policy`, if it sets one, else this text.
    ProviderDeletionPolicy(&'static str),
    /// Made from other values: see [`Formula`].
    Formula(Formula),
}

/// A value made from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formula {
    /// [`planned_service_account_email`] of `account_id` and `project`; unknown if either is.
    ServiceAccountEmail,
    /// [`service_account_member`] of the planned email; unknown if that is.
    ServiceAccountMember,
    /// On a cluster with `enable_autopilot = true` this value, as JSON, whatever is written; else Terraform's rule.
    WhenAutopilot(&'static str),
    /// The labels that Terraform sets: the provider's `default_labels`, then, if the provider adds it (by default on
    /// creation), `goog-terraform-provisioned = "true"`, then the resource's own of this argument. Unknown if that one
    /// is not wholly known.
    Labels(&'static str),
    /// As [`Formula::Labels`], without the `goog-terraform-provisioned` label.
    LabelsWithoutAttribution(&'static str),
    /// The same map as this argument's: `effective_annotations`.
    SameAs(&'static str),
}

fn line(row: Row) -> Option<DefaultLine> {
    let value = row.text(3);
    let fill = match row.text(2) {
        "constant" => Fill::Constant(value),
        "null" => Fill::Null,
        "unknown" => Fill::Unknown,
        "provider_project" => Fill::ProviderProject,
        "provider_region" => Fill::ProviderRegion,
        "provider_zone" => Fill::ProviderZone,
        "provider_deletion_policy" => Fill::ProviderDeletionPolicy(value),
        "service_account_email" => Fill::Formula(Formula::ServiceAccountEmail),
        "service_account_member" => Fill::Formula(Formula::ServiceAccountMember),
        "when_autopilot" => Fill::Formula(Formula::WhenAutopilot(value)),
        "labels" => Fill::Formula(Formula::Labels(value)),
        "labels_without_attribution" => Fill::Formula(Formula::LabelsWithoutAttribution(value)),
        "same_as" => Fill::Formula(Formula::SameAs(value)),
        _ => return None,
    };
    Some(DefaultLine { path: row.text(1), fill, seen: row.number(4).unwrap_or(0) })
}

/// What is filled in for a resource type, sorted by path; nothing for a type without exceptions.
pub fn defaults(type_name: &str) -> impl Iterator<Item = DefaultLine> + use<> {
    static KNOWN: Memo<String, Vec<DefaultLine>> = Memo::new();
    each(KNOWN.get(type_name, || DEFAULTS.starting([type_name]).filter_map(line).collect()))
}

/// The items of a shared list.
fn each<T: Copy>(all: Arc<Vec<T>>) -> impl Iterator<Item = T> {
    (0..all.len()).filter_map(move |i| all.get(i).copied())
}

/// What is filled in at one path of a resource type.
pub fn default_at(type_name: &str, path: &str) -> Option<Fill> {
    defaults(type_name).find(|line| line.path == path).map(|line| line.fill)
}

/// All lines, by resource type.
pub fn all() -> impl Iterator<Item = (&'static str, DefaultLine)> {
    DEFAULTS.rows().filter_map(|row| Some((row.text(0), line(row)?)))
}

/// How the plan shows a written argument otherwise than it was written.
///
/// Beside these, an argument that is optional and computed and is written as an empty text or list counts as not
/// written (seen in real plans for `master_ipv4_cidr_block = ""` and `enable_components = []`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// Null if it is this value, as JSON: the provider sees no difference to what the API does anyway.
    NullIf(&'static str),
    /// On a cluster with `enable_autopilot = true`: null, or no blocks (a `dns_config` with an
    /// `additive_vpc_scope_dns_domain` stays).
    NullWhenAutopilot,
    /// In upper case; each element of a collection.
    UpperCase,
    /// Each scope's alias is replaced by its URL: [`super::scope::canonical`].
    ScopeAliases,
    /// Without this at its start.
    StripPrefix(&'static str),
    /// A JSON text in its shortest form, keys sorted.
    NormalJson,
    /// Null if it is a map with this key alone.
    NullIfOnly(&'static str),
    /// No blocks if each of them has a `count` of zero.
    DropZeroCounts,
}

/// How the plan shows one written argument otherwise than it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RewriteLine {
    /// The argument's or outermost block's name.
    pub name: &'static str,
    /// The names below it, joined by dots.
    pub below: Option<&'static str>,
    /// How.
    pub rewrite: Rewrite,
}

/// How the plan shows written arguments of a resource type, sorted by path, where not as written. Source: as for
/// [`defaults`].
pub fn rewrites(type_name: &str) -> Arc<Vec<RewriteLine>> {
    static KNOWN: Memo<String, Vec<RewriteLine>> = Memo::new();
    KNOWN.get(type_name, || REWRITES.starting([type_name]).filter_map(rewrite).collect())
}

fn rewrite(row: Row) -> Option<RewriteLine> {
    let rewrite = match row.text(2) {
        "null_if" => Rewrite::NullIf(row.text(3)),
        "null_when_autopilot" => Rewrite::NullWhenAutopilot,
        "upper_case" => Rewrite::UpperCase,
        "scope_aliases" => Rewrite::ScopeAliases,
        "normal_json" => Rewrite::NormalJson,
        "null_if_only" => Rewrite::NullIfOnly(row.text(3)),
        "drop_zero_counts" => Rewrite::DropZeroCounts,
        "strip_prefix" => Rewrite::StripPrefix(row.text(3)),
        _ => return None,
    };
    let (name, below) = split(row.text(1));
    Some(RewriteLine { name, below, rewrite })
}

/// The first name of a path, and the others.
pub fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)))
}

/// How the plan shows a written argument at one path of a resource type, if not as written.
pub fn rewrite_at(type_name: &str, path: &str) -> Option<Rewrite> {
    let (name, below) = split(path);
    rewrites(type_name).iter().find(|line| line.name == name && line.below == below).map(|line| line.rewrite)
}

/// What stands, as JSON, for an argument of this type that is not written inside a block of a set, or of a block within
/// one, where the provider neither computes it nor has a default: the plan has an empty text or list there, not null.
/// `None` for types where it is null as elsewhere. Source: real plans (buckets' lifecycle rules, firewalls' ports).
pub fn unwritten_in_set(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::String => Some("\"\""),
        Type::List(_) | Type::Set(_) => Some("[]"),
        _ => None,
    }
}

/// A service account's email: `ACCOUNT_ID@PROJECT.iam.gserviceaccount.com`; for a domain-scoped project `DOMAIN:NAME`,
/// `ACCOUNT_ID@NAME.DOMAIN.iam.gserviceaccount.com`. Source: IAM's documentation.
pub fn service_account_email(account_id: &str, project: &str) -> String {
    match project.split_once(':') {
        Some((domain, name)) => format!("{account_id}@{name}.{domain}.iam.gserviceaccount.com"),
        None => format!("{account_id}@{project}.iam.gserviceaccount.com"),
    }
}

/// The email that the provider plans: the project as it is written, also where it is domain-scoped (there `apply` puts
/// [`service_account_email`] in its place). Source: the provider's plan code.
pub fn planned_service_account_email(account_id: &str, project: &str) -> String {
    format!("{account_id}@{project}.iam.gserviceaccount.com")
}

/// The beginning of the e-mail of a service account whose project is not known: as much as its `account_id` tells.
pub fn service_account_email_head(account_id: &Value) -> String {
    match &account_id.data {
        Data::String(id) => format!("{id}@"),
        Data::Unknown(id) => id.refinement.prefix.as_deref().unwrap_or_default().to_string(),
        _ => String::new(),
    }
}

/// A service account as an IAM member: `serviceAccount:EMAIL`. Source: IAM's documentation.
pub fn service_account_member(email: &str) -> String {
    format!("serviceAccount:{email}")
}

/// The Workload Identity pool of a project, `PROJECT.svc.id.goog`. Source: GKE's documentation.
pub fn workload_pool(project: &str) -> String {
    format!("{project}.svc.id.goog")
}

/// A Kubernetes service account as an IAM member: `serviceAccount:POOL[NAMESPACE/KSA]`. Source: GKE's documentation.
pub fn workload_identity_member(pool: &str, namespace: &str, ksa: &str) -> String {
    format!("serviceAccount:{pool}[{namespace}/{ksa}]")
}
