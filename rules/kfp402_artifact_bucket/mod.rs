//! KFP402 artifact-bucket: no bucket for artifacts, or the nodes' account cannot write to it.

mod bound;
mod text;

use super::support::together;
use crate::cty::value::Deciders;
use crate::diagnostic::Level;
use crate::graph::access::{Doubt, NodeAccount};
use crate::graph::bucket::{Bucket, WRITE_OBJECTS};
use crate::graph::cluster::Cluster;
use crate::graph::grant::GrantLevel;
use crate::rule::{Answer, Context, Rule};
use bound::BoundAccounts;

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP402",
    name: "artifact-bucket",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(judge),
    root: None,
};

fn judge(cx: &Context, cluster: &Cluster) -> Answer {
    if let Some(reasons) = &cluster.elsewhere {
        let reason = format!("the configuration of the cluster may declare a bucket: {}", reasons.because());
        return Answer::undecided(reason, reasons, Vec::new());
    }
    let graph = cx.graph;
    let (made, read) = (!graph.buckets.is_empty(), graph.types.read("google_storage_bucket").next().is_some());
    if made || read {
        let certain = read || graph.buckets.iter().any(Bucket::is_certain);
        return match certain {
            true => writers(cx, cluster),
            false => {
                let all = graph.buckets.iter().filter_map(|bucket| bucket.view.uncertain.as_ref());
                let reasons = together(all);
                Answer::undecided("whether a bucket is made is not known", &reasons, Vec::new())
            }
        };
    }
    let missing: Vec<String> = graph.absent_modules().map(|module| module.address.to_string()).collect();
    if let Some(first) = missing.first() {
        return Answer::undecided(format!("no bucket is declared, but {first} is not on disk"), missing, Vec::new());
    }
    if graph.is_for_callers() {
        return Answer::not_applicable("reusable module: its callers are expected to create the bucket");
    }
    bucketless(cx, cluster)
}

/// The answer where no bucket is made or read here. A grant on one says that there is one.
fn bucketless(cx: &Context, cluster: &Cluster) -> Answer {
    let mut grants = cx.graph.object_grants().peekable();
    let level = if grants.peek().is_some() { Level::Warning } else { Level::Note };
    if grants.any(|grant| grant.level == GrantLevel::Bucket) {
        return writers(cx, cluster);
    }
    let bucket = cx.graph.advise_after(cluster.resource, &text::bucket(cluster));
    let help = match bucket.edit.is_some() {
        true => format!("add one, unless another configuration creates it:\n{}", bucket.code),
        false => "add one, unless another configuration creates it".into(),
    };
    let finding = RULE
        .finding(format!("no artifact bucket is declared for {}", cluster.address()))
        .level(level)
        .cluster(cluster)
        .help(help)
        .write(bucket.edit)
        .at(cluster.address(), &cluster.view.own_place(), "its pipelines need a bucket");
    Answer::unmet("no artifact bucket is declared", vec![finding])
}

/// Whether an account that may write artifacts can: the nodes', or one that a Kubernetes account acts as. What accounts that
/// are made elsewhere may do is not seen here: for them, a bucket is enough.
fn writers(cx: &Context, cluster: &Cluster) -> Answer {
    let graph = cx.graph;
    let identity = cluster.workload_identity.or(&cluster.autopilot);
    let nodes: Vec<NodeAccount> = cluster.landing_pools().into_iter().map(|pool| graph.node_account(pool)).collect();
    let bound = if identity.is_false() { BoundAccounts::default() } else { BoundAccounts::of(cx) };
    if let Some(direct) = bound.direct {
        return Answer::met(format!("{direct} may write to a bucket"));
    }
    let is_here = |account: &&NodeAccount| matches!(account, NodeAccount::Here(_));
    let mut undecided = Deciders::default();
    let own = nodes.iter().chain(&bound.accounts);
    for (account, is_own) in own.map(|a| (a, true)).chain(bound.others.iter().map(|a| (a, false))) {
        if !is_here(&account) {
            continue;
        }
        let access = graph.access(account, cluster);
        if access.granted.contains_name(WRITE_OBJECTS) {
            return Answer::met(format!("{} may write to a bucket", name(account)));
        }
        let gives = |d: &&Doubt| is_own && d.permissions.as_ref().is_none_or(|s| s.contains_name(WRITE_OBJECTS));
        undecided.extend(access.doubts.iter().filter(gives).map(|d| d.decides.clone()));
    }
    let elsewhere = |account: &NodeAccount| !matches!(account, NodeAccount::Here(_));
    let here = bound.accounts.iter().chain(&nodes).find(is_here);
    let Some(here) = here.filter(|_| !bound.accounts.iter().any(elsewhere)) else {
        return Answer::met("there is a bucket");
    };
    let title = name(here);
    if !undecided.is_empty() {
        return Answer::undecided(format!("whether {title} may write to a bucket is not known"), undecided, Vec::new());
    }
    if bound.accounts.is_empty() && !identity.is_false() {
        let argument = if cluster.autopilot.is_true() { "enable_autopilot" } else { "workload_identity_config" };
        let reason =
            format!("{title} cannot write to a bucket; as which account pods do with Workload Identity is not known");
        return Answer::undecided(reason, vec![format!("{}.{argument}", cluster.address())], Vec::new());
    }
    unable(cx, cluster, here)
}

fn name<'p>(account: &NodeAccount<'_, 'p>) -> &'p str {
    match account {
        NodeAccount::Here(here) => &here.resource.address,
        _ => "",
    }
}

fn unable(cx: &Context, cluster: &Cluster, account: &NodeAccount) -> Answer {
    let NodeAccount::Here(here) = account else { return Answer::met("there is a bucket") };
    let name = &here.resource.address;
    let grant = text::grant(cx, here).map(|grant| cx.graph.advise_after(here.resource, &grant));
    let finding = RULE
        .finding(format!("{name} cannot write to a bucket"))
        .cluster(cluster)
        .help(match &grant {
            Some(grant) => format!("grant it the right to:\n{}", grant.code),
            None => "grant it roles/storage.objectUser on the bucket".into(),
        })
        .write(grant.and_then(|grant| grant.edit))
        .at(name, &here.view.own_place(), "artifacts are written as this account");
    Answer::unmet(format!("{name} cannot write to a bucket"), vec![finding])
}
