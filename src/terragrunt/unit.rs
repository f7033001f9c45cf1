//! The static plan of a unit: its source module's, with the unit's inputs.

use super::config::{ConfigReader, Outputs, UnitConfig, UnitContext};
use crate::base::source::{FileId, SourceFile, Span};
use crate::cty::value::{Type, Value, convert};
use crate::eval::places;
use crate::eval::{Absent, Evaluator, Options, VariableOption};
use crate::load::Root;
use crate::load::bounds::normalise;
use crate::plan::StaticPlan;
use crate::syntax;
use crate::syntax::ast::File;
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// How far dependencies are followed from unit to unit. Outputs of units beyond are not known, as those are that only a
/// state tells, and say so.
const FARTHEST: usize = 16;
/// The most units that are evaluated for one; the same holds for others.
const MOST: usize = 200;

/// What is known of units' outputs, by folder.
type KnownOutputs = FxHashMap<PathBuf, Option<Value>>;

/// Evaluates units; what they need of one another is worked out once.
#[derive(Debug)]
pub struct Units {
    evaluator: Arc<Evaluator>,
    outputs: Arc<Mutex<KnownOutputs>>,
}

/// A unit's static plan, and the folder of its source where that is on disk.
#[derive(Debug)]
pub struct EvaluatedUnit {
    /// The plan.
    pub plan: StaticPlan,
    /// The source's folder.
    pub source: Option<PathBuf>,
}

impl Units {
    /// Units whose files this evaluator reads.
    pub fn new(evaluator: &Arc<Evaluator>) -> Units {
        Units { evaluator: evaluator.clone(), outputs: Arc::default() }
    }

    /// The static plan of a root that is a unit.
    pub fn evaluate(&self, root: &Root) -> EvaluatedUnit {
        let walk = UnitWalk {
            evaluator: self.evaluator.clone(),
            outputs: self.outputs.clone(),
            on_the_way: Vec::new(),
            seen: Rc::default(),
            cut: Rc::default(),
        };
        match root.unit() {
            Some(file) => walk.evaluate(&root.dir, &root.shown, file),
            None => nothing(&root.shown, UnitConfig::default(), "it is no unit".into()),
        }
    }
}

/// The way from a unit through those that it depends on.
#[derive(Clone, Debug)]
struct UnitWalk {
    evaluator: Arc<Evaluator>,
    outputs: Arc<Mutex<KnownOutputs>>,
    on_the_way: Vec<PathBuf>,
    /// How many units were evaluated.
    seen: Rc<Cell<usize>>,
    /// Something was not followed: what comes of it depends on where one began, and is not kept.
    cut: Rc<Cell<bool>>,
}

impl UnitWalk {
    fn evaluate(&self, dir: &Path, shown: &str, file: &Path) -> EvaluatedUnit {
        let outputs = self.outputs_of_others(dir);
        let reader = ConfigReader { evaluator: self.evaluator.clone(), outputs, read: Rc::default() };
        let context = UnitContext { unit: dir.to_path_buf(), ..UnitContext::default() };
        let config = match reader.read(file, context) {
            Ok(config) => config,
            Err(why) => return nothing(shown, UnitConfig::default(), why),
        };
        match source(&config, dir, &self.evaluator) {
            UnitSource::Here(source) => {
                let more = self.added(&config, file, dir, &source);
                let evaluator = self.evaluator.with_options(self.options(&config, &source, dir));
                let mut plan = evaluator.evaluate_with(&source, shown, &more);
                plan.files += config.files;
                plan.findings.splice(0..0, config.findings);
                EvaluatedUnit { plan, source: Some(source) }
            }
            UnitSource::Elsewhere(text, version, span) => {
                let evaluator = self.evaluator.with_options(self.options(&config, dir, dir));
                let more = self.added(&config, file, dir, Path::new(""));
                let name = dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                let absent = Absent { name: &name, source: &text, version: version.as_deref(), span };
                let mut plan = evaluator.evaluate_absent(dir, shown, absent, &more);
                plan.files += config.files;
                plan.findings.splice(0..0, config.findings);
                EvaluatedUnit { plan, source: None }
            }
            UnitSource::Unknown(why) => nothing(shown, config, why),
        }
    }

