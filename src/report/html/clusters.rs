//! The verdict of each cluster, and its table of requirements: what is wrong first.

use super::{class, link, place_text, root_text, verdict};
use crate::base::source::Sources;
use crate::diagnostic::{ClusterReport, Level, Requirement, Status};
use crate::report::ReportView;
use crate::report::graph::escape;
use std::io::{Result, Write};

pub fn write(report: ReportView, sources: &Sources, out: &mut dyn Write) -> Result<()> {
    writeln!(
        out,
        "<section id=\"clusters\" aria-labelledby=\"clusters-title\"><h2 id=\"clusters-title\">Clusters</h2>"
    )?;
    match report.clusters.len() {
        0 => writeln!(out, "<p>No cluster was found.</p>")?,
        1 => {}
        _ => overview(report, out)?,
    }
    for (i, cluster) in report.clusters.iter().enumerate() {
        one(i, cluster, sources, out)?;
    }
    writeln!(out, "</section>")?;
    Ok(())
}

/// All clusters at a glance.
fn overview(report: ReportView, out: &mut dyn Write) -> Result<()> {
    writeln!(
        out,
        "<table class=\"overview\"><caption>All clusters</caption><thead><tr><th scope=\"col\">Cluster</th><th scope=\"col\">Verdict</th>\
         <th scope=\"col\">Root module</th><th scope=\"col\">Not met</th></tr></thead><tbody>"
    )?;
    for (i, cluster) in report.clusters.iter().enumerate() {
        let unmet = cluster.requirements.iter().filter(|r| r.status == Status::Unmet && !r.suppressed);
        let unmet: Vec<&str> = unmet.map(|r| r.code).collect();
        writeln!(
            out,
            "<tr><th scope=\"row\"><a href=\"#c{i}\">{}</a></th><td class=\"{}\">{}</td><td>{}</td><td>{}</td></tr>",
            escape(&cluster.address),
            class(cluster.verdict),
            verdict(cluster.verdict),
            root_text(&cluster.root, cluster.environment.as_deref()),
            unmet.join(", ")
        )?;
    }
    writeln!(out, "</tbody></table>")?;
    Ok(())
}

fn one(i: usize, cluster: &ClusterReport, sources: &Sources, out: &mut dyn Write) -> Result<()> {
    let root = root_text(&cluster.root, cluster.environment.as_deref());
    let place = place_text(cluster.location, sources);
    writeln!(
        out,
        "<section class=\"cluster {0}\" id=\"c{i}\" aria-labelledby=\"c{i}-title\"><h3 id=\"c{i}-title\">{1} <span class=\"verdict {0}\">{2}</span></h3>\
         <p class=\"hint\">{place} in {root}</p>\n\
         <table class=\"requirements\"><caption>Requirements</caption><thead><tr><th scope=\"col\">Requirement</th><th scope=\"col\">Answer</th><th scope=\"col\">Why</th></tr></thead><tbody>",
        class(cluster.verdict),
        escape(&cluster.address),
        verdict(cluster.verdict)
    )?;
    let mut requirements: Vec<&Requirement> = cluster.requirements.iter().collect();
    requirements.sort_by_key(|r| answer(r).0);
    for r in requirements {
        let (_, class, text) = answer(r);
        let decides = match r.decides.is_empty() {
            true => String::new(),
            false => format!(" <span class=\"hint\">Decided by: {}.</span>", escape(&r.decides.join(", "))),
        };
        writeln!(
            out,
            "<tr class=\"{class}\"><th scope=\"row\">{} {}</th><td class=\"answer\">{text}</td><td>{}{decides}</td></tr>",
            link(r.code),
            r.name,
            escape(&r.why())
        )?;
    }
    writeln!(out, "</tbody></table></section>")?;
    Ok(())
}

/// The place in the order, the class and the words of an answer.
fn answer(requirement: &Requirement) -> (u8, &'static str, &'static str) {
    match (requirement.status, requirement.suppressed) {
        (Status::Unmet, true) => (3, "warned", "not met (suppressed)"),
        (Status::Unmet, false) if requirement.level == Level::Error => (0, "unmet", "not met"),
        (Status::Undecided, _) => (1, "undecided", "undecided"),
        (Status::Unmet, false) => (2, "warned", "not met"),
        (Status::Met, _) => (4, "met", "met"),
        (Status::NotApplicable, _) => (5, "none", "does not apply"),
    }
}
