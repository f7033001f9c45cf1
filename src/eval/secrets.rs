//! Arguments that are sensitive whatever the configuration says: by the provider's schema, and Kubernetes Secrets in manifests.

use crate::catalog::schema;
use crate::cty::value::{Data, Marks, Value};
use crate::eval::body::EvaluatedBody;
use crate::eval::hide;
use crate::eval::scope::Scope;
use crate::syntax::ast::Body;
use crate::syntax::visit;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Sensitive attributes and blocks of resources and data sources whose schema kfplint does not have. Source: the schemas of
/// the providers tls, random, local, kubernetes, kubectl, helm, vault, github, google-beta and others that are used beside
/// GKE, as their documentation has them. A block here is sensitive as a whole.
pub fn attributes(type_name: &str) -> &'static [&'static str] {
    // The schema has these, and nearly all resources are among them.
    if type_name.starts_with("google_") {
        return &[];
    }
    match type_name {
        "argocd_cluster" => &["config"],
        "argocd_repository" | "argocd_repository_credentials" => {
            &["githubapp_private_key", "password", "ssh_private_key", "tls_client_cert_key"]
        }
        "github_actions_environment_secret"
        | "github_actions_organization_secret"
        | "github_actions_secret"
        | "github_codespaces_secret"
        | "github_dependabot_secret" => &["encrypted_value", "plaintext_value"],
        "gitlab_group_variable" | "gitlab_instance_variable" | "gitlab_project_variable" => &["value"],
        "helm_release" | "helm_template" => &["repository_password", "set_sensitive"],
        "htpasswd_password" => &["apr1", "bcrypt", "password", "sha256", "sha512"],
        "kubectl_manifest" => &["live_manifest_incluster", "yaml_body", "yaml_incluster"],
        "kubernetes_secret" | "kubernetes_secret_v1" | "kubernetes_secret_v1_data" => &["binary_data", "data"],
        "kubernetes_token_request" | "kubernetes_token_request_v1" => &["token"],
        "local_sensitive_file" => &["content", "content_base64"],
        "mysql_user" => &["plaintext_password"],
        "postgresql_role" => &["password"],
        "random_password" => &["bcrypt_hash", "result"],
        "tls_cert_request" | "tls_locally_signed_cert" | "tls_self_signed_cert" => {
            &["ca_private_key_pem", "private_key_pem"]
        }
        "tls_private_key" | "tls_public_key" => &["private_key_openssh", "private_key_pem", "private_key_pem_pkcs8"],
        "vault_generic_endpoint" | "vault_generic_secret" | "vault_kv_secret" | "vault_kv_secret_v2" => {
            &["data", "data_json", "write_data", "write_data_json"]
        }
        _ => &[],
    }
}

/// Whether an argument is sensitive, by its schema or by [`attributes`].
pub fn is_sensitive(type_name: &str, schema: Option<&schema::BlockSchema>, name: &str) -> bool {
    schema.and_then(|s| s.attribute(name)).is_some_and(|a| a.sensitive) || attributes(type_name).contains(&name)
}

/// Marks the sensitive arguments and blocks of a resource that no schema tells of, and hides what is written for them.
pub fn apply(scope: &Scope, type_name: &str, body: &Body, evaluated: &mut EvaluatedBody) {
    let known = attributes(type_name);
    let is_map = type_name.starts_with("kubernetes_secret");
    for attribute in &body.attributes {
        let name = &*attribute.name.name;
        if known.contains(&name) {
            evaluated.change(name, &|value| Some(value.mark_leaves(Marks::SENSITIVE)));
            match is_map {
                true => hide::entries(scope, &attribute.expr),
                false => hide::source(scope, &attribute.expr),
            }
        } else if let Some(value) = evaluated.values.get(name)
            && has_secret(value)
        {
            evaluated.change(name, &secret_in);
            hide::manifest(scope, &attribute.expr);
        }
    }
    for name in known.iter().filter(|name| body.attribute(name).is_none()) {
        evaluated.change(name, &|value| Some(value.mark_leaves(Marks::SENSITIVE)));
        let blocks = evaluated.config.blocks.iter_mut().filter(|block| &*block.kind == *name);
        for attribute in blocks.flat_map(|block| &mut block.body.attributes) {
            attribute.value = attribute.value.mark_leaves(Marks::SENSITIVE);
        }
        let written = body.blocks.iter().filter(|b| &*b.kind.name == *name || b.label(0) == *name);
        written.for_each(|block| visit::block(block, &mut |expr| hide::source(scope, expr)));
    }
}

