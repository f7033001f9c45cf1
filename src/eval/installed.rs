//! The modules that `terraform init` installed, as `.terraform/modules/modules.json` lists them. An entry counts only for
//! the source and version that the call asks for: otherwise a file in the tree could replace one module by another.

use crate::load::bounds::{self, normalise};
use crate::load::loader::Loader;
use crate::module::version::admits;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where Terraform installs modules, relative to the root module.
const FOLDER: &str = ".terraform/modules";

/// The entries of `modules.json`, by the path of the call (`a.b`).
#[derive(Debug, Default)]
pub struct Installed(BTreeMap<String, InstalledModule>);

#[derive(Debug)]
struct InstalledModule {
    source: String,
    version: Option<String>,
    dir: String,
}

/// A call of a module that is not a local folder.
#[derive(Clone, Copy, Debug)]
pub struct RemoteCall<'a> {
    /// The call's path, names joined by dots.
    pub key: &'a str,
    /// The source as written.
    pub source: &'a str,
    /// The version constraint.
    pub version: Option<&'a str>,
}

impl Installed {
    /// Reads the file of the root module in this folder.
    pub fn read(root: &Path, loader: &Loader) -> Installed {
        let read = || -> Option<BTreeMap<String, InstalledModule>> {
            let text = loader.beside(&root.join(FOLDER).join("modules.json"))?;
            let json: serde_json::Value = serde_json::from_slice(&text).ok()?;
            let entry = |m: &serde_json::Value| {
                let text = |name: &str| m.get(name)?.as_str().map(str::to_string);
                let entry = InstalledModule { source: text("Source")?, version: text("Version"), dir: text("Dir")? };
                text("Key").filter(|key| !key.is_empty()).map(|key| (key, entry))
            };
            Some(json.get("Modules")?.as_array()?.iter().filter_map(entry).collect())
        };
        Installed(read().unwrap_or_default())
    }

    /// The folder of the installed copy; `None` where there is no entry for the call.
    ///
    /// # Errors
    /// Why the copy is not the module that the call asks for.
    pub fn find(&self, root: &Path, wanted: RemoteCall, loader: &Loader) -> Option<Result<PathBuf, String>> {
        let entry = self.0.get(wanted.key)?;
        let dir = root.join(entry.dir.replace('\\', "/"));
        Some(entry.check(wanted).and_then(|()| match is_tracked(root, &dir, loader) {
            true => Err("the installed copy is part of the repository; run terraform init".into()),
            false => Ok(dir),
        }))
    }
}

/// Whether Git tracks files of an installed copy: then anybody may have written them, and `terraform init` others.
fn is_tracked(root: &Path, dir: &Path, loader: &Loader) -> bool {
    let real = |path| loader.tree().canonicalize(path).ok();
    // A copy may be a repository by itself: the one that counts is that of the root module.
    let Some((root, dir)) = real(root).zip(real(dir)) else { return false };
    loader.index(bounds::tree(&root)).is_some_and(|index| index.below(&dir).next().is_some())
}

impl InstalledModule {
    fn check(&self, wanted: RemoteCall) -> Result<(), String> {
        let RemoteCall { key, source, version } = wanted;
        let (asked, here) = (canonical(source), canonical(&self.source));
        let fits = version.is_none_or(|text| self.version.as_deref().is_some_and(|own| admits(text, own)));
        if asked != here || !fits {
            let own = self.version.as_ref().map(|v| format!(" {v}")).unwrap_or_default();
            return Err(format!("the installed copy is of `{}`{own}", self.source));
        }
        let dir = normalise(Path::new(&self.dir.replace('\\', "/")));
        let below = dir.strip_prefix(Path::new(FOLDER).join(key)).ok();
        // Without a folder in the source, an archive may still have one around all that is in it.
        let fits = below.is_some_and(|below| match asked.folder.as_str() {
            "" => below.components().count() <= 1,
            folder => {
                below.ends_with(folder) && below.components().count() <= Path::new(folder).components().count() + 1
            }
        });
        match fits {
            true => Ok(()),
            false => Err(format!("modules.json names the folder `{}`, where Terraform does not install it", self.dir)),
        }
    }
}

