//! Custom machine types: `[SERIES-]custom-VCPUS-MEMORY[-ext]` and `e2-custom-(micro|small|medium)-MEMORY`.
//!
//! Limits from Google's custom machine type sample code and the documentation of the general-purpose machine family,
//! 2022 to 2026; the bare `custom-…` is N1.

use super::{Arch, Machine, MachineStatus};
use std::borrow::Cow;
use std::fmt;

/// Which numbers a series allows.
struct Limits {
    /// The series, with `-micro` and so on for E2's shared-core types.
    name: &'static str,
    series: &'static str,
    /// Allowed numbers of vCPUs as (first, last, step).
    vcpus: &'static [(u32, u32, u32)],
    /// Least memory in MiB per vCPU.
    min_per_vcpu: u64,
    /// Most memory in MiB per vCPU without `-ext`.
    max_per_vcpu: u64,
    /// Least and most memory in MiB in all.
    total: (u64, u64),
    /// Most memory in MiB with `-ext`; 0 where there is no `-ext`.
    ext_max: u64,
    /// Thousandths of a vCPU that can be used all the time, for shared-core types.
    sustained: Option<u32>,
    arch: Arch,
    /// Whether all limits are known well enough to reject by.
    verified: bool,
}

const NO_TOTAL: (u64, u64) = (0, u64::MAX);
const BASE: Limits = Limits {
    name: "",
    series: "",
    vcpus: &[],
    min_per_vcpu: 0,
    max_per_vcpu: u64::MAX,
    total: NO_TOTAL,
    ext_max: 0,
    sustained: None,
    arch: Arch::Amd64,
    verified: true,
};
const LIMITS: &[Limits] = &[
    Limits {
        name: "n1",
        series: "n1",
        vcpus: &[(1, 1, 1), (2, 96, 2)],
        min_per_vcpu: 922,
        max_per_vcpu: 6656,
        ext_max: 638_976,
        ..BASE
    },
    Limits {
        name: "e2",
        series: "e2",
        vcpus: &[(2, 32, 2)],
        min_per_vcpu: 512,
        max_per_vcpu: 8192,
        total: (0, 131_072),
        ..BASE
    },
    Limits { name: "e2-micro", series: "e2", vcpus: &[(2, 2, 1)], total: (1024, 2048), sustained: Some(250), ..BASE },
    Limits { name: "e2-small", series: "e2", vcpus: &[(2, 2, 1)], total: (2048, 4096), sustained: Some(500), ..BASE },
    Limits { name: "e2-medium", series: "e2", vcpus: &[(2, 2, 1)], total: (4096, 8192), sustained: Some(1000), ..BASE },
    // The cap with -ext differs by source: the largest one is taken.
    Limits {
        name: "n2",
        series: "n2",
        vcpus: &[(2, 32, 2), (36, 128, 4)],
        min_per_vcpu: 512,
        max_per_vcpu: 8192,
        ext_max: 884_736,
        ..BASE
    },
    Limits {
        name: "n2d",
        series: "n2d",
        vcpus: &[(2, 4, 2), (8, 16, 8), (32, 96, 16)],
        min_per_vcpu: 512,
        max_per_vcpu: 8192,
        ext_max: 786_432,
        ..BASE
    },
    Limits {
        name: "n4",
        series: "n4",
        vcpus: &[(1, 80, 1)],
        max_per_vcpu: 8192,
        ext_max: 655_360,
        verified: false,
        ..BASE
    },
    Limits {
        name: "n4d",
        series: "n4d",
        vcpus: &[(1, 96, 1)],
        max_per_vcpu: 8192,
        ext_max: 786_432,
        verified: false,
        ..BASE
    },
    Limits {
        name: "n4a",
        series: "n4a",
        vcpus: &[(1, 64, 1)],
        max_per_vcpu: 8192,
        ext_max: 524_288,
        arch: Arch::Arm64,
        verified: false,
        ..BASE
    },
    Limits { name: "g2", series: "g2", vcpus: &[(4, 96, 1)], total: (0, 442_368), verified: false, ..BASE },
];

/// Why a name of a custom type's form is no machine type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomError {
    /// It starts as a custom type's name does but is not one.
    Malformed,
    /// The series has no custom types (or none is known that has this name).
    NoSuchSeries(String),
    /// The series does not come with this number of vCPUs; the nearest allowed ones below and above.
    Vcpus {
        /// The number written.
        vcpus: u32,
        /// The next lower number allowed.
        below: Option<u32>,
        /// The next higher number allowed.
        above: Option<u32>,
    },
    /// Memory must be a multiple of 256 MiB.
    NotMultipleOf256(u64),
    /// Memory below the least for this number of vCPUs, in MiB.
    TooLittleMemory {
        /// The memory written, in MiB.
        memory_mib: u64,
        /// The least allowed, in MiB.
        least_mib: u64,
    },
    /// Memory above the most for this number of vCPUs, in MiB.
    TooMuchMemory {
        /// The memory written, in MiB.
        memory_mib: u64,
        /// The most allowed, in MiB.
        most_mib: u64,
        /// Whether `-ext` would allow it.
        ext_allows: bool,
    },
    /// The series has no extended memory (`-ext`).
    NoExtendedMemory(&'static str),
}

