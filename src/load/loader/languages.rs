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
        let lock = self.beside(&dir.join(".terraform.lock.hcl")).unwrap_or_default();
        let lock = String::from_utf8_lossy(&lock);
        let terraform = self.is_for(dir, ".terraform-version") || lock.contains("registry.terraform.io/");
        !terraform && (self.is_for(dir, ".opentofu-version") || lock.contains("registry.opentofu.org/"))
    }

    /// Whether a folder, or one around it in its repository, has the file of a version manager.
    fn is_for(&self, dir: &Path, name: &str) -> bool {
        let top = bounds::tree(dir);
        dir.ancestors().take_while(|folder| folder.starts_with(top)).any(|folder| self.tree.is_file(&folder.join(name)))
    }
}
