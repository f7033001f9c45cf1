//! What was not checked, and why.

use super::{Detail, Page, Style};
use crate::diagnostic::Coverage;
use crate::report::wrap::wrap;

/// Most lines of one kind, unless everything is asked for.
const MOST: usize = 8;

pub fn write(coverage: &Coverage, page: &mut Page) {
    let modules: Vec<(String, String)> = coverage
        .modules_missing
        .iter()
        .map(|m| {
            let version = m.version.as_ref().map(|v| format!(" {v}")).unwrap_or_default();
            (m.address.clone(), format!("not on disk: {}{version}", m.source))
        })
        .collect();
    if modules.is_empty() && coverage.skipped.is_empty() && coverage.undecided_blocks.is_empty() {
        return not_counted(coverage, page);
    }
    page.put(Style::Bold, "Not checked");
    page.end();
    list(&coverage.skipped, "files and folders", page);
    list(&modules, "modules", page);
    list(&coverage.undecided_blocks, "blocks", page);
    page.end();
    not_counted(coverage, page);
}

/// What does not count, as the configuration or its place says.
fn not_counted(coverage: &Coverage, page: &mut Page) {
    if !coverage.excluded.is_empty() {
        page.put(Style::Bold, "Not counted");
        page.end();
        list(&coverage.excluded, "files and folders", page);
        page.end();
    }
}

fn list(items: &[(String, String)], noun: &str, page: &mut Page) {
    let most = if page.detail == Detail::Verbose { usize::MAX } else { MOST };
    for (what, why) in items.iter().take(most) {
        let text = wrap(&format!("{what}: {why}"), page.width.saturating_sub(4));
        for (i, line) in text.iter().enumerate() {
            page.space(if i == 0 { 2 } else { 4 });
            page.put(Style::Plain, line);
            page.end();
        }
    }
    let more = items.len().saturating_sub(most);
    if more > 0 {
        page.space(2);
        page.put(Style::Dim, &format!("and {more} more {noun} (--verbose lists them)"));
        page.end();
    }
}
