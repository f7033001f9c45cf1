//! The command line: definitions only.

mod budget;
mod choices;
mod dev;
mod examples;

pub use budget::BudgetArgs;
pub use choices::{Color, ListFormat};
pub use dev::{Dev, NewRuleArgs, RuleLevel};

use crate::baseline;
use crate::engine::Given;
use crate::module::version::of_tool;
use crate::report::Format;
use crate::selector::Selector;
use crate::settings::{FailOn, Ignores, Undecided};
use crate::shard::Shard;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The version with the days of the facts.
static LONG_VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{}\n{}", env!("CARGO_PKG_VERSION"), crate::catalog::FACTS));

/// Says whether a GKE cluster that Terraform describes will be ready for Kubeflow Pipelines, before it exists.
///
/// Without a command, `kfplint [PATH]…` checks.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "kfplint",
    version,
    long_version = LONG_VERSION.as_str(),
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    subcommand_precedence_over_arg = true,
    after_help = examples::ALL
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Without a command: what to check.
    #[command(flatten)]
    pub check: CheckArgs,
}

/// The commands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Check root modules (also without naming the command)
    #[command(after_help = examples::CHECK)]
    Check(Box<CheckArgs>),
    /// Check and apply the safe fixes; the same as `check --fix`
    #[command(after_help = examples::FIX)]
    Fix(Box<CheckArgs>),
    /// Write the current findings to a file, for `check --baseline`
    #[command(after_help = examples::BASELINE)]
    Baseline(BaselineArgs),
    /// List the comments that suppress findings, and how many findings each suppresses
    #[command(after_help = examples::SUPPRESSIONS)]
    Suppressions(ListArgs),
    /// Print a rule's page: what it finds, why it matters, how to fix it
    #[command(after_help = examples::EXPLAIN)]
    Explain(ExplainArgs),
    /// List all rules
    Rules(RulesArgs),
    /// Print the static plan of a root module as JSON, in the shape of `terraform show -json`
    #[command(after_help = examples::EVALUATE)]
    Evaluate(EvaluateArgs),
    /// Draw the resource graph: clusters, pools, accounts, grants, secrets, buckets
    #[command(after_help = examples::GRAPH)]
    Graph(GraphArgs),
    /// Check whether the pods of Kubernetes manifests fit on the clusters' nodes
    #[command(after_help = examples::FIT)]
    Fit(FitArgs),
    /// Evaluate expressions from stdin, one a line, in the scope of a root module
    #[command(after_help = examples::CONSOLE)]
    Console(RootArgs),
    /// Join JSON or SARIF reports of several runs, such as those of shards
    #[command(after_help = examples::MERGE)]
    Merge(MergeArgs),
    /// Write a kfplint.toml to start from, and show how pre-commit runs kfplint
    #[command(after_help = examples::INIT)]
    Init(InitArgs),
    /// Print shell completions
    #[command(after_help = examples::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Print the manual page, or write the pages of all commands to a folder
    #[command(after_help = examples::MAN)]
    Man(ManArgs),
    /// Work on kfplint itself, in a checkout of it
    #[command(subcommand, hide = true)]
    Dev(Dev),
}

