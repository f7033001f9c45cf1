//! Published modules whose clusters, pools, accounts and grants are known without their source: see
//! `facts/modules/README.md`.
//!
//! Sources: the modules of terraform-google-modules and of GoogleCloudPlatform/cloud-foundation-fabric, at the versions in
//! `facts/modules.csv`.

use super::table::{Row, Table, table};

static MODULES: Table = table!("modules", 6);

/// The files, by the name in the table.
const TEXTS: [(&str, &str); 17] = [
    ("fabric-gke-cluster-autopilot", include_str!("facts/modules/fabric-gke-cluster-autopilot.tf")),
    ("fabric-gke-cluster-standard", include_str!("facts/modules/fabric-gke-cluster-standard.tf")),
    ("fabric-gke-nodepool", include_str!("facts/modules/fabric-gke-nodepool.tf")),
    ("fabric-iam-service-account", include_str!("facts/modules/fabric-iam-service-account.tf")),
    ("fabric-project", include_str!("facts/modules/fabric-project.tf")),
    ("gke-autopilot-cluster", include_str!("facts/modules/gke-autopilot-cluster.tf")),
    ("gke-node-pool", include_str!("facts/modules/gke-node-pool.tf")),
    ("gke-standard-cluster", include_str!("facts/modules/gke-standard-cluster.tf")),
    ("kubernetes-engine", include_str!("facts/modules/kubernetes-engine.tf")),
    ("member_iam", include_str!("facts/modules/member_iam.tf")),
    ("project_services", include_str!("facts/modules/project_services.tf")),
    ("projects_iam", include_str!("facts/modules/projects_iam.tf")),
    ("safer-cluster", include_str!("facts/modules/safer-cluster.tf")),
    ("service-accounts", include_str!("facts/modules/service-accounts.tf")),
    ("service_accounts_iam", include_str!("facts/modules/service_accounts_iam.tf")),
    ("storage_buckets_iam", include_str!("facts/modules/storage_buckets_iam.tf")),
    ("workload-identity", include_str!("facts/modules/workload-identity.tf")),
];

/// What is known of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KnownModule {
    /// The module's name, such as `kubernetes-engine`.
    pub module: &'static str,
    /// The submodule; "" for the root.
    pub submodule: &'static str,
    /// The newest major version that the call allows and that is known.
    pub major: u64,
    /// What it makes, as Terraform.
    pub text: &'static str,
}

/// What is known of the module that a `source` names, from the registry or from its repository. `admits` says whether
/// the call allows a major version.
pub fn find(source: &str, admits: impl Fn(u64) -> bool) -> Option<KnownModule> {
    let (module, submodule) = name(source)?;
    let row = MODULES.rows().find(|r| r.text(0) == module && r.text(1) == submodule)?;
    let major = newest(row, admits)?;
    let text = TEXTS.iter().find(|(file, _)| *file == row.text(4))?.1;
    Some(KnownModule { module: row.text(0), submodule: row.text(1), major, text })
}

fn newest(row: Row, admits: impl Fn(u64) -> bool) -> Option<u64> {
    let (from, to) = (row.number(2)?, row.number(3)?);
    (from..=to).rev().find(|major| admits(*major))
}

/// The repository of Google's Cloud Foundation Fabric, whose modules are called from Git alone.
const FABRIC: &str = "GoogleCloudPlatform/cloud-foundation-fabric";

/// The module's and the submodule's name.
fn name(source: &str) -> Option<(&str, &str)> {
    let source = source.split('?').next()?;
    let source = source.strip_prefix("git::").unwrap_or(source);
    let source = source.split_once("://").map_or(source, |(_, rest)| rest);
    let (module, submodule) = source.split_once("//").unwrap_or((source, ""));
    let submodule = if submodule.is_empty() { "" } else { submodule.strip_prefix("modules/")? };
    let submodule = submodule.trim_end_matches('/');
    if let Some((host, rest)) = module.split_once(FABRIC) {
        let is_git = host.ends_with("github.com/") || host.ends_with("github.com:");
        return (is_git && matches!(rest, "" | ".git")).then_some(("cloud-foundation-fabric", submodule));
    }
    let (place, module) = module.rsplit_once("terraform-google-modules/")?;
    let registry = || module.strip_suffix("/google").filter(|_| matches!(place, "" | "registry.terraform.io/"));
    let repository = || module.trim_end_matches(".git").strip_prefix("terraform-google-");
    let git = place.ends_with("github.com/") || place.ends_with("github.com:");
    let module = if git { repository()? } else { registry()? };
    Some((module, submodule))
}

#[cfg(test)]
mod tests {
    use super::{MODULES, TEXTS, find};

    #[test]
    fn sources_are_read_as_users_write_them() {
        for source in [
            "terraform-google-modules/kubernetes-engine/google//modules/private-cluster",
            "registry.terraform.io/terraform-google-modules/kubernetes-engine/google//modules/private-cluster",
            "github.com/terraform-google-modules/terraform-google-kubernetes-engine//modules/private-cluster?ref=v30.0.0",
            "git::https://github.com/terraform-google-modules/terraform-google-kubernetes-engine.git//modules/private-cluster",
            "git@github.com:terraform-google-modules/terraform-google-kubernetes-engine.git//modules/private-cluster",
        ] {
            let known = find(source, |major| major <= 30).unwrap_or_else(|| panic!("{source}"));
            assert_eq!((known.module, known.submodule, known.major), ("kubernetes-engine", "private-cluster", 30));
        }
        for source in [
            "github.com/GoogleCloudPlatform/cloud-foundation-fabric//modules/gke-nodepool?ref=v34.1.0",
            "git::https://github.com/GoogleCloudPlatform/cloud-foundation-fabric.git//modules/gke-nodepool/",
            "git@github.com:GoogleCloudPlatform/cloud-foundation-fabric.git//modules/gke-nodepool",
        ] {
            let known = find(source, |major| major <= 34).unwrap_or_else(|| panic!("{source}"));
            assert_eq!((known.module, known.submodule, known.major), ("cloud-foundation-fabric", "gke-nodepool", 34));
        }
        assert!(find("example.com/GoogleCloudPlatform/cloud-foundation-fabric//modules/project", |_| true).is_none());
        assert!(find("terraform-google-modules/kubernetes-engine/google//modules/hub", |_| true).is_none());
        assert!(find("example/kubernetes-engine/google", |_| true).is_none());
        assert!(find("terraform-google-modules/kubernetes-engine/google", |major| major < 3).is_none());
    }

    #[test]
    fn every_row_has_its_file_and_every_file_a_row() {
        for row in MODULES.rows() {
            assert!(TEXTS.iter().any(|(file, _)| *file == row.text(4)), "{}", row.text(4));
        }
        for (file, text) in TEXTS {
            assert!(MODULES.rows().any(|row| row.text(4) == file), "{file}");
            let parsed = crate::syntax::parse(crate::base::source::FileId::FACTS, text, &[]);
            assert!(parsed.errors.is_empty(), "{file}: {:?}", parsed.errors);
        }
    }
}
