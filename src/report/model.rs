//! The JSON report, version 1, as types: `--format json` writes them, `kfplint merge` reads them, and the published schema is
//! made from them. Fields stand in the order in which they are written.
//!
//! Texts are borrowed where a report is written from what a run found, and owned where one is read.
//!
//! A field without which earlier versions wrote reports has a default. Clusters, requirements, node pools and findings keep
//! the fields of later versions in `more`; elsewhere such a field is an error.

use super::KnownFinding;
use crate::diagnostic::{Level, Safety, Status, Verdict};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The version of the format.
pub const VERSION: u64 = 1;

// Where it is written, clusters and findings are made one at a time: they are `Streamed`.
/// A report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(bound = "C: schemars::JsonSchema + Default + Serialize, D: schemars::JsonSchema"))]
pub struct JsonReport<'r, C = Vec<JsonCluster<'r>>, D = Vec<JsonDiagnostic<'r>>> {
    /// The version of this format.
    #[cfg_attr(test, schemars(extend("const" = VERSION)))]
    pub version: u64,
    /// The version of kfplint.
    pub kfplint: String,
    /// The verdict of the run.
    pub verdict: Verdict,
    /// All clusters, by root and address.
    #[serde(default)]
    pub clusters: C,
    /// All findings, by file, place and code.
    pub diagnostics: D,
    /// Files read, and everything that was not checked.
    #[serde(default)]
    pub coverage: JsonCoverage<'r>,
    /// The configuration that was used.
    #[serde(default)]
    pub configuration: Option<JsonConfiguration<'r>>,
    /// How many findings there are, without those that are suppressed.
    #[serde(default)]
    pub summary: JsonSummary,
    /// The part of the root modules that was checked, as `1/4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Known findings, which the report leaves out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<JsonBaseline<'r>>,
    /// The comparison with an earlier commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<JsonSince<'r>>,
}

/// A cluster with every rule's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonCluster<'r> {
    /// The root module's path.
    pub root: Cow<'r, str>,
    /// The environment for which it was evaluated.
    pub environment: Option<Cow<'r, str>>,
    /// Its address.
    pub address: Cow<'r, str>,
    /// Its verdict.
    pub verdict: Verdict,
    /// The header of its block.
    pub location: Option<JsonLocation<'r>>,
    /// The answers of the rules, by code.
    #[serde(default)]
    pub requirements: Vec<JsonRequirement<'r>>,
    /// Its node pools.
    #[serde(default)]
    pub node_pools: Vec<JsonPool<'r>>,
    /// Fields of later versions.
    #[serde(flatten)]
    #[cfg_attr(test, schemars(skip))]
    pub more: Map<String, Value>,
}

/// One rule's answer for one cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonRequirement<'r> {
    /// The rule's code.
    pub code: Cow<'r, str>,
    /// The rule's name.
    pub name: Cow<'r, str>,
    /// The answer.
    pub status: Status,
    /// Why.
    pub reason: Cow<'r, str>,
    /// The inputs that would decide it, where it is undecided.
    pub decides: Cow<'r, [String]>,
    /// The codes of the findings, on the same cluster or root module, that tell of it: it has none of its own.
    #[serde(default)]
    pub because_of: Vec<Cow<'r, str>>,
    /// Fields of later versions.
    #[serde(flatten)]
    #[cfg_attr(test, schemars(skip))]
    pub more: Map<String, Value>,
}

/// A node pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonPool<'r> {
    /// Its address; for the default pool, the cluster's.
    pub address: Cow<'r, str>,
    /// Fewest and most nodes over all zones.
    pub nodes: Option<JsonNodes>,
    /// The machine type.
    pub machine_type: Option<Cow<'r, str>>,
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
    pub why_not: Option<Cow<'r, str>>,
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
pub struct JsonDiagnostic<'r> {
    /// The rule's code.
    pub code: Cow<'r, str>,
    /// The rule's name.
    pub name: Cow<'r, str>,
    /// Its level.
    pub level: Level,
    /// One sentence on the fault.
    pub message: Cow<'r, str>,
    /// The root module's path.
    pub root: Cow<'r, str>,
    /// The resource's address.
    pub address: Option<Cow<'r, str>>,
    /// The address of the cluster that it concerns.
    pub cluster: Option<Cow<'r, str>>,
    /// The place of the fault; `null` where it is not in the text of a file.
    pub primary: Option<JsonLocation<'r>>,
    /// The literal to edit, where the trace ends; `null` where it is at the primary place or outside of the files.
    #[serde(default)]
    pub origin: Option<JsonLocation<'r>>,
    /// How the value came to the primary place, nearest first.
    #[serde(default)]
    pub trace: Vec<JsonLabel<'r>>,
    /// Other places that explain it.
    #[serde(default)]
    pub related: Vec<JsonLabel<'r>>,
    /// Advice: a sentence or a piece of Terraform each.
    #[serde(default)]
    pub help: Cow<'r, [String]>,
    /// What the help says to write, as data: made together, these edits take the finding away.
    #[serde(default)]
    pub write: Vec<JsonWrite<'r>>,
    /// Ready changes.
    #[serde(default)]
    pub fixes: Vec<JsonFix<'r>>,
    /// The rule's page.
    pub url: Option<Cow<'r, str>>,
    /// Stays the same while rule, root module, environment, address and attribute do.
    pub fingerprint: Cow<'r, str>,
    /// The suppression; `null` where it counts.
    pub suppressed: Option<JsonSuppressed<'r>>,
    /// The environments in which it holds, where some are configured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<Cow<'r, str>>,
    /// Fields of later versions.
    #[serde(flatten)]
    #[cfg_attr(test, schemars(skip))]
    pub more: Map<String, Value>,
}

