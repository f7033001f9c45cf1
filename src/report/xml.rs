//! `--format checkstyle` and `--format junit`.
//!
//! Sources: Checkstyle's XML report (`checkstyle` element, version 8); the JUnit XML that Jenkins, GitLab and GitHub's
//! report actions read.

use super::{Diagnostic, Report, ReportView, line, word};
use crate::base::source::Sources;
use crate::diagnostic::{ClusterReport, Level, Requirement, Status};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::collections::{BTreeMap, HashMap};
use std::io::{Result, Write};

type Xml<'w> = Writer<&'w mut dyn Write>;

fn document(out: &mut dyn Write, fill: impl FnOnce(&mut Xml) -> Result<()>) -> Result<()> {
    let mut xml: Xml = Writer::new_with_indent(out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    fill(&mut xml)?;
    xml.into_inner().write_all(b"\n")
}

/// Writes the findings by file.
///
/// # Errors
/// What `out` gives.
pub fn checkstyle(report: ReportView, sources: &Sources, out: &mut dyn Write) -> Result<()> {
    let mut files: BTreeMap<String, Vec<(&Diagnostic, u32, u32)>> = BTreeMap::new();
    for diagnostic in report.reported() {
        match report.shown_place(diagnostic, sources) {
            Some(p) => files.entry(p.file).or_default().push((diagnostic, p.start.line, p.start.column)),
            None => files.entry(diagnostic.root.clone()).or_default().push((diagnostic, 1, 1)),
        }
    }
    document(out, |xml| {
        xml.create_element("checkstyle").with_attribute(("version", "8.0")).write_inner_content(|xml| {
            if let Some((_, hidden)) = report.hidden() {
                xml.write_event(Event::Comment(BytesText::from_escaped(comment(&hidden))))?;
            }
            for (file, diagnostics) in &files {
                xml.create_element("file").with_attribute(("name", &*line(file))).write_inner_content(|xml| {
                    diagnostics.iter().try_for_each(|(d, at, column)| {
                        let f = &d.finding;
                        let severity = if f.level == Level::Note { "info" } else { word(f.level) };
                        xml.create_element("error")
                            .with_attribute(("line", at.to_string().as_str()))
                            .with_attribute(("column", column.to_string().as_str()))
                            .with_attribute(("severity", severity))
                            .with_attribute(("message", &*line(&report.message(d))))
                            .with_attribute(("source", format!("kfplint.{}", f.code).as_str()))
                            .write_empty()
                            .map(|_| ())
                    })
                })?;
            }
            Ok(())
        })?;
        Ok(())
    })
}

/// The text of a comment, in which no two hyphens may stand side by side.
fn comment(text: &str) -> String {
    format!(" Configuration: {} ", line(text).replace("--", "\u{2010}\u{2010}"))
}

/// Writes a test case for each cluster and requirement, and one for each finding that belongs to no cluster of the report.
///
/// # Errors
/// What `out` gives.
pub fn junit(report: ReportView, sources: &Sources, out: &mut dyn Write) -> Result<()> {
    // By root module and address: not every finding is held against every cluster.
    fn place(cluster: &ClusterReport) -> (&str, &str) {
        (&cluster.root, &cluster.address)
    }
    let mut clusters: HashMap<(&str, &str), Vec<&ClusterReport>> = HashMap::new();
    report.clusters.iter().for_each(|c| clusters.entry(place(c)).or_default().push(c));
    let mut found: HashMap<(&str, &str), Vec<&Diagnostic>> = HashMap::new();
    let mut own: Vec<&Diagnostic> = Vec::new();
    for diagnostic in report.open() {
        let cluster = (diagnostic.root.as_str(), diagnostic.finding.cluster.as_deref().unwrap_or_default());
        match clusters.get(&cluster).is_some_and(|all| all.iter().any(|c| diagnostic.is_of(c))) {
            true => found.entry(cluster).or_default().push(diagnostic),
            false => own.push(diagnostic),
        }
    }
    let suite_of = |cluster| {
        let found = found.get(&place(cluster)).map_or(&[][..], Vec::as_slice);
        (cluster, cases(&report, cluster, found, sources))
    };
    let suites: Vec<(&ClusterReport, Vec<Case>)> = report.clusters.iter().map(suite_of).collect();
    let all = || suites.iter().flat_map(|(_, cases)| cases);
    let tests = all().count() + own.len();
    let hidden = report.hidden().map(|(_, text)| text);
    let hidden = hidden.as_deref();
    let failures = all().filter(|c| c.failed).count() + own.iter().filter(|d| is_error(d)).count();
    document(out, |xml| {
        xml.create_element("testsuites")
            .with_attribute(("name", "kfplint"))
            .with_attribute(("tests", tests.to_string().as_str()))
            .with_attribute(("failures", failures.to_string().as_str()))
            .write_inner_content(|xml| {
                suites.iter().try_for_each(|(cluster, cases)| suite(xml, cluster, cases, hidden))?;
                if !own.is_empty() {
                    configuration(xml, &report, &own, hidden, sources)?;
                }
                Ok(())
            })?;
        Ok(())
    })
}

/// A requirement of a cluster, as a test.
struct Case<'r> {
    requirement: &'r Requirement,
    /// Its findings.
    details: String,
    /// Only error-level requirements fail a test: warnings are said in its output.
    failed: bool,
}

