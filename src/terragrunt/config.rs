//! One `terragrunt.hcl` with what it includes.

use super::functions::{Functions, object};
use crate::base::source::Span;
use crate::cty::value::{Marks, ReasonKind, Reasons, Type, Value};
use crate::diagnostic::Finding;
use crate::eval::{Evaluator, Sheet, places};
use crate::load::bounds::normalise;
use crate::syntax::ast::{Attribute, Block, Body, Expr, ExprKind, File, ObjectKey};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// How deep files read one another. A file that is not read says so in the unit's reasons.
const DEEPEST: usize = 12;
/// The most files that are read for one unit.
const MOST_FILES: usize = 500;

/// Values by name, each with its place.
pub type UnitInputs = BTreeMap<Arc<str>, (Value, Span)>;

/// Which unit is evaluated, and which of its files.
#[derive(Clone, Debug, Default)]
pub struct UnitContext {
    /// The unit's folder.
    pub unit: PathBuf,
    /// The folders of the files that it includes, by name.
    pub includes: BTreeMap<String, PathBuf>,
    /// The name by which this file itself is included; `None` for the unit's own.
    pub own: Option<String>,
    /// The files that led here, the unit's own first.
    pub way: Vec<PathBuf>,
}

impl UnitContext {
    /// The folder of the file that is included: by name, this one itself, or the only one.
    pub fn included(&self, args: &[&str]) -> Option<&PathBuf> {
        let name = args.first().copied().or(self.own.as_deref());
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
    /// `generate` blocks: the file's name, its content and the block's place.
    pub generated: BTreeMap<String, (String, Value, Span)>,
    /// Variable files of `extra_arguments`.
    pub variable_files: Vec<Value>,
    /// Variables that `extra_arguments` set by `-var`, in order.
    pub given: Vec<(String, String)>,
    /// `env_vars` of `extra_arguments`.
    pub environment: BTreeMap<Arc<str>, Value>,
    /// `dependency` blocks by name, with what is known of their outputs.
    pub dependencies: BTreeMap<Arc<str>, Value>,
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

impl ConfigReader {
    /// An environment variable, and whether `--allow-env` lets configurations read it; `None` where it is not set.
    pub fn environment(&self, name: &str) -> Option<(&String, bool)> {
        let options = &self.evaluator.options;
        let value = options.environment.get(name).filter(|value| !value.is_empty())?;
        Some((value, options.allow_env.contains(name)))
    }

    /// A variable file's values.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn variables(&self, path: &Path) -> Result<Value, String> {
        let file = self.evaluator.loader().hcl(path)?;
        let functions = Functions { reader: self.clone(), context: UnitContext::default() };
        let sheet = Sheet::new(&self.evaluator, path, &file, Vec::new(), Rc::new(functions));
        let entry = |a: &Attribute| (a.name.name.clone(), value(&sheet, &a.expr, &[]));
        Ok(Value::object(file.body.attributes.iter().map(entry).collect()))
    }

    /// Another configuration as an object, as `read_terragrunt_config` gives it.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn object(&self, path: &Path, way: Vec<PathBuf>) -> Result<Value, String> {
        let unit = path.parent().unwrap_or(path).to_path_buf();
        let config = self.read(path, UnitContext { unit, way, ..UnitContext::default() })?;
        Ok(exposed(&config))
    }

