//! What a session keeps from one state of its tree to the next: the checks of root modules, with what each has read.

use super::stages::{CheckedRoot, Look};
use crate::base::reads::{Read, Reads};
use crate::base::source::FileId;
use crate::eval::Modules;
use crate::graph::across::Beside;
use crate::load::Root;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// New texts of files, by real path; `None` for one that is again what it is on disk.
pub type Change = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// A root module, the environment whose values it has, and what other root modules tell of it.
type ReportKey = (Root, Option<String>, Beside);

fn key(root: &Root, look: Look) -> ReportKey {
    (root.clone(), look.environment.map(str::to_string), look.beside.clone())
}

/// The check of a root module, and what it has read.
#[derive(Debug)]
pub struct KeptCheck {
    /// The check.
    pub checked: CheckedRoot,
    /// What it has read.
    pub reads: Reads,
}

/// What is kept from one state of a tree to the next.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Configurations of module folders.
    pub modules: Arc<Modules>,
    /// What the values of all root modules were read from.
    values: Mutex<Reads>,
    checks: Mutex<FxHashMap<ReportKey, Arc<KeptCheck>>>,
    /// The root modules that were asked for since [`Workspace::begin`].
    asked: Mutex<FxHashSet<ReportKey>>,
    evaluated: AtomicUsize,
}

impl Workspace {
    /// From here on, root modules that are not asked for are let go at the end.
    pub fn begin(&self) {
        lock(&self.asked).clear();
    }

    /// Lets go what was not asked for.
    pub fn end(&self) {
        let asked = lock(&self.asked);
        lock(&self.checks).retain(|key, _| asked.contains(key));
    }

    /// The check of a root module, if it is kept.
    pub fn get(&self, root: &Root, look: Look) -> Option<Arc<KeptCheck>> {
        let key = key(root, look);
        let kept = lock(&self.checks).get(&key).cloned();
        lock(&self.asked).insert(key);
        kept
    }

    /// Notes what values of all root modules were read from.
    pub fn add_values(&self, reads: Reads) {
        lock(&self.values).extend(reads);
    }

    /// Counts an evaluation.
    pub fn count(&self) {
        self.evaluated.fetch_add(1, Ordering::Relaxed);
    }

    /// How many root modules were evaluated since this state began.
    pub fn evaluated(&self) -> usize {
        self.evaluated.load(Ordering::Relaxed)
    }

    /// Keeps the check of a root module.
    pub fn keep(&self, root: &Root, look: Look, checked: CheckedRoot, reads: Reads) {
        lock(&self.checks).insert(key(root, look), Arc::new(KeptCheck { checked, reads }));
    }

    /// Whether some root module has read a file's bytes, as functions do.
    pub fn has_read(&self, real: &Path) -> bool {
        let bytes = Read::Bytes(real.to_path_buf());
        lock(&self.checks).values().any(|kept| kept.reads.contains(&bytes))
    }

    /// What is kept for a state in which these real files are not what they were; `folders` are those with one of them.
    /// Units depend on each other: where one is touched, all are.
    pub fn next(&self, changed: &BTreeSet<PathBuf>, folders: &FxHashSet<PathBuf>) -> Workspace {
        let touches = |read: &Read| match read {
            Read::Folder(dir) => folders.contains(dir),
            Read::Parsed(real) | Read::Bytes(real) => changed.contains(real),
            Read::Skipped(..) | Read::Made(_) | Read::Hidden(_) => false,
        };
        let modules = Arc::new(self.modules.next(|dir| folders.contains(dir)));
        if lock(&self.values).iter().any(touches) {
            return Workspace { modules, ..Workspace::default() };
        }
        let checks = lock(&self.checks);
        let is_touched = |kept: &KeptCheck| kept.reads.iter().any(touches);
        let units = checks.iter().any(|((root, ..), kept)| root.is_unit() && is_touched(kept));
        let stays = |(key, kept): &(&ReportKey, &Arc<KeptCheck>)| !(units && key.0.is_unit() || is_touched(kept));
        let kept = checks.iter().filter(stays).map(|(key, kept)| (key.clone(), kept.clone()));
        Workspace { modules, checks: Mutex::new(kept.collect()), ..Workspace::default() }
    }

    /// The files that the kept checks have made, such as templates.
    pub fn made(&self) -> FxHashSet<FileId> {
        let checks = lock(&self.checks);
        let made = checks.values().flat_map(|kept| &kept.reads).filter_map(|read| match read {
            Read::Made(id) => Some(*id),
            _ => None,
        });
        made.collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}
