//! What the commands work with that look at one state: `evaluate`, `console`, `graph` and `fit`.

use super::{Failure, job};
use crate::base::budget::Budget;
use crate::base::source::Sources;
use crate::cli::{ConfigArgs, InputArgs};
use crate::config::Config;
use crate::engine;
use crate::eval::Options;
use crate::load::loader::Loader;
use std::path::PathBuf;
use std::sync::Arc;

/// One state: the configuration's, with the values of at most one environment.
pub struct State {
    /// The configuration.
    pub config: Config,
    /// The environment's name.
    pub environment: Option<String>,
    /// All files.
    pub sources: Arc<Sources>,
    /// What reads them.
    pub loader: Arc<Loader>,
    /// How they are evaluated.
    pub options: Options,
}

impl State {
    /// The state of what is at these paths.
    ///
    /// # Errors
    /// What is wrong with the configuration or the values given.
    pub fn of(paths: &[PathBuf], config: &ConfigArgs, given: &InputArgs, budget: Budget) -> Result<State, Failure> {
        let args = config;
        let config = job::configuration(args, paths, &|name| args.environment.iter().any(|n| n == name))?;
        let environment = job::environment(args, &config)?;
        let sources = Arc::new(config.sources());
        let loader = Arc::new(Loader::new(sources.clone()).within(budget).bounded(given.allow_outside));
        let options = engine::within(engine::options(&given.values(), &loader)?, &config, environment, &loader)?;
        let environment = environment.map(|e| e.name.clone());
        Ok(State { config, environment, sources, loader, options })
    }
}
