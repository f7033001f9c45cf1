//! Walks folders.

use super::{FileKind, FolderEntry, Tree};
use std::path::{Path, PathBuf};

/// The most files and folders that one walk comes to.
const STEPS: usize = 2_000_000;
/// How deep folders and links to folders may lie in each other.
const DEPTH: usize = 256;

/// A file or folder on the way.
#[derive(Clone, Debug)]
pub struct WalkStep {
    /// The way to it from where the walk began.
    pub path: PathBuf,
    /// A file, or a folder; what links lead to counts.
    pub kind: FileKind,
    /// A link leads to it.
    pub is_link: bool,
}

impl Tree {
    /// Everything below a folder, by name; links are followed, but not into a folder that the way already leads through.
    /// Folders that `enter` denies are left out. Whether the walk came to its end: neither `each` ended it, nor is there
    /// more than a walk may come to.
    pub fn walk(
        &self,
        from: &Path,
        enter: &mut dyn FnMut(&WalkStep) -> bool,
        each: &mut dyn FnMut(&WalkStep) -> bool,
    ) -> bool {
        let Ok(real) = self.canonicalize(from) else { return true };
        let mut todo = vec![(from.to_path_buf(), vec![real])];
        let mut steps = 0;
        while let Some((dir, way)) = todo.pop() {
            let Ok(mut entries) = self.entries(&dir) else { continue };
            entries.sort_by(|a, b| a.name.cmp(&b.name));
            steps += entries.len();
            if steps > STEPS || way.len() > DEPTH {
                return false;
            }
            let mut below = Vec::new();
            for FolderEntry { name, kind } in entries {
                let path = dir.join(&name);
                let is_link = kind == FileKind::Link;
                let Ok(kind) = (if is_link { self.kind(&path) } else { Ok(kind) }) else { continue };
                let step = WalkStep { path, kind, is_link };
                if kind != FileKind::Folder {
                    if !each(&step) {
                        return false;
                    }
                    continue;
                }
                let real = match (is_link, way.last()) {
                    (false, Some(dir)) => Ok(dir.join(name)),
                    _ => self.canonicalize(&step.path),
                };
                let Ok(real) = real else { continue };
                if !(is_link && way.contains(&real)) && enter(&step) {
                    below.push((step.path, [way.as_slice(), &[real]].concat()));
                }
            }
            below.reverse();
            todo.append(&mut below);
        }
        true
    }
}