fn cases<'r>(report: &Report, cluster: &'r ClusterReport, found: &[&Diagnostic], sources: &Sources) -> Vec<Case<'r>> {
    let case = |r: &'r Requirement| {
        let of_case = |d: &&Diagnostic| d.finding.code == r.code && d.is_of(cluster);
        let details: Vec<String> = found.iter().copied().filter(of_case).map(|d| detail(report, d, sources)).collect();
        // With all its findings in the baseline, or those of its causes, it is known to fail.
        let tells = |d: &&Diagnostic| r.because_of.contains(&d.finding.code) && d.root == cluster.root;
        let known = report.baseline.is_some() && details.is_empty() && !found.iter().copied().any(|d| tells(&d));
        let failed = r.status == Status::Unmet && r.level == Level::Error && !r.suppressed && !known;
        Case { requirement: r, details: details.join("\n"), failed }
    };
    cluster.requirements.iter().map(case).collect()
}

/// What the configuration turns off, as a property of a suite.
fn property(xml: &mut Xml, hidden: Option<&str>) -> Result<()> {
    let Some(hidden) = hidden else { return Ok(()) };
    xml.create_element("properties").write_inner_content(|xml| {
        let property = xml.create_element("property").with_attribute(("name", "kfplint.configuration"));
        property.with_attribute(("value", &*line(hidden))).write_empty().map(|_| ())
    })?;
    Ok(())
}

fn suite(xml: &mut Xml, cluster: &ClusterReport, cases: &[Case], hidden: Option<&str>) -> Result<()> {
    let environment = cluster.environment.as_ref().map(|e| format!(" ({e})")).unwrap_or_default();
    let name = format!("{} {}{environment}", cluster.root, cluster.address);
    let count = |test: fn(&&Case) -> bool| cases.iter().filter(test).count().to_string();
    xml.create_element("testsuite")
        .with_attribute(("name", &*line(&name)))
        .with_attribute(("tests", count(|_| true).as_str()))
        .with_attribute(("failures", count(|c| c.failed).as_str()))
        .with_attribute(("skipped", count(|c| skipped(c)).as_str()))
        .write_inner_content(|xml| {
            property(xml, hidden)?;
            cases.iter().try_for_each(|case| write(xml, &cluster.address, case))
        })?;
    Ok(())
}

fn skipped(case: &Case) -> bool {
    matches!(case.requirement.status, Status::Undecided | Status::NotApplicable)
}

fn write(xml: &mut Xml, address: &str, case: &Case) -> Result<()> {
    let r = case.requirement;
    let name = format!("{} {}", r.code, r.name);
    let element = xml.create_element("testcase").with_attribute(("classname", &*line(address)));
    element.with_attribute(("name", name.as_str())).write_inner_content(|xml| {
        let why = r.why();
        let reason = line(&why);
        if case.failed {
            let failure = xml.create_element("failure").with_attribute(("message", &*reason));
            failure.write_text_content(BytesText::new(&case.details))?;
        } else if skipped(case) {
            xml.create_element("skipped").with_attribute(("message", &*reason)).write_empty()?;
        } else if !case.details.is_empty() {
            xml.create_element("system-out").write_text_content(BytesText::new(&case.details))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn is_error(d: &Diagnostic) -> bool {
    d.finding.level == Level::Error
}

fn configuration(
    xml: &mut Xml,
    report: &Report,
    own: &[&Diagnostic],
    hidden: Option<&str>,
    sources: &Sources,
) -> Result<()> {
    let errors = own.iter().filter(|d| is_error(d)).count();
    xml.create_element("testsuite")
        .with_attribute(("name", "configuration"))
        .with_attribute(("tests", own.len().to_string().as_str()))
        .with_attribute(("failures", errors.to_string().as_str()))
        .write_inner_content(|xml| {
            property(xml, hidden)?;
            own.iter().try_for_each(|d| {
                let f = &d.finding;
                let element = xml.create_element("testcase").with_attribute(("classname", &*line(&d.root)));
                let element = element
                    .with_attribute(("name", format!("{} {}: {}", f.code, f.name, line(&report.message(d))).as_str()));
                element.write_inner_content(|xml| {
                    let text = detail(report, d, sources);
                    if is_error(d) {
                        let failure = xml.create_element("failure").with_attribute(("message", &*line(&f.text())));
                        failure.write_text_content(BytesText::new(&text))?;
                    } else {
                        xml.create_element("system-out").write_text_content(BytesText::new(&text))?;
                    }
                    Ok(())
                })?;
                Ok(())
            })
        })?;
    Ok(())
}

fn detail(report: &Report, d: &Diagnostic, sources: &Sources) -> String {
    let f = &d.finding;
    let place = report.shown_place(d, sources);
    let place = place.map_or_else(|| d.root.clone(), |p| p.to_string());
    let mut text = format!("{}: {}: {}", line(&place), word(f.level), line(&report.message(d)));
    for help in &f.help {
        let lines: Vec<_> = help.split('\n').map(line).collect();
        text.push_str(&format!("\n  help: {}", lines.join("\n  ")));
    }
    text
}
