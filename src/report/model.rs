//! The JSON report, version 1, as types: `--format json` writes them, `kfplint merge` reads them, and the published schema is
//! made from them. Fields stand in the order in which they are written.
//!
//! A field without which earlier versions wrote reports has a default. Clusters, requirements, node pools and findings keep
//! the fields of later versions in `more`; elsewhere such a field is an error.

use super::KnownFinding;
use crate::diagnostic::{Level, Safety, Status, Verdict};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

/// The version of the format.
pub const VERSION: u64 = 1;

/// A report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonReport {
    /// The version of this format.
    #[cfg_attr(test, schemars(extend("const" = VERSION)))]
    pub version: u64,
    /// The version of kfplint.
    pub kfplint: String,
    /// The verdict of the run.
    pub verdict: Verdict,
    /// All clusters, by root and address.
    #[serde(default)]
    pub clusters: Vec<JsonCluster>,
    /// All findings, by file, place and code.
    pub diagnostics: Vec<JsonDiagnostic>,
    /// Files read, and everything that was not checked.
    #[serde(default)]
    pub coverage: JsonCoverage,
    /// The configuration that was used.
    #[serde(default)]
    pub configuration: Option<JsonConfiguration>,
    /// How many findings there are, without those that are suppressed.
    #[serde(default)]
    pub summary: JsonSummary,
    /// The part of the root modules that was checked, as `1/4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Known findings, which the report leaves out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<JsonBaseline>,
    /// The comparison with an earlier commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<JsonSince>,
}

/// A cluster with every rule's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonCluster {
    /// The root module's path.
    pub root: String,
    /// The environment for which it was evaluated.
    pub environment: Option<String>,
    /// Its address.
    pub address: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// The header of its block.
    pub location: Option<JsonLocation>,
    /// The answers of the rules, by code.
    #[serde(default)]
    pub requirements: Vec<JsonRequirement>,
    /// Its node pools.
    #[serde(default)]
    pub node_pools: Vec<JsonPool>,
    /// Fields of later versions.
    #[serde(flatten)]
    #[cfg_attr(test, schemars(skip))]
    pub more: Map<String, Value>,
}

/// One rule's answer for one cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonRequirement {
    /// The rule's code.
    pub code: String,
    /// The rule's name.
    pub name: String,
    /// The answer.
    pub status: Status,
    /// Why.
    pub reason: String,
    /// The inputs that would decide it, where it is undecided.
    pub decides: Vec<String>,
    /// The codes of the findings, on the same cluster or root module, that tell of it: it has none of its own.
    #[serde(default)]
    pub because_of: Vec<String>,
    /// Fields of later versions.
    #[serde(flatten)]
    #[cfg_attr(test, schemars(skip))]
    pub more: Map<String, Value>,
}

/// A node pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonPool {
    /// Its address; for the default pool, the cluster's.
    pub address: String,
    /// Fewest and most nodes over all zones.
    pub nodes: Option<JsonNodes>,
    /// The machine type.
    pub machine_type: Option<String>,
    /// vCPU of the machine type.
    #[serde(serialize_with = "without_fraction")]
    pub vcpus: Option<f64>,
    /// Nominal memory in MiB.
    pub memory_mib: Option<u64>,
    /// CPU and memory of a node that pods can use.
    pub allocatable: Option<JsonAllocatable>,
    /// Whether its nodes count for Kubeflow Pipelines.
    pub counts: Option<bool>,
    /// Why they do not, or why it is not known.
    pub why_not: Option<String>,
    /// Fields of later versions.
    #[serde(flatten)]
    #[cfg_attr(test, schemars(skip))]
    pub more: Map<String, Value>,
}

/// A number of nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonNodes {
    /// The fewest.
    pub min: u64,
    /// The most.
    pub max: u64,
}

/// CPU and memory of a node that pods can use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonAllocatable {
    /// CPU in thousandths of a core.
    pub cpu_m: u64,
    /// Memory in MiB.
    pub memory_mib: u64,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonDiagnostic {
    /// The rule's code.
    pub code: String,
    /// The rule's name.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// One sentence on the fault.
    pub message: String,
    /// The root module's path.
    pub root: String,
    /// The resource's address.
    pub address: Option<String>,
    /// The address of the cluster that it concerns.
    pub cluster: Option<String>,
    /// The place of the fault; `null` where it is not in the text of a file.
    pub primary: Option<JsonLocation>,
    /// The literal to edit, where the trace ends; `null` where it is at the primary place or outside of the files.
    #[serde(default)]
    pub origin: Option<JsonLocation>,
    /// How the value came to the primary place, nearest first.
    #[serde(default)]
    pub trace: Vec<JsonLabel>,
    /// Other places that explain it.
    #[serde(default)]
    pub related: Vec<JsonLabel>,
    /// Advice: a sentence or a piece of Terraform each.
    #[serde(default)]
    pub help: Vec<String>,
    /// What the help says to write, as data: made together, these edits take the finding away.
    #[serde(default)]
    pub write: Vec<JsonWrite>,
    /// Ready changes.
    #[serde(default)]
    pub fixes: Vec<JsonFix>,
    /// The rule's page.
    pub url: Option<String>,
    /// Stays the same while rule, root module, environment, address and attribute do.
    pub fingerprint: String,
    /// The suppression; `null` where it counts.
    pub suppressed: Option<JsonSuppressed>,
    /// The environments in which it holds, where some are configured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
    /// Fields of later versions.
    #[serde(flatten)]
    #[cfg_attr(test, schemars(skip))]
    pub more: Map<String, Value>,
}

