//! What the check of one root module gives.

use super::{Finding, Level};
use crate::base::source::Span;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What a rule says of one cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The requirement holds.
    Met,
    /// It does not.
    Unmet,
    /// It cannot be known statically.
    Undecided,
    /// It does not apply to this cluster.
    NotApplicable,
}

/// One rule's answer for one cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The rule's code.
    pub code: &'static str,
    /// The rule's name.
    pub name: &'static str,
    /// The level of the rule: only error-level requirements decide the verdict.
    pub level: Level,
    /// The answer.
    pub status: Status,
    /// Why, one sentence.
    pub reason: String,
    /// What would decide it, as the user writes it (`var.size`); empty unless undecided.
    pub decides: Vec<String>,
    /// The codes of the findings, on the same cluster or root module, that tell of it: it has none of its own.
    pub because_of: Vec<&'static str>,
    /// All its findings were set aside: it does not decide the verdict.
    pub suppressed: bool,
}

impl Requirement {
    /// The reason, with the codes of the findings that tell more.
    pub fn why(&self) -> Cow<'_, str> {
        match self.because_of.is_empty() {
            true => Cow::Borrowed(&self.reason),
            false => format!("{} (see {})", self.reason, self.because_of.join(", ")).into(),
        }
    }
}

/// The overall answer for a cluster or a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every error-level requirement holds or does not apply.
    Ready,
    /// At least one error-level requirement is unmet.
    NotReady,
    /// None is unmet, but at least one cannot be decided.
    Undecided,
}

impl Verdict {
    /// A cluster's verdict: only requirements of level error that are not suppressed decide it.
    pub fn of(requirements: &[Requirement]) -> Verdict {
        let any = |status| requirements.iter().any(|r| r.level == Level::Error && r.status == status && !r.suppressed);
        match (any(Status::Unmet), any(Status::Undecided)) {
            (true, _) => Verdict::NotReady,
            (false, true) => Verdict::Undecided,
            (false, false) => Verdict::Ready,
        }
    }
}

/// A node pool as the report shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolReport {
    /// The pool's address; for the default pool, the cluster's.
    pub address: String,
    /// Fewest and most nodes over all zones; `None` where not known.
    pub nodes: Option<(u64, u64)>,
    /// The machine type; `None` where not known.
    pub machine_type: Option<String>,
    /// vCPU of the machine type.
    pub vcpus: Option<f64>,
    /// Nominal memory in MiB.
    pub memory_mib: Option<u64>,
    /// Allocatable CPU in millicores and memory in MiB.
    pub allocatable: Option<(u64, u64)>,
    /// Whether its nodes count for KFP; `None` where not known.
    pub counts: Option<bool>,
    /// Why they do not, or why it is not known.
    pub why_not: Option<String>,
}

/// One cluster with every rule's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterReport {
    /// The root module's path as the user would write it.
    pub root: String,
    /// The environment's name, if one was configured.
    pub environment: Option<String>,
    /// The cluster's full address.
    pub address: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The header of the cluster's block.
    pub location: Option<Span>,
    /// The answers, in the order of the rules' codes.
    pub requirements: Vec<Requirement>,
    /// Its pools.
    pub node_pools: Vec<PoolReport>,
}

/// What was looked at and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// How many files were read.
    pub files: usize,
    /// Files and folders that were passed over: path and why.
    pub skipped: Vec<(String, String)>,
    /// What is not planned because the configuration says so: path and why. It makes nothing undecided.
    pub excluded: Vec<(String, String)>,
    /// Modules that are not on disk: call address, source, and where.
    pub modules_missing: Vec<MissingModule>,
    /// Blocks whose number or presence is not known: address and why.
    pub undecided_blocks: Vec<(String, String)>,
}

impl Coverage {
    /// Whether something was left out that may make clusters.
    pub fn is_open(&self) -> bool {
        !self.skipped.is_empty() || self.modules_missing.iter().any(|module| module.open)
    }
}

/// A module call whose source is not on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingModule {
    /// The call's address, such as `module.gke`.
    pub address: String,
    /// The source as written.
    pub source: String,
    /// The version constraint, if any.
    pub version: Option<String>,
    /// What it makes is not known: no facts stand in for it, and the call makes at least one instance.
    pub open: bool,
}

/// What one root module's check gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RootReport {
    /// The root module's path as the user would write it.
    pub root: String,
    /// The environment for which it was evaluated, if one was configured.
    pub environment: Option<String>,
    /// It is an example beside other root modules: what is found in it counts for no verdict and no exit code.
    pub is_example: bool,
    /// Its clusters, by address.
    pub clusters: Vec<ClusterReport>,
    /// Its findings, sorted by place.
    pub findings: Vec<Finding>,
    /// The requirements that other findings tell of, as they are by themselves.
    pub folded: Vec<FoldedRequirement>,
    /// What was looked at.
    pub coverage: Coverage,
}

impl RootReport {
    /// Puts what stands in generated text where the user writes it. Of the errors in one such text, only the first is kept.
    pub fn relocate(&mut self, written: &dyn Fn(Span) -> Span) {
        let mut generated = BTreeSet::new();
        self.findings.retain_mut(|finding| {
            let before = finding.span();
            finding.relocate(written);
            let by = before.zip(finding.span()).filter(|(before, after)| before != after).map(|(_, after)| after);
            by.is_none_or(|by| !finding.code.starts_with("TF") || generated.insert(by))
        });
        for cluster in &mut self.clusters {
            cluster.location = cluster.location.map(written);
        }
    }
}

/// A requirement that other findings tell of, as its rule answers it by itself: for where these findings are not made.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldedRequirement {
    /// The cluster's address.
    pub cluster: String,
    /// The answer.
    pub requirement: Requirement,
    /// The findings.
    pub findings: Vec<Finding>,
}

impl RootReport {
    /// Takes causes that are gone out of the requirements that are because of them. One that has no cause left has its own
    /// answer and findings again.
    pub fn unfold(&mut self, is_gone: impl Fn(&str) -> bool) {
        let mut own: BTreeMap<(String, &str), FoldedRequirement> = BTreeMap::new();
        for folded in self.folded.drain(..) {
            own.insert((folded.cluster.clone(), folded.requirement.code), folded);
        }
        for cluster in &mut self.clusters {
            for requirement in cluster.requirements.iter_mut().filter(|r| !r.because_of.is_empty()) {
                requirement.because_of.retain(|code| !is_gone(code));
                if requirement.because_of.is_empty()
                    && let Some(folded) = own.remove(&(cluster.address.clone(), requirement.code))
                {
                    *requirement = folded.requirement;
                    self.findings.extend(folded.findings);
                }
            }
            cluster.verdict = Verdict::of(&cluster.requirements);
        }
        self.folded.extend(own.into_values());
    }
}