    /// What is known of the outputs of units that this one depends on.
    fn outputs_of_others(&self, dir: &Path) -> Outputs {
        let mut walk = self.clone();
        walk.on_the_way.push(dir.to_path_buf());
        Rc::new(move |other| {
            if let Some(known) = walk.outputs.lock().unwrap_or_else(|e| e.into_inner()).get(other) {
                return known.clone();
            }
            walk.seen.set(walk.seen.get() + 1);
            let circle = walk.on_the_way.iter().any(|unit| unit == other);
            if circle || walk.on_the_way.len() > FARTHEST || walk.seen.get() > MOST {
                walk.cut.set(true);
                return None;
            }
            let file = crate::load::unit_file(other, walk.evaluator.loader().tree());
            let outputs = file.map(|file| Value::object(walk.evaluate(other, "", &file).plan.outputs));
            if !walk.cut.get() {
                walk.outputs.lock().unwrap_or_else(|e| e.into_inner()).insert(other.to_path_buf(), outputs.clone());
            }
            outputs
        })
    }

    fn options(&self, config: &UnitConfig, source: &Path, dir: &Path) -> Options {
        let mut options = self.evaluator.options.clone();
        for (name, (value, span)) in &config.inputs {
            options.preset.insert(name.clone(), (places::without(value), *span));
        }
        if let (Some(reasons), Some(module)) = (&config.open_inputs, self.evaluator.module(source)) {
            let place = Span::new(FileId::FACTS, 0, 0);
            for name in module.variables.keys() {
                let open = || (Value::unknown(Type::Any, reasons.clone()), place);
                options.preset.entry(name.clone()).or_insert_with(open);
            }
        }
        for (name, value) in config
            .environment
            .iter()
            .filter(|(name, _)| !options.environment.contains_key(&***name))
            .collect::<Vec<_>>()
        {
            let value = places::without(value);
            match (convert(&value, &Type::String).ok().as_ref().and_then(Value::as_str), name.strip_prefix("TF_VAR_")) {
                (Some(text), _) => drop(options.environment.insert(name.to_string(), text.to_string())),
                (None, Some(variable)) => {
                    let open = Value::unknown(Type::Any, value.collect_reasons()).mark(value.deep_marks());
                    options.preset.insert(variable.into(), (open, Span::new(FileId::FACTS, 0, 0)));
                }
                (None, None) => {}
            }
        }
        let files = config.variable_files.iter().filter_map(Value::as_str);
        let files = files.filter_map(|path| self.evaluator.loader().values(&dir.join(path)).ok());
        let mut files: Vec<Arc<File>> = files.collect();
        if dir != source {
            // Terragrunt copies them into the source's folder.
            files.splice(0..0, self.evaluator.loader().tfvars(dir));
        }
        let given = config.given.iter().map(|(name, text)| VariableOption::Value(name.clone(), text.clone()));
        options.variables.splice(0..0, files.into_iter().map(VariableOption::File).chain(given));
        options
    }

    /// What a unit adds to its source: the configuration in its own folder, which Terragrunt copies into the source's, and
    /// what it generates.
    fn added(&self, config: &UnitConfig, file: &Path, dir: &Path, source: &Path) -> Vec<(String, Arc<File>)> {
        let generated = self.generated(config, file);
        let loader = self.evaluator.loader();
        let same = |own: &PathBuf| loader.module(source).is_some_and(|module| module.dir == *own);
        let copied = loader.hcl(file).is_ok_and(|file| crate::load::copies_its_files(&file));
        let own = loader.module(dir).filter(|own| copied && !same(&own.dir));
        let name = |file: &Arc<File>| {
            let path = self.evaluator.sources.path(file.id);
            Some((path.file_name()?.to_string_lossy().into_owned(), file.clone()))
        };
        let own = own.iter().flat_map(|own| own.files.iter().chain(&own.overrides)).filter_map(name);
        let replaced = |name: &String| generated.iter().any(|(made, _)| made == name);
        let mut all: Vec<(String, Arc<File>)> = own.filter(|(name, _)| !replaced(name)).collect();
        all.extend(generated.iter().cloned());
        all
    }

