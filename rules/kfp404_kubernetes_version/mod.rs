//! KFP404 kubernetes-version: the pinned Kubeflow Pipelines does not run on the cluster's Kubernetes.

use crate::catalog::kfp::{self, KubernetesRange};
use crate::diagnostic::Level;
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::install::Installation;
use crate::graph::text::Text;
use crate::rule::{Answer, Context, Rule};
use std::cmp::Ordering;

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP404",
    name: "kubernetes-version",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: None,
};

fn answer(cx: &Context, cluster: &Cluster) -> Answer {
    let pinned = cx.graph.installations.iter().find_map(|i| Some((i, i.version.as_ref()?)));
    match pinned {
        None => Answer::not_applicable("no version of Kubeflow Pipelines is pinned here"),
        Some((installation, Fact::Known(version))) => judge(cluster, installation, version),
        Some((installation, Fact::OneOf(_, reasons) | Fact::Unknown(reasons))) => {
            let reason = format!("which version {} pins is not known: {}", installation.address, reasons.because());
            Answer::undecided(reason, reasons, Vec::new())
        }
    }
}

/// `1.27` of `1.27.3-gke.100`.
fn minor(version: &str) -> Option<String> {
    let mut parts = version.trim_start_matches('v').split('.');
    let (major, minor) = (parts.next()?, parts.next()?);
    let digits: String = minor.chars().take_while(char::is_ascii_digit).collect();
    (major.parse::<u32>().is_ok() && !digits.is_empty()).then(|| format!("{major}.{digits}"))
}

fn judge(cluster: &Cluster, installation: &Installation, version: &Text) -> Answer {
    if kfp::compare(version, kfp::LAST_ON_DEAD_REGISTRY) != Ordering::Greater {
        let reason = format!("the images of Kubeflow Pipelines {version} are in a registry that was shut down");
        let help = format!("pin a version after {}", kfp::LAST_ON_DEAD_REGISTRY);
        let finding = RULE.finding(reason.clone()).cluster(cluster).help(help);
        let finding = finding.at(&installation.address, &installation.place, "pins this version");
        return Answer::unmet(reason, vec![finding]);
    }
    let Some(range) = kfp::kubernetes_range(version) else {
        let reason = format!("Kubeflow Pipelines {version} is not among those that kfplint knows");
        return Answer::undecided(reason, vec![installation.address.clone()], Vec::new());
    };
    let written = cluster.view.text("min_master_version");
    let open = written.as_ref().and_then(|version| version.reasons()).filter(|reasons| !reasons.is_empty());
    if let Some(reasons) = open {
        let reason = format!("which Kubernetes the cluster gets is not known: {}", reasons.because());
        return Answer::undecided(reason, reasons, Vec::new());
    }
    let known = written.as_ref().and_then(|v| v.known().and_then(|v| Some(v.derive(minor(v)?))));
    let Some(kubernetes) = known else {
        // What is not given is one that GKE offers today: none of them is surely too new.
        return match range.max_is_hard {
            true => {
                let reason = "min_master_version does not say which Kubernetes the cluster gets";
                Answer::undecided(reason, vec![format!("{}.min_master_version", cluster.address())], Vec::new())
            }
            false => {
                Answer::met(format!("no Kubernetes that GKE offers is known to break Kubeflow Pipelines {version}"))
            }
        };
    };
    let hidden = version.is_hidden() || kubernetes.is_hidden();
    outside(&range, &kubernetes).map_or_else(
        || Answer::met(format!("Kubeflow Pipelines {version} was tested on Kubernetes {kubernetes}")),
        |how| {
            let how = if hidden { "was not tested on this Kubernetes" } else { how.as_str() };
            let reason = format!("Kubeflow Pipelines {version} {how}; this cluster has {kubernetes}");
            let draft = RULE
                .finding(reason.clone())
                .cluster(cluster)
                .related(&cluster.view.place("min_master_version"), format!("Kubernetes {kubernetes}"));
            let draft = if hidden { draft } else { draft.help(range.evidence) };
            let finding = draft.at(&installation.address, &installation.place, format!("pins {version}"));
            Answer::unmet(reason, vec![finding])
        },
    )
}

/// How a Kubernetes version lies outside of what was tested.
fn outside(range: &KubernetesRange, kubernetes: &str) -> Option<String> {
    let above = range.max.filter(|max| kfp::compare(kubernetes, max) == Ordering::Greater);
    let below = range.min.filter(|min| kfp::compare(kubernetes, min) == Ordering::Less);
    match (above, below) {
        (Some(max), _) if range.max_is_hard => Some(format!("fails above Kubernetes {max}")),
        (Some(max), _) => Some(format!("was tested up to Kubernetes {max}")),
        (None, Some(min)) => Some(format!("was tested from Kubernetes {min} on")),
        (None, None) => None,
    }
}
