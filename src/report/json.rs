//! `--format json`: the report as the types of its model, which borrow from it.

use super::model::*;
use super::place::ShownFiles;
use super::{Diagnostic, ReportView, VerdictChange, url, write_json};
use crate::base::source::{Position, Sources, Span};
use crate::diagnostic::{
    ClusterReport, Coverage, Edit, Fix, Label, Level, MissingModule, PoolReport, Requirement, Suppressed, words,
};
use crate::resolve::provenance::Step;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::Map;
use std::borrow::Cow;
use std::io::{Result, Write};

/// Writes the report as JSON. No more of it is in memory than one cluster or finding.
///
/// # Errors
/// What `out` gives.
pub fn json(report: ReportView, sources: &Sources, out: &mut impl Write) -> Result<()> {
    let urls = crate::rules::all().iter().filter_map(|rule| Some((rule.code, url(rule.code)?))).collect();
    let writer = JsonWriter { files: ShownFiles::of(sources), urls };
    write_json(&writer.report(report), out)
}

/// What all items have in common.
struct JsonWriter {
    files: ShownFiles<'static>,
    /// The web address of each rule's page.
    urls: FxHashMap<&'static str, String>,
}

fn some(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(Cow::from)
}

impl JsonWriter {
    fn report<'r>(&'r self, report: ReportView<'r>) -> JsonReport<'r, impl Serialize, impl Serialize> {
        let all = report.report();
        JsonReport {
            version: VERSION,
            kfplint: env!("CARGO_PKG_VERSION").into(),
            verdict: all.verdict,
            clusters: Streamed(move || all.clusters.iter().map(|c| self.cluster(c))),
            diagnostics: Streamed(move || report.findings().map(|d| self.diagnostic(d))),
            coverage: coverage(&all.coverage),
            configuration: all.configuration.as_ref().map(|c| c.json()),
            summary: JsonSummary {
                errors: report.count(Level::Error),
                warnings: report.count(Level::Warning),
                notes: report.count(Level::Note),
                suppressed: report.suppressed(),
            },
            shard: all.shard.clone(),
            baseline: all.baseline.as_ref().map(|held| JsonBaseline { known: held.known, gone: (&held.gone).into() }),
            since: all.since.as_ref().map(|since| JsonSince {
                reference: (&since.reference).into(),
                new: since.new,
                changed: since.changed,
                gone: since.gone,
                verdicts: since.verdicts.iter().map(change).collect(),
            }),
        }
    }

    fn cluster<'r>(&'r self, cluster: &'r ClusterReport) -> JsonCluster<'r> {
        JsonCluster {
            root: (&cluster.root).into(),
            environment: some(cluster.environment.as_ref()),
            address: (&cluster.address).into(),
            verdict: cluster.verdict,
            location: cluster.location.map(|span| self.location(span)),
            requirements: cluster.requirements.iter().map(requirement).collect(),
            node_pools: cluster.node_pools.iter().map(pool).collect(),
            more: Map::new(),
        }
    }

    fn diagnostic<'r>(&'r self, diagnostic: &'r Diagnostic) -> JsonDiagnostic<'r> {
        let f = &diagnostic.finding;
        let label =
            |label: &'r Label| JsonLabel { location: self.location(label.span), message: (&label.message).into() };
        let step =
            |step: &'r Step| JsonLabel { location: self.location(step.span), message: words::step(&step.kind).into() };
        JsonDiagnostic {
            code: f.code.into(),
            name: f.name.into(),
            level: f.level,
            message: f.text(),
            root: (&diagnostic.root).into(),
            address: some(f.address.as_ref()),
            cluster: some(f.cluster.as_ref()),
            primary: f.span().map(|span| self.location(span)),
            origin: f.origin().map(|step| self.location(step.span)),
            trace: f.trace.iter().map(step).collect(),
            related: f.related.iter().map(label).collect(),
            help: (&f.help).into(),
            write: f.written().iter().map(|edit| self.write(edit)).collect(),
            fixes: f.fixes.iter().map(|fix| self.fix(fix)).collect(),
            url: some(self.urls.get(f.code)),
            fingerprint: (&diagnostic.fingerprint).into(),
            suppressed: f.suppressed.as_ref().map(|s| self.suppressed(s)),
            environments: diagnostic.environments.iter().map(|e| (&e.environment).into()).collect(),
            more: Map::new(),
        }
    }

