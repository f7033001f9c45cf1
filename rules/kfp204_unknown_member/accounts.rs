//! The service accounts of the configuration, and members that are none of them.

use super::{DOMAIN, RULE};
use crate::base::suggest::within_two;
use crate::diagnostic::{Finding, Level};
use crate::graph::grant::Grant;
use crate::graph::text::Text;
use crate::graph::view::View;
use crate::rule::Context;
use std::collections::BTreeSet;

/// The service accounts that the configuration makes or reads.
pub(super) struct Accounts {
    emails: BTreeSet<String>,
    /// Those of them that may be shown.
    shown: BTreeSet<String>,
    projects: BTreeSet<String>,
    /// The e-mail of some account is not known: it may be any.
    open: bool,
}

impl Accounts {
    pub(super) fn of(cx: &Context) -> Accounts {
        let mut all =
            Accounts { emails: BTreeSet::new(), shown: BTreeSet::new(), projects: BTreeSet::new(), open: false };
        for account in &cx.graph.accounts {
            match (account.email.as_str(), account.project.as_str()) {
                (Some(email), project) => {
                    all.emails.insert(email.to_ascii_lowercase());
                    if !account.email.marks.is_hidden() {
                        all.shown.insert(email.to_ascii_lowercase());
                    }
                    all.projects.extend(project.map(str::to_string));
                }
                _ => all.open = true,
            }
        }
        all.open |= reads_accounts(cx) || cx.graph.absent_modules().next().is_some();
        all
    }

    /// An account of a project whose accounts are made here, but not this one; and the one that it is near to.
    pub(super) fn unknown(&self, grant: &Grant, text: &Text) -> Option<(Finding, Option<String>)> {
        let (kind, email) = text.split_once(':')?;
        let email = email.to_ascii_lowercase();
        let project = email.split_once('@')?.1.strip_suffix(DOMAIN)?;
        let own = kind.eq_ignore_ascii_case("serviceAccount") && self.projects.contains(project);
        if !own || self.open || self.emails.contains(&email) {
            return None;
        }
        let near = within_two(&email, self.shown.iter().map(String::as_str)).filter(|_| !text.is_hidden());
        let (email, project) = (text.derive(email.as_str()), text.derive(project));
        let mut draft = RULE.finding(format!(
            "no service account {email} is declared, although this configuration manages {project}'s accounts"
        ));
        draft = match near {
            Some(near) => draft.help(format!("did you mean \"serviceAccount:{near}\"?")),
            // Another configuration may make it, as one does for the account that runs Terraform.
            None => draft.level(Level::Warning).help("declare it, or read it with `data \"google_service_account\"`"),
        };
        let finding = draft.at(&grant.resource.address, &grant.members_place(), "made nowhere here");
        Some((finding, near.map(str::to_string)))
    }
}

/// Whether a data source reads an account whose e-mail is then not known.
fn reads_accounts(cx: &Context) -> bool {
    cx.graph.types.read("google_service_account").any(|r| View::of(r).get("account_id").is_some())
}
