//! Which files Git tracks: its index, read without running Git.
//!
//! Source: Git's documentation, "gitformat-index". Versions 2 to 4.

use crate::tree::{pointer, up_to};
use std::path::{Path, PathBuf};

/// The largest index, in bytes.
const MOST: u64 = 256 << 20;
/// The largest file that points elsewhere, in bytes.
const POINTER: u64 = 4096;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracked {
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A submodule.
    Repository,
}

/// The tracked paths of a repository, relative to its top folder, sorted by their bytes.
#[derive(Debug)]
pub struct GitIndex {
    /// The repository's top folder.
    top: PathBuf,
    entries: Vec<(Vec<u8>, Tracked)>,
}

impl GitIndex {
    /// Reads the index of the repository with this top folder; `None` where it has none, or one that is not understood.
    pub fn read(top: &Path) -> Option<GitIndex> {
        let bytes = up_to(&folder(top)?.join("index"), MOST).ok()??;
        Some(GitIndex { top: top.to_path_buf(), entries: entries(&bytes)? })
    }

    /// The tracked paths at and below a real path.
    pub fn below(&self, path: &Path) -> impl Iterator<Item = (PathBuf, Tracked)> + '_ {
        let below = path.strip_prefix(&self.top).ok().map(bytes);
        let start =
            below.as_ref().map_or(self.entries.len(), |below| self.entries.partition_point(|(own, _)| own < below));
        let within = move |own: &[u8]| {
            let rest = below.as_ref().and_then(|below| own.strip_prefix(below.as_slice()));
            rest.map(|rest| below.as_ref().is_some_and(Vec::is_empty) || rest.is_empty() || rest.starts_with(b"/"))
        };
        let tail = self.entries.get(start..).unwrap_or_default().iter();
        // Between a folder and what is in it, names such as `folder-1` may stand.
        let near = tail.map_while(move |(own, kind)| Some((own, *kind, within(own)?)));
        near.filter(|(.., within)| *within).map(|(own, kind, _)| (self.top.join(path_of(own)), kind))
    }
}

/// The folder in which Git keeps the index of a repository. Worktrees and submodules have a file that names it.
pub fn folder(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    if std::fs::metadata(&git).ok()?.is_dir() {
        return Some(git);
    }
    Some(top.join(pointer(&git)?))
}

/// The patterns of `info/exclude`, which all worktrees of a repository share.
pub fn excludes(top: &Path, most: u64) -> Option<Vec<u8>> {
    let git = folder(top)?;
    let common = up_to(&git.join("commondir"), POINTER).ok().flatten();
    let common = common.and_then(|bytes| String::from_utf8(bytes).ok());
    let shared = common.map_or(git.clone(), |common| git.join(common.trim()));
    up_to(&shared.join("info/exclude"), most).ok()?
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[cfg(unix)]
fn bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

#[cfg(not(unix))]
fn bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// The entries of an index; `None` where it is none, or only a part (a split index).
fn entries(all: &[u8]) -> Option<Vec<(Vec<u8>, Tracked)>> {
    let (version, count) = (number(all, 4)?, number(all, 8)? as usize);
    if !all.starts_with(b"DIRC") || !(2..=4).contains(&version) {
        return None;
    }
    // The hash at the end has 20 bytes, or 32 in a repository with SHA-256, as each entry's has.
    [20, 32].into_iter().find_map(|hash| read(all, version, count, hash))
}

fn read(all: &[u8], version: u32, count: usize, hash: usize) -> Option<Vec<(Vec<u8>, Tracked)>> {
    let end = all.len().checked_sub(hash)?;
    let body = all.get(..end)?;
    // An entry has more bytes than this.
    let mut out = Vec::with_capacity(count.min(body.len() / 62));
    let mut at = 12;
    let mut before: Vec<u8> = Vec::new();
    for _ in 0..count {
        let start = at;
        let mode = number(body, at + 24)?;
        at += 40 + hash;
        let flags = u16::from_be_bytes(body.get(at..at + 2)?.try_into().ok()?);
        at += if flags & 0x4000 != 0 && version >= 3 { 4 } else { 2 };
        let mut path = Vec::new();
        if version == 4 {
            let (cut, next) = variable(body, at)?;
            at = next;
            path.extend_from_slice(before.get(..before.len().checked_sub(cut)?)?);
        }
        let rest = body.get(at..)?;
        let length = rest.iter().position(|byte| *byte == 0)?;
        path.extend_from_slice(rest.get(..length)?);
        at += length + 1;
        if version < 4 {
            // Entries are filled up with zeros to a multiple of eight bytes.
            at = start + (at - 1 - start + 8) / 8 * 8;
        }
        let kind = match mode >> 12 {
            0o10 => Some(Tracked::File),
            0o12 => Some(Tracked::Link),
            0o16 => Some(Tracked::Repository),
            // A folder of a sparse index is not on disk.
            0o4 => None,
            _ => return None,
        };
        before.clone_from(&path);
        out.extend(kind.map(|kind| (path, kind)));
    }
    is_whole(body, at).then_some(out)
}

/// Whether what follows the entries are extensions, none of which says that entries stand elsewhere.
fn is_whole(body: &[u8], mut at: usize) -> bool {
    while at < body.len() {
        let Some((name, length)) = body.get(at..at + 4).zip(number(body, at + 4)) else { return false };
        if name == b"link" {
            return false;
        }
        at = at.saturating_add(8).saturating_add(length as usize);
    }
    at == body.len()
}

/// A number of variable length, and where it ends.
fn variable(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut byte = *bytes.get(at)?;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        at += 1;
        byte = *bytes.get(at)?;
        value = value.checked_add(1)?.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
    }
    Some((value, at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of version 2 with these entries.
    fn written(names: &[(&str, u32)]) -> Vec<u8> {
        let mut out = b"DIRC".to_vec();
        out.extend(2_u32.to_be_bytes());
        out.extend((names.len() as u32).to_be_bytes());
        for (name, mode) in names {
            let start = out.len();
            out.extend([0; 24]);
            out.extend(mode.to_be_bytes());
            out.extend([0; 32]);
            out.extend((name.len() as u16).to_be_bytes());
            out.extend(name.as_bytes());
            out.extend(std::iter::repeat_n(0, 8 - (out.len() - start) % 8));
        }
        out.extend([0; 20]);
        out
    }

    #[test]
    fn paths_are_found_below_a_folder_and_nowhere_else() {
        let names = [("a-b/x.tf", 0o100644), ("a/b/y.tf", 0o100644), ("a/link", 0o120000), ("ab", 0o160000)];
        let entries = entries(&written(&names)).unwrap();
        let index = GitIndex { top: "/r".into(), entries };
        let below = |path: &str| index.below(Path::new(path)).map(|(p, _)| p).collect::<Vec<_>>();
        assert_eq!(below("/r/a"), [Path::new("/r/a/b/y.tf"), Path::new("/r/a/link")]);
        assert_eq!(below("/r/ab"), [Path::new("/r/ab")]);
        assert_eq!(below("/r").len(), 4);
        assert_eq!(below("/elsewhere").len(), 0);
    }

    #[test]
    fn what_is_cut_off_or_elsewhere_is_not_understood() {
        let whole = written(&[("a", 0o100644)]);
        for end in 0..whole.len() {
            assert_eq!(entries(&whole[..end]), None, "{end}");
        }
        let mut split = whole[..whole.len() - 20].to_vec();
        split.extend(b"link");
        split.extend(0_u32.to_be_bytes());
        split.extend([0; 20]);
        assert_eq!(entries(&split), None);
    }
}
