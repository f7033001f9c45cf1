//! Input variables' values from outside: tfvars files, `-var`, `-var-file`, `TF_VAR_*`, in Terraform's precedence.

use crate::base::budget::Budget;
use crate::base::source::{SourceFile, Sources, Span};
use crate::cty::value::{Marks, ReasonKind, Reasons, Type, Value};
use crate::diagnostic::Finding;
use crate::eval::expr::eval;
use crate::eval::mounts::Mounts;
use crate::eval::scope::Scope;
use crate::load::loader::PinnedVersion;
use crate::module::error::{EvalError, EvalResult};
use crate::module::grammar::not_constant;
use crate::plan::scopes::RootInput;
use crate::syntax;
use crate::syntax::ast::{Attribute, Expr, File, SyntaxError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// What the user gives beside the configuration.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values from elsewhere, which everything else replaces, with the place of each.
    pub preset: BTreeMap<Arc<str>, (Value, Span)>,
    /// `-var NAME=VALUE` and `-var-file FILE`, in the order given.
    pub variables: Vec<VariableOption>,
    /// `TF_VAR_name` and the provider's variables: the environment.
    pub environment: BTreeMap<String, String>,
    /// `--allow-env`: variables of the environment that `get_env` reads. What they hold is used, never shown.
    pub allow_env: BTreeSet<String>,
    /// `--workspace`; "default" where it is not given (or `TF_WORKSPACE`).
    pub workspace: Option<String>,
    /// `--terraform-version`, in place of what version managers' files say.
    pub terraform_version: Option<PinnedVersion>,
    /// `--module-dir SOURCE=DIR`.
    pub module_dirs: BTreeMap<String, PathBuf>,
    /// Folders that lie elsewhere when Terraform runs.
    pub mounts: Arc<Mounts>,
    /// What evaluation may cost.
    pub budget: Budget,
    /// As `terraform console`: a missing file fails instead of giving an unknown value, and functions that only
    /// OpenTofu has are not there.
    pub strict: bool,
}

