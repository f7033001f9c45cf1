//! One `terragrunt.hcl` with what it includes.

use super::functions::{Functions, impure, object};
use super::generated::GeneratedFile;
use super::merge::{Strategy, over};
use super::terraform::{ExtraArguments, Hook};
use crate::base::source::Span;
use crate::cty::value::{ReasonKind, convert};
use crate::cty::value::{Reasons, Type, Value};
use crate::diagnostic::Finding;
use crate::eval::{Evaluator, Sheet};
use crate::load::bounds::normalise;
use crate::syntax::ast::{Block, Expr, ExprKind, File, ObjectKey};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// How deep files read one another. A file that is not read says so in the unit's reasons.
const DEEPEST: usize = 12;
/// The most files that are read for one unit.
const MOST_FILES: usize = 500;
/// The file of a stack's values for a unit.
pub const VALUES: &str = "terragrunt.values.hcl";

/// Values by name, each with its place.
pub type UnitInputs = BTreeMap<Arc<str>, (Value, Span)>;
/// Values by name.
pub type NamedValues = BTreeMap<Arc<str>, Value>;

/// Which unit is evaluated, and which of its files.
#[derive(Clone, Debug, Default)]
pub struct UnitContext {
    /// The folder of the unit, or of the file that is read.
    pub unit: PathBuf,
    /// The folder of the unit for which files are read.
    pub original: PathBuf,
    /// The folders of the files that it includes, by name.
    pub includes: BTreeMap<String, PathBuf>,
    /// The name by which this file itself is included; `None` for the unit's own.
    pub own: Option<String>,
    /// The files that led here, the unit's own first.
    pub way: Vec<PathBuf>,
    /// What a stack gives the unit; `None` where its own file of values does.
    pub values: Option<Value>,
    /// Feature flags and outputs of other units, as all files of the unit see them together.
    pub shared: Option<SharedNames>,
}

/// What all files of a unit see of one another.
#[derive(Clone, Debug, Default)]
pub struct SharedNames {
    /// `feature`.
    pub features: NamedValues,
    /// `dependency`.
    pub dependencies: NamedValues,
}

impl UnitContext {
    /// Of the unit in a folder.
    pub fn of(unit: &Path) -> UnitContext {
        UnitContext { unit: unit.to_path_buf(), original: unit.to_path_buf(), ..UnitContext::default() }
    }

    /// The folder of the file that is included: by name, this one itself, or the only one.
    pub fn included(&self, args: &[&str]) -> Option<&PathBuf> {
        let name = self.own.as_deref().or(args.first().copied());
        name.map_or_else(|| self.includes.values().next(), |name| self.includes.get(name))
    }
}

/// What a unit's files say together.
#[derive(Clone, Debug, Default)]
pub struct UnitConfig {
    /// `inputs`.
    pub inputs: UnitInputs,
    /// Why there may be further inputs, of any name.
    pub open_inputs: Option<Reasons>,
    /// `terraform { source }`, with its place.
    pub source: Option<(Value, Span)>,
    /// `terraform { version }`.
    pub version: Option<Value>,
    /// `generate` blocks by name.
    pub generated: BTreeMap<Arc<str>, GeneratedFile>,
    /// `extra_arguments` by name, in their order.
    pub arguments: Vec<(String, ExtraArguments)>,
    /// Hooks that write files, by name.
    pub hooks: BTreeMap<String, Hook>,
    /// `dependency` blocks by name, with what is known of their outputs.
    pub dependencies: NamedValues,
    /// `feature` blocks by name.
    pub features: NamedValues,
    /// Whether `exclude` leaves it out of `plan`.
    pub excluded: Option<Value>,
    /// `skip`, which counts in the unit's own file alone.
    pub skip: Option<Value>,
    /// `local`.
    pub locals: Option<Value>,
    /// What cannot be parsed.
    pub findings: Vec<Finding>,
    /// How many files were read.
    pub files: usize,
}

/// Gives what is known of the outputs of the unit in a folder.
pub type Outputs = Rc<dyn Fn(&Path) -> Option<Value>>;