    /// The files that the unit generates, such as the provider's configuration.
    fn generated(&self, config: &UnitConfig, file: &Path) -> Vec<(String, Arc<File>)> {
        let shown = self.evaluator.loader().shown(file);
        let one = |(name, value, _): &(String, Value, Span)| {
            let text = value.as_str().filter(|_| crate::load::is_terraform(name))?;

            let hidden = value.deep_marks().is_hidden();
            let path = PathBuf::from(format!("{shown} generates {name}"));
            let source = SourceFile::new(path, text.as_bytes().to_vec()).private(hidden);
            let text = source.text.clone();
            let id = self.evaluator.sources.add(source);
            let json = name.ends_with(".json");
            let parsed = if json { syntax::parse_json(id, &text) } else { syntax::parse(id, &text, &[]) };
            Some((name.clone(), Arc::new(parsed)))
        };
        config.generated.values().filter_map(one).collect()
    }
}

/// Where a unit's module is.
enum UnitSource {
    /// In this folder.
    Here(PathBuf),
    /// Not on disk: the source, its version, and where it is written.
    Elsewhere(String, Option<String>, Span),
    /// It cannot be told, and why.
    Unknown(String),
}

fn source(config: &UnitConfig, dir: &Path, evaluator: &Evaluator) -> UnitSource {
    let Some((value, span)) = &config.source else {
        return match evaluator.module(dir) {
            Some(_) => UnitSource::Here(dir.to_path_buf()),
            None => UnitSource::Unknown("neither it nor what it includes has a `terraform { source }`".into()),
        };
    };
    let Some(text) = value.as_str() else {
        let why: Vec<String> = value.collect_reasons().iter().map(|r| r.kind.to_string()).collect();
        return UnitSource::Unknown(format!("its `source` is not known: {}", why.join("; ")));
    };
    let given = evaluator.options.module_dirs.get(text).cloned();
    // A double slash divides what Terragrunt copies from the folder in it.
    let local = || {
        let text = text.replace("//", "/");
        // Outside of a repository, this is what opens the folder.
        let _ = evaluator.loader().called(dir, &text);
        normalise(&dir.join(text))
    };
    match given.unwrap_or_else(local) {
        folder if evaluator.module(&folder).is_some() => UnitSource::Here(folder),
        _ if value.marks.is_hidden() => UnitSource::Unknown("its `source` is sensitive, and no folder here".into()),
        _ => {
            let (text, version) = registry(text);
            UnitSource::Elsewhere(text, version, *span)
        }
    }
}

/// `tfr:///NAMESPACE/NAME/PROVIDER?version=1.2.3` as Terraform writes it.
fn registry(text: &str) -> (String, Option<String>) {
    let Some(rest) = text.strip_prefix("tfr://") else { return (text.to_string(), None) };
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let version = query.split('&').find_map(|pair| pair.strip_prefix("version=")).map(str::to_string);
    let path = path.strip_prefix('/').or(path.strip_prefix("registry.terraform.io/")).unwrap_or(path);
    (path.to_string(), version)
}

/// A unit of which nothing can be evaluated.
fn nothing(shown: &str, config: UnitConfig, why: String) -> EvaluatedUnit {
    let plan = StaticPlan {
        root: shown.to_string(),
        findings: config.findings,
        files: config.files,
        skipped: vec![(format!("{shown}/terragrunt.hcl"), why)],
        variables: BTreeMap::new(),
        ..StaticPlan::default()
    };
    EvaluatedUnit { plan, source: None }
}
