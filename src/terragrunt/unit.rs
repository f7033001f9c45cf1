//! The static plan of a unit: its source module's, with the unit's inputs.

use super::config::{ConfigReader, Outputs, UnitConfig, UnitContext};
use super::generated::Generated;
use super::inputs;
use super::stack::{StackUnit, Stacks};
use crate::base::source::Span;
use crate::cty::value::{ReasonKind, Reasons, Value};
use crate::eval::mounts::Mounts;
use crate::eval::{Absent, Evaluator, MoreFiles};
use crate::load::Root;
use crate::load::bounds::normalise;
use crate::plan::StaticPlan;
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
    stacks: Arc<Stacks>,
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
        Units { evaluator: evaluator.clone(), outputs: Arc::default(), stacks: Arc::default() }
    }

    /// The static plan of a root that is a unit.
    pub fn evaluate(&self, root: &Root) -> EvaluatedUnit {
        let walk = UnitWalk {
            evaluator: self.evaluator.clone(),
            outputs: self.outputs.clone(),
            stacks: self.stacks.clone(),
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
    stacks: Arc<Stacks>,
    on_the_way: Vec<PathBuf>,
    /// How many units were evaluated.
    seen: Rc<Cell<usize>>,
    /// Something was not followed: what comes of it depends on where one began, and is not kept.
    cut: Rc<Cell<bool>>,
}

impl UnitWalk {
    fn evaluate(&self, dir: &Path, shown: &str, file: &Path) -> EvaluatedUnit {
        let stacked = self.stacks.unit(dir, &self.evaluator);
        let evaluator = match &stacked {
            Some(unit) => self.evaluator.with_mounts(Mounts { folders: unit.mounts.clone() }),
            None => self.evaluator.clone(),
        };
        let walk = UnitWalk { evaluator, ..self.clone() };
        walk.evaluate_mounted(dir, shown, file, stacked.as_deref())
    }

    fn evaluate_mounted(&self, dir: &Path, shown: &str, file: &Path, stacked: Option<&StackUnit>) -> EvaluatedUnit {
        let outputs = self.outputs_of_others(dir);
        let reader = ConfigReader { evaluator: self.evaluator.clone(), outputs, read: Rc::default() };
        let context = UnitContext { values: stacked.and_then(|unit| unit.values.clone()), ..UnitContext::of(dir) };
        let config = match reader.read(file, context) {
            Ok(config) => config,
            Err(why) => return nothing(shown, UnitConfig::default(), why),
        };
        if [&config.excluded, &config.skip].into_iter().flatten().any(|value| value.as_bool() == Some(true)) {
            return excluded(shown, config);
        }
        match source(&config, dir, &self.evaluator) {
            UnitSource::Here(folder) => self.here(config, (dir, shown, file), folder),
            UnitSource::Elsewhere(text, version, span) => {
                let evaluator = self.evaluator.with_options(inputs::options(&self.evaluator, &config, dir, dir));
                let more = self.added(&config, file, dir, Path::new(""));
                let name = call_name(dir);
                let absent = Absent { name: &name, source: &text, version: version.as_deref(), span };
                let plan = evaluator.evaluate_absent(dir, shown, absent, &more);
                EvaluatedUnit { plan: self.complete(plan, config, dir, shown, more), source: None }
            }
            UnitSource::Unknown(why) => nothing(shown, config, why),
        }
    }

    /// A source's plan with what the unit's own configuration adds to it.
    fn complete(
        &self,
        mut plan: StaticPlan,
        config: UnitConfig,
        dir: &Path,
        shown: &str,
        more: MoreFiles,
    ) -> StaticPlan {
        self.note_used(&mut plan, &config, dir);
        plan.skipped.extend(more.unread.into_iter().map(|(name, why)| (format!("{shown}/{name}"), why)));
        plan.files += config.files;
        plan.findings.splice(0..0, config.findings);
        plan
    }

    /// Notes the folders whose files the unit uses: they are no root modules by themselves.
    fn note_used(&self, plan: &mut StaticPlan, config: &UnitConfig, dir: &Path) {
        let loader = self.evaluator.loader();
        let copies = config.hooks.values().flat_map(|hook| hook.copies.iter().flatten());
        let folder = |(from, _): &(String, String)| {
            let file = loader.tree().canonicalize(&dir.join(from)).ok().filter(|file| loader.may_read(file))?;
            Some(file.parent()?.to_path_buf())
        };
        plan.made.extend(copies.filter_map(folder));
    }

    /// A unit whose source is on disk.
    fn here(&self, config: UnitConfig, (dir, shown, file): (&Path, &str, &Path), folder: PathBuf) -> EvaluatedUnit {
        let more = self.added(&config, file, dir, &folder);
        let mut options = inputs::options(&self.evaluator, &config, &folder, dir);
        let own = self.evaluator.options.mounts.on_disk(dir, self.evaluator.loader().tree());
        // Terragrunt copies what stands beside the unit over its source.
        let beside = (own != folder).then(|| (folder.clone(), own));
        let mounts = beside.into_iter().chain(self.evaluator.options.mounts.folders.iter().cloned());
        let mounts = Mounts { folders: mounts.collect() };
        options.mounts = Arc::new(mounts);
        let evaluator = self.evaluator.with_options(options);
        let plan = evaluator.evaluate_with(&folder, shown, &more);
        EvaluatedUnit { plan: self.complete(plan, config, dir, shown, more), source: Some(folder) }
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
            let file = file.or_else(|| Some(walk.stacks.unit(other, &walk.evaluator)?.file()));
            let outputs = file.map(|file| Value::object(walk.evaluate(other, "", &file).plan.outputs));
            if !walk.cut.get() {
                walk.outputs.lock().unwrap_or_else(|e| e.into_inner()).insert(other.to_path_buf(), outputs.clone());
            }
            outputs
        })
    }

    /// What a unit adds to its source: the configuration in its own folder, which Terragrunt copies into the source's, and
    /// what it generates.
    fn added(&self, config: &UnitConfig, file: &Path, dir: &Path, source: &Path) -> MoreFiles {
        let loader = self.evaluator.loader();
        let on_disk = |path: &Path| self.evaluator.options.mounts.on_disk(path, loader.tree());
        let mut more = MoreFiles::default();
        let same = |own: &PathBuf| loader.module(source).is_some_and(|module| module.dir == *own);
        let copied = loader.hcl(&on_disk(file)).is_ok_and(|file| crate::load::copies_its_files(&file));
        let own = loader.module(&on_disk(dir)).filter(|own| copied && !same(&own.dir));
        let name = |file: &Arc<File>| {
            let path = self.evaluator.sources.path(file.id);
            Some((path.file_name()?.to_string_lossy().into_owned(), file.clone()))
        };
        more.files.extend(own.iter().flat_map(|own| own.files.iter().chain(&own.overrides)).filter_map(name));
        for hook in config.hooks.values() {
            let copy = |(from, name): &(String, String)| {
                let is_read = crate::load::is_terraform(name);
                let file = || loader.hcl(&on_disk(&normalise(&dir.join(from))));
                is_read.then(file).map(|file| file.map(|file| (name.clone(), file)))
            };
            let copies =
                hook.copies.as_ref().map(|copies| copies.iter().filter_map(copy).collect::<Result<Vec<_>, _>>());
            match copies {
                Some(Ok(files)) => files.into_iter().for_each(|file| more.put(file)),
                _ => {
                    let kind =
                        ReasonKind::Impure(format!("what a hook of the unit makes with `{}`", hook.program).into());
                    more.beside = Some(Reasons::one(kind, Some(hook.place)));
                }
            }
        }
        self.generate(config, file, source, &mut more);
        more
    }

    /// The files that the unit generates, such as the provider's configuration.
    fn generate(&self, config: &UnitConfig, file: &Path, source: &Path, more: &mut MoreFiles) {
        let loader = self.evaluator.loader();
        let shown = loader.shown(file);
        for generated in config.generated.values() {
            let Some(name) = generated.name() else { continue };
            let exists = || {
                let in_source = loader.tree().exists(&source.join(name)) && source.is_absolute();
                in_source || more.files.iter().any(|(there, _)| there == name)
            };
            if generated.keeps_existing() && exists() {
                continue;
            }
            match generated.read(name, &shown, &self.evaluator) {
                Generated::File(file) => more.put((name.to_string(), file)),
                Generated::Unknown(why) => {
                    more.files.retain(|(there, _)| there != name);
                    more.unread.push((name.to_string(), format!("{shown} generates it, and {why}")));
                }
            }
        }
    }
}