/// Reads Terragrunt's files.
#[derive(Clone)]
pub struct ConfigReader {
    /// Evaluates expressions.
    pub evaluator: Arc<Evaluator>,
    /// The outputs of other units.
    pub outputs: Outputs,
    /// How many files were read.
    pub read: Rc<Cell<usize>>,
}

impl std::fmt::Debug for ConfigReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

/// A file that is being read: what its expressions see.
struct OpenFile {
    file: Arc<File>,
    context: UnitContext,
    path: PathBuf,
}

/// An `include` block.
struct Include {
    name: String,
    /// The file; why it is not known.
    path: Result<PathBuf, Reasons>,
    strategy: Strategy,
}

impl ConfigReader {
    /// A reader that knows nothing of other units.
    pub fn alone(evaluator: &Arc<Evaluator>) -> ConfigReader {
        ConfigReader { evaluator: evaluator.clone(), outputs: Rc::new(|_| None), read: Rc::default() }
    }

    /// An environment variable, and whether `--allow-env` lets configurations read it; `None` where it is not set.
    pub fn environment(&self, name: &str) -> Option<(&String, bool)> {
        let options = &self.evaluator.options;
        let value = options.environment.get(name).filter(|value| !value.is_empty())?;
        Some((value, options.allow_env.contains(name)))
    }

    /// Where a path is on disk.
    pub fn on_disk(&self, path: &Path) -> PathBuf {
        self.evaluator.options.mounts.on_disk(path, self.evaluator.loader().tree())
    }

