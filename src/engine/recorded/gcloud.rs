//! Help in gcloud's words, for a cluster that no configuration is at hand for.

use crate::catalog::kfp::{NAMESPACE, SECRET, SECRET_KEY};
use crate::catalog::scope::CLOUD_PLATFORM;
use crate::cty::value::Value;
use crate::diagnostic::{Finding, Level, RootReport, Status};
use crate::plan::{Resource, StaticPlan};

/// Puts gcloud commands in the place of Terraform text. What is undecided has help already: what else to give.
pub fn speak(report: &mut RootReport, plan: &StaticPlan) {
    let clusters = &report.clusters;
    let open = |finding: &Finding| {
        let cluster = clusters.iter().filter(|c| finding.cluster.as_ref() == Some(&c.address));
        let mut requirements = cluster.flat_map(|c| &c.requirements);
        requirements.any(|r| r.code == finding.code && r.status == Status::Undecided)
    };
    let folded = report.folded.iter_mut().flat_map(|folded| &mut folded.findings);
    for finding in report.findings.iter_mut().chain(folded).filter(|f| f.level > Level::Note && !open(f)) {
        if let Some(help) = help(finding, plan) {
            finding.help = help;
        }
    }
}

/// What commands need to name.
struct AccountNames<'p> {
    cluster: &'p str,
    location: &'p str,
    project: &'p str,
    /// Of the finding's own pool, else of the first.
    pool: Option<&'p Resource>,
}

impl<'p> AccountNames<'p> {
    fn of(finding: &Finding, plan: &'p StaticPlan) -> Option<AccountNames<'p>> {
        let find = |address: &str| plan.resources.iter().find(|r| &*r.address == address);
        let cluster = find(finding.cluster.as_deref()?)?;
        let is_pool = |r: &&Resource| &*r.type_name == "google_container_node_pool";
        let own = finding.address.as_deref().and_then(find).filter(is_pool);
        let of_cluster = |r: &&Resource| r.address.starts_with(&*cluster.address);
        let text = |name: &str| cluster.values.get(name).and_then(Value::as_str).unwrap_or_default();
        Some(AccountNames {
            cluster: text("name"),
            location: text("location"),
            project: Some(text("project")).filter(|p| !p.is_empty()).unwrap_or("PROJECT"),
            pool: own.or_else(|| plan.resources.iter().filter(is_pool).find(of_cluster)),
        })
    }

    /// The end of a command: cluster, location and project.
    fn place(&self) -> String {
        format!("--cluster={} --location={} --project={}", self.cluster, self.location, self.project)
    }

    fn pool_name(&self) -> &str {
        self.pool.and_then(|p| p.values.get("name")?.as_str()).unwrap_or("POOL")
    }

    /// How many nodes in each zone make three.
    fn each(&self) -> u64 {
        let zones = self.pool.and_then(|p| Some(p.values.get("node_locations")?.elements()?.len())).unwrap_or(1);
        3u64.div_ceil(zones.max(1) as u64)
    }

    fn email(&self) -> Option<&'p str> {
        let config = self.pool?.values.get("node_config")?.elements()?.first()?;
        config.get("service_account")?.as_str()
    }

    fn new_pool(&self, how: &str) -> String {
        format!("gcloud container node-pools create kubeflow-pipelines {} \\\n  {how}", self.place())
    }
}

fn help(finding: &Finding, plan: &StaticPlan) -> Option<Vec<String>> {
    if finding.code == "KFP301" {
        return Some(vec![format!(
            "create it again:\nkubectl create secret generic {SECRET} --namespace={NAMESPACE} --from-file={SECRET_KEY}"
        )]);
    }
    let names = AccountNames::of(finding, plan)?;
    let (place, pool) = (names.place(), names.pool_name());
    let machines = format!("--machine-type=e2-standard-2 --num-nodes={}", names.each());
    Some(match finding.code {
        "KFP001" | "KFP005" if names.pool.is_some() => vec![format!(
            "give the pool more nodes (--num-nodes counts in each zone):\ngcloud container clusters resize {} --node-pool={pool} --num-nodes={} --location={} --project={}",
            names.cluster,
            names.each(),
            names.location,
            names.project
        )],
        "KFP001" | "KFP002" | "KFP004" | "KFP008" => vec![format!(
            "the machine type of a pool cannot be changed: make one of larger machines, then delete the old:\n{}",
            names.new_pool(&machines)
        )],
        "KFP003" => vec![format!("make a pool of x86 machines without taint:\n{}", names.new_pool(&machines))],
        "KFP101" | "KFP102" => vec![format!(
            "the scopes and the account of a pool cannot be changed: make another, then delete the old:\n{}",
            names.new_pool(&format!("--scopes={CLOUD_PLATFORM} {machines}"))
        )],
        "KFP105" => vec![format!(
            "turn it on for the cluster and for the pool:\ngcloud container clusters update {} --location={} --workload-pool={}.svc.id.goog\ngcloud container node-pools update {pool} {place} --workload-metadata=GKE_METADATA",
            names.cluster, names.location, names.project
        )],
        "KFP201" => vec![grants(finding, &names)?],
        "KFP203" => vec![format!(
            "grant it to the identity that creates nodes:\ngcloud iam service-accounts add-iam-policy-binding {} \\\n  --member=group:platform@example.com --role=roles/iam.serviceAccountUser",
            names.email()?
        )],
        "KFP403" => vec![format!(
            "enable them:\ngcloud services enable cloudresourcemanager.googleapis.com compute.googleapis.com \\\n  container.googleapis.com iam.googleapis.com storage.googleapis.com --project={}",
            names.project
        )],
        _ => return None,
    })
}

/// The commands that grant what the account lacks.
fn grants(finding: &Finding, names: &AccountNames) -> Option<String> {
    let email = names.email()?;
    let to = format!("gcloud projects add-iam-policy-binding {} --member=serviceAccount:{email}", names.project);
    let commands: Vec<String> = finding.roles.iter().map(|role| format!("{to} --role={role}")).collect();
    Some(format!("grant what is missing:\n{}", commands.join("\n")))
}
