//! Which part of the reports can be written in the time that is left: the worst of it.

use super::kept;
use super::stages::Checked;
use crate::base::budget::{Budget, Limit};
use crate::diagnostic::{RootReport, Verdict};
use crate::module::report::{BUDGET_EXCEEDED, exceeded};
use crate::report::plural;
use std::cmp::Reverse;
use std::mem::{forget, take};

/// Shortens reports, and the list of what is skipped beside them, to what can be written in the time that is left, so many
/// bytes in a second: drawings go first, then the least findings and the clusters that are ready. The report that says so (TF006);
/// `None` where nothing is left out.
pub fn shorten(
    checked: &mut [Checked],
    skipped: &mut Vec<(String, String)>,
    bytes_per_second: f64,
    budget: &Budget,
) -> Option<RootReport> {
    let room = budget.room(bytes_per_second);
    let drawn: usize = checked.iter().filter_map(|c| c.drawing.as_ref()).map(kept::drawing).sum();
    let bytes =
        checked.iter().map(|c| kept::report(&c.report)).sum::<usize>() + skipped.iter().map(kept::pair).sum::<usize>();
    if bytes + drawn <= room {
        return None;
    }
    // To take so much apart takes time: the system has all memory back when the program ends.
    checked.iter_mut().for_each(|c| forget(c.drawing.take()));
    let mut reports: Vec<&mut RootReport> = checked.iter_mut().map(|c| &mut c.report).collect();
    let mut left = Vec::new();
    if drawn > 0 {
        left.push("all pictures".to_string());
    }
    if bytes > room {
        // What one part does not need, the next one has.
        let all = reports.iter_mut().map(|report| &mut report.findings).collect();
        let finding = |f: &_| (urgency(f), kept::finding(f));
        let (used, findings) = cut(all, finding, room / 2);
        let room = room - used;
        let all = reports.iter_mut().map(|report| &mut report.clusters).collect();
        let (used, clusters) = cut(all, |c| (order(c.verdict), kept::cluster(c)), room / 4 * 3);
        let room = room - used;
        let all = reports.iter_mut().map(|report| &mut report.coverage.skipped).chain([skipped]).collect();
        let (used, paths) = cut(all, |pair| ((), kept::pair(pair)), room / 2);
        let all = reports.iter_mut().map(|report| &mut report.coverage.undecided_blocks).collect();
        let (_, blocks) = cut(all, |pair| ((), kept::pair(pair)), room - used);
        let counts =
            [(findings, "finding"), (clusters, "cluster"), (paths, "skipped path"), (blocks, "undecided block")];
        left.extend(counts.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| plural(*count, noun)));
    }
    let message = format!("the report is without {}: {}", left.join(", "), budget.too_long());
    let root = reports.first().map(|report| report.root.clone()).unwrap_or_default();
    let findings = vec![exceeded(None, message, "", Limit::Timeout)];
    Some(RootReport { root, findings, ..RootReport::default() })
}

/// What says that something was left out is never left out for anything else.
fn urgency(finding: &crate::diagnostic::Finding) -> impl Ord + use<> {
    (finding.code != BUDGET_EXCEEDED.0, finding.suppressed.is_some(), Reverse(finding.level))
}

fn order(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::NotReady => 0,
        Verdict::Undecided => 1,
        Verdict::Ready => 2,
    }
}

/// Keeps so many bytes of all lists together: the first ones by what `weigh` says, which also says how many bytes each
/// takes. How many are kept, and how many things are left out.
fn cut<T, K: Ord>(mut lists: Vec<&mut Vec<T>>, weigh: impl Fn(&T) -> (K, usize), most: usize) -> (usize, usize) {
    let items =
        lists.iter().enumerate().flat_map(|(l, list)| list.iter().enumerate().map(move |(i, item)| (l, i, item)));
    let mut all: Vec<(K, usize, usize, usize)> = items
        .map(|(l, i, item)| {
            let (key, bytes) = weigh(item);
            (key, l, i, bytes)
        })
        .collect();
    all.sort_unstable();
    let (mut used, mut count) = (0, 0);
    for (.., bytes) in &all {
        if used + bytes > most {
            break;
        }
        used += bytes;
        count += 1;
    }
    let left = all.len() - count;
    if left > 0 {
        let mut wanted: Vec<(usize, usize)> = all.iter().take(count).map(|(_, l, i, _)| (*l, *i)).collect();
        wanted.sort_unstable();
        let mut wanted = wanted.into_iter().peekable();
        for (l, list) in lists.iter_mut().enumerate() {
            for (i, item) in take(*list).into_iter().enumerate() {
                match wanted.next_if_eq(&(l, i)) {
                    Some(_) => list.push(item),
                    None => forget(item),
                }
            }
        }
    }
    (used, left)
}
