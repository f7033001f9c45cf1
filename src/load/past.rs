//! Walks the folders that the user named in a commit, where everything is under version control.

use super::loader::Loader;
use super::walk::{Found, Named, TOOLS, concerns};
use crate::tree::{Kind, Step};

/// Finds the folders with Terraform files below a folder.
pub fn walk(folder: &Named, found: &mut Found, loader: &Loader) {
    let tree = loader.tree();
    let mut entered = std::mem::take(&mut found.entered);
    let mut outside = Vec::new();
    let mut enter = |step: &Step| {
        if loader.budget().is_late() || step.path.file_name().is_some_and(|name| TOOLS.iter().any(|tool| name == *tool))
        {
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
    let mut each = |step: &Step| {
        if step.kind == Kind::File && concerns(&step.path) {
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
