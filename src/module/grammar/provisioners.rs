//! Provisioners: their types, arguments and connections.

use super::super::report::INVALID_ARGUMENT;
use super::table::{PROVISIONERS, REMOVED_PROVISIONERS};
use super::values::{self, own_references, report};
use crate::base::suggest::suggest;
use crate::diagnostic::Finding;
use crate::syntax::ast::{Block, Body, ExprKind};

/// Checks the provisioners in a body of a resource, or of `removed`.
pub fn check(kind: &str, body: &Body, whole: bool, findings: &mut Vec<Finding>) {
    if !matches!(kind, "resource" | "removed") {
        return;
    }
    for block in body.blocks("provisioner").filter(|block| !block.labels.is_empty()) {
        typed(block, findings);
        if whole {
            host(block, body, findings);
        }
        let when = block.body.attribute("when").map(|a| &a.expr.kind);
        let destroys = matches!(when, Some(ExprKind::Variable(word) | ExprKind::String(word)) if &**word == "destroy");
        if destroys {
            own_references(&block.body, findings);
        } else if kind == "removed" {
            let message = "a provisioner in `removed` must have `when = destroy`".to_string();
            report(findings, INVALID_ARGUMENT, block.header, message, "write when = destroy in it");
        }
    }
}

fn typed(block: &Block, findings: &mut Vec<Finding>) {
    let (Some(label), body) = (block.labels.first(), &block.body) else { return };
    let kind = &*label.text;
    let Some((_, arguments)) = PROVISIONERS.iter().find(|(name, _)| *name == kind) else {
        let (message, help) = if REMOVED_PROVISIONERS.contains(&kind) {
            (format!("Terraform has had no provisioner `{kind}` since 0.15"), "use `remote-exec`, or an image".into())
        } else {
            let near = suggest(kind, PROVISIONERS.iter().map(|(name, _)| *name));
            let near = near.map(|near| format!("did you mean `{near}`?"));
            (format!("there is no provisioner `{kind}`"), near.unwrap_or("use `local-exec` or `remote-exec`".into()))
        };
        return report(findings, INVALID_ARGUMENT, label.span, message, &help);
    };
    let known =
        |name: &str| matches!(name, "when" | "on_failure" | "connection") || arguments.iter().any(|a| a.name == name);
    let unknown = body.attributes.iter().map(|a| &a.name).filter(|name| !known(&name.name));
    let blocks =
        body.blocks.iter().map(|b| &b.kind).filter(|name| !matches!(&*name.name, "connection" | "_" | "lifecycle"));
    for name in unknown.chain(blocks) {
        let near = suggest(&name.name, arguments.iter().map(|a| a.name));
        let help = near.map_or("remove it".to_string(), |near| format!("did you mean `{near}`?"));
        let message = format!("a provisioner `{kind}` has no argument `{}`", name.name);
        report(findings, INVALID_ARGUMENT, name.span, message, &help);
    }
    for argument in *arguments {
        body.attribute(argument.name).into_iter().for_each(|a| values::check(a, argument.form, findings));
    }
    // What stands in a block `_` are arguments too.
    let more = body.blocks("_").next().is_some();
    for argument in arguments.iter().filter(|a| a.required && !more && body.attribute(a.name).is_none()) {
        let message = format!("a provisioner `{kind}` needs the argument `{}`", argument.name);
        report(findings, INVALID_ARGUMENT, block.header, message, &format!("write {} = …", argument.name));
    }
    let choice: &[&str] = match kind {
        "remote-exec" => &["inline", "script", "scripts"],
        "file" => &["source", "content"],
        _ => return,
    };
    let given: Vec<_> = choice.iter().filter_map(|name| body.attribute(name)).collect();
    let all = choice.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match given[..] {
        [] if !more => {
            let message = format!("a provisioner `{kind}` needs one of {all}");
            report(findings, INVALID_ARGUMENT, block.header, message, "write one of them");
        }
        // An argument that may be null is as if it were not there.
        [first, second, ..] if [first, second].iter().all(|a| is_certain(&a.expr.kind)) => {
            let message = format!("a provisioner `{kind}` takes one of {all}, not two");
            report(findings, INVALID_ARGUMENT, second.name.span, message, "remove one of them");
        }
        _ => {}
    }
}

/// Whether an expression is certainly not null.
fn is_certain(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::String(_) | ExprKind::Template(_) | ExprKind::Tuple(_) | ExprKind::Number(_))
}

/// Where there is a connection, its host is needed; that of the resource stands in for that of the provisioner.
fn host(block: &Block, around: &Body, findings: &mut Vec<Finding>) {
    let own = block.body.blocks("connection").next();
    let common = around.blocks("connection").next();
    let has = |c: &Block| c.body.attribute("host").is_some();
    if let Some(first) = own.or(common)
        && !own.into_iter().chain(common).any(has)
    {
        let message = "a block `connection` needs the argument `host`".to_string();
        report(findings, INVALID_ARGUMENT, first.header, message, "write host = …, such as the address of the machine");
    }
}
