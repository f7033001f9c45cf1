//! The table of node pools.

use super::{Page, Style};
use crate::diagnostic::PoolReport;
use crate::report::plural;
use crate::report::wrap::wrap;
use unicode_width::UnicodeWidthStr;

pub fn write(pools: &[PoolReport], page: &mut Page) {
    if pools.is_empty() {
        return;
    }
    let unknown = || "not known".to_string();
    let cells = |p: &PoolReport| {
        let nodes = p.nodes.map_or_else(unknown, |(min, max)| match min == max {
            true => plural(min as usize, "node"),
            false => format!("{min} to {max} nodes"),
        });
        let machine = p.machine_type.clone().unwrap_or_else(|| "machine not known".into());
        let size = match (p.vcpus, p.memory_mib) {
            (Some(vcpus), Some(memory)) => format!("{vcpus} vCPU, {memory} MiB"),
            _ => unknown(),
        };
        let counts = match p.counts {
            Some(true) => "qualifies".to_string(),
            Some(false) => format!("does not qualify: {}", p.why_not.as_deref().unwrap_or("")),
            None => format!("undecided: {}", p.why_not.as_deref().unwrap_or("")),
        };
        [p.address.clone(), nodes, machine, size, counts]
    };
    let rows: Vec<[String; 5]> = pools.iter().map(cells).collect();
    let widths: Vec<usize> =
        (0..5).map(|i| rows.iter().filter_map(|r| r.get(i)).map(|c| c.width()).max().unwrap_or(0)).collect();
    page.space(2);
    page.put(Style::Bold, "Node pools");
    page.end();
    for row in rows {
        let mut used = 4;
        page.space(4);
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            if at > 0 && used + cell.width() > page.width {
                page.end();
                page.space(6);
                used = 6;
            }
            for (line, text) in wrap(cell, page.width.saturating_sub(used).max(30)).iter().enumerate() {
                if line > 0 {
                    page.end();
                    page.space(used);
                }
                page.put(Style::Plain, text);
            }
            let gap = width.saturating_sub(cell.width()) + 2;
            page.space(if at + 1 == row.len() { 0 } else { gap });
            used += cell.width() + gap;
        }
        page.end();
    }
}
