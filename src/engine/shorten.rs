//! Which part of the reports can be written in the time that is left: the worst of it.

use super::kept;
use super::stages::CheckedRoot;
use crate::base::budget::{Budget, Limit};
use crate::diagnostic::{RootReport, Verdict};
use crate::module::report::{BUDGET_EXCEEDED, exceeded};
use crate::plan::StaticPlan;
use crate::plan_json;
use crate::report::graph::drawing::Drawing;
use crate::report::{plural, pretty};
use std::cmp::Reverse;
use std::mem::{forget, take};

/// Shortens reports, and the list of what is skipped beside them, to what can be written in the time that is left, so many
/// bytes in a second: drawings go first, then the least findings and the clusters that are ready. The report that says so (TF006);
/// `None` where nothing is left out.
pub fn shorten(
    checked: &mut [CheckedRoot],
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

/// Leaves out the drawings that cannot be written in the time that is left, so many bytes in a second. The report that says
/// so (TF006); `None` where nothing is left out.
pub fn shorten_drawings(drawings: &mut Vec<Drawing>, bytes_per_second: f64, budget: &Budget) -> Option<RootReport> {
    let mut room = budget.room(bytes_per_second);
    let fits = |drawing: &&Drawing| {
        let rest = room.checked_sub(kept::drawing(drawing));
        room = rest.unwrap_or(0);
        rest.is_some()
    };
    let count = drawings.iter().take_while(fits).count();
    let left = drawings.split_off(count);
    let message = format!("without {}: {}", plural(left.len(), "graph"), budget.too_long());
    let root = left.first().map(|drawing| drawing.root.clone())?;
    forget(left);
    let findings = vec![exceeded(None, message, "", Limit::Timeout)];
    Some(RootReport { root, findings, ..RootReport::default() })
}

/// So many resources of a plan tell how large it is when it is written.
const SAMPLE: usize = 100;
/// How many bytes of a plan are written in a second, on a slow machine.
const PLAN: f64 = 20e6;

/// Leaves out of a plan the resources that cannot be written in the time that is left, and says so (TF006).
pub fn shorten_plan(plan: &mut StaticPlan, budget: &Budget) {
    let all = plan.resources.len();
    if all <= SAMPLE {
        return;
    }
    let sample = plan.resources.iter().step_by(all / SAMPLE).cloned().collect::<Vec<_>>();
    let count = sample.len();
    let written = plan_json::write(&StaticPlan { resources: sample, ..StaticPlan::default() });
    let most = budget.room(PLAN) / (pretty(&written).len() / count).max(1);
    if all > most {
        forget(plan.resources.split_off(most));
        let message = format!("the plan is without {}: {}", plural(all - most, "instance"), budget.too_long());
        plan.findings.push(exceeded(None, message, "", Limit::Timeout));
    }
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
