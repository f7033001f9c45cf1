//! What options may be set to.

use clap::ValueEnum;

/// Formats of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, on a terminal.
    #[default]
    Human,
    /// Everything, for programs.
    Json,
    /// One finding a line.
    Compact,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// JUnit XML: a test case for each cluster and requirement.
    Junit,
    /// Checkstyle XML.
    Checkstyle,
    /// reviewdog's diagnostics.
    Rdjson,
    /// A comment for a pull request.
    Markdown,
    /// One page with everything, the resource graph as a picture.
    Html,
}

/// Formats of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people, on a terminal.
    #[default]
    Human,
    /// For programs.
    Json,
}

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

/// See `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Also into pipes and files.
    Always,
    /// Nowhere.
    Never,
}
