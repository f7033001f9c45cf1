//! What a session checks and how, as plain data.

use crate::base::budget::Budget;
use crate::config::Config;
use crate::load::loader::Texts;
use crate::shard::Shard;
use crate::suppress::Policy;
use crate::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a session checks and how: filled from the command line and the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folders to search for root modules, files that say which, or documents; the working directory where there is none.
    pub paths: Vec<PathBuf>,
    /// What the paths mean.
    pub scope: PathScope,
    /// What stands on standard input, for the path `-`.
    pub stdin: Vec<u8>,
    /// Real files that concern every root module, for [`PathScope::Changed`].
    pub everywhere: BTreeSet<PathBuf>,
    /// The part of the root modules that is checked.
    pub shard: Option<Shard>,
    /// The root module of the documents that are checked.
    pub source: Option<PathBuf>,
    /// Where files are read from.
    pub tree: Tree,
    /// Texts that take the place of those on disk, by real path.
    pub texts: Texts,
    /// Folders that are root modules of their own even where another folder calls them, and whether they are reusable
    /// modules.
    pub own_roots: BTreeMap<PathBuf, bool>,
    /// The configuration.
    pub config: Config,
    /// Whether a configuration may turn off all rules that decide a cluster, and the cluster is ready all the same.
    pub trusts_config: bool,
    /// Nothing is left out for being an example, or there for others to include or copy.
    pub judges_all: bool,
    /// The environments that are checked; all that are configured where there is none.
    pub environments: Vec<String>,
    /// Input variables and access to files and the environment.
    pub inputs: Inputs,
    /// What the session may cost.
    pub budget: Budget,
    /// Which suppressions count.
    pub policy: Policy,
    /// Whether findings of undecided requirements are left out.
    pub ignores_undecided: bool,
    /// The file with known findings, which are taken out of the report, and where it is read from.
    pub baseline: Option<(PathBuf, Tree)>,
    /// Whether the graph of each root module is drawn.
    pub draws: bool,
    /// How many bytes of a report are written in a second, in all formats that are wanted; `None` where it takes no time. A
    /// report that would take longer than the time that is left is shortened.
    pub bytes_per_second: Option<f64>,
}

/// What the paths of a session mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PathScope {
    /// All root modules below them, and documents.
    #[default]
    All,
    /// All root modules below them.
    Roots,
    /// They are changed files: the root modules below the working directory that these concern.
    Changed,
    /// The one folder that the first of them names, whatever is in it.
    One,
}

/// Input variables and access to files and the environment.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// `-var` and `-var-file` in the order given: a later value takes the place of an earlier.
    pub given: Vec<Given>,
    /// `--workspace`.
    pub workspace: Option<String>,
    /// `--terraform-version`, as a constraint.
    pub terraform_version: Option<String>,
    /// Follow links, module sources and functions out of the repository.
    pub allow_outside: bool,
    /// Variables of the environment that Terragrunt's `get_env` reads.
    pub allow_env: BTreeSet<String>,
    /// Folders that stand in for module sources.
    pub module_dirs: Vec<(String, PathBuf)>,
    /// The process's environment, as far as it is text: `TF_VAR_…` and what providers read.
    pub environment: BTreeMap<String, String>,
    /// As in `terraform console`: a missing file fails instead of giving an unknown value.
    pub strict: bool,
}

/// One `-var` or `-var-file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// `-var NAME=VALUE`, as written.
    Value(String),
    /// `-var-file FILE`.
    File(PathBuf),
}

impl Default for Settings {
    fn default() -> Settings {
        let today = time::OffsetDateTime::now_utc().date();
        Settings {
            paths: Vec::new(),
            scope: PathScope::default(),
            stdin: Vec::new(),
            everywhere: BTreeSet::new(),
            shard: None,
            source: None,
            tree: Tree::default(),
            texts: Texts::new(),
            own_roots: BTreeMap::new(),
            config: Config::default(),
            trusts_config: false,
            judges_all: false,
            environments: Vec::new(),
            inputs: Inputs::default(),
            budget: Budget::default(),
            policy: Policy { on: true, require_reason: false, today },
            ignores_undecided: false,
            baseline: None,
            draws: false,
            bytes_per_second: None,
        }
    }
}

impl Settings {
    /// Checks what is below one folder, with no configuration, and reads whatever it leads to.
    pub fn of(path: &Path) -> Settings {
        let inputs = Inputs { allow_outside: true, ..Inputs::default() };
        Settings { paths: vec![path.to_path_buf()], inputs, ..Settings::default() }
    }

    /// The paths, or the working directory where there is none.
    pub fn places(&self) -> Vec<PathBuf> {
        if self.paths.is_empty() { vec![PathBuf::from(".")] } else { self.paths.clone() }
    }

    /// Whether all root modules below the paths are checked.
    pub fn checks_all(&self) -> bool {
        self.shard.is_none() && self.scope != PathScope::Changed
    }
}
