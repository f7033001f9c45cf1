//! LINT001: suppressions that suppress nothing.

use super::{NamedRule, Suppression, SuppressionState, Suppressions};
use crate::base::budget::Budget;
use crate::base::date;
use crate::base::source::{FileId, Sources, Span};
use crate::diagnostic::{Edit, Finding, Fix, RootReport, Safety};
use crate::judge::bound;
use crate::report::path;
use crate::rules::lint001_unused_suppression::RULE;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

impl Suppressions {
    /// What is wrong with suppressions, now that all these roots have been looked at. Only files for which
    /// `concerns` says so are looked into. A suppression that suppresses nothing is not reported where kfplint cannot
    /// know: after syntax errors, where the rule is undecided for a cluster, and in a block of which no root makes an
    /// instance. Once the time is used up, no more is looked at: the notes that are left out hide nothing.
    pub fn lint(
        &mut self,
        roots: &BTreeSet<String>,
        sources: &Sources,
        concerns: impl Fn(FileId) -> bool,
        budget: &Budget,
    ) -> Vec<RootReport> {
        self.count();
        let clock = budget.clock();
        let mut findings = Vec::new();
        let own = self.all.iter().filter(|s| s.paths.is_some() || concerns(s.location.file));
        for suppression in own.take_while(|_| !clock.is_late()) {
            self.judge(suppression, sources, &mut findings);
        }
        let malformed = self.malformed.iter().filter(|(file, ..)| concerns(*file));
        for (file, start, malformed) in malformed.take_while(|_| !clock.is_late()) {
            let place = Span::new(*file, start + malformed.place.start as u32, start + malformed.place.end as u32);
            let draft = RULE.finding(format!("{}: nothing is suppressed", malformed.message)).help(malformed.help);
            findings.push(draft.on(place, "not understood"));
        }
        let mut reports: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
        let mut owners: FxHashMap<Option<FileId>, String> = FxHashMap::default();
        for mut finding in findings {
            self.mark(&mut finding, &FxHashMap::default());
            let root = owners.entry(finding.span().map(|span| span.file)).or_insert_with(|| {
                let place = finding.span().map(|span| path(span, sources)).unwrap_or_default();
                let below =
                    |root: &str| root == "." || place.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
                // The root around the file; for a module outside of every root, the first.
                let nearest = roots.iter().filter(|root| below(root)).max_by_key(|root| root.len());
                nearest.or(roots.first()).cloned().unwrap_or_default()
            });
            reports.entry(root.clone()).or_default().push(finding);
        }
        self.count();
        reports.values_mut().for_each(bound);
        let report = |(root, findings)| RootReport { root, findings, ..RootReport::default() };
        reports.into_iter().map(report).collect()
    }

