//! The findings, each with its places in the source.

use super::groups::{FindingGroup, Folded, groups};
use super::{Detail, Page, Style, clusters, links};
use crate::base::source::{Sources, Span};
use crate::diagnostic::{Finding, Level, Location, words};
use crate::report::excerpt::Excerpts;
use crate::report::place::ShownPlace;
use crate::report::text::{line, lines};
use crate::report::{Diagnostic, Report, path, url};
use crate::resolve::provenance::Step;
use codespan_reporting::diagnostic::{self as shown, LabelStyle, Severity};
use codespan_reporting::term::termcolor::Buffer;
use codespan_reporting::term::{self, Config};
use std::collections::BTreeMap;
use std::io::Write;
use unicode_width::UnicodeWidthStr;

/// Most findings of one rule that are shown with their source, unless everything is asked for: errors, and others.
const MOST: (usize, usize) = (20, 5);
/// Most further places of one rule that are named.
const MOST_PLACES: (usize, usize) = (200, 10);

pub fn write(report: &Report, sources: &Sources, page: &mut Page) {
    let quiet = page.detail == Detail::Quiet;
    let groups = groups(report, |finding| !quiet || finding.level == Level::Error);
    let headings = groups.len() > 1;
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    let mut more: BTreeMap<&str, Vec<&Folded>> = BTreeMap::new();
    for group in &groups {
        let mut headed = !headings;
        for folded in &group.findings {
            let finding = &folded.diagnostic.finding;
            let count = shown.entry(finding.code).or_default();
            *count += 1;
            if page.detail != Detail::Verbose && *count > of(finding.level, MOST) {
                more.entry(finding.code).or_default().push(folded);
                continue;
            }
            if !std::mem::replace(&mut headed, true) {
                heading(group, report, sources, page);
            }
            show(folded, sources, page);
        }
    }
    more_of_the_same(&more, sources, page);
}

fn of(level: Level, (errors, others): (usize, usize)) -> usize {
    if level == Level::Error { errors } else { others }
}

/// A line across the page, with the cluster that the findings below it concern.
fn heading(group: &FindingGroup, report: &Report, sources: &Sources, page: &mut Page) {
    let name = match group.cluster {
        Some(cluster) => format!("{}{}", cluster.address, clusters::root(cluster, report, sources)),
        None => "the configuration as a whole".into(),
    };
    page.put(Style::Dim, "── ");
    page.put(Style::Bold, &name);
    page.put(Style::Dim, &format!(" {}", "─".repeat(page.width.saturating_sub(name.width() + 4).max(2))));
    page.end();
    page.end();
}

/// The findings beyond those that are shown, each with its place.
fn more_of_the_same(more: &BTreeMap<&str, Vec<&Folded>>, sources: &Sources, page: &mut Page) {
    for (code, findings) in more {
        let Some(first) = findings.first().map(|f| &f.diagnostic.finding) else { continue };
        page.link(Style::Bold, &format!("{code} {}", first.name), url(code));
        page.put(Style::Plain, &format!(": {} more (--verbose shows them)", findings.len()));
        page.end();
        let most = of(first.level, MOST_PLACES);
        for folded in findings.iter().take(most) {
            let finding = &folded.diagnostic.finding;
            page.space(2);
            if let Some(span) = finding.span() {
                let place = ShownPlace::of(span, sources);
                page.link(Style::Plain, &place.to_string(), links::file(&place.file));
                page.space(2);
            }
            page.put(Style::Dim, finding.address.as_deref().unwrap_or(&finding.text()));
            page.end();
        }
        let rest = findings.len().saturating_sub(most);
        if rest > 0 {
            page.space(2);
            page.put(Style::Dim, &format!("and {rest} more"));
            page.end();
        }
        page.end();
    }
}

/// The source of a finding as plain text: its place and all of its trace, with line numbers. Empty where it has no place.
pub fn finding_text(finding: &Finding, sources: &Sources) -> String {
    let (excerpts, labels) = marked(finding, &finding.trace, sources);
    drawn(&excerpts, labels)
}

/// A place in the source as plain text, with line numbers.
pub fn source_text(span: Span, sources: &Sources) -> String {
    let excerpts = Excerpts::new(&[span], sources);
    let label = excerpts.locate(span, sources).map(|(file, range)| shown::Label::primary(file, range));
    drawn(&excerpts, label.into_iter().collect())
}

