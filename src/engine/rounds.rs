//! All root modules of a session in all environments.

use super::called::Made;
use super::kept::KeptReports;
use super::links::{RootLinker, doubt_uncalled};
use super::reach::Unreached;
use super::stages::{CheckedRoot, Look, guarded, judged};
use super::{Session, SessionError, project};
use crate::base::parallel;
use crate::eval::Evaluator;
use crate::load::{self, Discovery, Root};
use crate::terragrunt::Units;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Who is told how far a check is.
pub trait Watch: Sync {
    /// That many root modules more are to be checked.
    fn expect(&self, roots: usize);
    /// One of them is done.
    fn done(&self);
}

/// Nobody.
impl Watch for () {
    fn expect(&self, _: usize) {}
    fn done(&self) {}
}

/// The checks of a session's root modules, environment by environment.
pub struct Rounds<'s> {
    session: &'s Session,
    environments: Vec<Option<&'s str>>,
    unreached: Unreached,
    watch: &'s dyn Watch,
}

impl<'s> Rounds<'s> {
    /// In the environments of the session.
    ///
    /// # Errors
    /// An environment that is not configured.
    pub fn new(session: &'s Session, watch: &'s dyn Watch) -> Result<Rounds<'s>, SessionError> {
        let environments = session.environments()?;
        Ok(Rounds { session, environments, unreached: Unreached::default(), watch })
    }

    /// Checks all of these root modules that are wanted, and says how many environments there was room for.
    ///
    /// # Errors
    /// What is wrong with the values of an environment.
    pub fn all(&self, all: &[Root], wanted: &BTreeSet<&str>) -> Result<(Vec<CheckedRoot>, usize), SessionError> {
        let (mut checked, mut kept) = (Vec::new(), KeptReports::default());
        for (i, environment) in self.environments.iter().copied().enumerate() {
            if let Some(report) = kept.leave(i, &self.environments, all, &self.session.settings().budget) {
                checked.push(CheckedRoot::from(report));
                return Ok((checked, i));
            }
            let evaluator = self.session.evaluator(environment)?;
            let look = self.session.look(environment);
            let (units, mut roots): (Vec<Root>, Vec<Root>) = all.iter().cloned().partition(Root::is_unit);
            // Which modules are judged with the units that use them, only the units of all shards say.
            let of_units = self.round(&units, &evaluator, look);
            let mut made = Made::default();
            of_units.iter().for_each(|unit| made.add(unit, evaluator.loader()));
            let named = &self.session.found().named;
            let loader = evaluator.loader();
            let is_made = |root: &Root| {
                let is_own = || named.contains(&root.dir) || load::is_own_root(&root.dir, loader);
                made.has(&root.dir) && (root.is_reusable() || !is_own())
            };
            roots.retain(|root| wanted.contains(root.shown.as_str()) && !is_made(root));
            checked.extend(of_units.into_iter().filter(|unit| wanted.contains(unit.report.root.as_str())));
            checked.extend(self.round(&roots, &evaluator, look));
            kept.add(&checked);
        }
        Ok((checked, self.environments.len()))
    }

    /// Judges the root modules again whose clusters have node pools in others, environment by environment. `found` has those
    /// that were checked, and those beside them; one of these that is judged for its pools is then among the first. `all` are
    /// the root modules of all shards; so many `environments` were checked.
    ///
    /// # Errors
    /// What is wrong with the values of an environment.
    pub fn link(
        &self,
        mut checked: Vec<CheckedRoot>,
        found: &mut Discovery,
        (all, environments): (&[Root], usize),
    ) -> Result<Vec<CheckedRoot>, SessionError> {
        let here: FxHashSet<&Root> = found.roots.iter().collect();
        let others = all.iter().chain(&found.others).filter(|root| !here.contains(root) && !root.is_reusable());
        let others: Vec<&Root> = others.collect();
        let roots: Vec<&Root> = found.roots.iter().chain(others.iter().copied()).collect();
        doubt_uncalled(&mut checked, all);
        let mut out = Vec::with_capacity(checked.len());
        for environment in self.environments.iter().copied().take(environments) {
            let is_own = |c: &CheckedRoot| c.report.environment.as_deref() == environment;
            let (mut own, rest): (Vec<CheckedRoot>, Vec<CheckedRoot>) = checked.into_iter().partition(is_own);
            checked = rest;
            let evaluator = &self.session.evaluator(environment)?;
            let look = self.session.look(environment);
            let linker = RootLinker { session: self.session, evaluator, look, roots: &roots };
            let said = linker.link(&mut own, &others, &found.others);
            out.extend(own.into_iter().chain(said));
        }
        out.extend(checked);
        let judged: FxHashSet<&str> = out.iter().map(|c| c.report.root.as_str()).collect();
        let is_judged = |root: &Root| judged.contains(root.shown.as_str());
        let (judged, others) = std::mem::take(&mut found.others).into_iter().partition(is_judged);
        found.others = others;
        found.roots.extend::<Vec<Root>>(judged);
        found.roots.sort();
        Ok(out)
    }

    /// Checks root modules in so many environments.
    ///
    /// # Errors
    /// What is wrong with the values of an environment.
    pub fn roots(&self, roots: &[Root], environments: usize) -> Result<Vec<CheckedRoot>, SessionError> {
        let mut out = Vec::new();
        for environment in self.environments.iter().copied().take(environments) {
            out.extend(self.round(roots, &self.session.evaluator(environment)?, self.session.look(environment)));
        }
        Ok(out)
    }

    /// What says how many root modules were not reached in time, beside those that are named. `all` are the root modules.
    pub fn rest(&self, all: &[Root]) -> Option<CheckedRoot> {
        self.unreached.rest(all.first(), &self.session.settings().budget).map(CheckedRoot::from)
    }

    /// Checks root modules in one environment.
    fn round(&self, roots: &[Root], evaluator: &Arc<Evaluator>, look: Look) -> Vec<CheckedRoot> {
        self.watch.expect(roots.len());
        let units = Units::new(evaluator);
        let one = |root: &Root| {
            let checked =
                (!self.unreached.counts(look.budget)).then(|| self.session.checked(root, &units, evaluator, look));
            self.watch.done();
            checked
        };
        parallel::map(roots, 1, one).into_iter().flatten().collect()
    }
}

/// Plans and judges one root module.
pub fn check_one(root: &Root, units: &Units, evaluator: &Arc<Evaluator>, look: Look) -> CheckedRoot {
    guarded(&root.shown, || {
        let mut checked = judged(project::plan(root, units, evaluator), look);
        if root.is_unit() {
            checked.report.relocate(&|span| evaluator.sources.written(span));
        }
        checked
    })
}
