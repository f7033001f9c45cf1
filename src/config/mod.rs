//! `kfplint.toml`: found upward from what is checked, read with places, and held to what kfplint knows.

mod error;
mod file;
mod hides;
mod levels;
mod profile;
#[cfg(test)]
mod schema;
mod values;

pub use error::ConfigError;
pub use hides::Hides;
pub use levels::Levels;

use crate::base::budget::{CONFIGURATION, size};
use crate::base::date;
use crate::base::source::{FileId, SourceFile, Sources, Span};
use crate::diagnostic::Level;
use crate::load::loader::{Loader, up_to};
use crate::load::{bounds, private};
use crate::module::version::of_tool;
use crate::profile::Profile;
use crate::report::Format;
use crate::selector::Selector;
use crate::settings::{FailOn, Ignores, Undecided};
use crate::syntax::ast;
use crate::tree::Tree;
use clap::ValueEnum;
use error::{Checked, Fault};
use file::SpannedText;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use time::Date;

/// The file's name.
pub const FILE: &str = "kfplint.toml";

/// A file to start from: every key, commented out.
pub const TEMPLATE: &str = include_str!("template.toml");

/// Why there is no configuration.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum LoadError {
    /// It cannot be read.
    #[error("cannot read the configuration `{path}`: {why}")]
    #[diagnostic(help("--config names a file like kfplint.toml; `kfplint init` writes one"))]
    Unreadable {
        /// The file.
        path: String,
        /// What the operating system says.
        why: String,
    },
    /// What was named has several.
    #[error("the folders to be checked have different configurations: {first} and {second}")]
    #[diagnostic(help("check them one by one, or name the configuration for all of them with --config FILE"))]
    Several {
        /// One of them.
        first: String,
        /// Another.
        second: String,
    },
    /// It is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Wrong(#[from] Box<ConfigError>),
}

/// What is configured. The default is what holds where there is no file.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The real folder of the file; paths in it are relative to this.
    pub dir: PathBuf,
    /// Which rules are checked, at which level.
    pub levels: Levels,
    /// Rules whose findings are suppressed in parts of the tree.
    pub ignores: Vec<Ignore>,
    /// What a cluster must have.
    pub profile: Profile,
    /// tfvars files.
    pub var_files: Vec<PathBuf>,
    /// See `--terraform-version`.
    pub terraform_version: Option<String>,
    /// See `--fail-on`.
    pub fail_on: Option<FailOn>,
    /// See `--undecided`.
    pub undecided: Option<Undecided>,
    /// See `--format`.
    pub format: Option<Format>,
    /// See `--output`.
    pub output: Vec<(Format, PathBuf)>,
    /// See `--ignores`.
    pub comments: Option<Ignores>,
    /// In the order of the file.
    pub environments: Vec<Environment>,
    /// What it turns off.
    pub hides: Hides,
    /// The file as the user would write its path, and its text.
    text: Option<(PathBuf, String)>,
}

/// Findings that are suppressed in parts of the tree.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// Where.
    pub paths: Paths,
    /// The rules, as written, with place.
    pub rules: Vec<(String, Span, Selector)>,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which they are, and where that is written.
    pub until: Option<(Date, Span)>,
}

/// Values for one environment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// tfvars files.
    pub var_files: Vec<PathBuf>,
    /// `vars`, as a tfvars file would have them.
    pub vars: Arc<ast::File>,
    /// The workspace's name.
    pub workspace: Option<String>,
}

/// Patterns for parts of the tree.
#[derive(Clone, Debug, Default)]
pub struct Paths(GlobSet);

impl Paths {
    /// Whether a path below the configuration's folder matches, or a folder around it.
    pub fn matches(&self, path: &Path) -> bool {
        path.ancestors().filter(|p| !p.as_os_str().is_empty()).any(|p| self.0.is_match(p))
    }
}

/// The paths of files below the configuration's folder.
pub type Places = BTreeMap<FileId, PathBuf>;

impl Config {
    /// The file's id in the sources of [`Config::sources`].
    pub const FILE: FileId = FileId(0);

