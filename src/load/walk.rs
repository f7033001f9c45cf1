//! Walks the folders that the user named.

use super::PathError;
use super::bounds::Bounds;
use super::files::{STACK, UNIT, is_terraform, is_variables};
use super::ignored::WalkIgnores;
use super::loader::Loader;
use super::past;
use super::tracked;
use crate::tree::{FileKind, Tree};
use ignore::{DirEntry, WalkBuilder};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A folder that the user named.
#[derive(Clone, Debug)]
pub struct NamedFolder {
    /// The real folder.
    pub dir: PathBuf,
    /// As the user wrote it.
    pub given: PathBuf,
}

/// The folders that a user's paths mean, and what walks found below them.
#[derive(Clone, Debug)]
pub struct Walked {
    /// The paths.
    pub paths: Vec<PathBuf>,
    /// The folders that they mean.
    pub named: Vec<NamedFolder>,
    /// What is below them.
    pub found: FoundFolders,
}

/// What a walk found.
#[derive(Clone, Debug, Default)]
pub struct FoundFolders {
    /// Real folders with Terraform files, and the way by which they were found first.
    pub folders: BTreeMap<PathBuf, PathBuf>,
    /// Real folders with a `terragrunt.hcl`, in the same way.
    pub unit_folders: BTreeMap<PathBuf, PathBuf>,
    /// Real folders with a `terragrunt.stack.hcl`, but for those that Terragrunt made.
    pub stack_folders: BTreeSet<PathBuf>,
    /// Paths that were passed over, and why.
    pub skipped: BTreeMap<PathBuf, String>,
    /// Files that do not count, and why.
    pub excluded: BTreeMap<PathBuf, String>,
    /// Real folders that were entered.
    pub entered: FxHashSet<PathBuf>,
}

/// The folder that a path of the user's means: itself, or that of a Terraform file.
///
/// # Errors
/// Where it cannot be read or is another kind of file.
pub fn named(path: &Path, tree: &Tree) -> Result<NamedFolder, PathError> {
    let shown = path.to_string_lossy().into_owned();
    let unreadable = |e: std::io::Error| PathError::Unreadable { path: shown.clone(), why: reason(&e) };
    let kind = tree.kind(path).map_err(unreadable)?;
    let given = if kind == FileKind::Folder {
        path.to_path_buf()
    } else {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if kind != FileKind::File || !(is_terraform(&name) || is_variables(&name) || name == UNIT || name == STACK) {
            return Err(PathError::NotTerraform { path: shown });
        }
        let parent = path.parent().unwrap_or(Path::new(""));
        if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent.to_path_buf() }
    };
    tree.entries(&given).map_err(unreadable)?;
    let dir = tree.canonicalize(&given).map_err(unreadable)?;
    Ok(NamedFolder { dir, given })
}

/// Folders that tools fill.
const TOOLS: [&str; 3] = [".git", ".terraform", ".terragrunt-cache"];

/// Whether a folder of this name is not entered: a tool fills it, or it has templates of configurations.
pub fn is_closed(name: &OsStr) -> bool {
    TOOLS.iter().any(|tool| name == *tool) || name == ".boilerplate" || name.to_string_lossy().contains("{{")
}

