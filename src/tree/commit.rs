//! A commit that stands in for the disk: paths inside the repository are answered from the commit, all others from disk.

use super::listing::{CommitListing, TreeNode};
use super::repository::Repository;
use super::{FileKind, FolderEntry, up_to};
use crate::base::budget::Budget;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::ffi::OsStr;
use std::io::{Error, ErrorKind, Result};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

/// The most links on the way to one file.
const LINKS: usize = 40;

/// Where `terraform init` keeps modules and providers.
const INSTALLED: &str = ".terraform";

/// A commit over the disk.
#[derive(Debug)]
pub struct Commit {
    repository: Repository,
    then: CommitListing,
    budget: Budget,
    /// The commit that is checked out: what it has is under version control today.
    head: OnceLock<Option<CommitListing>>,
    /// Folders of today's disk that the user named, such as installed modules.
    lent: Vec<PathBuf>,
}

/// Where a path leads.
enum ResolvedPlace {
    Disk(PathBuf),
    /// The real path, and what the commit has there.
    Past(PathBuf, TreeNode),
}

impl Commit {
    /// The commit that a user names in a repository. Of the folders `lent`, what is not under version control is that of
    /// today.
    ///
    /// # Errors
    /// What git says.
    pub fn of(
        repository: Repository,
        reference: &str,
        lent: Vec<PathBuf>,
        budget: Budget,
    ) -> std::result::Result<Commit, String> {
        let then = CommitListing::of(&repository, reference, budget)?;
        Ok(Commit { repository, then, budget, head: OnceLock::new(), lent })
    }

    /// Why something of the commit could not be read; `None` where all could.
    pub fn fault(&self) -> Option<String> {
        self.then.fault()
    }

    pub(super) fn canonicalize(&self, path: &Path) -> Result<PathBuf> {
        match self.resolve(path)? {
            ResolvedPlace::Disk(real) | ResolvedPlace::Past(real, _) => Ok(real),
        }
    }

    pub(super) fn kind(&self, path: &Path) -> Result<FileKind> {
        match self.resolve(path)? {
            ResolvedPlace::Disk(real) => std::fs::metadata(real).map(|meta| meta.file_type().into()),
            ResolvedPlace::Past(_, node) => Ok(node.kind()),
        }
    }

    pub(super) fn entries(&self, dir: &Path) -> Result<Vec<FolderEntry>> {
        match self.resolve(dir)? {
            ResolvedPlace::Disk(real) => super::on_disk(&real),
            ResolvedPlace::Past(real, TreeNode::Folder(_)) => {
                let below = real.strip_prefix(&self.repository.top).unwrap_or(&real);
                let folder = self.then.folder(below).ok_or_else(|| Error::other("it cannot be read at the commit"))?;
                let own = folder.iter().map(|(name, node)| FolderEntry { name: name.clone(), kind: node.kind() });
                let mut entries: Vec<FolderEntry> = own.collect();
                let today = super::on_disk(&real).unwrap_or_default().into_iter();
                entries.extend(today.filter(|e| !folder.contains_key(&e.name) && self.lends(&real, &e.name)));
                Ok(entries)
            }
            ResolvedPlace::Past(..) => Err(Error::from(ErrorKind::NotADirectory)),
        }
    }

    pub(super) fn up_to(&self, path: &Path, most: u64) -> Result<Option<Vec<u8>>> {
        match self.resolve(path)? {
            ResolvedPlace::Disk(real) => up_to(&real, most),
            ResolvedPlace::Past(_, TreeNode::File(blob)) => self.then.content(&blob, most),
            ResolvedPlace::Past(..) => Err(Error::other("not a regular file")),
        }
    }

    /// Follows a path to its end, and links in the commit within the commit.
    fn resolve(&self, path: &Path) -> Result<ResolvedPlace> {
        let path = std::path::absolute(path)?;
        let top = &self.repository.top;
        let (mut at, rest) = match path.strip_prefix(top) {
            Ok(below) => (top.clone(), below),
            Err(_) => (PathBuf::new(), path.as_path()),
        };
        let mut todo = steps(rest);
        let mut links = 0;
        while let Some(step) = todo.pop() {
            if step == ".." {
                at.pop();
                continue;
            }
            let next = at.join(&step);
            let target = match self.place(&next)? {
                ResolvedPlace::Past(_, TreeNode::Link(link)) => self.then.target(&link)?,
                ResolvedPlace::Disk(next) if is_link(&next) => std::fs::read_link(&next)?,
                ResolvedPlace::Disk(_) | ResolvedPlace::Past(..) => {
                    at = next;
                    continue;
                }
            };
            links += 1;
            if links > LINKS {
                return Err(Error::other("too many levels of symbolic links"));
            }
            if target.has_root() {
                at = PathBuf::new();
            }
            todo.extend(steps(&target));
        }
        self.place(&at)
    }