    /// Reads the text of a configuration file in the folder `dir`, shown to the user as `shown`. Variable files must be
    /// there for the environments that are `wanted`.
    ///
    /// # Errors
    /// What is wrong with it, with the place.
    pub fn of_text(text: String, dir: &Path, shown: &str, wanted: IsWanted) -> Result<Config, Box<ConfigError>> {
        match parse(&text, dir.to_path_buf(), wanted) {
            Ok(config) => Ok(Config { text: Some((shown.into(), text)), ..config }),
            Err(fault) => Err(Box::new(fault.within(shown, &text))),
        }
    }

    /// The file as the user would write its path.
    pub fn file(&self) -> Option<&Path> {
        self.text.as_ref().map(|(shown, _)| shown.as_path())
    }

    /// A store of files with this one as the first.
    pub fn sources(&self) -> Sources {
        let sources = Sources::new();
        if let Some((shown, text)) = &self.text {
            sources.add(SourceFile::new(shown.clone(), text.clone().into_bytes()));
        }
        sources
    }

    /// Whether an `[[overrides]]` suppresses a rule's findings in a file below the configuration's folder, or makes errors
    /// of it something milder there.
    pub fn eases(&self, code: &str, name: &str, file: &Path) -> bool {
        let suppressed = |i: &Ignore| i.paths.matches(file) && i.rules.iter().any(|(.., s)| s.matches(code, name));
        self.ignores.iter().any(suppressed) || self.levels.at(code, name, file).is_some_and(|l| l < Level::Error)
    }

    /// Where the files that were read lie below the configuration's folder.
    pub fn places(&self, loader: &Loader) -> Places {
        let below =
            |(id, (real, _)): (FileId, (PathBuf, _))| Some((id, real.strip_prefix(&self.dir).ok()?.to_path_buf()));
        loader.opened().into_iter().filter_map(below).collect()
    }
}

/// Whether the values of an environment are wanted.
pub type IsWanted<'w> = &'w dyn Fn(&str) -> bool;

/// The configuration file for what is checked: the nearest one upward from each path, not beyond its repository.
///
/// # Errors
/// Where the paths have different ones.
pub fn find(paths: &[PathBuf]) -> Result<Option<PathBuf>, LoadError> {
    let mut found: Option<Option<PathBuf>> = None;
    for path in paths {
        let Ok(real) = std::fs::canonicalize(path) else { continue };
        let own = upward(&real);
        match &found {
            None => found = Some(own),
            Some(first) if *first == own => {}
            Some(first) => {
                let shown = |p: &Option<PathBuf>| p.as_ref().map_or("none".into(), |p| format!("`{}`", p.display()));
                return Err(LoadError::Several { first: shown(first), second: shown(&own) });
            }
        }
    }
    let found = found.flatten();
    if let Some(file) = found.as_ref().filter(|file| leads_out(file)) {
        let folder = crate::load::shown(file.parent().unwrap_or(file));
        let why = "it is a link, but not to a kfplint.toml of this repository; pass that file with --config".into();
        return Err(LoadError::Unreadable { path: format!("{folder}/{FILE}"), why });
    }
    Ok(found)
}

/// The configuration for what is checked as a commit has it: the nearest one upward from the first path, not beyond the
/// repository.
///
/// # Errors
/// A file that is wrong, with the place.
pub fn of_commit(paths: &[PathBuf], tree: &Tree, wanted: IsWanted) -> Result<Option<Config>, LoadError> {
    let Some(real) = paths.iter().find_map(|path| std::fs::canonicalize(path).ok()) else { return Ok(None) };
    let top = bounds::tree(&real);
    let within = real.ancestors().take_while(|folder| folder.starts_with(top));
    let Some(file) = within.map(|folder| folder.join(FILE)).find(|file| tree.is_file(file)) else { return Ok(None) };
    let shown = crate::load::shown(&file);
    let unreadable = |why: String| LoadError::Unreadable { path: shown.clone(), why };
    let bytes = tree.up_to(&file, CONFIGURATION).map_err(|e| unreadable(crate::load::reason(&e)))?;
    let bytes = bytes.ok_or_else(|| unreadable(format!("larger than {}", size(CONFIGURATION))))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not text in UTF-8".into()))?;
    Ok(Some(Config::of_text(text, file.parent().unwrap_or(top), &shown, wanted)?))
}