    /// A variable file's values.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn variables(&self, path: &Path) -> Result<Value, String> {
        let opened = self.open(path, UnitContext::of(path.parent().unwrap_or(path)))?;
        Ok(self.arguments(&opened, &self.sheet(&opened, Vec::new())))
    }

    /// The values that a stack gives a unit in this folder.
    pub fn values(&self, context: &UnitContext) -> Value {
        if let Some(values) = &context.values {
            return values.clone();
        }
        let own = || {
            let opened = self.open(&context.unit.join(VALUES), UnitContext::of(&context.unit)).ok()?;
            Some(self.arguments(&opened, &self.sheet(&opened, Vec::new())))
        };
        own().unwrap_or_else(|| {
            let kind = ReasonKind::NotGiven(format!("`{VALUES}`, which a stack writes,").into(), VALUES.into());
            Value::open_object(NamedValues::new(), Reasons::one(kind, None))
        })
    }

    fn arguments(&self, opened: &OpenFile, sheet: &Sheet) -> Value {
        let attributes = opened.file.body.attributes.iter();
        Value::object(attributes.map(|a| (a.name.name.clone(), value(sheet, &a.expr, &[]))).collect())
    }

    /// Another configuration as an object, as `read_terragrunt_config` gives it.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn object(&self, path: &Path, from: &UnitContext) -> Result<Value, String> {
        let unit = path.parent().unwrap_or(path);
        if path.file_name().is_some_and(|name| name == VALUES) {
            return self.variables(path);
        }
        let context = UnitContext { way: from.way.clone(), original: from.original.clone(), ..UnitContext::of(unit) };
        Ok(exposed(&self.read(path, context)?))
    }

    /// The files that a unit's own file includes.
    pub fn included(&self, path: &Path, context: UnitContext) -> Vec<PathBuf> {
        let Ok(mut opened) = self.open(path, context) else { return Vec::new() };
        self.includes(&mut opened).into_iter().filter_map(|include| include.path.ok()).collect()
    }

    /// The file at a path, and what it includes.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(&self, path: &Path, context: UnitContext) -> Result<UnitConfig, String> {
        let mut opened = self.open(path, context)?;
        let includes = self.includes(&mut opened);
        let shared = opened.context.shared.clone().unwrap_or_else(|| self.shared(&opened, &includes));
        opened.context.shared = Some(shared);
        let mut parents = Vec::new();
        for Include { name, path, strategy } in includes {
            let open = |reasons| UnitConfig { open_inputs: Some(reasons), ..UnitConfig::default() };
            let config = match path {
                Ok(path) => {
                    let inner = UnitContext { own: Some(name.clone()), ..opened.context.clone() };
                    self.read(&path, inner).unwrap_or_else(|_| open(unread(&path)))
                }
                Err(reasons) => open(reasons),
            };
            parents.push((name, config, strategy));
        }
        let sheet = self.sheet(&opened, vec![("include".into(), include_object(&parents))]);
        let mut config = self.own(&opened, &sheet);
        // The last of several has the say.
        for (_, parent, strategy) in parents.into_iter().rev() {
            config = over(config, parent, strategy);
        }
        Ok(config)
    }

    /// Opens a file, within the limits.
    fn open(&self, path: &Path, mut context: UnitContext) -> Result<OpenFile, String> {
        self.read.set(self.read.get() + 1);
        let path = normalise(path);
        if context.way.contains(&path) {
            return Err("the files read one another in a circle".into());
        }
        if context.way.len() > DEEPEST || self.read.get() > MOST_FILES {
            return Err(format!(
                "more than {DEEPEST} files read one another, or more than {MOST_FILES} are read in all"
            ));
        }
        let file = self.evaluator.loader().hcl(&self.on_disk(&path))?;
        context.way.push(path.clone());
        Ok(OpenFile { file, context, path })
    }

    /// Evaluates the expressions of a file, with further names in their scope.
    fn sheet(&self, opened: &OpenFile, mut names: Vec<(Arc<str>, Value)>) -> Sheet {
        let OpenFile { file, context, path } = opened;
        let functions = Functions { reader: self.clone(), context: context.clone() };
        if path.file_name().is_none_or(|name| name != VALUES) {
            names.push(("values".into(), self.values(context)));
        }
        if let Some(shared) = &context.shared {
            names.push(("feature".into(), Value::object(shared.features.clone())));
        }
        Sheet::new(&self.evaluator, path.parent().unwrap_or(path), file, names, Rc::new(functions))
    }

    /// The `include` blocks of a file. Its functions then know them.
    fn includes(&self, opened: &mut OpenFile) -> Vec<Include> {
        let file = opened.file.clone();
        let mut includes = Vec::new();
        let mut sheet = None;
        for block in file.body.blocks("include") {
            let name = block.label(0).to_string();
            let Some(path) = block.body.attribute("path") else { continue };
            let found = value(sheet.get_or_insert_with(|| self.sheet(opened, Vec::new())), &path.expr, &[]);
            let path = found.as_str().map(|path| normalise(&opened.context.unit.join(path)));
            if let Some(path) = &path {
                opened.context.includes.insert(name.clone(), path.parent().unwrap_or(path).to_path_buf());
            }
            includes.push(Include { name, path: path.ok_or(found.collect_reasons()), strategy: Strategy::of(block) });
        }
        includes
    }

    /// The feature flags and dependencies of a unit's own file and of those that it includes: its own count before these,
    /// and the last of these before the others, in all files.
    fn shared(&self, opened: &OpenFile, includes: &[Include]) -> SharedNames {
        let mut shared = SharedNames::default();
        for Include { name, path, strategy } in includes {
            let Some(path) = path.as_ref().ok().filter(|_| *strategy != Strategy::None) else { continue };
            let inner = UnitContext { own: Some(name.clone()), ..opened.context.clone() };
            let Ok(mut inner) = self.open(path, inner) else { continue };
            let further = self.includes(&mut inner);
            let of = self.shared(&inner, &further);
            shared.features.extend(of.features);
            shared.dependencies.extend(of.dependencies);
        }
        let sheet = self.sheet(opened, Vec::new());
        for block in opened.file.body.blocks("feature") {
            if let Some(default) = block.body.attribute("default") {
                let value = value(&sheet, &default.expr, &[]);
                let flag = object([("name", Value::string(block.label(0))), ("value", value)]);
                shared.features.insert(block.label(0).into(), flag);
            }
        }
        let context = UnitContext { shared: Some(shared.clone()), ..opened.context.clone() };
        let opened = OpenFile { file: opened.file.clone(), path: opened.path.clone(), context };
        let mut sheet = None;
        for block in opened.file.body.blocks("dependency") {
            let sheet = sheet.get_or_insert_with(|| self.sheet(&opened, Vec::new()));
            let outputs = self.dependency(block, sheet, &opened.context, shared.dependencies.get(block.label(0)));
            shared.dependencies.insert(block.label(0).into(), outputs);
        }
        shared
    }

    /// What the file itself says.
    fn own(&self, opened: &OpenFile, sheet: &Sheet) -> UnitConfig {
        let (body, context) = (&opened.file.body, &opened.context);
        let mut config = UnitConfig { locals: Some(sheet.locals()), files: 1, ..UnitConfig::default() };
        config.findings.extend(opened.file.errors.iter().map(crate::module::report::syntax_error));
        let shared = context.shared.clone().unwrap_or_default();
        config.features = shared.features;
        config.dependencies = shared.dependencies;
        let names = vec![("dependency".into(), Value::object(config.dependencies.clone()))];
        let of = |block: &Block, name: &str| block.body.attribute(name).map(|a| value(sheet, &a.expr, &names));
        if let Some(inputs) = body.attribute("inputs") {
            config.open_inputs = entries(sheet, &inputs.expr, &names, &mut config.inputs);
        }
        for terraform in body.blocks("terraform") {
            let source = terraform.body.attribute("source");
            config.source = source.map(|a| (value(sheet, &a.expr, &names), a.expr.span)).or(config.source);
            config.version = of(terraform, "version").or(config.version);
            for block in terraform.body.blocks("extra_arguments") {
                let arguments = ExtraArguments::of(&|name| of(block, name));
                config.arguments.push((block.label(0).to_string(), arguments));
            }
            for block in terraform.body.blocks("before_hook").chain(terraform.body.blocks("after_hook")) {
                if let Some(hook) = Hook::of(block, &|name| of(block, name)) {
                    config.hooks.insert(block.label(0).to_string(), hook);
                }
            }
        }
        for block in body.blocks("generate") {
            let parts = |expr: &Expr| super::generated::text(sheet, expr, &names);
            let file = GeneratedFile::of(block, &|name| of(block, name), &parts);
            config.generated.insert(block.label(0).into(), file);
        }
        if let Some(generate) = body.attribute("generate") {
            let all = value(sheet, &generate.expr, &names);
            let all = all.entries().into_iter().flatten();
            let file =
                |(name, file): (&Arc<str>, &Value)| (name.clone(), GeneratedFile::of_object(file, generate.span));
            config.generated.extend(all.map(file));
        }
        for block in body.blocks("exclude") {
            config.excluded = Some(excluded(&|name| of(block, name)));
        }
        config.skip = body.attribute("skip").map(|skip| value(sheet, &skip.expr, &names));
        config
    }

    /// What is known of another unit's outputs: `dependency.NAME.outputs`. `included` is a dependency of the same name in a
    /// file that is included, which has the path where this one has none.
    fn dependency(&self, block: &Block, sheet: &Sheet, context: &UnitContext, included: Option<&Value>) -> Value {
        let path = block.body.attribute("config_path").map(|a| value(sheet, &a.expr, &[]));
        if let (None, Some(included)) = (&path, included) {
            return included.clone();
        }
        let dir = path.as_ref().and_then(Value::as_str).map(|p| normalise(&context.unit.join(p)));
        let known = dir.filter(|_| context.way.len() <= DEEPEST).and_then(|dir| (self.outputs)(&dir));
        let known = known.and_then(|outputs| outputs.entries().cloned()).unwrap_or_default();
        let input = format!("dependency.{}", block.label(0));
        let kind = ReasonKind::NotGiven(format!("the state that {input} is read from").into(), input.into());
        object([("outputs", Value::open_object(known, Reasons::one(kind, Some(block.header))))])
    }
}

