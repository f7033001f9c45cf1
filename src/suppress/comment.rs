//! Reads what a comment asks for: `# kfplint: ignore[KFP103] reason="…" until=2027-01-31`.

use crate::base::budget::RULES;
use crate::base::date::day;
use std::ops::Range;
use time::Date;

/// What a directive starts with.
const START: &str = "kfplint:";

/// A request to suppress findings. Places are bytes of the comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// All of it, from `kfplint:` on.
    pub place: Range<usize>,
    /// What stands between the brackets.
    pub list: Range<usize>,
    /// The rules that it names, each as written and where.
    pub rules: Vec<(String, Range<usize>)>,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which it holds, and where that is written.
    pub until: Option<(Date, Range<usize>)>,
}

/// A directive that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What cannot be read.
    pub place: Range<usize>,
    /// What is wrong with it.
    pub message: String,
    /// What to write.
    pub help: &'static str,
}

/// The directives of a comment with its markers: at most one a line.
pub fn directives(comment: &str) -> Vec<Result<Directive, Malformed>> {
    let mut at = 0;
    let mut out = Vec::new();
    for line in comment.split_inclusive('\n') {
        let text = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '/' | '*'));
        if text.starts_with(START) {
            let from = at + line.len() - text.len();
            let text = text.trim_end().trim_end_matches("*/").trim_end();
            out.push(directive(text, from));
        }
        at += line.len();
    }
    out
}

/// The directives of a comment in JSON, a string with its quotes; places are bytes of it as it is written.
pub fn directives_in_json(quoted: &str) -> Vec<Result<Directive, Malformed>> {
    let (text, places) = decoded(quoted);
    let place = |decoded: Range<usize>| {
        let at = |i: usize| places.get(i).copied().unwrap_or(quoted.len().saturating_sub(1));
        at(decoded.start)..at(decoded.end)
    };
    let back = |read| match read {
        Ok(Directive { place: all, list, rules, reason, until }) => Ok(Directive {
            place: place(all),
            list: place(list),
            rules: rules.into_iter().map(|(name, at)| (name, place(at))).collect(),
            reason,
            until: until.map(|(day, at)| (day, place(at))),
        }),
        Err(Malformed { place: all, message, help }) => Err(Malformed { place: place(all), message, help }),
    };
    directives(&text).into_iter().map(back).collect()
}

/// The text of a JSON string, and for each of its bytes where it is written.
fn decoded(quoted: &str) -> (String, Vec<usize>) {
    let (mut text, mut places) = (String::new(), Vec::new());
    let mut rest = quoted.char_indices().skip(1);
    while let Some((at, c)) = rest.next() {
        let meant = match c {
            '"' => break,
            '\\' => match rest.next() {
                Some((_, 'n')) => '\n',
                Some((_, 't')) => '\t',
                Some((_, 'u')) => {
                    let digits: String = rest.by_ref().take(4).map(|(_, digit)| digit).collect();
                    u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
                }
                Some((_, escaped)) => escaped,
                None => break,
            },
            c => c,
        };
        text.push(meant);
        places.extend(std::iter::repeat_n(at, meant.len_utf8()));
    }
    (text, places)
}

/// Reads one directive that starts at byte `from` of its comment.
fn directive(text: &str, from: usize) -> Result<Directive, Malformed> {
    let end = from + text.len();
    let wrong = |place: Range<usize>, message: String, help| Err(Malformed { place, message, help });
    let rest = text.get(START.len()..).unwrap_or("").trim_start();
    let word = rest.split(|c: char| !c.is_alphanumeric() && c != '-').next().unwrap_or("");
    if word != "ignore" {
        let start = end - rest.len();
        let place = if word.is_empty() { from..end } else { start..start + word.len() };
        let message = format!("`{word}` is nothing that a comment can ask kfplint for");
        return wrong(place, message, "write `kfplint: ignore[CODE]`");
    }
    let after = rest.get(word.len()..).unwrap_or("").trim_start();
    let Some((list, options)) = after.strip_prefix('[').and_then(|list| list.split_once(']')) else {
        let message = "the comment names no rule whose findings are to be ignored".into();
        return wrong(from..end, message, "write `kfplint: ignore[CODE]`, with several codes separated by commas");
    };
    let start = end - after.len() + 1;
    let list_place = start..start + list.len();
    let mut rules = Vec::new();
    let mut at = start;
    for item in list.split(',') {
        let name = item.trim();
        let place = at + (item.len() - item.trim_start().len());
        if name.is_empty() {
            let message = "a rule's code is missing here".into();
            return wrong(list_place, message, "write `kfplint: ignore[CODE]`, with several codes separated by commas");
        }
        if rules.len() == RULES {
            let message = format!("the comment names more than {RULES} rules");
            return wrong(
                list_place,
                message,
                "name several rules by the beginning of their codes, as in ignore[KFP1]",
            );
        }
        rules.push((name.to_string(), place..place + name.len()));
        at += item.len() + 1;
    }
    let mut directive = Directive { place: from..end, list: list_place, rules, reason: None, until: None };
    directive.options(options, end)?;
    Ok(directive)
}

