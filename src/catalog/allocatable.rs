//! What GKE leaves of a node for pods.
//!
//! Allocatable memory is the nominal memory less what the OS takes, less what GKE reserves for the kubelet and the
//! container runtime, less the eviction threshold; allocatable CPU is what GKE's reservation leaves. Sources: GKE's own
//! autoscaler (`reserved.go`, `os-reserved.yaml`, 2026-08-21) and nodes observed from GKE 1.11 to 1.36. Linux only.

use super::machine::{Arch, Machine};
use super::memo::Memo;
use super::table::{Row, Table, table};

static OS_RESERVED: Table = table!("gke_os_reserved", 7);

const MIB: u64 = 1024 * 1024;

/// Memory that must stay free before the kubelet evicts pods, in MiB.
pub const EVICTION_MIB: u64 = 100;
/// Nodes with more pods than this give up [`MANY_PODS_MCPU`] more.
pub const DEFAULT_MAX_PODS: u64 = 110;
/// CPU that GKE reserves in addition where more than 110 pods a node are allowed, in thousandths.
pub const MANY_PODS_MCPU: u64 = 400;

/// Rates of the memory reservation: from so many MiB on, this share (in hundredths). GKE applies the published steps of
/// 4, 8, 16 and 128 GB as multiples of 1000 MiB.
const MEMORY_RATES: [(u64, u64); 5] = [(0, 25), (4000, 20), (8000, 10), (16_000, 6), (128_000, 2)];
/// Rates of the CPU reservation: from so many thousandths on, this share (in hundredths of a per cent).
const CPU_RATES: [(u64, u64); 4] = [(0, 600), (1000, 100), (2000, 50), (4000, 25)];
/// What GKE reserves of the CPU of E2's shared-core types: 60 of the one core, and the second vCPU, which is none.
const SHARED_CORE_MCPU: u64 = 1060;

/// What pods can use of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocatable {
    /// CPU in thousandths of a core.
    pub cpu_m: u64,
    /// Memory in whole MiB, rounded down.
    pub memory_mib: u64,
}

/// What runs on the node's machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeShape<'a> {
    /// The node image.
    pub os: Os,
    /// Whether it is a confidential node.
    pub confidential: bool,
    /// GKE's minor version, such as `1.33`; the newest known one if `None` or not known.
    pub minor: Option<&'a str>,
    /// Pods allowed on the node.
    pub max_pods: u64,
}

/// A node image's family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Os {
    /// Container-Optimized OS, GKE's default.
    Cos,
    /// Ubuntu.
    Ubuntu,
}

impl Default for NodeShape<'_> {
    fn default() -> Self {
        NodeShape { os: Os::Cos, confidential: false, minor: None, max_pods: DEFAULT_MAX_PODS }
    }
}

/// What pods can use of a machine with GKE's default node image and newest known version.
pub fn allocatable(machine: &Machine) -> Allocatable {
    allocatable_on(machine, NodeShape::default())
}

/// What pods can use of a machine set up in this way.
pub fn allocatable_on(machine: &Machine, node: NodeShape) -> Allocatable {
    let mut reserved_cpu = match machine.name.as_ref() {
        "e2-micro" | "e2-small" | "e2-medium" => SHARED_CORE_MCPU,
        _ => kube_reserved_mcpu(u64::from(machine.vcpus) * 1000),
    };
    if node.max_pods > DEFAULT_MAX_PODS {
        reserved_cpu += MANY_PODS_MCPU;
    }
    let total = machine.memory_mib.saturating_mul(MIB);
    let reserved = kube_reserved_mib(machine.memory_mib).saturating_add(EVICTION_MIB).saturating_mul(MIB);
    let os = os_reserved_bytes(machine.memory_mib, machine.arch, node);
    Allocatable {
        cpu_m: (u64::from(machine.vcpus) * 1000).saturating_sub(reserved_cpu),
        memory_mib: total.saturating_sub(reserved).saturating_sub(os) / MIB,
    }
}