/// What `check` is given.
#[derive(Clone, Debug, Default, Args)]
pub struct CheckArgs {
    /// Folders to search for root modules, or Terraform files (their folder is checked) [default: .]; or plans, states and
    /// descriptions of clusters as JSON, with `-` for stdin
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The root module of the plans and states given: findings then point into its files
    #[arg(long, value_name = "DIR")]
    pub source: Option<PathBuf>,
    /// Input variables.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Format of the report on stdout
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    pub format: Format,
    /// Write a further report to a file, as FORMAT=FILE (repeatable)
    #[arg(long, value_name = "FORMAT=FILE", value_parser = Format::parse_output)]
    pub output: Vec<(Format, PathBuf)>,
    /// The lowest level of finding that makes the exit code 1
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Error)]
    pub fail_on: FailOn,
    /// How to treat requirements that cannot be decided: `fail` makes the exit code 1, `ignore` drops their findings
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Undecided::Warn)]
    pub undecided: Undecided,
    /// Which comments that suppress findings count
    #[arg(long, value_enum, value_name = "WHICH", default_value_t = Ignores::On)]
    pub ignores: Ignores,
    /// Check only these rules: codes, names, or the beginning of codes, separated by commas (in place of kfplint.toml's)
    #[arg(long, value_name = "RULE,…", value_delimiter = ',', value_parser = parse_rule)]
    pub select: Vec<Selector>,
    /// Do not check these rules (in addition to those that kfplint.toml ignores)
    #[arg(long, value_name = "RULE,…", value_delimiter = ',', value_parser = parse_rule)]
    pub ignore: Vec<Selector>,
    /// For the pull requests of strangers: undecided requirements and skipped files fail, comments do not suppress, and no
    /// kfplint.toml of the tree counts. With --since, kfplint.toml and the baseline are those of that commit, and only
    /// findings that are new or worse fail
    #[arg(long)]
    pub strict: bool,
    /// Report only findings that are not in this file, written by `kfplint baseline`
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// The paths are changed files: check the root modules below the working directory that they belong to, also through
    /// modules (for pre-commit)
    #[arg(long)]
    pub changed: bool,
    /// Configuration file.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Options set explicitly on the command line, by field name: they win over the configuration.
    #[arg(skip)]
    pub explicit: Vec<&'static str>,
    /// Report only verdicts and findings that are new or changed since this commit of the repository
    #[arg(long, value_name = "REF")]
    pub since: Option<String>,
    /// Check one of N parts of the root modules, as I/N; `kfplint merge` joins the reports
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Exit with 3 if no GKE cluster is found
    #[arg(long)]
    pub require_cluster: bool,
    /// Fix options.
    #[command(flatten)]
    pub fixes: FixArgs,
    /// How the report is written.
    #[command(flatten)]
    pub terminal: TerminalArgs,
    /// Only the verdicts and findings of level error
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Count the findings of each rule instead of showing them (human format)
    #[arg(long)]
    pub statistics: bool,
    /// Also requirements that are met, node pools and everything that was not checked
    #[arg(long, short)]
    pub verbose: bool,
}

/// Configuration file.
#[derive(Clone, Debug, Default, Args)]
pub struct ConfigArgs {
    /// Use this configuration file [default: the nearest kfplint.toml in PATH or above, within its repository]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Ignore kfplint.toml
    #[arg(long)]
    pub no_config: bool,
    /// Use the values of this environment of the configuration; without it, `check` uses all of them (repeatable there)
    #[arg(long, value_name = "NAME")]
    pub environment: Vec<String>,
}

/// Fix options.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct FixArgs {
    /// Apply the safe fixes to the files, and report what is left
    #[arg(long)]
    pub fix: bool,
    /// Also apply fixes that may change more than the fault (with --fix or --diff)
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Print the changes of --fix as a unified diff instead of the report; write nothing
    #[arg(long)]
    pub diff: bool,
}

/// Input variables and access to files and the environment.
#[derive(Clone, Debug, Default, Args)]
pub struct InputArgs {
    /// Set an input variable of the root module, as NAME=VALUE (repeatable; Terraform's -var)
    #[arg(long = "var", value_name = "NAME=VALUE", allow_hyphen_values = true)]
    pub var: Vec<String>,
    /// Read input variables from a tfvars file (repeatable; Terraform's -var-file)
    #[arg(long = "var-file", value_name = "FILE")]
    pub var_file: Vec<PathBuf>,
    /// Both, in the order in which they were given: a later value takes the place of an earlier.
    #[arg(skip)]
    pub given: Vec<Given>,
    /// Name of the workspace, for `terraform.workspace`
    #[arg(long, value_name = "NAME")]
    pub workspace: Option<String>,
    /// Terraform's version, such as 1.9.5 or 1.9: what it refuses is an error. It takes the place of .terraform-version and
    /// .tool-versions; root modules that say that OpenTofu runs them keep theirs
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    pub terraform_version: Option<String>,
    /// Follow links, module sources and functions such as file() out of the repository
    #[arg(long)]
    pub allow_outside: bool,
    /// Let Terragrunt's get_env() read an environment variable (repeatable); its value is never shown
    #[arg(long, value_name = "NAME")]
    pub allow_env: Vec<String>,
    /// Read a module that is not on disk from a folder, as SOURCE=DIR (repeatable)
    #[arg(long, value_name = "SOURCE=DIR", value_parser = parse_module_dir)]
    pub module_dir: Vec<(String, PathBuf)>,
    /// Limits.
    #[command(flatten)]
    pub budget: BudgetArgs,
}

/// Terminal options.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct TerminalArgs {
    /// Colour the output
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
}

/// What `baseline` is given.
#[derive(Clone, Debug, Args)]
pub struct BaselineArgs {
    /// Folders to search for root modules, or Terraform files (their folder is checked) [default: .]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Input variables.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Configuration file.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Output file; overwritten if it exists
    #[arg(long, value_name = "FILE", default_value = baseline::FILE)]
    pub output: PathBuf,
}

