//! From the values of a session to what evaluation takes.

use super::{Given, Inputs, SessionError, arguments};
use crate::base::suggest::suggest;
use crate::config::{Config, Environment};
use crate::eval::{Options, VariableOption};
use crate::load::Root;
use crate::load::loader::{Loader, PinnedVersion};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Reads the variable files that are given.
///
/// # Errors
/// A malformed `-var`, an unreadable `-var-file`.
pub fn options(inputs: &Inputs, loader: &Loader) -> Result<Options, SessionError> {
    inputs.module_dirs.iter().for_each(|(_, dir)| loader.admit(dir));
    let given = inputs.given.iter().map(|given| variable(given, loader)).collect::<Result<Vec<_>, _>>()?;
    // Terraform puts those of its subcommand first, and a later value takes the place of an earlier.
    let from_environment = ["TF_CLI_ARGS_plan", "TF_CLI_ARGS"].into_iter().flat_map(|name| {
        let text = inputs.environment.get(name).map_or("", String::as_str);
        arguments::variables(text, name)
    });
    let variables = from_environment.chain(given).collect();
    Ok(Options {
        variables,
        environment: inputs.environment.clone(),
        allow_env: inputs.allow_env.clone(),
        workspace: inputs.workspace.clone(),
        terraform_version: inputs.terraform_version.clone().map(pinned("`--terraform-version`")),
        budget: *loader.budget(),
        module_dirs: inputs.module_dirs.iter().map(|(source, dir)| (source.clone(), absolute(dir))).collect(),
        strict: inputs.strict,
        ..Options::default()
    })
}

/// The same for an environment of the configuration: its values come before those of the command line.
///
/// # Errors
/// An unreadable variable file.
pub fn within(
    options: Options,
    config: &Config,
    environment: Option<&Environment>,
    loader: &Loader,
) -> Result<Options, SessionError> {
    let files = config.var_files.iter().chain(environment.into_iter().flat_map(|e| &e.var_files));
    let read = |path: &PathBuf| {
        let unreadable = |why| SessionError::VariableFile { path: path.display().to_string(), why };
        loader.values(path).map(VariableOption::File).map_err(unreadable)
    };
    if !config.dir.as_os_str().is_empty() {
        loader.admit(&config.dir);
    }
    let mut variables = files.map(read).collect::<Result<Vec<_>, _>>()?;
    variables.extend(environment.map(|e| VariableOption::File(e.vars.clone())));
    variables.extend(options.variables);
    let workspace = options.workspace.or_else(|| environment?.workspace.clone());
    let configured = || config.terraform_version.clone().map(pinned("`terraform-version` in kfplint.toml"));
    let terraform_version = options.terraform_version.or_else(configured);
    Ok(Options { variables, workspace, terraform_version, ..options })
}

/// A version that an option gives.
fn pinned(from: &'static str) -> impl Fn(String) -> PinnedVersion {
    move |version| PinnedVersion { version, from }
}

fn variable(given: &Given, loader: &Loader) -> Result<VariableOption, SessionError> {
    match given {
        Given::Value(text) => match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                Ok(VariableOption::Value(name.trim().to_string(), value.to_string()))
            }
            _ => Err(SessionError::Variable { given: text.clone() }),
        },
        Given::File(path) => loader
            .variables(path)
            .map(VariableOption::File)
            .map_err(|why| SessionError::VariableFile { path: path.display().to_string(), why }),
    }
}

fn absolute(dir: &Path) -> PathBuf {
    std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf())
}

/// The input variables that root modules declare, whether they are evaluated or not.
pub fn declared(roots: &[Root], loader: &Loader) -> BTreeSet<String> {
    let files = roots.iter().filter_map(|root| loader.module(&root.dir)).flat_map(|module| module.files.clone());
    files.flat_map(|file| file.body.blocks("variable").map(|b| b.label(0).to_string()).collect::<Vec<_>>()).collect()
}

/// Holds the names given by `-var` against those that the root modules declare.
///
/// # Errors
/// The first name that none of them declares: most likely a slip, which would otherwise pass unseen.
pub fn check_names(given: &[Given], declared: &BTreeSet<String>) -> Result<(), SessionError> {
    for given in given {
        let Given::Value(text) = given else { continue };
        let name = text.split('=').next().unwrap_or("").trim();
        if !declared.contains(name) {
            let near = suggest(name, declared.iter().map(String::as_str));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if declared.is_empty() => "the root modules declare no variables at all".into(),
                None => format!("declare it: variable \"{name}\" {{}}"),
            };
            return Err(SessionError::UnknownVariable { name: name.into(), help });
        }
    }
    Ok(())
}

/// The environment of this name.
///
/// # Errors
/// A name that is not configured.
pub fn environment_named<'c>(name: &str, config: &'c Config) -> Result<&'c Environment, SessionError> {
    let all = &config.environments;
    all.iter().find(|e| e.name == name).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|e| e.name.as_str()).collect();
        let near = suggest(name, names.iter().copied());
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => format!("write [environment.{name}] in kfplint.toml"),
            None => format!("the configuration has {}", names.join(", ")),
        };
        SessionError::Environment { name: name.into(), help }
    })
}
