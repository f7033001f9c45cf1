//! What Git ignores: the patterns of `.gitignore` files and of `info/exclude`.

use super::bounds::repository;
use super::index::excludes;
use crate::tree::Tree;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// The largest file of patterns that is read, in bytes. A larger one counts as one that matches everything: what may be
/// private is not shown, and what is left out for it and not tracked is skipped, with the reason.
const MOST: u64 = 1 << 20;

/// The patterns that the files of each folder hold, read once.
#[derive(Debug, Default)]
pub struct PatternFiles {
    /// Of a folder's `.gitignore`.
    own: RwLock<FxHashMap<PathBuf, Option<Arc<Gitignore>>>>,
    /// Of what Git keeps aside for the repository in a folder.
    excluded: RwLock<FxHashMap<PathBuf, Option<Arc<Gitignore>>>>,
}

impl PatternFiles {
    /// Those of the folder's `.gitignore`; `None` where it has none.
    pub fn own(&self, folder: &Path, tree: &Tree) -> Option<Arc<Gitignore>> {
        kept(&self.own, folder, || {
            Some(tree.up_to(&folder.join(".gitignore"), MOST).ok()?.unwrap_or_else(|| b"*".into()))
        })
    }

    /// Those of `info/exclude` of the repository in the folder; `None` where it has none.
    pub fn excluded(&self, folder: &Path) -> Option<Arc<Gitignore>> {
        kept(&self.excluded, folder, || excludes(folder, MOST))
    }
}

fn kept(
    all: &RwLock<FxHashMap<PathBuf, Option<Arc<Gitignore>>>>,
    folder: &Path,
    read: impl FnOnce() -> Option<Vec<u8>>,
) -> Option<Arc<Gitignore>> {
    if let Some(known) = all.read().unwrap_or_else(PoisonError::into_inner).get(folder) {
        return known.clone();
    }
    let made = read().and_then(|bytes| patterns(folder, bytes)).map(Arc::new);
    all.write().unwrap_or_else(PoisonError::into_inner).insert(folder.to_path_buf(), made.clone());
    made
}

/// The patterns that hold in each folder of a walk.
#[derive(Debug)]
pub struct WalkIgnores {
    tree: Tree,
    files: Arc<PatternFiles>,
    /// The folder from which patterns hold: the repository's top, or without one that of the file system.
    top: PathBuf,
    folders: FxHashMap<PathBuf, Patterns>,
}

/// Those of a folder, its own last.
type Patterns = Arc<Vec<Arc<Gitignore>>>;

impl WalkIgnores {
    /// What is ignored around and below a real folder.
    pub fn around(dir: &Path, tree: &Tree, files: Arc<PatternFiles>) -> WalkIgnores {
        let top = repository(dir).or_else(|| dir.ancestors().last()).unwrap_or(dir);
        WalkIgnores { tree: tree.clone(), files, top: top.to_path_buf(), folders: FxHashMap::default() }
    }

    /// Whether a pattern matches something in a real folder. Folders around it are not looked at.
    pub fn has(&mut self, dir: &Path, name: &std::ffi::OsStr, is_dir: bool) -> bool {
        let held = self.folder(dir);
        if held.is_empty() {
            return false;
        }
        let path = dir.join(name);
        let found = held.iter().rev().map(|own| own.matched(&path, is_dir)).find(|m| !m.is_none());
        matches!(found, Some(Match::Ignore(_)))
    }

    fn folder(&mut self, dir: &Path) -> Patterns {
        // Those that are not known yet, the innermost first.
        let mut new: Vec<&Path> = Vec::new();
        let mut known = Patterns::default();
        for folder in dir.ancestors() {
            if let Some(found) = self.folders.get(folder) {
                known = found.clone();
                break;
            }
            new.push(folder);
            if folder == self.top {
                break;
            }
        }
        for folder in new.into_iter().rev() {
            let inner = folder != self.top && self.tree.exists(&folder.join(".git"));
            let excluded = (inner || folder == self.top).then(|| self.files.excluded(folder)).flatten();
            let new: Vec<Arc<Gitignore>> = excluded.into_iter().chain(self.files.own(folder, &self.tree)).collect();
            // Another repository, such as a submodule, has its own patterns only.
            known = match (inner, new.is_empty()) {
                (true, _) => Arc::new(new),
                (false, true) => known,
                (false, false) => Arc::new(known.iter().cloned().chain(new).collect()),
            };
            self.folders.insert(folder.to_path_buf(), known.clone());
        }
        known
    }
}

/// The patterns that a file holds for a folder; `None` where there are none.
fn patterns(dir: &Path, bytes: Vec<u8>) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new(dir);
    for line in String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').lines() {
        // A pattern that is none matches nothing, as in Git.
        let _ = builder.add_line(None, line);
    }
    builder.build().ok().filter(|all| !all.is_empty())
}