/// One `-var` or `-var-file`.
#[derive(Clone, Debug)]
pub enum VariableOption {
    /// `-var NAME=VALUE`.
    Value(String, String),
    /// `-var-file FILE`, parsed: its shown path and its content.
    File(Arc<File>),
    /// `-var NAME=VALUE` in a variable of the environment, which is named.
    EnvironmentValue(String, String, &'static str),
    /// `-var-file FILE` in a variable of the environment, which is named: relative to the root module.
    EnvironmentFile(PathBuf, &'static str),
}

/// The values given to one root module.
#[derive(Debug, Default)]
pub struct RootInputs {
    values: BTreeMap<Arc<str>, Input>,
    /// The workspace's name.
    pub workspace: String,
    /// Why the values of variables that are not among these are not known: a file of values is not read.
    pub open: Option<Reasons>,
}

/// One given value.
#[derive(Clone, Debug)]
pub enum Input {
    /// From a tfvars file: the expression, and the place of the line.
    Expr(Arc<Expr>, Span),
    /// From `-var` or the environment: text that the variable's type decides how to read, where it came from, and its marks.
    Text(String, String, Marks),
    /// From elsewhere: the value, and its place.
    Preset(Value, Span),
}

impl RootInputs {
    /// Gathers the values for a root, given its own tfvars files in Terraform's order (`terraform.tfvars`,
    /// `terraform.tfvars.json`, then `*.auto.tfvars[.json]` by name). `selected` gives the workspace that is selected in the
    /// root module's folder.
    pub fn gather(
        options: &Options,
        tfvars: &[Arc<File>],
        selected: impl FnOnce() -> Option<String>,
    ) -> (RootInputs, Vec<Finding>) {
        let mut findings = Vec::new();
        let preset =
            |(name, (value, span)): (&Arc<str>, &(Value, Span))| (name.clone(), Input::Preset(value.clone(), *span));
        let mut values: BTreeMap<Arc<str>, Input> = options.preset.iter().map(preset).collect();
        for (key, text) in &options.environment {
            if let Some(name) = key.strip_prefix("TF_VAR_") {
                let from = format!("the environment variable {key}");
                values.insert(Arc::from(name), Input::Text(text.clone(), from, Marks::PRIVATE));
            }
        }
        let from_file = |file: &Arc<File>, values: &mut BTreeMap<Arc<str>, Input>| {
            for attribute in &file.body.attributes {
                let input = match written_out(attribute) {
                    Ok(()) => Input::Expr(attribute.expr.clone(), attribute.span),
                    Err(e) => Input::Preset(e.poison(), attribute.span),
                };
                values.insert(attribute.name.name.clone(), input);
            }
        };
        for file in tfvars {
            findings.extend(file.errors.iter().map(crate::module::report::syntax_error));
            findings.extend(not_values(file));
            from_file(file, &mut values);
        }
        for option in &options.variables {
            match option {
                VariableOption::Value(name, text) => {
                    values.insert(Arc::from(&**name), Input::Text(text.clone(), format!("-var {name}"), Marks::NONE));
                }
                VariableOption::EnvironmentValue(name, text, from) => {
                    let from = format!("the environment variable {from}");
                    values.insert(Arc::from(&**name), Input::Text(text.clone(), from, Marks::PRIVATE));
                }
                // Its file was read before.
                VariableOption::EnvironmentFile(..) => {}
                VariableOption::File(file) => {
                    findings.extend(file.errors.iter().map(crate::module::report::syntax_error));
                    findings.extend(not_values(file));
                    from_file(file, &mut values);
                }
            }
        }
        let given = options.variables.iter().filter_map(|option| match option {
            VariableOption::File(file) => Some(file),
            _ => None,
        });
        let over = tfvars.iter().chain(given).flat_map(|file| &file.errors).filter(|e| e.limit.is_some());
        let reason = |e: &SyntaxError| Reasons::one(ReasonKind::Budget(e.message.as_str().into()), Some(e.span));
        let open = over.map(reason).reduce(|a, b| a.union(&b));
        let workspace = options
            .workspace
            .clone()
            .or_else(|| options.environment.get("TF_WORKSPACE").filter(|w| !w.is_empty()).cloned())
            .or_else(selected)
            .unwrap_or_else(|| "default".into());
        (RootInputs { values, workspace, open }, findings)
    }

    /// The value given to a variable.
    pub fn get(&self, name: &str) -> Option<&Input> {
        self.values.get(name)
    }

    /// Where the values are given.
    pub fn places(&self) -> BTreeMap<Arc<str>, RootInput> {
        let place = |input: &Input| match input {
            Input::Expr(expr, span) => RootInput::File(expr.clone(), *span),
            Input::Preset(_, span) => RootInput::Value(*span),
            Input::Text(_, from, _) => RootInput::Text(from.clone()),
        };
        self.values.iter().map(|(name, input)| (name.clone(), place(input))).collect()
    }

    /// All given values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Input)> {
        self.values.iter()
    }
}

/// A value of a variable is written out.
fn written_out(attribute: &Attribute) -> EvalResult<()> {
    match not_constant(&attribute.expr) {
        None => Ok(()),
        Some((span, call)) => {
            let what = if call { "a function cannot be called" } else { "a reference cannot stand" };
            let message = format!("{what} in a file of variable values");
            Err(EvalError::new(span, message).help("write the value itself; text stands in quotes"))
        }
    }
}

/// What is no value in a file of variable values.
fn not_values(file: &File) -> impl Iterator<Item = Finding> {
    let references = file.body.attributes.iter().filter_map(|a| Some(written_out(a).err()?.finding()));
    let blocks = file.body.blocks.iter().map(|block| {
        let message = "a file of variable values has no blocks";
        EvalError::new(block.header, message).help("write name = { … }, with an equals sign").finding()
    });
    references.chain(blocks)
}

/// Evaluates a given value. Text is read as Terraform reads it: literally for a variable of primitive type or without
/// type, as an expression otherwise.
///
/// # Errors
/// What the expression gets wrong.
pub fn value_of(scope: &Scope, input: &Input, ty: &Type, typed: bool, sources: &Sources) -> EvalResult<Value> {
    match input {
        Input::Expr(expr, _) => eval(scope, expr),
        Input::Preset(value, _) => Ok(value.clone()),
        Input::Text(text, shown, marks) => {
            let literal = !typed || matches!(ty, Type::Bool | Type::Number | Type::String);
            if literal {
                return Ok(Value::string(text).mark(*marks));
            }
            let file = SourceFile::new(PathBuf::from(format!("<{shown}>")), text.clone().into_bytes());
            let file = file.private(marks.is_hidden());
            let id = sources.add(file);
            let (expr, errors) = syntax::parse_expression(id, text);
            match errors.first() {
                Some(e) if marks.is_hidden() => {
                    let message = format!("{shown} has a value that cannot be read as an expression");
                    Err(crate::module::error::EvalError::new(e.span, message))
                }
                Some(e) => Err(crate::module::error::EvalError::new(e.span, e.message.clone())),
                None => eval(scope, &expr),
            }
        }
    }
}