/// What `suppressions` is given.
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// Folders to search for root modules, or Terraform files (their folder is checked) [default: .]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Input variables.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Configuration file.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Format of the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Human)]
    pub format: ListFormat,
}

/// What `merge` is given.
#[derive(Clone, Debug, Args)]
pub struct MergeArgs {
    /// The reports, all JSON or all SARIF
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The lowest level of finding that makes the exit code 1
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Error)]
    pub fail_on: FailOn,
    /// Stop after SECONDS [default: 120]
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
}

/// What `init` is given.
#[derive(Clone, Debug, Args)]
pub struct InitArgs {
    /// The folder for kfplint.toml: best the repository's root
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
}

/// What `completions` is given.
#[derive(Clone, Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// What `man` is given.
#[derive(Clone, Debug, Args)]
pub struct ManArgs {
    /// Write the pages of all commands into this folder
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// What `explain` is given.
#[derive(Clone, Debug, Args)]
pub struct ExplainArgs {
    /// A rule's code or name, such as KFP001 or node-count
    pub rule: String,
    /// Terminal options.
    #[command(flatten)]
    pub terminal: TerminalArgs,
}

/// What `rules` is given.
#[derive(Clone, Debug, Args)]
pub struct RulesArgs {
    /// Format of the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Human)]
    pub format: ListFormat,
    /// Terminal options.
    #[command(flatten)]
    pub terminal: TerminalArgs,
}

/// What `graph` is given.
#[derive(Clone, Debug, Args)]
pub struct GraphArgs {
    /// Folders to search for root modules [default: .]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Input variables.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Configuration file.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Format of the graph
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = GraphFormat::Dot)]
    pub format: GraphFormat,
}

/// Formats of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// Graphviz.
    Dot,
    /// Mermaid, which GitHub and GitLab draw in Markdown.
    Mermaid,
    /// Nodes and edges.
    Json,
    /// A picture of one root module.
    Svg,
}

/// What `fit` is given.
#[derive(Clone, Debug, Args)]
pub struct FitArgs {
    /// A manifest, or a folder of manifests (.yaml, .yml, .json)
    #[arg(long, value_name = "FILE|DIR")]
    pub manifests: PathBuf,
    /// Folders to search for root modules [default: .]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to treat clusters where it is unknown whether the pods fit: `fail` makes the exit code 1
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Undecided::Warn)]
    pub undecided: Undecided,
    /// Input variables.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Configuration file.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// What `evaluate` is given.
#[derive(Clone, Debug, Args)]
pub struct EvaluateArgs {
    /// The root module.
    #[command(flatten)]
    pub root: RootArgs,
    /// Print the differences between the static plan and this Terraform plan instead
    #[arg(long, value_name = "PLAN.JSON")]
    pub against: Option<PathBuf>,
}

/// One root module.
#[derive(Clone, Debug, Args)]
pub struct RootArgs {
    /// The root module's folder
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Input variables.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Configuration file.
    #[command(flatten)]
    pub config: ConfigArgs,
}

fn parse_rule(text: &str) -> Result<Selector, String> {
    let near = |near: Option<&str>| match near {
        Some(near) => format!("there is no such rule; did you mean `{near}`?"),
        None => "there is no such rule; `kfplint rules` lists all".into(),
    };
    let selector = Selector::parse(text).map_err(near)?;
    match selector.counts_always() {
        true => Err("it cannot be turned off: it names what kfplint did not read or look at".into()),
        false => Ok(selector),
    }
}

fn parse_version(text: &str) -> Result<String, String> {
    match of_tool(text) {
        Some(_) => Ok(text.trim().into()),
        None => Err("write a version of Terraform, such as 1.9.5 or 1.9".into()),
    }
}

fn parse_module_dir(text: &str) -> Result<(String, PathBuf), String> {
    // A source may hold `=` itself (`?ref=v1`), a folder hardly ever.
    match text.rsplit_once('=') {
        Some((source, dir)) if !source.is_empty() && !dir.is_empty() => Ok((source.into(), dir.into())),
        _ => Err("write SOURCE=DIR, for example terraform-google-modules/network/google=vendor/network".into()),
    }
}

