//! What Git ignores: the patterns of `.gitignore` files and of `info/exclude`.

use super::bounds::repository;
use super::index::excludes;
use crate::tree::Tree;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest file of patterns, in bytes.
pub const MOST: u64 = 1 << 20;

/// The patterns that hold in each folder; each file of patterns is read once.
#[derive(Debug)]
pub struct Ignored {
    tree: Tree,
    /// The folder from which patterns hold: the repository's top, or without one that of the file system.
    top: PathBuf,
    folders: FxHashMap<PathBuf, Patterns>,
}

/// Those of a folder, its own last.
type Patterns = Arc<Vec<Arc<Gitignore>>>;

impl Ignored {
    /// What is ignored around and below a real folder.
    pub fn around(dir: &Path, tree: &Tree) -> Ignored {
        let top = repository(dir).or_else(|| dir.ancestors().last()).unwrap_or(dir);
        Ignored { tree: tree.clone(), top: top.to_path_buf(), folders: FxHashMap::default() }
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
            let excludes = || excludes(folder, MOST).and_then(|bytes| patterns(folder, bytes));
            let excluded = (inner || folder == self.top).then(excludes).flatten();
            let own = self.tree.up_to(&folder.join(".gitignore"), MOST).ok().flatten();
            let new: Vec<Arc<Gitignore>> =
                excluded.into_iter().chain(own.and_then(|bytes| patterns(folder, bytes))).map(Arc::new).collect();
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
pub fn patterns(dir: &Path, bytes: Vec<u8>) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new(dir);
    for line in String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').lines() {
        // A pattern that is none matches nothing, as in Git.
        let _ = builder.add_line(None, line);
    }
    builder.build().ok().filter(|all| !all.is_empty())
}
