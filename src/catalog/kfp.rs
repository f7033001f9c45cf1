//! Kubeflow Pipelines: what it runs, as whom, on which Kubernetes, and how its installation shows in Terraform.
//!
//! Sources: the project's kustomize manifests rendered for 12 versions (1.8.5 to the head of August 2026); its CI and
//! release notes for Kubernetes versions, of which there is no official matrix; its issues.

use super::memo::Memo;
use super::table::{Row, Table, table};
use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

static WORKLOADS: Table = table!("kfp_workloads", 16);
static K8S: Table = table!("kfp_k8s_versions", 6);
static IDENTITIES: Table = table!("kfp_identities", 7);
static INSTALLS: Table = table!("kfp_installs", 5);
static ISSUES: Table = table!("kfp_issues", 8);

/// The newest released version with known workloads.
pub const NEWEST: &str = "2.17.0";
/// The namespace of a standalone installation.
pub const NAMESPACE: &str = "kubeflow";
/// The secret whose key lets pipelines act as a service account.
pub const SECRET: &str = "user-gcp-sa";
/// The key in that secret.
pub const SECRET_KEY: &str = "user-gcp-sa.json";
/// The last version whose images are in a registry that has been shut down.
pub const LAST_ON_DEAD_REGISTRY: &str = "2.3.0";

/// A kustomize environment of the standalone installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Env {
    /// `env/dev`: everything in the cluster, with the inverse proxy's agent.
    Dev,
    /// `env/gcp`: Cloud SQL and Cloud Storage.
    Gcp,
    /// `env/platform-agnostic`.
    PlatformAgnostic,
}

impl Env {
    /// Its name in the manifests' paths.
    pub fn name(self) -> &'static str {
        match self {
            Env::Dev => "dev",
            Env::Gcp => "gcp",
            Env::PlatformAgnostic => "platform-agnostic",
        }
    }
}

/// A container of a workload, or a volume claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// KFP's version.
    pub version: &'static str,
    /// The environment's name.
    pub env: &'static str,
    /// `Deployment` or `PersistentVolumeClaim`.
    pub kind: &'static str,
    /// The workload's name.
    pub name: &'static str,
    /// How many pods.
    pub replicas: u64,
    /// Whether it is an init container, which runs before the others and not beside them.
    pub init: bool,
    /// The container's name.
    pub container: &'static str,
    /// The image.
    pub image: &'static str,
    /// CPU requested, in thousandths of a core.
    pub cpu_m: u64,
    /// Memory requested, in MiB.
    pub memory_mib: u64,
    /// CPU limit, in thousandths of a core; 0 for none.
    pub cpu_limit_m: u64,
    /// Memory limit, in MiB; 0 for none.
    pub memory_limit_mib: u64,
    /// The Kubernetes service account.
    pub service_account: &'static str,
    /// Whether it uses the host's network, and so the node's Google account.
    pub host_network: bool,
    /// A volume claim's size and access mode, or a node selector.
    pub extra: &'static str,
}

/// A pod: what its containers request together (Kubernetes' rule: the sum, or the largest init container if that is
/// more).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PodRequest {
    /// The workload's name.
    pub name: &'static str,
    /// CPU requested, in thousandths of a core.
    pub cpu_m: u64,
    /// Memory requested, in MiB.
    pub memory_mib: u64,
}

fn workload(row: Row) -> Workload {
    Workload {
        version: row.text(0),
        env: row.text(1),
        kind: row.text(2),
        name: row.text(3),
        replicas: row.number(5).unwrap_or(0),
        init: row.text(6) == "init",
        container: row.text(7),
        image: row.text(8),
        cpu_m: cpu(row.text(9)),
        memory_mib: memory(row.text(10)),
        cpu_limit_m: cpu(row.text(11)),
        memory_limit_mib: memory(row.text(12)),
        service_account: row.text(13),
        host_network: row.text(14) == "yes",
        extra: row.text(15),
    }
}

/// A Kubernetes CPU quantity (`250m`, `1`) in thousandths.
fn cpu(text: &str) -> u64 {
    match text.strip_suffix('m') {
        Some(milli) => milli.parse().unwrap_or(0),
        None => text.parse::<u64>().unwrap_or(0) * 1000,
    }
}

