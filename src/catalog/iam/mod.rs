//! IAM: predefined and basic roles, and the permissions that they hold.
//!
//! Sources: output of `gcloud iam roles list` and `describe` of 2026-08-22 (2464 roles, 13790 permissions); the core
//! permissions are our own judgement, from what the agents on a node call.
//!
//! Layout of `iam.bin`: u32 count of permissions, u32 count of roles; then, sorted by name, a role each in four u32: name,
//! title, flags (bit 0 listed, bit 1 permissions known, from bit 8 the stage), place of its ranges; then the ranges:
//! how many, and each as the gap before it and its length less one, as varints. Permissions are the first texts.

mod set;

use super::memo::Memo;
use super::table::{Row, Table, TableReader, search, table, text, word};

pub use set::PermissionSet;

static IAM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/iam.bin"));
static CORE: Table = table!("iam_core_permissions", 2);
const HEADER: usize = 2;
const RECORD: usize = 4;

/// The roles that a node's custom service account needs on the project for Kubeflow Pipelines (Google's guide).
pub const REQUIRED_ROLES: [&str; 4] = [
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
    "roles/monitoring.viewer",
    "roles/storage.objectViewer",
];

/// The three original basic roles.
pub const BASIC_ROLES: [&str; 3] = ["roles/owner", "roles/editor", "roles/viewer"];

/// A permission, such as `storage.objects.get`. Ordered as its names are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(u32);

impl Permission {
    /// The permission of this name, if a predefined role holds it.
    pub fn named(name: &str) -> Option<Permission> {
        let found = search(count(), name, |i| text(i as u32))?;
        u32::try_from(found).ok().map(Permission)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        text(self.0)
    }
}

/// A role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name with `roles/`.
    pub name: &'static str,
    /// Its title, such as `Logs Writer`.
    pub title: &'static str,
    /// How far its launch is.
    pub stage: Stage,
    /// Whether `gcloud iam roles list` shows it; others are withdrawn or hidden.
    pub listed: bool,
    /// Whether its permissions are known. If not, nothing follows from holding it.
    pub known_permissions: bool,
    ranges: u32,
}

/// How far the launch of a role is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Generally available.
    Ga,
    /// Beta.
    Beta,
    /// Alpha.
    Alpha,
    /// Deprecated.
    Deprecated,
    /// Early access.
    Eap,
    /// Disabled.
    Disabled,
    /// Not said.
    Unspecified,
}

/// How many permissions there are.
fn count() -> usize {
    word(IAM, 0) as usize
}

fn role_count() -> usize {
    word(IAM, 1) as usize
}

fn role_name(index: usize) -> &'static str {
    text(word(IAM, HEADER + index * RECORD))
}

/// The predefined or basic role of this name (with `roles/`).
pub fn role(name: &str) -> Option<Role> {
    static ROLES: Memo<String, Option<Role>> = Memo::new();
    *ROLES.get(name, || search(role_count(), name, role_name).map(role_at))
}

fn role_at(index: usize) -> Role {
    let field = |i| word(IAM, HEADER + index * RECORD + i);
    let flags = field(2);
    Role {
        name: text(field(0)),
        title: text(field(1)),
        stage: match flags >> 8 {
            0 => Stage::Ga,
            1 => Stage::Beta,
            2 => Stage::Alpha,
            3 => Stage::Deprecated,
            4 => Stage::Eap,
            5 => Stage::Disabled,
            _ => Stage::Unspecified,
        },
        listed: flags & 1 != 0,
        known_permissions: flags & 2 != 0,
        ranges: field(3),
    }
}

/// All roles, sorted by name.
pub fn roles() -> impl ExactSizeIterator<Item = Role> {
    (0..role_count()).map(role_at)
}

/// The names of the roles that can be granted, sorted, for did-you-mean.
pub fn role_names() -> impl Iterator<Item = &'static str> {
    roles().filter(|r| r.listed).map(|r| r.name)
}

/// All permissions, sorted by name.
pub fn all_permissions() -> impl ExactSizeIterator<Item = Permission> {
    (0..count() as u32).map(Permission)
}

impl Role {
    /// Its permissions, sorted; `None` where they are not known.
    pub fn permissions(&self) -> Option<impl Iterator<Item = Permission> + use<>> {
        self.known_permissions.then(|| self.ranges().flat_map(|(first, last)| first..=last).map(Permission))
    }

    /// Inclusive ranges of permissions, ascending.
    fn ranges(&self) -> impl Iterator<Item = (u32, u32)> + use<> {
        let base = (HEADER + role_count() * RECORD) * 4;
        let mut reader = TableReader { bytes: IAM.get(base + self.ranges as usize..).unwrap_or_default() };
        let mut next = 0;
        (0..reader.varint()).map(move |_| {
            let first = next + reader.varint();
            let last = first + reader.varint();
            next = last + 1;
            (first, last)
        })
    }
}

/// The permissions of a role, sorted. `None` if there is no such role, or its permissions are not known.
pub fn permissions(role_name: &str) -> Option<impl Iterator<Item = Permission> + use<>> {
    role(role_name)?.permissions()
}

fn core_row(role_name: &str) -> Option<Row> {
    CORE.find(role_name)
}

/// The permissions of a role that a node cannot do without; none for a role of which that is not judged.
pub fn core_permissions(role_name: &str) -> impl Iterator<Item = &'static str> + use<> {
    core_row(role_name).map_or("", |row| row.text(1)).split_whitespace()
}

/// Whether a permission is about reading the project itself, not about what the role is for: strict containment of a
/// role need not ask for it.
pub fn is_project_metadata(permission: &str) -> bool {
    matches!(permission, "resourcemanager.projects.get" | "resourcemanager.projects.list" | "stackdriver.projects.get")
}