/// What a unit's call is named that stands for a module that is not on disk.
fn call_name(dir: &Path) -> String {
    let name = dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '-' };
    let name: String = name.chars().map(plain).collect();
    match name.chars().next() {
        Some(first) if first.is_alphabetic() || first == '_' => name,
        _ => format!("_{name}"),
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
    let tree = evaluator.loader().tree();
    let Some((value, span)) = &config.source else {
        let own = evaluator.options.mounts.on_disk(dir, tree);
        return match evaluator.module(&own) {
            Some(_) => UnitSource::Here(own),
            None if config.generated.values().any(|file| file.name().is_some()) => UnitSource::Here(own),
            None => UnitSource::Unknown("neither it nor what it includes has a `terraform { source }`".into()),
        };
    };
    let Some(text) = value.as_str() else {
        let why: Vec<String> = value.collect_reasons().iter().map(|r| r.kind.to_string()).collect();
        return UnitSource::Unknown(format!("its `source` is not known: {}", why.join("; ")));
    };
    if let Some(given) = evaluator.options.module_dirs.get(text).filter(|given| evaluator.module(given).is_some()) {
        return UnitSource::Here(given.clone());
    }
    let text = &if is_path(text) && !crate::load::is_local(text) && !text.starts_with('/') {
        format!("./{text}")
    } else {
        text.to_string()
    };
    // A double slash divides what Terragrunt copies from the folder in it.
    let plain = text.replace("//", "/").replace('\\', "/");
    // Outside of a repository, this is what opens the folder.
    let _ = evaluator.loader().called(dir, &plain);
    let folder = evaluator.options.mounts.on_disk(&normalise(&dir.join(&plain)), tree);
    if evaluator.module(&folder).is_some() {
        return UnitSource::Here(folder);
    }
    if value.marks.is_hidden() {
        return UnitSource::Unknown("its `source` is sensitive, and no folder here".into());
    }
    let version = config.version.as_ref().and_then(Value::as_str);
    let (text, given) = registry(text);
    UnitSource::Elsewhere(text, given.or_else(|| version.map(str::to_string)), *span)
}

/// Whether Terragrunt takes a source for the path of a folder: there is no scheme, and no host that it knows.
fn is_path(source: &str) -> bool {
    let first = source.split('/').next().unwrap_or_default();
    let is_dots = !first.is_empty() && first.chars().all(|c| c == '.');
    !source.contains("::") && !source.contains("://") && !source.contains('@') && (is_dots || !first.contains('.'))
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

/// A unit that Terragrunt does not plan.
fn excluded(shown: &str, config: UnitConfig) -> EvaluatedUnit {
    let why = "it is not planned: its `exclude` or `skip` leaves it out";
    let plan = StaticPlan {
        root: shown.to_string(),
        findings: config.findings,
        files: config.files,
        excluded: vec![(format!("{shown}/terragrunt.hcl"), why.to_string())],
        ..StaticPlan::default()
    };
    EvaluatedUnit { plan, source: None }
}
