//! What a root module alone cannot do: show a sensitive or ephemeral value, or keep its state where there is no backend.

use crate::catalog::language::Feature;
use crate::cty::value::{Marks, Value};
use crate::eval::instance::Instance;
use crate::eval::language::forgotten;
use crate::module::grammar::{BACKENDS, not_constant};
use crate::module::is_set;
use crate::module::report::{EVALUATION_ERROR, INVALID_ARGUMENT, error};
use crate::plan::ResolvedReference;
use crate::syntax::ast::Block;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Checks the outputs of a root module. Those of a reusable module may show both: its callers decide. What is sensitive may
/// depend on the provider's version: `is_certain` says whether the schema of a resource is that of the version that is used.
pub fn check(root: &Rc<Instance>, values: &BTreeMap<Arc<str>, Value>, is_certain: &dyn Fn(&ResolvedReference) -> bool) {
    if root.world.library || root.config.facts.is_some() || may_be_called(root) {
        return;
    }
    for (name, value) in values {
        if let Some(block) = root.config.outputs.get(name) {
            output(root, name, block, value, is_certain);
        }
    }
}

fn output(
    root: &Rc<Instance>,
    name: &str,
    block: &Block,
    value: &Value,
    is_certain: &dyn Fn(&ResolvedReference) -> bool,
) {
    let Some(written) = block.body.attribute("value") else { return };
    let marks = value.deep_marks();
    let (span, message, help) = if let Some(ephemeral) =
        block.body.attribute("ephemeral").filter(|_| is_set(&block.body, "ephemeral"))
    {
        (ephemeral.name.span, format!("the output `{name}` of a root module cannot be ephemeral"), "remove `ephemeral`")
    } else if marks.contains(Marks::EPHEMERAL) {
        let help = "use it where ephemeral values are allowed, or put `ephemeralasnull(…)` around it";
        (written.expr.span, format!("the output `{name}` of a root module cannot have an ephemeral value"), help)
    } else if marks.is_sensitive() && !is_set(&block.body, "sensitive") {
        if !root.scope().origin(&written.expr).references().iter().all(is_certain) {
            return;
        }
        (written.expr.span, format!("the output `{name}` shows a sensitive value"), "write sensitive = true in it")
    } else {
        return;
    };
    let mut finding = error(EVALUATION_ERROR, span, message, "");
    finding.help.push(help.into());
    let is_forgotten = !marks.contains(Marks::EPHEMERAL) && marks.is_sensitive() && !root.refuses_sensitive(marks);
    root.world.report(if is_forgotten { forgotten(finding) } else { finding });
}

/// Whether a folder that the user named may be a module for others: it has inputs without values, and nothing that only a
/// root module has.
fn may_be_called(root: &Rc<Instance>) -> bool {
    let config = &root.config;
    let open = config.variables.iter().any(|(name, v)| v.default.is_none() && root.world.inputs.get(name).is_none());
    let configured = |p: &Block| p.body.attributes.iter().any(|a| !matches!(&*a.name.name, "alias" | "version"));
    open && config.backends.is_empty() && !config.providers.iter().any(configured)
}

/// Arguments of some backends (`internal/backend/remote-state` of Terraform 1.16).
const ARGUMENTS: [(&str, &[&str]); 2] = [
    (
        "gcs",
        &[
            "access_token",
            "bucket",
            "credentials",
            "encryption_key",
            "impersonate_service_account",
            "impersonate_service_account_delegates",
            "kms_encryption_key",
            "prefix",
            "storage_custom_endpoint",
        ],
    ),
    ("local", &["path", "workspace_dir"]),
];

/// Checks the arguments of a backend: those that are a slip away from one that there is, and those that are not written out.
fn backend_arguments(root: &Rc<Instance>, block: &Block) {
    let known = ARGUMENTS.iter().find(|(kind, _)| *kind == block.label(0)).map_or(&[][..], |(_, known)| known);
    for attribute in &block.body.attributes {
        let name = &*attribute.name.name;
        if let Some(near) =
            crate::base::suggest::suggest(name, known.iter().copied()).filter(|_| !known.contains(&name))
        {
            let message = format!("the backend `{}` has no argument `{name}`", block.label(0));
            let mut finding = error(INVALID_ARGUMENT, attribute.name.span, message, "");
            finding.help.push(format!("did you mean `{near}`?"));
            root.world.report(finding);
        }
        if let Some((span, _)) = not_constant(&attribute.expr) {
            root.uses("terraform", "backend by expression", span);
        }
    }
}

/// Checks that there is a backend of the type that the root module names.
pub fn backends(root: &Rc<Instance>) {
    if root.world.library || root.config.facts.is_some() {
        return;
    }
    root.config.backends.iter().for_each(|block| backend_arguments(root, block));
    let kinds = root.config.backends.iter().filter(|b| &*b.kind.name == "backend").filter_map(|b| b.labels.first());
    kinds.for_each(|label| root.uses("backend", &label.text, label.span));
    for block in root.config.backends.iter().filter(|b| &*b.kind.name == "backend") {
        let Some(label) = block.labels.first().filter(|label| !BACKENDS.contains(&&*label.text)) else { continue };
        if Feature::find("backend", &label.text).is_some() {
            continue;
        }
        let mut finding = error(INVALID_ARGUMENT, label.span, format!("there is no backend `{}`", label.text), "");
        finding.help.push(match crate::base::suggest::suggest(&label.text, BACKENDS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "use one that there is, such as `gcs`".into(),
        });
        root.world.report(finding);
    }
}
