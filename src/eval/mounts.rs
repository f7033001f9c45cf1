//! Folders that lie elsewhere when Terraform runs: Terragrunt copies modules, and what stands beside a unit, into its cache.

use crate::tree::Tree;
use std::path::{Path, PathBuf};

/// Which folders stand for others.
#[derive(Clone, Debug, Default)]
pub struct Mounts {
    /// A folder as expressions name it, and the folder on disk whose files are in it. The first that has a file gives it.
    pub folders: Vec<(PathBuf, PathBuf)>,
}

impl Mounts {
    /// Where a path without `.` and `..` is on disk.
    pub fn on_disk(&self, path: &Path, tree: &Tree) -> PathBuf {
        let mut last = None;
        for candidate in self.candidates(path) {
            if tree.exists(&candidate) {
                return candidate;
            }
            last = Some(candidate);
        }
        last.filter(|_| !tree.exists(path)).unwrap_or_else(|| path.to_path_buf())
    }

    /// All places on disk whose files a folder has.
    pub fn all(&self, path: &Path, tree: &Tree) -> Vec<PathBuf> {
        let own = std::iter::once(path.to_path_buf());
        self.candidates(path).chain(own).filter(|folder| tree.exists(folder)).collect()
    }

    fn candidates<'m>(&'m self, path: &'m Path) -> impl Iterator<Item = PathBuf> + 'm {
        self.folders.iter().filter_map(|(at, from)| Some(from.join(path.strip_prefix(at).ok()?)))
    }
}
