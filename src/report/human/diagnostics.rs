//! The findings, each with its places in the source.

use super::{Detail, Page};
use crate::finding::{Finding, Level};
use crate::report::excerpt::Excerpts;
use crate::report::text::{line, lines};
use crate::report::{Diagnostic, Report, path};
use crate::source::{Sources, Span};
use codespan_reporting::diagnostic::{self as shown, LabelStyle, Severity};
use codespan_reporting::term::termcolor::Buffer;
use codespan_reporting::term::{self, Config};
use std::collections::HashMap;

pub fn write(report: &Report, sources: &Sources, page: &mut Page) {
    let quiet = page.detail == Detail::Quiet;
    for (diagnostic, roots) in fold(report) {
        if quiet && diagnostic.finding.level != Level::Error {
            continue;
        }
        show(diagnostic, &roots, sources, page);
    }
}

/// Findings that are the same in several roots, such as those in a shared module, with all the roots.
fn fold(report: &Report) -> Vec<(&Diagnostic, Vec<&str>)> {
    let mut at: HashMap<_, usize> = HashMap::new();
    let mut out: Vec<(&Diagnostic, Vec<&str>)> = Vec::new();
    for diagnostic in report.open() {
        let f = &diagnostic.finding;
        let index = *at.entry((f.code, f.primary, &f.message, environments(diagnostic))).or_insert(out.len());
        match out.get_mut(index) {
            Some((_, roots)) => roots.push(&diagnostic.root),
            None => out.push((diagnostic, vec![&diagnostic.root])),
        }
    }
    out
}

/// One finding as plain text with its source.
pub fn diagnostic_text(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let mut page = Page { buffer: Buffer::no_color(), detail: Detail::Normal, width: 100 };
    show(diagnostic, &[&diagnostic.root], sources, &mut page);
    String::from_utf8_lossy(page.buffer.as_slice()).into_owned()
}

/// A place in the source as plain text, with line numbers.
pub fn source_text(span: Span, sources: &Sources) -> String {
    let excerpts = Excerpts::new(&[span], sources);
    let label = excerpts.locate(span, sources).map(|(file, range)| shown::Label::primary(file, range));
    let place = shown::Diagnostic::note().with_labels(label.into_iter().collect());
    let mut buffer = Buffer::no_color();
    let _ = term::emit(&mut buffer, &Config { tab_width: 2, ..Config::default() }, &excerpts, &place);
    let text = String::from_utf8_lossy(buffer.as_slice()).into_owned();
    // The first line is the empty note itself.
    text.split_once('\n').map_or(text.clone(), |(_, rest)| rest.to_string())
}

fn environments(diagnostic: &Diagnostic) -> Vec<&str> {
    diagnostic.environments.iter().map(|e| e.environment.as_str()).collect()
}

fn show(diagnostic: &Diagnostic, roots: &[&str], sources: &Sources, page: &mut Page) {
    let finding = &diagnostic.finding;
    let spans: Vec<Span> = finding.primary.into_iter().chain(finding.related.iter().map(|l| l.span)).collect();
    let excerpts = Excerpts::new(&spans, sources);
    let mut labels = Vec::new();
    let mut label = |style, span, message: &str| {
        if let Some((file, range)) = excerpts.locate(span, sources) {
            labels.push(shown::Label { style, file_id: file, range, message: line(message).into_owned() });
        }
    };
    if let Some(span) = finding.primary {
        label(LabelStyle::Primary, span, &finding.primary_message);
    }
    for related in &finding.related {
        label(LabelStyle::Secondary, related.span, &related.message);
    }
    let mut notes: Vec<String> = finding.help.iter().map(|help| format!("help: {}", lines(help))).collect();
    if !stands_in(finding, roots, sources) {
        notes.push(in_roots(roots));
    }
    match environments(diagnostic).as_slice() {
        [] => {}
        [only] => notes.push(format!("in the environment {}", line(only))),
        several => notes.push(format!("in the environments {}", line(&several.join(", ")))),
    }
    let severity = match finding.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Note,
    };
    let diagnostic = shown::Diagnostic {
        severity,
        code: Some(format!("{} {}", finding.code, finding.name)),
        message: line(&finding.message).into_owned(),
        labels,
        notes,
    };
    let config = Config { tab_width: 2, ..Config::default() };
    if term::emit(&mut page.buffer, &config, &excerpts, &diagnostic).is_err() {
        // A place that cannot be drawn must not cost the finding.
        let bare = shown::Diagnostic { labels: Vec::new(), ..diagnostic };
        let _ = term::emit(&mut page.buffer, &config, &excerpts, &bare);
    }
}

/// Whether the finding's place says by itself which root module it is in: a file of that very folder.
fn stands_in(finding: &Finding, roots: &[&str], sources: &Sources) -> bool {
    if finding.primary.is_none() {
        // A finding in a document ends with the place in it: (FILE#POINTER).
        let place = finding.message.rsplit_once(" (").and_then(|(_, place)| place.strip_suffix(')'));
        return place.is_some_and(|place| place.contains('#'));
    }
    let path = finding.primary.map(|span| path(span, sources)).unwrap_or_default();
    let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
    roots.iter().all(|root| *root == folder)
}

/// Most roots that are named for one finding.
const MOST_ROOTS: usize = 5;

fn in_roots(roots: &[&str]) -> String {
    let mut roots: Vec<&str> = roots.to_vec();
    roots.dedup();
    let named = roots.iter().take(MOST_ROOTS).map(|r| line(r).into_owned()).collect::<Vec<_>>().join(", ");
    let more = roots.len().saturating_sub(MOST_ROOTS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("in root module{} {named}{more}", if roots.len() == 1 { "" } else { "s" })
}
