//! `--format json`: the report as the types of its model.

use super::model::*;
use super::{Diagnostic, Report, VerdictChange, path, url};
use crate::base::source::{Position, Sources, Span};
use crate::diagnostic::{
    ClusterReport, Coverage, Edit, Fix, Label, Level, MissingModule, PoolReport, Requirement, Suppressed, words,
};
use crate::resolve::provenance::Step;
use serde_json::{Map, Value};

/// The report as JSON.
pub fn json(report: &Report, sources: &Sources) -> Value {
    serde_json::to_value(model(report, sources)).unwrap_or_default()
}

fn model(report: &Report, sources: &Sources) -> JsonReport {
    JsonReport {
        version: VERSION,
        kfplint: env!("CARGO_PKG_VERSION").into(),
        verdict: report.verdict,
        clusters: report.clusters.iter().map(|c| cluster(c, sources)).collect(),
        diagnostics: report.diagnostics.iter().map(|d| diagnostic(d, sources)).collect(),
        coverage: coverage(&report.coverage),
        configuration: report.configuration.as_ref().map(|c| c.json()),
        summary: JsonSummary {
            errors: report.count(Level::Error),
            warnings: report.count(Level::Warning),
            notes: report.count(Level::Note),
            suppressed: report.suppressed(),
        },
        shard: report.shard.clone(),
        baseline: report.baseline.as_ref().map(|held| JsonBaseline { known: held.known, gone: held.gone.clone() }),
        since: report.since.as_ref().map(|since| JsonSince {
            reference: since.reference.clone(),
            new: since.new,
            changed: since.changed,
            gone: since.gone,
            verdicts: since.verdicts.iter().map(change).collect(),
        }),
    }
}

fn change(change: &VerdictChange) -> JsonChange {
    JsonChange {
        root: change.root.clone(),
        environment: change.environment.clone(),
        address: change.address.clone(),
        before: change.before,
        now: change.now,
    }
}

fn cluster(cluster: &ClusterReport, sources: &Sources) -> JsonCluster {
    JsonCluster {
        root: cluster.root.clone(),
        environment: cluster.environment.clone(),
        address: cluster.address.clone(),
        verdict: cluster.verdict,
        location: cluster.location.map(|span| location(span, sources)),
        requirements: cluster.requirements.iter().map(requirement).collect(),
        node_pools: cluster.node_pools.iter().map(pool).collect(),
        more: Map::new(),
    }
}

fn requirement(requirement: &Requirement) -> JsonRequirement {
    JsonRequirement {
        code: requirement.code.into(),
        name: requirement.name.into(),
        status: requirement.status,
        reason: requirement.reason.clone(),
        decides: requirement.decides.clone(),
        because_of: requirement.because_of.iter().map(ToString::to_string).collect(),
        more: Map::new(),
    }
}

fn pool(pool: &PoolReport) -> JsonPool {
    JsonPool {
        address: pool.address.clone(),
        nodes: pool.nodes.map(|(min, max)| JsonNodes { min, max }),
        machine_type: pool.machine_type.clone(),
        vcpus: pool.vcpus,
        memory_mib: pool.memory_mib,
        allocatable: pool.allocatable.map(|(cpu_m, memory_mib)| JsonAllocatable { cpu_m, memory_mib }),
        counts: pool.counts,
        why_not: pool.why_not.clone(),
        more: Map::new(),
    }
}

fn diagnostic(diagnostic: &Diagnostic, sources: &Sources) -> JsonDiagnostic {
    let f = &diagnostic.finding;
    let label = |label: &Label| JsonLabel { location: location(label.span, sources), message: label.message.clone() };
    let step = |step: &Step| JsonLabel { location: location(step.span, sources), message: words::step(&step.kind) };
    JsonDiagnostic {
        code: f.code.into(),
        name: f.name.into(),
        level: f.level,
        message: f.text().into_owned(),
        root: diagnostic.root.clone(),
        address: f.address.clone(),
        cluster: f.cluster.clone(),
        primary: f.span().map(|span| location(span, sources)),
        origin: f.origin().map(|step| location(step.span, sources)),
        trace: f.trace.iter().map(step).collect(),
        related: f.related.iter().map(label).collect(),
        help: f.help.clone(),
        write: f.written().iter().map(|edit| write(edit, sources)).collect(),
        fixes: f.fixes.iter().map(|x| fix(x, sources)).collect(),
        url: url(f.code),
        fingerprint: diagnostic.fingerprint.clone(),
        suppressed: f.suppressed.as_ref().map(|s| suppressed(s, sources)),
        environments: diagnostic.environments.iter().map(|e| e.environment.clone()).collect(),
        more: Map::new(),
    }
}

fn suppressed(suppressed: &Suppressed, sources: &Sources) -> JsonSuppressed {
    JsonSuppressed {
        reason: suppressed.reason.clone(),
        until: suppressed.until.clone(),
        location: location(suppressed.location, sources),
    }
}

fn write(edit: &Edit, sources: &Sources) -> JsonWrite {
    let how = if edit.inserts() { How::Insert } else { How::Replace };
    JsonWrite { text: edit.text.clone(), location: location(edit.span, sources), how }
}

fn fix(fix: &Fix, sources: &Sources) -> JsonFix {
    let edit = |edit: &Edit| JsonEdit { location: location(edit.span, sources), text: edit.text.clone() };
    JsonFix { title: fix.title.clone(), safety: fix.safety, edits: fix.edits.iter().map(edit).collect() }
}

fn coverage(coverage: &Coverage) -> JsonCoverage {
    let missing = |m: &MissingModule| JsonMissingModule {
        address: m.address.clone(),
        source: m.source.clone(),
        version: m.version.clone(),
        known: !m.open,
    };
    let skipped = |(path, why): &(String, String)| JsonSkipped { path: path.clone(), why: why.clone() };
    let block = |(address, why): &(String, String)| JsonUndecidedBlock { address: address.clone(), why: why.clone() };
    JsonCoverage {
        files: coverage.files as u64,
        skipped: coverage.skipped.iter().chain(&coverage.excluded).map(skipped).collect(),
        modules_missing: coverage.modules_missing.iter().map(missing).collect(),
        undecided_blocks: coverage.undecided_blocks.iter().map(block).collect(),
    }
}

/// A place as JSON has it: file, start and end.
pub fn location(span: Span, sources: &Sources) -> JsonLocation {
    let file = sources.get(span.file);
    let position = |offset| {
        let p = file.as_ref().map(|f| f.position(offset)).unwrap_or(Position { line: 1, column: 1, offset });
        JsonPosition { line: p.line, column: p.column, offset: p.offset }
    };
    JsonLocation { file: path(span, sources), start: position(span.start), end: position(span.end) }
}
