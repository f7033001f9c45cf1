//! What a session checks and how, as plain data.

use crate::base::budget::Budget;
use crate::config::Config;
use crate::load::loader::Texts;
use crate::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a session checks and how: filled from the command line and the configuration.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Folders to search for root modules, or files that say which; the working directory where there is none.
    pub paths: Vec<PathBuf>,
    /// What the paths mean.
    pub scope: Scope,
    /// Where files are read from.
    pub tree: Tree,
    /// Texts that take the place of those on disk.
    pub texts: Texts,
    /// The configuration.
    pub config: Config,
    /// Values from outside of the configuration.
    pub inputs: Inputs,
    /// What the session may cost.
    pub budget: Budget,
    /// Folders that are root modules of their own even where another folder calls them, and whether they are reusable
    /// modules.
    pub own_roots: BTreeMap<PathBuf, bool>,
}

/// What the paths of a session mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All root modules below them.
    #[default]
    Below,
    /// They are changed files: the root modules below the working directory that these concern.
    Changed,
    /// The one folder that the first of them names, whatever is in it.
    One,
}

/// Values from outside of the configuration.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// `-var` and `-var-file` in the order given: a later value takes the place of an earlier.
    pub given: Vec<Given>,
    /// `--workspace`.
    pub workspace: Option<String>,
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

impl Settings {
    /// Checks what is below one folder, with no configuration, and reads whatever it leads to.
    pub fn of(path: &Path) -> Settings {
        let inputs = Inputs { allow_outside: true, ..Inputs::default() };
        Settings { paths: vec![path.to_path_buf()], inputs, ..Settings::default() }
    }
}
