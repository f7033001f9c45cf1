//! Identity strings that providers compute at plan time.
//!
//! Source: hashicorp/terraform-provider-google `resource_google_service_account.go` (CustomizeDiff), checked against recorded
//! plans.

use crate::cty::value::{Marks, Type, Value};
use crate::eval::iam_policy;
use crate::eval::provider::{KnownResource, absent};
use crate::plan::Mode;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Adds what is known of this resource at plan time beside its arguments.
pub fn complete(known: &KnownResource, values: &mut BTreeMap<Arc<str>, Value>) {
    match (known.id.mode, &*known.id.type_name) {
        (Mode::Managed, "google_service_account") => service_account(known, values),
        (Mode::Managed, "terraform_data") => terraform_data(known, values),
        (Mode::Data, "google_iam_policy") if !known.deferred => iam_policy::complete(values),
        (Mode::Data, "google_client_config") if !known.deferred => {
            for name in ["project", "region", "zone"] {
                values.insert(name.into(), known.provider.default_of(name));
            }
        }
        (Mode::Data, "google_project") if !known.deferred && absent(values, "project_id") => {
            values.insert("project_id".into(), known.provider.default_of("project"));
        }
        _ => {}
    }
}

/// The built-in provider: `id` is never null, `output` is what `input` is, known only after apply unless null.
fn terraform_data(known: &KnownResource, values: &mut BTreeMap<Arc<str>, Value>) {
    values.insert("id".into(), known.unknown("id", Type::String).not_null());
    for name in ["input", "triggers_replace"] {
        values.entry(name.into()).or_insert_with(Value::null);
    }
    let output = if absent(values, "input") { Value::null() } else { known.unknown("output", Type::Any) };
    values.insert("output".into(), output);
}

fn service_account(known: &KnownResource, values: &mut BTreeMap<Arc<str>, Value>) {
    for name in ["id", "name"] {
        // `projects/PROJECT/serviceAccounts/EMAIL`
        let refinement =
            crate::cty::value::Refinement { not_null: true, prefix: Some("projects/".into()), ..Default::default() };
        let reasons = known.unknown(name, Type::String).collect_reasons();
        values.insert(name.into(), Value::unknown_refined(Type::String, reasons, refinement));
    }
    if absent(values, "project") {
        values.insert("project".into(), known.provider.default_of("project"));
    }
    let part = |name: &str| values.get(name).cloned().unwrap_or_else(Value::null);
    let (account, project) = (part("account_id"), part("project"));
    let (email, member) = match (account.as_str(), project.as_str()) {
        (Some(account), Some(project)) => {
            let email = crate::catalog::provider_defaults::planned_service_account_email(account, project);
            (Value::string(&email), Value::string(format!("serviceAccount:{email}")))
        }
        _ => {
            let reasons = account.collect_reasons().union(&project.collect_reasons());
            if reasons.is_empty() {
                return;
            }
            let head = crate::catalog::provider_defaults::service_account_email_head(&account);
            let unknown = |kind: &str| {
                let prefix = Some(format!("{kind}{head}").into()).filter(|text: &Arc<str>| !text.is_empty());
                let refinement = crate::cty::value::Refinement { not_null: true, prefix, ..Default::default() };
                Value::unknown_refined(Type::String, reasons.clone(), refinement)
            };
            (unknown(""), unknown("serviceAccount:"))
        }
    };
    let marks: Marks = account.marks.union(project.marks);
    values.insert("email".into(), email.mark(marks));
    values.insert("member".into(), member.mark(marks));
}
