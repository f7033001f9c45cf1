//! One cause, one finding: answers that other findings tell of give up their own.

use crate::cty::value::Deciders;
use crate::diagnostic::{Finding, Level, Status};
use crate::rule::{Answer, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// A rule and its answer for a cluster.
pub type Answered = (&'static Rule, Answer);

/// The codes of errors that concern a root module as a whole.
pub fn codes<'f>(findings: impl Iterator<Item = &'f Finding>) -> BTreeSet<&'static str> {
    let concerns = |f: &&Finding| f.cluster.is_none() && (f.level == Level::Error || !f.code.starts_with("KFP"));
    findings.filter(concerns).map(|f| f.code).collect()
}

/// Takes the findings of answers whose causes are found, for this cluster or in the root module (`elsewhere`). What does not
/// hold for certain because of its causes is not met; what hangs on a cause that is undecided, or on an error of the
/// configuration (TF…), stays undecided. Gives all answers, and those that were folded as they were.
pub fn fold(mut answers: Vec<Answered>, elsewhere: &BTreeSet<&'static str>) -> (Vec<Answered>, Vec<Answered>) {
    let of = |status| {
        let all = answers.iter().filter(|(_, answer)| answer.status == status);
        all.map(|(rule, _)| rule.code).collect::<BTreeSet<&str>>()
    };
    let (unmet, undecided) = (of(Status::Unmet), of(Status::Undecided));
    let mut causes: BTreeMap<&str, Vec<&'static str>> = BTreeMap::new();
    for (rule, answer) in &answers {
        let is_found = |code: &&'static str| {
            let hangs = answer.status == Status::Undecided && undecided.contains(code);
            unmet.contains(code) || hangs || elsewhere.contains(code)
        };
        let is_open = matches!(answer.status, Status::Unmet | Status::Undecided);
        let found: Vec<&'static str> = answer.because_of.iter().copied().filter(is_found).collect();
        if is_open && !found.is_empty() {
            causes.insert(rule.code, found);
        }
    }
    let mut own = Vec::new();
    for (rule, answer) in &mut answers {
        if let Some(found) = causes.get(rule.code) {
            own.push((*rule, Answer { because_of: Vec::new(), ..answer.clone() }));
            // A cause that is folded itself stands for its own.
            let last = |code: &&'static str| causes.get(code).cloned().unwrap_or_else(|| vec![*code]);
            let all: BTreeSet<&'static str> = found.iter().flat_map(last).collect();
            let certain = |code: &&str| code.starts_with("KFP") && !undecided.contains(code);
            if all.iter().any(certain) {
                answer.status = Status::Unmet;
                answer.decides = Deciders::default();
            }
            answer.because_of = all.into_iter().collect();
            answer.findings.clear();
        } else {
            answer.because_of.clear();
        }
    }
    (answers, own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{FileId, Span};

    fn rule(code: &str) -> &'static Rule {
        crate::rules::find(code).expect("a rule")
    }

    #[test]
    fn a_cause_that_is_folded_itself_stands_for_its_own() {
        let finding = |code| rule(code).finding("a fault").on(Span::new(FileId(0), 0, 1), "here");
        let answers = vec![
            (
                rule("KFP001"),
                Answer::undecided("?", vec!["var.x".into()], vec![finding("KFP001")]).because_of(&["KFP002"]),
            ),
            (rule("KFP002"), Answer::undecided("?", Vec::new(), vec![finding("KFP002")]).because_of(&["KFP007"])),
            (rule("KFP004"), Answer::met("enough").because_of(&["KFP007"])),
            (rule("KFP007"), Answer::unmet("no such type", vec![finding("KFP007")])),
            (rule("KFP008"), Answer::undecided("?", Vec::new(), Vec::new()).because_of(&["TF005", "KFP003"])),
        ];
        let (answers, own) = fold(answers, &BTreeSet::from(["TF005"]));
        let told: Vec<_> = answers.iter().map(|(_, a)| (a.status, a.because_of.join(" "), a.findings.len())).collect();
        let told: Vec<_> = told.iter().map(|(status, causes, count)| (*status, causes.as_str(), *count)).collect();
        assert_eq!(
            told,
            [
                (Status::Unmet, "KFP007", 0),
                (Status::Unmet, "KFP007", 0),
                (Status::Met, "", 0),
                (Status::Unmet, "", 1),
                (Status::Undecided, "TF005", 0),
            ]
        );
        assert_eq!(own.len(), 3);
    }
}
