//! Service accounts of the configuration.

use super::cluster::default_of;
use super::fact::Fact;
use super::identity::{self, same};
use super::view::View;
use super::write::reference;
use crate::catalog::provider_defaults::{service_account_email, service_account_email_head};
use crate::cty::value::{Data, ReasonKind, Reasons, Refinement, Type, Value};
use crate::plan::{InstanceKey, Mode, ResolvedReference, Resource};
use std::sync::Arc;

/// A `google_service_account`.
#[derive(Clone, Debug)]
pub struct ServiceAccount<'p> {
    /// The resource.
    pub resource: &'p Resource,
    /// Its block.
    pub view: View<'p>,
    /// Its e-mail, as far as it is known.
    pub email: Value,
    /// Its project.
    pub project: Value,
}

impl<'p> ServiceAccount<'p> {
    /// Reads a `google_service_account`.
    pub fn new(resource: &'p Resource) -> ServiceAccount<'p> {
        let view = View::of(resource);
        let project = default_of(&view, "project");
        let email = email(&view, &project);
        ServiceAccount { resource, view, email, project }
    }

    /// See [`reference`].
    pub fn reference(&self) -> Option<String> {
        reference(self.resource)
    }

    /// Whether a member, an e-mail or the name of a resource is this account. `refs` gives the resources that its expression
    /// refers to: they count only where the text does not tell.
    pub fn is<R: AsRef<[ResolvedReference]>>(&self, text: &Value, refs: impl FnOnce() -> R) -> Fact<bool> {
        if self.computed(text) && prefix(text).is_some_and(|head| identity::email(head).starts_with(RESOURCE)) {
            return Fact::Known(true);
        }
        let by_text = same(text, &self.email, identity::email);
        if text.is_known() || by_text.is_false() || by_text.is_true() && names_account(text) {
            return by_text;
        }
        if self.computed(text) {
            return Fact::Known(true);
        }
        let refs = refs();
        let refs = refs.as_ref();
        let mut accounts =
            refs.iter().filter(|r| r.mode == Mode::Managed && r.type_name == "google_service_account").peekable();
        if accounts.peek().is_none() {
            return by_text;
        }
        let Some(reference) = accounts.find(|r| r.is_to(self.resource)) else { return Fact::Known(false) };
        // A reference to all instances of a resource says which only where there is one.
        let only_one = reference.key.is_some() || self.resource.key == InstanceKey::None;
        match by_text.is_true() || refs.len() == 1 && only_one {
            true => Fact::Known(true),
            false => Fact::Unknown(text.reasons().cloned().unwrap_or_default()),
        }
    }

    /// Whether a value is one that only this resource computes.
    fn computed(&self, text: &Value) -> bool {
        let own =
            |kind: &ReasonKind| matches!(kind, ReasonKind::Computed(address, _) if *address == self.resource.address);
        text.reasons().is_some_and(|reasons| reasons.all(own))
    }
}

/// `ACCOUNT@PROJECT.iam.gserviceaccount.com`; where the project is not known, its beginning is.
fn email(view: &View, project: &Value) -> Value {
    if let Some(email) = view.value("email").filter(Value::is_known) {
        return email;
    }
    let Some(account) = view.value("account_id") else { return Value::unknown(Type::String, Reasons::default()) };
    let marks = account.marks.union(project.marks);
    let reasons = account.reasons().cloned().unwrap_or_default().union(&project.reasons().cloned().unwrap_or_default());
    match (account.as_str(), project.as_str()) {
        (Some(account), Some(project)) => Value::string(service_account_email(account, project)),
        _ => {
            let prefix = Some(service_account_email_head(&account).into()).filter(|text: &Arc<str>| !text.is_empty());
            let refinement = Refinement { not_null: true, prefix, ..Refinement::default() };
            Value::unknown_refined(Type::String, reasons, refinement)
        }
    }
    .mark(marks)
}

/// What the names of accounts as resources begin with: `projects/PROJECT/serviceAccounts/EMAIL`.
const RESOURCE: &str = "projects/";

/// Whether all but the project of an e-mail is known.
fn names_account(email: &Value) -> bool {
    prefix(email).is_some_and(|head| head.contains('@'))
}

/// The known beginning of a value that is not known.
pub fn prefix(value: &Value) -> Option<&str> {
    match &value.data {
        Data::Unknown(open) => open.refinement.prefix.as_deref(),
        _ => None,
    }
}

/// Whether a value that is not known can be an account's e-mail at all: a known beginning may rule it out.
pub fn may_be_account(member: &Value) -> bool {
    let prefix = match &member.data {
        Data::Unknown(u) => u.refinement.prefix.clone(),
        Data::String(s) => Some(s.clone()),
        _ => return false,
    };
    match prefix.as_deref().and_then(|p| p.split_once(':')) {
        Some((kind, _)) => kind.eq_ignore_ascii_case("serviceAccount"),
        None => true,
    }
}
