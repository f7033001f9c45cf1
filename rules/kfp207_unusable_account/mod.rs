//! KFP207 unusable-account: the nodes' account is disabled, or `service_account` is no e-mail address.

use super::support::{replace, together, worse};
use crate::cty::value::Reasons;
use crate::diagnostic::{Finding, Fix, Level};
use crate::graph::access::NodeAccount;
use crate::graph::account::ServiceAccount;
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::pool::Pool;
use crate::graph::view::{AttributePlace, View};
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP207",
    name: "unusable-account",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: None,
};

/// What `google_project_default_service_accounts` does that leaves nodes without an account.
const GONE: [(&str, &str); 2] = [("DISABLE", "disabled"), ("DELETE", "deleted")];

fn answer(cx: &Context, cluster: &Cluster) -> Answer {
    let pools: Vec<&Pool> = match &cluster.autopilot {
        Fact::Known(true) => cluster.auto_provisioned.iter().collect(),
        _ => cluster.landing_pools(),
    };
    let answers = pools.into_iter().filter_map(|pool| judge(cx, cluster, pool));
    answers.reduce(worse).unwrap_or_else(|| Answer::not_applicable("no service account of the nodes is known here"))
}

fn judge(cx: &Context, cluster: &Cluster, pool: &Pool) -> Option<Answer> {
    let account = cx.graph.node_account(pool);
    // Where it stands takes a walk through the configuration: only where there is something to say.
    let place = || pool.place("service_account");
    if pool.is_email().is_false() {
        return Some(sure(pool, not_an_email(cluster, pool, &place())));
    }
    match &account {
        NodeAccount::Here(here) => match here.view.flag("disabled", false) {
            Fact::Known(false) => Some(Answer::met(format!("{} is not disabled", here.resource.address))),
            Fact::Known(true) => Some(sure(pool, disabled(cluster, pool, here, &place()))),
            open => Some(undecided(cluster, pool, &place(), &open.reasons().cloned().unwrap_or_default())),
        },
        NodeAccount::Elsewhere(_) => Some(Answer::met("the nodes' service account is given as an e-mail address")),
        NodeAccount::Default => default(cluster, pool, &cx.graph.default_accounts(cluster)?),
        NodeAccount::Unknown(_) => None,
    }
}

fn disabled(cluster: &Cluster, pool: &Pool, account: &ServiceAccount, place: &AttributePlace) -> Finding {
    let name = &account.resource.address;
    let message = format!("the nodes of {} run as {name}, which is disabled", pool.title());
    let draft = RULE.finding(message).cluster(cluster);
    let draft = draft.related(&account.view.place("disabled"), "it is disabled here");
    let draft = draft.help("leave `disabled` out, or name another account");
    draft.at(&pool.address, place, "a disabled account gets no tokens")
}

/// The default account of a project whose default accounts are managed.
fn default(cluster: &Cluster, pool: &Pool, accounts: &View) -> Option<Answer> {
    let place = pool.place("service_account");
    let action = accounts.text("action")?;
    let Some(action) = action.known() else {
        return Some(undecided(cluster, pool, &place, &action.reasons().cloned().unwrap_or_default()));
    };
    let Some((_, done)) = GONE.iter().find(|(name, _)| **name == **action) else {
        return Some(Answer::met("the Compute Engine default service account is not disabled"));
    };
    let message = format!(
        "the nodes of {} run as the Compute Engine default service account, which is {done} here",
        pool.title()
    );
    let finding = RULE
        .finding(message)
        .cluster(cluster)
        .related(&accounts.place("action"), format!("default service accounts are {done} by this"))
        .help("name a service account of your own in `service_account` of the node configuration, and grant it what the nodes need")
        .at(&pool.address, &place, "an account that gets no tokens");
    Some(sure(pool, finding))
}

/// The answer for a fault, which is certain if the pool is.
fn sure(pool: &Pool, finding: Finding) -> Answer {
    let answer = Answer::unmet(finding.message.clone(), vec![finding]);
    match &pool.uncertain {
        Some(reasons) => answer.if_so(&format!("{} is there", pool.title()), reasons),
        None => answer,
    }
}

fn undecided(cluster: &Cluster, pool: &Pool, place: &AttributePlace, reasons: &Reasons) -> Answer {
    let reasons = together([reasons]);
    let message = format!("whether the service account of {} is disabled is not known", pool.title());
    let draft = RULE.finding(message.clone()).level(Level::Warning).cluster(cluster).reasons(&reasons);
    let finding = draft.at(&pool.address, place, "this account");
    Answer::undecided(format!("{message}: {}", reasons.because()), &reasons, vec![finding])
}

fn not_an_email(cluster: &Cluster, pool: &Pool, place: &AttributePlace) -> Finding {
    let value = pool.config.as_ref().and_then(|c| c.text("service_account"));
    let shown = value.as_ref().and_then(Fact::known).map(|text| format!(" \"{text}\"")).unwrap_or_default();
    let message = format!("service_account{shown} of {} is not an e-mail address", pool.title());
    let finding = RULE
        .finding(message)
        .cluster(cluster)
        .help("use the account's e-mail address, such as `google_service_account.nodes.email`")
        .at(&pool.address, place, "GKE refuses all but an e-mail address or \"default\"");
    Finding { fixes: fix(pool).into_iter().collect(), ..finding }
}

/// Takes the e-mail of the account whose other attribute is written.
fn fix(pool: &Pool) -> Option<Fix> {
    let attribute = pool.config.as_ref()?.written_attribute("service_account", "google_service_account")?;
    let known = ["id", "name", "unique_id", "member", "account_id"].contains(&attribute.0);
    known.then(|| replace(attribute.1, "email".into(), "take the account's e-mail address".into()))
}
