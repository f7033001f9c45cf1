//! KFP301 gcp-secret: the `user-gcp-sa` secret lacks its key, or is in the wrong namespace.

use super::support::{list, of_root, replace};
use crate::catalog::kfp::SECRET_KEY;
use crate::eval::plan::{Mode, Resource};
use crate::finding::{Finding, Fix, Level};
use crate::graph::access::NodeAccount;
use crate::graph::cluster::Cluster;
use crate::graph::refs;
use crate::graph::view::View;
use crate::profile::Profile;
use crate::rule::{Answer, Context, Meta, Rule};
use crate::syntax::ast::{ExprKind, ObjectKey};
use std::sync::Arc;

/// The rule.
pub struct GcpSecret;

static META: Meta = Meta { code: "KFP301", name: "gcp-secret", level: Level::Error, page: include_str!("rule.md") };

impl Rule for GcpSecret {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn cluster(&self, cx: &Context, cluster: &Cluster) -> Option<Answer> {
        let mut secrets = cx.plan.resources.iter().filter(|r| is_secret(r, cx.graph.profile)).peekable();
        if secrets.peek().is_none() {
            return Some(Answer::not_applicable(format!("no secret {} is made here", cx.graph.profile.secret_name)));
        }
        let lacking: Vec<Finding> = secrets.filter_map(|s| roles(cx, cluster, s)).collect();
        let whole = of_root(&META, cx.found, "the secret has its key, in the right namespace");
        Some(match lacking.first() {
            Some(first) => Answer::unmet(first.message.clone(), lacking),
            None => whole,
        })
    }

    fn root(&self, cx: &Context) -> Vec<Finding> {
        cx.plan
            .resources
            .iter()
            .filter(|r| is_secret(r, cx.graph.profile))
            .flat_map(|r| judge(r, cx.graph.profile))
            .collect()
    }
}

fn is_secret(resource: &Resource, profile: &Profile) -> bool {
    let kind = matches!(&*resource.type_name, "kubernetes_secret" | "kubernetes_secret_v1");
    resource.mode == Mode::Managed
        && kind
        && metadata(&View::of(resource), "name").as_deref() == Some(&profile.secret_name)
}

fn metadata(secret: &View, name: &str) -> Option<Arc<str>> {
    secret.block("metadata")?.text(name)?.known().cloned()
}

/// The names in `data` and `binary_data`; `None` where they are not known.
fn keys(secret: &View) -> Option<Vec<Arc<str>>> {
    let mut all = Vec::new();
    for name in ["data", "binary_data"] {
        if let Some(data) = secret.get(name) {
            all.extend(data.entries()?.keys().cloned());
        }
    }
    Some(all)
}

fn judge(resource: &Resource, profile: &Profile) -> Vec<Finding> {
    let (secret, wanted) = (&profile.secret_name, &profile.namespace);
    let view = View::of(resource);
    let mut all = Vec::new();
    let data = if view.get("data").is_none() && view.get("binary_data").is_some() { "binary_data" } else { "data" };
    match keys(&view) {
        Some(keys) if keys.iter().any(|k| &**k == SECRET_KEY) => {}
        Some(keys) => {
            let has: Vec<String> = keys.iter().map(|k| format!("\"{k}\"")).collect();
            let has = if has.is_empty() { "none".to_string() } else { list(&has) };
            let finding = META
                .finding(format!("the secret {secret} has no key \"{SECRET_KEY}\" (it has {has})"))
                .help(format!("write `\"{SECRET_KEY}\" = …`: pipelines with use_gcp_secret mount that key"))
                .at(&resource.address, &view.place(data), "not the key that is read");
            all.push(Finding { fixes: rename_key(&view, data).into_iter().collect(), ..finding });
        }
        None => {
            let draft = META.finding(format!("whether the secret {secret} has the key \"{SECRET_KEY}\" is not known"));
            all.push(draft.level(Level::Warning).at(&resource.address, &view.place(data), "this decides"));
        }
    }
    let block = view.block("metadata");
    let place = block.as_ref().map_or_else(|| view.own_place(), |m| m.place("namespace"));
    let given = block.as_ref().and_then(|m| m.text("namespace"));
    let namespace = given.map_or(Some(Arc::from("default")), |n| n.known().cloned());
    if let Some(namespace) = namespace.filter(|n| **n != **wanted) {
        let finding = META
            .finding(format!("the secret {secret} is in namespace \"{namespace}\", not where Kubeflow Pipelines runs"))
            .help(format!("write `namespace = \"{wanted}\"` in its metadata"))
            .at(&resource.address, &place, "not Kubeflow Pipelines' namespace");
        let literal = block.as_ref().and_then(|m| m.literal("namespace"));
        let fix = literal.map(|span| replace(span, format!("\"{wanted}\""), format!("put it in {wanted}")));
        all.push(Finding { fixes: fix.into_iter().collect(), ..finding });
    }
    all
}

/// Gives the only entry of `data` the right name.
fn rename_key(secret: &View, data: &str) -> Option<Fix> {
    let written = secret.written(data)?;
    let ExprKind::Object(items) = &written.origin.as_ref()?.expr.kind else { return None };
    let [only] = items.as_slice() else { return None };
    let span = match &only.key {
        ObjectKey::Name(name) => name.span,
        ObjectKey::Expr(key) => key.as_str().map(|_| key.span)?,
    };
    (!span.is_fact()).then(|| replace(span, format!("\"{SECRET_KEY}\""), format!("name it {SECRET_KEY}")))
}

/// A finding where the account whose key the secret holds is made here and surely lacks required roles.
fn roles(cx: &Context, cluster: &Cluster, resource: &Resource) -> Option<Finding> {
    let view = View::of(resource);
    let keys = refs::of_attribute(view.written("data")?);
    let key_of = |r: &&Resource| &*r.type_name == "google_service_account_key" && keys.iter().any(|k| k.is_to(r));
    let key = View::of(cx.plan.resources.iter().find(key_of)?);
    let (id, refs) = (key.get("service_account_id")?, refs::of_attribute(key.written("service_account_id")?));
    let account = cx.graph.accounts.iter().find(|a| a.is(id, &refs).is_true())?;
    let access = cx.graph.access(&NodeAccount::Here(account), cluster);
    let lacking = |role: &&String| access.lacks(role).is_some_and(|(_, doubts)| doubts.is_empty());
    let roles: Vec<String> = cluster.profile.roles.iter().filter(lacking).cloned().collect();
    let secret = &cluster.profile.secret_name;
    let message = format!("{}, whose key the secret {secret} holds, lacks {}", account.resource.address, list(&roles));
    let draft = META.finding(message).cluster(cluster).related(&account.view.own_place(), "the account");
    (!roles.is_empty()).then(|| draft.at(&resource.address, &view.place("data"), "pipelines use this account"))
}
