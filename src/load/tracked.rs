//! What Git ignores by its patterns, but tracks all the same: it is part of the repository.

use super::bounds::repository;
use super::index::Tracked;
use super::loader::Loader;
use super::walk::{FoundFolders, NamedFolder, concerns, is_closed, walk};
use std::path::{Path, PathBuf};

/// The most files and folders that are looked at where there is no index.
const MOST: usize = 20_000;

/// Adds what is tracked of the things that a walk left out: the way to each, and its real path. Where that cannot be told,
/// what has Terraform in it is skipped, with the reason.
pub fn add(ignored: &[(PathBuf, PathBuf)], found: &mut FoundFolders, loader: &Loader) {
    for (way, real) in ignored {
        let top = real.parent().and_then(repository);
        let Some(index) = top.and_then(|top| loader.index(top)) else {
            if has_terraform(real, loader) {
                let why =
                    "Git ignores it, and there is no index here that tells whether Git tracks it; name it to check it";
                found.skipped.insert(way.clone(), why.into());
            }
            continue;
        };
        let mut folders = Vec::new();
        for (path, kind) in index.below(real) {
            let Ok(below) = path.strip_prefix(real) else { continue };
            let way = if below.as_os_str().is_empty() { way.clone() } else { way.join(below) };
            let closed = below.components().any(|part| is_closed(part.as_os_str()));
            let Some(parent) = path.parent().filter(|_| !closed) else { continue };
            match kind {
                Tracked::File | Tracked::Link if concerns(&path) => {
                    // The folder may be gone, or a link may stand in its place.
                    let Ok(parent) = loader.tree().canonicalize(parent) else { continue };
                    if loader.may_read(&parent) {
                        found.add(&way, parent);
                    }
                }
                Tracked::File => {}
                Tracked::Link | Tracked::Repository => folders.push(way),
            }
        }
        for way in folders {
            let real = loader.tree().canonicalize(&way).ok().filter(|real| loader.tree().is_dir(real));
            let Some(dir) = real.filter(|real| !found.has_entered(real)) else { continue };
            match loader.may_read(&dir) {
                true => walk(&NamedFolder { dir, given: way }, found, loader),
                false => drop(found.skipped.insert(way, super::bounds::OUTSIDE.into())),
            }
        }
    }
}

/// Whether there is Terraform in a file or folder, as far as a short look tells.
fn has_terraform(path: &Path, loader: &Loader) -> bool {
    let tree = loader.tree();
    if !tree.is_dir(path) {
        return concerns(path);
    }
    let (mut todo, mut seen) = (vec![path.to_path_buf()], 0);
    while let Some(dir) = todo.pop() {
        for entry in tree.entries(&dir).unwrap_or_default() {
            seen += 1;
            let path = dir.join(&entry.name);
            let is_dir = entry.kind == crate::tree::FileKind::Folder;
            if !is_dir && concerns(&path) || seen > MOST {
                return true;
            }
            if is_dir && !is_closed(&entry.name) {
                todo.push(path);
            }
        }
    }
    false
}
