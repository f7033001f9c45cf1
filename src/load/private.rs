//! Which files are private: what comes from them is judged, but never shown. These are states, keys and credentials, and
//! what a pull request could make kfplint read off the machine: what Git ignores, what lies behind a link or outside.

use super::files::{is_terraform, is_variables};
use super::ignored::PatternFiles;
use crate::tree::Tree;
use ignore::Match;
use ignore::gitignore::Gitignore;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

/// Endings of files that hold keys, states or plans.
const ENDINGS: [&str; 20] = [
    ".agekey",
    ".asc",
    ".env",
    ".gpg",
    ".jks",
    ".kdb",
    ".kdbx",
    ".key",
    ".keystore",
    ".kubeconfig",
    ".ovpn",
    ".p12",
    ".p8",
    ".pem",
    ".pfx",
    ".pgp",
    ".ppk",
    ".secret",
    ".tfplan",
    ".token",
];

/// Files that hold credentials.
const NAMES: [&str; 33] = [
    ".boto",
    ".dockercfg",
    ".dockerconfigjson",
    ".git-credentials",
    ".htpasswd",
    ".my.cnf",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    ".s3cfg",
    ".secrets",
    ".terraformrc",
    ".vault-token",
    ".yarnrc",
    ".yarnrc.yml",
    "_netrc",
    "application_default_credentials.json",
    "credentials",
    "htpasswd",
    "kubeconfig",
    "secret.json",
    "secret.txt",
    "secret.yaml",
    "secret.yml",
    "secrets.json",
    "secrets.txt",
    "secrets.yaml",
    "secrets.yml",
    "terraform.rc",
    "token",
    "token.txt",
    "vault-token",
];

/// Files that hold credentials though their ending is that of configurations.
const CONFIGURATIONS: [&str; 3] = ["credentials.hcl", "secret.hcl", "secrets.hcl"];

/// Beginnings of names of files that hold keys.
const BEGINNINGS: [&str; 6] = [".env", "id_dsa", "id_ecdsa", "id_ed25519", "id_rsa", "kubeconfig"];

/// Endings of names of JSON files that hold the key of a service account or client.
const JSON_KEYS: [&str; 6] = ["client_secret", "client-secret", "key", "keyfile", "service-account", "service_account"];

/// Folders in which programs keep credentials.
const FOLDERS: [&str; 7] = [".aws", ".azure", ".docker", ".gnupg", ".kube", ".ssh", "gcloud"];

/// Whether the name of a file tells that it holds keys, credentials, a state or a plan.
pub fn by_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if CONFIGURATIONS.contains(&name.as_str()) {
        return true;
    }
    if is_configuration(&name) || name.ends_with(".pub") {
        return false;
    }
    let folder = || path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().to_ascii_lowercase());
    name.contains(".tfstate")
        || NAMES.contains(&name.as_str())
        || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
        || name.strip_suffix(".json").is_some_and(|name| JSON_KEYS.iter().any(|ending| name.ends_with(ending)))
        || name.contains("credential") && (name.ends_with(".json") || !name.contains('.'))
        || folder().is_some_and(|folder| FOLDERS.contains(&folder.as_str()))
}

/// Whether a file of this name is written for Terraform or Terragrunt: several folders often share one by a link.
pub fn is_configuration(name: &str) -> bool {
    is_terraform(name) || is_variables(name) || name.ends_with(".hcl")
}

/// Whether the content of a file tells that it holds keys, credentials, a state or a plan. The text of a configuration may
/// speak of them: such a file is one of them only if it begins as one.
pub fn by_content(bytes: &[u8], name: &Path) -> bool {
    let name = name.file_name().unwrap_or_default().to_string_lossy();
    if is_terraform(&name) || name.ends_with(".hcl") {
        return bytes.trim_ascii_start().starts_with(b"-----BEGIN ");
    }
    let text = String::from_utf8_lossy(bytes);
    let has = |part: &str| text.contains(part);
    let all = |parts: &[&str]| parts.iter().all(|part| has(part));
    is_key(&text)
        || has("client-key-data")
        || all(&["kind: Config", "users:"])
        || has("\"private_key\"")
        || has("\"client_secret\"")
        || has("\"refresh_token\"")
        || has("{") && (has("\"lineage\"") || all(&["\"version\"", "\"outputs\"", "\"resources\""]))
        || has("\"terraform_version\"") && (has("\"values\"") || has("\"planned_values\""))
}

/// Whether a text has a private key in it.
pub fn is_key(text: &str) -> bool {
    text.contains("PRIVATE KEY-----")
        || text.contains("PRIVATE KEY BLOCK-----")
        || text.contains("PuTTY-User-Key-File")
        || text.contains("AGE-SECRET-KEY-")
}

/// Whether `init` put a file there: it is a module's own, though Git ignores the folder.
fn is_installed(path: &Path) -> bool {
    let mut parts = path.components().map(|part| part.as_os_str()).peekable();
    while let Some(part) = parts.next() {
        if part == ".terragrunt-cache" || part == ".terraform" && parts.peek().is_some_and(|next| *next == "modules") {
            return true;
        }
    }
    false
}

/// What Git ignores, by folder.
#[derive(Debug, Default)]
pub struct IgnoredFiles {
    /// The files of patterns, which a walk reads too.
    pub files: Arc<PatternFiles>,
    folders: RwLock<FxHashMap<PathBuf, Arc<IgnoredFolder>>>,
}

