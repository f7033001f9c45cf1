//! `kfplint.toml` as it is written: the keys, their types, and what they are for. The JSON schema is made from this.

#[cfg(test)]
use super::schema;
#[cfg(test)]
use crate::report::Format;
#[cfg(test)]
use crate::settings::{FailOn, Ignores, Undecided};
use indexmap::IndexMap;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

/// Text with its place.
pub type SpannedText = Spanned<String>;

/// The configuration of kfplint.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ConfigFile {
    /// Levels of single rules, by code, name or the beginning of codes; `off` leaves a rule out.
    #[cfg_attr(test, schemars(schema_with = "schema::levels"))]
    pub rules: IndexMap<SpannedText, SpannedText>,
    /// Only these rules are checked: codes, names, or the beginning of codes.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub select: Option<Vec<SpannedText>>,
    /// These rules are not checked: codes, names, or the beginning of codes.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub ignore: Vec<SpannedText>,
    /// Settings for parts of the tree; a later one wins.
    pub overrides: Vec<Override>,
    /// The name of the profile that is used; or tables of requirements of your own, with `use` for that name.
    #[cfg_attr(test, schemars(schema_with = "schema::profiles"))]
    pub profile: Option<Spanned<Profiles>>,
    /// tfvars files that are read before those of the command line; relative to this file.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub var_files: Vec<SpannedText>,
    /// Terraform's version, such as `1.9.5` or `1.9`, in place of what `.terraform-version` and `.tool-versions` say.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub terraform_version: Option<SpannedText>,
    /// The lowest level of finding that makes the exit code 1.
    #[cfg_attr(test, schemars(schema_with = "schema::choice::<FailOn>"))]
    pub fail_on: Option<SpannedText>,
    /// What to make of requirements that cannot be decided.
    #[cfg_attr(test, schemars(schema_with = "schema::choice::<Undecided>"))]
    pub undecided: Option<SpannedText>,
    /// The format of the report on stdout.
    #[cfg_attr(test, schemars(schema_with = "schema::choice::<Format>"))]
    pub format: Option<SpannedText>,
    /// Further reports, each as `FORMAT=FILE`; the file is relative to this one, and in the same repository.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub output: Vec<SpannedText>,
    /// Which comments that suppress findings count.
    #[cfg_attr(test, schemars(schema_with = "schema::choice::<Ignores>"))]
    pub ignores: Option<SpannedText>,
    /// Environments: each root module is evaluated once for each of them.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, EnvironmentTable>"))]
    pub environment: IndexMap<SpannedText, EnvironmentTable>,
}

/// Settings for the files that match.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Override {
    /// Files and folders, as in `.gitignore`-like patterns relative to this file: `modules/legacy/**`.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub paths: Vec<SpannedText>,
    /// Rules whose findings are suppressed there.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    #[serde(default)]
    pub ignore: Vec<SpannedText>,
    /// Why they are suppressed.
    pub reason: Option<String>,
    /// The last day on which they are, as `2027-01-31`.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub until: Option<SpannedText>,
    /// Levels of rules there.
    #[cfg_attr(test, schemars(schema_with = "schema::levels"))]
    #[serde(default)]
    pub rules: IndexMap<SpannedText, SpannedText>,
}

/// Values for one environment.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Environment"))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EnvironmentTable {
    /// tfvars files, relative to this file.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    #[serde(default)]
    pub var_files: Vec<SpannedText>,
    /// Values of input variables; they take the place of those in `var-files`.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    #[serde(default)]
    pub vars: IndexMap<SpannedText, Spanned<toml::Value>>,
    /// Name of the workspace, for `terraform.workspace`.
    pub workspace: Option<String>,
}

/// `[profile.NAME]` tables, and `use`.
#[derive(Debug, Default)]
pub struct Profiles {
    /// The name of the profile that is used.
    pub used: Option<Used>,
    /// By name.
    pub all: IndexMap<String, (SpannedText, ProfileTable)>,
}

/// The name of the profile that is used: all of `profile = …`, or `profile.use = …`.
#[derive(Debug)]
pub enum Used {
    /// All of it; the place is that of the whole value.
    Whole(String),
    /// The key `use`.
    Key(SpannedText),
}

/// A set of requirements.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Profile"))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProfileTable {
    /// The profile whose requirements hold where this one says nothing [default: kfp].
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub extends: Option<SpannedText>,
    /// Nodes that must qualify.
    #[cfg_attr(test, schemars(with = "Option<u64>"))]
    pub nodes: Option<Spanned<u64>>,
    /// vCPU that a node needs to qualify.
    #[cfg_attr(test, schemars(with = "Option<u32>"))]
    pub vcpus: Option<Spanned<u32>>,
    /// Memory that a node needs to qualify: MiB as a number, or text such as `4GB`.
    #[cfg_attr(test, schemars(schema_with = "schema::memory"))]
    #[serde(default)]
    pub memory: Option<Spanned<toml::Value>>,
    /// Roles that the nodes' own service account needs.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub roles: Option<Vec<SpannedText>>,
    /// OAuth scopes, as aliases or URLs, that nodes with the default service account need.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub scopes: Option<Vec<SpannedText>>,
    /// APIs that must be enabled.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub apis: Option<Vec<SpannedText>>,
    /// The Kubernetes namespace of the installation.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub namespace: Option<SpannedText>,
    /// The name of the Kubernetes secret with a service account's key.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub secret_name: Option<SpannedText>,
}

impl<'de> Deserialize<'de> for Profiles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Profiles, D::Error> {
        struct Tables;
        impl<'de> Visitor<'de> for Tables {
            type Value = Profiles;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a profile's name, or tables `[profile.NAME]`")
            }

            fn visit_str<E>(self, name: &str) -> Result<Profiles, E> {
                Ok(Profiles { used: Some(Used::Whole(name.to_string())), ..Profiles::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Profiles, A::Error> {
                let mut out = Profiles::default();
                while let Some(name) = map.next_key::<SpannedText>()? {
                    match name.get_ref().as_str() {
                        "use" => out.used = Some(Used::Key(map.next_value()?)),
                        text => {
                            let key = text.to_string();
                            out.all.insert(key, (name, map.next_value()?));
                        }
                    }
                }
                Ok(out)
            }
        }
        deserializer.deserialize_any(Tables)
    }
}