    /// The file at a path, and what it includes.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(&self, path: &Path, context: UnitContext) -> Result<UnitConfig, String> {
        self.read.set(self.read.get() + 1);
        let plain = normalise(path);
        if context.way.contains(&plain) {
            return Err("the files read one another in a circle".into());
        }
        if context.way.len() > DEEPEST || self.read.get() > MOST_FILES {
            return Err(format!(
                "more than {DEEPEST} files read one another, or more than {MOST_FILES} are read in all"
            ));
        }
        let file = self.evaluator.loader().hcl(path)?;
        let mut context = context;
        context.way.push(plain);
        let functions = |context: &UnitContext| Rc::new(Functions { reader: self.clone(), context: context.clone() });
        let bare = Sheet::new(&self.evaluator, &context.unit, &file, Vec::new(), functions(&context));
        let (mut included, mut parents) = (Vec::new(), Vec::new());
        for block in file.body.blocks("include") {
            let name = block.labels.first().map(|l| l.text.to_string()).unwrap_or_default();
            let Some(found) = block.body.attribute("path").map(|a| value(&bare, &a.expr, &[])) else { continue };
            match found.as_str() {
                Some(path) => {
                    let path = normalise(&context.unit.join(path));
                    context.includes.insert(name.clone(), path.parent().unwrap_or(&path).to_path_buf());
                    included.push((name, path, strategy(block)));
                }
                None => {
                    let open_inputs = Some(found.collect_reasons());
                    parents.push((name, UnitConfig { open_inputs, ..UnitConfig::default() }, strategy(block)));
                }
            }
        }
        for (name, path, strategy) in included {
            let inner = UnitContext { own: Some(name.clone()), ..context.clone() };
            match self.read(&path, inner) {
                Ok(config) => parents.push((name, config, strategy)),
                Err(_) => parents.push((
                    name,
                    UnitConfig { open_inputs: Some(unread(&path)), ..UnitConfig::default() },
                    strategy,
                )),
            }
        }
        let include = includes(&parents);
        let sheet =
            Sheet::new(&self.evaluator, &context.unit, &file, vec![("include".into(), include)], functions(&context));
        let mut config = self.own(&file, &sheet, &context, &parents);
        for (_, parent, strategy) in parents {
            config = over(config, parent, strategy);
        }
        Ok(config)
    }

    /// What the file itself says.
    fn own(
        &self,
        file: &File,
        sheet: &Sheet,
        context: &UnitContext,
        parents: &[(String, UnitConfig, Strategy)],
    ) -> UnitConfig {
        let body = &file.body;
        let mut config = UnitConfig { locals: Some(sheet.locals()), files: 1, ..UnitConfig::default() };
        config.findings.extend(file.errors.iter().map(crate::module::report::syntax_error));
        for (_, parent, _) in parents.iter().filter(|(.., strategy)| *strategy != Strategy::None) {
            config.dependencies.extend(parent.dependencies.clone());
        }
        for block in body.blocks("dependency") {
            let name: Arc<str> = block.label(0).into();
            config.dependencies.insert(name.clone(), self.dependency(&name, block, sheet, context));
        }
        let names = vec![("dependency".into(), Value::object(config.dependencies.clone()))];
        if let Some(inputs) = body.attribute("inputs") {
            config.open_inputs = entries(sheet, &inputs.expr, &names, &mut config.inputs);
        }
        for terraform in body.blocks("terraform") {
            let source = terraform.body.attribute("source");
            config.source = source.map(|a| (value(sheet, &a.expr, &names), a.expr.span)).or(config.source);
            for block in terraform.body.blocks("extra_arguments") {
                config.extra_arguments(&block.body, sheet, &names);
            }
        }
        for block in body.blocks("generate") {
            let of = |name: &str| block.body.attribute(name).map(|a| value(sheet, &a.expr, &names));
            let name = of("path").and_then(|p| Some(p.as_str()?.rsplit('/').next()?.to_string()));
            if let (Some(name), Some(contents)) = (name, of("contents")) {
                config.generated.insert(block.label(0).to_string(), (name, contents, block.header));
            }
        }
        config
    }

    /// What is known of another unit's outputs: `dependency.NAME.outputs`.
    fn dependency(&self, name: &str, block: &Block, sheet: &Sheet, context: &UnitContext) -> Value {
        let path = block.body.attribute("config_path").map(|a| value(sheet, &a.expr, &[]));
        let dir = path.as_ref().and_then(Value::as_str).map(|p| normalise(&context.unit.join(p)));
        let known = dir.filter(|_| context.way.len() <= DEEPEST).and_then(|dir| (self.outputs)(&dir));
        let known = known.and_then(|outputs| outputs.entries().cloned()).unwrap_or_default();
        let input = format!("dependency.{name}");
        let kind = ReasonKind::NotGiven(format!("the state that {input} is read from").into(), input.into());
        object([("outputs", Value::open_object(known, Reasons::one(kind, Some(block.header))))])
    }
}

impl UnitConfig {
    fn extra_arguments(&mut self, body: &Body, sheet: &Sheet, names: &[(Arc<str>, Value)]) {
        let of = |name: &str| body.attribute(name).map(|a| value(sheet, &a.expr, names));
        for files in ["required_var_files", "optional_var_files"].into_iter().filter_map(of) {
            self.open(&files);
            self.variable_files.extend_from_slice(files.elements().unwrap_or_default());
        }
        if let Some(arguments) = of("arguments") {
            self.open(&arguments);
            self.arguments(arguments.elements().unwrap_or_default());
        }
        if let Some(environment) = of("env_vars") {
            self.environment.extend(environment.entries().cloned().unwrap_or_default());
            if environment.entries().is_none() {
                self.open(&environment);
            }
        }
    }

