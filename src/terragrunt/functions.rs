//! Terragrunt's own functions: those about paths, the environment and other files. What others give is not known.

use super::config::{ConfigReader, UnitContext};
use crate::cty::value::{Marks, ReasonKind, Reasons, Type, Value, json};
use crate::eval::OwnFunctions;
use crate::load::UNIT;
use crate::load::bounds::{normalise, repository};
use crate::tree::Tree;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Functions that run something, or ask the cloud or the command line.
const OPEN: [&str; 12] = [
    "constraint_check",
    "get_aws_account_alias",
    "get_aws_account_id",
    "get_aws_caller_identity_arn",
    "get_aws_caller_identity_user_id",
    "get_default_retryable_errors",
    "get_platform",
    "get_terraform_cli_args",
    "get_terraform_command",
    "get_terragrunt_source_cli_flag",
    "get_working_dir",
    "run_cmd",
];

/// Functions that give the names of Terraform's commands.
const COMMANDS: [(&str, &[&str]); 4] = [
    ("get_terraform_commands_that_need_input", &["apply", "import", "init", "plan", "refresh"]),
    (
        "get_terraform_commands_that_need_locking",
        &["apply", "destroy", "import", "plan", "refresh", "taint", "untaint"],
    ),
    ("get_terraform_commands_that_need_parallelism", &["apply", "plan", "destroy"]),
    ("get_terraform_commands_that_need_vars", &["apply", "console", "destroy", "import", "plan", "push", "refresh"]),
];

/// The functions as one file of a unit sees them.
#[derive(Debug)]
pub struct Functions {
    /// Reads other files.
    pub reader: ConfigReader,
    /// The unit, and which of its files it is.
    pub context: UnitContext,
}

impl OwnFunctions for Functions {
    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, String>> {
        if OPEN.contains(&name) {
            return Some(Ok(impure(format!("{name}()"))));
        }
        if let Some((_, commands)) = COMMANDS.iter().find(|(function, _)| *function == name) {
            return Some(Ok(Value::tuple(commands.iter().map(Value::string).collect())));
        }
        let own: fn(&Functions, &[&str]) -> Result<Value, String> = match name {
            "find_in_parent_folders" => Functions::find_in_parent_folders,
            "get_env" => Functions::get_env,
            "get_original_terragrunt_dir" => |f, _| path(&f.context.original),
            "get_terragrunt_dir" => |f, _| path(&f.context.unit),
            "get_parent_terragrunt_dir" => |f, args| path(f.context.included(args).unwrap_or(&f.context.unit)),
            "get_path_from_repo_root" => |f, _| Ok(Value::string(relative(f.repository()?, &f.context.unit))),
            "get_path_to_repo_root" => |f, _| Ok(Value::string(relative(&f.context.unit, f.repository()?))),
            "get_repo_root" => |f, _| path(f.repository()?),
            "mark_as_read" => |_, args| Ok(Value::string(args.first().copied().unwrap_or_default())),
            "path_relative_from_include" => |f, args| Ok(Value::string(f.to_include(args, false))),
            "path_relative_to_include" => |f, args| Ok(Value::string(f.to_include(args, true))),
            "read_terragrunt_config" => Functions::read_config,
            "read_tfvars_file" => Functions::read_variables,
            "sops_decrypt_file" => Functions::decrypt,
            _ => return None,
        };
        let texts: Option<Vec<&str>> = args.iter().map(Value::as_str).collect();
        let marks = args.iter().fold(Marks::NONE, |marks, arg| marks.union(arg.deep_marks()));
        let done = match (texts, args) {
            (Some(texts), _) => own(self, &texts),
            // What to take where there is no such file, which may be of any type.
            (None, [first, fallback]) if name == "read_terragrunt_config" && first.as_str().is_some() => {
                let found = first.as_str().map(|file| own(self, &[file]));
                Ok(found.and_then(Result::ok).unwrap_or_else(|| fallback.clone()))
            }
            (None, _) => {
                let reasons = args.iter().fold(Reasons::default(), |all, arg| all.union(&arg.collect_reasons()));
                match reasons.is_empty() {
                    true => Err("its arguments have to be strings".into()),
                    false => Ok(Value::unknown(Type::Any, reasons)),
                }
            }
        };
        let conceal = |why: String| if marks.is_hidden() { "it fails for a sensitive value".into() } else { why };
        Some(done.map(|value| value.mark(marks)).map_err(conceal))
    }
}

impl Functions {
    fn tree(&self) -> &Tree {
        self.reader.evaluator.loader().tree()
    }

    fn repository(&self) -> Result<&Path, String> {
        repository(&self.context.unit).ok_or_else(|| "the unit is in no Git repository".into())
    }

