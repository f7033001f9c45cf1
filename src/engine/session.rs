//! A session over a tree of files.

use super::project::{self, configurations, split};
use super::stages::{CheckedRoot, Look};
use super::workspace::{Change, Workspace};
use super::{PathScope, SessionError, Settings, called, inputs, rounds};
use crate::base::reads::noting;
use crate::base::source::Sources;
use crate::config::Config;
use crate::diagnostic::RootReport;
use crate::eval::instance::Instance;
use crate::eval::{EvalResult, Evaluator, Options};
use crate::graph::across::{ALONE, Beside};
use crate::load::loader::Loader;
use crate::load::{self, Discovery, Root};
use crate::plan::StaticPlan;
use crate::plan_json::DocumentSubject;
use crate::report::graph::drawing::Drawing;
use crate::terragrunt::Units;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
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
    documents: Arc<Vec<DocumentSubject>>,
    /// What is kept for the next state of the tree; `None` where there is to be none.
    workspace: Option<Workspace>,
    /// By the name of the environment.
    evaluators: Mutex<FxHashMap<Option<String>, Arc<Evaluator>>>,
}

impl Session {
    /// Reads variable files, and finds and reads what is to be checked.
    ///
    /// # Errors
    /// Values or paths that cannot be read; no root module at all.
    pub fn new(settings: Settings) -> Result<Session, SessionError> {
        let loader = Loader::new(Arc::new(settings.config.sources()));
        Session::over(settings, loader, None, None)
    }

    /// The same session, which keeps what it does for the next states of its tree: see [`Session::apply_change`].
    ///
    /// # Errors
    /// Values or paths that cannot be read; no root module at all.
    pub fn keeping(settings: Settings) -> Result<Session, SessionError> {
        let loader = Loader::new(Arc::new(settings.config.sources()));
        let settings = Settings { tree: settings.tree.listed_once(), ..settings };
        Session::over(settings, loader, None, Some(Workspace::default()))
    }

    /// A session whose files this loader reads.
    fn over(
        settings: Settings,
        loader: Loader,
        documents: Option<Arc<Vec<DocumentSubject>>>,
        workspace: Option<Workspace>,
    ) -> Result<Session, SessionError> {
        let sources = loader.sources().clone();
        let loader = loader.of(settings.tree.with_texts(settings.texts.clone()));
        let loader = loader.within(settings.budget).with_roots(&settings.own_roots);
        let loader = Arc::new(loader.bounded(settings.inputs.allow_outside));
        let (options, reads) = noting(|| inputs::options(&settings.inputs, &loader));
        let options = options?;
        workspace.iter().for_each(|workspace| workspace.add_values(reads.clone()));
        let (read, folders) = match (settings.scope, &documents) {
            (PathScope::All, None) => split(&settings.places(), &settings.tree, &settings.stdin, &settings.budget)?,
            (PathScope::All, Some(_)) => (Vec::new(), configurations(&settings.places(), &settings.tree)),
            _ => (Vec::new(), Some(settings.places())),
        };
        let documents = documents.unwrap_or_else(|| Arc::new(read));
        let completed = |found: &mut Discovery| {
            let evaluator = Evaluator::new(sources.clone(), loader.clone(), options.clone());
            crate::terragrunt::complete(found, &evaluator, settings.judges_all);
        };
        let found =
            folders.map(|folders| find(&settings, &folders, &loader, &completed)).transpose()?.unwrap_or_default();
        let evaluators = Mutex::default();
        Ok(Session { settings, sources, loader, options, found, documents, workspace, evaluators })
    }

