//! The nodes' service accounts, and the grants on projects and accounts.

use super::pieces::{DocumentPiece, What};
use super::{DocumentPlace, LivePlanBuilder, place, unknown, value, with};
use crate::catalog::gke::is_default_account;
use crate::cty::value::{ReasonKind, Reasons, Type, Value};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The roles that make sense on a service account alone.
const ON_ACCOUNTS: [&str; 9] = [
    "roles/iam.serviceAccountAdmin",
    "roles/iam.serviceAccountDeleter",
    "roles/iam.serviceAccountKeyAdmin",
    "roles/iam.serviceAccountOpenIdTokenCreator",
    "roles/iam.serviceAccountTokenCreator",
    "roles/iam.serviceAccountUser",
    "roles/iam.serviceAccountViewer",
    "roles/iam.workloadIdentityUser",
    "roles/iam.securityReviewer",
];

/// Adds accounts and grants.
pub fn add(
    pieces: &[DocumentPiece],
    projects: &BTreeSet<String>,
    emails: &BTreeMap<String, DocumentPlace>,
    to: &mut LivePlanBuilder,
) {
    let custom: Vec<&String> = emails.keys().filter(|email| !is_default_account(email)).collect();
    for email in &custom {
        let project = email.split_once('@').and_then(|(_, domain)| domain.split('.').next()).unwrap_or_default();
        let account = email.split('@').next().unwrap_or_default();
        let values = value(&json!({ "account_id": account, "email": email, "project": project }));
        to.add("google_service_account", email, account, values, emails.get(*email).cloned());
    }
    let project = match projects.iter().collect::<Vec<_>>().as_slice() {
        [only] if !only.is_empty() => Some(only.to_string()),
        _ => None,
    };
    let mut given = false;
    for piece in pieces {
        match piece.what {
            What::Policy if is_of_account(piece.json) => account_policy(piece, &custom, to),
            What::Policy => {
                given = true;
                project_policy(piece, project.as_deref(), to);
            }
            What::Ancestor => given |= ancestor(piece, to),
            _ => {}
        }
    }
    let above: Vec<&DocumentPiece> = pieces.iter().filter(|piece| piece.what == What::Ancestor).collect();
    hierarchy(&above, to);
    if !given && !custom.is_empty() {
        let shown = project.as_deref().unwrap_or("PROJECT");
        let what = format!("`gcloud projects get-iam-policy {shown} --format=json`");
        let values = with(target("project", project.as_deref()), vec![("policy_data", unknown(&what))]);
        to.add("google_project_iam_policy", &format!("projects/{shown}/iamPolicy"), "policy", values, None);
    }
    if given && above.is_empty() && !custom.is_empty() {
        let shown = project.as_deref().unwrap_or("PROJECT");
        let what = format!("`gcloud projects get-ancestors-iam-policy {shown} --format=json`");
        let values = with(value(&json!({})), vec![("folder", unknown(&what)), ("policy_data", unknown(&what))]);
        to.add("google_folder_iam_policy", &format!("projects/{shown}/ancestors/iamPolicy"), "policy", values, None);
    }
}

/// What a project is in, from the ancestors' policies, which are listed from the project up.
fn hierarchy(ancestors: &[&DocumentPiece], to: &mut LivePlanBuilder) {
    let of = |piece: &DocumentPiece| {
        let text = |name: &str| piece.json[name].as_str().unwrap_or_default().to_string();
        (text("type"), text("id"))
    };
    for (below, above) in ancestors.iter().zip(ancestors.iter().skip(1)) {
        let ((kind, id), (kind_above, above)) = (of(below), of(above));
        let parent = if kind_above == "folder" { format!("folders/{above}") } else { format!("organizations/{above}") };
        match (kind.as_str(), kind_above.as_str()) {
            ("project", "folder" | "organization") => {
                let name = if kind_above == "folder" { "folder_id" } else { "org_id" };
                let values = value(&json!({ "project_id": id, name: above }));
                to.add("google_project", &format!("projects/{id}"), &id, values, Some(place(below, "")));
            }
            ("folder", "folder" | "organization") => {
                let values = value(&json!({ "folder_id": id, "name": format!("folders/{id}"), "parent": parent }));
                to.add("google_folder", &format!("folders/{id}"), &id, values, Some(place(below, "")));
            }
            _ => {}
        }
    }
}

/// A resource with nothing but what it is made on.
fn target(name: &str, on: Option<&str>) -> Value {
    let known = on.map(|on| vec![(name, Value::string(on))]);
    let command = "`gcloud container clusters describe CLUSTER --format=json`";
    let kind = || ReasonKind::NotGiven("which project the policy is of".into(), command.into());
    let open = || vec![(name, Value::unknown(Type::Any, Reasons::one(kind(), None)))];
    with(value(&json!({})), known.unwrap_or_else(open))
}

fn policy_data(policy: &Json) -> (&'static str, Value) {
    ("policy_data", Value::string(json!({ "bindings": policy["bindings"] }).to_string()))
}

/// The policy does not say what it is of: a service account, where all its roles are such as only an account has.
fn is_of_account(policy: &Json) -> bool {
    let roles = policy["bindings"].as_array().into_iter().flatten().map(|b| b["role"].as_str().unwrap_or_default());
    roles.clone().all(|role| ON_ACCOUNTS.contains(&role))
}

fn project_policy(piece: &DocumentPiece, project: Option<&str>, to: &mut LivePlanBuilder) {
    let values = with(target("project", project), vec![policy_data(piece.json)]);
    let address = format!("projects/{}/iamPolicy", project.unwrap_or("-"));
    to.add("google_project_iam_policy", &address, "policy", values, Some(place(piece, "")));
}

fn account_policy(piece: &DocumentPiece, custom: &[&String], to: &mut LivePlanBuilder) {
    let [only] = custom else {
        let why =
            "which service account this policy is of is not known: the nodes do not have exactly one of their own";
        return to.gap(piece, why.into());
    };
    let id = format!("projects/-/serviceAccounts/{only}");
    let values = with(target("service_account_id", Some(&id)), vec![policy_data(piece.json)]);
    let address = format!("{only}/iamPolicy");
    to.add("google_service_account_iam_policy", &address, "policy", values, Some(place(piece, "")));
}

/// One of `gcloud projects get-ancestors-iam-policy`; whether it is the project's.
fn ancestor(piece: &DocumentPiece, to: &mut LivePlanBuilder) -> bool {
    let id = piece.json["id"].as_str().unwrap_or_default();
    let (type_name, name, plural) = match piece.json["type"].as_str() {
        Some("project") => ("google_project_iam_policy", "project", "projects"),
        Some("folder") => ("google_folder_iam_policy", "folder", "folders"),
        Some("organization") => ("google_organization_iam_policy", "org_id", "organizations"),
        _ => return false,
    };
    let values = with(target(name, Some(id)), vec![policy_data(&piece.json["policy"])]);
    to.add(type_name, &format!("{plural}/{id}/iamPolicy"), "policy", values, Some(place(piece, "/policy")));
    name == "project"
}