/// Finds the folders with Terraform files at and below a folder. What Git ignores is left out, unless Git tracks it.
pub fn walk(folder: &NamedFolder, found: &mut FoundFolders, loader: &Loader) {
    if has_terraform(&folder.dir, loader.tree()) {
        found.folders.entry(folder.dir.clone()).or_insert_with(|| folder.given.clone());
    }
    if loader.tree().is_file(&folder.dir.join(UNIT)) {
        found.unit_folders.entry(folder.dir.clone()).or_insert_with(|| folder.given.clone());
    }
    found.entered.insert(folder.dir.clone());
    if loader.tree().commit().is_some() {
        return past::walk(folder, found, loader);
    }
    let gate = Arc::new(Gate {
        seen: Mutex::new(std::mem::take(&mut found.entered)),
        outside: Mutex::default(),
        ignored: Mutex::default(),
        patterns: Mutex::new(WalkIgnores::around(&folder.dir, loader.tree(), loader.ignored().files.clone())),
        ways: Ways::from(folder, loader.tree()),
        bounds: loader.bounds(),
    });
    let (enters, budget) = (gate.clone(), loader.budget());
    let walk = WalkBuilder::new(&folder.given)
        .standard_filters(false)
        .follow_links(true)
        .sort_by_file_name(std::cmp::Ord::cmp)
        .filter_entry(move |entry| enters.passes(entry))
        .build();
    for entry in walk {
        if budget.is_late() {
            found.skipped.insert(folder.given.clone(), format!("not searched to its end: {}", budget.late()));
            break;
        }
        match entry {
            Ok(entry) => {
                let is_dir = entry.file_type().is_some_and(|t| t.is_dir());
                let way = entry.path().parent().filter(|_| !is_dir && entry.depth() > 0);
                if let Some(way) = way.filter(|_| concerns(entry.path()))
                    && let Some(real) = gate.ways.real(way)
                {
                    found.add(entry.path(), real);
                }
            }
            Err(error) => note(&error, found, loader.tree()),
        }
    }
    let closed = std::mem::take(&mut *lock(&gate.outside));
    found.skipped.extend(closed.into_iter().map(|(path, why)| (path, why.to_string())));
    found.entered = std::mem::take(&mut *lock(&gate.seen));
    let ignored = std::mem::take(&mut *lock(&gate.ignored));
    tracked::add(&ignored, found, loader);
}

/// Whether Terraform or Terragrunt reads a file of this name.
pub fn concerns(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name == UNIT || name == STACK || is_terraform(&name) || unread(&name).is_some() || aside(&name).is_some()
}

/// What is said of the files of Terraform's stacks.
const STACKS: &str = "stacks are no part of a plan; their components are judged with the values of their own";

/// Endings of files that Terraform and OpenTofu read for other commands than `plan`, and what they are.
const ASIDE: [(&str, &str); 13] = [
    (".tfcomponent.hcl", STACKS),
    (".tfdeploy.hcl", STACKS),
    (".tfstack.hcl", STACKS),
    (".tftest.hcl", "tests of the configuration are no part of a plan"),
    (".tftest.json", "tests of the configuration are no part of a plan"),
    (".tofutest.hcl", "tests of the configuration are no part of a plan"),
    (".tofutest.json", "tests of the configuration are no part of a plan"),
    (".tfmock.hcl", "stand-ins for tests are no part of a plan"),
    (".tfquery.hcl", "queries are no part of a plan"),
    (".tfquery.json", "queries are no part of a plan"),
    (".tfmigrate.hcl", "migrations of a state are no part of a plan"),
    (".policy.hcl", "policies are no part of a plan"),
    (".policytest.hcl", "policies are no part of a plan"),
];

/// Why a file of this name does not count, which another command than `plan` reads.
fn aside(name: &str) -> Option<&'static str> {
    ASIDE.iter().find(|(end, _)| name.ends_with(end)).map(|(_, why)| *why)
}

/// Why a file of this name is not read, which Terraform or Terragrunt reads.
fn unread(name: &str) -> Option<&'static str> {
    match name {
        "terragrunt.hcl.json" => Some("Terragrunt's JSON is not read; write it as terragrunt.hcl to check it"),
        _ => None,
    }
}

impl FoundFolders {
    /// Whether a walk went through a real folder.
    pub fn has_entered(&self, real: &Path) -> bool {
        self.entered.contains(real)
    }

    /// Adds the folder of a file, by the way to the file.
    pub fn add(&mut self, file: &Path, real: PathBuf) {
        if let Some(why) = file.file_name().and_then(|name| aside(&name.to_string_lossy())) {
            self.excluded.insert(file.to_path_buf(), why.into());
            return;
        }
        if let Some(why) = file.file_name().and_then(|name| unread(&name.to_string_lossy())) {
            self.skipped.insert(file.to_path_buf(), why.into());
            return;
        }
        if file.file_name().is_some_and(|name| name == STACK) {
            if !real.components().any(|part| part.as_os_str() == ".terragrunt-stack") {
                self.stack_folders.insert(real);
            }
            return;
        }
        let is_unit = file.file_name().is_some_and(|name| name == UNIT);
        let folders = if is_unit { &mut self.unit_folders } else { &mut self.folders };
        let way = file.parent().unwrap_or(file);
        folders.entry(real).or_insert_with(|| way.to_path_buf());
    }
}

