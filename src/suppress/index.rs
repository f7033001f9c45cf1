//! Which suppression covers a finding, and how many findings each one covers: looked up, so that neither many
//! suppressions nor many findings make it slow.

use super::{Suppression, SuppressionState, Suppressions};
use crate::base::source::{FileId, Span};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// A rule's code and name.
type RuleId = (&'static str, &'static str);

/// Where parts of a file begin, each with the first suppression that covers it.
type CoveredParts = Vec<(u32, Option<usize>)>;

/// What [`Suppressions::mark`] looks up and counts. Everything is made when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct SuppressionIndex {
    /// For a rule in a file: where parts of the file begin, each with the first suppression that covers it.
    parts: FxHashMap<(FileId, RuleId), CoveredParts>,
    /// The ignores of the configuration that cover a file.
    configured: FxHashMap<FileId, Vec<usize>>,
    /// For a rule in a file: the first ignore of the configuration that covers it.
    ignores: FxHashMap<(FileId, RuleId), Option<usize>>,
    /// For a rule below a module call: the first suppression of the call.
    calls: FxHashMap<(Span, RuleId), Option<usize>>,
    /// Where findings of a rule are in a file.
    seen: FxHashMap<FileId, FxHashMap<RuleId, Vec<u32>>>,
    /// How many findings of a rule there are below a module call, without those in the part of the file that
    /// suppressions of the call cover.
    below: FxHashMap<Span, FxHashMap<RuleId, usize>>,
}

impl Suppression {
    /// Whether it is in force and names the rule.
    fn names(&self, rule: RuleId) -> bool {
        self.state == SuppressionState::Active && self.rules.iter().any(|named| named.matches(rule))
    }
}

impl super::NamedRule {
    fn matches(&self, (code, name): RuleId) -> bool {
        self.selector.as_ref().is_ok_and(|selector| selector.matches(code, name))
    }
}

impl Suppressions {
    /// The first suppression that covers a finding of this rule, at this place and below these module calls. Counts the
    /// finding for all that do.
    pub(super) fn first(&mut self, rule: RuleId, primary: Option<Span>, calls: &[Span]) -> Option<usize> {
        let place = primary.and_then(|primary| self.at_place(rule, primary));
        let below = calls.iter().filter_map(|call| self.at_call(rule, *call, primary)).min();
        place.into_iter().chain(below).min()
    }

    fn at_place(&mut self, rule: RuleId, primary: Span) -> Option<usize> {
        let file = primary.file;
        let Suppressions { index, by_file, by_path, places, all, .. } = self;
        if !by_file.contains_key(&file) && by_path.is_empty() {
            return None;
        }
        index.seen.entry(file).or_default().entry(rule).or_default().push(primary.start);
        let parts = index.parts.entry((file, rule)).or_insert_with(|| {
            let here = by_file.get(&file).into_iter().flatten();
            parts(here.filter_map(|i| Some((*i, all.get(*i).filter(|s| s.names(rule))?.scope.range()?))))
        });
        let at = parts.partition_point(|(start, _)| *start <= primary.start);
        let comment = at.checked_sub(1).and_then(|at| parts.get(at)?.1);
        let configured = index.configured.entry(file).or_insert_with(|| {
            let covers = |i: &usize, path: &std::path::Path| {
                all.get(*i).and_then(|s| s.paths.as_ref()).is_some_and(|paths| paths.matches(path))
            };
            let path = places.get(&file);
            path.map(|path| by_path.iter().filter(|i| covers(i, path)).copied().collect()).unwrap_or_default()
        });
        let first = || configured.iter().find(|i| all.get(**i).is_some_and(|s| s.names(rule))).copied();
        let configured = *index.ignores.entry((file, rule)).or_insert_with(first);
        comment.into_iter().chain(configured).min()
    }

