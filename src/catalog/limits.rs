//! What GKE refuses although Terraform plans it: by machine series, accelerator and Kubernetes version.
//!
//! Sources: GKE's own autoscaler of 2026-08-21, which says what auto-provisioning takes, and API messages that users quote;
//! `gcloud container get-server-config` and release notes up to 2026-10. What has one secondary source only is unverified.

use super::machine::{self, Machine};
use super::table::{Row, Table, table};

static SERIES: Table = table!("series_limits", 11);
static ACCELERATORS: Table = table!("accelerators", 6);
static VERSIONS: Table = table!("gke_versions", 3);

/// The month up to which Kubernetes versions were seen.
pub const VERSIONS_DATE: &str = "2026-10";

/// Something that a machine series takes or does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// Types of boot disks.
    BootDisks,
    /// GPUs and TPUs.
    Accelerators,
    /// Technologies of confidential nodes.
    Confidential,
    /// Node images.
    Images,
}

impl Limited {
    /// All of them.
    pub const ALL: [Limited; 4] = [Limited::BootDisks, Limited::Accelerators, Limited::Confidential, Limited::Images];

    fn name(self) -> &'static str {
        match self {
            Limited::BootDisks => "boot_disks",
            Limited::Accelerators => "accelerators",
            Limited::Confidential => "confidential",
            Limited::Images => "images",
        }
    }
}

/// What a machine series takes.
#[derive(Clone, Copy)]
pub struct SeriesLimits(Row);

/// The limits of a series, if it is in the facts.
pub fn series(name: &str) -> Option<SeriesLimits> {
    SERIES.find(name).map(SeriesLimits)
}

impl SeriesLimits {
    fn has(self, column: usize, limited: Limited) -> bool {
        self.0.text(column).split_whitespace().any(|field| field == limited.name())
    }

    /// Whether no source says what the series takes.
    pub fn is_unsourced(self, limited: Limited) -> bool {
        self.has(9, limited)
    }

    /// Whether more than one secondary source says so.
    pub fn is_verified(self, limited: Limited) -> bool {
        !self.has(10, limited)
    }

    /// What the series takes; nothing where it takes none, or no source says so.
    pub fn takes(self, limited: Limited) -> impl Iterator<Item = &'static str> {
        let text = match limited {
            Limited::BootDisks => machine::series(self.0.text(0)).map_or("", |series| series.boot_disks()),
            Limited::Accelerators => self.0.text(1),
            Limited::Confidential => self.0.text(2),
            Limited::Images => self.0.text(4),
        };
        text.split_whitespace().filter(|word| *word != "none")
    }

    /// Whether machines of the series can have a type of disk attached from which they are not known to boot.
    pub fn attaches(self, disk: &str) -> bool {
        self.0.text(5).split_whitespace().any(|attachable| attachable == disk)
    }

    /// The CPU platforms that machines of the series have, oldest first: none where no platform can be asked for, `None` where
    /// no source says.
    pub fn cpu_platforms(self) -> Option<impl Iterator<Item = &'static str>> {
        Some(self.0.some(6)?.split('|').filter(|platform| *platform != "none"))
    }

    /// How many local SSDs a machine of the series can have beside none; `None` where machine types differ, or no source says.
    pub fn local_ssds(self) -> Option<impl Iterator<Item = u64>> {
        Some(self.0.some(7)?.split_whitespace().filter_map(|count| count.parse().ok()))
    }

    /// Whether machines of the series are known not to be placed close together.
    pub fn lacks_compact_placement(self) -> bool {
        self.0.text(8) == "no"
    }

    /// Whether the facts say anything of it.
    pub fn says(self, limited: Limited) -> bool {
        match limited {
            Limited::Accelerators => self.0.some(1).is_some(),
            Limited::Confidential => self.0.some(2).is_some(),
            _ => self.takes(limited).next().is_some(),
        }
    }

    /// Whether a machine type of the series can be confidential with this technology; `None` if that is not known.
    pub fn can_be_confidential(self, machine: &str, technology: &str) -> Option<bool> {
        self.says(Limited::Confidential).then(|| {
            let mut only = self.0.text(3).split_whitespace().peekable();
            let type_can = only.peek().is_none() || only.any(|name| name == machine);
            type_can && self.takes(Limited::Confidential).any(|known| known == technology)
        })
    }
}

/// Whether some machine series has this CPU platform.
pub fn is_cpu_platform(name: &str) -> bool {
    SERIES.rows().any(|row| row.text(6).split('|').any(|platform| platform == name))
}

