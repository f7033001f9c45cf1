//! KFP301 gcp-secret: the `user-gcp-sa` secret lacks its key, or is in the wrong namespace.

use super::support::{list, of_root, replace};
use crate::catalog::kfp::SECRET_KEY;
use crate::cty::value::Reasons;
use crate::diagnostic::{Finding, Fix, Level, Status};
use crate::graph::access::NodeAccount;
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::secret::Secret;
use crate::graph::view::View;
use crate::profile::Profile;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP301",
    name: "gcp-secret",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: Some(find),
};

fn answer(cx: &Context, cluster: &Cluster) -> Answer {
    let secrets: Vec<&Secret> = all(cx).collect();
    if secrets.is_empty() {
        return Answer::not_applicable(format!("no secret {} is made here", cx.graph.profile.secret_name));
    }
    let lacking: Vec<Finding> = secrets.iter().filter_map(|s| roles(cx, cluster, s)).collect();
    let whole = of_root(&RULE, cx.found, "the secret has its key, in the right namespace");
    match lacking.first() {
        Some(first) => Answer::unmet(first.message.clone(), lacking),
        None if whole.status == Status::Undecided => {
            let open = secrets.iter().filter_map(|s| s.namespace.reasons()).flat_map(Reasons::decides);
            Answer { decides: open.collect(), ..whole }
        }
        None => whole,
    }
}

fn find(cx: &Context) -> Vec<Finding> {
    all(cx).flat_map(|secret| judge(secret, cx.graph.profile)).collect()
}

/// The secrets of the profile's name.
fn all<'p>(cx: &Context<'p>) -> impl Iterator<Item = &'p Secret<'p>> {
    let graph = cx.graph;
    graph.secrets.iter().filter(|secret| secret.is_named(&graph.profile.secret_name))
}

fn judge(found: &Secret, profile: &Profile) -> Vec<Finding> {
    let (secret, wanted) = (&profile.secret_name, &profile.namespace);
    let (view, data) = (&found.view, found.data);
    let resource = view.resource;
    let mut all = Vec::new();
    match &found.keys {
        Some(keys) if keys.iter().any(|k| &**k == SECRET_KEY) => all.extend(encoded(view, secret)),
        Some(keys) => {
            let has: Vec<String> = keys.iter().map(|k| format!("\"{k}\"")).collect();
            let has = if has.is_empty() { "none".to_string() } else { list(&has) };
            let finding = RULE
                .finding(format!("the secret {secret} has no key \"{SECRET_KEY}\" (it has {has})"))
                .help(format!("write `\"{SECRET_KEY}\" = …`: pipelines with use_gcp_secret mount that key"))
                .at(&resource.address, &view.place(data), "not the key that is read");
            all.push(Finding { fixes: rename_key(view, data).into_iter().collect(), ..finding });
        }
        None => {
            let draft = RULE.finding(format!("whether the secret {secret} has the key \"{SECRET_KEY}\" is not known"));
            all.push(draft.level(Level::Warning).at(&resource.address, &view.place(data), "this decides"));
        }
    }
    if let Fact::Unknown(reasons) | Fact::OneOf(_, reasons) = &found.namespace {
        let draft = RULE.finding(format!("whether the secret {secret} is in namespace \"{wanted}\" is not known"));
        let draft = draft.level(Level::Warning).reasons(reasons);
        all.push(draft.at(&resource.address, &found.namespace_place(), "this decides"));
    }
    if let Some(namespace) = found.namespace.known().filter(|n| ***n != **wanted) {
        let finding = RULE
            .finding(format!("the secret {secret} is in namespace \"{namespace}\", not where Kubeflow Pipelines runs"))
            .help(format!("write `namespace = \"{wanted}\"` in its metadata"))
            .at(&resource.address, &found.namespace_place(), "not Kubeflow Pipelines' namespace");
        let literal = view.block("metadata").and_then(|m| m.literal("namespace"));
        let fix = literal.map(|span| replace(span, format!("\"{wanted}\""), format!("put it in {wanted}")));
        all.push(Finding { fixes: fix.into_iter().collect(), ..finding });
    }
    all
}

/// A finding where `data` holds a key as the provider gives it, which is base64, and so encoded twice in the secret.
fn encoded(view: &View, secret: &str) -> Option<Finding> {
    let entries = view.written_entries("data")?;
    let entry = entries.iter().find(|entry| entry.key.is_some_and(|(key, _)| key == SECRET_KEY))?;
    let finding = RULE
        .finding(format!("the secret {secret} holds its key in base64, which no client library reads"))
        .help("write `base64decode(….private_key)`: the provider encodes what is in `data` by itself")
        .at(&view.resource.address, &view.place("data"), "private_key is base64 already");
    entry.is_attribute("google_service_account_key", "private_key").then_some(finding)
}

/// Gives the only entry of `data` the right name.
fn rename_key(secret: &View, data: &str) -> Option<Fix> {
    let entries = secret.written_entries(data)?;
    let [only] = entries.as_slice() else { return None };
    let (_, span) = only.key?;
    (!span.is_fact()).then(|| replace(span, format!("\"{SECRET_KEY}\""), format!("name it {SECRET_KEY}")))
}

/// A finding where the account whose key the secret holds is made here and surely lacks required roles.
fn roles<'p>(cx: &Context<'p>, cluster: &Cluster<'p>, found: &Secret<'p>) -> Option<Finding> {
    let view = &found.view;
    let account = cx.graph.key_account(found)?;
    let access = cx.graph.access(&NodeAccount::Here(account), cluster);
    let lacking = |role: &&String| access.lacks(role).is_some_and(|(_, doubts)| doubts.is_empty());
    let roles: Vec<String> = cluster.profile.roles.iter().filter(lacking).cloned().collect();
    let secret = &cluster.profile.secret_name;
    let message = format!("{}, whose key the secret {secret} holds, lacks {}", account.resource.address, list(&roles));
    let draft = RULE.finding(message).cluster(cluster).related(&account.view.own_place(), "the account");
    (!roles.is_empty()).then(|| draft.at(&view.resource.address, &view.place(found.data), "pipelines use this account"))
}
