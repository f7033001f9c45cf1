//! Where each box of the drawing stands: what it has to the right of a cluster, and near it; no two boxes touch.

use super::drawing::{Drawing, DrawnNode};
use crate::report::line;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Width of a box, in pixels as all sizes here.
pub const WIDTH: usize = 272;
/// From a box's edge to its text.
pub const INSET: usize = 14;
/// Above and left of the first box; the titles of the columns are there too.
const TOP: usize = 44;
const MARGIN: usize = 16;
const GAP_X: usize = 64;
const GAP_Y: usize = 14;
/// Height of a box without the lines of its text.
const BASE: usize = 29;
/// Height of a line of text.
pub const LINE: usize = 17;
/// How many cells of fixed width a box has room for, in tenths of a pixel each.
pub const CELL: usize = 72;
const ROOM: usize = (WIDTH - 2 * INSET) * 10 / CELL;

/// A box in its place.
#[derive(Clone, Debug)]
pub struct Placed {
    pub x: usize,
    pub y: usize,
    pub height: usize,
    /// Its address, in one line or a few.
    pub address: Vec<String>,
    /// What is below the address, likewise.
    pub detail: Vec<String>,
}

/// The whole picture.
#[derive(Debug)]
pub struct Layout {
    /// The boxes, in the order of the drawing's.
    pub boxes: Vec<Placed>,
    /// In which order they are read: by column, from top to bottom.
    pub order: Vec<usize>,
    /// The columns that are used: the place of each, and its title.
    pub columns: Vec<(usize, &'static str)>,
    pub width: usize,
    pub height: usize,
}

const TITLES: [&str; 4] = ["Clusters", "Node pools, secrets, installations", "Accounts, buckets", "Grants"];

impl Layout {
    pub fn of(drawing: &Drawing) -> Layout {
        let mut boxes: Vec<Placed> = drawing.nodes.iter().map(sized).collect();
        let column = |i: &usize| drawing.nodes.get(*i).map_or(0, |n| n.kind.column().min(3));
        let (mut order, mut columns) = (Vec::new(), Vec::new());
        let mut bottom = TOP;
        for (number, title) in TITLES.iter().enumerate() {
            let mut members: Vec<usize> = (0..boxes.len()).filter(|i| column(i) == number).collect();
            if members.is_empty() {
                continue;
            }
            let x = MARGIN + columns.len() * (WIDTH + GAP_X);
            columns.push((x, *title));
            let wanted = match number {
                0 => starts(drawing, &boxes),
                _ => beside(drawing, &boxes),
            };
            let wish = |i: &usize| wanted.get(*i).copied().flatten();
            members.sort_by_key(|i| (wish(i).is_none(), wish(i), *i));
            let mut free = TOP;
            for i in members {
                let Some(placed) = boxes.get_mut(i) else { continue };
                (placed.x, placed.y) = (x, wish(&i).map_or(free, |y| y.max(free)));
                free = placed.y + placed.height + GAP_Y;
                bottom = bottom.max(free);
                order.push(i);
            }
        }
        let width = 2 * MARGIN + columns.len().max(1) * (WIDTH + GAP_X) - GAP_X;
        Layout { boxes, order, columns, width, height: bottom - GAP_Y + MARGIN }
    }
}

/// Clusters stand as far apart as what each of them has needs.
fn starts(drawing: &Drawing, boxes: &[Placed]) -> Vec<Option<usize>> {
    let mut needed = vec![0; boxes.len()];
    for edge in &drawing.edges {
        if let (Some(needed), Some(to)) = (needed.get_mut(edge.from), boxes.get(edge.to)) {
            *needed += to.height + GAP_Y;
        }
    }
    let mut next = TOP;
    let start = |((i, own), needed): ((usize, &Placed), usize)| {
        let here = next;
        (drawing.nodes.get(i).is_some_and(|n| n.kind.column() == 0))
            .then(|| next += needed.max(own.height + GAP_Y))
            .map(|()| here)
    };
    boxes.iter().enumerate().zip(needed).map(start).collect()
}

/// Each box would stand beside the mean of those that lead to it; nowhere if there are none.
fn beside(drawing: &Drawing, boxes: &[Placed]) -> Vec<Option<usize>> {
    let mut sums = vec![(0usize, 0usize); boxes.len()];
    for edge in &drawing.edges {
        if let (Some(from), Some(sum)) = (boxes.get(edge.from), sums.get_mut(edge.to)) {
            *sum = (sum.0 + from.y, sum.1 + 1);
        }
    }
    sums.into_iter().map(|(sum, count)| sum.checked_div(count)).collect()
}

fn sized(node: &DrawnNode) -> Placed {
    // A grant's address ends with its role, which is the detail below.
    let address = node.address.strip_suffix(&node.detail).map_or(node.address.as_str(), str::trim_end);
    let address = broken(&line(if address.is_empty() { &node.address } else { address }));
    let detail = if node.detail.is_empty() { Vec::new() } else { broken(&line(&node.detail)) };
    Placed { x: 0, y: 0, height: BASE + LINE * (address.len() + detail.len()), address, detail }
}

/// Most lines that a text takes.
const LINES: usize = 3;

/// The text in a few lines, broken where a name ends if that can be; the last one has its end.
fn broken(text: &str) -> Vec<String> {
    let (mut lines, mut rest) = (Vec::new(), text);
    while rest.width() > ROOM && lines.len() + 1 < LINES {
        let (mut used, mut cut, mut hard) = (0, 0, 0);
        for (at, piece) in rest.grapheme_indices(true) {
            used += piece.width();
            if used > ROOM {
                break;
            }
            hard = at + piece.len();
            if matches!(piece, "." | " " | "/" | "@") && used * 3 > ROOM {
                cut = hard;
            }
        }
        let (first, after) = rest.split_at(if cut > 0 { cut } else { hard });
        lines.push(first.trim_end().to_string());
        rest = after;
    }
    lines.push(end(rest, ROOM));
    lines
}

/// The end of a long text, which tells more than its beginning.
fn end(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_string();
    }
    let (mut used, mut from) = (1, text.len());
    for (at, piece) in text.grapheme_indices(true).rev() {
        used += piece.width();
        if used > room {
            break;
        }
        from = at;
    }
    format!("…{}", text.get(from..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_addresses_are_broken_after_a_name_and_cut_before_their_end() {
        assert_eq!(broken("google_container_cluster.c"), ["google_container_cluster.c"]);
        let three = broken("module.gke[\"a\"].google_container_node_pool.pools[\"kfp-pool-of-this-team\"]");
        assert_eq!(three, ["module.gke[\"a\"].", "google_container_node_pool.", "pools[\"kfp-pool-of-this-team\"]"]);
        for text in ["é".repeat(300), "你好".repeat(80), "a.".repeat(90), "👩‍👩‍👧 ".repeat(80)] {
            let lines = broken(&text);
            assert!(lines.iter().all(|l| l.width() <= ROOM) && lines.len() == LINES, "{lines:?}");
            assert!(lines.last().is_some_and(|l| l.starts_with('…')), "{lines:?}");
        }
    }
}
