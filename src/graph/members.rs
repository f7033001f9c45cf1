//! Which grants may be to an account, found by its e-mail: not every grant is asked for every account.

use super::grant::Grant;
use super::identity::email;
use std::collections::HashMap;

/// The grants of a graph by their members. Grants are named by their place in [`super::Graph::grants`].
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// Grants all of whose members are known, by the e-mail of each.
    by_email: HashMap<String, Vec<usize>>,
    /// All others.
    open: Vec<usize>,
    /// How many grants there are.
    count: usize,
}

impl Members {
    /// Sorts grants by their members.
    pub fn of(grants: &[Grant]) -> Members {
        let mut sorted = Members { count: grants.len(), ..Members::default() };
        for (at, grant) in grants.iter().enumerate() {
            let texts: Option<Vec<&str>> = grant.members.iter().map(|m| m.text.as_str()).collect();
            match texts.filter(|_| grant.open_members.is_none()) {
                Some(texts) => texts.into_iter().for_each(|text| sorted.add(text, at)),
                None => sorted.open.push(at),
            }
        }
        sorted
    }

    fn add(&mut self, member: &str, at: usize) {
        let grants = self.by_email.entry(email(member).into_owned()).or_default();
        if grants.last() != Some(&at) {
            grants.push(at);
        }
    }

    /// The grants that may have the account with this e-mail as a member, in their order; all where it is not known.
    pub fn may_be(&self, account: Option<&str>) -> Vec<usize> {
        let Some(account) = account else { return (0..self.count).collect() };
        let known = self.by_email.get(&*email(account)).map_or(&[][..], Vec::as_slice);
        let mut all = [known, &self.open].concat();
        all.sort_unstable();
        all
    }
}
