//! `--fix` and `--diff`: rounds of looking and mending in memory, then the files are written, or the difference is shown.

use super::progress::Progress;
use super::settings::Job;
use super::veil::veiled;
use super::{Failure, output};
use crate::base::budget::Budget;
use crate::base::source::{FileId, SourceFile, Span};
use crate::cty::value::HIDDEN;
use crate::diagnostic::{Edit, Fix, Safety};
use crate::engine::{Outcome, Session};
use crate::fix;
use crate::load::{Syntax, loader::Texts};
use crate::report::{Diagnostic, line, path, plural};
use crate::write;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Most rounds. Fixes that still find work after so many are not getting anywhere.
const ROUNDS: usize = 10;

/// Why fixes of a file are not made.
const WORSE: &str = "it would have more syntax errors than before, or it has changed meanwhile";

/// What the rounds made.
#[derive(Default)]
struct FixWork {
    /// Files as they are to be, by real path.
    texts: Texts,
    /// The same as they were on disk, with the path as the user would write it.
    before: BTreeMap<PathBuf, (String, Vec<u8>)>,
    /// How many findings of each kind were fixed.
    fixed: BTreeMap<FindingKind, usize>,
    /// Kinds whose fix did not take the finding away: once more would only pile up.
    stuck: BTreeSet<FindingKind>,
    /// Files whose fixes were not made, and why.
    dropped: BTreeMap<String, &'static str>,
}

/// What stays of a finding while its place moves: rule, file, address, attribute and message.
type FindingKind = (&'static str, String, Option<String>, Option<String>, String);

/// All files that were read.
type Opened = BTreeMap<FileId, (PathBuf, Syntax)>;

/// Makes fixes until there is nothing more to do, and gives the last look; with `--diff`, the first.
///
/// # Errors
/// What keeps kfplint from looking, or a file that cannot be written.
pub fn fixed(job: &Job) -> Result<Outcome, Failure> {
    let mut session = Session::keeping(job.settings.clone())?;
    let first = session.check(&Progress::start())?;
    let mut work = FixWork::default();
    let mut last = None;
    for _ in 0..ROUNDS {
        let now = last.as_ref().unwrap_or(&first);
        let done = work.round(now, job);
        if done.is_empty() {
            break;
        }
        session.apply_change(work.texts.iter().map(|(real, text)| (real.clone(), Some(text.clone()))).collect())?;
        let next = session.check(&Progress::start())?;
        let budget = &job.settings.budget;
        if budget.is_late() || next.is_short {
            // What it does not report may still be there.
            output::say(&format!("not all fixes are made, or checked again: {}", budget.too_long()));
            last = Some(next);
            break;
        }
        work.count(done, now, &next);
        last = Some(next);
    }
    work.before.retain(|real, (_, before)| work.texts.get(real) != Some(before));
    match job.args.fixes.diff {
        true => output::stdout(&work.diff(&first, last.as_ref().unwrap_or(&first), &job.settings.budget))?,
        false => work.write()?,
    }
    work.say(if job.args.fixes.diff { "would fix" } else { "fixed" });
    Ok(last.filter(|_| !job.args.fixes.diff).unwrap_or(first))
}

impl FixWork {
    /// One round: the findings whose fixes were made.
    fn round(&mut self, now: &Outcome, job: &Job) -> BTreeMap<FindingKind, usize> {
        let opened = now.loader.opened();
        let open = self.open(now, &opened, job.args.fixes.unsafe_fixes);
        let unsound = |(id, edits): (&FileId, &BTreeMap<u32, &Edit>)| self.mended(*id, edits, now, &opened).is_none();
        let mut bad = Vec::new();
        let is_late = || job.settings.budget.is_late();
        let open = fix::together(&open, &|some| !is_late() && !edits(some).1.iter().any(unsound), &mut bad);
        if is_late() {
            return BTreeMap::new();
        }
        let (chosen, edits) = edits(&open);
        let texts: Vec<_> =
            edits.iter().filter_map(|(id, edits)| Some((*id, self.mended(*id, edits, now, &opened)?))).collect();
        texts.into_iter().for_each(|(id, text)| self.take(id, text, now, &opened));
        for edit in bad.iter().flat_map(|(_, fix)| &fix.edits) {
            self.dropped.insert(path(edit.span, &now.sources), WORSE);
        }
        kinds(chosen.iter().filter_map(|i| open.get(*i)).map(|(d, _)| *d), now)
    }

    /// The findings with a fix that may be made, and the fix.
    fn open<'n>(&mut self, now: &'n Outcome, opened: &Opened, unsafe_fixes: bool) -> Vec<(&'n Diagnostic, &'n Fix)> {
        let mut open = Vec::new();
        for diagnostic in now.report.open() {
            let allowed = |fix: &&Fix| unsafe_fixes || fix.safety == Safety::Safe;
            let Some(fix) = diagnostic.finding.fixes.iter().find(allowed) else { continue };
            if self.stuck.contains(&kind(diagnostic, now)) {
                continue;
            }
            match fix.edits.iter().find_map(|e| Some((e.span, foreign(e.span.file, now, opened)?))) {
                Some((span, why)) => {
                    self.dropped.insert(path(span, &now.sources), why);
                }
                None => open.push((diagnostic, fix)),
            }
        }
        // What Terraform refuses comes first: other findings may be only its consequence.
        open.sort_by_key(|(diagnostic, _)| !diagnostic.finding.code.starts_with("TF"));
        open
    }

    /// A file's bytes with the edits made; `None` where it would parse worse, or is not on disk what it was.
    fn mended(&self, id: FileId, edits: &BTreeMap<u32, &Edit>, now: &Outcome, opened: &Opened) -> Option<Vec<u8>> {
        let (real, syntax) = opened.get(&id)?;
        let before = self.texts.get(real).cloned().or_else(|| std::fs::read(real).ok())?;
        let same = SourceFile::new(PathBuf::new(), before.clone()).text == now.sources.get(id)?.text;
        let after = fix::apply(&before, edits).filter(|_| same)?;
        (fix::errors(id, &after, *syntax) <= fix::errors(id, &before, *syntax)).then_some(after)
    }

    fn take(&mut self, id: FileId, text: Vec<u8>, now: &Outcome, opened: &Opened) {
        let Some((real, _)) = opened.get(&id) else { return };
        if !self.before.contains_key(real) {
            let shown = path(Span::new(id, 0, 0), &now.sources);
            self.before.insert(real.clone(), (shown, std::fs::read(real).unwrap_or_default()));
        }
        self.texts.insert(real.clone(), text);
    }

    /// Counts what the fixes of a round took away, and notes what they did not.
    fn count(&mut self, done: BTreeMap<FindingKind, usize>, before: &Outcome, after: &Outcome) {
        let (old, new) = (kinds(&before.report.diagnostics, before), kinds(&after.report.diagnostics, after));
        for (kind, times) in done {
            let of = |kinds: &BTreeMap<FindingKind, usize>| kinds.get(&kind).copied().unwrap_or(0);
            let gone = of(&old).saturating_sub(of(&new)).min(times);
            *self.fixed.entry(kind.clone()).or_default() += gone;
            if gone < times {
                self.stuck.insert(kind);
            }
        }
    }

    /// All changes, for `--diff`, without what must not be shown, as the first and the last look know it.
    fn diff(&self, first: &Outcome, last: &Outcome, budget: &Budget) -> Vec<u8> {
        let mut files: Vec<_> = self.before.iter().map(|(real, (shown, before))| (shown, before, real)).collect();
        files.sort();
        let mut all = Vec::new();
        for (shown, before, real) in files {
            let after = self.texts.get(real).map_or(&[][..], Vec::as_slice);
            let name = line(shown);
            match veiled(before, real, first).zip(veiled(after, real, last)) {
                None => note(&format!("the change of {name} is not shown, since the file is private; --fix makes it")),
                Some((old, new)) => {
                    let diff = fix::diff(shown, &old, &new, budget);
                    if String::from_utf8_lossy(&diff).contains(HIDDEN) {
                        note(&format!("sensitive values of {name} are not in the difference; --fix makes it whole"));
                    }
                    all.extend(diff);
                }
            }
        }
        all
    }

    /// Writes the files that changed.
    fn write(&self) -> Result<(), Failure> {
        for (at, (real, (shown, _))) in self.before.iter().enumerate() {
            let Some(text) = self.texts.get(real) else { continue };
            let notes = write::file(real, text).map_err(|e| Failure::Fix {
                what: format!("`{shown}`"),
                why: e.to_string(),
                help: format!(
                    "{} written before; make the file and its folder writable and run again",
                    plural(at, "file")
                ),
            })?;
            output::say_notes(&notes);
        }
        Ok(())
    }

    /// Says on stderr what was done and what was not.
    fn say(&self, done: &str) {
        let fixed = plural(self.fixed.values().sum(), "finding");
        output::say(&format!("{done} {fixed} in {}", plural(self.before.len(), "file")));
        for (file, why) in &self.dropped {
            output::say(&format!("left the fixes in {file}: {why}"));
        }
    }
}

