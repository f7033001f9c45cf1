//! Grants and accounts by e-mail: not every one is asked about every account.

use super::account::ServiceAccount;
use super::grant::Grant;
use super::identity::email;
use super::member::may_be_several;
use crate::cty::value::Value;
use std::collections::HashMap;

/// Things by the e-mails that they are about. They are named by their place in the list that this was made from.
#[derive(Clone, Debug, Default)]
pub struct ByEmail {
    /// Those of which all e-mails are known, and stand for nobody else, by each.
    known: HashMap<String, Vec<usize>>,
    /// All others.
    open: Vec<usize>,
    /// How many there are.
    count: usize,
}

impl ByEmail {
    /// Grants by their members.
    pub fn members(grants: &[Grant]) -> ByEmail {
        ByEmail::of(grants.iter().map(|grant| {
            let texts: Option<Vec<&str>> = grant.members.iter().map(Value::as_str).collect();
            texts.filter(|all| grant.open_members.is_none() && !all.iter().any(|text| may_be_several(text)))
        }))
    }

    /// Accounts by their own e-mail.
    pub fn accounts(accounts: &[ServiceAccount]) -> ByEmail {
        ByEmail::of(accounts.iter().map(|account| Some(vec![account.email.as_str()?])))
    }

    /// Things with their e-mails; `None` where some are not known.
    fn of<'a>(things: impl Iterator<Item = Option<Vec<&'a str>>>) -> ByEmail {
        let mut sorted = ByEmail::default();
        for (at, emails) in things.enumerate() {
            sorted.count += 1;
            match emails {
                Some(emails) => emails.into_iter().for_each(|text| sorted.add(text, at)),
                None => sorted.open.push(at),
            }
        }
        sorted
    }

    fn add(&mut self, text: &str, at: usize) {
        let things = self.known.entry(email(text).into_owned()).or_default();
        if things.last() != Some(&at) {
            things.push(at);
        }
    }

    /// Those that may be about the account with this e-mail, in their order; all where it is not known.
    pub fn may_be(&self, account: Option<&str>) -> Vec<usize> {
        let Some(account) = account else { return (0..self.count).collect() };
        let known = self.known.get(&*email(account)).map_or(&[][..], Vec::as_slice);
        let mut all = [known, &self.open].concat();
        all.sort_unstable();
        all
    }
}
