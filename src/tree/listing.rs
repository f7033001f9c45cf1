//! The files of a commit, read folder by folder from Git's tree objects.

use super::FileKind;
use super::objects::{ObjectError, Objects};
use super::repository::Repository;
use crate::base::budget::{Budget, size};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// The most entries of all folders that are read.
const ENTRIES: u64 = 2_000_000;
/// The most bytes of one folder's object.
const FOLDER: u64 = 64 << 20;
/// The most bytes of all files that are read.
const BYTES: u64 = 2 << 30;
/// The longest path, in bytes.
const PATH: usize = 4096;
/// The longest target of a link, in bytes.
const TARGET: u64 = 4096;

/// An object, and the repository that has it.
#[derive(Clone, Debug)]
pub struct Blob {
    id: String,
    store: Arc<Store>,
}

/// What a commit has at a path.
#[derive(Clone, Debug)]
pub enum TreeNode {
    /// A regular file.
    File(Blob),
    /// A symbolic link, whose content is its target.
    Link(Blob),
    /// A folder; `None` for a submodule that is not checked out.
    Folder(Option<Blob>),
}

impl TreeNode {
    /// Its own kind.
    pub fn kind(&self) -> FileKind {
        match self {
            TreeNode::File(_) => FileKind::File,
            TreeNode::Link(_) => FileKind::Link,
            TreeNode::Folder(_) => FileKind::Folder,
        }
    }
}

/// The entries of a folder.
pub type Folder = BTreeMap<OsString, TreeNode>;

/// The objects of a repository or submodule, and where it lies.
#[derive(Debug)]
pub struct Store {
    objects: Objects,
    /// Its real top folder.
    top: PathBuf,
    /// How messages name it.
    shown: String,
}

/// The files of one commit.
#[derive(Debug)]
pub struct CommitListing {
    root: Blob,
    budget: Budget,
    /// Folders that were read, by their path from the top.
    folders: RwLock<FxHashMap<PathBuf, Arc<Folder>>>,
    /// Where the links that were followed lead, by the object: a link may be on the way to many files.
    targets: RwLock<FxHashMap<String, PathBuf>>,
    entries: AtomicU64,
    bytes: AtomicU64,
    /// The first object that could not be read: the listing is then not whole.
    fault: Mutex<Option<String>>,
}

impl CommitListing {
    /// The commit that a user names in a repository.
    ///
    /// # Errors
    /// What git says.
    pub fn of(repository: &Repository, reference: &str, budget: Budget) -> Result<CommitListing, String> {
        let objects = Objects::new(&repository.git, budget);
        let id = objects.commit(reference)?;
        let store = Arc::new(Store { objects, top: repository.top.clone(), shown: "the repository".into() });
        Ok(CommitListing {
            root: Blob { id, store },
            budget,
            folders: RwLock::default(),
            targets: RwLock::default(),
            entries: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            fault: Mutex::new(None),
        })
    }

    /// The commit's id.
    pub fn id(&self) -> &str {
        &self.root.id
    }

    /// Why something of the commit could not be read; `None` where all could.
    pub fn fault(&self) -> Option<String> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is at a path from the top, which has no `..` in it. Links are not followed.
    pub fn node(&self, below: &Path) -> Option<TreeNode> {
        match (below.parent(), below.file_name()) {
            (Some(dir), Some(name)) => self.folder(dir)?.get(name).cloned(),
            _ => Some(TreeNode::Folder(Some(self.root.clone()))),
        }
    }

    /// The entries of a folder by its path from the top; `None` where it is none.
    pub fn folder(&self, below: &Path) -> Option<Arc<Folder>> {
        if let Some(known) = self.known(below) {
            return Some(known);
        }
        if below.as_os_str().len() > PATH {
            return None;
        }
        let (mut path, mut folder) = (PathBuf::new(), self.load(Path::new(""), &self.root)?);
        for part in below.components() {
            let Component::Normal(name) = part else { return None };
            path.push(name);
            folder = match (self.known(&path), folder.get(name)?) {
                (Some(known), _) => known,
                (None, TreeNode::Folder(Some(object))) => self.load(&path, object)?,
                (None, TreeNode::Folder(None)) => Arc::default(),
                (None, _) => return None,
            };
        }
        Some(folder)
    }

