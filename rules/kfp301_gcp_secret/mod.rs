//! KFP301 gcp-secret: the `user-gcp-sa` secret lacks its key, or is in the wrong namespace.

mod place;

use super::support::{list, replace, together};
use crate::catalog::kfp::SECRET_KEY;
use crate::cty::value::Reasons;
use crate::diagnostic::{Finding, Fix, Level};
use crate::graph::access::NodeAccount;
use crate::graph::cluster::Cluster;
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

fn answer(cx: &Context, _: &Cluster) -> Answer {
    let secrets: Vec<&Secret> = all(cx).collect();
    let Some(worst) = cx.found.iter().max_by_key(|finding| finding.level) else {
        return match secrets.is_empty() {
            true => Answer::not_applicable(format!("no secret {} is declared", cx.graph.profile.secret_name)),
            false => Answer::met("the secret has its key, where Kubeflow Pipelines reads it"),
        };
    };
    let keys = secrets.iter().filter_map(|secret| open_key(secret));
    let doubts = together(keys.chain(place::doubt(&secrets, &place::namespaces(cx))));
    match worst.level >= Level::Error || doubts.is_empty() {
        true => Answer::unmet(worst.message.clone(), Vec::new()).at_level(worst.level),
        false => Answer::undecided(worst.message.clone(), &doubts, Vec::new()),
    }
}

fn find(cx: &Context) -> Vec<Finding> {
    let secrets: Vec<&Secret> = all(cx).collect();
    let mut found: Vec<Finding> = secrets.iter().flat_map(|secret| key(secret, cx.graph.profile)).collect();
    found.extend(place::judge(&secrets, &place::namespaces(cx), cx.graph.profile));
    found.extend(secrets.iter().filter_map(|secret| powerless(cx, secret)));
    found
}

/// The secrets of the profile's name.
fn all<'p>(cx: &Context<'p>) -> impl Iterator<Item = &'p Secret<'p>> {
    let graph = cx.graph;
    graph.secrets.iter().filter(|secret| secret.is_named(&graph.profile.secret_name))
}

/// Why it is not known whether a secret has its key; `None` where that is known.
fn open_key<'s>(secret: &'s Secret) -> Option<&'s Reasons> {
    let has = secret.keys.iter().any(|key| &**key == SECRET_KEY);
    secret.open_keys.as_ref().filter(|_| !has)
}

/// What is wrong with the names in a secret's data.
fn key(found: &Secret, profile: &Profile) -> Option<Finding> {
    let (view, data, secret) = (&found.view, found.data, &profile.secret_name);
    let address = &view.resource.address;
    let place = found.data_place();
    if found.keys.iter().any(|key| &**key == SECRET_KEY) {
        return encoded(view, secret);
    }
    if let Some(reasons) = &found.open_keys {
        let draft = RULE.finding(format!("whether the secret {secret} has the key \"{SECRET_KEY}\" is not known"));
        return Some(draft.level(Level::Warning).reasons(reasons).at(address, &place, "this decides"));
    }
    let has: Vec<String> = found.keys.iter().map(|k| format!("\"{k}\"")).collect();
    let has = if has.is_empty() { "none".to_string() } else { list(&has) };
    let finding = RULE
        .finding(format!("the secret {secret} has no key \"{SECRET_KEY}\" (it has {has})"))
        .help(format!("name the key \"{SECRET_KEY}\": pipelines with use_gcp_secret mount that one"))
        .at(address, &place, "not the key that is read");
    Some(Finding { fixes: rename_key(view, data).into_iter().collect(), ..finding })
}

/// A finding where `data` holds a key as the provider gives it, which is base64, and so encoded twice in the secret.
fn encoded(view: &View, secret: &str) -> Option<Finding> {
    let entries = view.written_entries("data")?;
    let entry = entries.iter().find(|entry| entry.key.is_some_and(|(key, _)| key == SECRET_KEY))?;
    let finding = RULE
        .finding(format!("the secret {secret} holds its key in base64, which no client library reads"))
        .help("decode it with `base64decode()`: the provider encodes what is in `data` by itself")
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

/// A finding where the account whose key the secret holds is made here and surely granted nothing.
fn powerless<'p>(cx: &Context<'p>, found: &Secret<'p>) -> Option<Finding> {
    let account = cx.graph.key_account(found)?;
    let who = NodeAccount::Here(account);
    let granted = cx.graph.grants_to(&who).any(|grant| !cx.graph.is_member(grant, &who).is_false());
    if granted || !cx.graph.grants_elsewhere(account).is_empty() {
        return None;
    }
    let (name, secret) = (&account.resource.address, &cx.graph.profile.secret_name);
    let draft = RULE
        .finding(format!("{name}, whose key the secret {secret} holds, is granted nothing here"))
        .level(Level::Warning)
        .related(&account.view.own_place(), "the account")
        .help("grant it what the pipelines use, such as roles/storage.admin on the project of their bucket");
    Some(draft.at(&found.view.resource.address, &found.data_place(), "pipelines use this account"))
}
