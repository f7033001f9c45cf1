//! The `terraform` block: arguments for Terraform's command line, and hooks.

use crate::base::source::Span;
use crate::cty::value::{Marks, Reasons, Value};
use crate::eval::places;
use crate::syntax::ast::Block;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one `extra_arguments` block gives `terraform plan`, in the order of the command line.
#[derive(Clone, Debug, Default)]
pub struct ExtraArguments {
    /// `-var` and `-var-file`.
    pub arguments: Vec<ExtraArgument>,
    /// `env_vars`.
    pub environment: BTreeMap<Arc<str>, Value>,
    /// Why there may be further arguments.
    pub open: Option<Reasons>,
}

/// One argument that gives values.
#[derive(Clone, Debug)]
pub enum ExtraArgument {
    /// `-var NAME=TEXT`.
    Variable(String, String),
    /// `-var-file FILE`.
    File(String),
}

/// Gives an argument of the block that is read.
pub type ArgumentOf<'b> = &'b dyn Fn(&str) -> Option<Value>;

impl ExtraArguments {
    /// Those of a block; none where it is not for `plan`.
    pub fn of(of: ArgumentOf) -> ExtraArguments {
        let mut all = ExtraArguments::default();
        let commands = of("commands").unwrap_or_else(|| Value::tuple(Vec::new()));
        let is_plan = |command: &Value| command.as_str().is_none_or(|command| command == "plan");
        if commands.elements().is_some_and(|commands| !commands.iter().any(is_plan)) {
            return all;
        }
        all.open(&commands);
        if let Some(arguments) = of("arguments") {
            all.open(&arguments);
            all.arguments(arguments.elements().unwrap_or_default());
        }
        for files in ["required_var_files", "optional_var_files"].into_iter().filter_map(of) {
            all.open(&files);
            let files = files.elements().unwrap_or_default().iter().filter_map(Value::as_str);
            all.arguments.extend(files.map(|file| ExtraArgument::File(file.to_string())));
        }
        if let Some(environment) = of("env_vars") {
            all.environment.extend(environment.entries().cloned().unwrap_or_default());
            if environment.entries().is_none() {
                all.open(&environment);
            }
        }
        all
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
                ("var-file", _) => self.arguments.extend(behind.map(|file| ExtraArgument::File(file.to_string()))),
                (_, Some((variable, text))) if !value.marks.contains(Marks::PLACE) => {
                    self.arguments.push(ExtraArgument::Variable(variable.trim().to_string(), text.to_string()));
                }
                _ => self.open(&places::without(value)),
            }
        }
    }

    /// What is not known of a value may set any input.
    fn open(&mut self, value: &Value) {
        let reasons = value.collect_reasons();
        if !reasons.is_empty() {
            self.open = Some(self.open.take().unwrap_or_default().union(&reasons));
        }
    }
}

/// A hook that writes files before Terraform plans.
#[derive(Clone, Debug)]
pub struct Hook {
    /// The files that it copies into the folder in which Terraform runs; `None` where it may write any.
    pub copies: Option<Vec<(String, String)>>,
    /// The program.
    pub program: String,
    /// Its block.
    pub place: Span,
}

/// Programs that make files.
const WRITERS: [&str; 14] =
    ["bash", "cp", "curl", "git", "install", "ln", "make", "mv", "node", "python", "python3", "rsync", "sh", "wget"];

impl Hook {
    /// That of a block; `None` where it makes no file that `plan` reads.
    pub fn of(block: &Block, of: ArgumentOf) -> Option<Hook> {
        let commands = of("commands")?;
        let before = ["plan", "init", "init-from-module", "terragrunt-read-config", "read-config"];
        let concerns = |command: &Value| command.as_str().is_none_or(|command| before.contains(&command));
        let execute = of("execute")?;
        let is_before = &*block.kind.name == "before_hook";
        let of_plan = |command: &Value| is_before || command.as_str() != Some("plan");
        if !commands.elements().is_none_or(|all| all.iter().any(|c| concerns(c) && of_plan(c))) {
            return None;
        }
        let words: Option<Vec<&str>> = execute.elements()?.iter().map(Value::as_str).collect();
        let program = execute.elements()?.first()?.as_str()?.rsplit('/').next()?.to_string();
        if !WRITERS.contains(&&*program) {
            return None;
        }
        let copies = words.filter(|_| matches!(&*program, "cp" | "ln")).and_then(|words| copies(&words));
        Some(Hook { copies, program, place: block.header })
    }
}

/// The files that `cp` or `ln` bring into the current folder, and their names there.
fn copies(words: &[&str]) -> Option<Vec<(String, String)>> {
    let paths: Vec<&str> = words.iter().skip(1).filter(|word| !word.starts_with('-')).copied().collect();
    let (to, from) = paths.split_last()?;
    let to = to.strip_prefix("./").unwrap_or(to);
    let name = |from: &str| from.rsplit('/').next().map(str::to_string);
    match (to, from) {
        ("." | "", from) => from.iter().map(|from| Some((from.to_string(), name(from)?))).collect(),
        (to, [from]) if !to.contains('/') => Some(vec![(from.to_string(), to.to_string())]),
        _ => None,
    }
}
