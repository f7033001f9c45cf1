//! KFP403 disabled-api: services are managed here, and a needed one is missing.

use super::support::{list, together};
use crate::cty::value::Deciders;
use crate::diagnostic::Level;
use crate::graph::api::Api;
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::view::View;
use crate::rule::{Answer, Context, Rule};
use std::collections::BTreeSet;

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP403",
    name: "disabled-api",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: None,
};

/// Other names that are as good: what they enable is the same.
const AS_GOOD: [(&str, &[&str]); 1] =
    [("storage.googleapis.com", &["storage-api.googleapis.com", "storage-component.googleapis.com"])];

fn answer(cx: &Context, cluster: &Cluster) -> Answer {
    let apis: Vec<&Api> = cx.graph.apis_for(cluster).collect();
    match apis.last() {
        Some(last) => judge(cx, cluster, &apis, &last.view),
        None => Answer::not_applicable("no google_project_service is managed here"),
    }
}

/// The services that commands enable.
fn by_command(cx: &Context) -> BTreeSet<String> {
    let commands = cx.graph.managed().map(View::of).flat_map(|view| view.commands());
    let enabling = commands.filter(|command| command.text.contains("services enable"));
    let words = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_string).collect() };
    enabling.flat_map(|c| words(&c.text)).filter(|word| word.ends_with(".googleapis.com")).collect()
}

fn judge(cx: &Context, cluster: &Cluster, apis: &[&Api], last: &View) -> Answer {
    let mut enabled = by_command(cx);
    let mut open = Vec::new();
    for api in apis {
        match (&api.name, &api.view.uncertain) {
            (Some(Fact::Known(name)), None) => {
                enabled.insert(name.as_str().to_string());
            }
            (Some(other), uncertain) => {
                open.extend(other.reasons().into_iter().chain(uncertain));
            }
            (None, _) => {}
        }
    }
    let others = |name: &str| AS_GOOD.iter().find(|(n, _)| *n == name).map_or(&[][..], |(_, others)| others);
    let here = |name: &String| enabled.contains(name) || others(name).iter().any(|o| enabled.contains(*o));
    let missing: Vec<String> = cluster.profile.apis.iter().filter(|name| !here(name)).cloned().collect();
    if missing.is_empty() {
        return Answer::met("every API that is needed is enabled here");
    }
    let modules = cx.graph.absent_modules().map(|module| module.address.to_string().into());
    let decides: Deciders = std::iter::once((&together(open)).into()).chain(modules).collect();
    if !decides.is_empty() {
        let reason = format!("whether {} is enabled is not known", list(&missing));
        return Answer::undecided(reason, decides, Vec::new());
    }
    let message = format!("the project's services are managed here, but not {}", list(&missing));
    let lines: String = missing.iter().map(|m| format!("    \"{m}\",\n")).collect();
    let services = format!(
        "resource \"google_project_service\" \"kubeflow_pipelines\" {{\n  for_each = toset([\n{lines}  ])\n\n  service = each.value\n}}"
    );
    let services = cx.graph.advise_after(last.resource, &services);
    let finding = RULE
        .finding(message.clone())
        .cluster(cluster)
        .help(format!("enable them:\n{}", services.code))
        .write(services.edit)
        .at(&last.resource.address, &last.own_place(), "services are managed here");
    Answer::unmet(message, vec![finding])
}
