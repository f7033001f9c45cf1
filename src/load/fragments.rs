//! Folders of files that are no root module together: those that links in other folders bring there, templates, and
//! examples of which each file stands by itself.

use super::Folders;
use super::loader::Loader;
use super::module::Traits;
use crate::base::source::Span;
use crate::syntax::ast::{Block, File};
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// From so many files on, a folder may be one of independent files.
const SEVERAL: usize = 3;
/// Why templates are passed over.
const TEMPLATES: &str = "its files are templates of configurations; render them to check them";
/// Why independent files are passed over.
const INDEPENDENT: &str =
    "its files declare the same names, so each stands by itself; put each in a folder of its own to check it";

/// The real configuration files that links in other folders lead to.
pub fn shared_files(folders: &Folders, loader: &Loader) -> FxHashSet<PathBuf> {
    if !loader.has_links() {
        return FxHashSet::default();
    }
    let opened = loader.opened();
    let linked = |dir: &PathBuf| {
        let real =
            own_files(dir, loader).into_iter().filter_map(|file| opened.get(&file.id).map(|(real, _)| real.clone()));
        real.filter(|real| real.parent() != Some(dir)).collect::<Vec<_>>()
    };
    folders.keys().flat_map(linked).collect()
}

/// Whether all configuration of a folder is there for links.
pub fn is_shared(dir: &Path, shared: &FxHashSet<PathBuf>, loader: &Loader) -> bool {
    let path = |file: &Arc<File>| Some(dir.join(loader.sources().path(file.id).file_name()?));
    !shared.is_empty()
        && own_files(dir, loader).iter().all(|file| path(file).is_some_and(|path| shared.contains(&path)))
}

/// Whether a folder is a root module whoever calls it: it has a backend or variable files.
pub fn is_own_root(dir: &Path, loader: &Loader) -> bool {
    loader.module(dir).is_some_and(|files| Traits::of(&files, loader).is_own_root)
}

/// Why the files of a folder are no root module together; `None` where they may be one.
pub fn independent(dir: &Path, loader: &Loader) -> Option<&'static str> {
    let files = own_files(dir, loader);
    if files.iter().any(|file| file.errors.iter().any(|error| is_template(error.span, loader))) {
        return Some(TEMPLATES);
    }
    let primary = loader.module(dir).map(|module| module.files.clone()).unwrap_or_default();
    if primary.len() < SEVERAL {
        return None;
    }
    let names: Vec<FxHashSet<String>> = primary.iter().map(|file| names(file)).collect();
    let mut times: FxHashMap<&str, usize> = FxHashMap::default();
    names.iter().flatten().for_each(|name| *times.entry(name).or_default() += 1);
    let collides = |names: &&FxHashSet<String>| names.iter().any(|name| times.get(&**name).is_some_and(|n| *n > 1));
    let colliding = names.iter().filter(collides).count();
    (colliding >= SEVERAL && colliding * 4 >= primary.len() * 3).then_some(INDEPENDENT)
}

fn own_files(dir: &Path, loader: &Loader) -> Vec<Arc<File>> {
    let module = loader.module(dir);
    module.iter().flat_map(|module| module.files.iter().chain(&module.overrides)).cloned().collect()
}

/// Whether the line with an error has an action of a template language that Terraform does not have.
fn is_template(at: Span, loader: &Loader) -> bool {
    let Some(file) = loader.sources().get(at.file) else { return false };
    let line = file.line(file.position(at.start).line);
    line.is_some_and(|line| ["{{", "{%"].iter().any(|mark| action(file.slice(line.start, line.end), mark)))
}

/// `{{ … }}`, or `{% … %}` that is no directive of Terraform's.
fn action(line: &str, mark: &str) -> bool {
    line.find(mark).is_some_and(|at| mark == "{{" || !line.get(..at).is_some_and(|before| before.ends_with('%')))
}

/// The names that a file declares, each of which a module may declare once.
fn names(file: &File) -> FxHashSet<String> {
    let labels = |block: &Block| {
        let labels: Vec<&str> = block.labels.iter().map(|label| &*label.text).collect();
        format!("{}.{}", block.kind.name, labels.join("."))
    };
    let mut all = FxHashSet::default();
    for block in &file.body.blocks {
        match &*block.kind.name {
            "variable" | "output" | "module" | "resource" | "data" | "ephemeral" => drop(all.insert(labels(block))),
            "provider" if block.body.attribute("alias").is_none() => drop(all.insert(labels(block))),
            "terraform" => {
                all.extend(block.body.blocks.iter().filter(|b| &*b.kind.name == "required_providers").map(labels))
            }
            "locals" => all.extend(block.body.attributes.iter().map(|a| format!("local.{}", a.name.name))),
            _ => {}
        }
    }
    all
}
