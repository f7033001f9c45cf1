//! The resource graph of each root module, with the source of every box.

use super::{place_text, pre, root_text};
use crate::base::source::Sources;
use crate::report::graph::drawing::{Drawing, DrawnNode};
use crate::report::graph::{escape, linked};
use crate::report::human::source_text;
use crate::report::{Diagnostic, ReportView};
use std::collections::HashMap;
use std::io::{Result, Write};

/// Which findings, by their number on the page, there are for a root module and address.
type FindingsByAddress<'r> = HashMap<(&'r str, &'r str), Vec<(usize, &'r Diagnostic)>>;

pub fn write(report: ReportView, sources: &Sources, out: &mut dyn Write) -> Result<()> {
    let mut found: FindingsByAddress = HashMap::new();
    for (i, diagnostic) in super::open(report).into_iter().enumerate() {
        if let Some(address) = &diagnostic.finding.address {
            found.entry((&diagnostic.root, address)).or_default().push((i, diagnostic));
        }
    }
    let drawn: Vec<&Drawing> = report.drawings.iter().filter(|d| !d.nodes.is_empty()).collect();
    if drawn.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section id=\"graphs\" aria-labelledby=\"graphs-title\"><h2 id=\"graphs-title\">Graph</h2>\n\
         <p>What is made, and what it leads to: clusters have node pools, which run as accounts, which are granted roles.</p>\n\
         <ul class=\"legend\"><li class=\"met\">nothing is wrong</li><li class=\"undecided\">open questions or warnings</li><li class=\"unmet\">errors</li></ul>\n\
         <p class=\"hint scripted\">A click on a box, or Enter, shows its source. Drag or use the arrow keys to move; <kbd>+</kbd>, <kbd>-</kbd> and <kbd>0</kbd> change \
         the size, and so does the wheel while the picture is in use, or with Ctrl.</p>"
    )?;
    for (i, drawing) in drawn.into_iter().enumerate() {
        one(i, drawing, &found, sources, out)?;
    }
    writeln!(out, "</section>")?;
    Ok(())
}

fn one(i: usize, drawing: &Drawing, found: &FindingsByAddress, sources: &Sources, out: &mut dyn Write) -> Result<()> {
    let title = root_text(&drawing.root, drawing.environment.as_deref());
    let of = |node: &DrawnNode| {
        let holds = |d: &Diagnostic| {
            let mut all = d.environments.iter();
            drawing.environment.is_none() || all.any(|e| Some(&e.environment) == drawing.environment.as_ref())
        };
        let all = found.get(&(drawing.root.as_str(), node.resource.as_str())).into_iter().flatten();
        all.filter(|(_, d)| holds(d)).map(|(i, _)| format!("f{i}")).collect::<Vec<_>>()
    };
    let findings = |at: usize| {
        let all = drawing.nodes.get(at).map(of).unwrap_or_default();
        if all.is_empty() { String::new() } else { format!(" data-findings=\"{}\"", all.join(" ")) }
    };
    writeln!(
        out,
        "<section class=\"graph-part\" aria-labelledby=\"g{i}-title\"><h3 id=\"g{i}-title\">Graph of {title}</h3>\
         <div class=\"tools scripted\" role=\"group\" aria-label=\"Size of the graph of {title}\"><button type=\"button\" data-do=\"in\" aria-label=\"Larger\">+</button>\
         <button type=\"button\" data-do=\"out\" aria-label=\"Smaller\">−</button><button type=\"button\" data-do=\"fit\">Fit</button></div>\n\
         <div class=\"canvas\" tabindex=\"0\" role=\"group\" aria-label=\"Picture of the graph of {title}\">{}</div>\n\
         <details class=\"sources\"><summary>Source of all {} boxes of {title}</summary>",
        linked(drawing, &format!("g{i}"), sources, findings),
        drawing.nodes.len()
    )?;
    for (n, node) in drawing.nodes.iter().enumerate() {
        source(&format!("g{i}-source{n}"), node, &of(node), sources, out)?;
    }
    writeln!(out, "</details></section>")?;
    Ok(())
}

fn source(id: &str, node: &DrawnNode, findings: &[String], sources: &Sources, out: &mut dyn Write) -> Result<()> {
    let place = place_text(node.place, sources);
    writeln!(
        out,
        "<article class=\"source\" id=\"{id}\" data-place=\"{place}\" tabindex=\"-1\"><h4>{} {}</h4><p class=\"hint\">{}</p>",
        node.kind.name(),
        escape(&node.address),
        escape(&node.detail)
    )?;
    match node.place {
        Some(span) => {
            let text = pre(&source_text(span, sources));
            let label = escape(&format!("Source of {}", node.address));
            writeln!(out, "<pre tabindex=\"0\" role=\"region\" aria-label=\"{label}\">{text}</pre>")?;
        }
        None => writeln!(out, "<p>Nothing in this configuration makes it.</p>")?,
    }
    if !findings.is_empty() {
        let links = findings.iter().enumerate().map(|(n, id)| format!("<a href=\"#{id}\">{}</a>", n + 1));
        writeln!(out, "<p class=\"to-findings\">Findings: {}</p>", links.collect::<Vec<_>>().join(", "))?;
    }
    writeln!(out, "</article>")?;
    Ok(())
}
