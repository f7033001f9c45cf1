//! What GKE does when the configuration does not say.
//!
//! Sources: the google provider's documentation and code (2026-08-21), the GKE API's discovery document (2026), gcpdiag.
//! System pods: requests observed on nodes from GKE 1.23 to 1.36; there is no official list.

use super::memo::Memo;
use super::table::{Table, table};
use std::borrow::Cow;
use std::collections::BTreeMap;

static SYSTEM_PODS: Table = table!("gke_system_pods", 5);

/// The machine type of nodes whose configuration names none.
pub const MACHINE_TYPE: &str = "e2-medium";
/// The size of boot disks in GB where none is given.
pub const DISK_SIZE_GB: u64 = 100;
/// Pods allowed on a node where nothing else is said.
pub const MAX_PODS_PER_NODE: u64 = 110;
/// The service account's name that means the Compute Engine default service account.
pub const DEFAULT_SERVICE_ACCOUNT: &str = "default";
/// What the Compute Engine default service account's email ends with, after the project number.
pub const COMPUTE_ACCOUNT_SUFFIX: &str = "-compute@developer.gserviceaccount.com";
/// The role that Google recommends for a node's service account.
pub const NODE_ROLE: &str = "roles/container.defaultNodeServiceAccount";
/// Taint effects that keep pods without a toleration off a node, as the provider writes them.
pub const BLOCKING_TAINT_EFFECTS: [&str; 2] = ["NO_SCHEDULE", "NO_EXECUTE"];
/// Scopes of nodes that node auto-provisioning makes where none are given.
pub const AUTO_PROVISIONING_SCOPES: [&str; 2] =
    ["https://www.googleapis.com/auth/logging.write", "https://www.googleapis.com/auth/monitoring"];
/// Scopes of nodes with a named service account and no scopes of their own (recorded API replies).
pub const NAMED_ACCOUNT_SCOPES: [&str; 2] =
    ["https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/userinfo.email"];
/// Release channels.
pub const RELEASE_CHANNELS: [&str; 5] = ["UNSPECIFIED", "RAPID", "REGULAR", "STABLE", "EXTENDED"];
/// Metadata modes of a node pool; `GKE_METADATA` is the one that Workload Identity needs.
pub const WORKLOAD_METADATA_MODES: [&str; 3] = ["MODE_UNSPECIFIED", "GCE_METADATA", "GKE_METADATA"];

/// Whether an email stands for the Compute Engine default service account.
pub fn is_default_account(email: &str) -> bool {
    let email = email.trim();
    email.is_empty() || email == DEFAULT_SERVICE_ACCOUNT || email.ends_with(COMPUTE_ACCOUNT_SUFFIX)
}

/// A cloud resource's name without what stands before the last slash: `projects/p` is `p`.
pub fn last_part(text: &str) -> Cow<'_, str> {
    text.trim_end_matches('/').rsplit('/').next().unwrap_or(text).into()
}

/// A pod of GKE's own, as observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SystemPod {
    /// Its name without suffixes.
    pub component: &'static str,
    /// On every node, or once (or a few times) in the cluster.
    pub per_node: bool,
    /// CPU that it requests, in thousandths of a core.
    pub cpu_m: u64,
    /// Memory that it requests, in MiB; `None` where only CPU was observed.
    pub memory_mib: Option<u64>,
    /// When it is there; empty for always.
    pub condition: &'static str,
}

/// Which of GKE's features a cluster has, as far as they bring pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Features {
    /// Workload Identity on the node pool (`GKE_METADATA`).
    pub workload_identity: bool,
    /// NodeLocal DNSCache.
    pub node_local_dns: bool,
    /// Dataplane V2, which has no kube-proxy (what its own agent requests was not observed).
    pub dataplane_v2: bool,
    /// Network policy by Calico.
    pub network_policy: bool,
}

/// What GKE's own pods request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overhead {
    /// On each node: CPU in thousandths of a core.
    pub node_cpu_m: u64,
    /// On each node: memory in MiB.
    pub node_memory_mib: u64,
    /// Once in the cluster, beside that: CPU in thousandths of a core.
    pub cluster_cpu_m: u64,
    /// Once in the cluster, beside that: memory in MiB.
    pub cluster_memory_mib: u64,
}

/// All observations, oldest first.
pub fn system_pods() -> impl Iterator<Item = SystemPod> {
    SYSTEM_PODS.rows().filter_map(|row| {
        Some(SystemPod {
            component: row.text(0),
            per_node: row.text(1) == "per_node",
            cpu_m: row.number(2)?,
            memory_mib: row.number(3),
            condition: row.text(4),
        })
    })
}

/// What GKE's own pods request in a cluster with these features: of each component the newest observation that has its
/// memory. Logging, monitoring, managed Prometheus and the persistent disk driver are taken to be on, as by default;
/// kube-dns counts twice.
pub fn overhead(features: Features) -> Overhead {
    static KNOWN: Memo<Features, Overhead> = Memo::new();
    *KNOWN.get(&features, || sum_up(features))
}

fn sum_up(features: Features) -> Overhead {
    let newest: BTreeMap<_, _> = system_pods()
        .filter(|p| p.memory_mib.is_some() && !p.condition.contains("arm64"))
        .map(|p| ((p.component, p.per_node), p))
        .collect();
    let mut sum = Overhead::default();
    for pod in newest.values().filter(|p| present(p.condition, features)) {
        let copies = if pod.component == "kube-dns" { 2 } else { 1 };
        let (cpu, memory) = (pod.cpu_m * copies, pod.memory_mib.unwrap_or(0) * copies);
        if pod.per_node {
            sum.node_cpu_m += cpu;
            sum.node_memory_mib += memory;
        } else {
            sum.cluster_cpu_m += cpu;
            sum.cluster_memory_mib += memory;
        }
    }
    sum
}

fn present(condition: &str, features: Features) -> bool {
    match condition {
        "not on Dataplane V2" => !features.dataplane_v2,
        "NodeLocal DNSCache" => features.node_local_dns,
        "ip-masq-agent" => false,
        c if c.starts_with("Workload Identity") => features.workload_identity,
        c if c.starts_with("network policy") => features.network_policy && !features.dataplane_v2,
        _ => true,
    }
}
