//! What a check of everything gives.

use super::stages::{self, CheckedRoot};
use super::{Session, SessionError, called, inputs, project, shorten};
use crate::base::parallel;
use crate::base::source::Sources;
use crate::engine::project::Project;
use crate::engine::rounds::{Rounds, Watch};
use crate::load::loader::Loader;
use crate::load::{self, Discovery};
use crate::plan_json::DocumentSubject;
use crate::report::{Configuration, Report};
use crate::suppress::Suppressions;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a check of everything gives.
#[derive(Debug)]
pub struct Outcome {
    /// The report.
    pub report: Report,
    /// The suppressions, and how many findings each holds back.
    pub suppressions: Suppressions,
    /// The files that it is about.
    pub sources: Arc<Sources>,
    /// What has read them.
    pub loader: Arc<Loader>,
    /// What was found and checked.
    pub found: Discovery,
    /// kfplint itself failed on a root.
    pub failed: bool,
    /// The time did not suffice to report everything.
    pub is_short: bool,
}

impl Session {
    /// Plans and judges everything in all environments, and joins what is said of it to one report. `watch` is told how far
    /// it is.
    ///
    /// # Errors
    /// Values, a baseline or an environment that cannot be.
    pub fn check(&self, watch: &dyn Watch) -> Result<Outcome, SessionError> {
        let settings = self.settings();
        let (mut found, documents) = self.part();
        self.workspace().iter().for_each(|workspace| workspace.begin());
        let mut checked = self.check_all(&mut found, &documents, watch)?;
        self.workspace().iter().for_each(|workspace| workspace.end());
        let failed = checked.iter().any(|c| c.failed);
        let mut skipped: Vec<_> = self.found().skipped.iter().cloned().chain(self.loader().skipped()).collect();
        let short = settings.bytes_per_second;
        let short = short.and_then(|speed| shorten::shorten(&mut checked, &mut skipped, speed, &settings.budget));
        let is_short = short.is_some();
        checked.extend(short.map(CheckedRoot::from));
        let mut drawings: Vec<_> = checked.iter_mut().map(|c| c.drawing.take()).collect();
        let (suppressions, mut reports) =
            stages::suppress(checked, settings, self.loader(), self.sources(), (&found, is_short));
        stages::set_levels(&mut reports, &settings.config, settings.trusts_config, self.loader());
        if !settings.judges_all {
            stages::mark_examples(&mut reports, self.found());
        }
        if settings.ignores_undecided {
            reports.iter_mut().for_each(stages::leave_out_undecided);
        }
        for (drawing, report) in drawings.iter_mut().zip(&reports) {
            drawing.iter_mut().for_each(|drawing| drawing.colour(report));
        }
        let files = self.files_read(&found) + documents.iter().map(|d| d.files()).sum::<usize>();
        let mut report = Report::new(reports, skipped, files, self.sources());
        report.coverage.excluded.extend(self.found().excluded.iter().cloned());
        report.drawings = drawings.into_iter().flatten().collect();
        report.shard = settings.shard.map(|shard| shard.to_string());
        report.configuration = settings.config.file().map(|file| {
            let file = file.to_string_lossy().replace('\\', "/");
            let hides = &settings.config.hides;
            let turns_off = hides.all().map(str::to_string).collect();
            Configuration { file, turns_off, summary: hides.sentence() }
        });
        report.baseline = stages::take_known(&mut report, settings, &found, is_short)?;
        let (sources, loader) = self.files();
        Ok(Outcome { report, suppressions, sources, loader, found, failed, is_short })
    }

    /// The root modules and documents of this shard; all where there is none.
    fn part(&self) -> (Discovery, Vec<&DocumentSubject>) {
        let (mut found, mut documents) = (self.found().clone(), self.documents().iter().collect::<Vec<_>>());
        if let Some(shard) = self.settings().shard {
            let bytes = |id| self.sources().get(id).map_or(0, |file| file.text.len() as u64);
            found.roots = shard.take(found.roots, |dir| load::files(dir, self.loader()).into_iter().map(bytes).sum());
            documents = documents.into_iter().enumerate().filter(|(i, _)| shard.has(*i)).map(|(_, d)| d).collect();
        }
        (found, documents)
    }

    /// Checks root modules and documents. Folders that are root modules for want of a caller are added to what was found.
    fn check_all(
        &self,
        found: &mut Discovery,
        documents: &[&DocumentSubject],
        watch: &dyn Watch,
    ) -> Result<Vec<CheckedRoot>, SessionError> {
        let settings = self.settings();
        let all = &self.found().roots;
        let rounds = Rounds::new(self, watch)?;
        let wanted: BTreeSet<&str> = found.roots.iter().map(|root| root.shown.as_str()).collect();
        let (mut checked, evaluated) = rounds.all(all, &wanted)?;
        drop(wanted);
        let left = called::left(&checked, found, all, &|roots| rounds.roots(roots, evaluated), self.loader())?;
        checked.extend(left);
        checked = rounds.link(checked, found, (all, evaluated))?;
        checked.extend(rounds.rest(all));
        let source = self.source(documents)?;
        let evaluator = self.evaluator(None)?;
        let judge = |subject: &&DocumentSubject| {
            let document = project::DocumentProject { subject, source: source.as_ref() };
            stages::guarded(&document.shown(), || document.judge(&evaluator, self.look(None)))
        };
        checked.extend(parallel::map(documents, 1, judge));
        if settings.tree.commit().is_none() && !settings.budget.is_late() {
            let mut declared: BTreeSet<String> = checked.iter().flat_map(|c| c.variables.iter().cloned()).collect();
            if settings.shard.is_some() {
                declared.extend(inputs::declared(all, self.loader()));
            }
            inputs::check_names(&settings.inputs.given, &declared)?;
        }
        Ok(checked)
    }

    /// How many files were read of this shard's root modules.
    fn files_read(&self, found: &Discovery) -> usize {
        let of = |dir| load::files(dir, self.loader());
        match self.settings().shard {
            Some(_) => found.roots.iter().flat_map(|root| of(&root.dir)).collect::<BTreeSet<_>>().len(),
            None => self.loader().files_read(),
        }
    }
}
