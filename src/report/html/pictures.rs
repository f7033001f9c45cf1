//! The resource graph of each root module, and the source of every box.

use super::alike::{AlikeDrawings, PageContent};
use super::clusters::places_text;
use super::filter::Facets;
use super::{place_text, pre};
use crate::base::source::{Sources, Span};
use crate::report::graph::drawing::DrawnNode;
use crate::report::graph::linked;
use crate::report::human::source_text;
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::io::{Result, Write};

/// The findings of what stands at a place, by their numbers on the page. Boxes at the same place have their source in common.
type SourcePlaces = IndexMap<Option<Span>, BTreeSet<usize>>;

pub fn write(content: &PageContent, facets: &Facets, sources: &Sources, out: &mut dyn Write) -> Result<()> {
    if content.drawings.is_empty() {
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
    let mut places = SourcePlaces::new();
    for (i, group) in content.drawings.iter().enumerate() {
        one(i, group, content, facets, sources, &mut places, out)?;
    }
    let boxes: usize = content.drawings.iter().filter_map(|group| group.all.first()).map(|d| d.nodes.len()).sum();
    writeln!(out, "<details class=\"sources\"><summary>Source of all {boxes} boxes</summary>")?;
    for (number, (place, findings)) in places.iter().enumerate() {
        source(number, *place, findings, sources, out)?;
    }
    writeln!(out, "</details></section>")
}

fn one(
    i: usize,
    group: &AlikeDrawings,
    content: &PageContent,
    facets: &Facets,
    sources: &Sources,
    places: &mut SourcePlaces,
    out: &mut dyn Write,
) -> Result<()> {
    let Some(drawing) = group.all.first() else { return Ok(()) };
    let title = super::root_text(&drawing.root, drawing.environment.as_deref());
    let of = |node: &DrawnNode| content.findings_of(&drawing.root, drawing.environment.as_deref(), &node.resource);
    for node in &drawing.nodes {
        places.entry(node.place).or_default().extend(of(node));
    }
    let findings = |at: usize| {
        let all: Vec<String> =
            drawing.nodes.get(at).map(of).unwrap_or_default().iter().map(|number| format!("f{number}")).collect();
        if all.is_empty() { String::new() } else { format!(" data-findings=\"{}\"", all.join(" ")) }
    };
    let target = |at: usize| drawing.nodes.get(at).and_then(|node| places.get_index_of(&node.place)).unwrap_or(0);
    let also = match group.all.len() {
        1 => String::new(),
        _ => format!("<div class=\"hint\">The same but for names {}</div>", places_text(&group.places())),
    };
    writeln!(
        out,
        "<section class=\"graph-part\" aria-labelledby=\"g{i}-title\"{0}><h3 id=\"g{i}-title\">Graph of {title}</h3>{also}\
         <div class=\"tools scripted\" role=\"group\" aria-label=\"Size of the graph of {title}\"><button type=\"button\" data-do=\"in\" aria-label=\"Larger\">+</button>\
         <button type=\"button\" data-do=\"out\" aria-label=\"Smaller\">−</button><button type=\"button\" data-do=\"fit\">Fit</button></div>\n\
         <div class=\"canvas\" tabindex=\"0\" role=\"group\" aria-label=\"Picture of the graph of {title}\">",
        facets.places(&group.places())
    )?;
    let target = |at: usize| format!("source{}", target(at));
    linked(drawing, &format!("g{i}"), sources, target, findings, out)?;
    writeln!(out, "</div></section>")
}

fn source(
    number: usize,
    place: Option<Span>,
    findings: &BTreeSet<usize>,
    sources: &Sources,
    out: &mut dyn Write,
) -> Result<()> {
    let shown = place_text(place, sources);
    let title = if place.is_some() { &shown } else { "Not in this configuration" };
    writeln!(
        out,
        "<article class=\"source\" id=\"source{number}\" data-place=\"{shown}\" tabindex=\"-1\"><h4>{title}</h4>"
    )?;
    match place {
        Some(span) => {
            let text = pre(&source_text(span, sources));
            writeln!(out, "<pre tabindex=\"0\" role=\"region\" aria-label=\"Source at {shown}\">{text}</pre>")?;
        }
        None => writeln!(out, "<p>Nothing in this configuration makes it.</p>")?,
    }
    if !findings.is_empty() {
        let links = findings.iter().enumerate().map(|(n, id)| format!("<a href=\"#f{id}\">{}</a>", n + 1));
        writeln!(out, "<p class=\"to-findings\">Findings: {}</p>", links.collect::<Vec<_>>().join(", "))?;
    }
    writeln!(out, "</article>")
}
