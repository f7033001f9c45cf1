//! `kfplint dev`: for work on kfplint itself.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What helps those who work on kfplint itself.
#[derive(Clone, Debug, Subcommand)]
pub enum Dev {
    /// Make a folder for a new rule, with an example check that passes all tests, and register it
    NewRule(NewRuleArgs),
}

/// What `dev new-rule` is given.
#[derive(Clone, Debug, Args)]
pub struct NewRuleArgs {
    /// The rule's code, such as KFP407
    pub code: String,
    /// The rule's name: the fault's subject, such as node-count
    pub name: String,
    /// How bad its findings are
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = RuleLevel::Warning)]
    pub level: RuleLevel,
    /// The checkout of kfplint, or a folder in it
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
}

/// How bad a rule's findings are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RuleLevel {
    /// The cluster is not ready.
    Error,
    /// It may not be.
    #[default]
    Warning,
    /// It is, but could be better.
    Note,
}
