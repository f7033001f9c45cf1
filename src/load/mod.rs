//! Finds root modules and their files.
//!
//! A root module is a folder with Terraform files that no other folder found calls as a local module, or that has a
//! backend or variable files of its own. A folder that the user names is one in any case.

pub mod bounds;
mod changed;
mod examples;
mod files;
mod fragments;
mod ignored;
pub mod index;
pub mod loader;
mod module;
mod past;
pub mod private;
mod shown;
mod tracked;
mod walk;

pub use changed::changed;
pub use files::{STACK, Syntax, UNIT, is_override, is_terraform, is_variables};
pub use fragments::is_own_root;
pub use module::is_local;
pub use walk::reason;

use crate::base::source::FileId;
use crate::syntax::ast;
use crate::tree::Tree;
use loader::Loader;
use module::Traits;
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use walk::{FoundFolders, Walked};

/// What was found under the paths that the user named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The root modules, by shown path.
    pub roots: Vec<Root>,
    /// Folders that other folders call as modules, and that are no root modules because of that.
    pub called: Vec<Root>,
    /// Root modules that were found, and that this run does not look at.
    pub others: Vec<Root>,
    /// The real folders that the user named.
    pub named: BTreeSet<PathBuf>,
    /// Real folders with a file of a Terragrunt stack.
    pub stacks: Vec<PathBuf>,
    /// Files and folders that were passed over: path and why.
    pub skipped: Vec<(String, String)>,
    /// Units that are not run by themselves: path and why.
    pub excluded: Vec<(String, String)>,
}

/// A root module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Root {
    /// The path as the user would write it, with forward slashes; "." for the working directory.
    pub shown: String,
    /// The folder on disk, absolute and without symbolic links.
    pub dir: PathBuf,
    /// What is in the folder.
    pub kind: RootKind,
}

/// What a root is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RootKind {
    /// A root module.
    Module,
    /// A reusable module that nothing here calls: it has inputs, but no backend, configured provider or variable files, and
    /// the user did not name it. Its callers may replace the defaults of its inputs.
    ReusableModule,
    /// A Terragrunt unit, with its `terragrunt.hcl`: it says which module stands for the folder.
    TerragruntUnit(PathBuf),
}

impl Root {
    /// Whether it is a reusable module that nothing here calls.
    pub fn is_reusable(&self) -> bool {
        self.kind == RootKind::ReusableModule
    }

    /// Whether it is a Terragrunt unit.
    pub fn is_unit(&self) -> bool {
        self.unit().is_some()
    }

    /// The `terragrunt.hcl` of a Terragrunt unit.
    pub fn unit(&self) -> Option<&PathBuf> {
        match &self.kind {
            RootKind::TerragruntUnit(file) => Some(file),
            RootKind::Module | RootKind::ReusableModule => None,
        }
    }
}

/// A path that the user named and that cannot be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It is not there, or may not be read.
    #[error("cannot read `{path}`: {why}")]
    Unreadable {
        /// The path as given.
        path: String,
        /// What the operating system says.
        why: String,
    },
    /// It is a file that this version does not read.
    #[error("`{path}` is not a folder or a Terraform file")]
    NotTerraform {
        /// The path as given.
        path: String,
    },
}

/// Finds the root modules under the paths, and reads all Terraform files below them into the loader.
///
/// # Errors
/// Where a path that the user named cannot be read at all. What cannot be read below it is in `skipped`.
pub fn roots(paths: &[PathBuf], loader: &Loader) -> Result<Discovery, PathError> {
    look(paths, loader).map(|(found, _)| found)
}

