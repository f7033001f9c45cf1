//! Evaluation: from syntax trees to the static plan.

mod applied;
mod arguments;
mod body;
mod build;
mod calls;
mod certainty;
mod conditions;
mod data_source;
mod deprecated;
mod expand;
mod expr;
mod facts;
mod hide;
mod host;
mod iam_policy;
mod identity;
mod inputs;
mod installed;
pub(crate) mod instance;
mod language;
mod module_source;
mod more_files;
pub mod mounts;
mod narrow;
mod newer;
mod outputs;
pub mod places;
mod provider;
mod provider_checks;
mod provider_functions;
mod provider_use;
mod refactoring;
mod reference;
mod reference_check;
mod refused;
mod resource;
mod rewrite;
pub mod scope;
pub mod secrets;
mod sheet;
mod size;
mod splat;
mod stand_in;
mod static_text;
mod template;
mod value_forms;
mod variable;
mod world;

pub use crate::module::ModuleConfig;
pub use crate::module::error::{EvalError, EvalResult};
pub use crate::module::report::syntax_error;
pub use expr::eval;
pub use inputs::{Options, VariableOption};
pub use more_files::MoreFiles;
pub use sheet::Sheet;
pub use stand_in::Absent;
pub use world::OwnFunctions;

use crate::base::reads::note_folder;
use crate::base::source::{Sources, Span};
use crate::catalog::modules::KnownModule;
use crate::diagnostic::{Finding, Level};
use crate::eval::instance::Instance;
use crate::eval::mounts::Mounts;
use crate::eval::scope::Scope;
use crate::eval::world::World;
use crate::load::bounds::normalise;
use crate::load::loader::Loader;
use crate::module::report::EVALUATION_ERROR;
use crate::plan::StaticPlan;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, OnceLock, RwLock};

/// Evaluates root modules; what they share (files, parsed modules) is read once.
#[derive(Debug)]
pub struct Evaluator {
    /// All files of the run.
    pub sources: Arc<Sources>,
    /// What the user gave beside the configuration.
    pub options: Options,
    loader: Arc<Loader>,
    modules: Arc<Modules>,
    facts: RwLock<FxHashMap<KnownModule, Arc<ModuleConfig>>>,
}

/// The configurations of module folders, each assembled once. Evaluators of one state of the tree share them.
#[derive(Debug, Default)]
pub struct Modules(RwLock<FxHashMap<PathBuf, ModuleSlot>>);

impl Modules {
    /// Those of real folders that `changed` does not name, for the next state of the tree.
    pub fn next(&self, changed: impl Fn(&Path) -> bool) -> Modules {
        let modules = self.0.read().unwrap_or_else(|e| e.into_inner());
        let keep = |slot: &ModuleSlot| slot.get().and_then(Option::as_ref).is_some_and(|config| !changed(&config.real));
        let kept = modules.iter().filter(|(_, slot)| keep(slot));
        Modules(RwLock::new(kept.map(|(dir, slot)| (dir.clone(), slot.clone())).collect()))
    }
}

/// A module folder's configuration, assembled once.
type ModuleSlot = Arc<OnceLock<Option<Arc<ModuleConfig>>>>;

impl Evaluator {
    /// An evaluator over a loader's files.
    pub fn new(sources: Arc<Sources>, loader: Arc<Loader>, options: Options) -> Arc<Evaluator> {
        Evaluator::sharing(Arc::default(), sources, loader, options)
    }

    /// The same that shares the configurations of module folders with others.
    pub fn sharing(
        modules: Arc<Modules>,
        sources: Arc<Sources>,
        loader: Arc<Loader>,
        options: Options,
    ) -> Arc<Evaluator> {
        Arc::new(Evaluator { sources, options, loader, modules, facts: RwLock::default() })
    }

    /// The same evaluator with other values of input variables.
    pub fn with_variables(&self, variables: Vec<VariableOption>) -> Arc<Evaluator> {
        self.with_options(Options { variables, ..self.options.clone() })
    }

    /// The same evaluator with other options.
    pub fn with_options(&self, options: Options) -> Arc<Evaluator> {
        Evaluator::sharing(self.modules.clone(), self.sources.clone(), self.loader.clone(), options)
    }

    /// The same evaluator for a tree in which folders stand for others.
    pub fn with_mounts(&self, mounts: Mounts) -> Arc<Evaluator> {
        self.with_options(Options { mounts: Arc::new(mounts), ..self.options.clone() })
    }

    /// What reads files.
    pub fn loader(&self) -> &Loader {
        &self.loader
    }

    /// The configuration of a module folder; `None` where there is no Terraform in it.
    pub fn module(&self, dir: &Path) -> Option<Arc<ModuleConfig>> {
        let known = self.modules.0.read().unwrap_or_else(|e| e.into_inner()).get(dir).cloned();
        let slot = known.unwrap_or_else(|| {
            let mut modules = self.modules.0.write().unwrap_or_else(|e| e.into_inner());
            modules.entry(dir.to_path_buf()).or_default().clone()
        });
        let config = slot.get_or_init(|| {
            let files = self.loader.module(dir)?;
            let config = ModuleConfig::new(&files.files, &files.overrides);
            Some(Arc::new(ModuleConfig { real: files.dir.clone(), left_out: files.left_out.clone(), ..config }))
        });
        config.iter().for_each(|config| note_folder(&config.real));
        config.clone()
    }

