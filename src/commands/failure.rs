//! What kfplint itself cannot do: wrong usage, files that cannot be read or written.

use crate::base::suggest::suggest;
use crate::cli::Cli;
use crate::config::LoadError;
use crate::engine::SessionError;
use crate::load::PathError;
use crate::report;
use clap::CommandFactory;
use miette::Diagnostic;
use std::path::Path;

/// Why a run gives no report.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum Failure {
    /// What keeps a session from an answer.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Session(SessionError),
    /// A document that cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Document(#[from] crate::plan_json::DocumentError),
    /// `--against` a document that is no plan.
    #[error("`{path}` is not a Terraform plan")]
    #[diagnostic(help("make one: terraform plan -out=plan.bin && terraform show -json plan.bin > plan.json"))]
    NoPlan {
        /// The path as given.
        path: String,
    },
    /// `--source` without a document.
    #[error("--source is given, but no plan or state")]
    #[diagnostic(help("name the plan too: kfplint plan.json --source DIR"))]
    NoDocument,
    /// A path that is not there, but looks like a command.
    #[error("cannot read `{path}`: no such file or folder")]
    #[diagnostic(help("did you mean the command `{command}`?"))]
    Command {
        /// As given.
        path: String,
        /// The command that was most likely meant.
        command: String,
    },
    /// A path of a kind that this version does not read.
    #[error("`{path}` is not a folder or a Terraform file")]
    #[diagnostic(help("{help}"))]
    Kind {
        /// The path as given.
        path: String,
        /// What to do.
        help: String,
    },
    /// There is no such rule.
    #[error("there is no rule `{given}`")]
    #[diagnostic(help("{help}"))]
    Rule {
        /// As given.
        given: String,
        /// What to do.
        help: String,
    },
    /// A report that cannot be written.
    #[error("cannot write {what}: {why}")]
    Output {
        /// The file, or "the report to stdout".
        what: String,
        /// What the operating system says.
        why: String,
    },
    /// An SVG of none or of several root modules.
    #[error("an SVG shows one root module, but {} have something to draw", roots.len())]
    #[diagnostic(help("name one of them: {}", if roots.is_empty() { "a folder with GKE resources".into() } else { roots.join(", ") }))]
    Picture {
        /// Those that have something to draw.
        roots: Vec<String>,
    },
    /// Manifests that cannot be read.
    #[error("cannot read the manifests: {what}")]
    #[diagnostic(help("--manifests takes a YAML or JSON file of Kubernetes objects, or a folder of them"))]
    Manifests {
        /// The file, and what is wrong with it.
        what: String,
    },
    /// Manifests without a workload.
    #[error("no workloads found in {path}, so nothing says whether they fit")]
    #[diagnostic(help("name a file or folder with Deployments, Jobs, Pods or other workloads: --manifests PATH"))]
    NoWorkloads {
        /// As given.
        path: String,
    },
    /// `--unsafe-fixes` alone.
    #[error("--unsafe-fixes needs --fix or --diff")]
    #[diagnostic(help("add --fix to make them, or --diff to see what they would change"))]
    UnsafeFixes,
    /// Fixes of what is new only.
    #[error("--since cannot be used with --fix or --diff: fixes do not depend on an earlier commit")]
    #[diagnostic(help("leave out --since"))]
    FixSince,
    /// A fix that cannot be written.
    #[error("cannot write {what}: {why}")]
    #[diagnostic(help("{help}"))]
    Fix {
        /// The file.
        what: String,
        /// What the operating system says.
        why: String,
        /// Which files were written before.
        help: String,
    },
    /// A baseline that cannot be read.
    #[error("cannot read the baseline `{path}`: {why}")]
    #[diagnostic(help("`kfplint baseline --output {path}` regenerates it"))]
    Baseline {
        /// The file.
        path: String,
        /// What is wrong, with line and column.
        why: String,
    },
    /// A configuration that is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(#[from] LoadError),
    /// `init` where there is a configuration.
    #[error("there is a configuration already: {path}")]
    #[diagnostic(help("edit it, or remove it first"))]
    Configured {
        /// The file.
        path: String,
    },
    /// Reports that cannot be joined.
    #[error("{what}")]
    #[diagnostic(help("merge takes reports that `kfplint --format json` or `--format sarif` wrote"))]
    Merge {
        /// What is wrong.
        what: String,
    },
    /// `--since` where there is nothing to compare with.
    #[error("--since: {what}")]
    #[diagnostic(help(
        "--since takes a branch, tag or commit of the repository that is checked; in a shallow clone, fetch it first"
    ))]
    Since {
        /// What is wrong.
        what: String,
    },
    /// `--environment` more than once, for a command that looks at one state.
    #[error("this command takes the values of one environment")]
    #[diagnostic(help("leave out `--environment {second}`, and run it again for that one"))]
    Environments {
        /// The second one given.
        second: String,
    },
    /// A rule that cannot be made.
    #[error("{what}")]
    #[diagnostic(help("{help}"))]
    Scaffold {
        /// What is wrong.
        what: String,
        /// What to do.
        help: String,
    },
    /// There is no cluster where one is required.
    #[error("no google_container_cluster in {roots}, but --require-cluster asks for one")]
    #[diagnostic(help("check the folder that makes the cluster, or leave out --require-cluster"))]
    NoCluster {
        /// How many root modules were checked.
        roots: String,
    },
}

impl Failure {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Failure::Session(SessionError::Nothing { .. }) => super::NOTHING,
            Failure::NoCluster { .. } | Failure::NoWorkloads { .. } => super::NOTHING,
            _ => super::USAGE,
        }
    }

    /// Says it on stderr.
    pub fn print(self) {
        use std::io::Write;
        if let Failure::Session(SessionError::Nothing { skipped, .. }) = &self {
            skipped.iter().for_each(|(path, why)| super::output::say(&format!("{path}: {why}")));
        }
        let text = report::coloured(&format!("{:?}", miette::Report::new(self)));
        let _ = writeln!(std::io::stderr(), "{}", report::inert(&text));
    }
}

impl From<PathError> for Failure {
    fn from(error: PathError) -> Failure {
        SessionError::from(error).into()
    }
}

impl From<SessionError> for Failure {
    /// Adds what to do instead, where that is known.
    fn from(error: SessionError) -> Failure {
        match error {
            SessionError::Path(PathError::NotTerraform { path }) => {
                let help = "name a folder, or a .tf, .tofu or .tfvars file, whose folder is then checked";
                Failure::Kind { path, help: help.into() }
            }
            SessionError::Path(PathError::Unreadable { path, why }) => {
                let cli = Cli::command();
                let command = suggest(&path, cli.get_subcommands().map(|c| c.get_name())).map(str::to_string);
                match command {
                    Some(command) if !Path::new(&path).exists() => Failure::Command { path, command },
                    _ => Failure::Session(PathError::Unreadable { path, why }.into()),
                }
            }
            other => Failure::Session(other),
        }
    }
}
