//! Why a session has no answer.

use crate::load::PathError;

/// Why a session has no answer: settings that cannot be, or files that cannot be read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum SessionError {
    /// A path that cannot be checked.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A document that cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Document(#[from] crate::plan_json::DocumentError),
    /// `--source` without a document.
    #[error("--source is given, but no plan or state")]
    #[diagnostic(help("name the plan too: kfplint plan.json --source DIR"))]
    NoDocument,
    /// A baseline that cannot be read.
    #[error("cannot read the baseline `{path}`: {why}")]
    #[diagnostic(help("`kfplint baseline --output {path}` regenerates it"))]
    Baseline {
        /// The file.
        path: String,
        /// What is wrong, with line and column.
        why: String,
    },
    /// `-var` without a name or a value.
    #[error("`-var {given}` gives no value")]
    #[diagnostic(help("write -var NAME=VALUE, for example -var size=3"))]
    Variable {
        /// As given.
        given: String,
    },
    /// `-var` for a variable that no root module has.
    #[error("no root module declares the variable `{name}` that `-var` sets")]
    #[diagnostic(help("{help}"))]
    UnknownVariable {
        /// The name as given.
        name: String,
        /// What to do.
        help: String,
    },
    /// `-var-file` that cannot be read.
    #[error("cannot read the variable file `{path}`: {why}")]
    VariableFile {
        /// The path as given.
        path: String,
        /// What the operating system says.
        why: String,
    },
    /// `--environment` with a name that is not configured.
    #[error("there is no environment `{name}`")]
    #[diagnostic(help("{help}"))]
    Environment {
        /// As given.
        name: String,
        /// What to do.
        help: String,
    },
    /// There is nothing to check.
    #[error("no Terraform files in {places}")]
    #[diagnostic(help("name a folder that has .tf files in it or below it"))]
    Nothing {
        /// Where was looked.
        places: String,
        /// Files and folders that were passed over: path and why.
        skipped: Vec<(String, String)>,
    },
}
