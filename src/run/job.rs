//! What is to be done: the command line, and the configuration where the command line says nothing.

use super::{Failure, past};
use crate::base::budget::Budget;
use crate::cli::{CheckArgs, ConfigArgs};
use crate::config::{self, Config, Environment};
use crate::engine::{Given, environment_named};
use crate::report::{Configuration, Format};
use crate::settings::{FailOn, Ignores, Undecided};
use crate::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A command line with its configuration.
#[derive(Debug)]
pub struct Job {
    /// The command line, filled up from the configuration.
    pub args: CheckArgs,
    /// The configuration.
    pub config: Config,
    /// What the run may cost; its time runs from here.
    pub budget: Budget,
    /// The files that are checked.
    pub tree: Tree,
    /// The files of the commit that `--since` names.
    pub base: Option<Tree>,
    /// Folders that were root modules at that commit: they are judged with their own values, whatever calls them. Also
    /// whether they were reusable modules.
    pub own_roots: BTreeMap<PathBuf, bool>,
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
        let here = [PathBuf::from(".")];
        let named = &args.config.environment;
        let wanted = |name: &str| named.is_empty() || named.iter().any(|n| n == name);
        let budget = args.inputs.budget.budget();
        let base = args.since.as_ref().map(|reference| past::tree(&args, reference, budget)).transpose()?;
        let places = if args.changed { &here } else { &args.paths[..] };
        let mut config = match (args.strict && args.config.config.is_none(), &base) {
            (false, _) => configuration(&args.config, places, &wanted)?,
            (true, Some(base)) if !args.config.no_config => {
                config::of_commit(places, base, &wanted)?.unwrap_or_default()
            }
            (true, _) => Config::default(),
        };
        let told = |name| args.told.contains(&name);
        args.format = config.format.filter(|_| !told("format")).unwrap_or(args.format);
        args.fail_on = config.fail_on.filter(|_| !told("fail_on")).unwrap_or(args.fail_on);
        args.undecided = config.undecided.filter(|_| !told("undecided")).unwrap_or(args.undecided);
        args.ignores = config.comments.filter(|_| !told("ignores")).unwrap_or(args.ignores);
        if args.strict {
            args.undecided = Undecided::Fail;
            args.ignores = Ignores::Off;
        }
        let asked_by_configuration = args.output.is_empty();
        if asked_by_configuration {
            args.output = config.output.clone();
        }
        if config.undecided == Some(Undecided::Ignore) && args.undecided == Undecided::Ignore && !told("undecided") {
            config.hides.other.push("leaves out findings that are undecided (undecided = \"ignore\")".into());
        }
        if config.fail_on == Some(FailOn::Never) && args.fail_on == FailOn::Never && !told("fail_on") {
            config.hides.other.push("keeps findings from failing the run (fail-on = \"never\")".into());
        }
        let own_roots = BTreeMap::new();
        let job = Job { args, config, budget, tree: Tree::default(), base, own_roots, asked_by_configuration };
        job.environments()?;
        Ok(job)
    }

    /// The formats that reports are written in.
    pub fn formats(&self) -> Vec<Format> {
        let further = self.args.output.iter().map(|(format, _)| *format);
        further.chain([self.args.format]).collect()
    }

    /// The configuration that was used, for reports.
    pub fn used(&self) -> Option<Configuration> {
        let file = self.config.file()?.to_string_lossy().replace('\\', "/");
        let hides = &self.config.hides;
        let turns_off = hides.all().map(str::to_string).collect();
        Some(Configuration { file, turns_off, summary: hides.sentence() })
    }

    /// Real files that concern every root module: the configuration, and variable files that are named for all.
    pub fn everywhere(&self) -> BTreeSet<PathBuf> {
        let given = self.args.inputs.given.iter().filter_map(|given| match given {
            Given::File(path) => Some(path),
            Given::Value(_) => None,
        });
        let Config { var_files, environments, dir, .. } = &self.config;
        let configured = environments.iter().flat_map(|e| &e.var_files).chain(var_files);
        let config = [self.args.config.config.clone().unwrap_or_else(|| dir.join(config::FILE))];
        given.chain(configured).chain(&config).filter_map(|path| std::fs::canonicalize(path).ok()).collect()
    }

    /// The environments to check, in the order of the configuration; one that is none where none is configured.
    ///
    /// # Errors
    /// `--environment` with a name that is not configured.
    pub fn environments(&self) -> Result<Vec<Option<&Environment>>, Failure> {
        let wanted = &self.args.config.environment;
        wanted.iter().try_for_each(|name| environment_named(name, &self.config).map(drop))?;
        let chosen = |e: &&Environment| wanted.is_empty() || wanted.contains(&e.name);
        let chosen: Vec<_> = self.config.environments.iter().filter(chosen).map(Some).collect();
        Ok(if chosen.is_empty() { vec![None] } else { chosen })
    }
}

/// The configuration of what is at these paths, with the values of the environments that are wanted.
///
/// # Errors
/// What is wrong with it.
pub fn configuration(args: &ConfigArgs, paths: &[PathBuf], wanted: config::Wanted) -> Result<Config, Failure> {
    let file = match (&args.config, args.no_config) {
        (Some(file), _) => Some(file.clone()),
        (None, true) => None,
        (None, false) => config::find(paths)?,
    };
    Ok(file.map(|file| config::read(&file, wanted)).transpose()?.unwrap_or_default())
}

/// The environment whose values a command takes that looks at one state only: the one that is named.
///
/// # Errors
/// A name that is not configured; several names.
pub fn environment<'c>(args: &ConfigArgs, config: &'c Config) -> Result<Option<&'c Environment>, Failure> {
    match args.environment.as_slice() {
        [] => Ok(None),
        [name] => Ok(Some(environment_named(name, config)?)),
        [_, second, ..] => Err(Failure::Environments { second: second.clone() }),
    }
}