    fn suppressed<'r>(&'r self, suppressed: &'r Suppressed) -> JsonSuppressed<'r> {
        JsonSuppressed {
            reason: some(suppressed.reason.as_ref()),
            until: some(suppressed.until.as_ref()),
            location: self.location(suppressed.location),
        }
    }

    fn write<'r>(&'r self, edit: &'r Edit) -> JsonWrite<'r> {
        let how = if edit.inserts() { How::Insert } else { How::Replace };
        JsonWrite { text: (&edit.text).into(), location: self.location(edit.span), how }
    }

    fn fix<'r>(&'r self, fix: &'r Fix) -> JsonFix<'r> {
        let edit = |edit: &'r Edit| JsonEdit { location: self.location(edit.span), text: (&edit.text).into() };
        JsonFix { title: (&fix.title).into(), safety: fix.safety, edits: fix.edits.iter().map(edit).collect() }
    }

    fn location(&self, span: Span) -> JsonLocation<'_> {
        let (start, end) = self.files.positions(span);
        JsonLocation { file: self.files.name(span).into(), start: position(start), end: position(end) }
    }
}

fn change(change: &VerdictChange) -> JsonChange<'_> {
    JsonChange {
        root: (&change.root).into(),
        environment: some(change.environment.as_ref()),
        address: (&change.address).into(),
        before: change.before,
        now: change.now,
    }
}

fn requirement(requirement: &Requirement) -> JsonRequirement<'_> {
    JsonRequirement {
        code: requirement.code.into(),
        name: requirement.name.into(),
        status: requirement.status,
        reason: (&requirement.reason).into(),
        decides: (&requirement.decides).into(),
        because_of: requirement.because_of.iter().map(|code| Cow::from(*code)).collect(),
        more: Map::new(),
    }
}

fn pool(pool: &PoolReport) -> JsonPool<'_> {
    JsonPool {
        address: (&pool.address).into(),
        nodes: pool.nodes.map(|(min, max)| JsonNodes { min, max }),
        machine_type: some(pool.machine_type.as_ref()),
        vcpus: pool.vcpus,
        memory_mib: pool.memory_mib,
        allocatable: pool.allocatable.map(|(cpu_m, memory_mib)| JsonAllocatable { cpu_m, memory_mib }),
        counts: pool.counts,
        why_not: some(pool.why_not.as_ref()),
        more: Map::new(),
    }
}

fn coverage(coverage: &Coverage) -> JsonCoverage<'_> {
    fn skipped((path, why): &(String, String)) -> JsonSkipped<'_> {
        JsonSkipped { path: path.into(), why: why.into() }
    }
    fn missing(module: &MissingModule) -> JsonMissingModule<'_> {
        JsonMissingModule {
            address: (&module.address).into(),
            source: (&module.source).into(),
            version: some(module.version.as_ref()),
            known: !module.open,
        }
    }
    fn block((address, why): &(String, String)) -> JsonUndecidedBlock<'_> {
        JsonUndecidedBlock { address: address.into(), why: why.into() }
    }
    JsonCoverage {
        files: coverage.files as u64,
        skipped: coverage.skipped.iter().chain(&coverage.excluded).map(skipped).collect(),
        modules_missing: coverage.modules_missing.iter().map(missing).collect(),
        undecided_blocks: coverage.undecided_blocks.iter().map(block).collect(),
    }
}

fn position(position: Position) -> JsonPosition {
    JsonPosition { line: position.line, column: position.column, offset: position.offset }
}

/// A place as JSON has it: file, start and end.
pub fn location(span: Span, sources: &Sources) -> JsonLocation<'static> {
    let file = sources.get(span.file);
    let at =
        |offset| position(file.as_ref().map_or(Position { line: 1, column: 1, offset }, |file| file.position(offset)));
    JsonLocation { file: super::path(span, sources).into(), start: at(span.start), end: at(span.end) }
}