/// What decides where a walk goes.
struct Gate {
    /// Real folders that were entered.
    seen: Mutex<FxHashSet<PathBuf>>,
    outside: Mutex<Vec<(PathBuf, &'static str)>>,
    /// What Git ignores: the way to it, and its real path.
    ignored: Mutex<Vec<(PathBuf, PathBuf)>>,
    patterns: Mutex<WalkIgnores>,
    ways: Ways,
    bounds: Bounds,
}

impl Gate {
    fn passes(&self, entry: &DirEntry) -> bool {
        let is_dir = entry.file_type().is_some_and(|t| t.is_dir());
        if entry.depth() == 0 || !is_dir && !concerns(entry.path()) {
            return true;
        }
        let name = entry.file_name();
        if is_dir && is_closed(name) {
            return false;
        }
        let Some(dir) = entry.path().parent().and_then(|way| self.ways.real(way)) else { return true };
        if lock(&self.patterns).has(&dir, name, is_dir && !entry.path_is_symlink()) {
            lock(&self.ignored).push((entry.path().to_path_buf(), dir.join(name)));
            return false;
        }
        if !is_dir {
            return true;
        }
        // A real folder is entered once, whichever links lead to it: neither loops nor webs of links take long.
        let Some(real) = self.ways.note(entry) else { return true };
        if let Some(why) = self.bounds.refusal(&real) {
            lock(&self.outside).push((entry.path().to_path_buf(), why));
            return false;
        }
        lock(&self.seen).insert(real)
    }
}

fn lock<T>(value: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    value.lock().unwrap_or_else(|e| e.into_inner())
}

/// Where the folders of a walk really are, by the way to each. The system is asked about links only.
struct Ways {
    tree: Tree,
    known: Mutex<FxHashMap<PathBuf, PathBuf>>,
}

impl Ways {
    /// Those of a walk that begins here.
    fn from(folder: &NamedFolder, tree: &Tree) -> Ways {
        let known = std::iter::once((folder.given.clone(), folder.dir.clone())).collect();
        Ways { tree: tree.clone(), known: Mutex::new(known) }
    }

    /// The real folder; `None` where it cannot be told.
    fn real(&self, way: &Path) -> Option<PathBuf> {
        let known = self.known.lock().unwrap_or_else(|e| e.into_inner()).get(way).cloned();
        known.or_else(|| self.tree.canonicalize(way).ok())
    }

    /// The real folder of an entry, which is kept for what is in it.
    fn note(&self, entry: &DirEntry) -> Option<PathBuf> {
        let real = match entry.path_is_symlink() {
            true => self.tree.canonicalize(entry.path()).ok()?,
            false => self.real(entry.path().parent()?)?.join(entry.file_name()),
        };
        self.known.lock().unwrap_or_else(|e| e.into_inner()).insert(entry.path().to_path_buf(), real.clone());
        Some(real)
    }
}

/// Notes what could not be walked. Links that lead nowhere matter only where Terraform would follow them, and a link
/// back to a folder around it hides nothing.
fn note(error: &ignore::Error, found: &mut FoundFolders, tree: &Tree) {
    let Some(path) = path_of(error) else { return };
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let missing = error.io_error().is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound);
    match error.io_error() {
        Some(_) if missing && !is_terraform(&name) => {}
        Some(_) if is_terraform(&name) => {
            // The loader says why when it reads the folder.
            if let Some(way) = path.parent()
                && let Ok(real) = tree.canonicalize(way)
            {
                found.folders.entry(real).or_insert_with(|| way.to_path_buf());
            }
        }
        Some(io) => {
            found.skipped.insert(path.to_path_buf(), reason(io));
        }
        None => {}
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

fn has_terraform(dir: &Path, tree: &Tree) -> bool {
    tree.entries(dir).is_ok_and(|entries| entries.iter().any(|e| is_terraform(&e.name.to_string_lossy())))
}

/// What the operating system says, in plain words.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or folder".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
    }
}
