//! From the command line, and the configuration where the command line says nothing, to the settings of a session.

use super::{Failure, since};
use crate::base::budget::Budget;
use crate::cli::{CheckArgs, ConfigArgs, InputArgs, RootArgs};
use crate::config::{self, Config};
use crate::engine::{self, Given, Inputs, PathScope, Session, Settings, environment_named};
use crate::load::{PathError, Root, reason};
use crate::report::Format;
use crate::settings::{FailOn, Ignores, Undecided};
use crate::suppress::Policy;
use crate::tree::Tree;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

/// What `check` does.
#[derive(Clone, Debug)]
pub struct Job {
    /// The command line, filled up from the configuration.
    pub args: CheckArgs,
    /// What is checked, and how.
    pub settings: Settings,
    /// The files of the commit that `--since` names.
    pub base: Option<Tree>,
    /// The further reports are those that the configuration asks for, not the command line.
    pub asked_by_configuration: bool,
}

impl Job {
    /// Finds and reads the configuration.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(mut args: CheckArgs) -> Result<Job, Failure> {
        if args.paths.is_empty() {
            args.paths.push(PathBuf::from("."));
        }
        let budget = args.inputs.budget.budget();
        let base = args.since.as_ref().map(|reference| since::tree(&args, reference, budget)).transpose()?;
        let mut config = config_of(&args, base.as_ref())?;
        let asked_by_configuration = fill_up(&mut args, &mut config);
        config.levels.choose(&args.select, &args.ignore);
        args.config.environment.iter().try_for_each(|name| environment_named(name, &config).map(drop))?;
        let scope = if args.changed { PathScope::Changed } else { PathScope::All };
        let formats: Vec<Format> = args.output.iter().map(|(format, _)| *format).chain([args.format]).collect();
        let today = time::OffsetDateTime::now_utc().date();
        let (on, require_reason) = (args.ignores != Ignores::Off, args.ignores == Ignores::RequireReason);
        // A pull request must not bring its own baseline.
        let known_in = base.clone().filter(|_| args.strict).unwrap_or_default();
        let seconds: f64 = formats.iter().map(|format| format.bytes_per_second().recip()).sum();
        let settings = Settings {
            paths: args.paths.clone(),
            scope,
            stdin: if scope == PathScope::All { stdin(&args.paths)? } else { Vec::new() },
            everywhere: everywhere(&args, &config),
            shard: args.shard,
            source: args.source.clone(),
            // With --strict it is not the one in the tree that is judged.
            trusts_config: args.config.config.is_some() || args.strict,
            judges_all: args.strict,
            config,
            environments: args.config.environment.clone(),
            inputs: args.inputs.values(),
            budget,
            policy: Policy { on, require_reason, today },
            ignores_undecided: args.undecided == Undecided::Ignore,
            baseline: args.baseline.clone().map(|file| (file, known_in)),
            draws: formats.iter().any(|format| format.draws()),
            bytes_per_second: Some(seconds.recip()),
            ..Settings::default()
        };
        Ok(Job { args, settings, base, asked_by_configuration })
    }
}

/// The configuration of a check; with `--strict`, that of the commit `base`.
fn config_of(args: &CheckArgs, base: Option<&Tree>) -> Result<Config, Failure> {
    let here = [PathBuf::from(".")];
    let named = &args.config.environment;
    let wanted = |name: &str| named.is_empty() || named.iter().any(|n| n == name);
    let places = if args.changed { &here } else { &args.paths[..] };
    Ok(match (args.strict && args.config.config.is_none(), base) {
        (false, _) => configuration(&args.config, places, &wanted)?,
        (true, Some(base)) if !args.config.no_config => config::of_commit(places, base, &wanted)?.unwrap_or_default(),
        (true, _) => Config::default(),
    })
}

/// Takes from the configuration what the command line does not say, and notes what that turns off. Whether the further
/// reports are those that the configuration asks for.
fn fill_up(args: &mut CheckArgs, config: &mut Config) -> bool {
    let given = args.explicit.clone();
    let explicit = |name| given.contains(&name);
    args.format = config.format.filter(|_| !explicit("format")).unwrap_or(args.format);
    args.fail_on = config.fail_on.filter(|_| !explicit("fail_on")).unwrap_or(args.fail_on);
    args.undecided = config.undecided.filter(|_| !explicit("undecided")).unwrap_or(args.undecided);
    args.ignores = config.comments.filter(|_| !explicit("ignores")).unwrap_or(args.ignores);
    if args.strict {
        args.undecided = Undecided::Fail;
        args.ignores = Ignores::Off;
    }
    let asked_by_configuration = args.output.is_empty();
    if asked_by_configuration {
        args.output = config.output.clone();
    }
    if config.undecided == Some(Undecided::Ignore) && args.undecided == Undecided::Ignore && !explicit("undecided") {
        config.hides.other.push("leaves out findings that are undecided (undecided = \"ignore\")".into());
    }
    if config.fail_on == Some(FailOn::Never) && args.fail_on == FailOn::Never && !explicit("fail_on") {
        config.hides.other.push("keeps findings from failing the run (fail-on = \"never\")".into());
    }
    asked_by_configuration
}

