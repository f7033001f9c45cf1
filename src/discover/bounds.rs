//! What may be read: the trees that the user named. Neither a link nor a path in a configuration leads out of them.

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
        let here = || std::env::current_dir().and_then(std::fs::canonicalize).ok().filter(|here| dir.starts_with(here));
        self.add(repository.map(Path::to_path_buf).or_else(here).unwrap_or_else(|| dir.to_path_buf()));
    }

    fn add(&mut self, tree: PathBuf) {
        if !self.holds(&tree) {
            self.trees.push(tree);
        }
    }

    /// Whether a real path may be read.
    pub fn holds(&self, real: &Path) -> bool {
        self.open || self.trees.iter().any(|tree| real.starts_with(tree))
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
