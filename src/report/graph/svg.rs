//! The drawing as SVG: clusters, then what they have, then whom that runs as, then what those are granted.

use super::where_of;
use crate::graph::drawing::{Drawing, Node};
use crate::report::line;
use crate::source::Sources;
use std::fmt::Write;

/// The style that the picture needs, for light and dark.
pub const STYLE: &str = "\
svg.graph{--ink:#1b1b1f;--paper:#fff;--line:#8a8a94;--good:#d7f0dd;--open:#fdf0c4;--bad:#f9d3d0;--good-edge:#2a7a3f;--open-edge:#9a7400;--bad-edge:#b3261e;\
background:var(--paper);font:13px system-ui,sans-serif}\
@media(prefers-color-scheme:dark){svg.graph{--ink:#ececf1;--paper:#17171b;--line:#77777f;--good:#163d22;--open:#453700;--bad:#50201d;--good-edge:#69c182;--open-edge:#e0b63c;--bad-edge:#f2958e}}\
svg.graph text{fill:var(--ink)}svg.graph .kind{font-size:11px;opacity:.75}svg.graph .edge{fill:none;stroke:var(--line);stroke-width:1.5}\
svg.graph .good rect{fill:var(--good);stroke:var(--good-edge)}svg.graph .open rect{fill:var(--open);stroke:var(--open-edge)}\
svg.graph .bad rect{fill:var(--bad);stroke:var(--bad-edge)}svg.graph .node:focus rect{stroke-width:3;outline:none}";

const WIDTH: usize = 300;
const HEIGHT: usize = 62;
const GAP_X: usize = 90;
const GAP_Y: usize = 18;
const MARGIN: usize = 20;
/// How many characters a box has room for.
const ROOM: usize = 42;

/// One picture. `id` tells several pictures of a page apart; boxes are `ID-nodeN`.
pub fn svg(drawing: &Drawing, id: &str, sources: &Sources) -> String {
    let mut rows = [0usize; 4];
    let places: Vec<(usize, usize)> = drawing
        .nodes
        .iter()
        .map(|node| {
            let column = node.kind.column().min(3);
            rows[column] += 1;
            (MARGIN + column * (WIDTH + GAP_X), MARGIN + (rows[column] - 1) * (HEIGHT + GAP_Y))
        })
        .collect();
    let height = rows.iter().max().copied().unwrap_or(0).max(1) * (HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN;
    let width = 4 * WIDTH + 3 * GAP_X + 2 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" id=\"{id}\" viewBox=\"0 0 {width} {height}\" role=\"group\" \
         aria-label=\"{}\">\n<g class=\"view\">\n",
        escape(&format!("Resource graph of {}", drawing.root))
    );
    for edge in &drawing.edges {
        let (Some(from), Some(to)) = (places.get(edge.from), places.get(edge.to)) else { continue };
        let (x1, y1, x2, y2) = (from.0 + WIDTH, from.1 + HEIGHT / 2, to.0, to.1 + HEIGHT / 2);
        let bend = GAP_X / 2;
        let _ = writeln!(
            out,
            "<path class=\"edge\" d=\"M{x1} {y1} C{} {y1} {} {y2} {x2} {y2}\"><title>{}</title></path>",
            x1 + bend,
            x2.saturating_sub(bend),
            escape(edge.label)
        );
    }
    for (i, (node, (x, y))) in drawing.nodes.iter().zip(&places).enumerate() {
        draw(node, id, i, *x, *y, sources, &mut out);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

fn draw(node: &Node, id: &str, i: usize, x: usize, y: usize, sources: &Sources, out: &mut String) {
    let place = where_of(node.place, sources);
    let title = [node.address.as_str(), &node.detail, &place].into_iter().filter(|t| !t.is_empty());
    let title = title.collect::<Vec<_>>().join(", ");
    let label = format!("{} {title}: {}", node.kind.name(), node.state.name());
    let _ = writeln!(
        out,
        "<g class=\"node {}\" id=\"{id}-node{i}\" tabindex=\"0\" role=\"button\" aria-label=\"{}\" data-place=\"{}\">\
         <title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\"/>\
         <text class=\"kind\" x=\"{}\" y=\"{}\">{}</text><text x=\"{}\" y=\"{}\">{}</text><text class=\"kind\" x=\"{}\" y=\"{}\">{}</text></g>",
        node.state.name(),
        escape(&label),
        escape(&place),
        escape(&title),
        x + 10,
        y + 17,
        node.kind.name(),
        x + 10,
        y + 35,
        escape(&short(&node.address)),
        x + 10,
        y + 52,
        escape(&short(&node.detail)),
    );
}

/// The end of a long text, which tells more than its beginning.
fn short(text: &str) -> String {
    let count = text.chars().count();
    match count > ROOM {
        true => format!("…{}", text.chars().skip(count - ROOM + 1).collect::<String>()),
        false => text.to_string(),
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
