//! The rules themselves: their list, and the page that `explain` prints.

use super::wrap::wrap;
use crate::base::suggest::suggest;
use crate::diagnostic::Level;
use crate::report::url;
use crate::rule::Rule;
use crate::rules;
use serde_json::{Value, json};
use std::io::Write;
use termcolor::{Buffer, Color, ColorSpec, WriteColor};

/// Columns of the list before the summary: code, name and level.
const INDENT: usize = 41;

/// A rule's page in Markdown, by code or name.
///
/// # Errors
/// The rule that was most likely meant, if any.
pub fn page(code_or_name: &str) -> Result<&'static str, Option<String>> {
    match rules::find(code_or_name.trim()) {
        Some(rule) => Ok(rule.page),
        None => {
            let word = code_or_name.trim();
            let names = || rules::all().iter().flat_map(|m| [m.code, m.name]);
            Err(suggest(word, names()).or_else(|| names().find(|n| n.contains(word))).map(str::to_string))
        }
    }
}

/// The list of rules as JSON.
pub fn rules_json() -> Value {
    let rule = |rule: &Rule| {
        json!({
            "code": rule.code,
            "name": rule.name,
            "level": level(rule.level),
            "summary": rule.summary().split_whitespace().collect::<Vec<_>>().join(" "),
            "url": url(rule.code),
        })
    };
    rules::all().iter().map(rule).collect()
}

/// The list of rules as text of at most `width` columns.
pub fn rules(color: bool, width: usize) -> Vec<u8> {
    let mut buffer = if color { Buffer::ansi() } else { Buffer::no_color() };
    for rule in rules::all() {
        let mut style = ColorSpec::new();
        style.set_bold(true).set_fg(Some(match rule.level {
            Level::Error => Color::Red,
            Level::Warning => Color::Yellow,
            Level::Note => Color::Cyan,
        }));
        let _ = write!(buffer, "{:6}  {:23}", rule.code, rule.name);
        let _ = buffer.set_color(&style);
        let _ = write!(buffer, "{:10}", level(rule.level));
        let _ = buffer.reset();
        let summary = plain(rule.summary());
        for (i, line) in wrap(&summary, width.saturating_sub(INDENT).max(30)).iter().enumerate() {
            let indent = if i == 0 { 0 } else { INDENT };
            let _ = writeln!(buffer, "{:indent$}{line}", "");
        }
    }
    buffer.into_inner()
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// Markdown without its code marks.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_found_by_code_or_name_and_a_near_miss_is_named() {
        assert!(page("KFP001").is_ok_and(|p| p.starts_with("# KFP001")));
        assert_eq!(page("kfp001"), page("node-count"));
        assert_eq!(page("node-cuont"), Err(Some("node-count".into())));
        assert_eq!(page("xyzzy-plugh"), Err(None));
    }
}
