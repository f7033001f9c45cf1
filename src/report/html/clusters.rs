//! The verdict of each cluster, and its table of requirements: what is wrong first.

use super::alike::{AlikeClusters, PageContent, Where};
use super::filter::Facets;
use super::{class, link, place_text, root_text, verdict};
use crate::base::source::Sources;
use crate::diagnostic::{ClusterReport, Level, Requirement, Status, Verdict};
use crate::report::graph::escape;
use crate::report::{plural, word};
use indexmap::IndexSet;
use std::collections::BTreeSet;
use std::io::{Result, Write};

/// Most entries whose overview is open from the start.
const GLANCE: usize = 40;
/// Most root modules that are named beside what holds in them; more stand in a list that opens.
const NAMED: usize = 3;

pub fn write(content: &PageContent, facets: &Facets, sources: &Sources, out: &mut dyn Write) -> Result<()> {
    writeln!(
        out,
        "<section id=\"clusters\" aria-labelledby=\"clusters-title\"><h2 id=\"clusters-title\">Clusters</h2>"
    )?;
    match content.clusters.iter().map(|group| group.all.len()).sum() {
        0 => writeln!(out, "<p>No cluster was found.</p>")?,
        1 => {}
        count => overview(content, facets, count, out)?,
    }
    for (i, group) in content.clusters.iter().enumerate() {
        if let Some(first) = group.all.first() {
            one(i, group, first, content, facets, sources, out)?;
        }
    }
    writeln!(out, "</section>")
}

/// Whether a requirement keeps its cluster from being ready, or may.
pub fn is_open(requirement: &Requirement) -> bool {
    matches!(requirement.status, Status::Unmet | Status::Undecided)
}

/// What an entry says of itself for the filter.
fn attributes(group: &AlikeClusters, first: &ClusterReport, content: &PageContent, facets: &Facets) -> String {
    let findings = || group.findings.iter().filter_map(|n| content.findings.get(*n)?.all.first());
    let open = first.requirements.iter().filter(|r| is_open(r)).map(|r| r.code);
    let rules: BTreeSet<&str> = open.chain(findings().map(|d| d.finding.code)).collect();
    let levels: BTreeSet<&str> = findings().map(|d| word(d.finding.level)).collect();
    let list = |set: BTreeSet<&str>| set.into_iter().collect::<Vec<_>>().join(" ");
    format!(
        " data-verdict=\"{}\" data-rule=\"{}\" data-level=\"{}\"{}",
        class(first.verdict),
        list(rules),
        list(levels),
        facets.places(&group.places())
    )
}

/// All clusters at a glance.
fn overview(content: &PageContent, facets: &Facets, count: usize, out: &mut dyn Write) -> Result<()> {
    let open = if content.clusters.len() <= GLANCE { " open" } else { "" };
    writeln!(
        out,
        "<details class=\"overview\"{open}><summary>All {count} clusters at a glance</summary>\
         <table><caption>All clusters</caption><thead><tr><th scope=\"col\">Cluster</th><th scope=\"col\">Verdict</th>\
         <th scope=\"col\">Root module</th><th scope=\"col\">Not met</th></tr></thead><tbody>"
    )?;
    for (i, group) in content.clusters.iter().enumerate() {
        let Some(cluster) = group.all.first() else { continue };
        let unmet = cluster.requirements.iter().filter(|r| r.status == Status::Unmet && !r.suppressed);
        let unmet: Vec<&str> = unmet.map(|r| r.code).collect();
        let places = match group.all.len() {
            1 => root_text(&cluster.root, cluster.environment.as_deref()),
            several => format!("{several} alike"),
        };
        writeln!(
            out,
            "<tr{}><th scope=\"row\"><a href=\"#c{i}\">{}</a></th><td class=\"{}\">{}</td><td>{places}</td><td>{}</td></tr>",
            attributes(group, cluster, content, facets),
            escape(&cluster.address),
            class(cluster.verdict),
            verdict(cluster.verdict),
            unmet.join(", ")
        )?;
    }
    writeln!(out, "</tbody></table></details>")
}

/// The root modules and environments in which something holds: the names, or a list that opens.
pub fn places_text(places: &[Where]) -> String {
    let all: IndexSet<String> = places.iter().map(|(root, environment)| root_text(root, *environment)).collect();
    let environments = places.iter().any(|(_, environment)| environment.is_some());
    let noun = if environments { "environments of root modules" } else { "root modules" };
    names_text("in", &all, noun)
}

