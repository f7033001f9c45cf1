//! Walks the folders that the user named in a commit, where everything is under version control.

use super::loader::Loader;
use super::walk::{FoundFolders, NamedFolder, concerns, is_closed};
use crate::tree::{FileKind, WalkStep};

/// Finds the folders with Terraform files below a folder.
pub fn walk(folder: &NamedFolder, found: &mut FoundFolders, loader: &Loader) {
    let tree = loader.tree();
    let mut entered = std::mem::take(&mut found.entered);
    let mut outside = Vec::new();
    let mut enter = |step: &WalkStep| {
        if loader.budget().is_late() || step.path.file_name().is_some_and(is_closed) {
            return false;
        }
        let Ok(real) = tree.canonicalize(&step.path) else { return false };
        if let Some(why) = loader.refusal(&real) {
            outside.push((step.path.clone(), why.to_string()));
            return false;
        }
        entered.insert(real)
    };
    let mut files = Vec::new();
    let mut each = |step: &WalkStep| {
        if step.kind == FileKind::File && concerns(&step.path) {
            files.push(step.path.clone());
        }
        !loader.budget().is_late()
    };
    if !tree.walk(&folder.given, &mut enter, &mut each) {
        found.skipped.insert(folder.given.clone(), "there is too much below it; name folders in it".into());
    }
    for file in files.into_iter().take_while(|_| !loader.budget().is_late()) {
        if let Some(real) = file.parent().and_then(|way| tree.canonicalize(way).ok()) {
            found.add(&file, real);
        }
    }
    found.skipped.extend(outside);
    found.entered = entered;
}
