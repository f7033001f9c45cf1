//! KFP203 service-account-user: nobody may act as the nodes' custom account.

use crate::catalog::gke::last_part;
use crate::catalog::iam::Permission;
use crate::cty::value::{Deciders, Value};
use crate::diagnostic::Level;
use crate::graph::access::NodeAccount;
use crate::graph::account::ServiceAccount;
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::grant::{Grant, GrantLevel as On};
use crate::graph::identity::same_by_cause;
use crate::graph::text::Text;
use crate::rule::{Answer, Context, Rule};
use std::sync::LazyLock;

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP203",
    name: "service-account-user",
    level: Level::Note,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: None,
};

/// What whoever makes nodes with an account needs on it.
static ACT_AS: LazyLock<Option<Permission>> = LazyLock::new(|| Permission::named("iam.serviceAccounts.actAs"));

fn answer(cx: &Context, cluster: &Cluster) -> Answer {
    let pools = cluster.landing_pools();
    let here = pools.iter().find_map(|pool| match cx.graph.node_account(pool) {
        NodeAccount::Here(account) => Some(account),
        _ => None,
    });
    match here {
        Some(account) => judge(cx, cluster, account),
        None => Answer::not_applicable("no service account that this configuration makes is on the nodes"),
    }
}

fn judge(cx: &Context, cluster: &Cluster, account: &ServiceAccount) -> Answer {
    let name = &account.resource.address;
    let mut open = Vec::new();
    for grant in cx.graph.grants_in_time() {
        match allows(cx, grant, account) {
            Fact::Known(true) => return Answer::met(format!("someone may act as {name}")),
            Fact::Known(false) => {}
            Fact::OneOf(_, reasons) | Fact::Unknown(reasons) => open.push(reasons),
        }
    }
    let modules = cx.graph.grants_elsewhere(account);
    if !open.is_empty() || !modules.is_empty() {
        let modules = modules.into_iter().map(|module| module.decides);
        let decides: Deciders = open.iter().map(Deciders::from).chain(modules).collect();
        return Answer::undecided(format!("whether someone may act as {name} is not known"), decides, Vec::new());
    }
    let draft = RULE
        .finding(format!("this configuration grants no one roles/iam.serviceAccountUser on {name}"))
        .cluster(cluster);
    let draft = match grant(account).map(|grant| cx.graph.advise_after(account.resource, &grant)) {
        Some(grant) if grant.edit.is_some() => {
            draft.help(format!("grant it to the deploying identity:\n{}", grant.code)).write(grant.edit)
        }
        _ => draft.help("grant it to the deploying identity"),
    };
    let finding = draft.at(name, &account.view.own_place(), "the nodes' account");
    Answer::unmet(format!("no one is granted roles/iam.serviceAccountUser on {name}"), vec![finding])
}

/// Whether a grant lets its members act as the account.
fn allows(cx: &Context, grant: &Grant, account: &ServiceAccount) -> Fact<bool> {
    let may = match cx.graph.permissions(grant) {
        Ok(set) if ACT_AS.is_some_and(|p| set.contains(p)) => Fact::Known(true),
        Ok(_) => return Fact::Known(false),
        Err(reasons) => Fact::Unknown(reasons.clone()),
    };
    let on = match grant.level {
        On::ServiceAccount => {
            let email = grant.target.as_str().map(|t| Value::string(last_part(t)));
            account.is(email.as_ref().unwrap_or(&grant.target), || grant.target_refs())
        }
        On::Project => same_by_cause(&grant.target, &account.project, last_part),
        On::Folder | On::Organization => {
            Fact::Known(cx.graph.is_below(&account.project, grant.level, &grant.target) != Some(false))
        }
        On::Bucket => return Fact::Known(false),
    };
    let someone = Fact::Known(!grant.members.is_empty() || grant.open_members.is_some());
    let certain = grant.uncertain.clone().map_or(Fact::Known(true), Fact::Unknown);
    on.and(&may).and(&someone).and(&certain)
}

/// A grant to those who deploy, as Terraform text.
fn grant(account: &ServiceAccount) -> Option<String> {
    let target = match account.resource.span {
        Some(_) => format!("{}.name", account.reference()?),
        None => {
            let email = Text::of(&account.email).filter(|email| !email.is_hidden())?;
            format!("{:?}", format!("projects/-/serviceAccounts/{email}"))
        }
    };
    Some(format!(
        "resource \"google_service_account_iam_member\" \"{}_deployer\" {{\n  service_account_id = {target}\n  \
         role               = \"roles/iam.serviceAccountUser\"\n  member             = \"group:platform@example.com\"\n}}",
        account.resource.name
    ))
}
