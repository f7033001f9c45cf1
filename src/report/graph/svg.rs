//! The drawing as SVG: clusters, then what they have, then whom that runs as, then what those are granted.

use super::drawing::{BoxState, Drawing, DrawnNode};
use super::layout::{CELL, INSET, LINE, Layout, Placed, WIDTH};
use super::where_of;
use crate::base::source::Sources;
use crate::report::line;
use std::io::{Result, Write};
use unicode_width::UnicodeWidthStr;

/// The style that the picture needs, for light and dark.
pub const STYLE: &str = include_str!("style.css");

/// One picture by itself, as a file.
pub fn picture(drawing: &Drawing, sources: &Sources) -> String {
    let mut out = Vec::new();
    let style = format!("<style>{STYLE}</style>\n");
    let wrap = |_, attributes: &str, inside: &str| format!("<g {attributes} role=\"img\">{inside}</g>");
    // Writing into memory does not fail.
    let _ = svg(drawing, "graph", sources, &style, wrap, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// One picture in a page. `id` tells several of a page apart; boxes are `ID-nodeN`, and each leads to what has the id that
/// `target` says. `more` gives further attributes of a box.
///
/// # Errors
/// What `out` gives.
pub fn linked(
    drawing: &Drawing,
    id: &str,
    sources: &Sources,
    target: impl Fn(usize) -> String,
    more: impl Fn(usize) -> String,
    out: &mut dyn Write,
) -> Result<()> {
    let wrap = |i, attributes: &str, inside: &str| {
        format!("<a href=\"#{}\" tabindex=\"0\" {attributes}{}>{inside}</a>", target(i), more(i))
    };
    svg(drawing, id, sources, "", wrap, out)
}

fn svg(
    drawing: &Drawing,
    id: &str,
    sources: &Sources,
    head: &str,
    wrap: impl Fn(usize, &str, &str) -> String,
    out: &mut dyn Write,
) -> Result<()> {
    let layout = Layout::of(drawing);
    let (width, height) = (layout.width, layout.height);
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" id=\"{id}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"group\" aria-label=\"{}\">\n{head}<defs><marker id=\"{id}-arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n<g class=\"view\">\n",
        escape(&format!("Resource graph of {}", drawing.root))
    )?;
    for (x, title) in &layout.columns {
        writeln!(out, "<text class=\"column\" x=\"{x}\" y=\"24\">{title}</text>")?;
    }
    for edge in &drawing.edges {
        let (Some(from), Some(to)) = (layout.boxes.get(edge.from), layout.boxes.get(edge.to)) else { continue };
        let (x1, y1, x2, y2) = (from.x + WIDTH, from.y + from.height / 2, to.x - 1, to.y + to.height / 2);
        let bend = x2.saturating_sub(x1) / 2;
        writeln!(
            out,
            "<path class=\"edge\" data-ends=\"{} {}\" marker-end=\"url(#{id}-arrow)\" d=\"M{x1} {y1} C{} {y1} {} {y2} {x2} {y2}\"><title>{}</title></path>",
            edge.from,
            edge.to,
            x1 + bend,
            x2.saturating_sub(bend),
            escape(edge.label)
        )?;
    }
    for i in &layout.order {
        let (Some(node), Some(placed)) = (drawing.nodes.get(*i), layout.boxes.get(*i)) else { continue };
        let place = where_of(node.place, sources);
        let attributes = format!(
            "class=\"node {}\" id=\"{id}-node{i}\" data-place=\"{}\" aria-label=\"{}\"",
            node.state.name(),
            escape(&place),
            escape(&label(node, &place))
        );
        writeln!(out, "{}", wrap(*i, &attributes, &inside(node, placed, &place)))?;
    }
    writeln!(out, "</g>\n</svg>")
}

/// What a box is called where it is not seen.
fn label(node: &DrawnNode, place: &str) -> String {
    let found = match node.state {
        BoxState::Good => "nothing is wrong",
        BoxState::Open => "open questions or warnings",
        BoxState::Bad => "errors",
    };
    let parts = [node.address.as_str(), &node.detail, place];
    let parts: Vec<&str> = parts.into_iter().filter(|t| !t.is_empty()).collect();
    format!("{} {}: {found}", node.kind.name(), parts.join(", "))
}

fn inside(node: &DrawnNode, placed: &Placed, place: &str) -> String {
    let Placed { x, y, height, address, detail } = placed;
    let title = [node.address.as_str(), &node.detail, place].into_iter().filter(|t| !t.is_empty());
    let title = title.collect::<Vec<_>>().join(", ");
    let left = x + INSET;
    let mut out = format!(
        "<title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{height}\" rx=\"8\"/><path class=\"mark\" d=\"{}\"/>\
         <text class=\"kind\" x=\"{left}\" y=\"{}\">{}</text>",
        escape(&title),
        mark(node.state, x + WIDTH - 26, y + 9),
        y + 19,
        node.kind.name()
    );
    let lines = address.iter().map(|text| ("address", text)).chain(detail.iter().map(|text| ("detail", text)));
    for (i, (class, text)) in lines.enumerate() {
        out.push_str(&cells(text, class, left, y + 20 + LINE * (i + 1)));
    }
    out
}

/// Text in cells of a fixed width, whatever font the reader has: it never leaves its box.
fn cells(text: &str, class: &str, x: usize, y: usize) -> String {
    let length = text.width() * CELL;
    if length == 0 {
        return String::new();
    }
    let length = format!("{}.{}", length / 10, length % 10);
    let text = escape(text);
    format!(
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\">{text}</text>"
    )
}

/// A tick, an exclamation mark or a cross, so that colour is not all that tells.
fn mark(state: BoxState, x: usize, y: usize) -> String {
    match state {
        BoxState::Good => format!("M{x} {}l4 4l8 -9", y + 6),
        BoxState::Open => format!("M{} {y}v7m0 3v1.5", x + 6),
        BoxState::Bad => format!("M{x} {y}l10 10m0 -10l-10 10"),
    }
}

/// Text in which nothing is markup.
pub fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
