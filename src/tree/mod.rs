//! The files that are checked. Everything that reads the checked tree asks here, so that a commit can stand in for the
//! folder on disk.

mod commit;
mod listing;
mod objects;
mod repository;
mod walk;

pub use commit::Commit;
pub use repository::{Repository, pointer};
pub use walk::WalkStep;

use crate::base::reads::{self, note};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// Where the checked files come from: the disk, or a commit laid over it.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    commit: Option<Arc<Commit>>,
    texts: Arc<Texts>,
    /// What folders have, where that is asked for once only.
    listed: Option<Arc<Listings>>,
}

/// The entries of folders.
type Listings = RwLock<FxHashMap<PathBuf, Arc<Vec<FolderEntry>>>>;

/// Texts that take the place of those of files that are there, by real path.
pub type Texts = BTreeMap<PathBuf, Vec<u8>>;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A pipe, a socket, a device.
    Other,
}

/// One entry of a folder.
#[derive(Clone, Debug)]
pub struct FolderEntry {
    /// Its name, as it is.
    pub name: OsString,
    /// Its own kind: links are not followed.
    pub kind: FileKind,
}

impl From<std::fs::FileType> for FileKind {
    fn from(kind: std::fs::FileType) -> FileKind {
        match kind {
            kind if kind.is_file() => FileKind::File,
            kind if kind.is_dir() => FileKind::Folder,
            kind if kind.is_symlink() => FileKind::Link,
            _ => FileKind::Other,
        }
    }
}

impl From<Commit> for Tree {
    fn from(commit: Commit) -> Tree {
        Tree { commit: Some(Arc::new(commit)), ..Tree::default() }
    }
}

impl Tree {
    /// The same tree with texts in the place of those of its files.
    pub fn with_texts(&self, texts: Texts) -> Tree {
        Tree { texts: Arc::new(texts), ..self.clone() }
    }

    /// The same tree, which from now on lists each folder once: for as long as no file is added or removed.
    pub fn listed_once(&self) -> Tree {
        Tree { listed: Some(Arc::default()), ..self.clone() }
    }

    /// What stands in the place of a file's text.
    pub fn text(&self, real: &Path) -> Option<&[u8]> {
        self.texts.get(real).map(Vec::as_slice)
    }

    /// The commit that stands in for the disk.
    pub fn commit(&self) -> Option<&Commit> {
        self.commit.as_deref()
    }

    /// The absolute path without symbolic links.
    ///
    /// # Errors
    /// Where nothing is there, or the system refuses.
    pub fn canonicalize(&self, path: &Path) -> std::io::Result<PathBuf> {
        match &self.commit {
            None => std::fs::canonicalize(path),
            Some(commit) => commit.canonicalize(path),
        }
    }

    /// What stands at a path; links are followed.
    ///
    /// # Errors
    /// Where nothing is there, or the system refuses.
    pub fn kind(&self, path: &Path) -> std::io::Result<FileKind> {
        match &self.commit {
            None => std::fs::metadata(path).map(|meta| meta.file_type().into()),
            Some(commit) => commit.kind(path),
        }
    }

    /// Whether a regular file is there, also through links.
    pub fn is_file(&self, path: &Path) -> bool {
        self.kind(path).is_ok_and(|kind| kind == FileKind::File)
    }

    /// Whether a folder is there, also through links.
    pub fn is_dir(&self, path: &Path) -> bool {
        self.kind(path).is_ok_and(|kind| kind == FileKind::Folder)
    }

    /// Whether anything is there; a link that leads nowhere is nothing.
    pub fn exists(&self, path: &Path) -> bool {
        self.kind(path).is_ok()
    }

    /// The entries of a folder, in no order.
    ///
    /// # Errors
    /// What the system says.
    pub fn entries(&self, dir: &Path) -> std::io::Result<Vec<FolderEntry>> {
        let known = |listed: &Listings| listed.read().unwrap_or_else(PoisonError::into_inner).get(dir).cloned();
        if let Some(known) = self.listed.as_deref().and_then(known) {
            return Ok(known.to_vec());
        }
        let entries = match &self.commit {
            None => on_disk(dir)?,
            Some(commit) => commit.entries(dir)?,
        };
        if let Some(listed) = &self.listed {
            let mut listed = listed.write().unwrap_or_else(PoisonError::into_inner);
            listed.insert(dir.to_path_buf(), Arc::new(entries.clone()));
        }
        Ok(entries)
    }

    /// The bytes of a regular file (opening a pipe would wait for a writer); `None` where there are more than `most`.
    ///
    /// # Errors
    /// What the system says.
    pub fn up_to(&self, path: &Path, most: u64) -> std::io::Result<Option<Vec<u8>>> {
        note(|| reads::Read::Bytes(path.to_path_buf()));
        if let Some(text) = self.text(path) {
            return Ok((text.len() as u64 <= most).then(|| text.to_vec()));
        }
        match &self.commit {
            None => up_to(path, most),
            Some(commit) => commit.up_to(path, most),
        }
    }
}

/// The entries of a folder on disk.
fn on_disk(dir: &Path) -> std::io::Result<Vec<FolderEntry>> {
    let entry = |entry: std::fs::DirEntry| FolderEntry {
        name: entry.file_name(),
        kind: entry.file_type().map_or(FileKind::Other, FileKind::from),
    };
    Ok(std::fs::read_dir(dir)?.flatten().map(entry).collect())
}

/// The bytes of a regular file on disk; `None` where there are more than `most`.
///
/// # Errors
/// What the system says.
pub fn up_to(path: &Path, most: u64) -> std::io::Result<Option<Vec<u8>>> {
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() {
        return Err(std::io::Error::other("not a regular file"));
    }
    if meta.len() > most {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize + 1);
    std::fs::File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}
