//! `kfplint suppressions`: where each is, which rules, how many findings, until when, why.

use super::settings::Job;
use super::{FINDINGS, Failure, READY, check, left_out, output};
use crate::base::date;
use crate::base::source::Sources;
use crate::cli::{CheckArgs, ListArgs, ListFormat};
use crate::report;
use crate::suppress::{Suppression, SuppressionState};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

/// Prints all suppressions: where, which rules, how many findings, until when, why.
///
/// # Errors
/// What keeps kfplint from looking.
pub fn run(args: ListArgs) -> Result<u8, Failure> {
    let ListArgs { paths, inputs, config, format } = args;
    let job = Job::new(CheckArgs { paths, inputs, config, ..CheckArgs::default() })?;
    let outcome = check::checked(&job)?;
    let all = &outcome.suppressions.all;
    output::stdout(&match format {
        ListFormat::Json => report::pretty(&json!({
            "version": 1,
            "suppressions": all.iter().map(|s| entry(s, &outcome.sources)).collect::<Vec<_>>(),
        })),
        ListFormat::Human => table(all, &outcome.sources),
    })?;
    Ok(if left_out::say(&outcome.report, &outcome.loader, &outcome.sources) { FINDINGS } else { READY })
}

fn entry(suppression: &Suppression, sources: &Sources) -> Value {
    json!({
        "location": report::location(suppression.location, sources),
        "rules": suppression.rules.iter().map(|rule| &rule.text).collect::<Vec<_>>(),
        "reason": suppression.reason,
        "until": suppression.until.map(date::show),
        "ended": suppression.state == SuppressionState::Ended,
        "findings": suppression.held,
    })
}

fn table(all: &[Suppression], sources: &Sources) -> Vec<u8> {
    let row = |s: &Suppression| {
        let line = sources.get(s.location.file).map_or(1, |file| file.position(s.location.start).line);
        let rules: Vec<&str> = s.rules.iter().map(|rule| rule.text.as_str()).collect();
        let until = s.until.map(|day| match s.state {
            SuppressionState::Ended => format!("ended {}", date::show(day)),
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
