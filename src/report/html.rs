//! `--format html`: one file with everything in it: verdicts, requirements, the graph as a picture, findings with source.

use super::graph::{STYLE, svg};
use super::human::diagnostic_text;
use super::place::Place;
use super::{Diagnostic, Report, plural, url, word};
use crate::finding::{ClusterReport, Level, Status, Verdict};
use crate::source::{Sources, Span};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::fmt::Write;

use super::graph::escape;

const PAGE_STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// The report as a page that needs no network.
pub fn html(report: &Report, sources: &Sources) -> String {
    let hash = STANDARD.encode(Sha256::digest(SCRIPT.as_bytes()));
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'\">\n\
         <title>kfplint: {}</title>\n<style>{PAGE_STYLE}\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>kfplint: <span class=\"{}\">{}</span></h1>\n<p>{}</p>\n</header>\n<main>\n",
        verdict(report.verdict),
        class(report.verdict),
        verdict(report.verdict),
        counts(report)
    );
    for cluster in &report.clusters {
        requirements(cluster, sources, &mut out);
    }
    for (i, drawing) in report.drawings.iter().enumerate().filter(|(_, d)| !d.nodes.is_empty()) {
        let _ = writeln!(
            out,
            "<section><h2>Graph of {}</h2><p class=\"hint\">Drag or use the arrow keys to move, the wheel or + and - to zoom; click a box, or press Enter on it, for its source.</p>\
             <div class=\"canvas\" tabindex=\"0\" role=\"application\" aria-label=\"Resource graph\">{}</div></section>",
            escape(&drawing.root),
            svg(drawing, &format!("g{i}"), sources)
        );
    }
    findings(report, sources, &mut out);
    places(report, sources, &mut out);
    coverage(report, &mut out);
    let _ = write!(out, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "ready",
        Verdict::NotReady => "not ready",
        Verdict::Undecided => "undecided",
    }
}

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "met",
        Verdict::NotReady => "unmet",
        Verdict::Undecided => "undecided",
    }
}

fn counts(report: &Report) -> String {
    let levels = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")];
    let counts = levels.map(|(level, noun)| plural(report.count(level), noun));
    format!("{} in {}", counts.join(", "), plural(report.roots, "root module"))
}

fn requirements(cluster: &ClusterReport, sources: &Sources, out: &mut String) {
    let place = cluster.location.map(|span| place_text(span, sources)).unwrap_or_default();
    let _ = writeln!(
        out,
        "<section><h2>{} <span class=\"{}\">{}</span></h2><p class=\"hint\">{}</p>\n<table><thead><tr><th scope=\"col\">Requirement</th><th scope=\"col\">Answer</th><th scope=\"col\">Why</th></tr></thead><tbody>",
        escape(&cluster.address),
        class(cluster.verdict),
        verdict(cluster.verdict),
        escape(&place)
    );
    for r in &cluster.requirements {
        let (class, text) = match r.status {
            Status::Met => ("met", "met"),
            Status::Unmet if r.level == Level::Error && !r.suppressed => ("unmet", "not met"),
            Status::Unmet => ("warned", "not met"),
            Status::Undecided => ("undecided", "undecided"),
            Status::NotApplicable => ("none", "does not apply"),
        };
        let decides = match r.decides.is_empty() {
            true => String::new(),
            false => format!(" <span class=\"hint\">decided by {}</span>", escape(&r.decides.join(", "))),
        };
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{} {}</th><td class=\"{class}\">{text}</td><td>{}{decides}</td></tr>",
            link(r.code),
            r.name,
            escape(&r.reason)
        );
    }
    out.push_str("</tbody></table></section>\n");
}

fn link(code: &str) -> String {
    url(code).map_or_else(|| code.to_string(), |url| format!("<a href=\"{}\">{code}</a>", escape(&url)))
}

fn place_text(span: Span, sources: &Sources) -> String {
    let place = Place::of(span, sources);
    format!("{}:{}", place.file, place.start.line)
}

fn findings(report: &Report, sources: &Sources, out: &mut String) {
    let open: Vec<&Diagnostic> = report.open().collect();
    if open.is_empty() {
        return;
    }
    out.push_str("<section><h2>Findings</h2>\n");
    for diagnostic in open {
        let f = &diagnostic.finding;
        let place = f.primary.map(|span| place_text(span, sources)).unwrap_or_default();
        let _ = writeln!(
            out,
            "<article class=\"{}\" data-place=\"{}\" tabindex=\"-1\"><h3>{} {}</h3><pre>{}</pre></article>",
            word(f.level),
            escape(&place),
            link(f.code),
            f.name,
            pre(&diagnostic_text(diagnostic, sources))
        );
    }
    out.push_str("</section>\n");
}

/// The source of every box of the graph, for those that no finding shows.
fn places(report: &Report, sources: &Sources, out: &mut String) {
    let spans: Vec<Span> = report.drawings.iter().flat_map(|d| d.nodes.iter().filter_map(|n| n.place)).collect();
    if spans.is_empty() {
        return;
    }
    out.push_str("<section><h2>Source</h2>\n");
    for span in spans {
        let shown = super::human::source_text(span, sources);
        let place = escape(&place_text(span, sources));
        let _ = writeln!(
            out,
            "<article class=\"source\" data-place=\"{place}\" tabindex=\"-1\"><h3>{place}</h3><pre>{}</pre></article>",
            pre(&shown)
        );
    }
    out.push_str("</section>\n");
}

fn pre(text: &str) -> String {
    text.trim_end().split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

fn coverage(report: &Report, out: &mut String) {
    let skipped = report.coverage.skipped.iter().map(|(path, why)| format!("{path}: {why}"));
    let missing = report.coverage.modules_missing.iter().map(|m| format!("{} is not on disk: {}", m.address, m.source));
    let all: Vec<String> = skipped.chain(missing).collect();
    if all.is_empty() {
        return;
    }
    out.push_str("<section><h2>Not checked</h2><ul>\n");
    for text in all {
        let _ = writeln!(out, "<li>{}</li>", escape(&text));
    }
    out.push_str("</ul></section>\n");
}