/// A Kubernetes memory quantity (`500Mi`, `1Gi`) in MiB.
fn memory(text: &str) -> u64 {
    match text.strip_suffix("Gi") {
        Some(gib) => gib.parse::<u64>().unwrap_or(0) * 1024,
        None => text.strip_suffix("Mi").and_then(|mib| mib.parse().ok()).unwrap_or(0),
    }
}

/// The versions with known workloads, oldest first (`HEAD` is the development branch of [`HEAD_DATE`]).
pub fn versions() -> &'static [&'static str] {
    static ALL: LazyLock<Vec<&'static str>> = LazyLock::new(sorted_versions);
    &ALL
}

fn sorted_versions() -> Vec<&'static str> {
    let mut all: Vec<_> = WORKLOADS.rows().map(|row| row.text(0)).collect();
    all.dedup();
    all.sort_by_cached_key(|version| key(version));
    all.dedup();
    all
}

/// The day of the development branch that `HEAD` stands for (`facts/README.md`).
pub const HEAD_DATE: &str = "2026-08-22";

/// How messages name a version: `HEAD` says nothing to a reader.
pub fn title(version: &str) -> String {
    if version == "HEAD" { format!("of {HEAD_DATE}") } else { version.to_string() }
}

/// The version with known workloads that stands for `version`: the newest one not newer, else the oldest one.
pub fn nearest(version: &str) -> &'static str {
    let all = versions();
    let not_newer = all.iter().rev().find(|v| compare(v, version) != Ordering::Greater);
    not_newer.or(all.first()).copied().unwrap_or(NEWEST)
}

/// The containers and volume claims of a version (one of [`versions`]) in an environment.
pub fn workloads(version: &str, env: Env) -> impl Iterator<Item = Workload> {
    WORKLOADS.rows().filter(move |row| row.text(0) == version && row.text(1) == env.name()).map(workload)
}

/// The pods of a version in an environment, with what each requests; one entry a replica.
pub fn pods(version: &str, env: Env) -> Arc<Vec<PodRequest>> {
    static KNOWN: Memo<(&'static str, Env), Vec<PodRequest>> = Memo::new();
    let Some(version) = versions().iter().find(|v| **v == version).copied() else { return Arc::default() };
    KNOWN.get(&(version, env), || pods_of(version, env))
}

fn pods_of(version: &str, env: Env) -> Vec<PodRequest> {
    let mut pods: Vec<(PodRequest, u64, u64, u64)> = Vec::new();
    for w in workloads(version, env).filter(|w| w.kind != "PersistentVolumeClaim") {
        let known = pods.iter().position(|(p, ..)| p.name == w.name);
        let at = known.unwrap_or_else(|| {
            pods.push((PodRequest { name: w.name, cpu_m: 0, memory_mib: 0 }, 0, 0, w.replicas));
            pods.len() - 1
        });
        let Some((pod, init_cpu, init_memory, _)) = pods.get_mut(at) else { continue };
        if w.init {
            (*init_cpu, *init_memory) = ((*init_cpu).max(w.cpu_m), (*init_memory).max(w.memory_mib));
        } else {
            pod.cpu_m += w.cpu_m;
            pod.memory_mib += w.memory_mib;
        }
    }
    let whole = |(p, cpu, memory, n): (PodRequest, u64, u64, u64)| {
        let pod = PodRequest { cpu_m: p.cpu_m.max(cpu), memory_mib: p.memory_mib.max(memory), ..p };
        (0..n).map(move |_| pod)
    };
    pods.into_iter().flat_map(whole).collect()
}

/// Orders versions such as `1.8.22`, `2.0.0-alpha.7`, `v2.5.0` and `HEAD` (after all others); pre-releases come before
/// their release.
pub fn compare(a: &str, b: &str) -> Ordering {
    key(a).cmp(&key(b))
}

/// Major, minor, patch, 1 for a release and 0 for a pre-release, the pre-release's kind and number.
fn key(version: &str) -> (u64, u64, u64, u8, &str, u64) {
    let version = version.strip_prefix('v').unwrap_or(version);
    let (numbers, pre) = version.split_once('-').map_or((version, None), |(n, p)| (n, Some(p)));
    let mut parts = numbers.split('.').map(|p| p.parse().ok());
    let Some(major) = parts.next().flatten() else { return (u64::MAX, 0, 0, 1, "", 0) };
    let mut next = || parts.next().flatten().unwrap_or(0);
    let (minor, patch) = (next(), next());
    match pre {
        None => (major, minor, patch, 1, "", 0),
        Some(pre) => {
            let (kind, number) = pre.split_once('.').unwrap_or((pre, ""));
            (major, minor, patch, 0, kind, number.parse().unwrap_or(0))
        }
    }
}

/// The Kubernetes minor versions that a KFP version was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KubernetesRange {
    /// The lowest one tested, such as `1.29`; `None` if not known.
    pub min: Option<&'static str>,
    /// The highest one tested.
    pub max: Option<&'static str>,
    /// Whether it certainly fails above `max`, rather than not having been tested.
    pub max_is_hard: bool,
    /// What that rests on.
    pub evidence: &'static str,
}

