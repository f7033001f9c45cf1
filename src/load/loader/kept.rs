//! What a loader keeps for the next state of a tree.

use super::parsing::is_left_out;
use super::{FileKey, Loader, ModuleFiles, Walked};
use crate::base::reads::{Read, Reads};
use crate::base::source::FileId;
use crate::syntax::ast;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

/// A file that was parsed before.
#[derive(Clone, Debug)]
pub(super) struct KeptFile {
    /// The file.
    pub file: Arc<ast::File>,
    /// It was read, and not left out as more than a budget allows.
    pub read: bool,
}

impl Loader {
    /// A loader for the next state of a tree, in which the real files `changed` are not what they were: it parses these, and
    /// what this one has not parsed. Its sources have the files that it keeps under the same ids.
    pub fn next(&self, changed: &BTreeSet<PathBuf>, made: &FxHashSet<FileId>, config: Option<FileId>) -> Loader {
        let files = self.files.read().unwrap_or_else(|e| e.into_inner());
        let (mut kept, mut ids) = (FxHashMap::default(), FxHashMap::default());
        for (key, slot) in files.iter() {
            let Some(Ok(file)) = slot.get() else { continue };
            let read = !file.errors.iter().any(is_left_out);
            match changed.contains(&key.real) || !read {
                true => drop(ids.insert(key.clone(), file.id)),
                false => drop(kept.insert(key.clone(), KeptFile { file: file.clone(), read })),
            }
        }
        let wanted = kept.values().map(|kept| kept.file.id).chain(made.iter().copied()).chain(config).collect();
        let sources = Arc::new(self.sources.next(&wanted, &ids.values().copied().collect()));
        let walked = Mutex::new(self.walked());
        Loader { kept, ids, walked, ..Loader::new(sources) }
    }

    /// What was found below the paths of the user in the state before, where there was one.
    pub(in crate::load) fn walked(&self) -> Option<Walked> {
        self.walked.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// Keeps what was found below the paths of the user for the next state, which has the same files.
    pub(in crate::load) fn keep_walked(&self, walked: &Walked) {
        *self.walked.lock().unwrap_or_else(|e| e.into_inner()) = Some(walked.clone());
    }

    /// The real folders with Terraform files among these real files.
    pub fn folders_of(&self, files: &BTreeSet<PathBuf>) -> FxHashSet<PathBuf> {
        let opened = self.opened();
        let modules = self.modules.read().unwrap_or_else(|e| e.into_inner());
        let has = |module: &ModuleFiles| {
            let mut own = module.files.iter().chain(&module.overrides).chain(&module.tfvars);
            own.any(|file| opened.get(&file.id).is_some_and(|(real, _)| files.contains(real)))
        };
        let known = modules.iter().filter_map(|(dir, slot)| Some((dir, slot.get()?.as_ref()?)));
        known.filter(|(_, module)| has(module)).map(|(dir, _)| dir.clone()).collect()
    }

    /// How many files it has parsed by itself.
    pub fn files_parsed(&self) -> usize {
        self.parsed.load(Ordering::Relaxed)
    }

    /// Reads again what some work read, so that this loader has it among its files.
    pub fn repeat(&self, reads: &Reads) {
        for read in reads {
            match read {
                Read::Folder(dir) => drop(self.module(dir)),
                Read::Parsed(real) => {
                    let keys: Vec<&FileKey> = self.kept.keys().filter(|key| key.real == *real).collect();
                    keys.into_iter().for_each(|key| drop(self.file(key)));
                }
                Read::Skipped(path, why) => {
                    let mut skipped = self.skipped.lock().unwrap_or_else(|e| e.into_inner());
                    skipped.insert(path.clone(), why.clone());
                }
                Read::Hidden(span) => self.sources.hide(*span),
                Read::Bytes(_) | Read::Made(_) => {}
            }
        }
    }
}
