//! What kfplint itself cannot do: wrong usage, files that cannot be read or written.

use crate::config::LoadError;
use crate::load::PathError;
use crate::report;
use miette::Diagnostic;

/// Why a run gives no report.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum Failure {
    /// A path that cannot be checked.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A document that cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Document(#[from] crate::plan_json::DocumentError),
    /// `--against` a document that is no plan.
    #[error("`{path}` is no plan of Terraform's")]
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
    #[error("cannot read `{path}`: there is no such file or folder")]
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
    #[error("--unsafe-fixes says which fixes are made, but nothing asks for fixes")]
    #[diagnostic(help("add --fix to make them, or --diff to see what they would change"))]
    UnsafeFixes,
    /// Fixes of what is new only.
    #[error("--since cannot be used with fixes: they are made whatever was before")]
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
    #[diagnostic(help("`kfplint baseline --output {path}` writes it anew, with all findings of then"))]
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
    #[diagnostic(help("merge takes reports that `kfplint --format json` or `--format sarif` has written"))]
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
    /// `--environment` with a name that is not configured.
    #[error("there is no environment `{name}`")]
    #[diagnostic(help("{help}"))]
    Environment {
        /// As given.
        name: String,
        /// What to do.
        help: String,
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
    /// There is nothing to check.
    #[error("no Terraform files in {places}")]
    #[diagnostic(help("name a folder that has .tf files in it or below it"))]
    Nothing {
        /// Where was looked.
        places: String,
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
            Failure::Nothing { .. } | Failure::NoCluster { .. } | Failure::NoWorkloads { .. } => super::NOTHING,
            _ => super::USAGE,
        }
    }

    /// Says it on stderr.
    pub fn print(self) {
        use std::io::Write;
        let text = report::coloured(&format!("{:?}", miette::Report::new(self)));
        let _ = writeln!(std::io::stderr(), "{}", report::inert(&text));
    }
}
