//! KFP101 access-scope: neither the full scope nor a custom service account.

use super::support::{add_line, replace, together, unless_autopilot_decides};
use crate::base::source::Span;
use crate::cty::value::{Deciders, Reasons};
use crate::diagnostic::{Finding, Fix, Level};
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::machine::{Account, ScopesFrom};
use crate::graph::pool::Pool;
use crate::graph::write::DEFAULTS;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP101",
    name: "access-scope",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(|cx, cluster| unless_autopilot_decides(cluster, || judge(cx, cluster))),
    root: None,
};

/// Whether a pool's nodes have access: a custom account, or the full scope.
fn has_access(cluster: &Cluster, pool: &Pool) -> Fact<bool> {
    let custom = match &pool.account {
        Fact::Known(account) => Fact::Known(*account == Account::Custom),
        open => Fact::Unknown(open.reasons().cloned().unwrap_or_default()),
    };
    custom.or(&pool.scopes.all(&cluster.profile.scopes))
}

fn judge(cx: &Context, cluster: &Cluster) -> Answer {
    let pools = cluster.landing_pools();
    if pools.is_empty() {
        return Answer::not_applicable("no pool of this cluster has nodes here");
    }
    let answers: Vec<(&Pool, Fact<bool>)> = pools.into_iter().map(|p| (p, has_access(cluster, p))).collect();
    let lacking: Vec<&Pool> = answers.iter().filter(|(p, a)| a.is_false() && p.is_certain()).map(|(p, _)| *p).collect();
    if !lacking.is_empty() {
        let titles: Vec<String> = lacking.iter().map(|p| p.title()).collect();
        let reason = format!("{}: neither the full scope nor a custom service account", super::support::list(&titles));
        return Answer::unmet(reason, lacking.iter().map(|p| finding(cx, cluster, p)).collect());
    }
    let open: Vec<(&Pool, Reasons)> = answers.iter().filter_map(|(p, a)| Some((*p, open(p, a)?))).collect();
    match open.first() {
        None => by_compute_class(cx, cluster).unwrap_or_else(|| {
            Answer::met("every pool that KFP's pods can run on has the full scope or a custom service account")
        }),
        Some((pool, _)) => {
            let reasons = together(open.iter().map(|(_, r)| r));
            let reason = format!("the nodes' scopes and service account are not known: {}", reasons.because());
            let message = format!(
                "whether the nodes of {} have the full scope or a custom service account is not known",
                pool.title()
            );
            let draft = RULE.finding(message).level(Level::Warning).cluster(cluster).reasons(&reasons);
            let finding = draft.at(&pool.address, &place(pool), "this decides");
            Answer::undecided(reason, &reasons, vec![finding])
        }
    }
}

/// Nodes that GKE makes for compute classes have default scopes where nothing says otherwise.
fn by_compute_class(cx: &Context, cluster: &Cluster) -> Option<Answer> {
    let is_on = &cluster.auto_provisioning.compute_class;
    let scaling = cluster.view.block("cluster_autoscaling").filter(|_| !is_on.is_false())?;
    if cluster.auto_provisioned.is_some() {
        return None;
    }
    let what = "the scopes and service account of nodes that GKE makes for compute classes are not given";
    let own = || format!("{}.cluster_autoscaling.auto_provisioning_defaults", cluster.address()).into();
    let decides = is_on.reasons().map_or_else(own, Deciders::from);
    let draft = RULE.finding(what).level(Level::Warning).cluster(cluster);
    let advice = cx.graph.advise_block(&scaling, DEFAULTS, "oauth_scopes", &format!("{:?}", cluster.profile.scopes));
    let draft = draft.help(advice.help(" in `cluster_autoscaling`")).write(advice.edit);
    let place = scaling.place("default_compute_class_enabled");
    let finding = draft.at(cluster.address(), &place, "without auto_provisioning_defaults they have default scopes");
    Some(Answer::undecided(format!("default_compute_class_enabled: {what}"), decides, vec![finding]))
}

/// Why a pool leaves the answer open: its access is not known, or it lacks it and may not be there.
fn open(pool: &Pool, answer: &Fact<bool>) -> Option<Reasons> {
    match answer {
        Fact::Known(true) => None,
        Fact::Known(false) => Some(pool.uncertain.clone().unwrap_or(pool.nodes.ceiling.reasons.clone())),
        open => open.reasons().cloned(),
    }
}

/// The expression that decides: the account's, where it is that which is not known, else the scopes'.
fn place(pool: &Pool) -> crate::graph::view::AttributePlace {
    match (&pool.config, pool.account.known(), pool.scopes.from) {
        (Some(config), None, ScopesFrom::Default | ScopesFrom::NamedAccount) => config.place("service_account"),
        _ => pool.place("oauth_scopes"),
    }
}

fn finding(cx: &Context, cluster: &Cluster, pool: &Pool) -> Finding {
    let label = match pool.scopes.from {
        ScopesFrom::Configuration => "these scopes, with the Compute Engine default service account, are not enough",
        _ => "neither oauth_scopes nor service_account: GKE's default scopes can only read storage",
    };
    let message = format!("the nodes of {} have neither the full scope nor a custom service account", pool.title());
    let scopes = cx.graph.advise_nodes(pool, "oauth_scopes", &format!("{:?}", cluster.profile.scopes));
    let account = cx.graph.advise_nodes(pool, "service_account", "google_service_account.nodes.email");
    let finding = RULE
        .finding(message)
        .cluster(cluster)
        .help(scopes.help(""))
        .write(scopes.edit)
        .help(format!(
            "or use a service account of your own, and grant it what the pipelines need: `{}`{}",
            account.code, account.place
        ))
        .at(&pool.address, &pool.place("oauth_scopes"), label);
    Finding { fixes: fix(cx, cluster, pool).into_iter().collect(), ..finding }
}

/// Adds the scopes where there are none; scopes that are written stay, and the missing ones are put behind them.
fn fix(cx: &Context, cluster: &Cluster, pool: &Pool) -> Option<Fix> {
    let config = pool.config.as_ref().filter(|c| !pool.auto() || c.path.ends_with("auto_provisioning_defaults"))?;
    let title = "give the nodes the full scope".to_string();
    let quoted: Vec<String> = cluster.profile.scopes.iter().map(|s| format!("\"{s}\"")).collect();
    let Some(written) = config.written("oauth_scopes") else {
        return add_line(cx, config.span, &format!("oauth_scopes = [{}]", quoted.join(", ")), title);
    };
    let list = config.written_list("oauth_scopes").filter(|list| written.span == Some(list.span))?;
    let (_, last) = list.items.last()?;
    let end = Span::new(last.file, last.end, last.end);
    Some(replace(end, format!(", {}", quoted.join(", ")), title))
}