/// A few names, or a list of them that opens.
pub fn names_text(before: &str, names: &IndexSet<String>, noun: &str) -> String {
    if names.len() <= NAMED {
        return format!("{before} {}", names.iter().map(String::as_str).collect::<Vec<_>>().join("; "));
    }
    let items: String = names.iter().map(|name| format!("<li>{name}</li>")).collect();
    let count = names.len();
    format!("<details class=\"where\"><summary>{before} {count} {noun}</summary><ul>{items}</ul></details>")
}

fn one(
    i: usize,
    group: &AlikeClusters,
    cluster: &ClusterReport,
    content: &PageContent,
    facets: &Facets,
    sources: &Sources,
    out: &mut dyn Write,
) -> Result<()> {
    let count = match group.all.len() {
        1 => String::new(),
        several => format!(" <span class=\"count\">{several} alike</span>"),
    };
    writeln!(
        out,
        "<section class=\"cluster {0}\" id=\"c{i}\" aria-labelledby=\"c{i}-title\" data-count=\"{1}\"{2}><h3 id=\"c{i}-title\">{3} \
         <span class=\"verdict {0}\">{4}</span>{count}</h3><div class=\"hint\">{5} {6}</div>",
        class(cluster.verdict),
        group.all.len(),
        attributes(group, cluster, content, facets),
        escape(&cluster.address),
        verdict(cluster.verdict),
        place_text(cluster.location, sources),
        places_text(&group.places())
    )?;
    let mut requirements: Vec<&Requirement> = cluster.requirements.iter().collect();
    requirements.sort_by_key(|r| answer(r).0);
    let (open, rest): (Vec<_>, Vec<_>) = requirements.into_iter().partition(|r| is_open(r));
    if !open.is_empty() {
        table("Requirements that are not met or undecided", &open, out)?;
    }
    if !rest.is_empty() {
        let met = rest.iter().filter(|r| r.status == Status::Met).count();
        let counts = [(met, "met"), (rest.len() - met, "not applicable")];
        let counts: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")).collect();
        writeln!(out, "<details class=\"rest\"><summary>{}</summary>", counts.join(", "))?;
        table("Other requirements", &rest, out)?;
        writeln!(out, "</details>")?;
    }
    links(group, content, out)?;
    writeln!(out, "</section>")
}

/// The ways to the findings of a cluster.
fn links(group: &AlikeClusters, content: &PageContent, out: &mut dyn Write) -> Result<()> {
    if group.findings.is_empty() {
        return Ok(());
    }
    let link = |number: &usize| {
        let finding = &content.findings.get(*number)?.all.first()?.finding;
        let (level, code, name) = (word(finding.level), finding.code, finding.name);
        Some(format!("<li class=\"{level}\"><a href=\"#f{number}\">{code} {name}</a></li>"))
    };
    let links: String = group.findings.iter().filter_map(link).collect();
    writeln!(
        out,
        "<div class=\"of-cluster\"><span>{}:</span><ul>{links}</ul></div>",
        plural_findings(group.findings.len())
    )
}

fn plural_findings(count: usize) -> String {
    plural(count, "finding")
}

fn table(caption: &str, requirements: &[&Requirement], out: &mut dyn Write) -> Result<()> {
    writeln!(
        out,
        "<table class=\"requirements\"><caption>{caption}</caption><thead><tr><th scope=\"col\">Requirement</th><th scope=\"col\">Answer</th>\
         <th scope=\"col\">Why</th></tr></thead><tbody>"
    )?;
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
    writeln!(out, "</tbody></table>")
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

/// How many clusters have each verdict, the worst first; only those that there are.
pub fn tally(content: &PageContent) -> String {
    let count = |verdict: Verdict| {
        let groups = content.clusters.iter().filter(|g| g.all.first().is_some_and(|c| c.verdict == verdict));
        groups.map(|group| group.all.len()).sum::<usize>()
    };
    let item = |v: &Verdict| {
        let count = count(*v);
        (count > 0).then(|| format!("<li class=\"{}\"><b>{count}</b> {}</li>", class(*v), verdict(*v)))
    };
    let all: String = [Verdict::NotReady, Verdict::Undecided, Verdict::Ready].iter().filter_map(item).collect();
    if all.is_empty() { all } else { format!("<ul class=\"tally\" aria-label=\"Clusters by verdict\">{all}</ul>\n") }
}
