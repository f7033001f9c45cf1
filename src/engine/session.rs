//! A session over a tree of files.

use super::{Scope, SessionError, Settings, inputs};
use crate::base::source::Sources;
use crate::diagnostic::RootReport;
use crate::eval::instance::Instance;
use crate::eval::{EvalResult, Evaluator, Options};
use crate::graph::Graph;
use crate::judge::check_root;
use crate::load::loader::Loader;
use crate::load::{self, Discovery, Root};
use crate::plan::StaticPlan;
use crate::terragrunt::Units;
use rustc_hash::FxHashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// A session over a tree of files: what is found in it, planned and checked with the same settings.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    sources: Arc<Sources>,
    loader: Arc<Loader>,
    /// How everything is evaluated, but for the values of an environment.
    options: Options,
    found: Discovery,
    /// By the name of the environment.
    evaluators: Mutex<FxHashMap<Option<String>, Arc<Evaluator>>>,
}

impl Session {
    /// Reads variable files, and finds and reads what is to be checked.
    ///
    /// # Errors
    /// Values or paths that cannot be read; no root module at all.
    pub fn new(settings: Settings) -> Result<Session, SessionError> {
        let sources = Arc::new(settings.config.sources());
        let loader = Loader::with(sources.clone(), settings.texts.clone()).of(settings.tree.clone());
        let loader = loader.within(settings.budget).with_roots(&settings.own_roots);
        let loader = Arc::new(loader.bounded(settings.inputs.allow_outside));
        let options = inputs::options(&settings.inputs, &loader)?;
        let found = find(&settings, &loader)?;
        Ok(Session { settings, sources, loader, options, found, evaluators: Mutex::default() })
    }

    /// What it was made with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The files that were read so far.
    pub fn sources(&self) -> &Arc<Sources> {
        &self.sources
    }

    /// What reads files.
    pub fn loader(&self) -> &Loader {
        &self.loader
    }

    /// The root modules, by shown path.
    pub fn roots(&self) -> &[Root] {
        &self.found.roots
    }

    /// Files and folders that were passed over so far: path and why.
    pub fn skipped(&self) -> Vec<(String, String)> {
        self.found.skipped.iter().cloned().chain(self.loader.skipped()).collect()
    }

    /// The static plan of a root module, with the values of an environment.
    ///
    /// # Errors
    /// An environment that is not configured, or whose values cannot be read.
    pub fn plan(&self, root: &Root, environment: Option<&str>) -> Result<StaticPlan, SessionError> {
        Ok(plan(&self.evaluator(environment)?, root))
    }

    /// All rules over one root module, with the values of an environment. Suppressions do not count here.
    ///
    /// # Errors
    /// An environment that is not configured, or whose values cannot be read.
    pub fn check_root(&self, root: &Root, environment: Option<&str>) -> Result<RootReport, SessionError> {
        let plan = self.plan(root, environment)?;
        let (profile, budget) = (&self.settings.config.profile, &self.settings.budget);
        let report = check_root(&plan, &Graph::build(&plan, profile, budget), budget);
        Ok(RootReport { environment: environment.map(str::to_string), ..report })
    }

    /// Evaluates expressions in the scope of a root module.
    ///
    /// # Errors
    /// An environment that is not configured, or whose values cannot be read.
    pub fn console(&self, root: &Root, environment: Option<&str>) -> Result<Console, SessionError> {
        let evaluator = self.evaluator(environment)?;
        let instance = evaluator.root(&root.dir);
        Ok(Console { evaluator, instance })
    }

    /// What evaluates with the values of an environment.
    ///
    /// # Errors
    /// An environment that is not configured, or whose values cannot be read.
    pub fn evaluator(&self, environment: Option<&str>) -> Result<Arc<Evaluator>, SessionError> {
        let key = environment.map(str::to_string);
        let mut evaluators = self.evaluators.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(evaluator) = evaluators.get(&key) {
            return Ok(evaluator.clone());
        }
        let config = &self.settings.config;
        let environment = environment.map(|name| inputs::environment_named(name, config)).transpose()?;
        let options = inputs::within(self.options.clone(), config, environment, &self.loader)?;
        let evaluator = Evaluator::new(self.sources.clone(), self.loader.clone(), options);
        evaluators.insert(key, evaluator.clone());
        Ok(evaluator)
    }
}

/// The scope of a root module, for single expressions. Nothing of the root module is evaluated before it is asked for.
#[derive(Debug)]
pub struct Console {
    evaluator: Arc<Evaluator>,
    instance: Rc<Instance>,
}

impl Console {
    /// Evaluates an expression and answers as `terraform console` prints.
    ///
    /// # Errors
    /// What Terraform would say.
    pub fn answer(&self, expression: &str) -> EvalResult<String> {
        self.evaluator.console(&self.instance, expression)
    }
}

/// The static plan of a root, of whichever kind.
fn plan(evaluator: &Arc<Evaluator>, root: &Root) -> StaticPlan {
    match (&root.unit, root.library) {
        (Some(_), _) => Units::new(evaluator).evaluate(root).plan,
        (None, true) => evaluator.evaluate_library(&root.dir, &root.shown),
        (None, false) => evaluator.evaluate(&root.dir, &root.shown),
    }
}

fn find(settings: &Settings, loader: &Loader) -> Result<Discovery, SessionError> {
    let here = [PathBuf::from(".")];
    let paths = if settings.paths.is_empty() { &here[..] } else { &settings.paths };
    let found = match (settings.scope, paths) {
        (Scope::One, [first, ..]) => Discovery { roots: vec![load::single(first, loader)?], ..Discovery::default() },
        _ => load::roots(paths, loader)?,
    };
    if found.roots.is_empty() {
        let places: Vec<String> = paths.iter().map(|p| format!("`{}`", p.display())).collect();
        let skipped = found.skipped.into_iter().chain(loader.skipped()).collect();
        return Err(SessionError::Nothing { places: places.join(", "), skipped });
    }
    Ok(found)
}
