//! What a cluster must have to be ready: thresholds and lists that a team may replace by its own.

use crate::catalog::{iam, kfp, scope};
use std::sync::LazyLock;

/// A set of requirements. The default is Kubeflow Pipelines' (`kfp`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Nodes that must qualify, over all zones.
    pub nodes: u64,
    /// vCPU that a node needs to qualify.
    pub vcpus: u32,
    /// Nominal memory that a node needs to qualify, in MiB.
    pub memory_mib: u64,
    /// Roles that the nodes' custom service account needs on the project.
    pub roles: Vec<String>,
    /// OAuth scopes that nodes with the Compute Engine default service account need, as URLs.
    pub scopes: Vec<String>,
    /// APIs that must be enabled where the project's services are managed.
    pub apis: Vec<String>,
    /// The Kubernetes namespace of the installation.
    pub namespace: String,
    /// The Kubernetes secret with a service account's key.
    pub secret_name: String,
}

/// APIs that Kubeflow Pipelines on GKE needs (Google's guide).
const APIS: [&str; 5] = [
    "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "iam.googleapis.com",
    "storage.googleapis.com",
];

static KFP: LazyLock<Profile> = LazyLock::new(Profile::default);

impl Profile {
    /// Kubeflow Pipelines' own requirements.
    pub fn kfp() -> &'static Profile {
        &KFP
    }

    /// Whether a machine is big enough.
    pub fn takes(&self, vcpus: u32, memory_mib: u64) -> bool {
        vcpus >= self.vcpus && memory_mib >= self.memory_mib
    }

    /// The least machine in words: `2 vCPU or 4096 MiB` with `or`.
    pub fn machine(&self, and: &str) -> String {
        format!("{} vCPU {and} {} MiB", self.vcpus, self.memory_mib)
    }
}

impl Default for Profile {
    /// Sources: Google's guide "Kubeflow Pipelines on Google Cloud", "Before you begin": 3 nodes of 2 vCPU and 4 GB, the
    /// full scope or a custom service account with four roles.
    fn default() -> Profile {
        let texts = |all: &[&str]| all.iter().map(|t| t.to_string()).collect();
        Profile {
            name: "kfp".into(),
            nodes: 3,
            vcpus: 2,
            memory_mib: 4096,
            roles: texts(&iam::REQUIRED_ROLES),
            scopes: texts(&[scope::CLOUD_PLATFORM]),
            apis: texts(&APIS),
            namespace: kfp::NAMESPACE.into(),
            secret_name: kfp::SECRET.into(),
        }
    }
}