fn look(paths: &[PathBuf], loader: &Loader) -> Result<(Discovery, Folders), PathError> {
    let Walked { named, found, .. } = walked(paths, loader)?;
    for (dir, way) in found.folders.iter().chain(&found.unit_folders) {
        loader.name_folder_elsewhere(dir, way);
    }
    let dirs = load_with_modules(found.folders.keys().cloned().collect(), loader);
    // What could not be read in time is a root module as far as anybody knows.
    let unread = found.folders.keys().filter(|dir| !dirs.contains_key(*dir) && !loader.has_read(dir)).cloned();
    let unread: Vec<PathBuf> = unread.filter(|_| loader.budget().is_late()).collect();
    let named: BTreeSet<PathBuf> = named.into_iter().map(|n| n.dir).collect();
    let root = |dir: PathBuf| {
        let traits = dirs.get(&dir).map(|(traits, _)| traits);
        let was_library = loader.own_roots().get(&dir).is_none_or(|library| *library);
        let is_reusable = !named.contains(&dir) && was_library && traits.is_some_and(Traits::is_library);
        let kind = if is_reusable { RootKind::ReusableModule } else { RootKind::Module };
        Root { shown: loader.shown(&dir), kind, dir }
    };
    let mut chosen = choose(&dirs, &named.iter().chain(loader.own_roots().keys()).cloned().collect());
    let units: Vec<Root> = found.unit_folders.keys().filter_map(|dir| unit(dir, loader)).collect();
    let unit_dirs: FxHashSet<&Path> = units.iter().map(|unit| unit.dir.as_path()).collect();
    let evaluates_its_files = |dir: &Path| {
        unit_file(dir, loader.tree()).and_then(|f| loader.hcl(&f).ok()).is_none_or(|f| copies_its_files(&f))
    };
    chosen.retain(|dir| !unit_dirs.contains(dir.as_path()) || !evaluates_its_files(dir));
    let shared = fragments::shared_files(&dirs, loader);
    let is_fragment = |dir: &PathBuf| {
        let is_own = dirs.get(dir).is_some_and(|(traits, _)| traits.is_own_root);
        !is_own && !named.contains(dir) && fragments::is_shared(dir, &shared, loader)
    };
    chosen.retain(|dir| !is_fragment(dir));
    let (old_units, chosen): (BTreeSet<PathBuf>, BTreeSet<PathBuf>) =
        chosen.into_iter().partition(|dir| dirs.get(dir).is_some_and(|(traits, _)| traits.is_old_unit));
    let mut loose = BTreeMap::new();
    let chosen: BTreeSet<PathBuf> = chosen
        .into_iter()
        .filter(|dir| {
            let is_kept = named.contains(dir) || unit_dirs.contains(dir.as_path());
            let why = if is_kept { None } else { fragments::independent(dir, loader) };
            why.map(|why| loose.insert(dir.clone(), why)).is_none()
        })
        .collect();
    let candidate = |(dir, (_, candidate)): (&PathBuf, &(Traits, bool))| candidate.then(|| dir.clone());
    let is_root = |dir: &PathBuf| {
        chosen.contains(dir) || old_units.contains(dir) || loose.contains_key(dir) || unit_dirs.contains(dir.as_path())
    };
    let called = dirs.iter().filter_map(candidate).filter(|dir| !is_root(dir) && !is_fragment(dir)).map(root).collect();
    let mut roots: Vec<Root> = chosen.into_iter().chain(unread).map(root).chain(units).collect();
    roots.sort();
    let skipped = found.skipped.into_iter().map(|(path, why)| (loader.shown_way(&path), why));
    let old = old_units.iter().map(|dir| (loader.shown(dir), OLD_UNIT.to_string()));
    let loose = loose.into_iter().map(|(dir, why)| (loader.shown(&dir), why.to_string()));
    let skipped = skipped.chain(old).chain(loose).collect();
    let stacks = found.stack_folders.into_iter().collect();
    let excluded = found.excluded.into_iter().map(|(path, why)| (loader.shown_way(&path), why)).collect();
    Ok((Discovery { roots, called, others: Vec::new(), named, stacks, skipped, excluded }, dirs))
}

/// Why a unit of an old Terragrunt is passed over.
const OLD_UNIT: &str = "it is a unit of Terragrunt before 0.19; move its settings to a terragrunt.hcl to check it";

/// The folders that the paths mean, and what is below them; as it was found in the state of the tree before, if there is one.
fn walked(paths: &[PathBuf], loader: &Loader) -> Result<Walked, PathError> {
    if let Some(walked) = loader.walked().filter(|walked| walked.paths == paths) {
        walked.named.iter().for_each(|folder| loader.name_folder(&folder.dir, &folder.given));
        return Ok(walked);
    }
    let named = paths.iter().map(|path| walk::named(path, loader.tree())).collect::<Result<Vec<_>, _>>()?;
    let mut found = FoundFolders::default();
    for folder in &named {
        loader.name_folder(&folder.dir, &folder.given);
        walk::walk(folder, &mut found, loader);
    }
    let walked = Walked { paths: paths.to_vec(), named, found };
    if !loader.budget().is_late() {
        loader.keep_walked(&walked);
    }
    Ok(walked)
}

/// The files of a root module and of the local modules that it calls.
pub fn files(root: &Path, loader: &Loader) -> BTreeSet<FileId> {
    let (mut seen, mut todo, mut out) = (BTreeSet::new(), vec![root.to_path_buf()], BTreeSet::new());
    while let Some(dir) = todo.pop() {
        if !seen.insert(dir.clone()) || loader.budget().is_late() && !loader.has_read(&dir) {
            continue;
        }
        let Some(module) = loader.module(&dir) else { continue };
        out.extend(module.files.iter().chain(&module.overrides).chain(&module.tfvars).map(|file| file.id));
        todo.extend(Traits::of(&module, loader).calls);
    }
    out
}

/// A path as the user would write it: relative to the working directory where possible.
pub fn shown(path: &Path) -> String {
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    shown::Shown::new(std::env::current_dir().unwrap_or_default()).path(&real)
}

