//! Folders that others call as modules, but that no caller makes: `count = 0`, an empty `for_each`, a number that is not
//! known, or a caller that is not evaluated so far. Such a call does not stand in the place of the folder's own check.

use super::SessionError;
use super::stages::CheckedRoot;
use crate::load::{self, Discovery, Root, loader::Loader};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders of modules that certainly have an instance.
#[derive(Debug, Default)]
pub struct Made(FxHashSet<PathBuf>);

impl Made {
    /// Adds those of a root module.
    pub fn add(&mut self, checked: &CheckedRoot, loader: &Loader) {
        let new: Vec<&PathBuf> = checked.made.iter().filter(|dir| !self.0.contains(*dir)).collect();
        // Evaluation keeps the way to a folder, which may have links.
        let real = |dir: &&PathBuf| loader.module(dir).map(|module| module.dir.clone());
        let real: Vec<PathBuf> = new.iter().filter_map(real).collect();
        self.0.extend(new.into_iter().cloned().chain(real));
    }

    /// Whether this real folder is among them.
    pub fn has(&self, dir: &Path) -> bool {
        self.0.contains(dir)
    }
}

/// Checks root modules in all environments.
pub type CheckRoots<'c> = &'c dyn Fn(&[Root]) -> Result<Vec<CheckedRoot>, SessionError>;

/// Checks the called folders that no root module makes, as root modules, and adds them to those that were found. `all` are
/// the root modules of all shards.
///
/// # Errors
/// What keeps kfplint from looking.
pub fn left(
    checked: &[CheckedRoot],
    found: &mut Discovery,
    all: &[Root],
    check: CheckRoots,
    loader: &Loader,
) -> Result<Vec<CheckedRoot>, SessionError> {
    if found.called.is_empty() {
        return Ok(Vec::new());
    }
    let mut made = Made::default();
    checked.iter().for_each(|root| made.add(root, loader));
    let mut left: Vec<Root> = found.called.iter().filter(|folder| !made.has(&folder.dir)).cloned().collect();
    if !left.is_empty() {
        take_from_others(&mut left, &mut made, found, all, check, loader)?;
    }
    let calls: FxHashMap<PathBuf, FxHashSet<PathBuf>> =
        left.iter().map(|folder| (folder.dir.clone(), load::calls(&folder.dir, loader))).collect();
    let mut out = Vec::new();
    while !left.is_empty() {
        // Those that no other one of them calls come first: they may make the others. In a circle, the first does.
        let of = left.iter().filter_map(|folder| Some((folder, calls.get(&folder.dir)?)));
        let called: FxHashSet<&PathBuf> =
            of.flat_map(|(folder, calls)| calls.iter().filter(|to| **to != folder.dir)).collect();
        let (mut next, mut rest): (Vec<Root>, Vec<Root>) =
            std::mem::take(&mut left).into_iter().partition(|folder| !called.contains(&folder.dir));
        if loader.budget().is_late() {
            next.append(&mut rest);
        }
        if next.is_empty() {
            next.push(rest.remove(0));
        }
        let done = check(&next)?;
        done.iter().for_each(|root| made.add(root, loader));
        rest.retain(|folder| !made.has(&folder.dir));
        left = rest;
        found.roots.extend(next);
        out.extend(done);
    }
    found.roots.sort();
    Ok(out)
}

/// Takes out of `left` what root modules make that this run does not look at, and what another shard checks: that of the
/// first root module that reaches the folder.
fn take_from_others(
    left: &mut Vec<Root>,
    made: &mut Made,
    found: &Discovery,
    all: &[Root],
    check: CheckRoots,
    loader: &Loader,
) -> Result<(), SessionError> {
    let here: FxHashSet<&Path> = found.roots.iter().map(|root| root.dir.as_path()).collect();
    let others: Vec<&Root> =
        all.iter().filter(|root| !here.contains(root.dir.as_path())).chain(&found.others).collect();
    if others.is_empty() {
        return Ok(());
    }
    let reached: Vec<(&Root, BTreeSet<PathBuf>)> =
        all.iter().chain(&found.others).map(|root| (root, load::with_calls(vec![root.dir.clone()], loader))).collect();
    left.retain(|folder| {
        let first = reached.iter().find(|(_, reached)| reached.contains(&folder.dir));
        first.is_none_or(|(root, _)| here.contains(root.dir.as_path()) || found.others.contains(root))
    });
    for (root, reached) in reached.iter().filter(|(root, _)| !here.contains(root.dir.as_path())) {
        if left.iter().any(|folder| reached.contains(&folder.dir)) {
            check(std::slice::from_ref(*root))?.iter().for_each(|root| made.add(root, loader));
            left.retain(|folder| !made.has(&folder.dir));
        }
    }
    Ok(())
}