    /// `-var` and `-var-file` with their values, behind an equals sign or as the next argument.
    fn arguments(&mut self, arguments: &[Value]) {
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let Some(text) = argument.as_str() else { continue };
            let text = text.strip_prefix("--").or(text.strip_prefix('-')).unwrap_or(text);
            let (name, behind) = text.split_once('=').map_or((text, None), |(name, behind)| (name, Some(behind)));
            if !matches!(name, "var" | "var-file") {
                continue;
            }
            let (behind, value) = match behind {
                Some(behind) => (Some(behind), argument),
                None => arguments.next().map_or((None, argument), |next| (next.as_str(), next)),
            };
            match (name, behind.unwrap_or_default().split_once('=')) {
                ("var-file", _) => self.variable_files.extend(behind.map(Value::string)),
                (_, Some((variable, text))) if !value.marks.contains(Marks::PLACE) => {
                    self.given.push((variable.trim().to_string(), text.to_string()));
                }
                _ => self.open(&places::without(value)),
            }
        }
    }

    /// What is not known of a value may set any input.
    fn open(&mut self, value: &Value) {
        let reasons = value.collect_reasons();
        if !reasons.is_empty() {
            self.open_inputs = Some(self.open_inputs.take().unwrap_or_default().union(&reasons));
        }
    }
}

/// How what is included goes together with what includes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strategy {
    None,
    Shallow,
    Deep,
}

fn strategy(block: &Block) -> Strategy {
    match block.body.attribute("merge_strategy").and_then(|a| a.expr.as_str()) {
        Some("no_merge") => Strategy::None,
        Some("deep" | "deep_map_only") => Strategy::Deep,
        _ => Strategy::Shallow,
    }
}

/// The file's own configuration laid over what it includes.
fn over(own: UnitConfig, parent: UnitConfig, strategy: Strategy) -> UnitConfig {
    let mut all = own;
    all.files += parent.files;
    all.findings.extend(parent.findings);
    if strategy == Strategy::None {
        return all;
    }
    for (name, (value, span)) in parent.inputs {
        match all.inputs.get_mut(&name) {
            None => drop(all.inputs.insert(name, (value, span))),
            Some((here, _)) if strategy == Strategy::Deep => *here = deep(here, &value),
            Some(_) => {}
        }
    }
    all.open_inputs = match (all.open_inputs, parent.open_inputs) {
        (Some(a), Some(b)) => Some(a.union(&b)),
        (a, b) => a.or(b),
    };
    all.source = all.source.or(parent.source);
    for (name, generated) in parent.generated {
        all.generated.entry(name).or_insert(generated);
    }
    all.variable_files.splice(0..0, parent.variable_files);
    all.given.splice(0..0, parent.given);
    for (name, value) in parent.environment {
        all.environment.entry(name).or_insert(value);
    }
    all
}

/// Maps are merged and lists joined, the parent's first.
fn deep(own: &Value, parent: &Value) -> Value {
    let marks = own.marks.union(parent.marks);
    match (own.entries(), parent.entries(), own.elements(), parent.elements()) {
        (Some(own), Some(parent), ..) => {
            let mut all = parent.clone();
            for (name, value) in own {
                let merged = parent.get(name).map_or_else(|| value.clone(), |there| deep(value, there));
                all.insert(name.clone(), merged);
            }
            Value::object(all).mark(marks)
        }
        (.., Some(own), Some(parent)) => Value::tuple([parent, own].concat()).mark(marks),
        _ => own.clone(),
    }
}

/// What expressions see of the included files: `include.NAME.locals`, or `include.locals` where it has no name.
fn includes(parents: &[(String, UnitConfig, Strategy)]) -> Value {
    match parents {
        [(name, only, _)] if name.is_empty() => exposed(only),
        all => Value::object(all.iter().map(|(name, c, _)| (Arc::from(name.as_str()), exposed(c))).collect()),
    }
}

fn exposed(config: &UnitConfig) -> Value {
    let inputs = config.inputs.iter().map(|(name, (value, _))| (name.clone(), value.clone()));
    let inputs: BTreeMap<Arc<str>, Value> = inputs.collect();
    let inputs = match &config.open_inputs {
        Some(reasons) => Value::open_object(inputs, reasons.clone()),
        None => Value::object(inputs),
    };
    let locals = config.locals.clone().unwrap_or_else(|| match &config.open_inputs {
        Some(reasons) => Value::unknown(Type::Any, reasons.clone()),
        None => Value::object(BTreeMap::new()),
    });
    let dependencies = Value::object(config.dependencies.clone());
    object([("locals", locals), ("inputs", inputs), ("dependency", dependencies)])
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
fn value(sheet: &Sheet, expr: &Expr, names: &[(Arc<str>, Value)]) -> Value {
    sheet.eval(expr, names).unwrap_or_else(|error| {
        let kind = ReasonKind::Impure(format!("what Terragrunt makes of this ({})", error.message).into());
        Value::unknown(Type::Any, Reasons::one(kind, Some(expr.span)))
    })
}
