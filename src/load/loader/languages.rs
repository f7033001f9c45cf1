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
        let terraform_version = self.pinned(dir, ".terraform-version", "terraform");
        let opentofu_version = self.pinned(dir, ".opentofu-version", "opentofu");
        LanguageSigns {
            terraform: terraform_version.is_some() || lock.contains("registry.terraform.io/"),
            opentofu: opentofu_version.is_some() || lock.contains("registry.opentofu.org/"),
            terraform_version,
            opentofu_version,
        }
    }

    /// The version of a tool that a folder pins, or the nearest one around it in its repository: in the file of this name,
    /// or in a `.tool-versions` that has the tool.
    fn pinned(&self, dir: &Path, name: &'static str, tool: &str) -> Option<PinnedVersion> {
        let top = bounds::tree(dir);
        let text_of = |name: &'static str| {
            let folders = dir.ancestors().take_while(move |folder| folder.starts_with(top));
            folders.map(move |folder| folder.join(name)).filter(|file| self.tree.is_file(file)).map(|file| {
                let text = self.beside(&file).unwrap_or_default();
                String::from_utf8_lossy(&text).into_owned()
            })
        };
        let own = text_of(name).next().map(|text| text.lines().next().unwrap_or_default().trim().to_string());
        let own = own.map(|version| PinnedVersion { version, from: name });
        own.or_else(|| {
            let version = text_of(TOOL_VERSIONS).find_map(|text| tool_version(&text, tool).map(str::to_string))?;
            Some(PinnedVersion { version, from: TOOL_VERSIONS })
        })
    }
}

/// The file in which asdf and mise keep the versions of all tools.
const TOOL_VERSIONS: &str = ".tool-versions";

/// The version of a tool in the text of a `.tool-versions`: the first of its line, as the others stand in for one that is
/// not installed.
fn tool_version<'t>(text: &'t str, tool: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        words.next().filter(|name| *name == tool)?;
        words.next()
    })
}

/// What stands beside a root module's configuration and tells which tool runs it.
#[derive(Clone, Debug, Default)]
pub struct LanguageSigns {
    /// Something is there that only Terraform's users have.
    pub terraform: bool,
    /// Something is there that only OpenTofu's users have.
    pub opentofu: bool,
    /// What a version manager's file says of Terraform's version.
    pub terraform_version: Option<PinnedVersion>,
    /// The same of OpenTofu's.
    pub opentofu_version: Option<PinnedVersion>,
}

/// A version of a tool that is pinned beside the configuration.
#[derive(Clone, Debug)]
pub struct PinnedVersion {
    /// A version or constraint, or a word such as `latest`.
    pub version: String,
    /// The file or the option that has it, in words.
    pub from: &'static str,
}

#[cfg(test)]
mod tests {
    use super::tool_version;

    #[test]
    fn the_first_version_of_a_tool_counts() {
        let text = "# tools\ngolang 1.22\nterraform 1.9.5 1.8.0 # pinned\nopentofu-x 1.0\nopentofu\t1.8.1\r\n";
        assert_eq!(tool_version(text, "terraform"), Some("1.9.5"));
        assert_eq!(tool_version(text, "opentofu"), Some("1.8.1"));
        assert_eq!(tool_version("terraform # later\n", "terraform"), None);
    }
}
