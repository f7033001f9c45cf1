//! What comments and the configuration set aside.

use super::{Page, Style, links};
use crate::base::source::{Sources, Span};
use crate::report::wrap::wrap;
use crate::report::{Report, path, url};

pub fn write(report: &Report, sources: &Sources, page: &mut Page) {
    if report.suppressed() == 0 {
        return;
    }
    page.put(Style::Bold, "Suppressed");
    page.end();
    for diagnostic in &report.diagnostics {
        let finding = &diagnostic.finding;
        let Some(by) = &finding.suppressed else { continue };
        page.space(2);
        page.link(Style::Plain, &format!("{} {}", finding.code, finding.name), url(finding.code));
        if let Some(span) = finding.span() {
            page.space(2);
            page.link(Style::Dim, &place(span, sources), links::file(&path(span, sources)));
        }
        page.end();
        let reason = by.reason.as_ref().map(|r| format!(": {r}")).unwrap_or_default();
        let until = by.until.as_ref().map(|day| format!(", until {day}")).unwrap_or_default();
        let why = format!("suppressed at {}{until}{reason}", place(by.location, sources));
        let width = page.width.saturating_sub(4);
        for line in [&*finding.text(), &why].iter().flat_map(|text| wrap(text, width)) {
            page.space(4);
            page.put(Style::Plain, &line);
            page.end();
        }
    }
    page.end();
}

fn place(span: Span, sources: &Sources) -> String {
    let line = sources.get(span.file).map_or(1, |file| file.position(span.start).line);
    format!("{}:{line}", path(span, sources))
}