    fn at_call(&mut self, rule: RuleId, call: Span, primary: Option<Span>) -> Option<usize> {
        let Suppressions { index, by_call, all, .. } = self;
        let here = by_call.get(&call)?;
        // All suppressions of a call cover the same part of its file.
        let part = here.first().and_then(|i| all.get(*i)).and_then(|s| s.scope.range());
        if !part.zip(primary).is_some_and(|(part, primary)| within(part, primary)) {
            *index.below.entry(call).or_default().entry(rule).or_default() += 1;
        }
        let first = || here.iter().find(|i| all.get(**i).is_some_and(|s| s.names(rule))).copied();
        *index.calls.entry((call, rule)).or_insert_with(first)
    }

    /// Says of each suppression how many of the findings that were looked up it covers, and which of its rules any.
    pub(super) fn count(&mut self) {
        let Suppressions { index, all, .. } = self;
        index.seen.values_mut().flat_map(|rules| rules.values_mut()).for_each(|places| places.sort_unstable());
        all.iter_mut().for_each(|s| s.held = 0);
        for suppression in all.iter_mut().filter(|s| s.state == SuppressionState::Active) {
            let calls = std::mem::take(&mut suppression.scope.calls);
            for (rule, count) in calls.iter().filter_map(|call| index.below.get(call)).flatten() {
                suppression.hold(*rule, *count);
            }
            suppression.scope.calls = calls;
            let Some(part) = suppression.scope.range() else { continue };
            for (rule, places) in index.seen.get(&part.file).into_iter().flatten() {
                let before = |end: u32| places.partition_point(|at| *at < end);
                suppression.hold(*rule, before(part.end) - before(part.start));
            }
        }
        for (file, ignores) in &index.configured {
            let seen: Vec<_> = index.seen.get(file).into_iter().flatten().collect();
            for ignore in ignores {
                let Some(suppression) = all.get_mut(*ignore).filter(|s| s.state == SuppressionState::Active) else {
                    continue;
                };
                seen.iter().for_each(|(rule, places)| suppression.hold(**rule, places.len()));
            }
        }
    }
}

impl Suppression {
    /// Counts so many findings of a rule, if it names the rule.
    fn hold(&mut self, rule: RuleId, count: usize) {
        let mut named = self.rules.iter_mut().filter(|named| count > 0 && named.matches(rule)).peekable();
        self.held += if named.peek().is_some() { count } else { 0 };
        named.for_each(|named| named.used = true);
    }
}

fn within(part: Span, place: Span) -> bool {
    part.file == place.file && part.start <= place.start && place.start < part.end
}

/// Where parts of a file begin, with the lowest number of the spans that cover each.
fn parts(spans: impl Iterator<Item = (usize, Span)>) -> CoveredParts {
    let ends = |(i, span): (usize, Span)| [(span.start, true, i), (span.end, false, i)];
    let mut ends: Vec<(u32, bool, usize)> = spans.flat_map(ends).collect();
    ends.sort_unstable();
    let mut open = BTreeSet::new();
    let mut parts = CoveredParts::new();
    for (at, begins, i) in ends {
        if begins {
            open.insert(i)
        } else {
            open.remove(&i)
        };
        let first = open.first().copied();
        match parts.last_mut().filter(|(start, _)| *start == at) {
            Some(last) => last.1 = first,
            None => parts.push((at, first)),
        }
    }
    parts
}

/// The beginnings of an address that are addresses of module instances, each with the dot after it.
pub(super) fn modules(address: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    let ends = address.char_indices().filter_map(move |(at, c)| {
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        (c == '.' && !quoted).then_some(at + 1)
    });
    ends.filter_map(|end| address.get(..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_the_first_of_the_spans_that_cover_them() {
        let span = |start, end| Span::new(FileId(0), start, end);
        let all = [(3, span(0, 10)), (1, span(2, 4)), (2, span(3, 12))];
        assert_eq!(
            parts(all.into_iter()),
            [(0, Some(3)), (2, Some(1)), (3, Some(1)), (4, Some(2)), (10, Some(2)), (12, None)]
        );
    }

    #[test]
    fn dots_in_keys_end_no_module() {
        let address = r#"module.a["x.\"y."].module.b.type.name"#;
        assert!(modules(address).any(|m| m == r#"module.a["x.\"y."]."#));
        assert!(modules(address).all(|m| !m.ends_with("x.") && !m.ends_with("y.")));
    }
}