    /// The configuration that stands in for a published module that is not on disk.
    pub fn fact_module(&self, known: KnownModule) -> Arc<ModuleConfig> {
        let found = self.facts.read().unwrap_or_else(|e| e.into_inner()).get(&known).cloned();
        found.unwrap_or_else(|| {
            let mut facts = self.facts.write().unwrap_or_else(|e| e.into_inner());
            facts.entry(known).or_insert_with(|| Arc::new(ModuleConfig::of_facts(known))).clone()
        })
    }

    /// The static plan of the root module in `dir`, shown to the user as `shown`.
    pub fn evaluate(self: &Arc<Self>, dir: &Path, shown: &str) -> StaticPlan {
        build::build(&self.root(dir), shown)
    }

    /// The static plan of a module for others that nothing here calls: the defaults of its inputs are not taken for
    /// their values, since callers may replace them.
    pub fn evaluate_library(self: &Arc<Self>, dir: &Path, shown: &str) -> StaticPlan {
        build::build(&self.instance(dir, true), shown)
    }

    /// A root module instance that nothing of is evaluated yet, for single expressions.
    pub fn root(self: &Arc<Self>, dir: &Path) -> Rc<Instance> {
        self.instance(dir, false)
    }

    fn instance(self: &Arc<Self>, dir: &Path, library: bool) -> Rc<Instance> {
        self.with_config(dir, None, library)
    }

    fn with_config(self: &Arc<Self>, dir: &Path, config: Option<Arc<ModuleConfig>>, library: bool) -> Rc<Instance> {
        let dir = std::path::absolute(dir).map(|d| normalise(&d)).unwrap_or_else(|_| dir.to_path_buf());
        let config = config.or_else(|| self.module(&dir)).unwrap_or_default();
        let tfvars = self.loader.module(&dir).map(|files| files.tfvars.clone()).unwrap_or_default();
        let (options, unread) = self.with_environment_files(&dir);
        let selected = || {
            let file = self.loader.beside(&dir.join(".terraform/environment"))?;
            Some(String::from_utf8_lossy(&file).trim().to_string()).filter(|name| !name.is_empty())
        };
        let (inputs, mut findings) = inputs::RootInputs::gather(&options, &tfvars, selected);
        findings.extend(unread);
        let world = Rc::new(World::new(self.clone(), dir.clone(), inputs, library));
        findings.into_iter().for_each(|f| world.report(f));
        let scope_id = world.scopes.borrow_mut().add_module(config.clone(), "".into(), None);
        Instance::new(world, config, dir, "".into(), None, None, scope_id)
    }

    /// The options with the variable files that the environment names, and what is said of those that cannot be read.
    fn with_environment_files(&self, dir: &Path) -> (Cow<'_, Options>, Vec<Finding>) {
        let (mut options, mut unread) = (Cow::Borrowed(&self.options), Vec::new());
        for (at, option) in self.options.variables.iter().enumerate() {
            let VariableOption::EnvironmentFile(path, from) = option else { continue };
            match self.loader.variables(&dir.join(path)).or_else(|_| self.loader.variables(path)) {
                Ok(file) => options.to_mut().variables[at] = VariableOption::File(file),
                Err(why) => {
                    let message =
                        format!("{from} names a variable file that cannot be read: `{}`: {why}", path.display());
                    let finding = Finding::new(EVALUATION_ERROR, Level::Error, message, None::<Span>.into());
                    unread.push(Finding { help: vec!["write it there, or change the variable".into()], ..finding });
                }
            }
        }
        (options, unread)
    }

    /// Evaluates one expression in the scope of a root module and answers as `terraform console` prints.
    ///
    /// # Errors
    /// What Terraform would say.
    pub fn console(self: &Arc<Self>, root: &Rc<Instance>, text: &str) -> EvalResult<String> {
        let file = crate::base::source::SourceFile::new(PathBuf::from("<console>"), text.as_bytes().to_vec());
        let text = file.text.clone();
        let id = self.sources.add(file);
        let (expr, errors) = crate::syntax::parse_expression(id, &text);
        if let Some(e) = errors.first() {
            return Err(EvalError::new(e.span, e.message.clone()));
        }
        let value = eval(&root.scope(), &expr)?;
        let is_type = matches!(&expr.kind, crate::syntax::ast::ExprKind::Call(call) if &*call.name.name == "type");
        Ok(match value.as_str() {
            Some(text) if is_type && !value.marks.is_hidden() => text.to_string(),
            _ => crate::cty::value::format_console(&value),
        })
    }
}

/// The scope of a template file: functions, but no names except those given.
fn template_scope(scope: &Scope) -> Scope {
    let at = &scope.instance;
    let (world, config) = (at.world.clone(), Arc::default());
    Instance::new(world, config, at.dir.clone(), at.address.clone(), None, None, at.scope_id).scope()
}