/// Memory that GKE reserves for its own agents on a machine with this nominal memory, in MiB.
pub fn kube_reserved_mib(memory_mib: u64) -> u64 {
    if memory_mib <= 1000 {
        return 255;
    }
    graded(&MEMORY_RATES, memory_mib) / 100
}

/// CPU that GKE reserves for its own agents, in thousandths; not for E2's shared-core types.
pub fn kube_reserved_mcpu(cpu_m: u64) -> u64 {
    graded(&CPU_RATES, cpu_m) / 10_000
}

/// The sum over the rates of what lies in each one's step.
fn graded(rates: &[(u64, u64)], amount: u64) -> u64 {
    let ends = rates.iter().skip(1).map(|(from, _)| *from).chain([u64::MAX]);
    rates
        .iter()
        .zip(ends)
        .map(|((from, rate), end)| amount.min(end).saturating_sub(*from).saturating_mul(*rate))
        .fold(0, u64::saturating_add)
}

/// Memory that the OS keeps from what the node reports, in bytes: from GKE's table by size, with straight lines
/// between its points and beyond the last.
pub fn os_reserved_bytes(memory_mib: u64, arch: Arch, node: NodeShape) -> u64 {
    static DEFAULT: Memo<Arch, Vec<(u64, u64)>> = Memo::new();
    let points = match node == NodeShape::default() {
        true => DEFAULT.get(&arch, || os_points(arch, node)),
        false => os_points(arch, node).into(),
    };
    let point = |i: usize| points.get(i).copied().unwrap_or((0, 0));
    if points.len() < 2 {
        return fallback_os_reserved_mib(memory_mib, arch, node.os) * MIB;
    }
    let upper = points.iter().position(|(size, _)| *size >= memory_mib).unwrap_or(points.len() - 1).max(1);
    let ((x0, y0), (x1, y1)) = (point(upper - 1), point(upper));
    let slope = (y1 as f64 - y0 as f64) / (x1 as f64 - x0 as f64);
    (y0 as f64 + slope * (memory_mib as f64 - x0 as f64)).max(0.0) as u64
}

/// The table's points (MiB, bytes) for a node, from (0, 0) on. Asked for a minor version that it lacks: the newest one
/// not newer, else the oldest.
fn os_points(arch: Arch, node: NodeShape) -> Vec<(u64, u64)> {
    let os = if node.os == Os::Cos { "cos" } else { "ubuntu" };
    let arch = if arch == Arch::Amd64 { "amd64" } else { "arm64" };
    let confidential = if node.confidential { "true" } else { "false" };
    let of_node = OS_RESERVED.starting(["memory", os, arch, confidential]);
    let rows: Vec<(Option<(u32, u32)>, Row)> = of_node.map(|row| (minor(row.text(4)), row)).collect();
    let asked = node.minor.and_then(minor).unwrap_or((u32::MAX, u32::MAX));
    let versions = || rows.iter().filter_map(|(version, _)| *version);
    let Some(version) = versions().filter(|v| *v <= asked).max().or_else(|| versions().min()) else {
        return Vec::new();
    };
    let mut points: Vec<(u64, u64)> = rows
        .iter()
        .filter(|(own, _)| *own == Some(version))
        .filter_map(|(_, row)| Some((row.number(5)?, row.number(6)?)))
        .chain([(0, 0)])
        .collect();
    points.sort_unstable();
    points.dedup_by_key(|p| p.0);
    points
}

/// `1.33` (also of `1.33.4-gke.100`) as two numbers.
fn minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Kubernetes' own autoscaler's estimate of what the OS keeps, in MiB, for a node that GKE's table does not have.
fn fallback_os_reserved_mib(memory_mib: u64, arch: Arch, os: Os) -> u64 {
    let swiotlb = if memory_mib > 3072 { 64 } else { 0 };
    let small = if memory_mib <= 8192 { 8 } else { 0 };
    let ubuntu = if os == Os::Ubuntu { 4 } else { 0 };
    let crash = (memory_mib.saturating_mul(175) / 100_000).min(248);
    let sum = memory_mib / 64 + 16 + swiotlb + small + crash + ubuntu;
    if arch == Arch::Arm64 && os == Os::Cos { sum * 9971 / 10_000 } else { sum }
}
