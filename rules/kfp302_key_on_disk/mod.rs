//! KFP302 key-on-disk: service account key material written to, or read from, the repository's disk.

use super::support::of_root;
use crate::cty::value::Value;
use crate::diagnostic::{Finding, Level};
use crate::graph::view::{AttributePlace, RunCommand, View};
use crate::rule::{Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP302",
    name: "key-on-disk",
    level: Level::Warning,
    page: include_str!("rule.md"),
    cluster: Some(|cx, _| of_root(&RULE, cx.found, "no service account key is written to or read from disk")),
    root: Some(find),
};

fn find(cx: &Context) -> Vec<Finding> {
    cx.graph
        .managed()
        .map(View::of)
        .flat_map(|view| written(&view).into_iter().chain(run(&view)).chain(read(&view)))
        .collect()
}

/// Commands that make a key in a file, or write one of this configuration's into it.
fn run(view: &View) -> Vec<Finding> {
    let address = &view.resource.address;
    let writes = |command: &RunCommand| {
        let holds = command.references.iter().any(|r| r.type_name == "google_service_account_key");
        let redirects = ["> ", ">>", "tee "].iter().any(|way| command.text.contains(way));
        let makes = command.text.contains("service-accounts keys create");
        let kept = !["rm ", "shred ", "/dev/stdout"].iter().any(|end| command.text.contains(end));
        kept && (makes || holds && redirects)
    };
    let finding = |command: RunCommand| {
        RULE.finding(format!("{address} writes a service account key to disk"))
            .help("delete the file once the key is handed on, or use Workload Identity without keys")
            .at(address, &command.place, "the key stays behind in a file")
    };
    view.commands().into_iter().filter(writes).map(finding).collect()
}

/// A key that Terraform writes to a file.
fn written(view: &View) -> Option<Finding> {
    let resource = view.resource;
    if !matches!(&*resource.type_name, "local_file" | "local_sensitive_file") {
        return None;
    }
    let names = ["content", "sensitive_content", "content_base64"];
    let holds_key = |name: &&&str| {
        let refs = view.references(name);
        refs.iter().any(|r| r.type_name == "google_service_account_key") || view.get(name).is_some_and(is_key)
    };
    let name = names.iter().find(holds_key)?;
    let draft = RULE.finding(format!("{} writes a service account key to disk", resource.address));
    let draft = draft.help(
        "hand the key on without a file, such as with `kubernetes_secret`, or use Workload Identity without keys",
    );
    Some(draft.at(&resource.address, &view.place(name), "the key stays behind in this file"))
}

/// Key material in an argument that is read from a file.
fn read(view: &View) -> Vec<Finding> {
    let address = &view.resource.address;
    let finding = |place: &AttributePlace| {
        RULE.finding(format!("{address} reads a service account key from disk"))
            .help("delete the file, revoke the key (`gcloud iam service-accounts keys delete`), and use Workload Identity or a secret store")
            .at(address, place, "holds a private key")
    };
    view.arguments_with(is_key).iter().map(finding).collect()
}

/// Members of a service account key's JSON.
const KEYS: [&str; 2] = ["\"private_key\"", "\"client_email\""];

/// Whether a value is or holds a service account key's JSON, plain or in base64.
fn is_key(value: &Value) -> bool {
    if let Some(text) = value.as_str() {
        use base64::Engine;
        let plain = |t: &str| t.len() > KEYS[0].len() + KEYS[1].len() && KEYS.iter().all(|key| t.contains(key));
        let decoded = |t: &str| base64::engine::general_purpose::STANDARD.decode(t.trim()).ok();
        return plain(text) || text.len() > 500 && decoded(text).is_some_and(|d| plain(&String::from_utf8_lossy(&d)));
    }
    value.elements().is_some_and(|all| all.iter().any(is_key))
        || value.entries().is_some_and(|all| all.values().any(is_key))
}
