//! Reads the files of module folders: each folder listed once, each file read and parsed once in a run.

use super::bounds::{self, Bounds, CLOSED, OUTSIDE};
use super::files::{self, FileRole, Syntax};
use super::index::GitIndex;
use super::private::{self, IgnoredFiles};
use super::shown::{self, Shown};
use super::walk::{Walked, reason};
use crate::base::budget::{Budget, DOCUMENT};
use crate::base::parallel;
use crate::base::reads::{Read, note, note_folder};
use crate::base::source::{FileId, Sources};
use crate::syntax::ast;
use crate::tree::{FileKind, Tree};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock};

mod kept;
mod languages;
mod parsing;

pub use crate::tree::{Texts, up_to};
pub use languages::{LanguageSigns, PinnedVersion};
pub use parsing::parse;

use kept::KeptFile;
use parsing::{UNREADABLE, is_left_out};

/// The files of one module folder, parsed.
#[derive(Clone, Debug, Default)]
pub struct ModuleFiles {
    /// The real folder.
    pub dir: PathBuf,
    /// The folder as the user would write it.
    pub shown: String,
    /// Configuration, by file name.
    pub files: Vec<Arc<ast::File>>,
    /// `override.tf`, `*_override.tf` and their kin, by file name: to be merged into the rest in this order.
    pub overrides: Vec<Arc<ast::File>>,
    /// `terraform.tfvars[.json]`, then `*.auto.tfvars[.json]` by name: a later value takes the place of an earlier.
    pub tfvars: Vec<Arc<ast::File>>,
    /// Configuration that is more than a budget allows, and why: what it declares is not known.
    pub left_out: Vec<(String, String)>,
}

/// Reads and keeps the files of a run. Shared between threads.
#[derive(Debug)]
pub struct Loader {
    sources: Arc<Sources>,
    shown: RwLock<Shown>,
    modules: RwLock<FxHashMap<PathBuf, Slot<Option<Arc<ModuleFiles>>>>>,
    files: RwLock<FxHashMap<FileKey, Slot<Parsed>>>,
    skipped: Mutex<BTreeMap<String, String>>,
    read: AtomicUsize,
    /// A configuration file was found by a link.
    has_links: AtomicBool,
    tree: Tree,
    /// Files that were parsed for the state before, and are as they were.
    kept: FxHashMap<FileKey, KeptFile>,
    /// The ids of files that were parsed for the state before, and changed.
    ids: FxHashMap<FileKey, FileId>,
    parsed: AtomicUsize,
    budget: Budget,
    bounds: RwLock<Bounds>,
    own_roots: BTreeMap<PathBuf, bool>,
    /// Where paths that configurations write lead, as far as that was asked.
    led: RwLock<FxHashMap<OsString, Option<PathBuf>>>,
    ignored: IgnoredFiles,
    /// By the top folder of the repository.
    indexes: RwLock<FxHashMap<PathBuf, Slot<Option<Arc<GitIndex>>>>>,
    /// What was found below the paths of the user.
    walked: Mutex<Option<Walked>>,
}

/// So many files or folders are read one after the other: more, on all cores.
const FEW: usize = 16;

/// A value that is made once, by whoever needs it first.
type Slot<T> = Arc<OnceLock<T>>;

/// A real file, and how it is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct FileKey {
    real: PathBuf,
    /// By the name under which it stands, which for a link is the link's own.
    syntax: Syntax,
    /// Where it lies, or the way to it, makes it private.
    private: bool,
}

/// A parsed file, or why it cannot be read. One that is more than a budget allows is empty and says so in its errors.
type Parsed = Result<Arc<ast::File>, String>;

/// One file of a folder.
#[derive(Clone, Debug)]
struct ListedFile {
    role: FileRole,
    /// The real file, or why it is not read.
    key: Result<FileKey, String>,
    /// Where it was found.
    path: PathBuf,
}

