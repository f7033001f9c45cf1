//! What KFP201 says and writes.

use crate::cty::value::Deciders;
use crate::diagnostic::{Finding, Fix, Safety};
use crate::graph::Graph;
use crate::graph::access::{NodeAccount, title};
use crate::graph::account::ServiceAccount;
use crate::graph::pool::Pool;
use crate::graph::text::Text;
use crate::graph::write::Advice;
use std::collections::BTreeSet;

/// How messages name an account.
pub fn name(account: &NodeAccount, pool: &Pool) -> String {
    match account {
        NodeAccount::Default => "the Compute Engine default service account".into(),
        NodeAccount::Here(here) => here.resource.address.to_string(),
        NodeAccount::Elsewhere(other) if !other.title.is_empty() => other.title.to_string(),
        _ => format!("the service account of {}", pool.title()),
    }
}

/// What tells accounts apart, which no message has.
pub fn key(account: &NodeAccount, pool: &Pool) -> String {
    match account {
        NodeAccount::Elsewhere(other) if !other.title.is_empty() => other.title.as_str().to_string(),
        _ => name(account, pool),
    }
}

/// What decides what an account that is made elsewhere may do: where it comes from, else the argument that names it.
pub fn made_by(account: &NodeAccount, pool: &Pool) -> Deciders {
    let NodeAccount::Elsewhere(other) = account else { return Deciders::default() };
    match (other.refs.as_slice(), other.email.reasons()) {
        (_, Some(reasons)) if !reasons.is_empty() => reasons.into(),
        ([only], _) => title(only).into(),
        _ => format!("{}.{}", pool.address, super::account_place(pool).attribute).into(),
    }
}

/// The first few of many.
pub fn few(names: &[&str]) -> String {
    const SHOWN: usize = 4;
    match names.get(..SHOWN) {
        Some(first) if names.len() > SHOWN => format!("{} and {} more", first.join(", "), names.len() - SHOWN),
        _ => names.join(", "),
    }
}

/// The missing grants as Terraform text, ready to be added after the account's block; `None` where its address is not known.
fn grants(graph: &Graph, account: &ServiceAccount, roles: &[String]) -> Option<String> {
    let title = free_name(graph, account);
    let reference = account.reference()?;
    let (project, member) = match account.resource.span {
        Some(_) => (format!("{reference}.project"), format!("{reference}.member")),
        // Not in a file of the user's: the block goes elsewhere, where that reference means nothing.
        None => {
            let open = |value| Text::of(value).filter(|text| !text.is_hidden());
            let (project, email) = (open(&account.project)?, open(&account.email)?);
            (format!("\"{project}\""), format!("\"serviceAccount:{email}\""))
        }
    };
    let list: String = roles.iter().map(|r| format!("    \"{r}\",\n")).collect();
    Some(format!(
        "resource \"google_project_iam_member\" \"{title}\" {{\n  for_each = toset([\n{list}  ])\n\n  \
         project = {project}\n  role    = each.value\n  member  = {member}\n}}"
    ))
}

/// A name for the grants that no others beside the account have.
fn free_name(graph: &Graph, account: &ServiceAccount) -> String {
    let module = &account.resource.module;
    let here = graph.types.managed("google_project_iam_member").filter(|r| r.module == *module);
    let taken: BTreeSet<&str> = here.map(|r| &*r.name).collect();
    let first = format!("{}_kubeflow_pipelines", account.resource.name);
    let further = (2..).map(|n| format!("{first}_{n}"));
    std::iter::once(first.clone()).chain(further).find(|name| !taken.contains(name.as_str())).unwrap_or(first)
}

/// Adds help and fix to a finding about an account of this configuration.
pub fn mend(finding: &mut Finding, graph: &Graph, account: &NodeAccount, roles: &[String]) {
    let NodeAccount::Here(here) = account else { return };
    let Some(text) = grants(graph, here, roles) else {
        return finding.help.push(format!("grant it {}", roles.join(", ")));
    };
    let Advice { code, edit, .. } = graph.advise_after(here.resource, &text);
    finding.help.push(format!("grant the missing roles:\n{code}"));
    match here.resource.span {
        Some(_) => finding.fixes.extend(edit.map(|edit| Fix {
            title: "grant the missing roles".into(),
            safety: Safety::Safe,
            edits: vec![edit],
        })),
        None => finding.write.extend(edit),
    }
}