    /// Goes on to the next state of the tree, in which these files have other texts. Only what the change touches is read,
    /// parsed and evaluated again, and no folder is listed again; with a file that was not read so far, everything. The time
    /// of the budget runs anew. Reports of states before keep their files.
    ///
    /// # Errors
    /// Values that cannot be read any more; no root module is left. The session is then in the state before.
    pub fn apply_change(&mut self, change: Change) -> Result<(), SessionError> {
        let mut texts = self.settings.texts.clone();
        let mut changed = BTreeSet::new();
        for (path, text) in change {
            let before = match &text {
                Some(text) => texts.insert(path.clone(), text.clone()),
                None => texts.remove(&path),
            };
            if text.is_none() || before != text {
                changed.insert(path);
            }
        }
        let settings = Settings { texts, budget: self.settings.budget.renewed(), ..self.settings.clone() };
        let opened: FxHashSet<PathBuf> = self.loader.opened().into_values().map(|(real, _)| real).collect();
        // What Git ignores says what is found.
        let is_found = |real: &PathBuf| real.file_name().is_some_and(|name| name == ".gitignore");
        let known = |real: &PathBuf, workspace: &Workspace| {
            !is_found(real) && (opened.contains(real) || workspace.has_read(real))
        };
        *self = match &self.workspace {
            None => Session::new(settings)?,
            Some(workspace) if !changed.iter().all(|real| known(real, workspace)) => Session::keeping(settings)?,
            Some(workspace) => {
                let workspace = workspace.next(&changed, &self.loader.folders_of(&changed));
                let config = settings.config.file().map(|_| Config::FILE);
                let loader = self.loader.next(&changed, &workspace.made(), config);
                Session::over(settings, loader, Some(self.documents.clone()), Some(workspace))?
            }
        };
        Ok(())
    }

    /// How many root modules it has evaluated in this state of the tree, where it keeps them.
    pub fn evaluated(&self) -> usize {
        self.workspace.as_ref().map_or(0, Workspace::evaluated)
    }

    /// What it keeps.
    pub(super) fn workspace(&self) -> Option<&Workspace> {
        self.workspace.as_ref()
    }