impl std::error::Error for CustomError {}

impl fmt::Display for CustomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CustomError::Malformed => f.write_str("a custom type is written SERIES-custom-VCPUS-MEMORY, memory in MiB"),
            CustomError::NoSuchSeries(series) => write!(f, "there are no custom types of the series {series}"),
            CustomError::Vcpus { vcpus, below, above } => {
                write!(f, "there are no custom types with {vcpus} vCPUs in this series")?;
                match (below, above) {
                    (Some(b), Some(a)) => write!(f, "; the nearest are {b} and {a}"),
                    (Some(n), None) | (None, Some(n)) => write!(f, "; the nearest is {n}"),
                    (None, None) => Ok(()),
                }
            }
            CustomError::NotMultipleOf256(memory) => write!(f, "{memory} MiB of memory is not a multiple of 256"),
            CustomError::TooLittleMemory { memory_mib, least_mib } => {
                write!(f, "{memory_mib} MiB of memory is too little: at least {least_mib} for these vCPUs")
            }
            CustomError::TooMuchMemory { memory_mib, most_mib, ext_allows } => {
                write!(f, "{memory_mib} MiB of memory is too much: at most {most_mib}")?;
                if *ext_allows { f.write_str(" without -ext") } else { Ok(()) }
            }
            CustomError::NoExtendedMemory(series) => write!(f, "{series} has no extended memory (-ext)"),
        }
    }
}

/// Reads a custom type's name. `None` if it does not have the form of one at all (no `custom` part).
pub fn custom(name: &str) -> Option<Result<Machine, CustomError>> {
    let parts: Vec<&str> = name.split('-').collect();
    let (series, rest) = match parts.as_slice() {
        ["custom", rest @ ..] => ("n1", rest),
        [series, "custom", rest @ ..] => (*series, rest),
        _ => return None,
    };
    Some(read(name, series, rest))
}

fn read(name: &str, series: &str, rest: &[&str]) -> Result<Machine, CustomError> {
    let (cpu, memory, ext) = match rest {
        [cpu, memory] => (*cpu, *memory, false),
        [cpu, memory, "ext"] => (*cpu, *memory, true),
        _ => return Err(CustomError::Malformed),
    };
    let shared = matches!(cpu, "micro" | "small" | "medium");
    let key = if shared { format!("{series}-{cpu}") } else { series.to_owned() };
    let memory_mib: u64 = digits(memory).ok_or(CustomError::Malformed)?;
    let vcpus: u32 = if shared { 2 } else { digits(cpu).ok_or(CustomError::Malformed)? };
    let limits = LIMITS.iter().find(|l| l.name == key).ok_or_else(|| CustomError::NoSuchSeries(key.clone()))?;
    limits.check_vcpus(vcpus)?;
    limits.check_memory(vcpus, memory_mib, ext)?;
    Ok(Machine {
        name: Cow::Owned(name.to_owned()),
        series: limits.series,
        vcpus,
        sustained_mcpu: limits.sustained.unwrap_or_else(|| vcpus.saturating_mul(1000)),
        memory_mib,
        arch: limits.arch,
        shared_core: shared,
        accelerator: (limits.series == "g2").then_some("nvidia-l4"),
        accelerator_count: u32::from(limits.series == "g2"),
        bare_metal: false,
        status: if limits.verified { MachineStatus::Custom } else { MachineStatus::CustomUnverified },
    })
}

/// A number written in digits alone, without a leading zero.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    plain.then(|| text.parse().ok()).flatten()
}

impl Limits {
    fn check_vcpus(&self, vcpus: u32) -> Result<(), CustomError> {
        let allowed = || self.vcpus.iter().flat_map(|(first, last, step)| (*first..=*last).step_by(*step as usize));
        if allowed().any(|n| n == vcpus) {
            return Ok(());
        }
        let below = allowed().filter(|n| *n < vcpus).max();
        let above = allowed().filter(|n| *n > vcpus).min();
        Err(CustomError::Vcpus { vcpus, below, above })
    }

    fn check_memory(&self, vcpus: u32, memory_mib: u64, ext: bool) -> Result<(), CustomError> {
        if !memory_mib.is_multiple_of(256) {
            return Err(CustomError::NotMultipleOf256(memory_mib));
        }
        if ext && self.ext_max == 0 {
            return Err(CustomError::NoExtendedMemory(self.series));
        }
        let least_mib = (self.min_per_vcpu.saturating_mul(u64::from(vcpus))).max(self.total.0);
        if memory_mib < least_mib {
            return Err(CustomError::TooLittleMemory { memory_mib, least_mib });
        }
        let plain = self.max_per_vcpu.saturating_mul(u64::from(vcpus)).min(self.total.1);
        let most_mib = if ext { self.ext_max } else { plain };
        if memory_mib > most_mib {
            let ext_allows = !ext && memory_mib <= self.ext_max;
            return Err(CustomError::TooMuchMemory { memory_mib, most_mib, ext_allows });
        }
        Ok(())
    }
}