/// A line on stderr.
fn note(text: &str) {
    output::say(text);
}

/// What is changed where these fixes are made.
fn edits<'n>(some: &[(&'n Diagnostic, &'n Fix)]) -> (Vec<usize>, fix::Edits<'n>) {
    fix::choose(&some.iter().map(|(_, fix)| *fix).collect::<Vec<_>>())
}

fn kind(diagnostic: &Diagnostic, of: &Outcome) -> FindingKind {
    let f = &diagnostic.finding;
    let file = f.span().map(|span| path(span, &of.sources)).unwrap_or_default();
    (f.code, file, f.address.clone(), f.attribute.clone(), f.message.clone())
}

/// How many findings there are of each kind; one that several root modules share counts once.
fn kinds<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>, of: &Outcome) -> BTreeMap<FindingKind, usize> {
    let distinct: BTreeSet<_> = diagnostics.into_iter().map(|d| (kind(d, of), d.finding.span())).collect();
    let mut out = BTreeMap::new();
    for (kind, _) in distinct {
        *out.entry(kind).or_default() += 1;
    }
    out
}

/// Why a file is not to be written; `None` where it may be.
fn foreign(id: FileId, now: &Outcome, opened: &Opened) -> Option<&'static str> {
    let Some((real, _)) = opened.get(&id) else { return Some("it is not a file of the configuration") };
    if real.components().any(|c| c.as_os_str() == ".terraform") {
        return Some("`terraform init` wrote it and would overwrite it");
    }
    let named = now.found.named.iter().any(|folder| real.starts_with(folder));
    (!named).then_some("it is outside of the folders that are checked; name its folder too")
}
