//! Finds a repository without asking git, which would also take a folder for one that only looks like it.

use super::up_to;
use std::path::{Path, PathBuf};

/// The largest file `.git` that is read, in bytes.
const MOST: u64 = 4096;

/// A repository on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// The real folder that holds `.git`.
    pub top: PathBuf,
    /// The real folder with Git's own files.
    pub git: PathBuf,
}

impl Repository {
    /// The repository around a real folder: the nearest folder with a `.git`.
    ///
    /// # Errors
    /// A `.git` that does not name a Git folder.
    pub fn around(dir: &Path) -> Result<Option<Repository>, String> {
        let top = dir.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok());
        top.map(Repository::at).transpose()
    }

    /// The repository whose top is this real folder.
    ///
    /// # Errors
    /// It has no `.git`, or one that does not name a Git folder.
    pub fn at(top: &Path) -> Result<Repository, String> {
        let own = top.join(".git");
        let wrong = |why: &str| format!("`{}` {why}", own.display());
        let meta = std::fs::metadata(&own).map_err(|_| wrong("cannot be read"))?;
        let named = match meta.is_dir() {
            true => own.clone(),
            false => top.join(pointer(&own).ok_or_else(|| wrong("is neither a Git folder nor a line `gitdir: PATH`"))?),
        };
        let git = std::fs::canonicalize(&named).map_err(|_| wrong("names a folder that does not exist"))?;
        // A pull request can add a folder that looks like a repository, but no path with `.git` in it.
        let plain = |below: &Path| !below.components().any(|part| part.as_os_str() == ".git");
        let mut trees = top.ancestors().filter(|folder| folder.join(".git").symlink_metadata().is_ok());
        if trees.any(|tree| git.strip_prefix(tree).is_ok_and(plain)) {
            return Err(wrong("names a folder of the checked tree, which is not trusted as a repository"));
        }
        if !git.join("HEAD").exists() && git.join("HEAD").symlink_metadata().is_err() {
            return Err(wrong("is not a repository: it has no HEAD"));
        }
        Ok(Repository { top: top.to_path_buf(), git })
    }
}

/// The path in a file `.git`, which worktrees and submodules have in place of the folder.
pub fn pointer(file: &Path) -> Option<PathBuf> {
    let text = String::from_utf8(up_to(file, MOST).ok()??).ok()?;
    Some(text.trim_end_matches(['\n', '\r']).strip_prefix("gitdir:")?.trim_start().into())
}