impl Loader {
    /// A loader that adds what it reads to `sources`, and reads everything that it is asked for. Paths are shown relative
    /// to the working directory.
    pub fn new(sources: Arc<Sources>) -> Loader {
        Loader {
            sources,
            shown: RwLock::new(Shown::new(std::env::current_dir().unwrap_or_default())),
            modules: RwLock::default(),
            files: RwLock::default(),
            skipped: Mutex::default(),
            read: AtomicUsize::new(0),
            has_links: AtomicBool::new(false),
            tree: Tree::default(),
            kept: FxHashMap::default(),
            ids: FxHashMap::default(),
            parsed: AtomicUsize::new(0),
            budget: Budget::default(),
            bounds: RwLock::new(Bounds::new(true)),
            own_roots: BTreeMap::new(),
            led: RwLock::default(),
            ignored: IgnoredFiles::default(),
            indexes: RwLock::default(),
            walked: Mutex::default(),
        }
    }

    /// The sources that it adds to.
    pub fn sources(&self) -> &Arc<Sources> {
        &self.sources
    }

    /// The same for the files of this tree.
    pub fn of(self, tree: Tree) -> Loader {
        Loader { tree, ..self }
    }

    /// The same within a budget.
    pub fn within(self, budget: Budget) -> Loader {
        Loader { budget, ..self }
    }

    /// The same, with folders that are root modules of their own even where another folder calls them.
    pub fn with_roots(self, roots: &BTreeMap<PathBuf, bool>) -> Loader {
        Loader { own_roots: roots.clone(), ..self }
    }

    /// Folders that are root modules of their own even where another folder calls them, and whether they are reusable
    /// modules.
    pub fn own_roots(&self) -> &BTreeMap<PathBuf, bool> {
        &self.own_roots
    }

    /// The same that reads only what lies in the trees of folders that are named from now on, unless `open`.
    pub fn bounded(self, open: bool) -> Loader {
        Loader { bounds: RwLock::new(Bounds::new(open)), ..self }
    }

    /// The files that are checked.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Adds the tree of a folder that the user named to those that may be read.
    pub fn admit(&self, dir: &Path) {
        let real = self.tree.canonicalize(dir);
        real.iter().for_each(|real| self.bounds.write().unwrap_or_else(|e| e.into_inner()).name(real));
    }

    /// What may be read, as it is now.
    pub fn bounds(&self) -> Bounds {
        self.bounds.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// Whether a real path may be read.
    pub fn may_read(&self, real: &Path) -> bool {
        self.refusal(real).is_none()
    }

    /// Why a real path may not be read; `None` where it may.
    pub fn refusal(&self, real: &Path) -> Option<&'static str> {
        self.bounds.read().unwrap_or_else(|e| e.into_inner()).refusal(real)
    }

    /// Whether a real file is private by where it lies, by its name or by the way to it, which has no `..` in it. Its
    /// content may tell more: [`private::by_content`].
    pub fn is_private(&self, way: &Path, real: &Path) -> bool {
        let bounds = self.bounds.read().unwrap_or_else(|e| e.into_inner());
        let Some(tree) = bounds.tree_of(real) else { return bounds.has_trees() };
        private::by_name(real)
            || self.ignored.has(real, tree, &self.tree)
            || way != real && (private::by_name(way) || self.is_link(way, real, tree) && !is_shared(real))
    }