/// A place with a remark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonLabel {
    /// The place.
    pub location: JsonLocation,
    /// The remark.
    pub message: String,
}

/// A range of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonLocation {
    /// The file's path, with forward slashes.
    pub file: String,
    /// Its first character.
    pub start: JsonPosition,
    /// The place after its last character.
    pub end: JsonPosition,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonPosition {
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// In bytes from the start of the file.
    pub offset: u32,
}

/// A change that resolves a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonFix {
    /// The change in a few words, as an imperative.
    pub title: String,
    /// Whether it may be applied unseen.
    pub safety: Safety,
    /// Its replacements.
    pub edits: Vec<JsonEdit>,
}

/// A replacement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonEdit {
    /// The text that is replaced; an empty range inserts.
    pub location: JsonLocation,
    /// The new text.
    pub text: String,
}

/// Text to write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonWrite {
    /// The text.
    pub text: String,
    /// The place; an empty range where text is inserted.
    pub location: JsonLocation,
    /// How it is written there.
    pub how: How,
}

/// How text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// At the place, beside what is there.
    Insert,
    /// In place of what is there.
    Replace,
}

/// The suppression of a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonSuppressed {
    /// Why.
    pub reason: Option<String>,
    /// The last day on which it is, as `2027-01-31`.
    pub until: Option<String>,
    /// The place where it is written.
    pub location: JsonLocation,
}

/// Files read, and everything that was not checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonCoverage {
    /// How many files were read.
    #[serde(default)]
    pub files: u64,
    /// Files and folders that were skipped.
    #[serde(default)]
    pub skipped: Vec<JsonSkipped>,
    /// Modules that are not on disk.
    #[serde(default)]
    pub modules_missing: Vec<JsonMissingModule>,
    /// Blocks whose number or presence is not known.
    #[serde(default)]
    pub undecided_blocks: Vec<JsonUndecidedBlock>,
}

/// A file or folder that was skipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonSkipped {
    /// The file or folder.
    pub path: String,
    /// Why.
    pub why: String,
}

/// A module that is not on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonMissingModule {
    /// The call's address.
    pub address: String,
    /// The source as written.
    pub source: String,
    /// The version constraint.
    pub version: Option<String>,
    /// Whether kfplint knows the resources that it creates, or that it creates none.
    #[serde(default)]
    pub known: bool,
}

/// A block whose number or presence is not known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonUndecidedBlock {
    /// Its address.
    pub address: String,
    /// Why.
    pub why: String,
}

/// The configuration that was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonConfiguration {
    /// Its path.
    pub file: String,
    /// Everything that it turns off: codes of rules, then the rest in words.
    pub turns_off: Vec<String>,
}

/// How many findings there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonSummary {
    /// Of level error.
    pub errors: usize,
    /// Of level warning.
    pub warnings: usize,
    /// Of level note.
    pub notes: usize,
    /// Suppressed, of any level.
    pub suppressed: usize,
}

/// Known findings, which the report leaves out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonBaseline {
    /// How many findings are known.
    pub known: usize,
    /// Entries that are not found any more.
    pub gone: Vec<KnownFinding>,
}

/// The comparison of a report with an earlier commit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonSince {
    /// The commit as the user named it.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Findings that were not there.
    pub new: usize,
    /// Findings that had another level or message, or were suppressed.
    pub changed: usize,
    /// Findings that are not there any more.
    pub gone: usize,
    /// Clusters whose verdict is new or changed.
    pub verdicts: Vec<JsonChange>,
}

/// A cluster whose verdict changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonChange {
    /// The root module's path.
    pub root: String,
    /// The environment.
    pub environment: Option<String>,
    /// The cluster's address.
    pub address: String,
    /// The earlier verdict; `null` where there was no such cluster.
    pub before: Option<Verdict>,
    /// The current verdict; `null` where the cluster is gone.
    pub now: Option<Verdict>,
}

/// A number without a fraction where it has none: `2`, not `2.0`.
fn without_fraction<S: Serializer>(value: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => to.serialize_some(&(*value as i64)),
        value => value.serialize(to),
    }
}