/// The Kubernetes versions for a KFP version (with or without `v`); `None` for one newer than the data, or no version.
pub fn kubernetes_range(version: &str) -> Option<KubernetesRange> {
    let within = |row: &Row| {
        compare(row.text(0), version) != Ordering::Greater && compare(version, row.text(1)) != Ordering::Greater
    };
    K8S.rows().find(within).map(|row| KubernetesRange {
        min: row.some(2),
        max: row.some(3),
        max_is_hard: row.flag(4),
        evidence: row.text(5),
    })
}

/// A Kubernetes service account of KFP's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its name.
    pub ksa: &'static str,
    /// What runs as it.
    pub used_by: &'static str,
    roles: &'static str,
    /// Where the roles must be granted: `bucket`, `project`, `node` (it acts as the node's account); empty if it needs
    /// no Google identity.
    pub role_on: &'static str,
    /// The first version that has it; `None` for from the start.
    pub from: Option<&'static str>,
    /// The last version that has it; `None` for up to now.
    pub until: Option<&'static str>,
}

impl Identity {
    /// The roles that it needs; for pipeline steps the least.
    pub fn roles(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.roles.split_whitespace()
    }

    /// Whether Workload Identity should bind it to a Google service account.
    pub fn needs_binding(&self) -> bool {
        !self.roles.is_empty()
    }
}

/// KFP's Kubernetes service accounts.
pub fn identities() -> impl ExactSizeIterator<Item = Identity> {
    IDENTITIES.rows().map(|row| Identity {
        ksa: row.text(0),
        used_by: row.text(1),
        roles: row.text(2),
        role_on: row.text(3),
        from: row.some(4),
        until: row.some(5),
    })
}

/// A mark that an installation (or the intent of one) leaves in Terraform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstallMark {
    /// Its kind, such as `kubectl-apply-kustomize`.
    pub kind: &'static str,
    /// Where to look.
    pub looks_in: &'static str,
    /// The text to look for.
    pub pattern: &'static str,
    /// Whether it installs; otherwise it shows intent only.
    pub installs: bool,
    /// More on it.
    pub note: &'static str,
}

/// Marks of an installation.
pub fn install_marks() -> impl ExactSizeIterator<Item = InstallMark> {
    INSTALLS.rows().map(|row| InstallMark {
        kind: row.text(0),
        looks_in: row.text(1),
        pattern: row.text(2),
        installs: row.flag(3),
        note: row.text(4),
    })
}

/// A breakage that users reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issue {
    /// A short name.
    pub id: &'static str,
    /// What the user saw.
    pub symptom: &'static str,
    /// Why.
    pub cause: &'static str,
    /// What in Terraform predicts it.
    pub predictor: &'static str,
    /// Where it was reported.
    pub url: &'static str,
    /// How sure that is.
    pub confidence: &'static str,
    /// The codes of the rules that predict it, with spaces between.
    pub rules: &'static str,
    /// Why no rule does, where none does.
    pub unpredicted: Option<&'static str>,
}

/// Reported breakages, sorted by their short names.
pub fn issues() -> impl ExactSizeIterator<Item = Issue> {
    ISSUES.rows().map(|row| Issue {
        id: row.text(0),
        symptom: row.text(1),
        cause: row.text(2),
        predictor: row.text(3),
        url: row.text(4),
        confidence: row.text(5),
        rules: row.text(6),
        unpredicted: row.some(7),
    })
}