/// Whether an `exclude` block leaves the unit out of `plan`.
fn excluded(of: &dyn Fn(&str) -> Option<Value>) -> Value {
    let actions = of("actions").unwrap_or_else(|| Value::tuple(Vec::new()));
    let of_plan = |action: &Value| action.as_str().is_some_and(|a| matches!(a, "all" | "all_except_output" | "plan"));
    match actions.elements() {
        Some(actions) if actions.iter().any(of_plan) => {
            let condition = of("if").unwrap_or_else(|| Value::bool(false));
            convert(&condition, &Type::Bool).unwrap_or(condition)
        }
        Some(_) => Value::bool(false),
        None => actions,
    }
}

/// What expressions see of the included files: `include.NAME.locals`, or `include.locals` where it has no name.
fn include_object(parents: &[(String, UnitConfig, Strategy)]) -> Value {
    match parents {
        [(name, only, _)] if name.is_empty() => exposed(only),
        all => Value::object(all.iter().map(|(name, c, _)| (Arc::from(name.as_str()), exposed(c))).collect()),
    }
}

/// A configuration as another sees it.
pub fn exposed(config: &UnitConfig) -> Value {
    let inputs = config.inputs.iter().map(|(name, (value, _))| (name.clone(), value.clone()));
    let inputs: NamedValues = inputs.collect();
    let inputs = match &config.open_inputs {
        Some(reasons) => Value::open_object(inputs, reasons.clone()),
        None => Value::object(inputs),
    };
    let locals = config.locals.clone().unwrap_or_else(|| match &config.open_inputs {
        Some(reasons) => Value::unknown(Type::Any, reasons.clone()),
        None => Value::object(NamedValues::new()),
    });
    let source = config.source.as_ref().map_or_else(Value::null, |(source, _)| source.clone());
    let generated = config.generated.iter().map(|(name, file)| (name.clone(), file.object()));
    let known = object([
        ("locals", locals),
        ("inputs", inputs),
        ("dependency", Value::object(config.dependencies.clone())),
        ("feature", Value::object(config.features.clone())),
        ("terraform", Value::open_object(NamedValues::from([("source".into(), source)]), not_modelled())),
        ("generate", Value::object(generated.collect())),
    ]);
    Value::open_object(known.entries().cloned().unwrap_or_default(), not_modelled())
}

