//! Each finding with its source and what to do.

use super::{link, place_text, pre, root_text};
use crate::base::source::Sources;
use crate::diagnostic::Safety;
use crate::report::graph::escape;
use crate::report::human::finding_text;
use crate::report::{Diagnostic, ReportView, word};
use std::io::{Result, Write};

pub fn write(report: ReportView, sources: &Sources, out: &mut dyn Write) -> Result<()> {
    let open = super::open(report);
    if open.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section id=\"findings\" aria-labelledby=\"findings-title\"><h2 id=\"findings-title\">Findings</h2>"
    )?;
    for (i, diagnostic) in open.into_iter().enumerate() {
        one(i, diagnostic, sources, out)?;
    }
    writeln!(out, "</section>")?;
    Ok(())
}

fn one(i: usize, diagnostic: &Diagnostic, sources: &Sources, out: &mut dyn Write) -> Result<()> {
    let f = &diagnostic.finding;
    let environments: Vec<&str> = diagnostic.environments.iter().map(|e| e.environment.as_str()).collect();
    let environments = environments.join(", ");
    let root = root_text(&diagnostic.root, (!environments.is_empty()).then_some(environments.as_str()));
    let place = place_text(f.span(), sources);
    writeln!(
        out,
        "<article class=\"finding {0}\" id=\"f{i}\" data-place=\"{place}\" tabindex=\"-1\"><h3><span class=\"level\">{0}</span> {1} {2}</h3>\
         <p>{3}</p><p class=\"hint\">{place} in {root}</p>",
        word(f.level),
        link(f.code),
        f.name,
        escape(&f.text())
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
    if !f.help.is_empty() || !f.fixes.is_empty() {
        write!(out, "<ul class=\"help\">")?;
        for help in &f.help {
            write!(out, "<li>{}</li>", pre(help))?;
        }
        for fix in &f.fixes {
            let option = if fix.safety == Safety::Safe { "--fix" } else { "--fix --unsafe-fixes" };
            write!(out, "<li><code>{option}</code> can do it: {}</li>", escape(&fix.title))?;
        }
        write!(out, "</ul>")?;
    }
    writeln!(out, "</article>")?;
    Ok(())
}
