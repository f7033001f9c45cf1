//! The answers of KFP201 where roles are lacking, or may be.

use super::lack::Lack;
use super::{RULE, account_place, place_of, text};
use crate::diagnostic::{Finding, Level};
use crate::graph::access::{Access, NodeAccount};
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::rule::{Answer, Context};
use crate::rules::support::list;

/// Roles are surely lacking.
pub fn unmet(cx: &Context, cluster: &Cluster, pool: &Pool, account: &NodeAccount, has: (&Access, &Lack)) -> Answer {
    let (access, lack) = has;
    let name = text::name(account, pool);
    let parts: Vec<String> =
        lack.roles.iter().map(|(role, missing)| format!("{role} ({})", text::few(missing))).collect();
    let names: Vec<String> = lack.roles.iter().map(|(role, _)| role.to_string()).collect();
    let reason = format!("{name} lacks {}", list(&names));
    let (address, place) = place_of(account, pool);
    let mut draft = RULE.finding(format!("{name} lacks {}", list(&parts))).cluster(cluster);
    draft = draft.related(&account_place(pool), format!("the nodes of {} run as this account", pool.title()));
    for other in &access.other_projects {
        draft = draft.related(other, "this grant does not hold in the cluster's project");
    }
    let mut finding = draft.at(&address, &place, "the nodes' account lacks required roles");
    text::mend(&mut finding, cx.graph, account, &names);
    finding.roles = names;
    Answer::unmet(reason, vec![finding])
}

/// What is lacking may be granted, as far as is known.
pub fn undecided(cluster: &Cluster, pool: &Pool, account: &NodeAccount, lack: Lack) -> Answer {
    let name = text::name(account, pool);
    let mut roles: Vec<String> = lack.roles.iter().map(|(role, _)| role.to_string()).collect();
    roles.extend(lack.open.iter().map(|r| r.to_string()));
    roles.sort();
    let mut whys = lack.whys;
    let mut decides = lack.decides;
    if let (NodeAccount::Elsewhere(_), false) = (account, lack.roles.is_empty()) {
        whys.push(format!("{name} is not made by this configuration: look where it is made for its grants"));
        decides.extend([text::made_by(account, pool)]);
    }
    if let Some(reasons) = pool.uncertain.as_ref().filter(|_| whys.is_empty()) {
        whys.push(reasons.because());
        decides.extend([reasons.into()]);
    }
    let reason = format!("whether {name} has {} is not known: {}", list(&roles), whys.join("; "));
    let (address, place) = place_of(account, pool);
    let finding: Finding = whys
        .into_iter()
        .fold(RULE.finding(format!("whether {name} has {} is not known", list(&roles))), |draft, why| draft.help(why))
        .level(Level::Warning)
        .cluster(cluster)
        .at(&address, &place, "its grants are not all here");
    Answer::undecided(reason, decides, vec![finding])
}
