//! What image streaming asks of the nodes' account.

use super::{RULE, place_of, text};
use crate::diagnostic::{Finding, Level};
use crate::graph::access::NodeAccount;
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::rule::Context;

/// What pulling an image by streaming takes, and the role that has it (GKE: use Image streaming, "requirements").
const USE: &str = "serviceusage.services.use";
const CONSUMER: &str = "roles/serviceusage.serviceUsageConsumer";

/// A warning where the nodes stream images and their account surely may not.
pub fn finding(cx: &Context, cluster: &Cluster, pool: &Pool, account: &NodeAccount) -> Option<Finding> {
    let NodeAccount::Here(_) = account else { return None };
    let streams = pool.config.as_ref()?.block("gcfs_config")?;
    let access = cx.graph.access(account, cluster);
    let may_have = access.doubts.iter().any(|d| d.permissions.as_ref().is_none_or(|set| set.contains_name(USE)));
    let is_on = streams.uncertain.is_none() && streams.flag("enabled", false).is_true();
    if !is_on || may_have || access.granted.contains_name(USE) || pool.uncertain.is_some() {
        return None;
    }
    let name = text::name(account, pool);
    let (address, place) = place_of(account, pool);
    let draft = RULE.finding(format!("{name} lacks {USE}, without which its nodes cannot pull images by streaming"));
    let draft = draft.level(Level::Warning).cluster(cluster);
    let draft = draft.related(&streams.place("enabled"), format!("the nodes of {} stream images", pool.title()));
    let mut finding = draft.at(&address, &place, format!("image streaming (gcfs_config) needs {CONSUMER}"));
    let roles = vec![CONSUMER.to_string()];
    text::mend(&mut finding, cx.graph, account, &roles);
    finding.roles = roles;
    Some(finding)
}
