//! KFP402 artifact-bucket: no bucket for artifacts, or the nodes' account cannot write to it.

use crate::catalog::iam::Permission;
use crate::diagnostic::Level;
use crate::graph::access::NodeAccount;
use crate::graph::bucket::Bucket;
use crate::graph::cluster::Cluster;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP402",
    name: "artifact-bucket",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(judge),
    root: None,
};

/// What writing an artifact takes.
const WRITE: &str = "storage.objects.create";

fn judge(cx: &Context, cluster: &Cluster) -> Answer {
    let buckets = &cx.graph.buckets;
    let certain = buckets.iter().any(Bucket::is_certain);
    let missing = cx.graph.absent_modules().next();
    match (buckets.is_empty(), certain, missing) {
        (true, _, Some(module)) => {
            let reason = format!("no bucket is made here, but {} is not on disk", module.address);
            return Answer::undecided(reason, vec![module.address.to_string()], Vec::new());
        }
        (true, ..) if cx.graph.is_for_callers() => {
            return Answer::not_applicable("this module is for others: a bucket is for its callers to make");
        }
        (true, ..) => {
            let finding = RULE
                .finding(format!("no bucket for artifacts is made beside {}", cluster.address()))
                .cluster(cluster)
                .help("add one, unless it is made elsewhere:\nresource \"google_storage_bucket\" \"artifacts\" {\n  name     = \"PROJECT-kubeflow-pipelines\"\n  location = \"US\"\n\n  uniform_bucket_level_access = true\n}")
                .at(cluster.address(), &cluster.view.own_place(), "its pipelines need a bucket");
            return Answer::unmet("no bucket for artifacts is made here", vec![finding]);
        }
        (false, false, _) => return Answer::undecided("whether a bucket is made is not known", Vec::new(), Vec::new()),
        _ => {}
    }
    let pools = cluster.landing_pools();
    let here = pools.iter().find_map(|pool| match cx.graph.node_account(pool) {
        account @ NodeAccount::Here(_) => Some(account),
        _ => None,
    });
    match here {
        Some(account) => writes(cx, cluster, &account),
        None => Answer::met("a bucket is made here"),
    }
}

/// Whether an account that is made here may write objects.
fn writes(cx: &Context, cluster: &Cluster, account: &NodeAccount) -> Answer {
    let NodeAccount::Here(here) = account else { return Answer::met("a bucket is made here") };
    let name = &here.resource.address;
    let access = cx.graph.access(account, cluster);
    let write = Permission::named(WRITE);
    if write.is_some_and(|p| access.granted.contains(p)) {
        return Answer::met(format!("{name} may write to a bucket"));
    }
    let workload_identity = !cluster.workload_identity.is_false();
    let doubts = access.doubts.iter().any(|d| d.permissions.as_ref().is_none_or(|s| s.contains_name(WRITE)));
    if doubts || workload_identity {
        let reason =
            format!("whether {name}, or an account that its pods are bound to, may write to a bucket is not known");
        return Answer::undecided(reason, Vec::new(), Vec::new());
    }
    let finding = RULE
        .finding(format!("{name} cannot write to a bucket"))
        .cluster(cluster)
        .help(format!(
            "grant it:\nresource \"google_storage_bucket_iam_member\" \"artifacts\" {{\n  bucket = google_storage_bucket.artifacts.name\n  \
             role   = \"roles/storage.objectUser\"\n  member = google_service_account.{}.member\n}}",
            here.resource.name
        ))
        .at(name, &here.view.own_place(), "artifacts are written as this account");
    Answer::unmet(format!("{name} cannot write to a bucket"), vec![finding])
}