    /// The content of a file or link; `None` where it has more bytes than `most`.
    ///
    /// # Errors
    /// The object cannot be read, which is also kept as a fault.
    pub fn content(&self, blob: &Blob, most: u64) -> std::io::Result<Option<Vec<u8>>> {
        match blob.store.objects.read(&blob.id, most) {
            Ok(bytes) if self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed) > BYTES => {
                Err(self.fail(format!("its files have more than {}", size(BYTES))))
            }
            Ok(bytes) => Ok(Some(bytes)),
            Err(ObjectError::TooLarge) => Ok(None),
            Err(fault) => Err(self.fail(self.why(blob, fault))),
        }
    }

    /// The target of a link.
    ///
    /// # Errors
    /// It cannot be read, or is longer than a path may be.
    pub fn target(&self, link: &Blob) -> std::io::Result<PathBuf> {
        if let Some(known) = self.targets.read().unwrap_or_else(PoisonError::into_inner).get(&link.id) {
            return Ok(known.clone());
        }
        let bytes = self.content(link, TARGET)?.ok_or_else(|| std::io::Error::other("a link's target is too long"))?;
        let target = PathBuf::from(name(bytes));
        self.targets.write().unwrap_or_else(PoisonError::into_inner).insert(link.id.clone(), target.clone());
        Ok(target)
    }

    fn known(&self, below: &Path) -> Option<Arc<Folder>> {
        self.folders.read().unwrap_or_else(PoisonError::into_inner).get(below).cloned()
    }

    fn load(&self, below: &Path, object: &Blob) -> Option<Arc<Folder>> {
        if let Some(known) = self.known(below) {
            return Some(known);
        }
        if self.budget.is_late() {
            self.fail(self.budget.late());
            return None;
        }
        // The id may be a commit's.
        let bytes = match object.store.objects.read(&format!("{}^{{tree}}", object.id), FOLDER) {
            Ok(bytes) => bytes,
            Err(fault) => {
                self.fail(self.why(object, fault));
                return None;
            }
        };
        let id_length = object.id.len() / 2;
        let Some(entries) = parse(&bytes, id_length) else {
            self.fail(format!("the object {} is not a folder", object.id));
            return None;
        };
        let count = self.entries.fetch_add(entries.len() as u64, Ordering::Relaxed) + entries.len() as u64;
        if count > ENTRIES {
            self.fail(format!("it has more than {ENTRIES} files and folders"));
            return None;
        }
        let node = |(mode, name, id): (u32, OsString, String)| {
            let blob = Blob { id, store: object.store.clone() };
            let node = match mode & 0o170_000 {
                0o040_000 => TreeNode::Folder(Some(blob)),
                0o100_000 => TreeNode::File(blob),
                0o120_000 => TreeNode::Link(blob),
                0o160_000 => TreeNode::Folder(self.submodule(&below.join(&name), blob)),
                _ => return None,
            };
            Some((name, node))
        };
        let folder: Arc<Folder> = Arc::new(entries.into_iter().filter_map(node).collect());
        self.folders.write().unwrap_or_else(PoisonError::into_inner).insert(below.to_path_buf(), folder.clone());
        Some(folder)
    }

    /// The commit of a submodule in the submodule's own repository; `None` where that is not checked out today.
    fn submodule(&self, below: &Path, commit: Blob) -> Option<Blob> {
        let top = self.root.store.top.join(below);
        // Today's folder may be a link that leads anywhere.
        let real = std::fs::canonicalize(&top).is_ok_and(|real| real == top);
        if !real || top.join(".git").symlink_metadata().is_err() {
            return None;
        }
        match Repository::at(&top) {
            Ok(repository) => {
                let objects = Objects::new(&repository.git, self.budget);
                let shown = format!("the submodule `{}`", below.display());
                Some(Blob { store: Arc::new(Store { objects, top, shown }), ..commit })
            }
            Err(why) => {
                self.fail(why);
                None
            }
        }
    }

    fn why(&self, object: &Blob, fault: ObjectError) -> String {
        let (shown, id) = (&object.store.shown, &object.id);
        match fault {
            ObjectError::Missing => format!("{shown} does not have the object {id}; fetch it first"),
            ObjectError::TooLarge => format!("the object {id} in {shown} is larger than {}", size(FOLDER)),
            ObjectError::Failed(why) => format!("git cannot read {shown}: {why}"),
        }
    }

    /// Keeps the first fault, and gives it as an error.
    fn fail(&self, why: String) -> std::io::Error {
        let mut fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        fault.get_or_insert_with(|| why.clone());
        std::io::Error::other(why)
    }
}

/// The entries of a tree object: `MODE NAME\0ID`. Names that no file can have, or that lead elsewhere, are left out, as git
/// refuses to write them. `None` where the bytes are cut off.
fn parse(mut bytes: &[u8], id_length: usize) -> Option<Vec<(u32, OsString, String)>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let end = bytes.iter().position(|byte| *byte == 0)?;
        let (head, rest) = (bytes.get(..end)?, bytes.get(end + 1..)?);
        let space = head.iter().position(|byte| *byte == b' ')?;
        let mode = u32::from_str_radix(std::str::from_utf8(head.get(..space)?).ok()?, 8).ok()?;
        let own = head.get(space + 1..)?;
        let id: String = rest.get(..id_length)?.iter().map(|byte| format!("{byte:02x}")).collect();
        bytes = rest.get(id_length..)?;
        if is_name(own) {
            entries.push((mode, name(own.to_vec()), id));
        }
    }
    Some(entries)
}

/// Whether a name is that of one file in its folder.
fn is_name(name: &[u8]) -> bool {
    let path = Path::new(OsStr::new(std::str::from_utf8(name).unwrap_or("x")));
    let single = path.components().count() == 1 && matches!(path.components().next(), Some(Component::Normal(_)));
    single && !name.contains(&b'/') && !name.eq_ignore_ascii_case(b".git")
}

#[cfg(unix)]
fn name(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn name(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(mode: &str, name: &[u8]) -> Vec<u8> {
        [mode.as_bytes(), b" ", name, b"\0", &[0xab; 20]].concat()
    }

    #[test]
    fn names_that_lead_elsewhere_are_left_out() {
        let names: [&[u8]; 8] = [b"a.tf", b"..", b".", b".git", b".GIT", b"/etc", b"a/b", b"\xff.tf"];
        let bytes: Vec<u8> = names.iter().flat_map(|name| entry("100644", name)).collect();
        let kept: Vec<OsString> = parse(&bytes, 20).unwrap().into_iter().map(|(_, name, _)| name).collect();
        assert_eq!(kept.len(), 2, "{kept:?}");
        assert_eq!(kept[0], "a.tf");
    }

    #[test]
    fn an_object_that_is_cut_off_is_none() {
        let mut bytes = entry("40000", b"a");
        bytes.pop();
        assert!(parse(&bytes, 20).is_none());
        assert!(parse(b"40000 a", 20).is_none());
    }
}
