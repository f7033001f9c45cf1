//! What may be read: the trees that the user named. Neither a link nor a path in a configuration leads out of them.

use crate::tree::pointer;
use std::path::{Component, Path, PathBuf};

/// The trees that may be read. A stranger's pull request decides about links and paths, so what these lead to elsewhere
/// stays closed unless the user opens it.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// Real folders.
    trees: Vec<PathBuf>,
    /// Everything may be read (`--allow-outside`).
    open: bool,
    /// A named folder is in no repository: where its project ends is not known.
    loose: bool,
    /// Folders that Git keeps its own files in, where they have another name than `.git`.
    git: Vec<PathBuf>,
}

impl Bounds {
    /// Whether `--allow-outside` was given.
    pub fn new(open: bool) -> Bounds {
        Bounds { open, ..Bounds::default() }
    }

    /// Adds the tree of a real folder that the user named: the repository that it is in; else the working directory,
    /// where that holds it; else itself.
    pub fn name(&mut self, dir: &Path) {
        let repository = repository(dir);
        self.loose |= repository.is_none();
        self.git.extend(repository.and_then(git_elsewhere));
        let here = || std::env::current_dir().and_then(std::fs::canonicalize).ok().filter(|here| dir.starts_with(here));
        self.add(repository.map(Path::to_path_buf).or_else(here).unwrap_or_else(|| dir.to_path_buf()));
    }

    fn add(&mut self, tree: PathBuf) {
        if self.tree_of(&tree).is_none() {
            self.trees.push(tree);
        }
    }

    /// Whether a real path may be read.
    pub fn holds(&self, real: &Path) -> bool {
        self.refusal(real).is_none()
    }

    /// Why a real path may not be read; `None` where it may. No option opens `.git`.
    pub fn refusal(&self, real: &Path) -> Option<&'static str> {
        if is_git(real) || self.git.iter().any(|git| real.starts_with(git)) {
            return Some(CLOSED);
        }
        (!self.open && self.tree_of(real).is_none()).then_some(OUTSIDE)
    }

    /// The tree that a real path lies in, among those that the user named; `--allow-outside` adds none.
    pub fn tree_of(&self, real: &Path) -> Option<&Path> {
        self.trees.iter().map(PathBuf::as_path).find(|tree| real.starts_with(tree))
    }

    /// Whether the user named any tree yet.
    pub fn has_trees(&self) -> bool {
        !self.trees.is_empty()
    }

    /// Whether a module's folder may be read, which a call in another folder names. Outside of a repository, calls may
    /// lead up and out, as long as no link is on the way.
    pub fn call(&mut self, written: &Path, real: &Path) -> bool {
        if self.loose && normalise(written) == real {
            self.add(real.to_path_buf());
        }
        self.holds(real)
    }
}

/// The top folder of the repository that a real folder is in.
pub fn repository(dir: &Path) -> Option<&Path> {
    dir.ancestors().find(|folder| folder.join(".git").exists())
}

/// Whether a path leads through a folder `.git`, or to a file of this name. Some systems do not tell cases apart.
pub fn is_git(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git"))
}

/// Where Git keeps the files of a repository, unless it is a plain folder `.git` in it.
fn git_elsewhere(repository: &Path) -> Option<PathBuf> {
    let git = repository.join(".git");
    if std::fs::symlink_metadata(&git).ok()?.is_dir() {
        return None;
    }
    std::fs::canonicalize(match std::fs::metadata(&git).ok()?.is_dir() {
        true => git,
        false => repository.join(pointer(&git)?),
    })
    .ok()
}

/// The tree of a real folder by itself: its repository, or else the folder.
pub fn tree(dir: &Path) -> &Path {
    repository(dir).unwrap_or(dir)
}

/// A path without `.` and `..` components, by text alone.
pub fn normalise(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::RootDir)) => {}
            other => out.push(other),
        }
    }
    out
}

/// The path that a file in a real folder writes, without `.` and `..`; `None` where it goes up again from what may be a link.
pub fn plain(dir: &Path, source: &str) -> Option<PathBuf> {
    let (mut path, mut below) = (dir.to_path_buf(), false);
    for part in Path::new(source).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if below => return None,
            Component::ParentDir => {
                path.pop();
            }
            other => {
                path.push(other);
                below = true;
            }
        }
    }
    Some(path)
}

/// Why something is not read that lies outside.
pub const OUTSIDE: &str = "it is outside of the tree that is checked; --allow-outside reads it";

/// The reason for skipping a file in `.git`.
pub const CLOSED: &str = "files in .git are never read; copy its content to a file of the repository if it is meant";
