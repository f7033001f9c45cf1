//! The files of a folder of manifests, and what is left out of it.

use super::{Left, ManifestError};
use crate::base::budget::{Budget, MANIFESTS};
use crate::load::bounds::{is_git, tree};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A walk through a folder.
struct ManifestWalk<'b> {
    /// The real folder that links may not lead out of.
    tree: PathBuf,
    /// Real files and folders that were found.
    seen: BTreeSet<PathBuf>,
    found: Vec<PathBuf>,
    left: Vec<Left>,
    budget: &'b Budget,
}

/// The manifests at a path: the file itself, or all below a folder, hidden ones too. Links are followed as long as they
/// stay in the repository, or in the folder where there is none. Each file comes once.
///
/// # Errors
/// A path that cannot be read.
pub fn files(path: &Path, budget: &Budget) -> Result<(Vec<PathBuf>, Vec<Left>), ManifestError> {
    let fail = |e: std::io::Error| ManifestError { path: path.display().to_string(), why: e.to_string() };
    if !std::fs::metadata(path).map_err(fail)?.is_dir() {
        return Ok((vec![path.to_path_buf()], Vec::new()));
    }
    let real = path.canonicalize().map_err(fail)?;
    std::fs::read_dir(&real).map_err(fail)?;
    let tree = tree(&real).to_path_buf();
    let mut walk = ManifestWalk { tree, seen: BTreeSet::from([real]), found: Vec::new(), left: Vec::new(), budget };
    walk.folder(path);
    Ok((walk.found, walk.left))
}

impl ManifestWalk<'_> {
    fn leave(&mut self, path: &Path, why: impl Into<String>) {
        self.left.push(Left { path: path.display().to_string(), why: why.into() });
    }

    /// Looks through a folder and all below it.
    fn folder(&mut self, top: &Path) {
        let mut open = vec![top.to_path_buf()];
        while let Some(dir) = open.pop() {
            let entries = match std::fs::read_dir(&dir) {
                Ok(entries) => entries,
                Err(e) => {
                    self.leave(&dir, e.to_string());
                    continue;
                }
            };
            let (readable, broken): (Vec<_>, Vec<_>) = entries.partition(Result::is_ok);
            broken.into_iter().filter_map(Result::err).for_each(|e| self.leave(&dir, e.to_string()));
            let mut paths: Vec<PathBuf> = readable.into_iter().flatten().map(|e| dir.join(e.file_name())).collect();
            paths.sort();
            let mut below = Vec::new();
            for path in paths {
                if self.found.len() >= MANIFESTS {
                    return self.leave(&path, format!("more than {MANIFESTS} files: this one and the others"));
                }
                if self.budget.is_late() {
                    return self.leave(&path, format!("{}: this one and the others", self.budget.late()));
                }
                below.extend(self.entry(path));
            }
            open.extend(below.into_iter().rev());
        }
    }

    /// Takes a file. The path, if it is a folder to be looked through.
    fn entry(&mut self, path: PathBuf) -> Option<PathBuf> {
        let kind = match std::fs::symlink_metadata(&path) {
            Ok(kind) => kind,
            Err(e) => {
                self.leave(&path, e.to_string());
                return None;
            }
        };
        let concerns = is_manifest(&path) || kind.is_dir();
        let kind = match kind.is_symlink() {
            false => kind,
            true => match self.link(&path)? {
                Ok(kind) => kind,
                Err(why) => {
                    self.leave(&path, why);
                    return None;
                }
            },
        };
        if is_git(&path) || !(concerns || kind.is_dir()) {
            if looks_like_one(&path) {
                self.leave(&path, "a template: render it first, and give the result to --manifests");
            }
            return None;
        }
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        if !self.seen.insert(real) {
            return None;
        }
        if kind.is_dir() {
            return Some(path);
        }
        if kind.is_file() {
            self.found.push(path);
        } else {
            self.leave(&path, "neither a file nor a folder");
        }
        None
    }

    /// What a link leads to; `None` where it leads to no manifest.
    fn link(&self, path: &Path) -> Option<Result<std::fs::Metadata, String>> {
        let target = match path.canonicalize() {
            Ok(target) => target,
            Err(e) => return Some(Err(format!("a link that leads nowhere: {e}"))),
        };
        if !target.starts_with(&self.tree) || is_git(&target) {
            return Some(Err("a link that leads out of the repository".into()));
        }
        let kind = std::fs::metadata(&target).map_err(|e| e.to_string());
        let file = kind.as_ref().is_ok_and(std::fs::Metadata::is_file);
        (!file || is_manifest(path) || looks_like_one(path)).then_some(kind)
    }
}

/// Whether a file's name ends as those of manifests do.
fn is_manifest(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_ascii_lowercase());
    ending.is_some_and(|e| e == "yaml" || e == "yml" || e == "json")
}

/// Whether a file's name says that a manifest is made of it.
fn looks_like_one(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    [".yaml.", ".yml.", ".json."].iter().any(|part| name.contains(part))
        || [".tpl", ".jsonnet", ".libsonnet", ".gotmpl"].iter().any(|end| name.ends_with(end))
}
