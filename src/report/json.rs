//! `--format json`, version 1.

use super::{Change, Configuration, Diagnostic, Report, path, url, word};
use crate::base::source::{Position, Sources, Span};
use crate::diagnostic::{
    ClusterReport, Coverage, Fix, Level, PoolReport, Requirement, Safety, Status, Suppressed, Verdict, words,
};
use crate::resolve::provenance::Step;
use serde_json::{Value, json};

/// The report as JSON.
pub fn json(report: &Report, sources: &Sources) -> Value {
    let mut out = json!({
        "version": 1,
        "kfplint": env!("CARGO_PKG_VERSION"),
        "verdict": verdict(report.verdict),
        "clusters": report.clusters.iter().map(|c| cluster(c, sources)).collect::<Vec<_>>(),
        "diagnostics": report.diagnostics.iter().map(|d| diagnostic(d, sources)).collect::<Vec<_>>(),
        "coverage": coverage(&report.coverage),
        "configuration": report.configuration.as_ref().map(Configuration::json),
        "summary": {
            "errors": report.count(Level::Error),
            "warnings": report.count(Level::Warning),
            "notes": report.count(Level::Note),
            "suppressed": report.suppressed(),
        },
    });
    if let Some(shard) = &report.shard {
        out["shard"] = json!(shard);
    }
    if let Some(held) = &report.baseline {
        out["baseline"] = json!({ "known": held.known, "gone": held.gone });
    }
    if let Some(since) = &report.since {
        let verdicts: Vec<Value> = since.verdicts.iter().map(change).collect();
        out["since"] = json!({
            "ref": since.reference,
            "new": since.new,
            "changed": since.changed,
            "gone": since.gone,
            "verdicts": verdicts,
        });
    }
    out
}

fn change(change: &Change) -> Value {
    json!({
        "root": change.root,
        "environment": change.environment,
        "address": change.address,
        "before": change.before.map(verdict),
        "now": change.now.map(verdict),
    })
}

fn cluster(cluster: &ClusterReport, sources: &Sources) -> Value {
    json!({
        "root": cluster.root,
        "environment": cluster.environment,
        "address": cluster.address,
        "verdict": verdict(cluster.verdict),
        "location": cluster.location.map(|span| location(span, sources)),
        "requirements": cluster.requirements.iter().map(requirement).collect::<Vec<_>>(),
        "node_pools": cluster.node_pools.iter().map(pool).collect::<Vec<_>>(),
    })
}

fn requirement(requirement: &Requirement) -> Value {
    json!({
        "code": requirement.code,
        "name": requirement.name,
        "status": status(requirement.status),
        "reason": requirement.reason,
        "decides": requirement.decides,
    })
}

fn pool(pool: &PoolReport) -> Value {
    json!({
        "address": pool.address,
        "nodes": pool.nodes.map(|(min, max)| json!({ "min": min, "max": max })),
        "machine_type": pool.machine_type,
        "vcpus": pool.vcpus.map(number),
        "memory_mib": pool.memory_mib,
        "allocatable": pool.allocatable.map(|(cpu, memory)| json!({ "cpu_m": cpu, "memory_mib": memory })),
        "counts": pool.counts,
        "why_not": pool.why_not,
    })
}

/// A number without a fraction where it has none: `2`, not `2.0`.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
}

fn diagnostic(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let f = &diagnostic.finding;
    let related = |label: &crate::diagnostic::Label| json!({ "location": location(label.span, sources), "message": label.message });
    let step = |step: &Step| json!({ "location": location(step.span, sources), "message": words::step(&step.kind) });
    let mut out = json!({
        "code": f.code,
        "name": f.name,
        "level": word(f.level),
        "message": f.text(),
        "root": diagnostic.root,
        "address": f.address,
        "cluster": f.cluster,
        "primary": f.span().map(|span| location(span, sources)),
        "origin": f.origin().map(|step| location(step.span, sources)),
        "trace": f.trace.iter().map(step).collect::<Vec<_>>(),
        "related": f.related.iter().map(related).collect::<Vec<_>>(),
        "help": f.help,
        "fixes": f.fixes.iter().map(|x| fix(x, sources)).collect::<Vec<_>>(),
        "url": url(f.code),
        "fingerprint": diagnostic.fingerprint,
        "suppressed": f.suppressed.as_ref().map(|s| suppressed(s, sources)),
    });
    if !diagnostic.environments.is_empty() {
        out["environments"] = diagnostic.environments.iter().map(|e| e.environment.as_str()).collect();
    }
    out
}

fn suppressed(suppressed: &Suppressed, sources: &Sources) -> Value {
    let Suppressed { reason, until, location: place, .. } = suppressed;
    json!({ "reason": reason, "until": until, "location": location(*place, sources) })
}

fn fix(fix: &Fix, sources: &Sources) -> Value {
    let safety = match fix.safety {
        Safety::Safe => "safe",
        Safety::Unsafe => "unsafe",
    };
    let edit = |edit: &crate::diagnostic::Edit| json!({ "location": location(edit.span, sources), "text": edit.text });
    json!({ "title": fix.title, "safety": safety, "edits": fix.edits.iter().map(edit).collect::<Vec<_>>() })
}

fn coverage(coverage: &Coverage) -> Value {
    let missing = |m: &crate::diagnostic::MissingModule| json!({ "address": m.address, "source": m.source, "version": m.version, "known": !m.open });
    let skipped = |(path, why): &(String, String)| json!({ "path": path, "why": why });
    let block = |(address, why): &(String, String)| json!({ "address": address, "why": why });
    json!({
        "files": coverage.files,
        "skipped": coverage.skipped.iter().map(skipped).collect::<Vec<_>>(),
        "modules_missing": coverage.modules_missing.iter().map(missing).collect::<Vec<_>>(),
        "undecided_blocks": coverage.undecided_blocks.iter().map(block).collect::<Vec<_>>(),
    })
}

/// A place as JSON has it: file, start and end.
pub fn location(span: Span, sources: &Sources) -> Value {
    let file = sources.get(span.file);
    let at = |offset| file.as_ref().map(|f| f.position(offset)).unwrap_or(Position { line: 1, column: 1, offset });
    let position = |p: Position| json!({ "line": p.line, "column": p.column, "offset": p.offset });
    json!({ "file": path(span, sources), "start": position(at(span.start)), "end": position(at(span.end)) })
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "ready",
        Verdict::NotReady => "not-ready",
        Verdict::Undecided => "undecided",
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Met => "met",
        Status::Unmet => "unmet",
        Status::Undecided => "undecided",
        Status::NotApplicable => "not-applicable",
    }
}
