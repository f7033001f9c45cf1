//! Folders with files of OpenTofu beside those of Terraform.

use super::Loader;
use crate::load::{bounds, files};
use std::path::{Path, PathBuf};

impl Loader {
    /// Notes files that only one of Terraform and OpenTofu reads: another configuration than the one that is judged may be
    /// deployed. What a folder says of itself is no proof that Terraform does not read a file in whose place OpenTofu
    /// reads another.
    pub(super) fn tell_languages_apart(&self, dir: &Path, selected: &files::Selected<(PathBuf, bool)>) {
        for (name, (path, _)) in &selected.replaced {
            let other = name.replace(".tf", ".tofu");
            self.skip(path, format!("OpenTofu reads `{other}` in its place, and Terraform reads this file"));
        }
        let is_mixed = selected.files.iter().any(|(name, ..)| name.ends_with(".tf") || name.ends_with(".tf.json"));
        if !is_mixed || self.is_for_tofu(dir) {
            return;
        }
        for (path, _) in &selected.of_tofu {
            self.skip(path, "only OpenTofu reads it, and nothing says that the folder is for OpenTofu".into());
        }
    }

    /// Whether OpenTofu's version manager or its registry's lock file is here, and not Terraform's.
    fn is_for_tofu(&self, dir: &Path) -> bool {
        let signs = self.language_signs(dir);
        signs.opentofu && !signs.terraform
    }

    /// What the files of version managers and the lock file say of the tool that runs a root module.
    pub fn language_signs(&self, dir: &Path) -> LanguageSigns {
        let lock = self.beside(&dir.join(".terraform.lock.hcl")).unwrap_or_default();
        let lock = String::from_utf8_lossy(&lock);
        let terraform_version = self.pinned(dir, ".terraform-version");
        let opentofu_version = self.pinned(dir, ".opentofu-version");
        LanguageSigns {
            terraform: terraform_version.is_some() || lock.contains("registry.terraform.io/"),
            opentofu: opentofu_version.is_some() || lock.contains("registry.opentofu.org/"),
            terraform_version,
            opentofu_version,
        }
    }

    /// The text of a version manager's file in a folder, or in the nearest one around it in its repository.
    fn pinned(&self, dir: &Path, name: &str) -> Option<String> {
        let top = bounds::tree(dir);
        let mut folders = dir.ancestors().take_while(|folder| folder.starts_with(top));
        let file = folders.find(|folder| self.tree.is_file(&folder.join(name)))?.join(name);
        let text = self.beside(&file).unwrap_or_default();
        Some(String::from_utf8_lossy(&text).lines().next().unwrap_or_default().trim().to_string())
    }
}

/// What stands beside a root module's configuration and tells which tool runs it.
#[derive(Clone, Debug, Default)]
pub struct LanguageSigns {
    /// Something is there that only Terraform's users have.
    pub terraform: bool,
    /// Something is there that only OpenTofu's users have.
    pub opentofu: bool,
    /// What the file of a version manager says of Terraform's version: a version, or a word such as `latest`.
    pub terraform_version: Option<String>,
    /// The same of OpenTofu's.
    pub opentofu_version: Option<String>,
}
