//! The findings, each with its places in the source.

use super::groups::{FindingGroup, Folded, groups};
use super::source::{self, Mark};
use super::{Detail, Page, Style, clusters, links};
use crate::base::source::{Sources, Span};
use crate::diagnostic::{Finding, Label, Level, Location, words};
use crate::report::place::ShownPlace;
use crate::report::text::{line, lines};
use crate::report::wrap::wrap;
use crate::report::{Diagnostic, Report, ReportStyle, path, url, word};
use crate::resolve::provenance::{Step, StepKind};
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr;

/// Most findings of one rule that are shown with their source, unless everything is asked for: errors, and others.
const MOST: (usize, usize) = (20, 5);
/// Most further places of one rule that are named.
const MOST_PLACES: (usize, usize) = (200, 10);

pub fn write(report: &Report, sources: &Sources, page: &mut Page) {
    let quiet = page.detail == Detail::Quiet;
    let everywhere = page.detail != Detail::Verbose;
    let groups = groups(report, everywhere, |finding| !quiet || finding.level == Level::Error);
    let headings = groups.len() > 1;
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    let mut more: BTreeMap<&str, Vec<&Folded>> = BTreeMap::new();
    for group in &groups {
        let mut headed = !headings;
        let mut inputs = SaidInputs::default();
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
            show(folded, &mut inputs, sources, page);
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
    for text in wrap(&name, page.width.saturating_sub(3)) {
        page.put(Style::Dim, "── ");
        page.put(Style::Bold, &text);
        let rest = page.width.saturating_sub(text.width() + 4);
        if rest > 0 {
            page.put(Style::Dim, &format!(" {}", "─".repeat(rest)));
        }
        page.end();
    }
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
            let about = finding.address.clone().unwrap_or_else(|| finding.text().into_owned());
            let place = finding.span().map(|span| ShownPlace::of(span, sources));
            page.space(2);
            if let Some(place) = &place {
                page.link(Style::Plain, &place.to_string(), links::file(&place.file));
            }
            let used = place.map_or(0, |place| place.to_string().width() + 2);
            page.beside_or_below(used, 4, &about);
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

/// Columns of a source that is shown apart from the report.
const APART: usize = 160;

/// The source of a finding as plain text: its place and all of its trace, with line numbers. Empty where it has no place.
pub fn finding_text(finding: &Finding, sources: &Sources) -> String {
    drawn(&marks(finding, &finding.trace, &finding.related), sources)
}

/// A place in the source as plain text, with line numbers.
pub fn source_text(span: Span, sources: &Sources) -> String {
    drawn(&[Mark { span, message: String::new(), is_primary: true }], sources)
}

fn drawn(marks: &[Mark], sources: &Sources) -> String {
    let mut page = Page::new(ReportStyle::plain(Detail::Verbose, APART));
    source::draw(marks, sources, Style::Plain, &mut page);
    String::from_utf8_lossy(page.buffer.as_slice()).into_owned()
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

/// The places of a finding with their remarks.
fn marks<'l>(finding: &Finding, steps: &[Step], related: impl IntoIterator<Item = &'l Label>) -> Vec<Mark> {
    let own = finding.span().map(|span| (span, finding.primary_message.clone(), true));
    let steps = steps.iter().map(|step| (step.span, words::step(&step.kind), false));
    let related = related.into_iter().map(|label| (label.span, label.message.clone(), false));
    let all = own.into_iter().chain(steps).chain(related);
    all.map(|(span, message, is_primary)| Mark { span, message, is_primary }).collect()
}

/// The inputs at which its trace ends, where there are several: no line of one says which they are.
fn unset(finding: &Finding, detail: Detail) -> Vec<Label> {
    let ends = finding.trace.iter().filter(|step| matches!(step.kind, StepKind::Unset(_)));
    let ends: Vec<Label> = ends.map(|step| Label { span: step.span, message: words::step(&step.kind) }).collect();
    if detail == Detail::Verbose || ends.len() < 2 { Vec::new() } else { ends }
}

/// Shows a finding; `inputs` are those that were said of the last one to decide it.
fn show(folded: &Folded, inputs: &mut SaidInputs, sources: &Sources, page: &mut Page) {
    let finding = &folded.diagnostic.finding;
    let style = match finding.level {
        Level::Error => Style::Bad,
        Level::Warning => Style::Open,
        Level::Note => Style::Note,
    };
    title(finding, style, page);
    // What only names an input has no need of its line.
    let is_input = |label: &&Label| page.detail != Detail::Verbose && words::input(&label.message).is_some();
    let (named, related): (Vec<&Label>, Vec<&Label>) = finding.related.iter().partition(is_input);
    let unset = unset(finding, page.detail);
    let steps = if unset.is_empty() { steps(finding, page.detail) } else { &[] };
    let named: Vec<&Label> = unset.iter().chain(named).collect();
    let numbers = source::draw(&marks(finding, steps, related), sources, style, page);
    let own = inputs.of(finding.code, &named, sources);
    for note in own.into_iter().chain(notes(folded, sources)) {
        remark(&note, numbers, page);
    }
    page.end();
}

/// Level, rule and message.
fn title(finding: &Finding, style: Style, page: &mut Page) {
    let rule = format!("{} {}", finding.code, finding.name);
    let before = word(finding.level).len() + rule.width() + 2;
    if page.links {
        page.put(style, &format!("{}[", word(finding.level)));
        page.link(style, &rule, url(finding.code));
        page.put(style, "]");
    } else {
        page.put(style, &format!("{}[{rule}]", word(finding.level)));
    }
    // A word that is as wide as the rule stands for it.
    let text = format!("{}: {}", "x".repeat(before), line(&finding.text()));
    let mut lines = wrap(&text, page.width).into_iter();
    let first = lines.next().unwrap_or_default();
    page.put(Style::Bold, first.get(before..).unwrap_or_default());
    page.end();
    let rest = lines.collect::<Vec<_>>().join(" ");
    for text in wrap(&rest, page.width.saturating_sub(2)).iter().filter(|text| !text.is_empty()) {
        page.space(2);
        page.put(Style::Bold, text);
        page.end();
    }
}

/// A remark beneath the source; its first line may be followed by lines of code.
fn remark(text: &str, numbers: usize, page: &mut Page) {
    let (first, code) = text.split_once('\n').unwrap_or((text, ""));
    let indent = numbers + 3;
    for (at, text) in wrap(first, page.width.saturating_sub(indent)).iter().enumerate() {
        match at {
            0 => {
                page.space(numbers + 1);
                page.put(Style::Dim, "=");
                page.space(1);
            }
            _ => page.space(indent),
        }
        page.put(Style::Plain, text);
        page.end();
    }
    for text in code.lines() {
        page.space(indent);
        page.put(Style::Plain, &text.replace('\t', "  "));
        page.end();
    }
}

/// What is to be said of a finding beneath its source.
fn notes(folded: &Folded, sources: &Sources) -> Vec<String> {
    let Folded { diagnostic, roots, also, elsewhere } = folded;
    let finding = &diagnostic.finding;
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
    if !elsewhere.is_empty() {
        let most = of(finding.level, MOST_PLACES);
        let mut places: Vec<ShownPlace> =
            elsewhere.iter().filter_map(|d| Some(ShownPlace::of(d.finding.span()?, sources))).collect();
        places.sort_by(|a, b| (&a.file, a.start.offset).cmp(&(&b.file, b.start.offset)));
        places.dedup();
        let more = places.len().saturating_sub(most);
        let more = if more > 0 { format!(" and {more} more (--verbose shows them)") } else { String::new() };
        notes.push(format!("the same at {}{more}", lines_of(places.into_iter().take(most))));
    }
    notes
}

/// The inputs that decide findings, which are said once for findings that follow each other.
#[derive(Default)]
struct SaidInputs {
    last: Option<(&'static str, String)>,
}

impl SaidInputs {
    /// What to say of the inputs of a finding of this rule.
    fn of(&mut self, code: &'static str, named: &[&Label], sources: &Sources) -> Option<String> {
        let mut kinds: Vec<(&str, Vec<String>)> = Vec::new();
        let mut file = String::new();
        for label in named {
            let Some((name, what)) = words::input(&label.message) else { continue };
            let place = ShownPlace::of(label.span, sources);
            let name = match place.file == file {
                true => format!("{name} (:{})", place.start.line),
                false => format!("{name} ({}:{})", place.file, place.start.line),
            };
            file = place.file;
            match kinds.iter_mut().find(|(kind, _)| *kind == what) {
                Some((_, names)) => names.push(name),
                None => kinds.push((what, vec![name])),
            }
        }
        let said: Vec<String> = kinds.into_iter().map(|(what, names)| words::inputs(&names, what)).collect();
        let said = said.join("; ");
        if said.is_empty() {
            self.last = None;
            return None;
        }
        if let Some((first, _)) = self.last.as_ref().filter(|(_, last)| *last == said) {
            return Some(format!("the same inputs decide it as {first}"));
        }
        self.last = Some((code, said.clone()));
        Some(said)
    }
}

/// Files and lines, each file once: `a.tf:1, :7, b.tf:2`.
fn lines_of(places: impl Iterator<Item = ShownPlace>) -> String {
    let mut file = String::new();
    let place = |place: ShownPlace| {
        let text = match place.file == file {
            true => format!(":{}", place.start.line),
            false => format!("{}:{}", place.file, place.start.line),
        };
        file = place.file;
        text
    };
    places.map(place).collect::<Vec<_>>().join(", ")
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
const MOST_NAMES: usize = 3;

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