/// A source in parts that do not depend on how it is written: `github.com/a/b`, `git::https://github.com/a/b.git` and
/// `git@github.com:a/b.git` are one.
#[derive(Debug, PartialEq, Eq)]
struct Canonical {
    package: String,
    folder: String,
    query: Vec<String>,
}

fn canonical(source: &str) -> Canonical {
    let (text, query) = source.split_once('?').unwrap_or((source, ""));
    let (kind, text) = match text.split_once("::") {
        Some(("git", rest)) => ("", rest),
        Some((kind, rest)) => (kind, rest),
        None => ("", text),
    };
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (package, folder) = text.split_once("//").unwrap_or((text, ""));
    let package = package.strip_prefix("git@").map_or(package.to_string(), |rest| rest.replacen(':', "/", 1));
    let package = ["registry.terraform.io/", "registry.opentofu.org/"]
        .iter()
        .find_map(|host| package.strip_prefix(host))
        .unwrap_or(&package);
    let package = package.trim_end_matches('/');
    let package = [kind, package.strip_suffix(".git").unwrap_or(package)].join(" ");
    let mut query: Vec<String> = query.split('&').filter(|part| !part.is_empty()).map(str::to_string).collect();
    query.sort();
    let folder = normalise(Path::new(folder)).to_string_lossy().replace('\\', "/");
    Canonical { package, folder: folder.trim_matches('/').to_string(), query }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        canonical(a) == canonical(b)
    }

    #[test]
    fn a_source_is_the_same_however_it_is_written() {
        assert!(same("a/b/google", "registry.terraform.io/a/b/google"));
        assert!(same("a/b/google//modules/c", "registry.opentofu.org/a/b/google//modules/c/"));
        assert!(same("github.com/a/b", "git::https://github.com/a/b.git"));
        assert!(same("github.com/a/b//c?ref=v1", "git::https://github.com/a/b.git//c?ref=v1"));
        assert!(same("git@github.com:a/b.git", "git::ssh://git@github.com/a/b.git"));
        assert!(same("git::ssh://git@host/a/b", "git::ssh://git@host/a/b.git"));
    }

    #[test]
    fn another_source_is_another() {
        assert!(!same("a/b/google", "a/c/google"));
        assert!(!same("a/b/google", "example.com/a/b/google"));
        assert!(!same("a/b/google", "a/b/google//modules/c"));
        assert!(!same("github.com/a/b?ref=v1", "git::https://github.com/a/b.git?ref=v2"));
        assert!(!same("github.com/a/b", "gitlab.com/a/b"));
        assert!(!same("s3::https://host/a", "https://host/a"));
    }

    fn found(dir: &str, source: &str, version: Option<&str>) -> bool {
        let entry = InstalledModule {
            source: "registry.terraform.io/a/b/google//modules/c".into(),
            version: Some("2.1.0".into()),
            dir: dir.into(),
        };
        entry.check(RemoteCall { key: "x.y", source, version }).is_ok()
    }

    #[test]
    fn the_copy_has_to_be_where_terraform_puts_it() {
        let source = "a/b/google//modules/c";
        assert!(found(".terraform/modules/x.y/modules/c", source, Some("~> 2.0")));
        assert!(found(".terraform/modules/x.y/archive-1/modules/c", source, None));
        for dir in [
            "fake",
            ".terraform/modules/x/modules/c",
            ".terraform/modules/x.y",
            "../c",
            ".terraform/modules/x.y/../../../modules/c",
        ] {
            assert!(!found(dir, source, None), "{dir}");
        }
    }

    #[test]
    fn its_version_has_to_be_allowed() {
        let (dir, source) = (".terraform/modules/x.y/modules/c", "a/b/google//modules/c");
        assert!(found(dir, source, Some(">= 2, < 3")) && found(dir, source, Some("2.1.0")));
        assert!(!found(dir, source, Some("~> 3.0")) && !found(dir, source, Some(">= 2, != 2.1.0")));
        assert!(!found(dir, source, Some("latest")));
    }
}
