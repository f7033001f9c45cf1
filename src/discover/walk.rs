//! Walks the folders that the user named.

use super::PathError;
use super::files::{UNIT, is_terraform, is_variables};
use super::loader::Loader;
use crate::tree::{Kind, Tree};
use ignore::{DirEntry, WalkBuilder};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A folder that the user named.
#[derive(Debug)]
pub struct Named {
    /// The real folder.
    pub dir: PathBuf,
    /// As the user wrote it.
    pub given: PathBuf,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Found {
    /// Real folders with Terraform files, and the way by which they were found first.
    pub folders: BTreeMap<PathBuf, PathBuf>,
    /// Real folders with a `terragrunt.hcl`, in the same way.
    pub unit_folders: BTreeMap<PathBuf, PathBuf>,
    /// Paths that were passed over, and why.
    pub skipped: BTreeMap<PathBuf, String>,
    /// Real folders that were entered.
    entered: FxHashSet<PathBuf>,
}

/// The folder that a path of the user's means: itself, or that of a Terraform file.
///
/// # Errors
/// Where it cannot be read or is another kind of file.
pub fn named(path: &Path, tree: &Tree) -> Result<Named, PathError> {
    let shown = path.to_string_lossy().into_owned();
    let unreadable = |e: std::io::Error| PathError::Unreadable { path: shown.clone(), why: reason(&e) };
    let kind = tree.kind(path).map_err(unreadable)?;
    let given = if kind == Kind::Folder {
        path.to_path_buf()
    } else {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if kind != Kind::File || !(is_terraform(&name) || is_variables(&name) || name == UNIT) {
            return Err(PathError::NotTerraform { path: shown });
        }
        let parent = path.parent().unwrap_or(Path::new(""));
        if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent.to_path_buf() }
    };
    tree.entries(&given).map_err(unreadable)?;
    let dir = tree.canonicalize(&given).map_err(unreadable)?;
    Ok(Named { dir, given })
}

/// Finds the folders with Terraform files at and below a folder.
pub fn walk(folder: &Named, found: &mut Found, loader: &Loader) {
    if has_terraform(&folder.dir, loader.tree()) {
        found.folders.entry(folder.dir.clone()).or_insert_with(|| folder.given.clone());
    }
    if loader.tree().is_file(&folder.dir.join(UNIT)) {
        found.unit_folders.entry(folder.dir.clone()).or_insert_with(|| folder.given.clone());
    }
    found.entered.insert(folder.dir.clone());
    let entered = std::sync::Arc::new(Mutex::new(std::mem::take(&mut found.entered)));
    let seen = entered.clone();
    let closed = std::sync::Arc::new(Mutex::new(Vec::new()));
    let ways = std::sync::Arc::new(Ways::from(folder, loader.tree()));
    let (outside, real, bounds, budget) = (closed.clone(), ways.clone(), loader.bounds(), loader.budget());
    let walk = WalkBuilder::new(&folder.given)
        .follow_links(true)
        .hidden(true)
        .parents(true)
        .git_ignore(true)
        .git_exclude(true)
        .git_global(false)
        .ignore(false)
        .require_git(false)
        .sort_by_file_name(std::cmp::Ord::cmp)
        .filter_entry(move |entry| {
            // A real folder is entered once, whichever links lead to it: neither loops nor webs of links take long.
            if entry.depth() == 0 || !entry.file_type().is_some_and(|t| t.is_dir()) {
                return true;
            }
            let Some(real) = real.note(entry) else { return true };
            if let Some(why) = bounds.refusal(&real) {
                outside.lock().unwrap_or_else(|e| e.into_inner()).push((entry.path().to_path_buf(), why.to_string()));
                return false;
            }
            seen.lock().unwrap_or_else(|e| e.into_inner()).insert(real)
        })
        .build();
    for entry in walk {
        if budget.is_late() {
            found.skipped.insert(folder.given.clone(), format!("not searched to its end: {}", budget.late()));
            break;
        }
        match entry {
            Ok(entry) => {
                let is_dir = entry.file_type().is_some_and(|t| t.is_dir());
                let name = entry.file_name().to_string_lossy();
                let folders = match name == UNIT {
                    true => &mut found.unit_folders,
                    false => &mut found.folders,
                };
                let dir = entry.path().parent().filter(|_| !is_dir && (name == UNIT || is_terraform(&name)));
                if let Some(way) = dir
                    && let Some(real) = ways.real(way)
                {
                    folders.entry(real).or_insert_with(|| way.to_path_buf());
                }
            }
            Err(error) => note(&error, found, loader.tree()),
        }
    }
    let closed = std::mem::take(&mut *closed.lock().unwrap_or_else(|e| e.into_inner()));
    found.skipped.extend(closed);
    found.entered = std::mem::take(&mut entered.lock().unwrap_or_else(|e| e.into_inner()));
}

/// Where the folders of a walk really are, by the way to each. The system is asked about links only.
struct Ways {
    tree: Tree,
    known: Mutex<FxHashMap<PathBuf, PathBuf>>,
}

impl Ways {
    /// Those of a walk that begins here.
    fn from(folder: &Named, tree: &Tree) -> Ways {
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
fn note(error: &ignore::Error, found: &mut Found, tree: &Tree) {
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
        std::io::ErrorKind::NotFound => "there is no such file or folder".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
    }
}
