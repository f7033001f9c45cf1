//! Suppressions in a run: which count, what they hold back, and the list of them.

use super::{Checked, FINDINGS, Failure, Job, READY, judge, output, reach};
use crate::base::date;
use crate::base::source::Sources;
use crate::cli::{CheckArgs, ListArgs, ListFormat};
use crate::config::{Config, Places};
use crate::diagnostic::{ClusterReport, Level, Requirement, RootReport, Status, Verdict};
use crate::load::Discovery;
use crate::load::loader::{Loader, Texts};
use crate::report;
use crate::settings::Ignores;
use crate::suppress::{Policy, State, Suppression, Suppressions};
use serde_json::{Value, json};
use std::cell::LazyCell;
use std::path::Path;
use unicode_width::UnicodeWidthStr;

/// Sets the findings aside that comments and the configuration suppress, finds the comments that suppress nothing, and
/// sets the levels. What is found beside the roots is added to the reports.
pub fn apply(
    checked: Vec<Checked>,
    job: &Job,
    loader: &Loader,
    sources: &Sources,
    found: &Discovery,
) -> (Suppressions, Vec<RootReport>) {
    let ignores = job.args.ignores;
    let today = time::OffsetDateTime::now_utc().date();
    let policy = Policy { on: ignores != Ignores::Off, require_reason: ignores == Ignores::RequireReason, today };
    let mut all = Suppressions::gather(loader, sources, &job.config, policy);
    let mut reports = Vec::with_capacity(checked.len());
    for mut root in checked {
        all.apply(&mut root.report, &root.outline, sources);
        reports.push(root.report);
    }
    let opened = LazyCell::new(|| loader.opened());
    // A module outside of the named folders, or where only some root modules are looked at, may have further callers;
    // and what `terraform init` wrote is not the user's.
    let everything = job.args.shard.is_none() && !job.args.changed;
    let whole = |real: &Path| everything || found.roots.iter().any(|root| real.parent() == Some(root.dir.as_path()));
    let concerns = |id| {
        opened.get(&id).is_some_and(|(real, _)| {
            found.named.iter().any(|folder| real.starts_with(folder))
                && whole(real)
                && !real.components().any(|c| c.as_os_str() == ".terraform")
        })
    };
    let roots = reports.iter().map(|report| report.root.clone()).collect();
    reports.extend(all.lint(&roots, sources, concerns));
    if job.config.levels.is_default() && job.config.ignores.is_empty() {
        return (all, reports);
    }
    let places = job.config.places(loader);
    if !job.config.levels.is_default() {
        reports.iter_mut().for_each(|report| job.config.levels.apply(report, &places));
    }
    // With --strict it is not the one in the tree that is judged.
    if let (None, false, Some(file)) = (&job.args.config.config, job.args.strict, job.config.file()) {
        reports.iter_mut().for_each(|report| distrust(report, file, &job.config, &places));
    }
    (all, reports)
}

/// Why a cluster is undecided that nothing was held against.
const NONE_LEFT: &str = "it turns off, suppresses or lowers all rules that decide a cluster, so that no cluster was judged; leave \
                         some of them on, or pass the file with --config if you trust it";

/// A configuration that was found in the tree may be that of a stranger: where it leaves nothing that decides a cluster,
/// the cluster is not ready, but undecided. So where it would suppress or lower all of that in the cluster's file.
fn distrust(report: &mut RootReport, file: &Path, config: &Config, places: &Places) {
    let decides = |c: &ClusterReport, r: &Requirement| {
        let place = c.location.and_then(|at| places.get(&at.file));
        let off = place.is_some_and(|place| config.eases(r.code, r.name, place));
        r.level == Level::Error && r.status != Status::NotApplicable && !r.suppressed && !off
    };
    let unjudged =
        |c: &&mut ClusterReport| c.verdict == Verdict::Ready && !c.requirements.iter().any(|r| decides(c, r));
    let unjudged: Vec<_> = report.clusters.iter_mut().filter(unjudged).collect();
    if unjudged.is_empty() {
        return;
    }
    unjudged.into_iter().for_each(|cluster| cluster.verdict = Verdict::Undecided);
    report.coverage.skipped.push((file.to_string_lossy().replace('\\', "/"), NONE_LEFT.into()));
}

/// Prints all suppressions: where, which rules, how many findings, until when, why.
///
/// # Errors
/// What keeps kfplint from looking.
pub fn list(args: ListArgs) -> Result<u8, Failure> {
    let ListArgs { paths, inputs, config, format } = args;
    let job = Job::new(CheckArgs { paths, inputs, config, ..CheckArgs::default() })?;
    let run = judge(&job, Texts::new())?;
    let all = &run.suppressions.all;
    output::stdout(&match format {
        ListFormat::Json => report::pretty(&json!({
            "version": 1,
            "suppressions": all.iter().map(|s| entry(s, &run.sources)).collect::<Vec<_>>(),
        })),
        ListFormat::Human => table(all, &run.sources),
    })?;
    Ok(if reach::say(&run.report, &run.loader, &run.sources) { FINDINGS } else { READY })
}

fn entry(suppression: &Suppression, sources: &Sources) -> Value {
    json!({
        "location": report::location(suppression.location, sources),
        "rules": suppression.rules.iter().map(|rule| &rule.text).collect::<Vec<_>>(),
        "reason": suppression.reason,
        "until": suppression.until.map(date::show),
        "ended": suppression.state == State::Ended,
        "findings": suppression.held,
    })
}

fn table(all: &[Suppression], sources: &Sources) -> Vec<u8> {
    let row = |s: &Suppression| {
        let line = sources.get(s.location.file).map_or(1, |file| file.position(s.location.start).line);
        let rules: Vec<&str> = s.rules.iter().map(|rule| rule.text.as_str()).collect();
        let until = s.until.map(|day| match s.state {
            State::Ended => format!("ended {}", date::show(day)),
            _ => format!("until {}", date::show(day)),
        });
        [
            format!("{}:{line}", report::path(s.location, sources)),
            rules.join(", "),
            report::plural(s.held, "finding"),
            until.unwrap_or_default(),
            s.reason.clone().unwrap_or_else(|| "no reason given".into()),
        ]
    };
    let rows: Vec<[String; 5]> = all.iter().map(row).collect();
    let width = |i: usize| rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths).filter(|(_, width)| **width > 0) {
            line += &format!("{cell}{}", " ".repeat(width - cell.width() + 2));
        }
        text += &format!("{}\n", report::line(line.trim_end()));
    }
    text += &format!("{}\n", report::plural(rows.len(), "suppression"));
    text.into_bytes()
}
