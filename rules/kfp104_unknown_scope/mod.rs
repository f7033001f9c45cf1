//! KFP104 unknown-scope: no such OAuth scope or alias.

use super::support::{unless_autopilot_decides, worse};
use crate::base::suggest::{suggest, within_two};
use crate::catalog::scope;
use crate::diagnostic::{Finding, Fix, Level};
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::graph::text::Text;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP104",
    name: "unknown-scope",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: None,
};

fn answer(_cx: &Context, cluster: &Cluster) -> Answer {
    unless_autopilot_decides(cluster, || {
        let pools = cluster.pools.iter().chain(&cluster.auto_provisioned);
        let answers = pools.flat_map(|p| scopes(p).into_iter().map(move |s| judge(cluster, p, &s)));
        answers.reduce(worse).unwrap_or_else(|| Answer::met("every scope exists"))
    })
}

/// The scopes of a pool that are known and do not exist.
fn scopes(pool: &Pool) -> Vec<Text> {
    let urls = pool.scopes.urls.known().into_iter().flatten();
    let known = urls.filter_map(|u| u.known()).filter(|u| !scope::exists(u));
    known.cloned().collect()
}

fn judge(cluster: &Cluster, pool: &Pool, name: &Text) -> Answer {
    let is_url = name.contains("://");
    let near = match is_url {
        true => within_two(name, scope::urls()),
        false => suggest(name, scope::aliases()),
    };
    let message = format!("there is no OAuth scope \"{name}\", which the nodes of {} ask for", pool.title());
    let place = &pool.place("oauth_scopes");
    if near.is_none() && is_url {
        let message = format!("the OAuth scope \"{name}\" is not among those that kfplint knows; it may be newer");
        let finding = RULE.finding(message.clone()).level(Level::Warning).cluster(cluster);
        return Answer::undecided(message, Vec::new(), vec![finding.at(&pool.address, place, "not known")]);
    }
    let mut draft = RULE.finding(message.clone()).cluster(cluster);
    let near = near.filter(|_| !name.is_hidden());
    if let Some(near) = near {
        draft = draft.help(format!("did you mean \"{near}\"?"));
    }
    if !name.is_hidden() && matches!(name.as_str(), "gke-default" | "default") {
        draft =
            draft.help("this is an alias of gcloud alone; in Terraform leave `oauth_scopes` out for GKE's defaults");
    }
    let finding = draft.at(&pool.address, place, "no such scope");
    let fix = near.and_then(|near| fix(pool, name, near));
    Answer::unmet(message, vec![Finding { fixes: fix.into_iter().collect(), ..finding }])
}

/// Replaces the scope where it is written as a literal.
fn fix(pool: &Pool, name: &str, near: &str) -> Option<Fix> {
    let list = pool.config.as_ref()?.written_list("oauth_scopes")?;
    let (_, span) = list.items.into_iter().find(|(text, _)| *text == Some(name))?;
    (!span.is_fact()).then(|| super::support::replace(span, format!("\"{near}\""), format!("ask for {near}")))
}
