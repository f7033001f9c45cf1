//! Choices of a user that the command line and the configuration share.

use crate::diagnostic::Level;
use clap::ValueEnum;

/// See `--fail-on`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Findings of level error.
    #[default]
    Error,
    /// Warnings too.
    Warning,
    /// All findings.
    Note,
    /// None.
    Never,
}

/// See `--undecided`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Undecided {
    /// Report them as warnings.
    #[default]
    Warn,
    /// Exit with 1.
    Fail,
    /// Leave out their findings.
    Ignore,
}

/// See `--ignores`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Ignores {
    /// All.
    #[default]
    On,
    /// None.
    Off,
    /// Those that give a reason.
    RequireReason,
}

impl FailOn {
    /// The lowest level that fails a run; `None` where none does.
    pub fn lowest(self) -> Option<Level> {
        match self {
            FailOn::Error => Some(Level::Error),
            FailOn::Warning => Some(Level::Warning),
            FailOn::Note => Some(Level::Note),
            FailOn::Never => None,
        }
    }
}