/// Real files that concern every root module: the configuration, and variable files that are named for all.
fn everywhere(args: &CheckArgs, config: &Config) -> BTreeSet<PathBuf> {
    let given = args.inputs.given.iter().filter_map(|given| match given {
        Given::File(path) => Some(path),
        Given::Value(_) => None,
    });
    let Config { var_files, environments, dir, .. } = config;
    let configured = environments.iter().flat_map(|e| &e.var_files).chain(var_files);
    let file = [args.config.config.clone().unwrap_or_else(|| dir.join(config::FILE))];
    given.chain(configured).chain(&file).filter_map(|path| std::fs::canonicalize(path).ok()).collect()
}

/// What stands on standard input, where it is among the paths.
///
/// # Errors
/// Where it cannot be read.
pub fn stdin(paths: &[PathBuf]) -> Result<Vec<u8>, Failure> {
    if !paths.iter().any(|path| path.as_os_str() == "-") {
        return Ok(Vec::new());
    }
    let unreadable = |e: std::io::Error| PathError::Unreadable { path: "stdin".into(), why: reason(&e) };
    Ok(engine::limited(std::io::stdin().lock()).map_err(unreadable)?)
}

impl InputArgs {
    /// The values of a session, with the process's environment.
    pub fn values(&self) -> Inputs {
        let text = |(key, value): (OsString, OsString)| Some((key.into_string().ok()?, value.into_string().ok()?));
        Inputs {
            given: self.given.clone(),
            workspace: self.workspace.clone(),
            terraform_version: self.terraform_version.clone(),
            allow_outside: self.allow_outside,
            allow_env: self.allow_env.iter().cloned().collect(),
            module_dirs: self.module_dir.clone(),
            environment: std::env::vars_os().filter_map(text).collect(),
            strict: false,
        }
    }
}

/// One state: the settings of what is at these paths, with the values of at most one environment, and its name.
///
/// # Errors
/// What is wrong with the configuration.
pub fn state(
    paths: &[PathBuf],
    args: &ConfigArgs,
    given: &InputArgs,
    budget: Budget,
) -> Result<(Settings, Option<String>), Failure> {
    let config = configuration(args, paths, &|name| args.environment.iter().any(|n| n == name))?;
    let environment = match args.environment.as_slice() {
        [] => None,
        [name] => Some(environment_named(name, &config)?.name.clone()),
        [_, second, ..] => return Err(Failure::Environments { second: second.clone() }),
    };
    let (paths, inputs) = (paths.to_vec(), given.values());
    Ok((Settings { paths, scope: PathScope::Roots, config, inputs, budget, ..Settings::default() }, environment))
}

/// One root module, ready to be evaluated.
pub struct Single {
    /// The session with it.
    pub session: Session,
    /// The environment whose values it has.
    pub environment: Option<String>,
    /// The root module.
    pub root: Root,
}

impl Single {
    /// The root module that a command names. It is `strict` for the console.
    ///
    /// # Errors
    /// What is wrong with the configuration, the values given or the path.
    pub fn of(args: &RootArgs, strict: bool) -> Result<Single, Failure> {
        let budget = args.inputs.budget.budget();
        let paths = std::slice::from_ref(&args.dir);
        let (mut settings, environment) = state(paths, &args.config, &args.inputs, budget)?;
        (settings.scope, settings.inputs.strict) = (PathScope::One, strict);
        let session = if strict { Session::keeping(settings)? } else { Session::new(settings)? };
        let Some(root) = session.roots().first().cloned() else {
            let places = format!("`{}`", args.dir.display());
            return Err(engine::SessionError::Nothing { places, skipped: Vec::new() }.into());
        };
        Ok(Single { session, environment, root })
    }
}

/// The configuration of what is at these paths, with the values of the environments that are wanted.
///
/// # Errors
/// What is wrong with it.
pub fn configuration(args: &ConfigArgs, paths: &[PathBuf], wanted: config::IsWanted) -> Result<Config, Failure> {
    let file = match (&args.config, args.no_config) {
        (Some(file), _) => Some(file.clone()),
        (None, true) => None,
        (None, false) => config::find(paths)?,
    };
    Ok(file.map(|file| config::read(&file, wanted)).transpose()?.unwrap_or_default())
}