    /// What is at a path whose folder is real.
    fn place(&self, path: &Path) -> Result<ResolvedPlace> {
        let gone = || Error::from(ErrorKind::NotFound);
        let Ok(below) = path.strip_prefix(&self.repository.top) else {
            // Where the folder itself is missing, the disk says so.
            return path.symlink_metadata().map(|_| ResolvedPlace::Disk(path.to_path_buf()));
        };
        match self.then.node(below) {
            Some(node) => Ok(ResolvedPlace::Past(path.to_path_buf(), node)),
            None if self.then.fault().is_some() => Err(Error::other("it cannot be read at the commit")),
            None if self.is_lent(path) => path.symlink_metadata().map(|_| ResolvedPlace::Disk(path.to_path_buf())),
            None => Err(gone()),
        }
    }

    /// Whether a path that the commit does not have is that of today.
    fn is_lent(&self, path: &Path) -> bool {
        let Ok(below) = path.strip_prefix(&self.repository.top) else { return false };
        let mut dir = self.repository.top.clone();
        for part in below.components() {
            if self.lends(&dir, part.as_os_str()) {
                return true;
            }
            dir.push(part);
        }
        false
    }

    /// Whether an entry of a folder, which the commit does not have, is that of today: it is not under version control, and
    /// so did not change with it.
    fn lends(&self, dir: &Path, name: &OsStr) -> bool {
        let path = dir.join(name);
        let candidate = name == ".git"
            || name == INSTALLED
            || self.lent.iter().any(|folder| path.starts_with(folder))
            || is_variables(name) && self.is_ignored(&path);
        // A pull request can bring along what `.gitignore` names, and links that lead there.
        candidate && !self.is_tracked(&path) && std::fs::canonicalize(dir).is_ok_and(|real| real == dir)
    }

    fn is_tracked(&self, path: &Path) -> bool {
        let head = self.head.get_or_init(|| CommitListing::of(&self.repository, "HEAD", self.budget).ok());
        let Ok(below) = path.strip_prefix(&self.repository.top) else { return false };
        head.as_ref().is_some_and(|head| {
            let has = || head.node(below).is_some();
            // A listing that is not whole may have it.
            head.id() != self.then.id() && (has() || head.fault().is_some())
        })
    }

    fn is_ignored(&self, file: &Path) -> bool {
        let Some(dir) = file.parent() else { return false };
        let (global, _) = GitignoreBuilder::new(&self.repository.top).build_global();
        let mut found = global.matched(file, false);
        let mut folders: Vec<&Path> = dir.ancestors().take_while(|f| f.starts_with(&self.repository.top)).collect();
        folders.reverse();
        let mut patterns = vec![(self.repository.top.as_path(), self.repository.git.join("info/exclude"))];
        patterns.extend(folders.iter().map(|folder| (*folder, folder.join(".gitignore"))));
        let mut above = false;
        let read: Vec<Gitignore> = patterns.iter().filter_map(|(folder, file)| gitignore(folder, file)).collect();
        for patterns in &read {
            let own = patterns.matched(file, false);
            if !own.is_none() {
                found = own;
            }
            let in_folder = |folder: &&&Path| folder.starts_with(patterns.path()) && **folder != patterns.path();
            above |= folders.iter().filter(in_folder).any(|folder| patterns.matched(folder, true).is_ignore());
        }
        above || found.is_ignore()
    }
}

/// The patterns that a file holds for a folder; `None` where there are none.
fn gitignore(folder: &Path, file: &Path) -> Option<Gitignore> {
    const MOST: u64 = 1 << 20;
    let text = String::from_utf8(up_to(file, MOST).ok()??).ok()?;
    let mut builder = GitignoreBuilder::new(folder);
    for line in text.trim_start_matches('\u{feff}').lines() {
        // A line that is no pattern matches nothing, as in Git.
        let _ = builder.add_line(None, line);
    }
    builder.build().ok()
}

fn is_variables(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.file_type().is_symlink())
}

/// The parts of a path, the last one first.
fn steps(path: &Path) -> Vec<std::ffi::OsString> {
    let parts = path.components().filter(|part| !matches!(part, Component::CurDir));
    let mut steps: Vec<_> = parts.map(|part| part.as_os_str().to_os_string()).collect();
    steps.reverse();
    steps
}