/// Why parts of a configuration are not known.
fn not_modelled() -> Reasons {
    impure("this part of a Terragrunt configuration".into()).collect_reasons()
}

fn unread(path: &Path) -> Reasons {
    let path = path.display().to_string();
    Reasons::one(ReasonKind::NotGiven(format!("`{path}`, which is included,").into(), path.into()), None)
}

/// The entries of `inputs`, each evaluated alone so that one fault costs one input; why there may be others.
fn entries(sheet: &Sheet, expr: &Expr, names: &[(Arc<str>, Value)], into: &mut UnitInputs) -> Option<Reasons> {
    match &expr.kind {
        ExprKind::Paren(inner) | ExprKind::Wrap(inner) => entries(sheet, inner, names, into),
        ExprKind::Object(items) => {
            let mut open: Option<Reasons> = None;
            for item in items {
                let key = match &item.key {
                    ObjectKey::Name(name) => Value::string(&name.name),
                    ObjectKey::Expr(key) => value(sheet, key, names),
                };
                match key.as_str() {
                    Some(name) => {
                        let value = value(sheet, &item.value, names).mark(key.marks);
                        into.insert(name.into(), (value, item.value.span));
                    }
                    None => open = Some(open.unwrap_or_default().union(&key.collect_reasons())),
                }
            }
            open
        }
        ExprKind::Call(call) if &*call.name.name == "merge" && !call.expand => {
            let all = call.args.iter().filter_map(|arg| entries(sheet, arg, names, into));
            all.reduce(|a, b| a.union(&b))
        }
        _ => {
            let whole = value(sheet, expr, names);
            for (name, value) in whole.entries().into_iter().flatten() {
                into.insert(name.clone(), (value.clone().mark(whole.marks), expr.span));
            }
            whole.reasons().cloned()
        }
    }
}

/// An expression's value; what kfplint cannot evaluate is not known.
pub fn value(sheet: &Sheet, expr: &Expr, names: &[(Arc<str>, Value)]) -> Value {
    sheet.eval(expr, names).unwrap_or_else(|error| {
        let kind = ReasonKind::Impure(format!("what Terragrunt makes of this ({})", error.message).into());
        Value::unknown(Type::Any, Reasons::one(kind, Some(expr.span)))
    })
}