/// A value with the Kubernetes Secrets in it marked: their `data` and `stringData`, and text with a manifest of one as a
/// whole; `None` where there is none.
pub fn secret_in(value: &Value) -> Option<Value> {
    let all = |items: &[Value]| {
        let new: Vec<Option<Value>> = items.iter().map(secret_in).collect();
        let any = new.iter().any(Option::is_some);
        any.then(|| Arc::new(items.iter().zip(new).map(|(old, new)| new.unwrap_or_else(|| old.clone())).collect()))
    };
    let data = match &value.data {
        Data::String(text) => return is_manifest(text).then(|| value.clone().mark(Marks::SENSITIVE)),
        Data::List(of, items) => Data::List(of.clone(), all(items)?),
        Data::Tuple(items) => Data::Tuple(all(items)?),
        Data::Set(_, items) => return all(items).map(|_| value.clone().mark(Marks::SENSITIVE)),
        Data::Map(of, entries) => Data::Map(of.clone(), Arc::new(in_entries(entries)?)),
        Data::Object(entries) => Data::Object(Arc::new(in_entries(entries)?)),
        _ => return None,
    };
    Some(Value { data, marks: value.marks })
}

fn in_entries(entries: &BTreeMap<Arc<str>, Value>) -> Option<BTreeMap<Arc<str>, Value>> {
    let is_secret = entries.get("kind").and_then(Value::as_str) == Some("Secret");
    let one = |(name, value): (&Arc<str>, &Value)| match is_secret && matches!(&**name, "data" | "stringData") {
        true => Some(value.mark_leaves(Marks::SENSITIVE)),
        false => secret_in(value),
    };
    let new: Vec<Option<Value>> = entries.iter().map(one).collect();
    new.iter().any(Option::is_some).then_some(())?;
    Some(entries.iter().zip(new).map(|((name, old), new)| (name.clone(), new.unwrap_or_else(|| old.clone()))).collect())
}

/// Whether [`secret_in`] finds one.
fn has_secret(value: &Value) -> bool {
    match &value.data {
        Data::String(text) => is_manifest(text),
        Data::List(_, items) | Data::Tuple(items) | Data::Set(_, items) => items.iter().any(has_secret),
        Data::Map(_, entries) | Data::Object(entries) => {
            entries.get("kind").and_then(Value::as_str) == Some("Secret") || entries.values().any(has_secret)
        }
        _ => false,
    }
}

/// Whether a text, YAML or JSON, has a manifest of a Kubernetes Secret in it.
pub fn is_manifest(text: &str) -> bool {
    const KIND: &str = "kind";
    // Most texts have no such letter, which is found out sooner.
    text.contains('S')
        && text.contains("Secret")
        && text.match_indices(KIND).any(|(at, _)| {
            let after = text[at + KIND.len()..].trim_start_matches(['"', '\'', ' ', '\t', '\\']);
            let after = after.strip_prefix([':', '=']).unwrap_or("");
            let after = after.trim_start_matches(['"', '\'', ' ', '\t', '\n', '\r', '\\']);
            after.strip_prefix("Secret").is_some_and(|end| !end.starts_with(|c: char| c.is_alphanumeric()))
        })
}

#[cfg(test)]
mod tests {
    use super::is_manifest;

    #[test]
    fn finds_manifests_of_secrets() {
        for text in
            ["apiVersion: v1\nkind: Secret\n", "{\"kind\":\"Secret\"}", "- kind: 'Secret' # x", "kind:\n  Secret"]
        {
            assert!(is_manifest(text), "{text}");
        }
        for text in ["kind: SecretStore", "kind: ConfigMap\nname: Secret", "a Secret of this kind", ""] {
            assert!(!is_manifest(text), "{text}");
        }
    }
}