/// Reads the command line.
///
/// # Errors
/// What is wrong with it, or the text of `--help` and `--version`.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let matches = Cli::command().try_get_matches_from(terraform_style(args))?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    let own = matches.subcommand().map_or(&matches, |(_, own)| own);
    let inputs = match &mut cli.command {
        None => Some(&mut cli.check.inputs),
        Some(Command::Check(args) | Command::Fix(args)) => Some(&mut args.inputs),
        Some(Command::Fit(args)) => Some(&mut args.inputs),
        Some(Command::Graph(args)) => Some(&mut args.inputs),
        Some(Command::Evaluate(args)) => Some(&mut args.root.inputs),
        Some(Command::Console(args)) => Some(&mut args.inputs),
        Some(Command::Baseline(args)) => Some(&mut args.inputs),
        Some(Command::Suppressions(args)) => Some(&mut args.inputs),
        Some(Command::Merge(_) | Command::Init(_) | Command::Completions(_) | Command::Man(_)) => None,
        Some(Command::Explain(_) | Command::Rules(_) | Command::Dev(_)) => None,
    };
    if let Some(inputs) = inputs {
        inputs.given = in_order(own, inputs);
    }
    match &mut cli.command {
        None => cli.check.explicit = explicit(own),
        Some(Command::Check(args)) => args.explicit = explicit(own),
        Some(Command::Fix(args)) => {
            args.explicit = explicit(own);
            args.fixes.fix = true;
        }
        Some(_) => {}
    }
    Ok(cli)
}

/// Options set explicitly on the command line.
fn explicit(matches: &ArgMatches) -> Vec<&'static str> {
    let given = |name: &&str| matches.value_source(name) == Some(ValueSource::CommandLine);
    ["format", "fail_on", "undecided", "ignores"].into_iter().filter(given).collect()
}

fn in_order(matches: &ArgMatches, inputs: &InputArgs) -> Vec<Given> {
    let places = |name| matches.indices_of(name).into_iter().flatten();
    let values = places("var").zip(inputs.var.iter().cloned().map(Given::Value));
    let files = places("var_file").zip(inputs.var_file.iter().cloned().map(Given::File));
    let mut given: Vec<(usize, Given)> = values.chain(files).collect();
    given.sort_by_key(|(place, _)| *place);
    given.into_iter().map(|(_, given)| given).collect()
}

/// Lets Terraform's single-dash `-var` and `-var-file` through, also as `-var=…`. What follows `--` is left alone.
pub fn terraform_style(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut only_paths = false;
    let rewrite = |arg: OsString| {
        only_paths |= arg == "--";
        let text = arg.to_str().unwrap_or_default();
        let flag = text.split('=').next().unwrap_or_default();
        if !only_paths && (flag == "-var" || flag == "-var-file") { format!("-{text}").into() } else { arg }
    };
    args.into_iter().map(rewrite).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Cli {
        parse(std::iter::once("kfplint").chain(args.iter().copied()).map(OsString::from)).unwrap()
    }

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn examples_of_the_help_are_accepted() {
        for command in std::iter::once(&Cli::command()).chain(Cli::command().get_subcommands()) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(
                help.contains("Examples:") || ["rules", "dev", "help"].contains(&command.get_name()),
                "{}",
                command.get_name()
            );
            for line in help.lines().filter_map(|line| Some(&line[line.find("kfplint")?..])) {
                let example = line.split("  ").next().unwrap_or(line).split(" > ").next().unwrap_or(line);
                let words = example.split(' ').filter(|word| !word.is_empty()).map(OsString::from);
                let read = parse(words);
                assert!(read.is_ok() || line.contains("itself failed"), "{example}: {}", read.unwrap_err());
            }
        }
    }

    #[test]
    fn variables_are_given_as_terraform_users_write_them() {
        let cli = parsed(&["-var", "a=1", "-var-file=x.tfvars", "-var=b=2", "--var", "c=-3", "infra"]);
        let value = |text: &str| Given::Value(text.into());
        let expected = [value("a=1"), Given::File("x.tfvars".into()), value("b=2"), value("c=-3")];
        assert_eq!(cli.check.inputs.given, expected);
        assert_eq!(cli.check.paths, [PathBuf::from("infra")]);
        let cli = parsed(&["evaluate", "-var-file", "y.tfvars", "-var", "a=1", "infra"]);
        let Some(Command::Evaluate(args)) = cli.command else { panic!("{cli:?}") };
        assert_eq!(args.root.inputs.given, [Given::File("y.tfvars".into()), value("a=1")]);
    }

    #[test]
    fn a_module_source_may_hold_an_equals_sign() {
        let cli = parsed(&["--module-dir", "git::https://x/y.git?ref=v1=vendor/y"]);
        assert_eq!(cli.check.inputs.module_dir, [("git::https://x/y.git?ref=v1".into(), PathBuf::from("vendor/y"))]);
    }
}
