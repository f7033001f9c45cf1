//! What is removed of accounts that another rule asks about.

use super::removals;
use crate::graph::access::NodeAccount;
use crate::rule::Context;

/// The first of these roles whose grant to one of these accounts is removed.
pub fn removed_role<'r, 'p>(
    cx: &Context<'p>,
    accounts: &[NodeAccount<'_, 'p>],
    roles: &'r [String],
) -> Option<&'r String> {
    let removed = removals(cx, |grant| cx.graph.is_to(grant, accounts));
    roles.iter().find(|role| removed.iter().any(|(_, removed)| removed.as_ref() == Some(role)))
}
