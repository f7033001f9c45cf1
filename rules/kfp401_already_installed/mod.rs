//! KFP401 already-installed: this configuration installs Kubeflow Pipelines itself.

use crate::cty::value::ReasonKind;
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::install::Installation;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP401",
    name: "already-installed",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: Some(find),
};

fn answer(cx: &Context, _cluster: &Cluster) -> Answer {
    let all = &cx.graph.installations;
    let certain = all.iter().find(|i| i.uncertain.is_none() && !i.at_startup);
    match (certain, all.first()) {
        (_, None) => Answer::met("this configuration does not install Kubeflow Pipelines"),
        (Some(i), _) if cx.graph.clusters.len() > 1 => {
            let reason = format!("{} installs Kubeflow Pipelines; onto which of the clusters is not known", i.address);
            Answer::undecided(reason, vec![i.address.clone()], Vec::new())
        }
        (Some(i), _) => Answer::unmet(format!("{} installs Kubeflow Pipelines", i.address), Vec::new()),
        (None, Some(i)) if i.at_startup && i.uncertain.is_none() => {
            let reason =
                format!("{} installs Kubeflow Pipelines when it starts; into which cluster is not known", i.address);
            Answer::undecided(reason, vec![format!("{}.{}", i.address, i.place.attribute)], Vec::new())
        }
        (None, Some(i)) => {
            let reasons = i.uncertain.clone().unwrap_or_default();
            let reason = format!("whether {} is made, and installs it, is not known: {}", i.address, reasons.because());
            Answer::undecided(reason, &reasons, Vec::new())
        }
    }
}

fn find(cx: &Context) -> Vec<Finding> {
    cx.graph.installations.iter().filter(|installation| !is_by_error(installation)).map(finding).collect()
}

/// Whether only errors of the configuration, which have findings of their own, leave it open.
fn is_by_error(installation: &Installation) -> bool {
    let is_error = |kind: &ReasonKind| matches!(kind, ReasonKind::Error(_));
    installation.uncertain.as_ref().is_some_and(|reasons| reasons.all(is_error))
}

fn finding(installation: &Installation) -> Finding {
    let (message, level) = match (&installation.uncertain, installation.at_startup) {
        (None, false) => ("installs Kubeflow Pipelines already", Level::Error),
        (None, true) => ("installs Kubeflow Pipelines when it starts", Level::Warning),
        (Some(_), _) => ("may install Kubeflow Pipelines already", Level::Warning),
    };
    RULE.finding(format!("{} {message}", installation.address))
        .level(level)
        .help("a cluster holds one Kubeflow Pipelines: leave this out, or do not install it another time")
        .at(&installation.address, &installation.place, format!("installs it: {}", installation.mark))
}