    /// Plans and judges one root module, unless it is known from a state before.
    pub(super) fn checked(&self, root: &Root, units: &Units, evaluator: &Arc<Evaluator>, look: Look) -> CheckedRoot {
        let Some(workspace) = &self.workspace else { return rounds::check_one(root, units, evaluator, look) };
        if let Some(kept) = workspace.get(root, look) {
            self.loader.repeat(&kept.reads);
            return kept.checked.clone();
        }
        let (checked, reads) = noting(|| rounds::check_one(root, units, evaluator, look));
        workspace.count();
        // Configurations that are kept stand for files that are read.
        self.loader.repeat(&reads);
        if !look.budget.is_late() && !checked.failed {
            workspace.keep(root, look, checked.clone(), reads);
        }
        checked
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

    /// What was found below the paths.
    pub fn found(&self) -> &Discovery {
        &self.found
    }

    /// The documents among the paths.
    pub fn documents(&self) -> &[DocumentSubject] {
        &self.documents
    }

    /// Files and folders that were passed over so far: path and why.
    pub fn skipped(&self) -> Vec<(String, String)> {
        self.found.skipped.iter().cloned().chain(self.loader.skipped()).collect()
    }

    /// The environments that are checked, in the order of the configuration; one that is none where none is configured.
    ///
    /// # Errors
    /// One that is not configured.
    pub fn environments(&self) -> Result<Vec<Option<&str>>, SessionError> {
        let Settings { environments: wanted, config, .. } = &self.settings;
        wanted.iter().try_for_each(|name| inputs::environment_named(name, config).map(drop))?;
        let all = config.environments.iter().map(|e| &e.name);
        let chosen = all.filter(|name| wanted.is_empty() || wanted.contains(name));
        let chosen: Vec<_> = chosen.map(|name| Some(name.as_str())).collect();
        Ok(if chosen.is_empty() { vec![None] } else { chosen })
    }

    /// The root modules, and folders that others call but that no caller makes with the values of an environment.
    ///
    /// # Errors
    /// An environment that is not configured, or whose values cannot be read.
    pub fn roots_with_uncalled(&self, environment: Option<&str>) -> Result<Vec<Root>, SessionError> {
        let mut found = self.found.clone();
        if !found.called.is_empty() {
            let evaluator = self.evaluator(environment)?;
            let (units, look) = (Units::new(&evaluator), self.look(environment));
            let check = |roots: &[Root]| {
                Ok(roots.iter().map(|root| rounds::check_one(root, &units, &evaluator, look)).collect::<Vec<_>>())
            };
            let all = &self.found.roots;
            let reached: Vec<Root> = all.iter().take_while(|_| !self.settings.budget.is_late()).cloned().collect();
            called::left(&check(&reached)?, &mut found, all, &check, &self.loader)?;
        }
        Ok(found.roots)
    }

    /// The static plan of a root module, with the values of an environment; one that says so where the time is used up.
    ///
    /// # Errors
    /// An environment that is not configured, or whose values cannot be read.
    pub fn plan(&self, root: &Root, environment: Option<&str>) -> Result<StaticPlan, SessionError> {
        let evaluator = self.evaluator(environment)?;
        Ok(project::plan(root, &Units::new(&evaluator), &evaluator))
    }

    /// All rules over one root module, with the values of an environment. Suppressions do not count here.
    ///
    /// # Errors
    /// An environment that is not configured, or whose values cannot be read.
    pub fn check_root(&self, root: &Root, environment: Option<&str>) -> Result<RootReport, SessionError> {
        let evaluator = self.evaluator(environment)?;
        let checked = rounds::check_one(root, &Units::new(&evaluator), &evaluator, self.look(environment));
        Ok(checked.report)
    }

    /// [`Session::check_root`] with what other root modules tell of it, and the root module's resource graph.
    ///
    /// # Errors
    /// An environment that is not configured, or whose values cannot be read.
    pub fn draw_root(
        &self,
        root: &Root,
        environment: Option<&str>,
        beside: &Beside,
    ) -> Result<(RootReport, Drawing), SessionError> {
        let evaluator = self.evaluator(environment)?;
        let look = Look { draws: true, beside, ..self.look(environment) };
        let CheckedRoot { report, drawing, .. } = rounds::check_one(root, &Units::new(&evaluator), &evaluator, look);
        let mut drawing = drawing.unwrap_or_default();
        drawing.colour(&report);
        Ok((report, drawing))
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
        let (options, reads) = noting(|| inputs::within(self.options.clone(), config, environment, &self.loader));
        let modules = self.workspace.as_ref().map(|workspace| {
            workspace.add_values(reads);
            workspace.modules.clone()
        });
        let (sources, loader) = (self.sources.clone(), self.loader.clone());
        let evaluator = Evaluator::sharing(modules.unwrap_or_default(), sources, loader, options?);
        evaluators.insert(key, evaluator.clone());
        Ok(evaluator)
    }

    /// The files, and what has read them.
    pub(super) fn files(&self) -> (Arc<Sources>, Arc<Loader>) {
        (self.sources.clone(), self.loader.clone())
    }

    /// The root module of the documents' configuration.
    ///
    /// # Errors
    /// Where it has no Terraform files, or there is no document that it could be the source of.
    pub(super) fn source(&self, documents: &[&DocumentSubject]) -> Result<Option<Root>, SessionError> {
        let Some(dir) = &self.settings.source else { return Ok(None) };
        if !documents.iter().any(|document| document.has_source()) {
            return Err(SessionError::NoDocument);
        }
        let root = load::single(dir, &self.loader)?;
        match root.is_unit() || self.loader.module(&root.dir).is_some() {
            true => Ok(Some(root)),
            false => Err(SessionError::Nothing { places: format!("`{}`", dir.display()), skipped: Vec::new() }),
        }
    }

    /// With what a project is looked at in an environment.
    pub(super) fn look<'s>(&'s self, environment: Option<&'s str>) -> Look<'s> {
        let Settings { config, budget, draws, .. } = &self.settings;
        Look { environment, profile: &config.profile, draws: *draws, budget, beside: &ALONE }
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

fn find(
    settings: &Settings,
    paths: &[PathBuf],
    loader: &Loader,
    complete: &dyn Fn(&mut Discovery),
) -> Result<Discovery, SessionError> {
    let mut found = match (settings.scope, paths) {
        (PathScope::One, [first, ..]) => {
            Discovery { roots: vec![load::single(first, loader)?], ..Discovery::default() }
        }
        (PathScope::Changed, paths) => load::changed(paths, &settings.everywhere, loader)?,
        (_, paths) => load::roots(paths, loader)?,
    };
    complete(&mut found);
    if found.roots.is_empty() && settings.scope != PathScope::Changed {
        let places: Vec<String> = paths.iter().map(|p| format!("`{}`", p.display())).collect();
        let skipped = found.skipped.into_iter().chain(loader.skipped()).collect();
        return Err(SessionError::Nothing { places: places.join(", "), skipped });
    }
    Ok(found)
}