    /// Upwards from the folder around the unit, not beyond the repository that it is in.
    fn find_in_parent_folders(&self, args: &[&str]) -> Result<Value, String> {
        let name = args.first().copied().unwrap_or("terragrunt.hcl");
        let last = self.repository().ok();
        let mut folders = self.context.unit.ancestors();
        let within = |folder: &Path| last.is_none_or(|last| folder.starts_with(last));
        folders.next();
        match (
            folders
                .take_while(|f| within(f))
                .map(|f| f.join(name))
                .find(|file| self.tree().exists(&self.reader.on_disk(file))),
            args.get(1),
        ) {
            (Some(file), _) => path(&file),
            (None, Some(fallback)) => Ok(Value::string(fallback)),
            (None, None) => Err(format!("no folder above has a file \"{name}\"")),
        }
    }

    fn get_env(&self, args: &[&str]) -> Result<Value, String> {
        let name = args.first().copied().unwrap_or_default();
        Ok(match (self.reader.environment(name), args.get(1)) {
            (Some((value, true)), _) => Value::string(value).mark(Marks::PRIVATE),
            // A job's tokens are in its environment: a configuration that asks for one does not get it unasked.
            (Some((_, false)), _) => {
                let what = format!("permission to read the environment variable {name} (--allow-env {name})");
                let kind = ReasonKind::NotGiven(what.into(), format!("--allow-env {name}").into());
                Value::unknown(Type::String, Reasons::one(kind, None))
            }
            (None, Some(fallback)) => Value::string(fallback),
            (None, None) => impure(format!("the environment variable {name}")),
        })
    }

    /// The way from the included file's folder to the unit, or back.
    fn to_include(&self, args: &[&str], forth: bool) -> String {
        let Some(parent) = self.context.included(args) else { return ".".into() };
        match forth {
            true => relative(parent, &self.context.unit),
            false => relative(&self.context.unit, parent),
        }
    }

    fn read_config(&self, args: &[&str]) -> Result<Value, String> {
        let mut file = self.file(args);
        if self.tree().is_dir(&self.reader.on_disk(&file)) {
            file.push(UNIT);
        }
        if !self.tree().is_file(&self.reader.on_disk(&file)) {
            return match args.get(1) {
                Some(fallback) => Ok(Value::string(fallback)),
                None => Err(format!("there is no file \"{}\"", args.first().copied().unwrap_or_default())),
            };
        }
        self.reader.object(&file, &self.context)
    }

    /// A file that sops encrypts. One that it does not encrypt cannot be decrypted.
    fn decrypt(&self, args: &[&str]) -> Result<Value, String> {
        let file = self.reader.on_disk(&self.file(args));
        let loader = self.reader.evaluator.loader();
        let name = args.first().copied().unwrap_or_default();
        let unknown = || {
            let what = format!("what sops_decrypt_file() makes of `{}`", loader.shown(&file));
            let kind = ReasonKind::Impure(what.into());
            Value::unknown(Type::String, Reasons::one(kind, None)).mark(Marks::PRIVATE)
        };
        match loader.beside(&file) {
            Some(bytes) if is_encrypted(&bytes) => Ok(unknown()),
            Some(_) => Err(format!("\"{name}\" is not encrypted by sops")),
            None if self.tree().exists(&file) || loader.is_private(&file, &file) => Ok(unknown()),
            None => Err(format!("there is no file \"{name}\"")),
        }
    }

    /// A variable file as JSON text.
    fn read_variables(&self, args: &[&str]) -> Result<Value, String> {
        let values = self.reader.variables(&self.file(args))?;
        match json::encode(&values) {
            Some(text) => Ok(Value::string(text)),
            None => Ok(Value::unknown(Type::String, values.collect_reasons())),
        }
        .map(|value| value.mark(values.deep_marks()))
    }

    fn file(&self, args: &[&str]) -> PathBuf {
        normalise(&self.context.unit.join(args.first().copied().unwrap_or_default()))
    }
}

fn path(path: &Path) -> Result<Value, String> {
    Ok(Value::string(path.to_string_lossy().replace('\\', "/")).mark(Marks::PLACE))
}

/// Whether a file has the metadata of sops: an entry `sops` with a message authentication code (sops, "Format").
fn is_encrypted(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let begins = |line: &str, start: &str| line.trim_start_matches([' ', '\t', '"', '{']).starts_with(start);
    let any = |start: &str| text.lines().any(|line| begins(line, start));
    any("sops_mac") || (any("sops") || any("[sops]") || text.contains("\"sops\"")) && text.contains("mac")
}

/// A value that only a run of Terragrunt knows.
pub fn impure(what: String) -> Value {
    Value::unknown(Type::Any, Reasons::one(ReasonKind::Impure(what.into()), None))
}

/// The way from one folder to another.
fn relative(from: &Path, to: &Path) -> String {
    let (from, to): (Vec<Component>, Vec<Component>) = (from.components().collect(), to.components().collect());
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_string(), from.len() - same);
    let down = to.iter().skip(same).map(|part| part.as_os_str().to_string_lossy().into_owned());
    let steps: Vec<String> = up.chain(down).collect();
    if steps.is_empty() { ".".into() } else { steps.join("/") }
}

/// An object of these entries.
pub fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::object(entries.into_iter().map(|(name, value)| (Arc::from(name), value)).collect::<BTreeMap<_, _>>())
}