/// The one folder that a path means, whatever is below it.
///
/// # Errors
/// Where it cannot be read.
pub fn single(path: &Path, loader: &Loader) -> Result<Root, PathError> {
    let folder = walk::named(path, loader.tree())?;
    loader.name_folder(&folder.dir, &folder.given);
    let plain = || Root { shown: loader.shown(&folder.dir), dir: folder.dir.clone(), kind: RootKind::Module };
    Ok(unit(&folder.dir, loader).unwrap_or_else(plain))
}

/// The `terragrunt.hcl` in a folder.
pub fn unit_file(dir: &Path, tree: &Tree) -> Option<PathBuf> {
    Some(dir.join(files::UNIT)).filter(|file| tree.is_file(file))
}

/// The Terragrunt unit in a folder: its `terragrunt.hcl` names a source or includes what may, or modules stand beside it.
/// A file that is only there to be included is none.
fn unit(dir: &Path, loader: &Loader) -> Option<Root> {
    let file = unit_file(dir, loader.tree())?;
    let body = &loader.hcl(&file).ok()?.body;
    let sourced = body.blocks("terraform").any(|t| t.body.attribute("source").is_some());
    let is_unit = sourced || body.blocks("include").next().is_some() || loader.module(dir).is_some();
    let kind = RootKind::TerragruntUnit(file);
    is_unit.then(|| Root { shown: loader.shown(dir), dir: dir.to_path_buf(), kind })
}

/// The real folders that a folder calls as local modules.
pub fn calls(dir: &Path, loader: &Loader) -> FxHashSet<PathBuf> {
    loader.module(dir).map(|files| Traits::of(&files, loader).calls).unwrap_or_default()
}

/// Whether Terragrunt evaluates the configuration in a unit's own folder together with the unit's source.
pub fn copies_its_files(unit: &ast::File) -> bool {
    unit.body.blocks("terraform").all(|block| block.body.attribute("exclude_from_copy").is_none())
}

/// These folders, and all that they call as local modules.
pub fn with_calls(dirs: Vec<PathBuf>, loader: &Loader) -> BTreeSet<PathBuf> {
    load_with_modules(dirs, loader).into_keys().collect()
}

/// What is known of each folder found: `None` for a folder that is only called, and so no candidate for a root.
type Folders = BTreeMap<PathBuf, (Traits, bool)>;

/// Reads the folders, and those that they call, until there is no new one.
fn load_with_modules(found: Vec<PathBuf>, loader: &Loader) -> Folders {
    let mut folders = Folders::new();
    let mut next = found;
    let mut candidate = true;
    while !next.is_empty() {
        loader.preload(&next);
        let mut called = FxHashSet::default();
        for dir in next {
            if loader.budget().is_late() && !loader.has_read(&dir) {
                continue;
            }
            let Some(files) = loader.module(&dir).filter(|m| !(m.files.is_empty() && m.overrides.is_empty())) else {
                continue;
            };
            let traits = Traits::of(&files, loader);
            called.extend(traits.calls.iter().cloned());
            folders.insert(dir, (traits, candidate));
        }
        next = called.into_iter().filter(|dir| !folders.contains_key(dir) && loader.module(dir).is_some()).collect();
        next.sort();
        candidate = false;
    }
    folders
}

/// Chooses the roots among the candidates, so that every candidate is a root or called from one.
fn choose(folders: &Folders, named: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let called: FxHashSet<&Path> = folders
        .iter()
        .flat_map(|(dir, (traits, _))| traits.calls.iter().filter(move |c| *c != dir).map(PathBuf::as_path))
        .collect();
    let candidates = || folders.iter().filter(|(_, (_, candidate))| *candidate);
    let mut roots: BTreeSet<&Path> = candidates()
        .filter(|(dir, (traits, _))| traits.is_own_root || named.contains(*dir) || !called.contains(dir.as_path()))
        .map(|(dir, _)| dir.as_path())
        .collect();
    let mut reached = FxHashSet::default();
    roots.iter().for_each(|root| reach(root, folders, &mut reached));
    for (dir, _) in candidates() {
        // Folders that call each other in a circle have no root among them: the first stands for all.
        if !reached.contains(dir.as_path()) {
            roots.insert(dir);
            reach(dir, folders, &mut reached);
        }
    }
    roots.into_iter().map(Path::to_path_buf).collect()
}

/// Adds a folder and all that it calls to those that were reached.
fn reach<'f>(from: &'f Path, folders: &'f Folders, reached: &mut FxHashSet<&'f Path>) {
    let mut todo = vec![from];
    while let Some(dir) = todo.pop() {
        if reached.insert(dir)
            && let Some((traits, _)) = folders.get(dir)
        {
            todo.extend(traits.calls.iter().map(PathBuf::as_path));
        }
    }
}
