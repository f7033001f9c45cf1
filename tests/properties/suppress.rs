//! Comments that suppress: their places are theirs, and a report with them has the same findings, some set aside.

use super::judged::{Judged, folder, judge};
use super::reports;
use kfplint::suppress::comment::{self, Directive};
use std::path::PathBuf;
use std::sync::LazyLock;

/// A configuration with findings.
const MAIN: &str = include_str!("../../fixtures/too-small/main.tf");

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| folder("suppress", &["main.tf"]));

/// The codes of what is found where there are no comments.
static PLAIN: LazyLock<Vec<&str>> = LazyLock::new(|| codes(&judge(&FOLDER, &[("main.tf", MAIN.as_bytes())])));

/// Reads the text as comments, and judges a configuration that has them at its start, in its middle and at its end.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    directives(text);
    let lines: String = text.lines().map(|line| format!("# {line}\n")).collect();
    let middle = MAIN.find("  node_config").unwrap_or(0);
    let last = text.lines().next().unwrap_or_default();
    let all = format!("{lines}{}{lines}{} # {last}\n", &MAIN[..middle], &MAIN[middle..].trim_end());
    let judged = judge(&FOLDER, &[("main.tf", all.as_bytes())]);
    reports::check(&judged.report, &judged.sources);
    assert_eq!(codes(&judged), *PLAIN, "a comment takes no finding out of the report, and adds none");
}

fn codes(judged: &Judged) -> Vec<&'static str> {
    let mut codes: Vec<_> = judged.report.diagnostics.iter().map(|d| d.finding.code).collect();
    codes.retain(|code| *code != "LINT001");
    codes.sort();
    codes
}

fn directives(text: &str) {
    for read in comment::directives(text) {
        match read {
            Ok(Directive { place, list, rules, until, .. }) => {
                let own = &text[place.clone()];
                assert!(own.starts_with("kfplint:"), "{own:?}");
                assert!(place.start <= list.start && list.end <= place.end);
                rules.iter().for_each(|(name, at)| assert_eq!(&text[at.clone()], name));
                if let Some((day, at)) = until {
                    let written = &text[at];
                    assert_eq!(kfplint::base::date::day(&kfplint::base::date::show(day)), Some(day), "{written}");
                }
                let again = comment::directives(own);
                assert!(matches!(again.as_slice(), [Ok(d)] if d.rules.len() == rules.len()), "{again:?}");
            }
            Err(malformed) => {
                assert!(text.get(malformed.place.clone()).is_some(), "{malformed:?}");
                assert!(!malformed.message.is_empty());
            }
        }
    }
}