/// A GPU or TPU.
#[derive(Clone, Copy)]
pub struct Accelerator(Row);

/// The accelerator of this name, if it is in the facts and verified.
pub fn accelerator(name: &str) -> Option<Accelerator> {
    ACCELERATORS.find(name).filter(|row| row.flag(5)).map(Accelerator)
}

impl Accelerator {
    /// The machine series that has it, or that it can be attached to.
    pub fn series(self) -> &'static str {
        self.0.text(1)
    }

    /// Whether it comes with machine types, and is not attached.
    pub fn is_built_in(self) -> bool {
        self.0.text(2) == "built_in"
    }

    /// The counts that a machine can have.
    pub fn counts(self) -> impl Iterator<Item = u64> {
        self.0.text(3).split_whitespace().filter_map(|count| count.parse().ok())
    }

    /// The most vCPU of a machine with so many of it; `None` if nothing bounds them.
    pub fn most_vcpus(self, count: u64) -> Option<u32> {
        let pairs = self.0.text(4).split_whitespace().filter_map(|pair| pair.split_once(':'));
        pairs
            .filter_map(|(of, most)| Some((of.parse::<u64>().ok()?, most.parse().ok()?)))
            .find(|(of, _)| *of == count)
            .map(|(_, most)| most)
    }

    /// Whether a machine can have so many of it.
    pub fn fits(self, machine: &Machine, count: u64) -> bool {
        match self.is_built_in() {
            true => u64::from(machine.accelerator_count) == count,
            false => {
                self.counts().any(|n| n == count) && self.most_vcpus(count).is_none_or(|most| machine.vcpus <= most)
            }
        }
    }
}

/// Whether GKE makes clusters and nodes with a version of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// It does, or may.
    Yes,
    /// It does not any more.
    NoMore,
    /// The version is newer than the facts.
    Newer,
}

/// Whether GKE makes clusters with this version, as `1.34` or `1.34.1-gke.100`; `None` where it is no version.
pub fn offered(version: &str) -> Option<Offered> {
    let wanted = minor(version)?;
    let rows = || VERSIONS.rows().filter_map(|row| Some((minor(row.text(0))?, row)));
    if let Some((_, row)) = rows().find(|(known, _)| *known == wanted) {
        let gone = row.text(1) == "no" && row.flag(2);
        return Some(if gone { Offered::NoMore } else { Offered::Yes });
    }
    let oldest = rows().map(|(known, _)| known).min()?;
    Some(if wanted < oldest { Offered::NoMore } else { Offered::Newer })
}

/// The oldest version of Kubernetes that GKE makes for certain.
pub fn oldest_offered() -> Option<&'static str> {
    let offered = VERSIONS.rows().filter(|row| row.text(1) == "yes");
    offered.min_by_key(|row| minor(row.text(0))).map(|row| row.text(0))
}

/// `(1, 34)` of `1.34.1-gke.100`.
fn minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split(['.', '-']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_has_limits_or_says_that_no_source_has_them() {
        let series_names: std::collections::BTreeSet<&str> = machine::all().map(|machine| machine.series).collect();
        assert!(series_names.len() >= 44, "{series_names:?}");
        let (mut told, mut unsourced) = (0, 0);
        for name in &series_names {
            let limits = series(name).unwrap_or_else(|| panic!("{name} is not in series_limits.csv"));
            for limited in Limited::ALL {
                assert_ne!(limits.says(limited), limits.is_unsourced(limited), "{name}: {limited:?}");
                told += usize::from(limits.says(limited));
                unsourced += usize::from(limits.is_unsourced(limited));
            }
        }
        assert_eq!((told, unsourced), (TOLD, UNSOURCED));
    }

    /// Disks, accelerators and confidential nodes of all series but m4n and x4; images of those with built-in GPUs.
    const TOLD: usize = 42 * 3 + 6;
    const UNSOURCED: usize = 44 * 4 - TOLD;

    #[test]
    fn versions_are_compared_as_numbers() {
        let told = ["1.9", "1.24.17-gke.100", "1.30", "1.31", "1.35.8-gke.1225000", "1.99"].map(offered);
        let all = [Offered::NoMore, Offered::NoMore, Offered::NoMore, Offered::Yes, Offered::Yes, Offered::Newer];
        assert_eq!(told, all.map(Some));
        assert_eq!(["latest", "1", "-", "1.3x"].map(offered), [None; 4]);
    }
}