impl Directive {
    /// Reads what follows the brackets; `end` is the directive's.
    fn options(&mut self, text: &str, end: usize) -> Result<(), Malformed> {
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let here = end - rest.len();
            let word = rest.split_whitespace().next().unwrap_or("");
            let whole = here..here + word.len();
            if let Some((reason, after)) = rest.strip_prefix("reason=\"").and_then(quoted) {
                self.reason = Some(reason.trim().to_string()).filter(|reason| !reason.is_empty());
                rest = after.trim_start();
            } else if let Some(text) = word.strip_prefix("until=") {
                let Some(day) = day(text.trim_matches('"')) else {
                    let message = format!("`{text}` is not a day");
                    return Err(Malformed { place: whole, message, help: "write it as until=2027-01-31" });
                };
                self.until = Some((day, whole));
                rest = rest.get(word.len()..).unwrap_or("").trim_start();
            } else {
                let message = format!("`{word}` is not understood after `ignore[…]`");
                return Err(Malformed { place: whole, message, help: "write reason=\"…\" or until=2027-01-31" });
            }
        }
        Ok(())
    }
}

/// Text up to its closing quote, and what follows: a backslash takes a quote or a backslash into the text.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut rest = text.char_indices();
    while let Some((at, c)) = rest.next() {
        match c {
            '"' => return Some((out, text.get(at + 1..)?)),
            '\\' => match rest.next()?.1 {
                escaped @ ('"' | '\\') => out.push(escaped),
                other => out.extend([c, other]),
            },
            _ => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(comment: &str) -> Result<Directive, Malformed> {
        let mut all = directives(comment);
        assert_eq!(all.len(), 1, "{comment}");
        all.remove(0)
    }

    #[test]
    fn all_markers_and_all_parts_are_read() {
        for comment in [
            "# kfplint: ignore[KFP103,broad-access] reason=\"as agreed\" until=2027-01-31",
            "//kfplint:ignore [ KFP103 , broad-access ]until=2027-01-31   reason=\"as agreed\"",
            "/* kfplint: ignore[KFP103, broad-access] reason=\"as agreed\" until=2027-01-31 */",
            "/*\n * Why not.\n * kfplint: ignore[KFP103, broad-access] reason=\"as agreed\" until=2027-01-31\n */",
        ] {
            let directive = one(comment).unwrap();
            let names: Vec<&str> = directive.rules.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["KFP103", "broad-access"]);
            directive.rules.iter().for_each(|(name, place)| assert_eq!(&comment[place.clone()], name));
            assert!(comment[directive.place.clone()].starts_with("kfplint:"));
            assert!(!comment[directive.place.clone()].contains("*/"));
            assert_eq!(comment[directive.list.clone()].split(',').count(), 2);
            assert_eq!(directive.reason.as_deref(), Some("as agreed"));
            assert_eq!(directive.until.map(|(day, _)| crate::base::date::show(day)).as_deref(), Some("2027-01-31"));
        }
    }

    #[test]
    fn a_reason_may_have_quotes() {
        let reason = |comment: &str| one(comment).unwrap().reason.unwrap();
        assert_eq!(
            reason(r#"# kfplint: ignore[KFP1] reason="the \"lab\" \\ d\o" until=2027-01-31"#),
            r#"the "lab" \ d\o"#
        );
    }

    #[test]
    fn in_json_places_are_those_of_the_escaped_text() {
        let text = r#""kfplint: ignore[KFP1] reason=\"as \\\"agreed\\\"\" until=2027-01-31""#;
        let all = directives_in_json(text);
        let [Ok(directive)] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!(directive.reason.as_deref(), Some(r#"as "agreed""#));
        assert_eq!(&text[directive.list.clone()], "KFP1");
        assert_eq!(directive.until.as_ref().map(|(_, place)| &text[place.clone()]), Some("until=2027-01-31"));
        assert_eq!(&text[directive.place.clone()], text.trim_matches('"'));
    }

    #[test]
    fn what_cannot_be_read_is_pointed_at() {
        let wrong = |comment: &str| {
            let malformed = one(comment).unwrap_err();
            (comment[malformed.place].to_string(), malformed.message)
        };
        assert_eq!(wrong("# kfplint: disable[KFP1]").0, "disable");
        assert_eq!(wrong("# kfplint: ignore").1, "the comment names no rule whose findings are to be ignored");
        assert_eq!(wrong("# kfplint: ignore[KFP1").0, "kfplint: ignore[KFP1");
        assert_eq!(wrong("# kfplint: ignore[]").1, "a rule's code is missing here");
        assert_eq!(wrong("# kfplint: ignore[KFP1] until=2027-02-30 x").0, "until=2027-02-30");
        assert_eq!(wrong("# kfplint: ignore[KFP1] since we like it").0, "since");
        assert_eq!(wrong("# kfplint: ignore[KFP1] reason=\"open").0, "reason=\"open");
        assert_eq!(wrong("# kfplint:").0, "kfplint:");
    }

    #[test]
    fn other_comments_ask_for_nothing() {
        assert_eq!(directives("# see kfplint: ignore[KFP103] in the manual"), []);
        assert_eq!(directives("#"), []);
    }
}
