//! Compute Engine machine types, as GKE takes them for nodes.
//!
//! Sources: `gcloud compute machine-types list` of 2026-07-01 (sizes) and 2026-08-17 (regions); GKE's own autoscaler of
//! 2026-08-21 (architecture, accelerators, names that only it knows); custom types by Google's documented grammar.

mod custom;

use super::table::{Row, Table, table};
use std::borrow::Cow;

pub use custom::{CustomError, custom};

static TYPES: Table = table!("machine_types", 11);
static SERIES: Table = table!("machine_series", 7);
static TYPE_REGIONS: Table = table!("machine_type_regions", 2);
static SERIES_REGIONS: Table = table!("series_by_region", 2);

/// The day of the list of machine types.
pub const DATE: &str = "2026-07-01";

/// A machine type.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// Its name as written, such as `e2-standard-4` or `custom-4-8192`.
    pub name: Cow<'static, str>,
    /// Its series, such as `e2`; `n1` for `custom-4-8192`.
    pub series: &'static str,
    /// Virtual CPUs that it shows; 2 for the shared-core types of E2, 1 for those of N1.
    pub vcpus: u32,
    /// CPU that it can use all the time, in thousandths of a vCPU; less than `vcpus` for shared-core types.
    pub sustained_mcpu: u32,
    /// Nominal memory in MiB.
    pub memory_mib: u64,
    /// Its processors' architecture.
    pub arch: Arch,
    /// Whether it has only a share of a core.
    pub shared_core: bool,
    /// The accelerator that comes with it (not one that `guest_accelerator` adds), such as `nvidia-l4`.
    pub accelerator: Option<&'static str>,
    /// How many accelerators come with it.
    pub accelerator_count: u32,
    /// Whether it is a bare metal machine.
    pub bare_metal: bool,
    /// How sure it is that the type exists.
    pub status: MachineStatus,
}

/// A processor architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arch {
    /// x86-64.
    Amd64,
    /// 64-bit Arm.
    Arm64,
}

/// How sure it is that a machine type exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MachineStatus {
    /// Compute Engine lists it.
    Listed,
    /// Compute Engine lists it as deprecated.
    Deprecated,
    /// Compute Engine lists it as obsolete: no new machine can have it.
    Obsolete,
    /// A name of GKE's own for a listed type (`-nolssd`: without its local SSDs).
    GkeVariant,
    /// Only GKE's code knows it, so it may not be released: accept it without a word, never call it valid.
    GkeCodeOnly,
    /// A custom type whose numbers keep to the documented limits.
    Custom,
    /// A custom type of a series whose limits are not all known; what is known of them is kept.
    CustomUnverified,
}

/// A series of machine types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// Its name, such as `e2`.
    pub name: &'static str,
    /// Its family, such as `general-purpose`.
    pub category: &'static str,
    /// Its processors' architecture.
    pub arch: Arch,
    /// Whether there are custom types of it.
    pub custom_types: bool,
    /// Boot disk types that GKE takes with it, separated by blanks; empty if not known.
    boot_disks: &'static str,
    /// The boot disk type that GKE falls back to.
    pub default_boot_disk: Option<&'static str>,
    /// Whether it is released: `None` if not known.
    pub released: Option<bool>,
}

impl Series {
    /// The same types as one text, separated by blanks.
    pub(super) fn boot_disks(&self) -> &'static str {
        self.boot_disks
    }

    /// The boot disk types that GKE takes with this series; none if that is not known.
    pub fn boot_disk_types(&self) -> impl Iterator<Item = &'static str> {
        self.boot_disks.split_whitespace()
    }
}

impl Machine {
    fn read(row: Row) -> Option<Machine> {
        Some(Machine {
            name: Cow::Borrowed(row.text(0)),
            series: row.text(1),
            vcpus: row.number(2)?,
            memory_mib: row.number(3)?,
            arch: arch(row.text(4)),
            shared_core: row.flag(5),
            sustained_mcpu: (row.number::<f64>(6)? * 1000.0).round() as u32,
            accelerator: row.some(7),
            accelerator_count: row.number(8).unwrap_or(0),
            bare_metal: row.flag(9),
            status: match row.text(10) {
                "listed" => MachineStatus::Listed,
                "deprecated" => MachineStatus::Deprecated,
                "obsolete" => MachineStatus::Obsolete,
                "gke_variant" => MachineStatus::GkeVariant,
                _ => MachineStatus::GkeCodeOnly,
            },
        })
    }

    /// Whether GKE puts a GPU or TPU taint on nodes of this type.
    pub fn has_accelerator(&self) -> bool {
        self.accelerator.is_some()
    }
}

fn arch(text: &str) -> Arch {
    if text == "arm64" { Arch::Arm64 } else { Arch::Amd64 }
}

/// The machine type of this name: a predefined one, or a custom one within its limits. `None` if there is none; for a
/// custom type, [`custom`] says why.
pub fn machine_type(name: &str) -> Option<Machine> {
    match TYPES.find(name) {
        Some(row) => Machine::read(row),
        None => custom(name)?.ok(),
    }
}

/// Whether a region offers a machine type (custom ones by their series). `None` if the region or the type is not in
/// the listing: newer than the data, or not public. A `true` does not mean that every zone of the region has it.
pub fn offered_in(name: &str, region: &str) -> Option<bool> {
    let at = super::location::region_index(region)?;
    let listed = name.strip_suffix("-nolssd").unwrap_or(name);
    let row = match TYPE_REGIONS.find(listed) {
        Some(row) => row,
        None => SERIES_REGIONS.find(custom(name)?.ok()?.series)?,
    };
    Some(row.text(1).as_bytes().get(at)? == &b'1')
}

/// The regions where a machine type is offered; none if that is not known.
pub fn regions_offering(name: &str) -> impl Iterator<Item = &'static str> {
    super::location::regions().map(|r| r.name).filter(move |r| offered_in(name, r) == Some(true))
}

/// The series of this name.
pub fn series(name: &str) -> Option<Series> {
    SERIES.find(name).map(|row| Series {
        name: row.text(0),
        category: row.text(1),
        arch: arch(row.text(2)),
        custom_types: row.flag(3),
        boot_disks: row.text(4),
        default_boot_disk: row.some(5),
        released: row.text(6).parse().ok(),
    })
}

/// All predefined machine types, sorted by name.
pub fn all() -> impl Iterator<Item = Machine> {
    TYPES.rows().filter_map(Machine::read)
}

/// The names that Compute Engine lists and that can be had, sorted, for did-you-mean.
pub fn names() -> impl Iterator<Item = &'static str> {
    TYPES.rows().filter(|row| matches!(row.text(10), "listed" | "gke_variant")).map(|row| row.text(0))
}