    /// The real folder of a module that a file in `dir` calls by the path `source`; `None` where it is not there.
    ///
    /// # Errors
    /// It is there, but may not be read.
    pub fn called(&self, dir: &Path, source: &str) -> Result<Option<PathBuf>, &'static str> {
        let source = source.replace('\\', "/");
        let Some(real) = self.lead(dir, &source) else { return Ok(None) };
        let call = || self.bounds.write().unwrap_or_else(|e| e.into_inner()).call(&dir.join(&source), &real);
        match self.refusal(&real) {
            Some(why) if why != OUTSIDE || !call() => Err(why),
            _ => Ok(Some(real)),
        }
    }

    /// Where a path leads that a file in a real folder writes. Many folders write the same one: the system is asked once,
    /// unless the path goes up again from what may be a link.
    fn lead(&self, dir: &Path, source: &str) -> Option<PathBuf> {
        let ask = |path: &Path| self.tree.canonicalize(path).ok();
        let Some(plain) = bounds::plain(dir, source) else { return ask(&dir.join(source)) };
        if let Some(known) = self.led.read().unwrap_or_else(|e| e.into_inner()).get(plain.as_os_str()) {
            return known.clone();
        }
        let real = ask(&plain);
        self.led.write().unwrap_or_else(|e| e.into_inner()).insert(plain.into_os_string(), real.clone());
        real
    }

    /// What may be read of a small file beside the configuration; `None` where there is none.
    pub fn beside(&self, path: &Path) -> Option<Vec<u8>> {
        let real = self.tree.canonicalize(path).ok().filter(|real| self.may_read(real))?;
        self.tree.up_to(&real, DOCUMENT).ok()?
    }

    /// What Git tracks in the repository with this top folder; `None` where that cannot be told.
    pub fn index(&self, top: &Path) -> Option<Arc<GitIndex>> {
        let slot = slot(&self.indexes, &top.to_path_buf());
        slot.get_or_init(|| GitIndex::read(top).map(Arc::new)).clone()
    }

    /// What Git ignores.
    pub fn ignored(&self) -> &IgnoredFiles {
        &self.ignored
    }

    /// Limits.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// All files that were read and parsed, in the order of their paths.
    pub fn parsed(&self) -> Vec<Arc<ast::File>> {
        let files = self.files.read().unwrap_or_else(|e| e.into_inner());
        let mut all: Vec<_> = files.iter().filter_map(|(key, slot)| Some((key, slot.get()?.as_ref().ok()?))).collect();
        all.sort_by_key(|(key, _)| *key);
        all.into_iter().map(|(_, file)| file.clone()).collect()
    }

    /// All files that were read: the real path of each, and how it is written.
    pub fn opened(&self) -> BTreeMap<FileId, (PathBuf, Syntax)> {
        let files = self.files.read().unwrap_or_else(|e| e.into_inner());
        let id = |slot: &Slot<Parsed>| slot.get().and_then(|parsed| parsed.as_ref().ok()).map(|file| file.id);
        files.iter().filter_map(|(key, slot)| Some((id(slot)?, (key.real.clone(), key.syntax)))).collect()
    }

    /// The files of a module folder; `None` where there is no Terraform configuration in it.
    pub fn module(&self, dir: &Path) -> Option<Arc<ModuleFiles>> {
        note_folder(dir);
        // A path that is among them is real and may be read.
        let known =
            self.modules.read().unwrap_or_else(|e| e.into_inner()).get(dir).and_then(|slot| slot.get().cloned());
        if let Some(known) = known {
            return known;
        }
        let real = self.tree.canonicalize(dir).ok().filter(|real| self.may_read(real))?;
        note_folder(&real);
        let slot = slot(&self.modules, &real);
        slot.get_or_init(|| {
            let entries = self.list(&real);
            self.assemble(real.clone(), &entries)
        })
        .clone()
    }

    /// Whether a real folder was read already.
    pub fn has_read(&self, dir: &Path) -> bool {
        self.modules.read().unwrap_or_else(|e| e.into_inner()).get(dir).is_some_and(|slot| slot.get().is_some())
    }

    /// The variable files that Terraform reads unasked in a folder, whether there is configuration in it or not.
    pub fn tfvars(&self, dir: &Path) -> Vec<Arc<ast::File>> {
        if let Some(module) = self.module(dir) {
            return module.tfvars.clone();
        }
        let real = self.tree.canonicalize(dir).ok().filter(|real| self.may_read(real));
        let entries = real.map(|real| self.list(&real)).unwrap_or_default();
        let variables = entries.into_iter().filter(|entry| entry.role == FileRole::Variables);
        let read = |entry: ListedFile| {
            entry.key.and_then(|key| self.file(&key)).map_err(|why| self.skip(&entry.path, why)).ok()
        };
        variables.filter_map(read).collect()
    }

    /// Reads several real folders at once. File ids are given in the order of the paths, whatever the threads do.
    pub fn preload(&self, dirs: &[PathBuf]) {
        let dirs: Vec<&PathBuf> = dirs.iter().filter(|dir| self.may_read(dir)).collect();
        let listed = parallel::map(&dirs, FEW, |dir| (!self.budget.is_late()).then(|| (*dir, self.list(dir))));
        let listed: Vec<_> = listed.into_iter().flatten().collect();
        let wanted: BTreeSet<&FileKey> =
            listed.iter().flat_map(|(_, entries)| entries.iter().filter_map(|e| e.key.as_ref().ok())).collect();
        let wanted: Vec<&FileKey> = wanted.into_iter().filter(|key| slot(&self.files, key).get().is_none()).collect();
        let (old, wanted): (Vec<&FileKey>, Vec<&FileKey>) =
            wanted.into_iter().partition(|key| self.kept.contains_key(*key));
        old.into_iter().for_each(|key| drop(self.file(key)));
        let read = parallel::map(&wanted, FEW, |key| self.read(key));
        let added: Vec<_> = wanted.iter().zip(read).map(|(key, file)| (key, file.map(|f| self.add(f, key)))).collect();
        parallel::map(&added, FEW, |(key, added)| {
            let added = added.as_ref().map_err(String::clone);
            let _ = slot(&self.files, key).set(added.map(|added| self.parse(added, key.syntax)));
        });
        parallel::map(&listed, FEW, |(dir, entries)| {
            slot(&self.modules, dir).get_or_init(|| self.assemble((*dir).clone(), entries));
        });
    }

    /// A variable file that the user named (`-var-file`).
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn variables(&self, path: &Path) -> Result<Arc<ast::File>, String> {
        let real = self.tree.canonicalize(path).map_err(|e| reason(&e))?;
        // The user named it: it may lie anywhere, but not where nothing is read.
        if let Some(why) = self.refusal(&real).filter(|why| *why != OUTSIDE) {
            return Err(why.into());
        }
        self.shown.write().unwrap_or_else(|e| e.into_inner()).name(&real, path);
        let private = self.is_private_by_name(path, &real);
        self.file(&FileKey { private, real, syntax: syntax_of(path) })
    }

    /// Whether a file is private that the user named: its folder is the user's choice, but not where a link leads.
    fn is_private_by_name(&self, path: &Path, real: &Path) -> bool {
        let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
        let folder = here.join(path.parent().unwrap_or(Path::new("")));
        let folder = self.tree.canonicalize(&folder).unwrap_or(folder);
        let way = folder.join(path.file_name().unwrap_or_default());
        let tree = bounds::tree(&folder);
        let leads_out = |tree: &Path, way: &Path| way.starts_with(tree) && !real.starts_with(tree);
        private::by_name(real)
            || private::by_name(&way)
            || leads_out(tree, &way)
            || leads_out(bounds::tree(&here), &bounds::normalise(&here.join(path)))
            || self.ignored.has(real, tree, &self.tree)
            || way != real && !is_shared(real)
    }

    /// A variable file that a configuration names.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn values(&self, path: &Path) -> Result<Arc<ast::File>, String> {
        let real = self.real(path)?;
        self.values_of(path, real)
    }

    fn values_of(&self, path: &Path, real: PathBuf) -> Result<Arc<ast::File>, String> {
        self.file(&self.key(path, real, syntax_of(path)))
    }

    /// The key of a file by the way to it.
    fn key(&self, way: &Path, real: PathBuf, syntax: Syntax) -> FileKey {
        let way = bounds::normalise(&std::path::absolute(way).unwrap_or_else(|_| way.to_path_buf()));
        FileKey { private: self.is_private(&way, &real), real, syntax }
    }

    /// A file in HCL that is not Terraform's own.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn hcl(&self, path: &Path) -> Result<Arc<ast::File>, String> {
        let real = self.real(path)?;
        let json = real.extension().is_some_and(|ending| ending == "json");
        self.file(&self.key(path, real, if json { Syntax::Json } else { Syntax::Native }))
    }

    /// The real path of a file that a configuration names.
    fn real(&self, path: &Path) -> Result<PathBuf, String> {
        let real = self.tree.canonicalize(path).map_err(|e| reason(&e))?;
        let Some(why) = self.refusal(&real) else { return Ok(real) };
        self.skip(path, why.into());
        Err(why.into())
    }

    /// Notes how the user writes a folder, whose tree may then be read.
    pub fn name_folder(&self, dir: &Path, given: &Path) {
        self.admit(dir);
        self.shown.write().unwrap_or_else(|e| e.into_inner()).name(dir, given);
    }

    /// Notes how the user would write a folder that a link led to, unless it lies in a named one.
    pub fn name_folder_elsewhere(&self, dir: &Path, way: &Path) {
        let mut shown = self.shown.write().unwrap_or_else(|e| e.into_inner());
        if !shown.covers(dir) {
            shown.name(dir, way);
        }
    }

    /// A real path as the user would write it.
    pub fn shown(&self, path: &Path) -> String {
        self.shown.read().unwrap_or_else(|e| e.into_inner()).path(path)
    }

    /// A path that was found by walking from a named folder, as the user would write it.
    pub fn shown_way(&self, path: &Path) -> String {
        let (parent, name) = (path.parent().unwrap_or(path), path.file_name().unwrap_or_default());
        match self.tree.canonicalize(parent) {
            Ok(real) => self.shown(&real.join(name)),
            Err(_) => shown::text(path),
        }
    }

    /// Files that were passed over so far: shown path and why, by path.
    pub fn skipped(&self) -> Vec<(String, String)> {
        let skipped = self.skipped.lock().unwrap_or_else(|e| e.into_inner());
        skipped.iter().map(|(path, why)| (path.clone(), why.clone())).collect()
    }

    /// Whether a configuration file that was found so far is a link.
    pub fn has_links(&self) -> bool {
        self.has_links.load(Ordering::Relaxed)
    }

    /// How many files were read so far.
    pub fn files_read(&self) -> usize {
        self.read.load(Ordering::Relaxed)
    }

    /// The Terraform files of a real folder, in the order in which Terraform reads them.
    fn list(&self, dir: &Path) -> Vec<ListedFile> {
        let entries = match self.tree.entries(dir) {
            Ok(entries) => entries,
            Err(error) => {
                self.skip(dir, reason(&error));
                return Vec::new();
            }
        };
        let mut names: BTreeMap<Vec<u8>, (PathBuf, bool)> = BTreeMap::new();
        for entry in entries.into_iter().filter(|entry| entry.kind != FileKind::Folder) {
            let regular = entry.kind == FileKind::File;
            names.insert(entry.name.as_encoded_bytes().to_vec(), (dir.join(entry.name), regular));
        }
        let entry = |(name, (path, regular), role): (String, &(PathBuf, bool), FileRole)| {
            self.has_links.fetch_or(!regular, Ordering::Relaxed);
            // What is no file at all is refused as such when it is read.
            let allowed = |real: PathBuf| match self.refusal(&real) {
                Some(OUTSIDE) if real.starts_with(dir) || !self.tree.is_file(&real) => Ok(real),
                Some(why) => Err(why.to_string()),
                None => Ok(real),
            };
            let real = if *regular { Ok(path.clone()) } else { self.real_file(path)?.and_then(allowed) };
            let key =
                |real: PathBuf| FileKey { private: self.is_private(path, &real), real, syntax: files::syntax(&name) };
            Some(ListedFile { role, key: real.map(key), path: path.clone() })
        };
        let selected = files::select(&names);
        if !selected.of_tofu.is_empty() {
            self.tell_languages_apart(dir, &selected);
        }
        selected.files.into_iter().filter_map(entry).collect()
    }

    fn assemble(&self, dir: PathBuf, entries: &[ListedFile]) -> Option<Arc<ModuleFiles>> {
        if !entries.iter().any(|e| e.role != FileRole::Variables) {
            return None;
        }
        let mut module = ModuleFiles { shown: self.shown(&dir), dir, ..ModuleFiles::default() };
        for entry in entries {
            match entry.key.clone().and_then(|key| self.file(&key)) {
                Ok(file) => match entry.role {
                    FileRole::Primary => module.files.push(file),
                    FileRole::Override => module.overrides.push(file),
                    FileRole::Variables => module.tfvars.push(file),
                },
                Err(why) => {
                    // What Terraform would read may declare anything.
                    if (why == OUTSIDE || why == CLOSED) && entry.role != FileRole::Variables {
                        module.left_out.push((self.shown_way(&entry.path), why.clone()));
                    }
                    self.skip(&entry.path, why);
                }
            }
        }
        let over = |file: &Arc<ast::File>| {
            let error = file.errors.iter().find(|error| is_left_out(error))?;
            Some((self.sources.path(file.id).to_string_lossy().into_owned(), error.message.clone()))
        };
        let over: Vec<_> = module.files.iter().chain(&module.overrides).filter_map(over).collect();
        let is_unread = |file: &&Arc<ast::File>| !file.errors.is_empty() && self.sources.is_private(file.id);
        let unread: Vec<_> = module.files.iter().chain(&module.overrides).filter(is_unread).cloned().collect();
        for file in unread {
            let path = self.sources.path(file.id).to_string_lossy().into_owned();
            module.left_out.push((path, UNREADABLE.into()));
        }
        module.left_out.extend(over);
        Some(Arc::new(module))
    }

    fn skip(&self, path: &Path, why: String) {
        let shown = self.shown_way(path);
        note(|| Read::Skipped(shown.clone(), why.clone()));
        self.skipped.lock().unwrap_or_else(|e| e.into_inner()).insert(shown, why);
    }

    /// Whether the way to a real file leads through a link in the tree. Links that lead to the tree itself do not count.
    fn is_link(&self, way: &Path, real: &Path, tree: &Path) -> bool {
        let inside = |above: &&Path| self.tree.canonicalize(above).is_ok_and(|above| above.starts_with(tree));
        let top = way.ancestors().filter(inside).last();
        let plain = top.and_then(|top| Some(self.tree.canonicalize(top).ok()?.join(way.strip_prefix(top).ok()?)));
        plain.is_none_or(|plain| bounds::normalise(&plain) != real)
    }

    /// Where a link or special file leads; `None` for a folder.
    fn real_file(&self, path: &Path) -> Option<Result<PathBuf, String>> {
        match self.tree.kind(path) {
            Ok(FileKind::Folder) => None,
            Ok(_) => Some(self.tree.canonicalize(path).map_err(|e| reason(&e))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Some(Err("a link to a file that is not there".into()))
            }
            Err(error) => Some(Err(reason(&error))),
        }
    }
}

/// How a file of values is written.
fn syntax_of(path: &Path) -> Syntax {
    files::syntax(&path.file_name().unwrap_or_default().to_string_lossy())
}

/// Whether a real file is one that folders often share by a link.
fn is_shared(real: &Path) -> bool {
    private::is_configuration(&real.file_name().unwrap_or_default().to_string_lossy())
}

/// The slot for a key, made where there is none.
fn slot<K: Clone + Eq + std::hash::Hash, T>(slots: &RwLock<FxHashMap<K, Slot<T>>>, key: &K) -> Slot<T> {
    if let Some(slot) = slots.read().unwrap_or_else(|e| e.into_inner()).get(key) {
        return slot.clone();
    }
    slots.write().unwrap_or_else(|e| e.into_inner()).entry(key.clone()).or_default().clone()
}
