//! Each finding with its source and what to do.

use super::alike::{AlikeFindings, PageContent};
use super::clusters::{names_text, places_text};
use super::filter::Facets;
use super::{class, link, place_text, pre, root_text};
use crate::base::source::Sources;
use crate::diagnostic::{Finding, Safety};
use crate::report::graph::escape;
use crate::report::human::finding_text;
use crate::report::word;
use indexmap::IndexSet;
use std::io::{Result, Write};

pub fn write(content: &PageContent, facets: &Facets, sources: &Sources, out: &mut dyn Write) -> Result<()> {
    if content.findings.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section id=\"findings\" aria-labelledby=\"findings-title\"><h2 id=\"findings-title\">Findings</h2>"
    )?;
    for (i, group) in content.findings.iter().enumerate() {
        one(i, group, facets, sources, out)?;
    }
    writeln!(out, "</section>")
}

fn one(i: usize, group: &AlikeFindings, facets: &Facets, sources: &Sources, out: &mut dyn Write) -> Result<()> {
    let Some(f) = group.all.first().map(|d| &d.finding) else { return Ok(()) };
    let place = place_text(f.span(), sources);
    let verdicts: Vec<&str> = group.verdicts.iter().map(|verdict| class(*verdict)).collect();
    let count = match group.all.len() {
        1 => String::new(),
        several => format!(" <span class=\"count\">{several} alike</span>"),
    };
    writeln!(
        out,
        "<article class=\"finding {0}\" id=\"f{i}\" data-count=\"{1}\" data-place=\"{place}\" data-level=\"{0}\" data-rule=\"{2}\" data-verdict=\"{3}\"{4} \
         tabindex=\"-1\"><h3><span class=\"level\">{0}</span> {5} {6}{count}</h3><p>{7}</p><div class=\"hint\">{place} {8}</div>{9}",
        word(f.level),
        group.all.len(),
        f.code,
        verdicts.join(" "),
        facets.places(&group.places()),
        link(f.code),
        f.name,
        escape(&f.text()),
        at(group, sources),
        also(group)
    )?;
    let source = finding_text(f, sources);
    let source = source.trim_end();
    if !source.is_empty() {
        writeln!(
            out,
            "<pre tabindex=\"0\" role=\"region\" aria-label=\"Source of finding {}\">{}</pre>",
            i + 1,
            pre(source)
        )?;
    }
    help(f, group, out)?;
    writeln!(out, "</article>")
}

/// Where it holds: with the line to edit, where that is another one in each root module.
fn at(group: &AlikeFindings, sources: &Sources) -> String {
    let origin = |f: &Finding| f.origin().map(|step| step.span);
    let first = group.all.first().and_then(|d| origin(&d.finding));
    if group.all.iter().all(|d| origin(&d.finding) == first) {
        return places_text(&group.places());
    }
    let item = |d: &&crate::report::Diagnostic| {
        let names: Vec<&str> = d.environments.iter().map(|e| e.environment.as_str()).collect();
        let names = (!names.is_empty()).then(|| names.join(", "));
        let place = place_text(origin(&d.finding), sources);
        format!("<li>{}: {place}</li>", root_text(&d.root, names.as_deref()))
    };
    let items: String = group.all.iter().map(item).collect();
    format!(
        "<details class=\"where\"><summary>decided by {} lines, the first of which is shown</summary><ul>{items}</ul></details>",
        group.all.len()
    )
}

/// What else it is said of, in the same words but for the name.
fn also(group: &AlikeFindings) -> String {
    let Some(first) = group.all.first().map(|d| d.finding.text()) else { return String::new() };
    let others = group.all.iter().map(|d| &d.finding).filter(|f| f.text() != first);
    let names: IndexSet<String> =
        others.filter_map(|f| f.cluster.as_ref().or(f.address.as_ref())).map(|name| escape(name)).collect();
    match names.is_empty() {
        true => String::new(),
        false => format!("<div class=\"hint\">{}</div>", names_text("the same for", &names, "others")),
    }
}

fn help(f: &Finding, group: &AlikeFindings, out: &mut dyn Write) -> Result<()> {
    if f.help.is_empty() && f.fixes.is_empty() {
        return Ok(());
    }
    write!(out, "<ul class=\"help\">")?;
    for help in &f.help {
        write!(out, "<li>{}</li>", pre(help))?;
    }
    for fix in &f.fixes {
        let option = if fix.safety == Safety::Safe { "--fix" } else { "--fix --unsafe-fixes" };
        write!(out, "<li><code>{option}</code> can do it: {}</li>", escape(&fix.title))?;
    }
    if let Some(other) = group.all.iter().find(|d| d.finding.help != f.help) {
        let (one, other) = (group.all.first().map_or("", |d| &d.root), &other.root);
        let text = if one == other {
            "The names differ in the others.".into()
        } else {
            format!("This is the text for {one}; the names differ in the others.")
        };
        write!(out, "<li class=\"hint\">{}</li>", escape(&text))?;
    }
    writeln!(out, "</ul>")
}
