//! Facts compiled into the binary.
//!
//! Nothing is parsed or unpacked when the program starts: a fact is looked up in place, or decoded on first use. Where
//! each fact comes from stands in `facts/README.md`.

pub mod allocatable;
pub mod data_sources;
pub mod gke;
pub mod iam;
pub mod kfp;
pub mod language;
pub mod limits;
pub mod location;
pub mod machine;
mod memo;
pub mod modules;
pub mod provider_checks;
pub mod provider_defaults;
pub mod schema;
pub mod scope;
pub mod services;
mod table;

/// The days of the facts that change most (`facts/README.md`), for `--version`.
pub const FACTS: &str = "facts: Google Cloud of 2026-08-22, Kubernetes versions of 2026-10-02, Kubeflow Pipelines 1.8.5 to 2.17.0 and of 2026-08-22";
