//! The faults of other rules for which an account lacks roles: each is found once, where it is.

use super::lack::lack;
use super::{RULE, place_of, text};
use crate::diagnostic::Status;
use crate::graph::access::NodeAccount;
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::rule::{Answer, Context};
use crate::rules::{
    kfp202_unknown_role, kfp204_unknown_member, kfp205_authoritative_conflict, kfp207_unusable_account,
};

/// Folds the answer about a pool's account into those of the rules that find why it lacks roles.
pub fn fold<'p>(
    cx: &Context<'p>,
    cluster: &Cluster<'p>,
    (pool, account): (&Pool<'p>, &NodeAccount<'_, 'p>),
    answer: Answer,
) -> Answer {
    if answer.status == Status::Met {
        return without_effect(cx, cluster, pool, account).unwrap_or(answer);
    }
    if !matches!(answer.status, Status::Unmet | Status::Undecided) {
        return answer;
    }
    let accounts = std::slice::from_ref(account);
    let is_disabled = is_disabled(account);
    let may_have = answer.status == Status::Undecided;
    let by_role = || may_have && kfp202_unknown_role::about(cx, accounts).status == Status::Unmet;
    // Grants to members that are meant to be the account would be enough.
    let by_member = || {
        let meant = kfp204_unknown_member::meant(cx, accounts);
        let mut access = cx.graph.access(account, cluster);
        access.granted.union_with(&meant);
        !meant.is_empty() && lack(&access, &cluster.profile.roles).roles.is_empty()
    };
    let mut causes = Vec::new();
    causes.extend(by_role().then_some(kfp202_unknown_role::RULE.code));
    causes.extend(by_member().then_some(kfp204_unknown_member::RULE.code));
    causes.extend((is_disabled || pool.is_email().is_false()).then_some(kfp207_unusable_account::RULE.code));
    answer.because_of(&causes)
}

fn is_disabled(account: &NodeAccount) -> bool {
    matches!(account, NodeAccount::Here(here) if here.view.flag("disabled", false).is_true())
}

/// The answer where the roles are granted, and the account does not have them: it is disabled, or a grant is removed.
fn without_effect<'p>(
    cx: &Context<'p>,
    cluster: &Cluster<'p>,
    pool: &Pool<'p>,
    account: &NodeAccount<'_, 'p>,
) -> Option<Answer> {
    if pool.uncertain.is_some() {
        return None;
    }
    let name = text::name(account, pool);
    let removed = || {
        let role =
            kfp205_authoritative_conflict::removed_role(cx, std::slice::from_ref(account), &cluster.profile.roles)?;
        (!cx.graph.access(account, cluster).has_basic_role).then_some(role)
    };
    let (reason, cause) = match is_disabled(account) {
        true => (format!("{name} is disabled, and so has no role"), kfp207_unusable_account::RULE.code),
        false => {
            (format!("the grant of {} to {name} is removed", removed()?), kfp205_authoritative_conflict::RULE.code)
        }
    };
    let (address, place) = place_of(account, pool);
    let finding = RULE.finding(&reason).cluster(cluster).at(&address, &place, "the nodes' account");
    Some(Answer::unmet(reason, vec![finding]).because_of(&[cause]))
}