/// What Git ignores in one folder.
#[derive(Debug, Default)]
struct IgnoredFolder {
    /// It is ignored itself, with all that is in it.
    ignored: bool,
    /// The patterns that hold in it, its own last.
    patterns: Vec<Arc<Gitignore>>,
}

impl IgnoredFolder {
    fn ignores(&self, path: &Path, is_dir: bool) -> bool {
        if self.ignored {
            return true;
        }
        let found = self.patterns.iter().rev().map(|patterns| patterns.matched(path, is_dir)).find(|m| !m.is_none());
        matches!(found, Some(Match::Ignore(_)))
    }
}

impl IgnoredFiles {
    /// Whether Git ignores a real file in the tree of a folder that the user named.
    pub fn has(&self, file: &Path, tree: &Path, files: &Tree) -> bool {
        let Some(dir) = file.parent().filter(|dir| dir.starts_with(tree)) else { return false };
        self.folder(dir, tree, files).ignores(file, false) && !is_installed(file)
    }

    fn folder(&self, dir: &Path, tree: &Path, files: &Tree) -> Arc<IgnoredFolder> {
        if let Some(known) = self.folders.read().unwrap_or_else(|e| e.into_inner()).get(dir) {
            return known.clone();
        }
        let made = Arc::new(self.read(dir, tree, files));
        self.folders.write().unwrap_or_else(|e| e.into_inner()).insert(dir.to_path_buf(), made.clone());
        made
    }

    fn read(&self, dir: &Path, tree: &Path, files: &Tree) -> IgnoredFolder {
        let above = dir.parent().filter(|_| dir != tree).map(|above| self.folder(above, tree, files));
        let mut folder = match &above {
            Some(above) => {
                let ignored = above.ignores(dir, true);
                IgnoredFolder { ignored, patterns: above.patterns.clone() }
            }
            // Outside of a repository there is nothing that Git ignores.
            None if !dir.join(".git").exists() => return IgnoredFolder { ignored: false, patterns: Vec::new() },
            None => {
                let mut folder = IgnoredFolder::default();
                folder.patterns.extend(self.files.excluded(dir));
                // Marks the top of a repository, below which the patterns of folders hold.
                folder.patterns.push(Arc::new(Gitignore::empty()));
                folder
            }
        };
        if !folder.ignored && !folder.patterns.is_empty() {
            folder.patterns.extend(self.files.own(dir, files));
        }
        folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_keys_and_states_by_name() {
        for name in [
            "terraform.tfstate",
            "terraform.tfstate.backup",
            "a/.env.local",
            "id_rsa",
            "x.PEM",
            ".docker/config.json",
            "gcp-credentials.json",
            ".kube/config",
            "prod.kubeconfig",
            "live/Secrets.hcl",
        ] {
            assert!(by_name(Path::new(name)), "{name}");
        }
        for name in [
            "main.tf",
            "credentials.tf",
            "credentials.tf.json",
            "id_rsa.pub",
            "config.yaml",
            "keys.json",
            "a.md",
            "vault.hcl",
        ] {
            assert!(!by_name(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn tells_keys_and_states_by_content() {
        let key = "x\n-----BEGIN OPENSSH PRIVATE KEY-----\nabc";
        let is = |text: &str, name: &str| by_content(text.as_bytes(), Path::new(name));
        assert!(is(key, "a.txt"));
        assert!(!is(key, "a.tf"));
        assert!(is("\n-----BEGIN RSA PRIVATE KEY-----", "a.tf"));
        assert!(is("{\"version\": 4, \"outputs\": {}, \"resources\": []}", "a.json"));
        assert!(is("{\"type\": \"service_account\", \"private_key\": \"x\"}", "a.json"));
        assert!(!is("{\"version\": 4, \"nodes\": 3}", "a.json"));
        assert!(!is("-----BEGIN CERTIFICATE-----", "ca.crt"));
    }

    #[test]
    fn reads_what_git_ignores() {
        let root = tempfile::tempdir().unwrap();
        let tree = std::fs::canonicalize(root.path()).unwrap();
        std::fs::create_dir_all(tree.join(".git/info")).unwrap();
        std::fs::create_dir_all(tree.join("a/b/.terraform/modules/m")).unwrap();
        std::fs::write(tree.join(".git/info/exclude"), "own.txt\n").unwrap();
        std::fs::write(tree.join(".gitignore"), "*.tfvars\n!shared.tfvars\n/a/b/out/\n.terraform\n").unwrap();
        std::fs::write(tree.join("a/.gitignore"), "!kept.tfvars\nlocal.*\n").unwrap();
        let ignored = IgnoredFiles::default();
        let is = |path: &str| ignored.has(&tree.join(path), &tree, &Tree::default());
        for path in
            ["x.tfvars", "own.txt", "a/own.txt", "a/b/x.tfvars", "a/local.yaml", "a/b/out/any.tf", "a/b/out/c/d"]
        {
            assert!(is(path), "{path}");
        }
        for path in ["shared.tfvars", "a/kept.tfvars", "a/b/main.tf", "local.yaml", "a/b/.terraform/modules/m/x.tf"] {
            assert!(!is(path), "{path}");
        }
        assert!(is("a/b/.terraform/environment"));
    }
}