/// Whether a configuration file that was found is a link to somewhere else.
fn leads_out(file: &Path) -> bool {
    let tree = file.parent().map(bounds::tree).unwrap_or(file);
    let other =
        |real: PathBuf| !real.starts_with(tree) || real.file_name() != file.file_name() || bounds::is_git(&real);
    std::fs::canonicalize(file).is_ok_and(other)
}

fn upward(from: &Path) -> Option<PathBuf> {
    for folder in from.ancestors().filter(|p| p.is_dir()) {
        let file = folder.join(FILE);
        if file.is_file() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Reads a configuration file. Variable files must be there for the environments that are `wanted`.
///
/// # Errors
/// A file that cannot be read, or that is wrong, with the place.
pub fn read(path: &Path, wanted: IsWanted) -> Result<Config, LoadError> {
    let shown = &crate::load::shown(path);
    let unreadable = |e: std::io::Error| LoadError::Unreadable { path: shown.into(), why: crate::load::reason(&e) };
    let real = std::fs::canonicalize(path).map_err(unreadable)?;
    // An excerpt shows where a configuration is wrong: a key file would be wrong in every line.
    if bounds::is_git(&real) || private::by_name(&real) {
        let why = "it is a file of .git or a key file, not a configuration; pass another one".into();
        return Err(LoadError::Unreadable { path: shown.into(), why });
    }
    let bytes = up_to(&real, CONFIGURATION).map_err(unreadable)?;
    let too_large =
        || LoadError::Unreadable { path: shown.into(), why: format!("larger than {}", size(CONFIGURATION)) };
    let bytes = bytes.ok_or_else(too_large)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| LoadError::Unreadable { path: shown.into(), why: "it is not text in UTF-8".into() })?;
    Ok(Config::of_text(text, real.parent().unwrap_or(Path::new("/")), shown, wanted)?)
}

fn parse(text: &str, dir: PathBuf, wanted: IsWanted) -> Checked<Config> {
    let id = Config::FILE;
    let file: file::ConfigFile = toml::from_str(text).map_err(|e| error::of_toml(&e))?;
    let paths = |texts: &[SpannedText]| texts.iter().map(|t| existing(t, &dir)).collect::<Checked<Vec<_>>>();
    let environment = |(name, env): (&SpannedText, &file::EnvironmentTable)| {
        Ok(Environment {
            name: name.get_ref().clone(),
            var_files: match wanted(name.get_ref()) {
                true => paths(&env.var_files)?,
                false => Vec::new(),
            },
            vars: Arc::new(values::tfvars(&env.vars, id)?),
            workspace: env.workspace.clone(),
        })
    };
    let (levels, profile) = (Levels::of(&file)?, profile::choose(file.profile.as_ref())?);
    Ok(Config {
        hides: Hides::of(&file, &levels, &profile),
        levels,
        ignores: file.overrides.iter().map(|o| ignore(o, id)).collect::<Checked<_>>()?,
        profile,
        var_files: paths(&file.var_files)?,
        terraform_version: file.terraform_version.as_ref().map(terraform_version).transpose()?,
        fail_on: file.fail_on.as_ref().map(choice).transpose()?,
        undecided: file.undecided.as_ref().map(choice).transpose()?,
        format: file.format.as_ref().map(choice).transpose()?,
        output: file.output.iter().map(|text| output(text, &dir)).collect::<Checked<_>>()?,
        comments: file.ignores.as_ref().map(choice).transpose()?,
        environments: file.environment.iter().map(environment).collect::<Checked<_>>()?,
        text: None,
        dir,
    })
}

/// A value out of a few, as on the command line.
fn choice<T: ValueEnum>(text: &SpannedText) -> Checked<T> {
    let given = text.get_ref();
    T::from_str(given, false).map_err(|_| {
        let names: Vec<String> =
            T::value_variants().iter().filter_map(|v| Some(v.to_possible_value()?.get_name().to_string())).collect();
        Fault::unknown("value", given, names.iter().map(String::as_str), text.span())
    })
}

fn terraform_version(text: &SpannedText) -> Checked<String> {
    let given = text.get_ref();
    let wrong =
        || Fault::at(text.span(), format!("`{given}` is not a version of Terraform")).help("write 1.9.5 or 1.9");
    of_tool(given).map(|_| given.clone()).ok_or_else(wrong)
}

fn selector(text: &SpannedText) -> Checked<Selector> {
    Selector::parse(text.get_ref()).map_err(|near| {
        let fault = Fault::at(text.span(), format!("there is no rule `{}`", text.get_ref()));
        fault.help(
            near.map_or_else(|| "`kfplint rules` lists all rules".into(), |near| format!("did you mean `{near}`?")),
        )
    })
}

fn existing(text: &SpannedText, dir: &Path) -> Checked<PathBuf> {
    let path = dir.join(text.get_ref());
    match std::fs::metadata(&path) {
        Ok(meta) if meta.is_file() => Ok(path),
        Ok(_) => Err(Fault::at(text.span(), format!("`{}` is not a file", text.get_ref()))),
        Err(e) => Err(Fault::at(text.span(), format!("cannot read `{}`: {}", text.get_ref(), crate::load::reason(&e)))
            .help("paths are relative to the folder of the configuration file")),
    }
}

fn output(text: &SpannedText, dir: &Path) -> Checked<(Format, PathBuf)> {
    let (format, file) = Format::parse_output(text.get_ref()).map_err(|why| Fault::at(text.span(), why))?;
    let path = dir.join(&file);
    match may_be_written(&path, dir) {
        true => Ok((format, path)),
        false => Err(Fault::at(text.span(), format!("`{}` is outside of the repository", file.display()))
            .help("only the command line writes there: --output FORMAT=FILE")),
    }
}

/// Whether a configuration, which may be a stranger's, may name this file to be written: it is in the same repository
/// (without one, in the configuration's folder), also where links lead, and not among git's own files.
fn may_be_written(file: &Path, dir: &Path) -> bool {
    let tree = bounds::tree(dir);
    let folder = file.parent().and_then(|folder| std::fs::canonicalize(folder).ok());
    let real = match (std::fs::canonicalize(file), folder) {
        (Ok(real), _) => real,
        // A link to a file that is not there yet would be written through.
        (Err(_), _) if file.is_symlink() => return false,
        (Err(_), Some(folder)) => folder.join(file.file_name().unwrap_or_default()),
        (Err(_), None) => bounds::normalise(file),
    };
    real.strip_prefix(tree).is_ok_and(|below| below.components().all(|part| part.as_os_str() != ".git"))
}

fn ignore(entry: &file::Override, id: FileId) -> Checked<Ignore> {
    entry.ignore.iter().try_for_each(|text| levels::refuse(text, "suppressed"))?;
    let rule = |text: &SpannedText| Ok((text.get_ref().clone(), span(id, text.span()), selector(text)?));
    let until = entry.until.as_ref().map(|text| {
        let day = date::day(text.get_ref());
        let fault =
            || Fault::at(text.span(), format!("`{}` is not a day", text.get_ref())).help("write it as 2027-01-31");
        Ok((day.ok_or_else(fault)?, span(id, text.span())))
    });
    Ok(Ignore {
        paths: globs(&entry.paths)?,
        rules: entry.ignore.iter().map(rule).collect::<Checked<_>>()?,
        reason: entry.reason.clone().filter(|reason| !reason.trim().is_empty()),
        until: until.transpose()?,
    })
}

fn globs(patterns: &[SpannedText]) -> Checked<Paths> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let clean = pattern.get_ref().trim_start_matches("./").trim_matches('/');
        let glob = GlobBuilder::new(clean).literal_separator(true).build();
        set.add(glob.map_err(|e| Fault::at(pattern.span(), format!("not a pattern: {}", e.kind())))?);
    }
    Ok(Paths(set.build().map_err(|e| Fault::at(0..0, e.to_string()))?))
}

fn span(id: FileId, place: Range<usize>) -> Span {
    Span::new(id, place.start as u32, place.end as u32)
}
