//! All root modules of a run in all environments.

use super::kept::Kept;
use super::progress::Progress;
use super::reach::Unreached;
use super::{Checked, Failure, Job, Look, check_one, units};
use crate::base::parallel;
use crate::base::source::Sources;
use crate::config::Environment;
use crate::engine;
use crate::eval::{Evaluator, Options};
use crate::load::Root;
use crate::load::loader::Loader;
use crate::report::Format;
use std::collections::BTreeSet;
use std::sync::Arc;

/// With what root modules are checked.
pub struct Rounds<'r> {
    job: &'r Job,
    sources: &'r Arc<Sources>,
    loader: &'r Arc<Loader>,
    options: &'r Options,
    environments: Vec<Option<&'r Environment>>,
    unreached: Unreached,
}

impl<'r> Rounds<'r> {
    /// In the environments that the job asks for.
    ///
    /// # Errors
    /// An environment that is not configured.
    pub fn new(
        job: &'r Job,
        sources: &'r Arc<Sources>,
        loader: &'r Arc<Loader>,
        options: &'r Options,
    ) -> Result<Rounds<'r>, Failure> {
        let environments = job.environments()?;
        Ok(Rounds { job, sources, loader, options, environments, unreached: Unreached::default() })
    }

    /// Checks all of these root modules that are wanted, and says how many environments there was room for.
    ///
    /// # Errors
    /// What is wrong with the values of an environment.
    pub fn all(
        &self,
        all: &[Root],
        wanted: &BTreeSet<&str>,
        progress: &Progress,
    ) -> Result<(Vec<Checked>, usize), Failure> {
        let (mut checked, mut kept) = (Vec::new(), Kept::default());
        for (i, environment) in self.environments.iter().copied().enumerate() {
            if let Some(report) = kept.leave(i, &self.environments, all, &self.job.budget) {
                checked.push(Checked::from(report));
                return Ok((checked, i));
            }
            let evaluator = self.evaluator(environment)?;
            let look = self.look(environment);
            let mut roots = all.to_vec();
            // Which modules are judged with the units that use them, only the units of all shards say.
            checked.extend(units::check(&mut roots, &evaluator, &self.unreached, look));
            checked.retain(|unit| wanted.contains(unit.report.root.as_str()));
            roots.retain(|root| wanted.contains(root.shown.as_str()));
            progress.expect(roots.len());
            checked.extend(self.one_round(&roots, &evaluator, look, || progress.done()));
            kept.add(&checked);
        }
        Ok((checked, self.environments.len()))
    }

    /// Checks root modules in so many environments.
    ///
    /// # Errors
    /// What is wrong with the values of an environment.
    pub fn roots(&self, roots: &[Root], environments: usize) -> Result<Vec<Checked>, Failure> {
        let mut out = Vec::new();
        for environment in self.environments.iter().copied().take(environments) {
            out.extend(self.one_round(roots, &self.evaluator(environment)?, self.look(environment), || ()));
        }
        Ok(out)
    }

    /// What says how many root modules were not reached in time, beside those that are named. `all` are the root modules.
    pub fn rest(&self, all: &[Root]) -> Option<Checked> {
        self.unreached.rest(all.first(), &self.job.budget).map(Checked::from)
    }

    /// With what root modules are looked at in an environment.
    pub fn look(&self, environment: Option<&'r Environment>) -> Look<'r> {
        let Job { args, config, budget, .. } = self.job;
        let draw = args.format == Format::Html || args.output.iter().any(|(format, _)| *format == Format::Html);
        Look { environment: environment.map(|e| e.name.as_str()), profile: &config.profile, draw, budget }
    }

    fn one_round(
        &self,
        roots: &[Root],
        evaluator: &Arc<Evaluator>,
        look: Look,
        done: impl Fn() + Sync,
    ) -> impl Iterator<Item = Checked> {
        let checked = parallel::map(roots, 1, |root| {
            let checked = (!self.unreached.counts(look.budget)).then(|| check_one(evaluator, root, look));
            done();
            checked
        });
        checked.into_iter().flatten()
    }

    fn evaluator(&self, environment: Option<&Environment>) -> Result<Arc<Evaluator>, Failure> {
        let options = engine::within(self.options.clone(), &self.job.config, environment, self.loader)?;
        Ok(Evaluator::new(self.sources.clone(), self.loader.clone(), options))
    }
}
