//! Whether the secret is where Kubeflow Pipelines is installed.

use super::super::support::replace;
use super::RULE;
use crate::catalog::kfp::NAMESPACE;
use crate::cty::value::Reasons;
use crate::diagnostic::{Finding, Level};
use crate::graph::secret::Secret;
use crate::graph::text::Text;
use crate::profile::Profile;
use crate::rule::Context;

/// The namespaces that Kubeflow Pipelines is installed in; empty where nothing tells.
pub fn namespaces(cx: &Context) -> Vec<Text> {
    let installations = &cx.graph.installations;
    if installations.iter().any(|installation| installation.namespace.is_none()) {
        return Vec::new();
    }
    let mut all: Vec<Text> = installations.iter().filter_map(|installation| installation.namespace.clone()).collect();
    let own = &cx.graph.profile.namespace;
    if all.is_empty() && own != NAMESPACE {
        all.push(Text::from(own.as_str()));
    }
    all
}

/// Whether a secret is in one of the namespaces that are told; `None` where that is not known.
fn is_placed(secret: &Secret, told: &[Text]) -> Option<bool> {
    Some(told.is_empty() || told.contains(secret.namespace.known()?))
}

/// Why it is not known whether any copy of the secret is where it is read; `None` where that is known.
pub fn doubt<'s>(secrets: &[&'s Secret], told: &[Text]) -> Option<&'s Reasons> {
    let placed: Vec<Option<bool>> = secrets.iter().map(|secret| is_placed(secret, told)).collect();
    let open = !told.is_empty() && !placed.contains(&Some(true));
    secrets.iter().find_map(|secret| secret.namespace.reasons()).filter(|_| open)
}

/// A finding where no copy of the secret is surely in a namespace that Kubeflow Pipelines is installed in.
pub fn judge(secrets: &[&Secret], told: &[Text], profile: &Profile) -> Option<Finding> {
    let (secret, wanted) = (&profile.secret_name, told.first()?);
    if let Some(reasons) = doubt(secrets, told) {
        let found = secrets.iter().find(|found| found.namespace.known().is_none())?;
        let draft = RULE.finding(format!("whether the secret {secret} is in namespace \"{wanted}\" is not known"));
        let draft = draft.level(Level::Warning).reasons(reasons);
        return Some(draft.at(&found.view.resource.address, &found.namespace_place(), "this decides"));
    }
    if secrets.iter().any(|found| is_placed(found, told) == Some(true)) {
        return None;
    }
    let found = secrets.first()?;
    let namespace = found.namespace.known()?;
    let message = format!(
        "the secret {secret} is in namespace \"{namespace}\", but Kubeflow Pipelines is installed in \"{wanted}\""
    );
    let finding = RULE
        .finding(message)
        .level(Level::Warning)
        .help(format!("set `namespace` in its metadata to \"{wanted}\""))
        .at(&found.view.resource.address, &found.namespace_place(), "not Kubeflow Pipelines' namespace");
    let literal = found.view.block("metadata").and_then(|m| m.literal("namespace")).filter(|_| !wanted.is_hidden());
    let fix = literal.map(|span| replace(span, format!("\"{wanted}\""), format!("put it in {wanted}")));
    Some(Finding { fixes: fix.into_iter().collect(), ..finding })
}
