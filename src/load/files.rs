//! Which files of a folder Terraform and OpenTofu read, and in which role.

use std::collections::BTreeMap;

/// What a file is for, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRole {
    /// Configuration.
    Primary,
    /// Configuration that is merged into the rest.
    Override,
    /// Values of variables that are read without being asked for.
    Variables,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Syntax {
    /// HCL native syntax.
    Native,
    /// JSON that stands for blocks and expressions.
    Json,
    /// JSON that stands for plain values.
    JsonValues,
}

/// Endings of configuration files, longest first.
const ENDINGS: [(&str, Syntax); 4] =
    [(".tofu.json", Syntax::Json), (".tf.json", Syntax::Json), (".tofu", Syntax::Native), (".tf", Syntax::Native)];

/// Whether a file of this name is Terraform or OpenTofu configuration.
pub fn is_terraform(name: &str) -> bool {
    stem(name).is_some()
}

/// Whether a file of this name holds values of variables, read unasked or with `-var-file`.
pub fn is_variables(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// Terragrunt's name for the file of a unit.
pub const UNIT: &str = "terragrunt.hcl";

/// Terragrunt's name for the file of a stack.
pub const STACK: &str = "terragrunt.stack.hcl";

/// The syntax of a file of this name, by its ending.
pub fn syntax(name: &str) -> Syntax {
    match name.ends_with(".json") {
        true if is_terraform(name) => Syntax::Json,
        true => Syntax::JsonValues,
        false => Syntax::Native,
    }
}

/// The name without the ending, where it is a configuration file that is not a backup or hidden.
fn stem(name: &str) -> Option<&str> {
    let ignored = name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
    if ignored {
        return None;
    }
    ENDINGS.iter().find_map(|(ending, _)| name.strip_suffix(ending))
}

/// A file's role; `None` for a file that Terraform does not read of its own accord.
fn role(name: &str) -> Option<FileRole> {
    if let Some(stem) = stem(name) {
        let is_override = stem == "override" || stem.ends_with("_override");
        return Some(if is_override { FileRole::Override } else { FileRole::Primary });
    }
    let automatic = ["terraform.tfvars", "terraform.tfvars.json"].contains(&name)
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json");
    automatic.then_some(FileRole::Variables)
}

/// Whether a file of this name is merged into the rest of the configuration.
pub fn is_override(name: &str) -> bool {
    role(name) == Some(FileRole::Override)
}

/// Whether Terraform reads a file of this name of its own accord.
pub fn is_read_by_name(name: &str) -> bool {
    role(name).is_some()
}

/// The files of a folder that are read.
#[derive(Debug)]
pub struct Selected<'n, T> {
    /// With their roles, in the order in which they are read: by name, but `terraform.tfvars` and `terraform.tfvars.json`
    /// before other variable files.
    pub files: Vec<(String, &'n T, FileRole)>,
    /// Files in whose place OpenTofu reads the `.tofu` file of the same name.
    pub replaced: Vec<(String, &'n T)>,
    /// Files that only OpenTofu reads.
    pub of_tofu: Vec<&'n T>,
}

/// Selects from the files of a folder, by the bytes of their names. A `.tofu` file takes the place of the `.tf` file of the
/// same name, as in OpenTofu.
pub fn select<T>(names: &BTreeMap<Vec<u8>, T>) -> Selected<'_, T> {
    let mut out = Selected { files: Vec::new(), replaced: Vec::new(), of_tofu: Vec::new() };
    let by = |name: &[u8], from: &str, to: &str| {
        let stem = name.strip_suffix(from.as_bytes());
        stem.is_some_and(|stem| names.contains_key(&[stem, to.as_bytes()].concat()))
    };
    for (bytes, file) in names {
        // A name that is not UTF-8 is judged by its readable part.
        let name = String::from_utf8_lossy(bytes).into_owned();
        let Some(role) = role(&name) else { continue };
        if by(bytes, ".tf", ".tofu") || by(bytes, ".tf.json", ".tofu.json") {
            out.replaced.push((name, file));
            continue;
        }
        if name.ends_with(".tofu") || name.ends_with(".tofu.json") {
            out.of_tofu.push(file);
        }
        out.files.push((name, file, role));
    }
    out.files.sort_by_key(|(name, _, role)| *role == FileRole::Variables && !name.starts_with("terraform.tfvars"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(names: &[&str]) -> Vec<(String, FileRole)> {
        let names: BTreeMap<Vec<u8>, ()> = names.iter().map(|n| (n.as_bytes().to_vec(), ())).collect();
        select(&names).files.into_iter().map(|(n, (), r)| (n, r)).collect()
    }

    #[test]
    fn tofu_takes_the_place_of_tf() {
        let expected = vec![("a.tofu".to_string(), FileRole::Primary), ("b.tf".to_string(), FileRole::Primary)];
        assert_eq!(selected(&["a.tf", "a.tofu", "b.tf"]), expected);
    }

    #[test]
    fn backups_and_unasked_variables_are_left() {
        assert_eq!(selected(&["a.tf~", ".a.tf", "#a.tf#", "prod.tfvars", "x.hcl"]), vec![]);
    }

    #[test]
    fn variables_are_read_in_terraforms_order() {
        let names: Vec<String> =
            selected(&["a.auto.tfvars", "terraform.tfvars.json", "terraform.tfvars", "b.auto.tfvars.json"])
                .into_iter()
                .map(|(n, _)| n)
                .collect();
        assert_eq!(names, ["terraform.tfvars", "terraform.tfvars.json", "a.auto.tfvars", "b.auto.tfvars.json"]);
    }

    #[test]
    fn overrides_are_told_apart() {
        let roles: Vec<FileRole> =
            selected(&["override.tf", "x_override.tf.json", "xoverride.tf"]).into_iter().map(|(_, r)| r).collect();
        assert_eq!(roles, [FileRole::Override, FileRole::Override, FileRole::Primary]);
    }
}
