//! What is wrong with a document, where, and what to do.

use miette::Diagnostic;

/// How a plan is made.
pub const MAKE_PLAN: &str = "terraform plan -out=plan.bin
terraform show -json plan.bin > plan.json";
/// How a state is made.
const MAKE_STATE: &str = "terraform show -json > state.json";
/// How the descriptions of a cluster are made.
const MAKE_LIVE: &str = "gcloud container clusters describe C --location=L --format=json";
/// How Kubernetes objects are listed.
const MAKE_KUBERNETES: &str = "kubectl get nodes,deployments,namespaces,secrets -A -o json";
/// What kfplint reads.
pub const MAKE: &str = "kfplint reads what these print:
terraform show -json plan.bin
terraform show -json
gcloud container clusters describe C --location=L --format=json
gcloud container node-pools list --cluster=C --location=L --format=json
gcloud projects get-iam-policy PROJECT --format=json
gcloud iam service-accounts get-iam-policy EMAIL --format=json
gcloud services list --format=json
kubectl get nodes,deployments,namespaces,secrets -A -o json";

/// How to make the document anew that a text was to be.
pub fn make(text: &str) -> &'static str {
    let marks = [
        ("\"planned_values\"", MAKE_PLAN),
        ("\"resource_changes\"", MAKE_PLAN),
        ("\"format_version\"", MAKE_STATE),
        ("\"lineage\"", MAKE_STATE),
        ("\"apiVersion\"", MAKE_KUBERNETES),
        ("\"nodePools\"", MAKE_LIVE),
    ];
    marks.iter().find(|(mark, _)| text.contains(mark)).map_or(MAKE, |(_, make)| make)
}

/// A document that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Diagnostic)]
#[error("{}{}: {what}", .file, .at.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default())]
#[diagnostic(help("{help}"))]
pub struct DocumentError {
    /// The file as the user named it; `stdin` for `-`.
    pub file: String,
    /// Line and column, from 1, where the fault has a place.
    pub at: Option<(usize, usize)>,
    /// What is wrong, and what was expected.
    pub what: String,
    /// What to do.
    pub help: String,
}

impl DocumentError {
    /// A fault of the document as a whole.
    pub fn new(file: &str, what: impl Into<String>, help: impl Into<String>) -> DocumentError {
        DocumentError { file: file.into(), at: None, what: what.into(), help: help.into() }
    }
}
