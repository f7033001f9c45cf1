//! What a comparison took out of a report: with a baseline, or with an earlier state of the tree.

use crate::diagnostic::{ClusterReport, Level, Verdict};
use serde::{Deserialize, Serialize};

/// One known finding. The fingerprint and the level count; the rest is for readers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KnownFinding {
    /// The rule's code.
    pub code: String,
    /// The root module.
    pub root: String,
    /// The environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The resource's address.
    #[serde(default)]
    pub address: Option<String>,
    /// Its level: one that has become worse, such as what was undecided, is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// What identifies it.
    pub fingerprint: String,
}

/// What a baseline took out of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// How many findings are known.
    pub known: usize,
    /// Entries that are not found any more.
    pub gone: Vec<KnownFinding>,
}

/// What was compared with what, and what is not in the report for that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// The commit as the user named it.
    pub reference: String,
    /// Findings that were not there.
    pub new: usize,
    /// Findings that had another level or message, or were suppressed.
    pub changed: usize,
    /// Findings that are not there any more.
    pub gone: usize,
    /// Clusters whose verdict is new or another.
    pub verdicts: Vec<VerdictChange>,
    /// All clusters of now.
    pub clusters: usize,
    /// The highest level of what is new or worse; what is suppressed does not count. An error that says something else than
    /// before counts as worse: a cluster that had two nodes and has one is no better. So does a requirement that was not
    /// unmet, also where another one's finding tells of it.
    pub worst: Option<Level>,
    /// Something was judged then and is not now: a requirement is undecided, a file skipped or a module missing that was
    /// not. What is new counts too.
    pub is_less_known: bool,
}

/// A cluster whose verdict is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictChange {
    /// The root module.
    pub root: String,
    /// The environment.
    pub environment: Option<String>,
    /// The cluster's address.
    pub address: String,
    /// The verdict then; `None` where there was no such cluster.
    pub before: Option<Verdict>,
    /// The verdict now; `None` where there is none any more.
    pub now: Option<Verdict>,
}

impl Since {
    /// The verdict that a cluster had, where it has another now.
    pub fn before(&self, cluster: &ClusterReport) -> Option<Verdict> {
        let same = |v: &&VerdictChange| {
            (&v.root, &v.environment, &v.address) == (&cluster.root, &cluster.environment, &cluster.address)
        };
        self.verdicts.iter().find(same)?.before
    }
}
