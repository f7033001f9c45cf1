//! `kfplint graph`: the drawing as dot, mermaid, JSON and SVG.

pub mod drawing;
mod layout;
mod svg;

pub use svg::{STYLE, escape, linked, picture};

use super::place::ShownPlace;
use super::{json::location, line};
use crate::base::source::Sources;

use drawing::{BoxState, Drawing};
use serde_json::{Value, json};
use std::fmt::Write;

/// Graphviz's language.
pub fn dot(drawings: &[Drawing]) -> String {
    let quote = |text: &str| format!("\"{}\"", line(text).replace('\\', "\\\\").replace('"', "\\\""));
    let mut out = String::from("digraph kfplint {\n  rankdir=LR;\n  node [shape=box, style=filled];\n");
    for (r, drawing) in drawings.iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{r} {{\n    label={};", quote(&drawing.root));
        for (i, node) in drawing.nodes.iter().enumerate() {
            let label = format!("{}: {}", node.kind.name(), node.address);
            let label =
                if node.detail.is_empty() { quote(&label) } else { quote(&format!("{label} ({})", node.detail)) };
            let fill = match node.state {
                BoxState::Good => "#d7f0dd",
                BoxState::Open => "#fdf0c4",
                BoxState::Bad => "#f9d3d0",
            };
            let _ = writeln!(out, "    n{r}_{i} [label={label}, fillcolor=\"{fill}\"];");
        }
        for edge in &drawing.edges {
            let _ = writeln!(out, "    n{r}_{} -> n{r}_{} [label={}];", edge.from, edge.to, quote(edge.label));
        }
        out.push_str("  }\n");
    }
    out.push_str("}\n");
    out
}

/// Mermaid's flowchart, which GitHub and GitLab draw.
pub fn mermaid(drawings: &[Drawing]) -> String {
    let quote = |text: &str| {
        let safe = line(text)
            .replace('#', "#35;")
            .replace('&', "#amp;")
            .replace('"', "#quot;")
            .replace('<', "#lt;")
            .replace('>', "#gt;");
        format!("\"{}\"", safe.replace('`', "#96;"))
    };
    let mut out = String::from("flowchart LR\n");
    for (r, drawing) in drawings.iter().enumerate() {
        let _ = writeln!(out, "  subgraph r{r} [{}]", quote(&drawing.root));
        for (i, node) in drawing.nodes.iter().enumerate() {
            let label = format!("{}: {}", node.kind.name(), node.address);
            let label = if node.detail.is_empty() { label } else { format!("{label} ({})", node.detail) };
            let _ = writeln!(out, "    n{r}_{i}[{}]:::{}", quote(&label), node.state.name());
        }
        for edge in &drawing.edges {
            let _ = writeln!(out, "    n{r}_{} -- {} --> n{r}_{}", edge.from, quote(edge.label), edge.to);
        }
        out.push_str("  end\n");
    }
    out.push_str("  classDef good fill:#d7f0dd,stroke:#2a7a3f,color:#111\n  classDef open fill:#fdf0c4,stroke:#9a7400,color:#111\n  classDef bad fill:#f9d3d0,stroke:#b3261e,color:#111\n");
    out
}

/// Nodes and edges for programs.
pub fn graph_json(drawings: &[Drawing], sources: &Sources) -> Value {
    let root = |drawing: &Drawing| {
        let node = |n: &drawing::DrawnNode| {
            json!({
                "kind": n.kind.name(), "address": n.address, "detail": n.detail, "state": n.state.name(),
                "location": n.place.map(|span| location(span, sources)),
            })
        };
        let edge = |e: &drawing::DrawnEdge| json!({ "from": e.from, "to": e.to, "label": e.label });
        json!({
            "root": drawing.root,
            "nodes": drawing.nodes.iter().map(node).collect::<Vec<_>>(),
            "edges": drawing.edges.iter().map(edge).collect::<Vec<_>>(),
        })
    };
    json!({ "version": 1, "roots": drawings.iter().map(root).collect::<Vec<_>>() })
}

/// `file:line` of a box, for its title.
pub(super) fn where_of(span: Option<crate::base::source::Span>, sources: &Sources) -> String {
    span.map(|span| ShownPlace::of(span, sources)).map_or_else(String::new, |p| format!("{}:{}", p.file, p.start.line))
}