fn drawn(excerpts: &Excerpts, labels: Vec<shown::Label<usize>>) -> String {
    let place = shown::Diagnostic::note().with_labels(labels);
    let mut buffer = Buffer::no_color();
    let _ = term::emit(&mut buffer, &Config { tab_width: 2, ..Config::default() }, excerpts, &place);
    let text = String::from_utf8_lossy(buffer.as_slice()).into_owned();
    // The first line is the empty note itself.
    text.split_once('\n').map_or(text.clone(), |(_, rest)| rest.to_string())
}

fn environments(diagnostic: &Diagnostic) -> Vec<&str> {
    diagnostic.environments.iter().map(|e| e.environment.as_str()).collect()
}

/// What is shown of a finding's trace: its end, or all of it.
fn steps(finding: &Finding, detail: Detail) -> &[Step] {
    match detail {
        Detail::Verbose => &finding.trace,
        _ => finding.origin().or(finding.trace.last()).map_or(&[], std::slice::from_ref),
    }
}

/// The places of a finding with their remarks, and the files that they are in.
fn marked(finding: &Finding, steps: &[Step], sources: &Sources) -> (Excerpts, Vec<shown::Label<usize>>) {
    let trace = steps.iter().map(|step| step.span);
    let related = finding.related.iter().map(|label| label.span);
    let spans: Vec<Span> = finding.span().into_iter().chain(trace).chain(related).collect();
    let excerpts = Excerpts::new(&spans, sources);
    let mut labels = Vec::new();
    let mut label = |style, span, message: &str| {
        if let Some((file, range)) = excerpts.locate(span, sources) {
            labels.push(shown::Label { style, file_id: file, range, message: line(message).into_owned() });
        }
    };
    if let Some(span) = finding.span() {
        label(LabelStyle::Primary, span, &finding.primary_message);
    }
    for step in steps {
        label(LabelStyle::Secondary, step.span, &words::step(&step.kind));
    }
    for related in &finding.related {
        label(LabelStyle::Secondary, related.span, &related.message);
    }
    (excerpts, labels)
}

fn show(folded: &Folded, sources: &Sources, page: &mut Page) {
    let Folded { diagnostic, roots, also } = folded;
    let finding = &diagnostic.finding;
    let steps = steps(finding, page.detail);
    let (excerpts, labels) = marked(finding, steps, sources);
    let mut notes: Vec<String> = finding.help.iter().map(|help| format!("help: {}", lines(help))).collect();
    if !stands_in(finding, roots, sources) {
        notes.push(in_roots(roots));
    }
    if !also.is_empty() {
        notes.push(format!("the same for {}", some(also.iter().copied())));
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
        message: line(&finding.text()).into_owned(),
        labels,
        notes,
    };
    let text = page.rendered(&excerpts, &diagnostic);
    if !page.links {
        let _ = page.buffer.write_all(text.as_bytes());
        return;
    }
    let names = excerpts.names();
    let rule = diagnostic.code.as_deref().unwrap_or_default();
    let linked = links::in_finding(&text, rule, url(finding.code).as_deref(), names);
    let _ = page.buffer.write_all(linked.as_bytes());
}

impl Page {
    /// What the renderer makes of a finding.
    fn rendered(&self, excerpts: &Excerpts, diagnostic: &shown::Diagnostic<usize>) -> String {
        let config = Config { tab_width: 2, ..Config::default() };
        let mut buffer = self.beside();
        if term::emit(&mut buffer, &config, excerpts, diagnostic).is_err() {
            // A place that cannot be drawn must not cost the finding.
            let bare = shown::Diagnostic { labels: Vec::new(), ..diagnostic.clone() };
            buffer.clear();
            let _ = term::emit(&mut buffer, &config, excerpts, &bare);
        }
        String::from_utf8_lossy(buffer.as_slice()).into_owned()
    }
}

/// Whether the finding's place says by itself which root module it is in: a file of that very folder.
fn stands_in(finding: &Finding, roots: &[&str], sources: &Sources) -> bool {
    let path = match &finding.primary {
        Location::Span(span) => path(*span, sources),
        Location::Pointer(_) => return true,
        Location::Whole => return false,
    };
    let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
    roots.iter().all(|root| *root == folder)
}

/// Most names of root modules or clusters that are given for one finding.
const MOST_NAMES: usize = 5;

fn in_roots(roots: &[&str]) -> String {
    let mut roots: Vec<&str> = roots.to_vec();
    roots.dedup();
    format!("in root module{} {}", if roots.len() == 1 { "" } else { "s" }, some(roots.into_iter()))
}

/// The first few names, and how many more there are.
fn some<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let named = names.take(MOST_NAMES).map(|n| line(n).into_owned()).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}