    fn judge(&self, s: &Suppression, sources: &Sources, out: &mut Vec<Finding>) {
        let list: Vec<&str> = s.rules.iter().map(|r| r.text.as_str()).collect();
        let list = list.join(", ");
        match (s.state, s.until, s.until_place) {
            (SuppressionState::Ended, Some(until), Some(place)) => {
                let message = format!("the suppression of {list} expired on {}", date::show(until));
                let draft = RULE.finding(message).help("fix the finding and delete the comment, or set a later date");
                let mut finding = draft.on(place, "in the past");
                finding.fixes.extend(without(s, &s.rules.iter().collect::<Vec<_>>(), sources));
                return out.push(finding);
            }
            (SuppressionState::NoReason, ..) => {
                let draft = RULE.finding(format!("the suppression of {list} has no reason and is ignored"));
                return out
                    .push(draft.help("write reason=\"…\" after the brackets").on(s.location, "a reason is required"));
            }
            _ => {}
        }
        let idle: Vec<&NamedRule> = s.rules.iter().filter(|rule| self.is_idle(s, rule)).collect();
        for rule in &idle {
            let mut finding = match &rule.selector {
                Ok(selector) if selector.counts_always() => RULE
                    .finding(format!("{} cannot be suppressed", rule.text))
                    .help("it names what kfplint did not read or look at: correct that, and delete the comment")
                    .on(rule.place, "suppresses nothing"),
                Ok(_) => RULE
                    .finding(format!("no finding of {} is suppressed here", rule.text))
                    .help("delete it, or put it on the line of the finding, on the line above, or on its block")
                    .on(rule.place, "suppresses nothing"),
                Err(near) => {
                    let help = match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "`kfplint rules` lists all rules".into(),
                    };
                    RULE.finding(format!("there is no rule `{}`", rule.text)).help(help).on(rule.place, "unknown rule")
                }
            };
            finding.fixes.extend(match rule.selector {
                Err(Some(near)) => Some(Fix {
                    title: format!("write {near}"),
                    safety: Safety::Unsafe,
                    edits: vec![Edit { span: rule.place, text: near.into() }],
                }),
                _ => without(s, &idle, sources),
            });
            out.push(finding);
        }
    }

    /// Whether a rule that a suppression names is named in vain, for all that can be known.
    fn is_idle(&self, s: &Suppression, rule: &NamedRule) -> bool {
        let Ok(selector) = &rule.selector else { return true };
        if selector.counts_always() {
            return s.paths.is_none();
        }
        let metas = || crate::rules::all().iter().filter(|m| selector.matches(m.code, m.name));
        let open = metas().any(|m| self.undecided.contains(m.code) || m.code == RULE.code);
        let absent = s.scope.blocks.iter().any(|block| !self.present.contains(block));
        !rule.used && !open && !absent && !self.broken && s.paths.is_none()
    }
}

/// Takes rules out of a suppression; if none is left, deletes it. `None` where it is no comment.
fn without(s: &Suppression, idle: &[&NamedRule], sources: &Sources) -> Option<Fix> {
    let comment = s.comment?;
    let kept: Vec<&str> =
        s.rules.iter().filter(|r| !idle.iter().any(|i| i.place == r.place)).map(|r| r.text.as_str()).collect();
    let (title, edit) = match kept.is_empty() {
        true => ("delete the suppression", Edit { span: whole(s, comment, sources), text: String::new() }),
        false => ("take it out of the suppression", Edit { span: s.list, text: kept.join(", ") }),
    };
    Some(Fix { title: title.into(), safety: Safety::Safe, edits: vec![edit] })
}

/// All that goes with a suppression: the comment with its line if nothing else is on it, else what is its own.
fn whole(s: &Suppression, comment: Span, sources: &Sources) -> Span {
    let Some(file) = sources.get(comment.file) else { return s.location };
    let text = &*file.text;
    let own = file.slice(s.location.start, s.location.end);
    let markers = |c: char| c.is_whitespace() || matches!(c, '#' | '/' | '*');
    let alone = file.slice(comment.start, comment.end).trim_matches(markers) == own.trim_matches(markers);
    let (start, end) = match alone {
        true => (comment.start, comment.end),
        // One line of a comment that says more.
        false => {
            let line = file.line(file.position(s.location.start).line).unwrap_or(s.location.start..s.location.end);
            let whole = file.slice(line.start, line.end);
            if whole.contains("/*") || whole.contains("*/") {
                return s.location;
            }
            (line.start, line.end)
        }
    };
    let before = text.get(..start as usize).unwrap_or("");
    let after = text.get(end as usize..).unwrap_or("");
    let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
    let at_line_start =
        before.len() == indent || before.get(..before.len() - indent).is_some_and(|b| b.ends_with('\n'));
    let blank = after.len() - after.trim_start_matches([' ', '\t']).len();
    let line_break = match after.get(blank..) {
        Some(rest) if rest.starts_with("\r\n") => 2,
        Some(rest) if rest.starts_with('\n') => 1,
        _ => 0,
    };
    let (start, end) = (start as usize, end as usize);
    let (start, end) = match (at_line_start, line_break > 0 || after.len() == blank) {
        (true, true) => (start - indent, end + blank + line_break),
        (true, false) => (start, end + blank),
        (false, _) => (start - indent, end),
    };
    Span::new(comment.file, start as u32, end as u32)
}