/// A place with a remark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonLabel<'r> {
    /// The place.
    pub location: JsonLocation<'r>,
    /// The remark.
    pub message: Cow<'r, str>,
}

/// A range of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonLocation<'r> {
    /// The file's path, with forward slashes.
    pub file: Cow<'r, str>,
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
pub struct JsonFix<'r> {
    /// The change in a few words, as an imperative.
    pub title: Cow<'r, str>,
    /// Whether it may be applied unseen.
    pub safety: Safety,
    /// Its replacements.
    pub edits: Vec<JsonEdit<'r>>,
}

/// A replacement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonEdit<'r> {
    /// The text that is replaced; an empty range inserts.
    pub location: JsonLocation<'r>,
    /// The new text.
    pub text: Cow<'r, str>,
}

/// Text to write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonWrite<'r> {
    /// The text.
    pub text: Cow<'r, str>,
    /// The place; an empty range where text is inserted.
    pub location: JsonLocation<'r>,
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
pub struct JsonSuppressed<'r> {
    /// Why.
    pub reason: Option<Cow<'r, str>>,
    /// The last day on which it is, as `2027-01-31`.
    pub until: Option<Cow<'r, str>>,
    /// The place where it is written.
    pub location: JsonLocation<'r>,
}

/// Files read, and everything that was not checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonCoverage<'r> {
    /// How many files were read.
    #[serde(default)]
    pub files: u64,
    /// Files and folders that were skipped.
    #[serde(default)]
    pub skipped: Vec<JsonSkipped<'r>>,
    /// Modules that are not on disk.
    #[serde(default)]
    pub modules_missing: Vec<JsonMissingModule<'r>>,
    /// Blocks whose number or presence is not known.
    #[serde(default)]
    pub undecided_blocks: Vec<JsonUndecidedBlock<'r>>,
}

/// A file or folder that was skipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonSkipped<'r> {
    /// The file or folder.
    pub path: Cow<'r, str>,
    /// Why.
    pub why: Cow<'r, str>,
}

/// A module that is not on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonMissingModule<'r> {
    /// The call's address.
    pub address: Cow<'r, str>,
    /// The source as written.
    pub source: Cow<'r, str>,
    /// The version constraint.
    pub version: Option<Cow<'r, str>>,
    /// Whether kfplint knows the resources that it creates, or that it creates none.
    #[serde(default)]
    pub known: bool,
}

/// A block whose number or presence is not known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonUndecidedBlock<'r> {
    /// Its address.
    pub address: Cow<'r, str>,
    /// Why.
    pub why: Cow<'r, str>,
}

/// The configuration that was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonConfiguration<'r> {
    /// Its path.
    pub file: Cow<'r, str>,
    /// Everything that it turns off: codes of rules, then the rest in words.
    pub turns_off: Cow<'r, [String]>,
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
pub struct JsonBaseline<'r> {
    /// How many findings are known.
    pub known: usize,
    /// Entries that are not found any more.
    pub gone: Cow<'r, [KnownFinding]>,
}

/// The comparison of a report with an earlier commit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonSince<'r> {
    /// The commit as the user named it.
    #[serde(rename = "ref")]
    pub reference: Cow<'r, str>,
    /// Findings that were not there.
    pub new: usize,
    /// Findings that had another level or message, or were suppressed.
    pub changed: usize,
    /// Findings that are not there any more.
    pub gone: usize,
    /// Clusters whose verdict is new or changed.
    pub verdicts: Vec<JsonChange<'r>>,
}

/// A cluster whose verdict changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JsonChange<'r> {
    /// The root module's path.
    pub root: Cow<'r, str>,
    /// The environment.
    pub environment: Option<Cow<'r, str>>,
    /// The cluster's address.
    pub address: Cow<'r, str>,
    /// The earlier verdict; `null` where there was no such cluster.
    pub before: Option<Verdict>,
    /// The current verdict; `null` where the cluster is gone.
    pub now: Option<Verdict>,
}

/// A list whose items are made when they are written, one at a time.
pub struct Streamed<F>(pub F);

impl<F, I> Serialize for Streamed<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq((self.0)())
    }
}

/// A number without a fraction where it has none: `2`, not `2.0`.
fn without_fraction<S: Serializer>(value: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => to.serialize_some(&(*value as i64)),
        value => value.serialize(to),
    }
}
