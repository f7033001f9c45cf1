//! `--format html`: one file with everything in it: verdicts, requirements, the graph as a picture, findings with source.

mod alike;
mod clusters;
mod filter;
mod findings;
mod pictures;

use self::alike::PageContent;
use self::filter::Facets;
use super::graph::{STYLE, escape};
use super::place::ShownPlace;
use super::{ReportView, plural, url};
use crate::base::source::{Sources, Span};
use crate::diagnostic::{Level, Verdict};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::io::{Result, Write};

const PAGE_STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = concat!(include_str!("html/page.js"), include_str!("html/filter.js"));

/// Writes the report as a page that needs no network. All of it can be read without its script, which lets the reader choose and
/// search, moves the pictures and shows the source of a box beside them. What is alike in several root modules stands there once.
///
/// # Errors
/// What `out` gives.
pub fn html(report: ReportView, sources: &Sources, out: &mut dyn Write) -> Result<()> {
    let hash = STANDARD.encode(Sha256::digest(SCRIPT.as_bytes()));
    let answer = verdict(report.verdict);
    let content = PageContent::of(report);
    let facets = Facets::of(&content);
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'\">\n\
         <title>kfplint: {answer}</title>\n<style>{PAGE_STYLE}\n{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#report\">Skip to the report</a>\n\
         <header class=\"{}\">\n<h1>kfplint: <strong>{answer}</strong></h1>\n<p>{}</p>\n{}{}{}</header>\n<main id=\"report\" tabindex=\"-1\">\n",
        class(report.verdict),
        counts(report),
        clusters::tally(&content),
        report.hidden().map(|(_, text)| format!("<p>Configuration: {}</p>\n", escape(&text))).unwrap_or_default(),
        contents(report, &content)
    )?;
    if content.clusters.len() + content.findings.len() > 1 {
        facets.write(out)?;
    }
    clusters::write(&content, &facets, sources, out)?;
    findings::write(&content, &facets, sources, out)?;
    pictures::write(&content, &facets, sources, out)?;
    coverage(report, out)?;
    write!(
        out,
        "</main>\n<footer><p>Written by kfplint {}.</p></footer>\n<dialog id=\"panel\" aria-labelledby=\"panel-title\">\
         <h2 id=\"panel-title\"></h2><button type=\"button\" class=\"close\" aria-label=\"Close\">×</button><div class=\"body\"></div></dialog>\n\
         <script>{SCRIPT}</script>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    )?;
    Ok(())
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

fn counts(report: ReportView) -> String {
    let levels = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")];
    let mut counts = levels.map(|(level, noun)| plural(report.count(level), noun)).to_vec();
    if report.suppressed() > 0 {
        counts.push(format!("{} suppressed", report.suppressed()));
    }
    let (clusters, roots) = (plural(report.clusters.len(), "cluster"), plural(report.roots, "root module"));
    format!("{clusters} in {roots}: {}", counts.join(", "))
}

/// The parts that the page has.
fn contents(report: ReportView, content: &PageContent) -> String {
    let parts = [
        (true, "clusters", "Clusters"),
        (!content.findings.is_empty(), "findings", "Findings"),
        (!content.drawings.is_empty(), "graphs", "Graph"),
        (!not_checked(report).is_empty(), "coverage", "Not checked"),
    ];
    let links = parts.iter().filter(|(there, ..)| *there);
    let links: String = links.map(|(_, id, text)| format!("<li><a href=\"#{id}\">{text}</a></li>")).collect();
    format!("<nav aria-label=\"Contents\"><ul>{links}</ul></nav>\n")
}

fn link(code: &str) -> String {
    url(code).map_or_else(|| code.to_string(), |url| format!("<a href=\"{}\">{code}</a>", escape(&url)))
}

fn place_text(span: Option<Span>, sources: &Sources) -> String {
    let place = span.map(|span| ShownPlace::of(span, sources));
    place.map_or_else(String::new, |p| escape(&format!("{}:{}", p.file, p.start.line)))
}

/// `infra, environment prod`.
fn root_text(root: &str, environment: Option<&str>) -> String {
    let environment = environment.map(|e| format!(", environment {e}")).unwrap_or_default();
    escape(&format!("{root}{environment}"))
}

fn pre(text: &str) -> String {
    text.trim_end().split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

fn not_checked(report: ReportView) -> Vec<String> {
    let coverage = &report.coverage;
    let skipped = coverage.skipped.iter().map(|(path, why)| format!("{path}: {why}"));
    let missing = coverage.modules_missing.iter().map(|m| format!("{} is not on disk: {}", m.address, m.source));
    let undecided = coverage.undecided_blocks.iter();
    let undecided = undecided.map(|(address, why)| format!("whether {address} is created is not known: {why}"));
    skipped.chain(missing).chain(undecided).collect()
}

fn coverage(report: ReportView, out: &mut dyn Write) -> Result<()> {
    let all = not_checked(report);
    if all.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section id=\"coverage\" aria-labelledby=\"coverage-title\"><h2 id=\"coverage-title\">Not checked</h2><ul>"
    )?;
    for text in all {
        writeln!(out, "<li>{}</li>", escape(&text))?;
    }
    writeln!(out, "</ul></section>")?;
    Ok(())
}
