//! What the scheduler sees of a pool's nodes: taints and labels, those of GKE's own included.
//!
//! Sources: GKE's documentation on node taints and labels, Arm workloads, GPUs and Windows nodes.

use super::fit::{Pod, Room, Taint};
use super::pool::{Pool, PoolKind};
use super::view::View;
use crate::catalog::allocatable::Allocatable;
use crate::catalog::gke::Overhead;
use crate::catalog::machine::Arch;
use std::collections::BTreeMap;

/// Taints, labels and GPUs of a pool's nodes; `None` where one of them is not known.
pub struct NodeTraits {
    /// Taints.
    pub taints: Vec<Taint>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// GPUs on a node.
    pub gpus: u64,
}

/// Pods of GKE's own on a node, in all: those that run on every node, and its share of the others.
const OWN_PODS: u64 = 10;

/// What pods of the user's own find free on a node that may have so many pods: GKE's pods are taken off.
pub fn free(left: &Allocatable, system: &Overhead, gpus: u64, max_pods: u64) -> Room {
    Room {
        cpu_m: left.cpu_m.saturating_sub(system.node_cpu_m),
        memory_mib: left.memory_mib.saturating_sub(system.node_memory_mib),
        gpus,
        pods: max_pods.saturating_sub(OWN_PODS),
    }
}

/// GKE's own pods that run once come as two halves: they are several, and small.
pub fn own_pods(system: &Overhead) -> [Pod; 2] {
    let room = Room { cpu_m: system.cluster_cpu_m / 2, memory_mib: system.cluster_memory_mib / 2, gpus: 0, pods: 0 };
    let half = Pod { name: "GKE's own pods".into(), room, ..Pod::default() };
    [half.clone(), half]
}

/// Labels that Kubernetes and GKE give nodes and [`NodeTraits`] has.
const OWN: [&str; 7] = [
    "cloud.google.com/gke-accelerator",
    "cloud.google.com/gke-nodepool",
    "cloud.google.com/gke-spot",
    "cloud.google.com/machine-family",
    "kubernetes.io/arch",
    "kubernetes.io/os",
    "node.kubernetes.io/instance-type",
];
/// Domains of labels that Kubernetes and GKE give nodes.
const DOMAINS: [&str; 5] = ["kubernetes.io", "k8s.io", "gke.io", "google.com", "gke.goog"];

/// Whether nodes have a label only where [`NodeTraits`] says so: it is among [`OWN`], or somebody's own.
pub fn is_known_label(key: &str) -> bool {
    let domain = key.split_once('/').map_or("", |(domain, _)| domain);
    let of = |known: &&str| domain.strip_suffix(*known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    OWN.contains(&key) || !DOMAINS.iter().any(of)
}

impl NodeTraits {
    /// Reads those of a pool.
    pub fn of(pool: &Pool) -> Option<NodeTraits> {
        let machine = pool.machine.machine.known()?;
        let mut marks = NodeTraits { taints: Vec::new(), labels: BTreeMap::new(), gpus: 0 };
        let arm = machine.arch == Arch::Arm64;
        marks.label("kubernetes.io/arch", if arm { "arm64" } else { "amd64" });
        marks.label("node.kubernetes.io/instance-type", &machine.name);
        marks.label("cloud.google.com/machine-family", machine.name.split('-').next().unwrap_or_default());
        if arm {
            marks.taint("kubernetes.io/arch", "arm64", "NoSchedule");
        }
        if let PoolKind::Separate | PoolKind::Inline = pool.kind
            && let Some(name) = pool.view.text("name")
        {
            marks.label("cloud.google.com/gke-nodepool", name.known()?);
        }
        if pool.kind == PoolKind::Default {
            marks.label("cloud.google.com/gke-nodepool", "default-pool");
        }
        if *pool.spot.known()? {
            marks.label("cloud.google.com/gke-spot", "true");
        }
        marks.label("kubernetes.io/os", "linux");
        if let Some(config) = &pool.config {
            marks.configured(config)?;
        }
        if machine.has_accelerator() || marks.gpus > 0 {
            marks.gpus = marks.gpus.max(machine.accelerator_count.into());
        }
        if *pool.gpu_taint.known()? {
            marks.taint("nvidia.com/gpu", "present", "NoSchedule");
        }
        if machine.accelerator.is_some_and(|kind| kind.contains("tpu")) {
            marks.gpus = 0;
            marks.taint("google.com/tpu", "present", "NoSchedule");
        }
        if pool.view.block("queued_provisioning").is_some_and(|b| !b.flag("enabled", false).is_false()) {
            marks.taint("cloud.google.com/gke-queued", "true", "NoSchedule");
        }
        Some(marks)
    }

    fn configured(&mut self, config: &View) -> Option<()> {
        let image = config.text("image_type");
        let windows = match &image {
            Some(image) => image.known()?.to_ascii_uppercase().starts_with("WINDOWS"),
            None => false,
        };
        if windows {
            self.label("kubernetes.io/os", "windows");
            self.taint("node.kubernetes.io/os", "windows", "NoSchedule");
        }
        if config.block("sandbox_config").is_some() {
            self.taint("sandbox.gke.io/runtime", "gvisor", "NoSchedule");
        }
        for taint in config.blocks("taint") {
            let text = |name: &str| {
                taint.text(name).map_or(Some(String::new()), |t| t.known().map(|t| t.as_str().to_string()))
            };
            if taint.uncertain.is_some() {
                return None;
            }
            let effect = match text("effect")?.as_str() {
                "NO_SCHEDULE" => "NoSchedule",
                "NO_EXECUTE" => "NoExecute",
                _ => "PreferNoSchedule",
            };
            self.taint(&text("key")?, &text("value")?, effect);
        }
        if let Some(labels) = config.get("labels") {
            for (key, value) in labels.entries()? {
                self.label(key, value.as_str()?);
            }
        }
        for accelerator in config.blocks("guest_accelerator") {
            if accelerator.uncertain.is_some() {
                return None;
            }
            let count = accelerator.number("count", 1).known()?;
            self.gpus += count;
            if let (1.., Some(kind)) = (count, accelerator.text("type")) {
                self.label("cloud.google.com/gke-accelerator", kind.known()?);
            }
        }
        Some(())
    }

    fn label(&mut self, key: &str, value: &str) {
        self.labels.insert(key.into(), value.into());
    }

    fn taint(&mut self, key: &str, value: &str, effect: &str) {
        self.taints.push(Taint { key: key.into(), value: value.into(), effect: effect.into() });
    }
}
