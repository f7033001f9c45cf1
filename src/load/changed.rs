//! `--changed`: the root modules that changed files belong to.

use super::loader::Loader;
use super::{Discovery, Folders, PathError, Root, UNIT, files, look, module, reach};
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Terraform's list of providers: no configuration, but of its folder alone.
const LOCK: &str = ".terraform.lock.hcl";

/// The root modules below the working directory that changed files belong to: by a file of their own, or of a module that
/// they call. A file that Terraform does not read by its name (variables, templates) concerns the roots around it, or else
/// all; one that is among `everywhere`, or whose folder is gone, all.
///
/// # Errors
/// Where the working directory cannot be read.
pub fn changed(paths: &[PathBuf], everywhere: &BTreeSet<PathBuf>, loader: &Loader) -> Result<Discovery, PathError> {
    let (mut found, folders) = look(&[PathBuf::from(".")], loader)?;
    let Some(change) = ChangedPath::of(paths, everywhere, &folders, loader) else { return Ok(found) };
    if change.loose.iter().any(|dir| !found.roots.iter().any(|root| around(dir, &root.dir))) {
        return Ok(found);
    }
    let concerns = |root| loader.budget().is_late() || change.concerns(root, &folders, loader);
    let units: Vec<bool> = found.roots.iter().map(concerns).collect();
    let any_unit = found.roots.iter().zip(&units).any(|(root, concerned)| *concerned && root.is_unit());
    let mut concerned = units.into_iter();
    let wanted = |root: &Root| concerned.next().unwrap_or(true) || any_unit && reads_others(root, loader);
    (found.roots, found.others) = std::mem::take(&mut found.roots).into_iter().partition(wanted);
    found.called.retain(|folder| change.touches(&folder.dir));
    Ok(found)
}

/// What changed.
#[derive(Debug, Default)]
struct ChangedPath {
    /// Real folders of which a file that Terraform reads by its name changed.
    touched: BTreeSet<PathBuf>,
    /// Real folders of other files.
    loose: BTreeSet<PathBuf>,
    /// A file that Terragrunt's units may include.
    included: bool,
}

impl ChangedPath {
    /// `None` where everything is concerned.
    fn of(
        paths: &[PathBuf],
        everywhere: &BTreeSet<PathBuf>,
        folders: &Folders,
        loader: &Loader,
    ) -> Option<ChangedPath> {
        let mut change = ChangedPath::default();
        let mut real_files = BTreeSet::new();
        for path in paths {
            let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let dir = loader.tree().canonicalize(parent).ok()?;
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let real = loader.tree().canonicalize(path).unwrap_or_else(|_| dir.join(&name));
            if everywhere.contains(&real) {
                return None;
            }
            change.included |= name.ends_with(".hcl") && name != UNIT && name != LOCK;
            let own = name == LOCK || name == UNIT || files::is_read_by_name(&name);
            let known = folders.contains_key(&dir) || name == UNIT && loader.tree().is_file(&dir.join(UNIT));
            if own && known {
                change.touched.insert(dir)
            } else {
                change.loose.insert(dir)
            };
            real_files.insert(real);
        }
        // Links bring a file into further folders.
        let opened = loader.opened();
        let links = |dir: &&PathBuf| {
            let module = loader.module(dir);
            let files = module.iter().flat_map(|m| m.files.iter().chain(&m.overrides).chain(&m.tfvars));
            files.filter_map(|file| opened.get(&file.id)).any(|(real, _)| real_files.contains(real))
        };
        let linked: Vec<PathBuf> = folders.keys().filter(links).cloned().collect();
        change.touched.extend(linked);
        Some(change)
    }

    /// Whether a file in this folder changed, or in one around it or below it that belongs to no root module.
    fn touches(&self, dir: &Path) -> bool {
        self.touched.contains(dir) || self.loose.iter().any(|loose| around(loose, dir))
    }

    fn concerns(&self, root: &Root, folders: &Folders, loader: &Loader) -> bool {
        let source = root.unit().map(|file| unit_source(file, &root.dir, loader));
        let mut reached = FxHashSet::default();
        reach(&root.dir, folders, &mut reached);
        match &source {
            Some(ChangeSource::Unknown) => return true,
            Some(_) if self.included => return true,
            Some(ChangeSource::Local(dir)) => reach(dir, folders, &mut reached),
            Some(ChangeSource::Remote) | None => {}
        }
        self.touched.iter().any(|dir| reached.contains(dir.as_path()))
            || self.loose.iter().any(|dir| around(dir, &root.dir))
    }
}

/// Whether one folder is in the other.
fn around(dir: &Path, root: &Path) -> bool {
    dir.starts_with(root) || root.starts_with(dir)
}

/// Where a unit's own file says that its module is.
enum ChangeSource {
    Local(PathBuf),
    Remote,
    Unknown,
}

fn unit_source(file: &Path, dir: &Path, loader: &Loader) -> ChangeSource {
    let Ok(hcl) = loader.hcl(file) else { return ChangeSource::Unknown };
    let source = hcl.body.blocks("terraform").find_map(|t| t.body.attribute("source"));
    let Some(text) = source.and_then(|a| a.expr.as_str()) else { return ChangeSource::Unknown };
    match module::is_local(text) {
        true => match loader.called(dir, &text.replace("//", "/")) {
            Ok(Some(dir)) => ChangeSource::Local(dir),
            _ => ChangeSource::Unknown,
        },
        false => ChangeSource::Remote,
    }
}

/// Whether a unit may need what another one makes: by a `dependency`, which may also be in a file that it includes.
fn reads_others(root: &Root, loader: &Loader) -> bool {
    let Some(file) = root.unit() else { return false };
    loader
        .hcl(file)
        .map_or(true, |hcl| ["dependency", "include"].iter().any(|kind| hcl.body.blocks(kind).next().is_some()))
}
