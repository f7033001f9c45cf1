//! Memory that a node's configuration keeps from pods: huge pages, and a soft eviction threshold above the hard one.
//!
//! Sources: the GKE API's `LinuxNodeConfig.hugepages` and `NodeKubeletConfig.evictionSoft`; Kubernetes: huge pages come off
//! the allocatable memory, and below the soft threshold pods are evicted.

use super::fact::{Fact, Interval};
use super::view::{AttributePlace, View};
use crate::catalog::allocatable::EVICTION_MIB;
use crate::cty::value::Reasons;

/// Memory that a node's configuration keeps from pods.
#[derive(Clone, Debug)]
pub struct KeptMemory {
    /// How much, in MiB.
    pub mib: Interval,
    /// The block that keeps it, or the last of them.
    pub place: Option<AttributePlace>,
}

/// What a node's configuration keeps from pods.
pub fn kept(config: Option<&View>) -> KeptMemory {
    let nothing = || KeptMemory { mib: Interval::exact(0), place: None };
    let Some(config) = config else { return nothing() };
    let pages = config.block("linux_node_config").and_then(|linux| inside(&linux, "hugepages_config"));
    let soft = config.block("kubelet_config").and_then(|kubelet| inside(&kubelet, "eviction_soft"));
    if pages.is_none() && soft.is_none() {
        return nothing();
    }
    let mut place = pages.as_ref().map(|(pages, _)| pages.own_place());
    let pages = pages.map_or(Interval::exact(0), |(pages, doubt)| {
        let of = |name: &str, mib: u64| pages.number(name, 0).times(&Interval::exact(mib));
        perhaps(of("hugepage_size_2m", 2).plus(&of("hugepage_size_1g", 1024)), doubt.as_ref())
    });
    place = soft.as_ref().map(|(soft, _)| soft.own_place()).or(place);
    let soft = soft.map_or(Interval::exact(0), |(soft, doubt)| perhaps(above_hard(&soft), doubt.as_ref()));
    KeptMemory { mib: pages.plus(&soft), place }
}

/// A block in a block, and why it is not certain that it is there.
fn inside<'p>(outer: &View<'p>, name: &str) -> Option<(View<'p>, Option<Reasons>)> {
    let inner = outer.block(name)?;
    let doubt = outer.uncertain.clone().or_else(|| inner.uncertain.clone());
    Some((inner, doubt))
}

fn perhaps(mib: Interval, doubt: Option<&Reasons>) -> Interval {
    doubt.map_or_else(|| mib.clone(), |reasons| mib.hull(&Interval::exact(0), reasons))
}

fn above_hard(soft: &View) -> Interval {
    let Some(text) = soft.text("memory_available") else { return Interval::exact(0) };
    match text.map(|text| mib(text)) {
        Fact::Known(Some(mib)) => Interval::exact(mib.saturating_sub(EVICTION_MIB)).hide(text.is_hidden()),
        Fact::Known(None) => Interval::exact(0),
        open => Interval::any(open.reasons().cloned().unwrap_or_default()),
    }
}

/// A Kubernetes quantity of memory (`500Mi`, `1Gi`, `1G`) in MiB.
fn mib(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 7] = [
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("k", 1000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("", 1),
    ];
    let (number, bytes) = UNITS.iter().find_map(|(unit, bytes)| Some((text.trim().strip_suffix(unit)?, *bytes)))?;
    Some(number.parse::<u64>().ok()?.saturating_mul(bytes) >> 20)
}

#[cfg(test)]
mod tests {
    use super::mib;

    #[test]
    fn quantities_of_memory_are_read() {
        let read = ["500Mi", "2Gi", "1048576Ki", "2G", "1073741824", "50%"].map(mib);
        assert_eq!(read, [Some(500), Some(2048), Some(1024), Some(1907), Some(1024), None]);
    }
}
